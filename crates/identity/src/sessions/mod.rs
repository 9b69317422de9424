//! Sessions: begun with a password, complete with a second factor, ended by idleness.
//!
//! A session that is not complete carries no second factor in its principal, whatever the row says, so the gate
//! lets it do nothing but complete itself.

mod authenticate;
mod begin;
mod end;
mod prune;
pub(crate) mod sql;
mod verify;

use std::time::Duration;

pub use authenticate::{authenticate, recheck};
pub use begin::begin;
pub use end::{end, end_current, list};
pub use prune::Prune;
pub(crate) use verify::current;
pub use verify::verify;

/// Idle time after which a session ends (45 CFR 164.312(a)(2)(iii), automatic logoff). A floor.
pub const IDLE: Duration = Duration::from_secs(15 * 60);
/// Age at which it ends, however it is used. A floor.
pub const ABSOLUTE: Duration = Duration::from_secs(12 * 3600);
/// Prefix of a session's secret.
pub const PREFIX: &str = "ward_ses_";
