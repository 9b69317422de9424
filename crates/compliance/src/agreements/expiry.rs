//! `baa.expiry`: no agreement that something stands on has run out (a record of people).

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use serde_json::json;

use super::{Row, holds};
use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, days, hours},
    sql,
};

/// Time before the end at which people should know.
const AHEAD: Duration = days(60);

/// The agreement that lasts longest, for each organization that has or had one and did not end it.
pub(crate) struct Expiry;

#[async_trait]
impl Check for Expiry {
    fn id(&self) -> &'static str {
        "baa.expiry"
    }
    fn every(&self) -> Duration {
        hours(1)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("an alert to people 60 days ahead; only this observation says so")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("organizations with an agreement");
        let rows: Vec<Row> = sqlx::query_as(sql::AGREEMENTS).fetch_all(probe.read().await?.conn()).await?;
        let now = probe.core.clock.now();
        let mut organizations: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        // One that was ended on purpose did not run out.
        for row in rows.iter().filter(|r| r.4.is_none() && r.2 <= now.micros()) {
            organizations.entry(&row.1).or_default().push(row);
        }
        for (organization, all) in organizations {
            tally.saw();
            if !all.iter().any(|a| holds(a, now.micros())) {
                tally.fault(organization, "the last agreement of an organization has run out");
            } else if !all.iter().any(|a| holds(a, now.plus(AHEAD).micros())) {
                tally.note(
                    json!({ "organization": organization, "ends_within_days": AHEAD.as_secs() / 86_400 }),
                );
            }
        }
        Ok(tally.finish("have one that has not run out"))
    }
}
