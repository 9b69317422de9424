//! API tokens: for scripts and CI. Each has an end, a role and a scope, and never more rights than its owner.

mod authenticate;
mod create;
mod list;
pub(crate) mod sql;

use std::time::Duration;

pub use authenticate::authenticate;
pub use create::create;
pub use list::{list, revoke};

/// Prefix of a token's secret.
pub const PREFIX: &str = "ward_pat_";
/// Longest life of a token.
pub const LONGEST: Duration = Duration::from_secs(90 * 24 * 3600);
