//! The one client for what leaves: HTTPS requests and TLS streams, checked and bounded.
//!
//! Witnesses, drains and the archive send through here, so that one place decides what may be dialled, who is
//! trusted, and how long anything may take. An audit trail that crosses a network does so under TLS
//! (45 CFR 164.312(e)(1)); without it only to this very machine, or where somebody said so expressly.
//!
//! ```text
//! target.rs   a URL, read and checked          reach.rs     which addresses may be dialled (no way inside for a tenant)
//! tls.rs      whom to trust, and as whom       connect.rs   resolve, check, dial, shake hands
//! request.rs  one HTTP request, one answer     error.rs     what went wrong, and what to do next
//! ```
//!
//! Invariants: no redirect is followed; the address that was checked is the address that is dialled; an answer
//! larger or later than the limits is an error; a header with a secret is never in an error text.

mod connect;
mod error;
mod reach;
mod request;
mod target;
mod tls;

use std::{sync::Arc, time::Duration};

pub use connect::Wire;
pub use error::OutboundError;
pub use reach::{Network, Reach};
pub use request::{Request, Response};
pub use target::{Scheme, Target};
pub use tls::{Identity, Trust};

/// How long and how much.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Longest time to resolve, connect and shake hands.
    pub connect: Duration,
    /// Longest time of the whole exchange, connecting included.
    pub total: Duration,
    /// Largest body of an answer, in bytes.
    pub answer_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), total: Duration::from_secs(30), answer_bytes: 64 << 10 }
    }
}

/// A client: whom it trusts, what it may dial, how long it waits. Cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    tls: Arc<rustls::ClientConfig>,
    reach: Arc<Reach>,
    limits: Limits,
}

impl Outbound {
    /// A client.
    ///
    /// # Errors
    /// [`OutboundError::Trust`] if a certificate or key can't be read, or there is nobody to trust.
    pub fn new(trust: &Trust, reach: Reach, limits: Limits) -> Result<Self, OutboundError> {
        Ok(Self { tls: Arc::new(tls::config(trust)?), reach: Arc::new(reach), limits })
    }

    /// The limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Refuses a target that may not be dialled, without dialling it. A name that can't be resolved now passes.
    ///
    /// # Errors
    /// [`OutboundError::Internal`], [`OutboundError::Plain`].
    pub async fn check(&self, target: &Target) -> Result<(), OutboundError> {
        connect::check(self, target).await
    }

    /// Sends one request and reads the whole answer. Any status is an answer; a redirect is not followed.
    ///
    /// # Errors
    /// [`OutboundError`]. After one the receiver may or may not have done what was asked.
    pub async fn send(&self, target: &Target, request: Request) -> Result<Response, OutboundError> {
        request::send(self, target, request).await
    }

    /// `POST` with a body of this type.
    ///
    /// # Errors
    /// As [`Outbound::send`].
    pub async fn post(
        &self,
        target: &Target,
        content_type: &'static str,
        body: impl Into<bytes::Bytes>,
    ) -> Result<Response, OutboundError> {
        self.send(target, Request::post(content_type, body)).await
    }

    /// `GET`.
    ///
    /// # Errors
    /// As [`Outbound::send`].
    pub async fn get(&self, target: &Target) -> Result<Response, OutboundError> {
        self.send(target, Request::get()).await
    }

    /// A stream of bytes to a port, under TLS unless the target says otherwise and the reach lets it.
    ///
    /// # Errors
    /// [`OutboundError`], within the limit for connecting.
    pub async fn stream(&self, target: &Target) -> Result<Box<dyn Wire>, OutboundError> {
        connect::within(self, target).await
    }
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbound")
            .field("reach", &self.reach)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
