//! The loop `network`: networks and flows as they should be, against what the kernel has.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::sync::Mutex;
use ward_spine::{
    Ctx, Result,
    engine::{Engine, NetworkSpec, label},
    reconcile::Reconciler,
};

use super::{egress, flows};
use crate::{engine_error, environments};

/// The loop `network`. The loop `apps` calls it too, before it starts a container: no container runs whose flows
/// are not in place.
pub struct Network {
    engine: Arc<dyn Engine>,
    memory: egress::Memory,
    /// One pass at a time: a slower pass must not put back an older table.
    turn: Mutex<()>,
}

impl Network {
    /// A loop over an engine.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine, memory: egress::Memory::default(), turn: Mutex::default() }
    }

    /// Brings networks and flows in line. Returns what it did.
    ///
    /// # Errors
    /// Those of store and engine.
    pub async fn sync(&self, ctx: &Ctx) -> Result<String> {
        let _turn = self.turn.lock().await;
        let mut done = Vec::new();
        let wanted = environments::all(&mut ctx.read().await?).await?;
        let present = self.engine.networks().await.map_err(engine_error("listing networks"))?;
        for stored in wanted.iter().filter(|s| !present.contains(&s.network) && !s.environment.destroying) {
            let labels = BTreeMap::from([
                (label::ORGANIZATION.to_owned(), stored.environment.organization.to_string()),
                (label::ENVIRONMENT.to_owned(), stored.environment.id.to_string()),
            ]);
            let spec = NetworkSpec { index: stored.network, labels };
            self.engine.apply_network(&spec).await.map_err(engine_error("creating a network"))?;
            done.push(format!("network {} created", stored.network));
        }
        for index in present.iter().filter(|i| !wanted.iter().any(|s| s.network == **i)) {
            self.engine.remove_network(*index).await.map_err(engine_error("removing a network"))?;
            done.push(format!("network {index} removed"));
        }
        let changed = self.memory.refresh(ctx).await?;
        if changed > 0 {
            done.push(format!("destinations of {changed} apps changed"));
        }
        let wanted = flows::wanted(&mut ctx.read().await?).await?;
        let observed = self.engine.flows().await.map_err(engine_error("reading the packet filter"))?;
        if observed.as_deref().map(flows::effect) != Some(flows::effect(&wanted)) {
            self.engine.apply_flows(&wanted).await.map_err(engine_error("writing the packet filter"))?;
            done.push(format!("{} flows written", wanted.len()));
        }
        Ok(done.join("; "))
    }
}

#[async_trait]
impl Reconciler for Network {
    fn name(&self) -> &'static str {
        "network"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        if ctx.core().vault.is_sealed() {
            return Ok(String::new());
        }
        self.sync(ctx).await
    }
}
