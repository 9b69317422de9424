//! Steering the ingress through its Unix socket: small HTTP, mode 0600.
//!
//! `GET /status` answers a [`Status`]; `POST /reload` applies the snapshot file now and answers the
//! version in force, or 422 with the reason.

pub mod client;
pub(crate) mod server;

use std::collections::BTreeMap;

pub use client::{Client, ControlError};
use serde::{Deserialize, Serialize};

/// The state of an ingress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The snapshot in force; 0 before the first.
    pub version: u64,
    /// Why the file's present content is not in force.
    pub error: Option<String>,
    /// When the process began to serve; RFC 3339, UTC.
    pub started_at: String,
    /// Requests and tunnels in flight by upstream id. Those that the snapshot no longer names stay until
    /// they are done.
    pub inflight: BTreeMap<String, usize>,
    /// Open client connections.
    pub connections: usize,
    /// Handshakes that failed or were refused since the start.
    pub refused_handshakes: u64,
    /// Lines of the access log lost since the start.
    pub dropped_log_lines: u64,
}

/// The answer to a reload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reloaded {
    pub(crate) version: u64,
    #[serde(default)]
    pub(crate) error: Option<String>,
}
