//! `aud.retention`: the record reaches back six years, or to the first day of this installation.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use ward_model::{
    Timestamp,
    ocsf::{self, Recording},
};

use crate::{
    Probe,
    checks::{Check, Finding, Unseen, days, hours, minutes},
    sql,
};

/// Six years with their leap days (45 CFR 164.316(b)(2)(i)).
const SIX_YEARS: Duration = days(6 * 365 + 2);

/// The first entry is readable and as old as the oldest thing in the store. No rule of Ward deletes an entry.
pub(crate) struct Retention;

#[async_trait]
impl Check for Retention {
    fn id(&self) -> &'static str {
        "aud.retention"
    }
    fn every(&self) -> Duration {
        hours(1)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        // From the files, not from what the running log has in memory.
        let platform = probe.core.audit.platform();
        let shards = platform.shards();
        let Some(oldest) = shards.iter().find(|shard| !shard.archived) else {
            return Ok(Finding::fail("the record has no shard", json!({})));
        };
        let reader = ward_ledger::Reader::open(&oldest.dir, &oldest.key);
        let first =
            match reader.map_err(|e| e.to_string()).and_then(|r| r.entry(0).map_err(|e| e.to_string())) {
                Ok(bytes) => bytes,
                Err(why) => {
                    return Ok(Finding::fail(
                        "the oldest entry of the record can't be read",
                        json!({ "why": why }),
                    ));
                }
            };
        let Ok(Recording { event: first, .. }) = ocsf::decode(&first) else {
            return Ok(Finding::fail("the oldest entry of the record is not an event", json!({})));
        };
        let (oldest,): (Option<i64>,) =
            sqlx::query_as(sql::OLDEST_ROW).fetch_one(probe.read().await?.conn()).await?;
        let now = probe.core.clock.now();
        let evidence =
            json!({ "first_entry_at": first.time, "oldest_row_at": oldest.map(Timestamp::from_micros) });
        let long = now.since(first.time) >= SIX_YEARS;
        // Rows are written moments after their attempt; ten minutes for a set-up that was interrupted.
        let since_install =
            oldest.is_none_or(|at| first.time <= Timestamp::from_micros(at).plus(minutes(10)));
        if long || since_install {
            return Ok(Finding::pass(
                "the record reaches back to the first day, and no rule shortens it",
                evidence,
            ));
        }
        Ok(Finding::fail("the record begins later than the data: entries are missing", evidence))
    }
}
