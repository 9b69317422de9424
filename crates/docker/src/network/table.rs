//! The text of Ward's nftables tables: default deny between containers, to the host and to the outside.
//!
//! Podman, other firewalls and the administrator never touch a table of another name, and an `accept` here
//! only hands the packet on to theirs. Both tables are replaced in one transaction, so no moment exists in
//! which a container can reach more than its flows. Written as JSON, because the reasons of flows hold
//! words of users.
//!
//! - `inet ward_<instance>`: everything routed, and everything bridged where the kernel shows bridged packets to
//!   it (`net.bridge.bridge-nf-call-iptables = 1`).
//! - `bridge ward_<instance>`: containers on one bridge, whatever that setting is. It works without connection
//!   tracking, which many kernels lack there: an answer is a packet of a declared flow in reverse that does not
//!   open a connection.
//!
//! Between containers a flow that is taken back ends its connections at once. To the outside a connection that
//! lives stays when its address leaves the set, because resolved addresses change under it.

use std::{collections::BTreeMap, net::Ipv4Addr};

use serde_json::{Value, json};
use ward_spine::engine::Flow;

use super::Plan;

/// How traffic between containers of one bridge that is not IPv4 is kept out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer2 {
    /// The kernel shows bridged packets to the `inet` table (br_netfilter), which drops them.
    Netfilter,
    /// The `bridge` table can match the bridge's name (nft_meta_bridge), and drops them.
    BridgeName,
}

/// Longest comment of a set element that nft takes, in bytes.
const LONGEST_REASON: usize = 120;

/// Longest log prefix that nft takes.
const LONGEST_PREFIX: usize = 60;

/// The nft document (for `nft -j -f -`) that makes the tables say exactly this.
pub fn document(plan: &Plan, layer2: Layer2, flows: &[Flow], builds: &[(Ipv4Addr, u16)]) -> Value {
    let mut batch = Vec::new();
    for family in ["inet", "bridge"] {
        let table = json!({"family": family, "name": plan.table()});
        // `add` first, so that `delete` can't fail on a table that is not there.
        batch.push(json!({"add": {"table": table}}));
        batch.push(json!({"delete": {"table": table}}));
        batch.push(json!({"add": {"table": table}}));
        batch.push(flow_set(plan, family, flows));
    }
    inet(plan, builds, &mut batch);
    bridge(plan, layer2, &mut batch);
    json!({"nftables": batch})
}

/// The document that takes both tables away.
pub(crate) fn removal(plan: &Plan) -> Value {
    let batch: Vec<_> = ["inet", "bridge"]
        .into_iter()
        .flat_map(|family| {
            let table = json!({"family": family, "name": plan.table()});
            [json!({"add": {"table": table}}), json!({"delete": {"table": table}})]
        })
        .collect();
    json!({"nftables": batch})
}

fn flow_set(plan: &Plan, family: &str, flows: &[Flow]) -> Value {
    // The kernel refuses an element twice: two reasons for one tuple become one comment.
    let mut merged: BTreeMap<(Ipv4Addr, Ipv4Addr, u16), String> = BTreeMap::new();
    for flow in flows {
        let reasons = merged.entry((flow.from, flow.to, flow.port)).or_default();
        if !reasons.is_empty() {
            reasons.push_str("; ");
        }
        reasons.push_str(&flow.reason);
    }
    let elements: Vec<_> = merged
        .into_iter()
        .map(|((from, to, port), reason)| {
            let value = json!({"concat": [from, to, port]});
            let comment = plain(&reason, LONGEST_REASON);
            if comment.is_empty() { value } else { json!({"elem": {"val": value, "comment": comment}}) }
        })
        .collect();
    set(plan, family, "flows", &["ipv4_addr", "ipv4_addr", "inet_service"], elements)
}

fn set(plan: &Plan, family: &str, name: &str, kind: &[&str], elements: Vec<Value>) -> Value {
    let mut set = json!({"family": family, "table": plan.table(), "name": name, "type": kind});
    if let (false, Some(fields)) = (elements.is_empty(), set.as_object_mut()) {
        fields.insert("elem".into(), elements.into());
    }
    json!({"add": {"set": set}})
}

fn inet(plan: &Plan, builds: &[(Ipv4Addr, u16)], batch: &mut Vec<Value>) {
    let ours = format!("{}*", plan.interface_prefix());
    let link = plan.build_link();
    let mut elements: Vec<_> = builds.to_vec();
    elements.sort();
    elements.dedup();
    let elements = elements.into_iter().map(|(to, port)| json!({"concat": [to, port]})).collect();
    batch.push(set(plan, "inet", "builds", &["ipv4_addr", "inet_service"], elements));
    let mut table = Table { plan, family: "inet", batch };
    table.base("forward", "filter", "forward", -20);
    table.base("input", "filter", "input", -20);
    table.base("output", "filter", "output", -20);
    table.base("postrouting", "nat", "postrouting", 100);
    table.plain("decide");

    table.rule("forward", vec![meta("iifname", "==", &ours), jump("decide")]);
    table.rule("forward", vec![meta("oifname", "==", &ours), jump("decide")]);

    // Cloud metadata services live here (169.254.169.254), and hand out credentials.
    table.rule("decide", vec![within("daddr", Ipv4Addr::new(169, 254, 0, 0), 16), counter(), drop()]);
    table.rule("decide", vec![forth(), accept()]);
    table.rule("decide", vec![state("established"), direction("reply"), back(), accept()]);
    table.rule(
        "decide",
        vec![meta("iifname", "==", &ours), meta("oifname", "!=", &ours), state("established"), accept()],
    );
    table.rule(
        "decide",
        vec![meta("iifname", "!=", &ours), meta("oifname", "==", &ours), state("established"), accept()],
    );
    // "Fragmentation needed" and its kin, or path MTU discovery breaks.
    table.rule(
        "decide",
        vec![state("related"), equal(payload("icmp", "type"), "destination-unreachable".into()), accept()],
    );
    table.rule(
        "decide",
        vec![
            meta("iifname", "==", &link),
            meta("oifname", "!=", &ours),
            equal(json!({"concat": [payload("ip", "daddr"), payload("tcp", "dport")]}), "@builds".into()),
            accept(),
        ],
    );
    table.deny("decide", "denied");

    // The host opens connections to containers (the ingress, health checks), never the other way round.
    table.rule("input", vec![meta("iifname", "==", &ours), state("established"), accept()]);
    table.rule(
        "input",
        vec![
            meta("iifname", "==", &ours),
            state("related"),
            equal(payload("icmp", "type"), "destination-unreachable".into()),
            accept(),
        ],
    );
    table.rule("input", vec![meta("iifname", "!=", &ours), accept()]);
    table.deny("input", "denied to host");

    // While a bridge is not there (everything stopped, an environment on its way) its addresses would be looked for
    // beyond the default route, and a stranger there could answer requests that are meant for an app.
    let (pool, prefix) = plan.pool();
    let elsewhere = vec![meta("oifname", "!=", &ours), meta("oifname", "!=", "lo")];
    let lost = [within("daddr", pool, prefix), counter(), drop()];
    table.rule("output", elsewhere.into_iter().chain(lost).collect());

    let (address, prefix) = plan.build();
    table.rule(
        "postrouting",
        vec![within("saddr", address, prefix), meta("oifname", "!=", &ours), json!({"masquerade": null})],
    );
}

fn bridge(plan: &Plan, layer2: Layer2, batch: &mut Vec<Value>) {
    let (pool, prefix) = plan.pool();
    let mut table = Table { plan, family: "bridge", batch };
    table.base("forward", "filter", "forward", -20);
    if layer2 == Layer2::BridgeName {
        let ours = format!("{}*", plan.interface_prefix());
        let other = json!({"match": {"op": "==", "left": {"meta": {"key": "protocol"}}, "right": "ip6"}});
        table.rule("forward", vec![meta("ibrname", "==", &ours), other, counter(), drop()]);
    }
    table.rule("forward", vec![forth(), accept()]);
    let opening = json!({"match": {
        "op": "!=",
        "left": {"&": [payload("tcp", "flags"), ["syn", "ack"]]},
        "right": "syn",
    }});
    table.rule("forward", vec![back(), opening, accept()]);
    table.rule(
        "forward",
        vec![within("saddr", pool, prefix), within("daddr", pool, prefix), counter(), drop()],
    );
}

/// Adds chains and rules of one table to a batch.
struct Table<'a> {
    plan: &'a Plan,
    family: &'static str,
    batch: &'a mut Vec<Value>,
}

impl Table<'_> {
    fn base(&mut self, name: &str, kind: &str, hook: &str, priority: i32) {
        self.batch.push(json!({"add": {"chain": {
            "family": self.family, "table": self.plan.table(), "name": name,
            "type": kind, "hook": hook, "prio": priority, "policy": "accept",
        }}}));
    }

    fn plain(&mut self, name: &str) {
        self.batch.push(json!({"add": {"chain": {
            "family": self.family, "table": self.plan.table(), "name": name,
        }}}));
    }

    fn rule(&mut self, chain: &str, expression: Vec<Value>) {
        self.batch.push(json!({"add": {"rule": {
            "family": self.family, "table": self.plan.table(), "chain": chain, "expr": expression,
        }}}));
    }

    /// Logs (not more than ten lines a second) and drops.
    fn deny(&mut self, chain: &str, why: &str) {
        let prefix = plain(&format!("ward-{} {why}: ", self.plan.instance()), LONGEST_PREFIX);
        self.rule(
            chain,
            vec![
                json!({"limit": {"rate": 10, "burst": 20, "per": "second"}}),
                json!({"log": {"prefix": prefix}}),
            ],
        );
        self.rule(chain, vec![counter(), drop()]);
    }
}

fn forth() -> Value {
    equal(
        json!({"concat": [payload("ip", "saddr"), payload("ip", "daddr"), payload("tcp", "dport")]}),
        "@flows".into(),
    )
}

fn back() -> Value {
    equal(
        json!({"concat": [payload("ip", "daddr"), payload("ip", "saddr"), payload("tcp", "sport")]}),
        "@flows".into(),
    )
}

fn payload(protocol: &str, field: &str) -> Value {
    json!({"payload": {"protocol": protocol, "field": field}})
}

fn equal(left: Value, right: Value) -> Value {
    json!({"match": {"op": "==", "left": left, "right": right}})
}

fn within(field: &str, address: Ipv4Addr, prefix: u8) -> Value {
    equal(payload("ip", field), json!({"prefix": {"addr": address, "len": prefix}}))
}

fn meta(key: &str, operator: &str, name: &str) -> Value {
    json!({"match": {"op": operator, "left": {"meta": {"key": key}}, "right": name}})
}

fn state(name: &str) -> Value {
    json!({"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": name}})
}

fn direction(name: &str) -> Value {
    equal(json!({"ct": {"key": "direction"}}), name.into())
}

fn jump(chain: &str) -> Value {
    json!({"jump": {"target": chain}})
}

fn accept() -> Value {
    json!({"accept": null})
}

fn drop() -> Value {
    json!({"drop": null})
}

fn counter() -> Value {
    json!({"counter": null})
}

/// Printable ASCII without quotes and backslashes, cut to a length in bytes.
pub(crate) fn plain(text: &str, longest: usize) -> String {
    text.chars()
        .map(|c| if (' '..='~').contains(&c) && !matches!(c, '"' | '\\') { c } else { '_' })
        .take(longest)
        .collect()
}
