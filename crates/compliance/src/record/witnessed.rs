//! The anchor outside of this machine: what witnesses cosigned, and how old that is.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use ward_custody::witnesses::survey;
use ward_model::witnesses::{WitnessState, WitnessedLog};

use crate::{Probe, checks::Unseen};

/// Most logs that go into evidence; the counts are always whole.
const LISTED: usize = 20;

/// How far the logs are witnessed.
pub(super) struct Anchor {
    /// Goes into the evidence.
    pub(super) evidence: Value,
    /// For the summary, after what else was seen.
    pub(super) said: String,
    /// Why the anchor does not hold.
    pub(super) fault: Option<String>,
}

/// Looks at the cosignatures in the files and at what the witnesses said last.
pub(super) async fn anchor(probe: &Probe) -> Result<Anchor, Unseen> {
    let now = probe.core.clock.now();
    let all = survey(&probe.core, now).await?;
    let in_state = |state: WitnessState| -> Vec<&WitnessedLog> {
        all.logs.iter().filter(|log| log.state == state).collect()
    };
    let oldest = all.logs.iter().filter_map(|log| log.witnessed_at).min_by_key(|at| at.micros());
    let mut by_state: BTreeMap<&str, usize> = BTreeMap::new();
    all.logs.iter().for_each(|log| *by_state.entry(log.state.as_str()).or_default() += 1);
    // What is not well comes first: the list is cut.
    let mut listed: Vec<_> = all.logs.iter().collect();
    listed.sort_by_key(|log| std::cmp::Reverse(log.state));
    let listed = listed.into_iter().take(LISTED).map(|log| {
        json!({
            "log": log.log, "shard": log.shard, "state": log.state, "entries": log.entries,
            "witnessed_entries": log.witnessed_entries, "witnessed_at": log.witnessed_at,
        })
    });
    let evidence = json!({
        "witnesses": all.witnesses.len(), "cosignatures_needed": all.policy.needed,
        "stale_after_minutes": all.policy.stale_after_minutes, "states": by_state,
        "logs": listed.collect::<Vec<_>>(),
    });
    let (contradicted, stale) = (in_state(WitnessState::Contradicted), in_state(WitnessState::Stale));
    let fault = match (contradicted.as_slice(), stale.as_slice()) {
        ([], []) => None,
        ([], some) => Some(format!(
            "{} of {} logs were not witnessed for over {} minutes",
            some.len(),
            all.logs.len(),
            all.policy.stale_after_minutes
        )),
        (some, _) => Some(format!("a witness contradicts {} of {} logs", some.len(), all.logs.len())),
    };
    let said = match oldest {
        None if all.witnesses.is_empty() => "; no witness anchors it outside of this machine".to_owned(),
        None => "; its witnesses have not cosigned yet".to_owned(),
        Some(at) => {
            format!("; witnessed outside of this machine {} minutes ago", now.since(at).as_secs() / 60)
        }
    };
    Ok(Anchor { evidence, said, fault })
}
