//! Networks of environments, and the packet filter that keeps them apart.
//!
//! An environment has an internal Podman network (no route out, no DNS) and, if one of its containers declares
//! egress, a second one with a route out. Podman's own networks reach each other and the host; what isolates
//! is Ward's own table, see [`document`]. The order is always filter first, network second, container third, so a
//! container never runs without its filter.

mod nft;
mod plan;
mod podman;
mod table;

use std::{net::Ipv4Addr, sync::Arc};

use tokio::sync::Mutex;
use ward_spine::engine::{Capability, EngineError, Flow, NetworkSpec};

use crate::podman::{Client, broken};
pub use plan::Plan;
pub(crate) use plan::fingerprint;
pub(crate) use podman::remove_link;
pub use table::{Layer2, document};

/// What the networks of an instance are made from.
#[derive(Clone)]
pub struct NetworksConfig {
    /// Name of the instance; unique on the host, `[a-z0-9-]{1,32}`.
    pub instance: String,
    /// Private addresses for all networks, address and prefix length. A /15 holds all 251 environments.
    pub pool: (Ipv4Addr, u8),
    /// The instance's Podman.
    pub podman: Client,
}

/// Names of the two Podman networks of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkNames {
    /// Without a route out. Always there after [`Networks::apply_network`].
    pub internal: String,
    /// With a route out. There after [`Networks::apply_egress`].
    pub egress: String,
}

/// The networks of one instance. Cheap to clone.
#[derive(Clone)]
pub struct Networks {
    plan: Plan,
    podman: Client,
    filter: Arc<Mutex<Filter>>,
}

/// What the filter shall say; the lock also makes changes one after the other.
#[derive(Default)]
struct Filter {
    flows: Vec<Flow>,
    builds: Vec<(Ipv4Addr, u16)>,
    /// How the kernel can do it; None until probed.
    layer2: Option<Layer2>,
    /// What the tables looked like right after they were last written; None in a new process.
    shape: Option<u64>,
}

impl Networks {
    /// Checks the configuration; touches nothing.
    ///
    /// # Errors
    /// [`EngineError::Unsupported`] for a name or a pool that can't be used, see [`Plan::new`].
    pub fn new(config: NetworksConfig) -> Result<Self, EngineError> {
        let plan = Plan::new(&config.instance, config.pool)?;
        Ok(Self { plan, podman: config.podman, filter: Arc::default() })
    }

    /// Names and addresses.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Names of the networks of an environment.
    pub fn names(&self, index: u16) -> NetworkNames {
        self.plan.names(index)
    }

    /// Subnet of the internal network: network address and prefix length.
    pub fn subnet(&self, index: u16) -> (Ipv4Addr, u8) {
        self.plan.internal(index)
    }

    /// The address that a container with this internal address must get in its egress network; None if
    /// the address is not in an internal network of this instance.
    pub fn egress_address(&self, internal: Ipv4Addr) -> Option<Ipv4Addr> {
        self.plan.outward(internal)
    }

    /// Creates the internal network of an environment if it is not there; before that, the filter.
    ///
    /// # Errors
    /// [`EngineError::Unsupported`] if the pool has no room for the index or the kernel can't filter.
    pub async fn apply_network(&self, spec: &NetworkSpec) -> Result<(), EngineError> {
        if spec.index >= self.plan.capacity() {
            let (pool, prefix) = self.plan.pool();
            return Err(EngineError::Unsupported {
                what: "give the environment a network",
                why: format!(
                    "the pool {pool}/{prefix} has room for {} environments and this is number {}; a /15 has \
                     room for 251",
                    self.plan.capacity(),
                    spec.index
                ),
            });
        }
        self.ensure_filter().await?;
        podman::create(&self.podman, &self.plan, spec, false).await
    }

    /// Creates the egress network of an environment if it is not there, with the labels of its internal one.
    ///
    /// # Errors
    /// As [`apply_network`](Self::apply_network).
    pub async fn apply_egress(&self, spec: &NetworkSpec) -> Result<(), EngineError> {
        self.apply_network(spec).await?;
        podman::create(&self.podman, &self.plan, spec, true).await
    }

    /// Removes both networks of an environment; ones that are not there are no error.
    ///
    /// # Errors
    /// If a container is still in one of them.
    pub async fn remove_network(&self, index: u16) -> Result<(), EngineError> {
        let names = self.plan.names(index);
        podman::remove(&self.podman, &names.egress).await?;
        podman::remove(&self.podman, &names.internal).await?;
        for bridge in [self.plan.egress_bridge(index), self.plan.bridge(index)] {
            remove_link(&bridge).await?;
        }
        Ok(())
    }

    /// Indexes of the environments that have a network, in order.
    ///
    /// # Errors
    /// If the engine does not answer.
    pub async fn list(&self) -> Result<Vec<u16>, EngineError> {
        let mut found: Vec<_> =
            podman::list(&self.podman).await?.iter().filter_map(|name| self.plan.index(name)).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// Replaces all allowed flows in one transaction; everything else is denied.
    ///
    /// A flow to an address outside the pool may come from a container's internal address: it is written for
    /// that container's address in its egress network, which is what the packet carries.
    ///
    /// # Errors
    /// [`EngineError::Unsupported`] for a flow that may never be: from outside an environment, between two
    /// environments, to loopback, link-local (cloud metadata), multicast or port 0. Nothing is changed then.
    pub async fn apply_flows(&self, flows: &[Flow]) -> Result<(), EngineError> {
        let flows = flows.iter().map(|flow| self.outward(flow)).collect::<Result<Vec<_>, _>>()?;
        let mut filter = self.filter.lock().await;
        filter.flows = flows;
        self.write(&mut filter).await
    }

    /// The flows that the kernel has, sorted, as they were given to [`apply_flows`](Self::apply_flows) (reasons
    /// cut to 120 printable ASCII characters, equal tuples merged). None if the tables are missing or not
    /// exactly as this process wrote them, so also before its first [`apply_flows`](Self::apply_flows): apply again.
    ///
    /// # Errors
    /// If `nft` can't be asked.
    pub async fn flows(&self) -> Result<Option<Vec<Flow>>, EngineError> {
        let filter = self.filter.lock().await;
        if !self.in_force(&filter).await? {
            return Ok(None);
        }
        let Some(seen) = nft::read(&self.plan).await? else { return Ok(None) };
        let mut flows: Vec<_> = seen.flows.into_iter().map(|flow| self.inward(flow)).collect();
        flows.sort();
        Ok(Some(flows))
    }

    /// What [`flows`](Self::flows) will say after [`apply_flows`](Self::apply_flows) of these: for comparing.
    pub fn canonical(flows: &[Flow]) -> Vec<Flow> {
        let mut merged: std::collections::BTreeMap<_, String> = std::collections::BTreeMap::new();
        for flow in flows {
            let reason = merged.entry((flow.from, flow.to, flow.port)).or_default();
            if !reason.is_empty() {
                reason.push_str("; ");
            }
            reason.push_str(&flow.reason);
        }
        merged
            .into_iter()
            .map(|((from, to, port), reason)| Flow { from, to, port, reason: table::plain(&reason, 120) })
            .collect()
    }

    /// Removes the filter, all networks of this instance and their links. For taking an instance away.
    ///
    /// # Errors
    /// If a container is still in one of the networks; the filter then stays.
    pub async fn destroy(&self) -> Result<(), EngineError> {
        for index in self.list().await? {
            self.remove_network(index).await?;
        }
        let mut filter = self.filter.lock().await;
        for link in podman::links(&self.plan.interface_prefix()).await? {
            remove_link(&link).await?;
        }
        nft::apply(&table::removal(&self.plan)).await?;
        *filter = Filter::default();
        Ok(())
    }

    /// What the kernel can do here.
    pub async fn capability(&self) -> Capability {
        let name = "nftables".to_owned();
        match nft::probe(&self.plan).await {
            Ok(Layer2::Netfilter) => Capability {
                name,
                present: true,
                detail: "routed and bridged packets pass Ward's own table (br_netfilter)".into(),
            },
            Ok(Layer2::BridgeName) => Capability {
                name,
                present: true,
                detail: "routed and bridged packets pass Ward's own tables (families inet and bridge)".into(),
            },
            Err(error) => Capability { name, present: false, detail: error.to_string() },
        }
    }

    /// Lets the build network reach these, until the next call.
    pub(crate) async fn allow_builds(&self, targets: Vec<(Ipv4Addr, u16)>) -> Result<(), EngineError> {
        let mut filter = self.filter.lock().await;
        filter.builds = targets;
        self.write(&mut filter).await
    }

    /// Writes the filter if it is not in force.
    async fn ensure_filter(&self) -> Result<(), EngineError> {
        let mut filter = self.filter.lock().await;
        if self.in_force(&filter).await? {
            return Ok(());
        }
        if filter.shape.is_none()
            && let Some(seen) = nft::read(&self.plan).await?
        {
            // A new process: keep what the last one allowed, until the loop says what is wanted now.
            filter.flows = seen.flows;
        }
        self.write(&mut filter).await
    }

    async fn in_force(&self, filter: &Filter) -> Result<bool, EngineError> {
        let Some(shape) = filter.shape else { return Ok(false) };
        if filter.layer2 == Some(Layer2::Netfilter) && !nft::bridge_netfilter() {
            tracing::error!(
                "net.bridge.bridge-nf-call-iptables was switched off: bridged packets pass no filter"
            );
            return Ok(false);
        }
        Ok(nft::read(&self.plan).await?.is_some_and(|seen| seen.shape == shape))
    }

    async fn write(&self, filter: &mut Filter) -> Result<(), EngineError> {
        let layer2 = match filter.layer2 {
            Some(Layer2::Netfilter) if !nft::bridge_netfilter() => nft::probe(&self.plan).await?,
            Some(known) => known,
            None => nft::probe(&self.plan).await?,
        };
        filter.layer2 = Some(layer2);
        nft::apply(&document(&self.plan, layer2, &filter.flows, &filter.builds)).await?;
        let seen = nft::read(&self.plan).await?;
        let seen = seen.ok_or_else(|| broken("loading Ward's packet filter", "the tables are gone again"))?;
        filter.shape = Some(seen.shape);
        Ok(())
    }

    fn outward(&self, flow: &Flow) -> Result<Flow, EngineError> {
        let refuse = |why: &str| EngineError::Unsupported {
            what: "allow a flow",
            why: format!("{} -> {}:{} ({}) {why}", flow.from, flow.to, flow.port, flow.reason),
        };
        let Some(environment) = self.plan.environment(flow.from) else {
            return Err(refuse("does not come from an environment of this instance"));
        };
        let to = flow.to;
        if flow.port == 0 {
            return Err(refuse("has no port"));
        }
        if to.is_loopback()
            || to.is_link_local()
            || to.is_multicast()
            || to.is_unspecified()
            || to.is_broadcast()
        {
            return Err(refuse("goes to an address that no container may reach"));
        }
        if self.plan.owns(to) {
            if self.plan.environment(to) != Some(environment) {
                return Err(refuse("leaves its environment"));
            }
            return Ok(flow.clone());
        }
        let from = self.plan.outward(flow.from).unwrap_or(flow.from);
        Ok(Flow { from, ..flow.clone() })
    }

    fn inward(&self, flow: Flow) -> Flow {
        let from = if self.plan.owns(flow.to) { None } else { self.plan.inward(flow.from) };
        Flow { from: from.unwrap_or(flow.from), ..flow }
    }
}
