//! Hands routes to the ingress process.

use std::time::Duration;

use async_trait::async_trait;
use ward_ingress::control::Client;
use ward_model::routes::RouteSnapshot;
use ward_spine::routes::{RouteError, RoutePublisher};

/// The ingress behind its control socket.
pub(crate) struct Ingress(pub(crate) Client);

#[async_trait]
impl RoutePublisher for Ingress {
    async fn publish(&self, snapshot: &RouteSnapshot) -> Result<(), RouteError> {
        self.0.publish(snapshot).await.map_err(|e| RouteError(e.to_string()))
    }

    async fn drained(&self, upstream: &str, longest: Duration) -> Result<bool, RouteError> {
        self.0.drained(upstream, longest).await.map(|left| left == 0).map_err(|e| RouteError(e.to_string()))
    }
}
