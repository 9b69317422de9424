//! Speaks to the kernel's packet filter through `nft`: applies a document, reads the tables back.

use std::{net::Ipv4Addr, time::Duration};

use serde_json::{Value, json};
use ward_spine::engine::{EngineError, Flow};

use super::{Layer2, Plan, plan::fingerprint};
use crate::{child, podman::broken};

const LIMIT: Duration = Duration::from_secs(20);

/// Both tables as the kernel has them.
pub(crate) struct Seen {
    /// Elements of the `inet` table's set.
    pub(crate) flows: Vec<Flow>,
    /// Hash of all else: chains, hooks, rules, other sets, and that both tables hold the same flows.
    pub(crate) shape: u64,
}

/// One transaction: all of the document or nothing.
pub(crate) async fn apply(document: &Value) -> Result<(), EngineError> {
    let mut nft = child::command("nft");
    nft.args(["-j", "-f", "-"]);
    let done = child::run(nft, Some(document.to_string().as_bytes()), LIMIT).await?;
    if done.success { Ok(()) } else { Err(broken("loading Ward's packet filter", done.stderr)) }
}

/// Whether the kernel would take the document; changes nothing.
async fn would_take(document: &Value) -> Result<bool, EngineError> {
    let mut nft = child::command("nft");
    nft.args(["-c", "-j", "-f", "-"]);
    Ok(child::run(nft, Some(document.to_string().as_bytes()), LIMIT).await?.success)
}

/// None if one of the tables is missing.
pub(crate) async fn read(plan: &Plan) -> Result<Option<Seen>, EngineError> {
    let Some(inet) = list("inet", plan).await? else { return Ok(None) };
    let Some(bridge) = list("bridge", plan).await? else { return Ok(None) };
    let (mut flows, mut others) = (elements(&inet), elements(&bridge));
    flows.sort();
    others.sort();
    let shape = json!([strip(inet), strip(bridge), flows == others]);
    Ok(Some(Seen { flows, shape: fingerprint(shape.to_string().as_bytes()) }))
}

async fn list(family: &str, plan: &Plan) -> Result<Option<Value>, EngineError> {
    let mut nft = child::command("nft");
    nft.args(["-j", "list", "table", family, &plan.table()]);
    let done = child::run(nft, None, LIMIT).await?;
    if done.success {
        return serde_json::from_slice(&done.stdout)
            .map(Some)
            .map_err(|e| broken("reading the packet filter", e));
    }
    if done.stderr.contains("No such file or directory") {
        return Ok(None);
    }
    Err(broken("reading the packet filter", done.stderr))
}

/// Elements of the set `flows` in a listing.
fn elements(listing: &Value) -> Vec<Flow> {
    objects(listing)
        .filter_map(|object| object.get("set"))
        .filter(|set| set.get("name").and_then(Value::as_str) == Some("flows"))
        .filter_map(|set| set.get("elem")?.as_array())
        .flatten()
        .filter_map(element)
        .collect()
}

fn element(value: &Value) -> Option<Flow> {
    let (tuple, reason) = match value.get("elem") {
        Some(inner) => (inner.get("val")?, inner.get("comment").and_then(Value::as_str).unwrap_or_default()),
        None => (value, ""),
    };
    let parts = tuple.get("concat")?.as_array()?;
    let address = |at: usize| parts.get(at)?.as_str()?.parse::<Ipv4Addr>().ok();
    let port = u16::try_from(parts.get(2)?.as_u64()?).ok()?;
    Some(Flow { from: address(0)?, to: address(1)?, port, reason: reason.to_owned() })
}

/// A listing without what changes by itself: handles, counters, the flows.
fn strip(listing: Value) -> Value {
    fn clean(value: Value) -> Value {
        match value {
            Value::Object(fields) => fields
                .into_iter()
                .filter(|(key, _)| !matches!(key.as_str(), "handle" | "packets" | "bytes" | "metainfo"))
                .map(|(key, value)| (key, clean(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Value::Array(items) => items.into_iter().map(clean).collect(),
            other => other,
        }
    }
    let kept: Vec<_> = objects(&listing)
        .filter(|object| object.pointer("/set/name").and_then(Value::as_str) != Some("flows"))
        .cloned()
        .map(clean)
        .collect();
    kept.into()
}

fn objects(listing: &Value) -> impl Iterator<Item = &Value> {
    listing.get("nftables").and_then(Value::as_array).into_iter().flatten()
}

/// Finds out how this kernel can keep containers of one bridge apart. Changes nothing.
pub(crate) async fn probe(plan: &Plan) -> Result<Layer2, EngineError> {
    let lacks = |why: &str| EngineError::Unsupported { what: "keep containers apart", why: why.to_owned() };
    if bridge_netfilter() {
        if would_take(&super::document(plan, Layer2::Netfilter, &[], &[])).await? {
            return Ok(Layer2::Netfilter);
        }
        return Err(lacks(
            "the kernel's nftables lacks the inet or bridge family, sets or connection tracking",
        ));
    }
    if would_take(&super::document(plan, Layer2::BridgeName, &[], &[])).await? {
        return Ok(Layer2::BridgeName);
    }
    Err(lacks(
        "bridged packets pass no filter; run `modprobe br_netfilter` and set net.bridge.bridge-nf-call-iptables=1 \
         and net.bridge.bridge-nf-call-ip6tables=1, or use a kernel with nft_meta_bridge",
    ))
}

/// Whether the kernel shows bridged IPv4 and IPv6 packets to the `inet` family now.
pub(crate) fn bridge_netfilter() -> bool {
    ["iptables", "ip6tables"].iter().all(|kind| {
        std::fs::read_to_string(format!("/proc/sys/net/bridge/bridge-nf-call-{kind}"))
            .is_ok_and(|value| value.trim() == "1")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_with_and_without_a_comment() {
        let listing = json!({"nftables": [{"metainfo": {}}, {"set": {"name": "flows", "elem": [
            {"concat": ["10.0.0.2", "10.0.0.3", 80]},
            {"elem": {"val": {"concat": ["10.0.0.3", "10.0.0.4", 5432]}, "comment": "web to database"}},
            {"concat": ["10.0.0.2"]}, "nonsense", {"elem": 3},
        ]}}]});
        let seen = elements(&listing);
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[1].reason, "web to database");
        assert_eq!(seen[1].port, 5432);
    }

    #[test]
    fn counters_and_handles_do_not_change_the_shape_but_a_missing_rule_does() {
        let listing = |packets: u64, handle: u64| json!({"nftables": [{"rule": {"handle": handle, "expr": [{"counter": {"packets": packets}}, {"drop": null}]}}]});
        assert_eq!(strip(listing(1, 2)), strip(listing(3, 4)));
        assert_ne!(strip(listing(1, 2)), strip(json!({"nftables": []})));
    }

    proptest::proptest! {
        #[test]
        fn any_json_is_read_without_a_panic(text in "\\PC*") {
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                elements(&value);
                strip(value);
            }
        }
    }
}
