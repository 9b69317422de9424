//! The loop `routes`: publishes the snapshot when it changed.

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::sync::Mutex;
use ward_model::routes::RouteSnapshot;
use ward_spine::{Ctx, Error, Result, reconcile::Reconciler, routes::RoutePublisher};

use super::snapshot;

/// The loop `routes`. The loop `apps` calls it too, when it moves an app to new containers.
pub struct Routes {
    publisher: Arc<dyn RoutePublisher>,
    socket: PathBuf,
    /// What was published last; also: one publisher at a time.
    last: Mutex<Option<RouteSnapshot>>,
}

impl Routes {
    /// A loop that publishes to the ingress; `socket` is where Ward's own door listens.
    pub fn new(publisher: Arc<dyn RoutePublisher>, socket: PathBuf) -> Self {
        Self { publisher, socket, last: Mutex::default() }
    }

    /// Publishes what changed; returns when the ingress serves by it. Says whether it did.
    ///
    /// # Errors
    /// `unavailable` if the ingress does not take it.
    pub async fn sync(&self, ctx: &Ctx) -> Result<bool> {
        let mut last = self.last.lock().await;
        let mut wanted = snapshot::compute(ctx, &self.socket).await?;
        let version = last.as_ref().map_or(0, |l| l.version);
        wanted.version = version;
        if last.as_ref() == Some(&wanted) {
            return Ok(false);
        }
        // Counts on over a restart of Ward: the ingress may hold a snapshot of the process before.
        wanted.version = (version + 1).max(u64::try_from(ctx.now().micros()).unwrap_or(1));
        wanted.validate().map_err(|e| Error::internal("computing the routes", e))?;
        let published = self.publisher.publish(&wanted).await;
        published.map_err(|e| Error::unavailable("the ingress does not take the routes", e))?;
        *last = Some(wanted);
        Ok(true)
    }

    /// Waits until a container has no request in flight, or the time is over: then false.
    ///
    /// # Errors
    /// `unavailable` if the ingress does not answer.
    pub async fn drained(&self, container: &str, longest: Duration) -> Result<bool> {
        let drained = self.publisher.drained(container, longest).await;
        drained.map_err(|e| Error::unavailable("the ingress does not tell what is in flight", e))
    }
}

#[async_trait]
impl Reconciler for Routes {
    fn name(&self) -> &'static str {
        "routes"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        if ctx.core().vault.is_sealed() {
            return Ok(String::new());
        }
        Ok(if self.sync(ctx).await? { "routes published".to_owned() } else { String::new() })
    }
}
