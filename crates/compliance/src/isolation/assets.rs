//! `inv.assets`: what is really there against what is registered.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::json;

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, minutes},
    sql,
    transmission::DatabaseRow,
};

/// Containers, volumes and networks of the engine, and the rows that stand for them.
pub(crate) struct Assets;

#[async_trait]
impl Check for Assets {
    fn id(&self) -> &'static str {
        "inv.assets"
    }
    fn every(&self) -> Duration {
        minutes(15)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("the host's own hardware, programs and accounts")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let first = difference(probe).await?;
        if first.1.is_empty() {
            return Ok(finish(first));
        }
        // A roll-out is a difference for a moment; what stays is one.
        tokio::time::sleep(Duration::from_secs(10)).await;
        let second = difference(probe).await?;
        let lasting = second.1.into_iter().filter(|(k, _)| first.1.contains_key(k)).collect();
        Ok(finish((second.0, lasting)))
    }
}

type Seen = (usize, BTreeMap<String, &'static str>);

async fn difference(probe: &Probe) -> Result<Seen, Unseen> {
    let mut read = probe.read().await?;
    let instances: Vec<(String, String, String, String)> =
        sqlx::query_as(sql::INSTANCES).fetch_all(read.conn()).await?;
    let databases: Vec<DatabaseRow> = sqlx::query_as(sql::DATABASES).fetch_all(read.conn()).await?;
    let environments: Vec<(String, String, String, i64, i64, i64)> =
        sqlx::query_as(sql::ENVIRONMENTS).fetch_all(read.conn()).await?;
    drop(read);
    let servers: BTreeSet<String> = databases.iter().map(|d| d.0.replace('_', "-")).collect();
    let ready = databases.iter().filter(|d| d.4 == "ready").map(|d| d.0.replace('_', "-"));
    let known: BTreeSet<String> = instances.into_iter().map(|i| i.0).chain(servers.iter().cloned()).collect();
    let containers: BTreeSet<String> = probe.engine.observe().await?.into_iter().map(|c| c.name).collect();
    let volumes: BTreeSet<String> = probe.engine.volumes().await?.into_iter().map(|v| v.id).collect();
    let networks: BTreeSet<String> = probe.engine.networks().await?.iter().map(ToString::to_string).collect();
    let wanted: BTreeSet<String> = environments.iter().map(|e| e.3.to_string()).collect();
    let mut out = BTreeMap::new();
    let mut add = |kind: &str, names: Vec<String>, why: &'static str| {
        out.extend(names.into_iter().map(|name| (format!("{kind} {name}"), why)));
    };
    let minus = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
    add("container", minus(&containers, &known), "a container runs that is not registered");
    add("volume", minus(&volumes, &servers), "a volume exists that is not registered");
    add("network", minus(&networks, &wanted), "a network exists that is not registered");
    let missing: Vec<String> =
        ready.filter(|name| !volumes.contains(name) || !containers.contains(name)).collect();
    add("database", missing, "a registered database has no container or volume");
    add("network", minus(&wanted, &networks), "a registered environment has no network");
    Ok((containers.len() + volumes.len() + networks.len() + known.len() + wanted.len(), out))
}

fn finish((seen, faults): Seen) -> Finding {
    let mut tally = Tally::of("containers, volumes, networks and their rows");
    (0..seen).for_each(|_| tally.saw());
    tally.note(json!({ "differences": faults.len() }));
    for (name, why) in faults {
        tally.fault(name, why);
    }
    tally.finish("match")
}
