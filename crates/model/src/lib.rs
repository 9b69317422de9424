//! The words of Ward: ids, names, actions, API bodies, error codes.
//!
//! Architecture Invariant: no I/O, no async, no clock. Every other crate may use this one, and the
//! server, the command line and the console mean the same thing by the same word because of it.

pub mod action;
pub mod agreements;
pub mod alerts;
pub mod apps;
pub mod databases;
pub mod drains;
pub mod environments;
pub mod error;
pub mod events;
pub mod id;
pub mod ledger;
pub mod name;
pub mod ocsf;
pub mod organizations;
pub mod page;
pub mod posture;
pub mod principal;
pub mod redaction;
pub mod resource;
pub mod retention;
pub mod role;
pub mod routes;
pub mod system;
pub mod time;
pub mod users;
pub mod witnesses;

pub use action::Action;
pub use environments::DataClass;
pub use error::{ErrorCode, Problem};
pub use id::*;
pub use name::{InvalidName, Name};
pub use page::{Page, PageQuery};
pub use principal::Principal;
pub use resource::{Resource, ResourceKind, Target};
pub use role::Role;
pub use time::Timestamp;
