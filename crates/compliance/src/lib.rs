//! Whether the safeguards work: the catalog, the checks that observe the live system, and the posture.
//!
//! A check opens the connection, tries the forbidden path, reads the raw disk. What it saw is an observation,
//! signed into the ledger (45 CFR 164.308(a)(8), evaluation; 164.316(b)(1)(ii), record of an assessment). The
//! posture says of each requirement what follows from the newest observations, and never more.
//!
//! ```text
//! catalog/   requirements and checks as data (`controls/` at the root)
//! checks/    the framework: trait, loop, verbs, record      posture/   what follows for each requirement
//! probe.rs   what a check may touch                         wire/ storage/ host/   how it touches it
//! transmission/ access/ authentication/ encryption/ record/ contingency/ agreements/ isolation/   the checks
//! ```
//!
//! Invariants: a check that errors or takes too long is `unknown`, never `pass`; a check that sees only a part of
//! its pass condition says so ([`checks::Check::gap`]) and proves nothing alone; evidence holds ids, names of
//! files and counts, never PHI and never a secret. A passing check is evidence, not a judgement of law.

mod access;
mod agreements;
mod authentication;
pub mod catalog;
pub mod checks;
mod contingency;
mod encryption;
mod host;
mod isolation;
pub mod posture;
mod probe;
mod record;
mod sql;
mod storage;
mod transmission;
pub mod wire;

pub use probe::{Door, Probe};

use std::sync::Arc;

use ward_spine::reconcile::Reconciler;

/// The loops of this wing.
pub fn loops(probe: &Arc<Probe>) -> Vec<Arc<dyn Reconciler>> {
    vec![Arc::new(checks::Checks::new(Arc::clone(probe)))]
}
