//! All connections that are allowed, computed from the store alone.

use std::{collections::BTreeSet, net::Ipv4Addr};

use ward_model::AppId;
use ward_spine::{Error, ReadTx, Result, engine::Flow};

use super::sql;
use crate::{
    apps::manifest::{Egress, Manifest},
    databases,
    sql::damaged,
};

/// An app's address with what its release declares.
pub(super) struct Declared {
    pub(super) app: AppId,
    pub(super) name: String,
    pub(super) process: String,
    pub(super) address: Ipv4Addr,
    pub(super) egress: Vec<Egress>,
}

/// Containers with what they may reach outside.
pub(super) async fn declared(read: &mut ReadTx) -> Result<Vec<Declared>> {
    let rows: Vec<(String, String, String, String, String)> =
        sqlx::query_as(sql::INSTANCES).fetch_all(read.conn()).await?;
    rows.into_iter()
        .map(|(app, name, process, address, manifest)| {
            let manifest: Manifest = serde_json::from_str(&manifest).map_err(|e| damaged("a manifest", e))?;
            let address = address.parse().map_err(|e| damaged("an address", e))?;
            Ok(Declared { app: app.parse()?, name, process, address, egress: manifest.egress })
        })
        .collect()
}

/// Addresses that egress names stand for now: (app, name, address), oldest first.
pub(super) async fn resolved(read: &mut ReadTx) -> Result<Vec<(AppId, String, Ipv4Addr)>> {
    let rows: Vec<(String, String, String, i64)> = sqlx::query_as(sql::EGRESS).fetch_all(read.conn()).await?;
    rows.into_iter()
        .map(|(app, host, address, _)| {
            Ok::<_, Error>((app.parse()?, host, address.parse().map_err(|e| damaged("an address", e))?))
        })
        .collect()
}

/// All flows: apps to their databases, and apps to what they declare outside.
pub(super) async fn wanted(read: &mut ReadTx) -> Result<Vec<Flow>> {
    let mut flows: BTreeSet<Flow> = databases::flows(read).await?.into_iter().collect();
    let known = resolved(read).await?;
    for container in declared(read).await? {
        for egress in &container.egress {
            let addresses =
                known.iter().filter(|(app, host, _)| *app == container.app && *host == egress.host);
            for (_, _, to) in addresses {
                let reason =
                    format!("{}/{} -> {}:{}", container.name, container.process, egress.host, egress.port);
                flows.insert(Flow { from: container.address, to: *to, port: egress.port, reason });
            }
        }
    }
    Ok(flows.into_iter().collect())
}

/// What a flow allows, without why: the kernel keeps no reasons.
pub(super) fn effect(flows: &[Flow]) -> BTreeSet<(Ipv4Addr, Ipv4Addr, u16)> {
    flows.iter().map(|f| (f.from, f.to, f.port)).collect()
}
