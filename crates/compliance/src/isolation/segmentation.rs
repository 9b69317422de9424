//! `net.segmentation`: tries forbidden paths from inside the network namespace of running containers.
//!
//! Targets: containers of other environments, neighbours without a declared flow, other ports of neighbours with one,
//! the addresses of the host, its gateway, the metadata service. Without a filter each would answer, if only with a
//! reset, so silence is the filter's work. Declared flows are tried too: they must answer, else the silence
//! proves nothing.

use std::{
    collections::BTreeSet,
    fs,
    net::{Ipv4Addr, SocketAddrV4},
    time::Duration,
};

use async_trait::async_trait;
use nix::ifaddrs::getifaddrs;
use serde_json::json;
use ward_spine::engine::label;

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, minutes},
    probe::Running,
    wire::reach,
};

/// Containers that paths are tried from, in one run.
const FROM: usize = 24;
/// Targets from one container.
const TARGETS: usize = 48;
/// A port that nobody should need.
const ODD_PORT: u16 = 22;

/// Default deny: only declared flows succeed.
pub(crate) struct Segmentation;

#[async_trait]
impl Check for Segmentation {
    fn id(&self) -> &'static str {
        "net.segmentation"
    }
    fn every(&self) -> Duration {
        minutes(10)
    }
    fn limit(&self) -> Duration {
        minutes(5)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("forbidden paths");
        let running = probe.running().await?;
        if running.is_empty() {
            return Ok(Finding::empty("there are no running containers to try paths from"));
        }
        let declared: BTreeSet<(Ipv4Addr, Ipv4Addr, u16)> = match probe.engine.flows().await? {
            Some(flows) => flows.into_iter().map(|f| (f.from, f.to, f.port)).collect(),
            None => {
                tally.fault("filter", "Ward's packet filter is missing or was changed by others");
                BTreeSet::new()
            }
        };
        let host = host_addresses()?;
        if running.len() > FROM {
            tally
                .blind("containers", format!("paths were tried from {FROM} of {} containers", running.len()));
        }
        for from in running.iter().take(FROM) {
            one(from, &running, &declared, &host, &mut tally).await?;
        }
        Ok(tally.finish("are blocked, and declared flows work"))
    }
}

async fn one(
    from: &Running,
    all: &[Running],
    declared: &BTreeSet<(Ipv4Addr, Ipv4Addr, u16)>,
    host: &[Ipv4Addr],
    tally: &mut Tally,
) -> Result<(), Unseen> {
    let name = &from.container.name;
    let Some(own) = from.container.address else {
        tally.blind(name, "a container has no address");
        return Ok(());
    };
    let mut targets: Vec<(SocketAddrV4, &str)> = Vec::new();
    for other in all.iter().filter(|o| o.container.name != *name) {
        let Some(address) = other.container.address else { continue };
        let apart = other.label(label::ENVIRONMENT) != from.label(label::ENVIRONMENT);
        let what =
            if apart { "a container of another environment" } else { "a neighbour without a declared flow" };
        let port = if other.label(label::DATABASE).is_some() { 5432 } else { 8080 };
        targets.extend([port, ODD_PORT].map(|port| (SocketAddrV4::new(address, port), what)));
    }
    let bridge = Ipv4Addr::from((u32::from(own) & 0xffff_ff00) | 1);
    targets.extend([ODD_PORT, 443].map(|port| (SocketAddrV4::new(bridge, port), "the host")));
    targets
        .extend(host.iter().filter(|a| **a != bridge).map(|a| (SocketAddrV4::new(*a, ODD_PORT), "the host")));
    targets.extend(gateway().map(|a| (SocketAddrV4::new(a, 443), "the outside")));
    targets.push((SocketAddrV4::new(Ipv4Addr::new(169, 254, 169, 254), 80), "the metadata service"));
    targets.retain(|(to, _)| *to.ip() != own && !declared.contains(&(own, *to.ip(), to.port())));
    if targets.len() > TARGETS {
        tally.blind(name, format!("{TARGETS} of {} paths of a container were tried", targets.len()));
        targets.truncate(TARGETS);
    }
    let tried = match reach::from_inside(from.pid, targets.iter().map(|t| t.0).collect()).await {
        Ok(tried) => tried,
        Err(error) => {
            tally.blind(name, format!("paths could not be tried from inside of a container: {error}"));
            return Ok(());
        }
    };
    let mut open = 0_u32;
    for ((to, reached), (_, what)) in tried.iter().zip(&targets) {
        tally.saw();
        if reached.open() {
            open += 1;
            tally.fault(format!("{name} -> {to}"), format!("a container reaches {what}"));
        }
    }
    // Inside only: a destination outside may be down, and that is not for this check to say.
    let neighbours: Vec<_> = all.iter().filter_map(|o| o.container.address).collect();
    let control: Vec<_> = declared
        .iter()
        .filter(|(a, b, _)| *a == own && neighbours.contains(b))
        .map(|(_, to, port)| SocketAddrV4::new(*to, *port))
        .collect();
    let controls = reach::from_inside(from.pid, control).await?;
    for (to, reached) in &controls {
        if !reached.open() {
            tally
                .blind(format!("{name} -> {to}"), "a declared flow does not work, so silence proves nothing");
        }
    }
    tally.note(
        json!({ "from": name, "tried": tried.len(), "open": open, "declared_flows_tried": controls.len() }),
    );
    Ok(())
}

/// Addresses of the host that are not loopback.
fn host_addresses() -> Result<Vec<Ipv4Addr>, Unseen> {
    let all = getifaddrs().map_err(std::io::Error::from)?;
    let mut out: Vec<Ipv4Addr> =
        all.filter_map(|i| Some(i.address?.as_sockaddr_in()?.ip())).filter(|a| !a.is_loopback()).collect();
    out.sort();
    out.dedup();
    out.truncate(8);
    Ok(out)
}

/// The host's default gateway, from `/proc/net/route`.
fn gateway() -> Option<Ipv4Addr> {
    read_gateway(&fs::read_to_string("/proc/net/route").ok()?)
}

fn read_gateway(table: &str) -> Option<Ipv4Addr> {
    let row = table.lines().skip(1).find(|line| line.split_whitespace().nth(1) == Some("00000000"))?;
    let raw = u32::from_str_radix(row.split_whitespace().nth(2)?, 16).ok()?;
    Some(Ipv4Addr::from(raw.swap_bytes())).filter(|a| !a.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_is_read_in_network_order() {
        let table =
            "Iface\tDestination\tGateway\tFlags\neth0\t0000A8C0\t00000000\t1\neth0\t00000000\t0102A8C0\t3\n";
        assert_eq!(read_gateway(table), Some(Ipv4Addr::new(192, 168, 2, 1)));
        assert_eq!(read_gateway("x\n"), None);
    }
}
