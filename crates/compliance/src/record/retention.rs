//! `aud.retention`: the record reaches back six years, or to the first day; nothing stored shortens it, and nothing
//! left this machine that had to stay.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use serde_json::{Value, json};
use ward_ledger::{Series, Shard, series::marker};
use ward_model::{
    Timestamp,
    ocsf::{self, Recording},
    retention::Retention as Floor,
};
use ward_spine::ReadTx;

use crate::{
    Probe,
    checks::{Check, Finding, Unseen, hours, minutes},
    sql,
};

/// Looks at every shard of every log on the disk, at what was removed, and at the stored policies and holds. It asks the
/// tables itself, and not the verbs that it doubts (45 CFR 164.316(b)(2)(i)).
pub(crate) struct Retention;

/// A closed shard that was archived, as the store has it.
pub(super) type Archived = (String, String, i64, i64, Option<i64>, Option<i64>, Option<i64>);

#[async_trait]
impl Check for Retention {
    fn id(&self) -> &'static str {
        "aud.retention"
    }
    fn every(&self) -> Duration {
        hours(1)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut read = probe.read().await?;
        let policies: Vec<(String, i64, String, Option<i64>)> =
            sqlx::query_as(sql::RETENTION_POLICIES).fetch_all(read.conn()).await?;
        let archived: Vec<Archived> = sqlx::query_as(sql::ARCHIVED_SHARDS).fetch_all(read.conn()).await?;
        let floor = i64::from(Floor::FLOOR.months());
        if let Some((log, months, ..)) = policies.iter().find(|p| p.1 < floor || p.3.is_some_and(|m| m < 12))
        {
            let evidence = json!({ "log": log, "months": months });
            return Ok(Finding::fail("a stored retention is below six years", evidence));
        }
        let now = probe.core.clock.now();
        let (mut here, mut gone) = (0_u64, 0_u64);
        for log in probe.core.audit.logs() {
            let Some(series) = probe.core.audit.series(&log) else { continue };
            for shard in series.shards() {
                let row = archived.iter().find(|row| (row.0.as_str(), &row.1) == (log.as_str(), &shard.name));
                let removed = !shard.dir.is_dir();
                let wrong = if removed {
                    gone += 1;
                    left(&series, &log, &shard, row, now, &mut read).await?
                } else {
                    here += 1;
                    first_entry(&shard).err()
                };
                if let Some(why) = wrong {
                    let evidence = json!({ "log": log, "shard": shard.name, "why": why });
                    return Ok(Finding::fail("a part of the record is not where it has to be", evidence));
                }
            }
        }
        let (holds,): (i64,) = sqlx::query_as(sql::STANDING_HOLDS).fetch_one(read.conn()).await?;
        let mut evidence = json!({
            "policies": policies.iter().map(|p| json!({ "log": p.0, "months": p.1, "pruning": p.2 })).collect::<Vec<_>>(),
            "floor_months": floor, "standing_holds": holds, "shards_here": here, "shards_archived_only": gone,
        });
        let Some(begin) = begin(&probe.core.audit.platform()) else {
            return Ok(Finding::fail("the oldest entry of the record is not an event", evidence));
        };
        let (oldest,): (Option<i64>,) = sqlx::query_as(sql::OLDEST_ROW).fetch_one(read.conn()).await?;
        if let Value::Object(map) = &mut evidence {
            map.insert("first_entry_at".into(), json!(begin));
            map.insert("oldest_row_at".into(), json!(oldest.map(Timestamp::from_micros)));
        }
        let long = now >= Floor::FLOOR.until(begin);
        // Rows are written moments after their attempt; ten minutes for a set-up that was interrupted.
        let since_install = oldest.is_none_or(|at| begin <= Timestamp::from_micros(at).plus(minutes(10)));
        if long || since_install {
            let said = "the record reaches back to the first day, and nothing stored shortens it";
            return Ok(Finding::pass(said, evidence));
        }
        Ok(Finding::fail("the record begins later than the data: entries are missing", evidence))
    }
}

/// When the record begins: the first entry on the disk, or what is known of a shard that left.
fn begin(platform: &Series) -> Option<Timestamp> {
    let first = platform.shards().into_iter().next()?;
    if first.dir.is_dir() {
        let bytes = first_entry(&first).ok()?;
        let Recording { event, .. } = ocsf::decode(&bytes).ok()?;
        return Some(event.time);
    }
    Some(Timestamp::from_micros(first.opened.saturating_mul(1000)))
}

/// The first entry of a shard, from the files and not from what the running log has in memory.
fn first_entry(shard: &Shard) -> Result<Vec<u8>, String> {
    let reader = ward_ledger::Reader::open(&shard.dir, &shard.key).map_err(|e| e.to_string())?;
    reader.entry(0).map_err(|e| e.to_string())
}

/// What is wrong with a shard that is not on this machine: it must be archived and verified, its six years over or its
/// object locked for the rest of them, and no hold may have covered it when it left.
async fn left(
    series: &Series,
    log: &str,
    shard: &Shard,
    row: Option<&Archived>,
    now: Timestamp,
    read: &mut ReadTx,
) -> Result<Option<String>, Unseen> {
    let mark: &Path = &marker(series.dir(), &shard.name);
    if !mark.is_file() {
        return Ok(Some("its folder is gone, and nothing says that it was archived".into()));
    }
    let Some((_, _, opened, closed, locked, verified, pruned)) = row else {
        return Ok(Some("it was removed, and the store knows of no archived copy".into()));
    };
    if verified.is_none() {
        return Ok(Some("it was removed, and its archived copy was never verified".into()));
    }
    let over = Floor::FLOOR.until(Timestamp::from_micros(*closed));
    if now < over && locked.is_none_or(|locked| Timestamp::from_micros(locked) < over) {
        return Ok(Some(format!(
            "it was removed before {over}, and its archived copy is not locked until then"
        )));
    }
    let (held,): (i64,) = sqlx::query_as(sql::HELD_WHEN_PRUNED)
        .bind(log.to_owned())
        .bind(pruned.unwrap_or(now.micros()))
        .bind(*closed)
        .bind(*opened)
        .fetch_one(read.conn())
        .await?;
    Ok((held > 0).then(|| "it was removed while a legal hold covered it".into()))
}
