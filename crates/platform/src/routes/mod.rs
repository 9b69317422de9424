//! Routes: what the ingress serves, computed from the store and published when it changed.
//!
//! A route stands for an app's host and leads to the healthy web containers of its current deployment; the ones
//! before them are listed as draining until they are gone. The console and the API have a fixed route to
//! Ward's own socket.

mod reconcile;
mod snapshot;
pub(crate) mod sql;

pub use reconcile::Routes;
