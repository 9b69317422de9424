//! `aud.chain-intact`: verifies the whole ledger from its files, and that it continues what was seen before.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;

use super::verify;
use crate::{
    Probe,
    checks::{Check, Finding, Unseen, hours, latest_passed, minutes},
};

/// Every entry, batch, tile and checkpoint; and the checkpoint of the last good look.
pub(crate) struct ChainIntact;

#[async_trait]
impl Check for ChainIntact {
    fn id(&self) -> &'static str {
        "aud.chain-intact"
    }
    fn every(&self) -> Duration {
        hours(1)
    }
    fn limit(&self) -> Duration {
        minutes(20)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("an anchor outside of this machine (no witness signs the head yet)")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let before = latest_passed(&mut probe.read().await?, self.id()).await?;
        let known: Vec<String> =
            before.and_then(|e| e.get("checkpoint")?.as_str().map(str::to_owned)).into_iter().collect();
        let anchored = known.len();
        Ok(match verify(probe, known).await? {
            Ok(report) => Finding::pass(
                format!(
                    "all {} entries of the ledger verify, and continue what was seen before",
                    report.size
                ),
                json!({
                    "entries": report.size,
                    "root": report.root.to_string(),
                    "checkpoint": report.checkpoint,
                    "checkpoints_verified": report.checkpoints,
                    "earlier_checkpoints_compared": anchored,
                    "tiles": report.tiles,
                    "notes": report.notes,
                    "key": probe.ledger_key.to_string(),
                }),
            ),
            Err(wrong) => Finding::fail(
                format!("the ledger does not verify: {wrong}"),
                json!({ "place": wrong.place.to_string(), "entry": wrong.entry, "expected": wrong.expected, "found": wrong.found }),
            ),
        })
    }
}
