//! The record (45 CFR 164.312(b), 164.312(c)(2), 164.316(b)): the ledger, as somebody sees it who doubts it.

mod capacity;
mod chain;
mod evidence;
mod retention;
mod schema;

pub(crate) use capacity::CapacityFailClosed;
pub(crate) use chain::ChainIntact;
pub(crate) use evidence::EvidenceSigned;
pub(crate) use retention::Retention;
pub(crate) use schema::EventSchema;

use ward_ledger::verify::{Finding as Wrong, Report, verify_against};

use crate::{Probe, checks::Unseen};

/// Verifies the ledger's files with the pinned key, against checkpoints kept from before and the one that the running
/// log has in memory. Without that one, a bit changed in the newest batch would pass for the torn end of a crash.
pub(crate) async fn verify(probe: &Probe, mut known: Vec<String>) -> Result<Result<Report, Wrong>, Unseen> {
    known.push(probe.core.audit.log().checkpoint());
    let (dir, key) = (probe.ledger_dir.clone(), probe.ledger_key.clone());
    Ok(tokio::task::spawn_blocking(move || verify_against(&dir, &key, &known, &mut |_| ())).await?)
}
