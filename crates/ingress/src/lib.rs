//! The data plane: TLS, routing, proxying. Knows routes, no users.
//!
//! A process of its own (`wardd ingress`), so that apps stay reachable while wardd restarts or is down.
//! It follows a [`RouteSnapshot`](ward_model::routes::RouteSnapshot) in a file on a tmpfs and is steered
//! through a Unix socket. What it refuses is as much its work as what it serves: every byte of a
//! request's head is checked before the HTTP library sees it.
//!
//! ```text
//! serve.rs        listeners, accept loops, shutdown      config.rs, error.rs, clock.rs
//! connection.rs   one connection: handshake, protocol    tls.rs         versions, suites, certificates
//! guard/          strict HTTP/1.1 framing and timeouts   redirect.rs    http to https, ACME challenges
//! routing/        the live table, upstreams, the file    proxy/         one request, start to end
//! control/        status, reload, and the client         access_log.rs  JSON lines, never blocking
//! ```
//!
//! Architecture Invariant: this crate knows `ward-model`'s routes and nothing else of Ward.

pub mod access_log;
pub mod clock;
pub mod config;
mod connection;
pub mod control;
pub mod error;
pub mod guard;
mod proxy;
mod redirect;
mod routing;
mod serve;
pub mod tls;

pub use config::{IngressConfig, Limits};
pub use error::Error;
pub use serve::Ingress;

/// Binds everything and serves until `config.shutdown` is cancelled.
///
/// # Errors
/// A listener or the control socket cannot be had, or TLS cannot be set up. A missing or bad snapshot is
/// no error: the ingress starts, refuses every request and says so in its status, because wardd may come
/// later.
pub async fn run(config: IngressConfig) -> Result<(), Error> {
    Ingress::bind(config).await?.serve().await
}
