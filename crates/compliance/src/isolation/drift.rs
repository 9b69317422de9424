//! `int.config-drift`: what the store intends against what the kernel and the engine have.

use std::{collections::BTreeSet, net::Ipv4Addr, time::Duration};

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, minutes},
    sql,
};

/// The part of a manifest that opens paths.
#[derive(Deserialize)]
struct Declared {
    #[serde(default)]
    egress: Vec<Egress>,
}

#[derive(Deserialize)]
struct Egress {
    host: String,
    port: u16,
}

type Flow = (Ipv4Addr, Ipv4Addr, u16);

/// The packet filter, computed anew from the store; looked at twice, because a roll-out changes both.
pub(crate) struct Drift;

#[async_trait]
impl Check for Drift {
    fn id(&self) -> &'static str {
        "int.config-drift"
    }
    fn every(&self) -> Duration {
        minutes(10)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("the configuration of the host itself, and settings inside databases")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut found = look(probe).await?;
        if found.verdict == ward_model::posture::Verdict::Fail {
            // The loop puts a difference right within seconds; one that stays is drift.
            tokio::time::sleep(Duration::from_secs(8)).await;
            found = look(probe).await?;
        }
        Ok(found)
    }
}

async fn look(probe: &Probe) -> Result<Finding, Unseen> {
    let mut tally = Tally::of("networks, filters and flows");
    let wanted = wanted(probe).await?;
    let rows: Vec<(String, String, String, i64, i64, i64)> =
        sqlx::query_as(sql::ENVIRONMENTS).fetch_all(probe.read().await?.conn()).await?;
    let networks: BTreeSet<u16> = rows.iter().filter_map(|r| u16::try_from(r.3).ok()).collect();
    if networks.is_empty() && wanted.is_empty() {
        return Ok(Finding::empty("there is no environment yet"));
    }
    let present: BTreeSet<u16> = probe.engine.networks().await?.into_iter().collect();
    for index in networks.symmetric_difference(&present) {
        tally.fault(index, "a network is there that should not be, or is missing");
    }
    match probe.engine.flows().await? {
        None => tally.fault("filter", "Ward's packet filter is missing or was changed by others"),
        Some(flows) => {
            tally.saw();
            let actual: BTreeSet<Flow> = flows.into_iter().map(|f| (f.from, f.to, f.port)).collect();
            for (from, to, port) in actual.difference(&wanted) {
                tally.fault(
                    format!("{from} -> {to}:{port}"),
                    "the packet filter allows a connection that nobody declared",
                );
            }
            for (from, to, port) in wanted.difference(&actual) {
                tally
                    .fault(format!("{from} -> {to}:{port}"), "the packet filter lacks a declared connection");
            }
            actual.iter().for_each(|_| tally.saw());
        }
    }
    tally.note(json!({ "networks": networks.len(), "flows": wanted.len() }));
    Ok(tally.finish("are as declared"))
}

/// Flows that the store intends.
async fn wanted(probe: &Probe) -> Result<BTreeSet<Flow>, Unseen> {
    let address = |text: &str| {
        text.parse::<Ipv4Addr>().map_err(|_| Unseen("an address in the store is malformed".into()))
    };
    let mut read = probe.read().await?;
    let mut out = BTreeSet::new();
    let databases: Vec<(String, String)> = sqlx::query_as(sql::DATABASE_FLOWS).fetch_all(read.conn()).await?;
    for (from, to) in databases {
        out.insert((address(&from)?, address(&to)?, 5432));
    }
    let resolved: Vec<(String, String, String)> = sqlx::query_as(sql::EGRESS).fetch_all(read.conn()).await?;
    let instances: Vec<(String, String, String, String)> =
        sqlx::query_as(sql::INSTANCES).fetch_all(read.conn()).await?;
    for (_, app, from, manifest) in instances {
        let manifest: Declared = serde_json::from_str(&manifest)
            .map_err(|_| Unseen("a manifest in the store is malformed".into()))?;
        for egress in manifest.egress {
            for (_, _, to) in resolved.iter().filter(|(a, h, _)| *a == app && *h == egress.host) {
                out.insert((address(&from)?, address(to)?, egress.port));
            }
        }
    }
    Ok(out)
}
