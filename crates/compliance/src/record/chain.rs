//! `aud.chain-intact`: verifies the whole ledger from its files, that it continues what was seen before, and that
//! witnesses outside of this machine cosigned it not long ago.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;

use super::witnessed::anchor;
use crate::{
    Probe,
    checks::{Check, Finding, Unseen, latest_passed, minutes},
};

/// Every entry, batch, tile and checkpoint; the checkpoint of the last good look; and those of the witnesses.
pub(crate) struct ChainIntact;

#[async_trait]
impl Check for ChainIntact {
    fn id(&self) -> &'static str {
        "aud.chain-intact"
    }
    fn every(&self) -> Duration {
        // What is stale is found within this time.
        minutes(15)
    }
    fn limit(&self) -> Duration {
        minutes(20)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("an anchor outside of this machine, while no witness is set up")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let before = latest_passed(&mut probe.read().await?, self.id()).await?;
        let known: Vec<String> = before
            .and_then(|evidence| evidence.get("heads").cloned())
            .and_then(|heads| serde_json::from_value::<Vec<(String, String)>>(heads).ok())
            .map(|heads| heads.into_iter().map(|(_, note)| note).collect())
            .unwrap_or_default();
        let pinned = probe.core.audit.platform().shards().first().map(|shard| shard.key.clone());
        if pinned.as_ref() != Some(&probe.ledger_key) {
            return Ok(Finding::fail(
                "the ledger begins with another key than the one that was handed out at set-up",
                json!({ "expected": probe.ledger_key.to_string(), "found": pinned.map(|key| key.to_string()) }),
            ));
        }
        let anchor = anchor(probe).await?;
        Ok(match (probe.core.audit.verify(&known).await?, anchor.fault) {
            (Ok(_), Some(fault)) => Finding::fail(fault, json!({ "anchor": anchor.evidence })),
            (Ok(seen), None) => Finding::pass(
                format!(
                    "all {} entries of the ledger verify, and continue what was seen before{}",
                    seen.entries, anchor.said
                ),
                json!({
                    "anchor": anchor.evidence,
                    "entries": seen.entries,
                    "heads": seen.heads,
                    "checkpoints_verified": seen.checkpoints,
                    "earlier_checkpoints_compared": known.len(),
                    "notes": seen.notes,
                    "key": probe.ledger_key.to_string(),
                }),
            ),
            (Err(wrong), _) => Finding::fail(
                format!("the ledger does not verify: {wrong}"),
                json!({ "log": wrong.place, "place": wrong.finding.place.to_string(), "entry": wrong.finding.entry, "expected": wrong.finding.expected, "found": wrong.finding.found }),
            ),
        })
    }
}
