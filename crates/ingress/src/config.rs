//! What a started ingress is told: addresses, paths and limits.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;

/// The configuration of one ingress process.
#[derive(Clone)]
pub struct IngressConfig {
    /// Addresses that serve TLS.
    pub https: Vec<SocketAddr>,
    /// Addresses that answer with a redirect to https (308), and with ACME challenges.
    pub http: Vec<SocketAddr>,
    /// The port that redirects name; 443 is left out of the URL. Differs from `https` behind a port
    /// forward.
    pub public_https_port: u16,
    /// The snapshot file, on a tmpfs, mode 0600. It may appear later.
    pub snapshot: PathBuf,
    /// The Unix socket for [`crate::control`]; its directory must exist. Made with mode 0600.
    pub control_socket: PathBuf,
    /// Where access log lines are appended; none writes no log.
    pub access_log: Option<PathBuf>,
    /// Limits on connections and requests.
    pub limits: Limits,
    /// Wall-clock time, for the log and the status.
    pub clock: Clock,
    /// Cancelled to stop: accepting ends, what is in flight may finish within `limits.shutdown`.
    pub shutdown: CancellationToken,
}

impl IngressConfig {
    /// A configuration without listeners, with default limits and the machine's clock.
    pub fn new(snapshot: PathBuf, control_socket: PathBuf, shutdown: CancellationToken) -> Self {
        Self {
            https: Vec::new(),
            http: Vec::new(),
            public_https_port: 443,
            snapshot,
            control_socket,
            access_log: None,
            limits: Limits::default(),
            clock: crate::clock::system(),
            shutdown,
        }
    }
}

/// Limits that protect the ingress from its clients. Those of a route are in the snapshot.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Open client connections; more wait in the kernel's backlog.
    pub connections: usize,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// Bytes of a request target.
    pub target_bytes: usize,
    /// Header fields of a request.
    pub headers: usize,
    /// HTTP/2 streams at once on a connection.
    pub streams: u32,
    /// From accept to the end of the TLS handshake.
    pub handshake: Duration,
    /// From the first byte of a request's head to its last.
    pub head: Duration,
    /// Without a request on a kept connection.
    pub idle: Duration,
    /// A client that takes no byte of its answer.
    pub stall: Duration,
    /// What is in flight at shutdown may take this long.
    pub shutdown: Duration,
    /// Idle connections kept to each upstream.
    pub upstream_idle: usize,
    /// How long an upstream that refused a connection is passed over when another is there.
    pub upstream_rest: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            head_bytes: 32 * 1024,
            target_bytes: 8 * 1024,
            headers: 100,
            streams: 128,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            stall: Duration::from_secs(60),
            shutdown: Duration::from_secs(30),
            upstream_idle: 64,
            upstream_rest: Duration::from_secs(2),
        }
    }
}
