//! Ward's own Podman: an isolated instance, its service as a supervised child, and the way to talk to it.
//!
//! Isolated means: own configuration, image store, networks and run state, so that nothing an
//! administrator runs with `podman` on the same host meets what Ward runs. The service holds no state
//! that matters: killed with -9, the containers go on, and the next one finds them.

mod call;
mod configure;
mod error;
mod paths;
pub(crate) mod process;
mod subordinate;
mod supervise;
pub(crate) mod tmpfs;

pub use call::Client;
pub(crate) use call::message;
pub(crate) use configure::{configure, directory, replace};
pub(crate) use error::{broken, status, translate};
pub use paths::Paths;
pub(crate) use subordinate::ensure_subordinate_ids;
pub(crate) use supervise::{Service, end_leftover};
