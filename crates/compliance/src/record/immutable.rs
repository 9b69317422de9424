//! `aud.immutable`: what is closed can't be signed again here, and can't be deleted where it is archived.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use ward_model::{Timestamp, retention::Retention as Floor};

use crate::{
    Probe,
    checks::{Check, Finding, Unseen, days, hours},
    sql,
};

/// Closed shards without a private key, each in an archive that locks it for six years. The lock is what the object
/// store itself said when the object was last read back.
pub(crate) struct Immutable;

/// Longest time after its end until a shard must be archived.
const SOON: Duration = days(2);
/// Longest time since the store was last asked.
const FRESH: Duration = days(100);

#[async_trait]
impl Check for Immutable {
    fn id(&self) -> &'static str {
        "aud.immutable"
    }
    fn every(&self) -> Duration {
        hours(6)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("an attempt to delete, and whoever is root on this machine before a shard is archived")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut read = probe.read().await?;
        let archived: Vec<super::retention::Archived> =
            sqlx::query_as(sql::ARCHIVED_SHARDS).fetch_all(read.conn()).await?;
        let now = probe.core.clock.now();
        let (mut closed, mut wrong) = (0_u64, Vec::new());
        for log in probe.core.audit.logs() {
            let Some(series) = probe.core.audit.series(&log) else { continue };
            for shard in series.shards() {
                let Some(end) = shard.closed else { continue };
                closed += 1;
                let end = Timestamp::from_micros(end.saturating_mul(1000));
                let over = Floor::FLOOR.until(end);
                let row = archived.iter().find(|row| (row.0.as_str(), &row.1) == (log.as_str(), &shard.name));
                let (locked, verified) =
                    row.map_or((None, None), |row| (row.4.map(Timestamp::from_micros), row.5));
                let fresh = verified.is_some_and(|at| now.since(Timestamp::from_micros(at)) <= FRESH);
                let why = if shard.dir.join("key.json").exists() {
                    "its private key is still here"
                } else if now.since(end) < SOON {
                    continue;
                } else if !fresh {
                    "it is in no archive that was verified lately"
                } else if now < over && locked.is_none_or(|until| until < over) {
                    "its archived object is not locked until its six years are over"
                } else {
                    continue;
                };
                wrong.push(json!({ "log": log, "shard": shard.name, "why": why }));
            }
        }
        let evidence = json!({ "closed_shards": closed, "wrong": wrong });
        Ok(match (closed, wrong.is_empty()) {
            (0, _) => Finding::empty("no shard of the record is closed yet"),
            (_, true) => Finding::pass(
                "every closed shard is archived and locked, and nobody can sign it again",
                evidence,
            ),
            (_, false) => {
                Finding::fail("a closed shard of the record can be deleted or signed again", evidence)
            }
        })
    }
}
