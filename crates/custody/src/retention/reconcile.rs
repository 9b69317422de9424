//! The loop `retention`: looks at what is stored of policies, and prunes what may go.

use std::time::Duration;

use async_trait::async_trait;
use ward_spine::{Ctx, Result, alerts::Severity, reconcile::Reconciler};

use super::{LOOP, policy, prune};
use crate::{archive::Place, logs};

/// Topic of the alert about rows that say less than is allowed.
const DAMAGED: &str = "retention:damaged";

/// The loop `retention`.
pub struct RetentionLoop {
    place: Option<Place>,
}

impl RetentionLoop {
    /// A loop over the configured archive; without one nothing is ever pruned.
    pub fn new(place: Option<Place>) -> Self {
        Self { place }
    }
}

#[async_trait]
impl Reconciler for RetentionLoop {
    fn name(&self) -> &'static str {
        LOOP
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3600)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        if ctx.core().vault.is_sealed() {
            return Ok(String::new());
        }
        let (mut done, mut damaged) = (Vec::new(), Vec::new());
        for (log, series) in logs::all(ctx.core())? {
            if let Some(damage) = policy(ctx.read().await?.conn(), log).await?.damage {
                damaged.push(format!("{log}: {damage}"));
            }
            let closed = series.shards().into_iter().filter(|shard| shard.closed.is_some());
            for shard in closed {
                if shard.archived {
                    done.extend(prune::finish(ctx, log, &series, &shard).await?);
                } else if let Some(place) = &self.place {
                    let _alone = place.alone().await;
                    match prune::prune(ctx, place, log, &series, &shard).await {
                        Ok(said) => done.extend(said),
                        Err(error) => {
                            tracing::warn!(%log, shard = shard.name, %error, "pruning");
                            done.push(format!("{log}/{} stays: {error}", shard.name));
                        }
                    }
                }
            }
        }
        let alerts = &ctx.core().alerts;
        if damaged.is_empty() {
            alerts.clear(DAMAGED).await?;
        } else {
            let text = format!(
                "{}. Six years and no pruning hold meanwhile. Set the retention anew, and find out who wrote to the store.",
                damaged.join("; ")
            );
            alerts.raise(DAMAGED, Severity::Critical, "A stored retention is below the floor", &text).await?;
            done.push(text);
        }
        Ok(done.join("; "))
    }
}
