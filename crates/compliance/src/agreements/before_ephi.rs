//! `baa.before-ephi`: no environment for PHI without an agreement, now and when it was made.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;

use super::{Row, holds};
use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, minutes},
    sql,
};

/// Environments against the agreements of their organization. That one held when the environment was created shows
/// that switching on was not possible without.
pub(crate) struct BeforeEphi;

#[async_trait]
impl Check for BeforeEphi {
    fn id(&self) -> &'static str {
        "baa.before-ephi"
    }
    fn every(&self) -> Duration {
        minutes(10)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("the signatures on the agreement itself: Ward keeps its place and hash")
    }
    fn record(&self) -> bool {
        true
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("environments that may hold PHI");
        let mut read = probe.read().await?;
        let agreements: Vec<Row> = sqlx::query_as(sql::AGREEMENTS).fetch_all(read.conn()).await?;
        let environments: Vec<(String, String, String, i64, i64, i64)> =
            sqlx::query_as(sql::ENVIRONMENTS).fetch_all(read.conn()).await?;
        let now = probe.core.clock.now().micros();
        for (id, organization, class, _, created, _) in environments {
            if class == "synthetic" {
                continue;
            }
            let of = || agreements.iter().filter(|a| a.1 == organization);
            if !of().any(|a| holds(a, now)) {
                tally.fault(&id, "an environment may hold PHI without an active agreement");
            } else if !of().any(|a| holds(a, created)) {
                tally.fault(&id, "an environment for PHI was created before there was an agreement");
            }
            let hashed = of().any(|a| holds(a, now) && a.5.is_some());
            tally.fact(json!({ "environment": id, "signed_document_hashed": hashed }));
        }
        Ok(tally.finish("stand on an active agreement, and did when they were made"))
    }
}
