//! `gov.evidence-signed`: every observation in the table is in the ledger, with the same evidence, and that verifies.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use serde_json::json;
use ward_model::ledger::{LedgerQuery, Outcome};

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, hours, minutes},
    sql,
};

/// Newest observations that are compared.
const SAMPLE: i64 = 500;

/// Time, collector, hash of the input, outcome, signature.
pub(crate) struct EvidenceSigned;

#[async_trait]
impl Check for EvidenceSigned {
    fn id(&self) -> &'static str {
        "gov.evidence-signed"
    }
    fn every(&self) -> Duration {
        hours(1)
    }
    fn limit(&self) -> Duration {
        minutes(20)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("observations");
        let rows: Vec<(String, String, String, String, String)> =
            sqlx::query_as(sql::NEWEST_HASHES).bind(SAMPLE).fetch_all(probe.read().await?.conn()).await?;
        if rows.is_empty() {
            return Ok(tally.finish("are signed"));
        }
        probe.core.audit.settle().await?;
        let mut signed = BTreeMap::new();
        let mut query = LedgerQuery {
            action: Some("observation:record".into()),
            kind: Some("outcome".into()),
            limit: Some(200),
            ..LedgerQuery::default()
        };
        // Twice as many entries as rows: some attempts fail.
        for _ in 0..2 * SAMPLE / 200 + 1 {
            let page = probe.core.audit.search(None, &query).await?;
            for entry in page.items.into_iter().filter(|e| e.event.outcome == Some(Outcome::Success)) {
                if let Some(id) = entry.event.detail.get("observation").and_then(|o| o.as_str()) {
                    signed.insert(id.to_owned(), entry.event);
                }
            }
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
        for (id, verdict, evidence, sha256, check) in rows {
            tally.saw();
            let Some(event) = signed.get(&id) else {
                tally.fault(id, "an observation is not in the ledger");
                continue;
            };
            let text = |name: &str| event.detail.get(name).and_then(|v| v.as_str()).unwrap_or_default();
            let computed = ward_vault::hash::sha256_hex(evidence.as_bytes());
            if computed != sha256 || text("evidence_sha256") != sha256 {
                tally.fault(&id, "the evidence of an observation is not the one that was signed");
            }
            if text("verdict") != verdict || text("check") != check || event.actor.id.is_empty() {
                tally.fault(&id, "an observation differs from the one that was signed");
            }
        }
        match probe.core.audit.verify(&[]).await? {
            Ok(seen) => tally.note(json!({ "ledger_entries": seen.entries, "heads": seen.heads })),
            Err(wrong) => tally.fault("ledger", format!("the ledger does not verify: {wrong}")),
        }
        Ok(tally.finish("are signed into a ledger that verifies"))
    }
}
