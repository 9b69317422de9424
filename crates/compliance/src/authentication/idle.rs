//! `ses.idle-timeout`: the floors of sessions (45 CFR 164.312(a)(2)(iii), automatic logoff).

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use ward_identity::sessions::{ABSOLUTE, IDLE};

use super::SessionRow;
use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, hours, minutes},
    sql,
};

/// The configured times, and that no stored session outlives them.
pub(crate) struct IdleTimeout;

#[async_trait]
impl Check for IdleTimeout {
    fn id(&self) -> &'static str {
        "ses.idle-timeout"
    }
    fn every(&self) -> Duration {
        minutes(30)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("a session left idle on purpose and tried again; sessions of apps themselves")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("session limits and sessions");
        tally.saw();
        if IDLE > minutes(15) || ABSOLUTE > hours(12) {
            tally.fault(
                "configuration",
                "a session may be idle for more than 15 minutes, or live for more than 12 hours",
            );
        }
        let now = probe.core.clock.now().micros();
        let sessions: Vec<SessionRow> =
            sqlx::query_as(sql::SESSIONS).bind(now).fetch_all(probe.read().await?.conn()).await?;
        let longest = i64::try_from(ABSOLUTE.as_micros()).unwrap_or(i64::MAX);
        for (id, _, created, used, expires, ..) in sessions {
            tally.saw();
            if expires - created > longest || used > now + 60_000_000 {
                tally.fault(id, "a session is stored with a longer life than allowed");
            }
        }
        tally.note(json!({ "idle_seconds": IDLE.as_secs(), "absolute_seconds": ABSOLUTE.as_secs() }));
        Ok(tally.finish("are within 15 minutes idle and 12 hours in all"))
    }
}
