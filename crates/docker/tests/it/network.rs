//! The packet filter, tried from inside network namespaces: what is not declared does not pass.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use nix::sched::{CloneFlags, setns};
use ward_docker::network::{Layer2, Networks, Plan, document};
use ward_spine::engine::{Flow, NetworkSpec};

use crate::scratch::{self, Scratch};

const OUTSIDE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 2);
const UPLINK: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);
const FOREIGN: Ipv4Addr = Ipv4Addr::new(192, 168, 77, 2);

/// A host with two environments, an outside and a network of somebody else, all in namespaces.
struct House {
    plan: Plan,
    names: Vec<String>,
}

impl House {
    fn build() -> Self {
        let tag = scratch::unique();
        let plan = Plan::new(&tag, (Ipv4Addr::new(10, 200, 0, 0), 15)).unwrap();
        let mut house = Self { plan, names: Vec::new() };
        for name in ["host", "a1", "a2", "b1", "e1", "out", "foreign"] {
            let name = house.name(name);
            run("ip", &["netns", "add", &name]);
            house.names.push(name.clone());
            run("ip", &["-n", &name, "link", "set", "lo", "up"]);
        }
        house.bridge(&house.plan.bridge(0), house.plan.internal(0).0, &[("a1", 2), ("a2", 3)]);
        house.bridge(&house.plan.bridge(1), house.plan.internal(1).0, &[("b1", 2)]);
        house.bridge(&house.plan.egress_bridge(0), house.plan.egress(0).0, &[("e1", 2)]);
        house.bridge("other0", Ipv4Addr::new(192, 168, 77, 0), &[("foreign", 2)]);
        house.bridge("up0", Ipv4Addr::new(198, 51, 100, 0), &[("out", 2)]);
        run(
            "ip",
            &["netns", "exec", &house.name("host"), "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"],
        );
        house
    }

    fn name(&self, short: &str) -> String {
        format!("{}-{short}", self.plan.instance())
    }

    fn bridge(&self, bridge: &str, network: Ipv4Addr, members: &[(&str, u32)]) {
        let host = self.name("host");
        let at = |n: u32| format!("{}/24", Ipv4Addr::from(u32::from(network) + n));
        run("ip", &["-n", &host, "link", "add", bridge, "type", "bridge"]);
        run("ip", &["-n", &host, "address", "add", &at(1), "dev", bridge]);
        run("ip", &["-n", &host, "link", "set", bridge, "up"]);
        for (member, number) in members {
            let inner = self.name(member);
            let outer = format!("v{member}");
            run(
                "ip",
                &[
                    "-n", &host, "link", "add", &outer, "type", "veth", "peer", "name", "eth0", "netns",
                    &inner,
                ],
            );
            run("ip", &["-n", &host, "link", "set", &outer, "master", bridge, "up"]);
            run("ip", &["-n", &inner, "address", "add", &at(*number), "dev", "eth0"]);
            run("ip", &["-n", &inner, "link", "set", "eth0", "up"]);
            let gateway = Ipv4Addr::from(u32::from(network) + 1).to_string();
            run("ip", &["-n", &inner, "route", "add", "default", "via", &gateway]);
        }
    }

    fn address(&self, member: &str) -> Ipv4Addr {
        let (network, number) = match member {
            "a1" => (self.plan.internal(0).0, 2),
            "a2" => (self.plan.internal(0).0, 3),
            "b1" => (self.plan.internal(1).0, 2),
            "e1" => (self.plan.egress(0).0, 2),
            other => panic!("no address for {other}"),
        };
        Ipv4Addr::from(u32::from(network) + number)
    }

    /// Loads the filter into the simulated host.
    fn apply(&self, flows: &[(&str, Ipv4Addr, u16)]) {
        let flows: Vec<_> = flows
            .iter()
            .map(|(from, to, port)| Flow {
                from: self.address(from),
                to: *to,
                port: *port,
                reason: format!("{from} \"may\" -> {to}"),
            })
            .collect();
        let document = document(&self.plan, Layer2::Netfilter, &flows, &[]).to_string();
        let mut nft = Command::new("ip")
            .args(["netns", "exec", &self.name("host"), "nft", "-j", "-f", "-"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        nft.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
        assert!(nft.wait().unwrap().success());
    }

    fn inside<T: Send + 'static>(&self, member: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
        let namespace = File::open(format!("/run/netns/{}", self.name(member))).unwrap();
        thread::spawn(move || {
            setns(namespace, CloneFlags::CLONE_NEWNET).unwrap();
            work()
        })
        .join()
        .unwrap()
    }

    /// Echoes whatever comes, on every address of the namespace.
    fn listen(&self, member: &str, port: u16) {
        let listener = self.inside(member, move || TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).unwrap());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { break };
                thread::spawn(move || {
                    let mut buffer = [0; 64];
                    while let Ok(read @ 1..) = stream.read(&mut buffer) {
                        if stream.write_all(&buffer[..read]).is_err() {
                            break;
                        }
                    }
                });
            }
        });
    }

    fn connect(&self, member: &str, to: Ipv4Addr, port: u16) -> Option<TcpStream> {
        self.inside(member, move || {
            let address = SocketAddrV4::new(to, port).into();
            TcpStream::connect_timeout(&address, Duration::from_millis(400)).ok()
        })
    }

    fn reaches(&self, member: &str, to: Ipv4Addr, port: u16) -> bool {
        self.connect(member, to, port).is_some_and(|mut stream| echoes(&mut stream))
    }
}

impl Drop for House {
    fn drop(&mut self) {
        for name in &self.names {
            run("ip", &["netns", "delete", name]);
        }
    }
}

fn echoes(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(400))).unwrap();
    let mut answer = [0; 4];
    stream.write_all(b"ping").is_ok() && stream.read_exact(&mut answer).is_ok() && &answer == b"ping"
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn without_the_filter_everything_reaches_everything_so_these_tests_can_fail() {
    let house = House::build();
    for (member, port) in [("a2", 80), ("b1", 80), ("host", 80), ("out", 80)] {
        house.listen(member, port);
    }
    for to in [house.address("a2"), house.address("b1"), UPLINK, OUTSIDE] {
        assert!(house.reaches("a1", to, 80), "{to}");
    }
}

#[test]
fn without_a_flow_a_container_reaches_no_container_no_host_and_no_outside() {
    let house = House::build();
    for (member, port) in [("a1", 80), ("a2", 80), ("b1", 80), ("e1", 80), ("host", 80), ("out", 80)] {
        house.listen(member, port);
    }
    house.apply(&[]);
    let gateway = Ipv4Addr::from(u32::from(house.plan.internal(0).0) + 1);
    let targets = [house.address("a2"), house.address("b1"), house.address("e1"), gateway, UPLINK, OUTSIDE];
    for to in targets {
        assert!(!house.reaches("a1", to, 80), "a1 reached {to}");
        assert!(!house.reaches("e1", to, 80) || to == house.address("e1"), "e1 reached {to}");
    }
    assert!(!house.reaches("out", house.address("a1"), 80), "the outside reached a container");
    assert!(
        house.reaches("host", house.address("a1"), 80),
        "the host must reach containers: the ingress dials them"
    );
}

#[test]
fn a_declared_flow_works_in_its_direction_and_on_its_port_only() {
    let house = House::build();
    for (member, port) in [("a1", 80), ("a2", 80), ("a2", 81), ("out", 443), ("out", 80)] {
        house.listen(member, port);
    }
    house.apply(&[("a1", house.address("a2"), 80), ("e1", OUTSIDE, 443)]);
    assert!(house.reaches("a1", house.address("a2"), 80));
    assert!(!house.reaches("a1", house.address("a2"), 81), "another port");
    assert!(!house.reaches("a2", house.address("a1"), 80), "the other direction");
    assert!(house.reaches("e1", OUTSIDE, 443));
    assert!(!house.reaches("e1", OUTSIDE, 80), "another port outside");
    assert!(!house.reaches("a1", OUTSIDE, 443), "another container's flow");
}

#[test]
fn containers_on_one_bridge_are_kept_apart_where_bridged_packets_pass_no_ip_filter() {
    let house = House::build();
    house.listen("a2", 80);
    house.listen("a2", 81);
    let off = "[ ! -e /proc/sys/net/bridge ] || echo 0 > /proc/sys/net/bridge/bridge-nf-call-iptables";
    run("ip", &["netns", "exec", &house.name("host"), "sh", "-c", off]);
    house.apply(&[("a1", house.address("a2"), 80)]);
    assert!(house.reaches("a1", house.address("a2"), 80));
    assert!(!house.reaches("a1", house.address("a2"), 81));
}

#[test]
fn a_flow_that_is_taken_back_ends_its_live_connection() {
    let house = House::build();
    house.listen("a2", 80);
    house.apply(&[("a1", house.address("a2"), 80)]);
    let mut stream = house.connect("a1", house.address("a2"), 80).unwrap();
    assert!(echoes(&mut stream));
    house.apply(&[("a1", house.address("a2"), 80)]);
    assert!(echoes(&mut stream), "writing the same again must not disturb");
    house.apply(&[]);
    assert!(!echoes(&mut stream));
}

#[test]
fn traffic_of_others_through_the_host_is_left_alone() {
    let house = House::build();
    house.listen("out", 80);
    house.listen("host", 80);
    house.apply(&[]);
    assert!(house.reaches("foreign", OUTSIDE, 80));
    assert!(house.reaches("foreign", UPLINK, 80));
    assert!(house.reaches("out", UPLINK, 80));
    assert!(!house.reaches("a1", FOREIGN, 80));
}

#[tokio::test]
async fn the_filter_is_read_back_and_any_change_by_others_shows() {
    Scratch::with(async |docker| read_back(docker.networks()).await).await;
}

async fn read_back(networks: &Networks) {
    let table = networks.plan().table();
    let from = Ipv4Addr::from(u32::from(networks.subnet(0).0) + 2);
    let flow = |to: Ipv4Addr, port: u16, reason: &str| Flow { from, to, port, reason: reason.into() };
    let inside = Ipv4Addr::from(u32::from(from) + 1);
    let flows = [
        flow(inside, 5432, "clinic/web -> \"db\"; drop"),
        flow(inside, 5432, "again"),
        flow(OUTSIDE, 443, "mail"),
    ];

    assert_eq!(networks.flows().await.unwrap(), None, "nothing was written yet");
    networks.apply_flows(&flows).await.unwrap();
    assert_eq!(networks.flows().await.unwrap(), Some(Networks::canonical(&flows)));

    for sabotage in [
        vec!["delete", "table", "inet", &table],
        vec!["delete", "table", "bridge", &table],
        vec!["flush", "chain", "inet", &table, "decide"],
        vec!["flush", "set", "bridge", &table, "flows"],
        vec!["insert", "rule", "inet", &table, "decide", "accept"],
    ] {
        run("nft", &sabotage);
        assert_eq!(networks.flows().await.unwrap(), None, "{sabotage:?} was not seen");
        networks.apply_flows(&flows).await.unwrap();
        assert!(networks.flows().await.unwrap().is_some());
    }

    for (bad, why) in [
        (Flow { from: OUTSIDE, ..flow(inside, 80, "x") }, "from outside"),
        (flow(Ipv4Addr::from(u32::from(networks.subnet(1).0) + 2), 80, "x"), "to another environment"),
        (flow(Ipv4Addr::new(169, 254, 169, 254), 80, "x"), "to the metadata service"),
        (flow(Ipv4Addr::LOCALHOST, 80, "x"), "to loopback"),
        (flow(inside, 0, "x"), "without a port"),
    ] {
        assert!(networks.apply_flows(&[bad]).await.is_err(), "a flow {why} was taken");
    }
    assert_eq!(
        networks.flows().await.unwrap(),
        Some(Networks::canonical(&flows)),
        "a refusal changes nothing"
    );
    networks.destroy().await.unwrap();
    let left = Command::new("nft").args(["list", "tables"]).output().unwrap();
    assert!(!String::from_utf8_lossy(&left.stdout).contains(&table));
}

#[tokio::test]
async fn networks_come_and_go_and_can_be_asked_for_twice() {
    Scratch::with(async |docker| come_and_go(docker.networks()).await).await;
}

async fn come_and_go(networks: &Networks) {
    let spec =
        |index| NetworkSpec { index, labels: BTreeMap::from([("ward.environment".into(), "e".into())]) };
    for index in [0, 3, 3] {
        networks.apply_network(&spec(index)).await.unwrap();
    }
    networks.apply_egress(&spec(3)).await.unwrap();
    networks.apply_egress(&spec(3)).await.unwrap();
    assert_eq!(networks.list().await.unwrap(), [0, 3]);
    assert!(networks.flows().await.unwrap().is_some(), "the filter is there before the network is");
    networks.remove_network(3).await.unwrap();
    networks.remove_network(3).await.unwrap();
    assert_eq!(networks.list().await.unwrap(), [0]);
    let full = networks.plan().capacity();
    assert!(networks.apply_network(&spec(full)).await.is_err(), "the pool has no room for {full}");
}
