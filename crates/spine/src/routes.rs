//! How loops hand the routes to the ingress, which is a process of its own.

use std::time::Duration;

use async_trait::async_trait;
use ward_model::routes::RouteSnapshot;

/// Publishes routes to the data plane.
#[async_trait]
pub trait RoutePublisher: Send + Sync + 'static {
    /// Makes the snapshot live; returns when the ingress serves by it.
    async fn publish(&self, snapshot: &RouteSnapshot) -> Result<(), RouteError>;
    /// Waits until the upstream has no request in flight, or the time is over: then false.
    async fn drained(&self, upstream: &str, longest: Duration) -> Result<bool, RouteError>;
}

/// The ingress did not take it.
#[derive(Debug, thiserror::Error)]
#[error("the ingress did not take the routes: {0}")]
pub struct RouteError(pub String);
