//! The framework: what a check is, when it runs, and how its observation is recorded.
//!
//! An observation goes through the gate like any effect: permit, insert, commit; so it is signed into the ledger
//! with its evidence, or with the evidence's hash where that is large (45 CFR 164.316(b)(1)(ii)). The table is only
//! for quick reading and is pruned; the ledger keeps all.

mod finding;
mod list;
mod observations;
mod reconcile;
mod registry;
mod row;
mod run;
mod save;

pub(crate) use finding::Tally;
pub use finding::{Finding, Unseen};
pub use list::list;
pub use observations::observations;
pub use reconcile::Checks;
pub use registry::all;
pub(crate) use registry::find;
pub(crate) use row::{latest, latest_passed};
pub use run::run;
pub use save::{observe, save};

use std::time::Duration;

use async_trait::async_trait;

use crate::Probe;

/// Something that observes the live system.
#[async_trait]
pub trait Check: Send + Sync + 'static {
    /// Id in the catalog.
    fn id(&self) -> &'static str;
    /// Time between runs. An observation older than three times this is stale.
    fn every(&self) -> Duration;
    /// Longest time that one run may take; then it is `unknown`.
    fn limit(&self) -> Duration {
        Duration::from_secs(60)
    }
    /// The part of the catalog's pass condition that this check does not observe. With one, a pass counts as
    /// seen in part, and no requirement is proven by it.
    fn gap(&self) -> Option<&'static str> {
        None
    }
    /// Whether it passes on a record of people that its requirements ask for, such as an agreement.
    fn record(&self) -> bool {
        false
    }
    /// Looks.
    ///
    /// # Errors
    /// [`Unseen`] if it can't: the verdict is `unknown`.
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen>;
}

/// Minutes as a span.
pub(crate) const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

/// Hours as a span.
pub(crate) const fn hours(n: u64) -> Duration {
    minutes(n * 60)
}

/// Days as a span.
pub(crate) const fn days(n: u64) -> Duration {
    hours(n * 24)
}
