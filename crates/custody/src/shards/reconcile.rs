//! The loop `shards`: begins a new shard of each log at the turn of the year.

use std::time::Duration;

use async_trait::async_trait;
use ward_spine::{Ctx, Result, reconcile::Reconciler};

use super::{LOOP, is_due, roll::roll};
use crate::logs;

/// The loop `shards`.
#[derive(Debug, Default)]
pub struct ShardsLoop;

#[async_trait]
impl Reconciler for ShardsLoop {
    fn name(&self) -> &'static str {
        LOOP
    }

    fn every(&self) -> Duration {
        Duration::from_secs(30)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        if ctx.core().vault.is_sealed() {
            return Ok(String::new());
        }
        let mut done = Vec::new();
        for (log, series) in logs::all(ctx.core())? {
            if is_due(&series.current_shard(), ctx.now())? {
                let shard = roll(ctx, log, "a new year").await?;
                done.push(format!("{log} goes on in {}", shard.name));
            }
        }
        Ok(done.join("; "))
    }
}
