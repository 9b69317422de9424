//! The Podman networks behind an environment, over Podman's own API.

use std::time::Duration;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use ward_spine::engine::{EngineError, NetworkSpec, label};

use super::Plan;
use crate::{
    child,
    podman::{Client, broken, message},
};

const LIMIT: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
struct Seen {
    name: String,
    #[serde(default)]
    network_interface: String,
    #[serde(default)]
    internal: bool,
    #[serde(default)]
    dns_enabled: bool,
    #[serde(default)]
    subnets: Vec<Subnet>,
}

#[derive(Deserialize)]
struct Subnet {
    subnet: String,
}

/// Creates a network if it is not there as it should be.
pub(super) async fn create(
    podman: &Client,
    plan: &Plan,
    spec: &NetworkSpec,
    egress: bool,
) -> Result<(), EngineError> {
    let names = plan.names(spec.index);
    let (name, bridge, (address, prefix)) = if egress {
        (names.egress, plan.egress_bridge(spec.index), plan.egress(spec.index))
    } else {
        (names.internal, plan.bridge(spec.index), plan.internal(spec.index))
    };
    let subnet = format!("{address}/{prefix}");
    if let Some(seen) = podman.read::<Seen>(&format!("/libpod/networks/{name}/json")).await? {
        let same = seen.network_interface == bridge
            && seen.internal != egress
            && !seen.dns_enabled
            && seen.subnets.iter().map(|s| s.subnet.as_str()).eq([subnet.as_str()]);
        if same {
            return Ok(());
        }
        tracing::warn!(name, "the network is not as it should be: making it anew");
        remove(podman, &name).await?;
    }
    let mut labels = spec.labels.clone();
    labels.insert(label::INSTANCE.into(), plan.instance().into());
    let gateway = std::net::Ipv4Addr::from(u32::from(address) + 1);
    let body = json!({
        "name": name,
        "driver": "bridge",
        "network_interface": bridge,
        "internal": !egress,
        "dns_enabled": false,
        "ipv6_enabled": false,
        "subnets": [{"subnet": subnet, "gateway": gateway}],
        "labels": labels,
    });
    let (status, answer) = podman.libpod(Method::POST, "/libpod/networks/create", Some(&body)).await?;
    if status.is_success() || status == StatusCode::CONFLICT {
        return Ok(());
    }
    Err(broken(format!("creating the network {name}"), message(status, &answer)))
}

/// Removes a network; one that is not there is no error.
pub(super) async fn remove(podman: &Client, name: &str) -> Result<(), EngineError> {
    let (status, answer) = podman.libpod(Method::DELETE, &format!("/libpod/networks/{name}"), None).await?;
    if status == StatusCode::NOT_FOUND {
        return Ok(());
    }
    // The answer is 200 with a list that may hold an error.
    let failed = serde_json::from_slice::<Value>(&answer)
        .ok()
        .and_then(|value| value.pointer("/0/Err").filter(|error| !error.is_null()).map(Value::to_string));
    if let Some(error) = failed {
        return Err(broken(format!("removing the network {name}"), error));
    }
    if status.is_success() {
        return Ok(());
    }
    Err(broken(format!("removing the network {name}"), message(status, &answer)))
}

/// Names of all networks of this Podman.
pub(super) async fn list(podman: &Client) -> Result<Vec<String>, EngineError> {
    let seen = podman.read::<Vec<Seen>>("/libpod/networks/json").await?.unwrap_or_default();
    Ok(seen.into_iter().map(|network| network.name).collect())
}

/// Network interfaces whose name begins with a prefix.
pub(super) async fn links(prefix: &str) -> Result<Vec<String>, EngineError> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir("/sys/class/net").map_err(|e| broken("listing network interfaces", e))?;
    for entry in entries.flatten() {
        if let Ok(name) = entry.file_name().into_string()
            && name.starts_with(prefix)
        {
            found.push(name);
        }
    }
    Ok(found)
}

/// Removes a network interface; one that is not there is no error.
pub(crate) async fn remove_link(name: &str) -> Result<(), EngineError> {
    if !std::path::Path::new("/sys/class/net").join(name).exists() {
        return Ok(());
    }
    child::check("ip", &["link", "delete", name], LIMIT).await.map(drop)
}
