//! What the words of a line tell that it is about: persons, care, clouds, boards, sites of networks.

use crate::{
    text::{care::APPLIANCES, key},
    words::{
        among, hash,
        vocabulary::{self as v, Roles},
        words,
    },
};

/// Words of people in any role.
const PEOPLE: Roles = v::SUBJECT | v::PERSON | v::KIN | v::BIRTH;

/// What the words of a line tell that it is about.
#[derive(Default)]
pub(super) struct Told {
    pub(super) person: bool,
    /// The same without words that protocols use for their own: `neighbor`, `member`, `proxy`.
    pub(super) patient: bool,
    pub(super) care: bool,
    pub(super) device: bool,
    pub(super) cloud: usize,
    pub(super) deployed: usize,
    pub(super) board: bool,
    /// The board is one that no patient has: of a maker of networks, of a disk.
    pub(super) hardware: bool,
    /// How many different words of sites.
    pub(super) site: u32,
    pub(super) task: bool,
    pub(super) cluster: usize,
    pub(super) fonts: bool,
    /// A firewall tells what it let through.
    pub(super) firewall: bool,
    /// A street or a postal code was found in the line.
    pub(super) street: bool,
}

pub(super) fn told(line: &[u8]) -> Told {
    let mut told = Told::default();
    let vocabulary = v::vocabulary();
    let (mut font, mut family, mut sites) = (false, false, 0_u32);
    for word in line.split(|b| !b.is_ascii_alphanumeric()).filter(|word| word.len() > 1) {
        // `guarantorAccount`, `memberid`: words of keys count by themselves.
        // `04dad9c2` is a number in hexadecimal.
        let number =
            word.len() > 5 && word.iter().any(u8::is_ascii_digit) && word.iter().all(u8::is_ascii_hexdigit);
        for part in key::parts(word).filter(|_| !number) {
            let part = hash(part);
            let person = PERSON.contains(&part) || vocabulary.get(part) & PEOPLE != 0;
            told.person |= person;
            told.patient |= person && !OF_PROTOCOLS.contains(&part);
            told.care |= among(APPLIANCES, part);
        }
        if number {
            continue;
        }
        let word = hash(word);
        let person = PERSON.contains(&word) || vocabulary.get(word) & PEOPLE != 0;
        told.person |= person;
        told.patient |= person && !OF_PROTOCOLS.contains(&word);
        told.device |= DEVICE.contains(&word);
        told.hardware |= HARDWARE.contains(&word);
        told.cluster += usize::from(CLUSTER.contains(&word));
        font |= words!["font", "fonts", "fontconfig", "typeface", "typefaces"].contains(&word);
        family |= FONTS.contains(&word);
        told.cloud += usize::from(CLOUD.contains(&word));
        told.deployed += usize::from(DEPLOYED.contains(&word));
        // A word that stands twice tells no more than once.
        sites |= SITE.iter().position(|site| *site == word).map_or(0, |at| 1 << at);
        told.firewall |= FIREWALL.contains(&word);
        told.board |= BOARD.contains(&word);
        told.task |= TASK.contains(&word);
    }
    let holds = |text: &[u8]| memchr::memmem::find(line, text).is_some();
    told.board |= told.hardware || holds(b"ower supply") || holds(b"POWER_SUPPLY");
    told.fonts = font && family;
    told.site = sites.count_ones();
    if holds(b"edge POP") || holds(b"edge location") || holds(b"edge server") {
        told.site += 1;
    }
    // `eu-west-1`, `us-central1`: the name of a region tells as much as a word.
    let named = [&b"-east"[..], b"-west", b"-central", b"-north", b"-south", b"-northeast", b"-southeast"];
    told.cloud += usize::from(named.iter().any(|name| {
        memchr::memmem::find(line, name).is_some_and(|at| {
            let rest = line.get(at + name.len()..).unwrap_or_default();
            rest.strip_prefix(b"-").unwrap_or(rest).first().is_some_and(u8::is_ascii_digit)
        })
    }));
    told
}

const PERSON: &[u64] = words![
    "patient",
    "patients",
    "patientid",
    "pt",
    "mrn",
    "member",
    "memberid",
    "guarantor",
    "subscriber",
    "beneficiary",
    "insured",
    "customer",
    "user",
    "person",
    "caller",
    "payment",
    "balance",
    "copay",
    "statement",
    "invoice",
    "visit",
    "claim",
    "encounter",
    "insurance",
    "appointment",
    "admitted",
    "registered",
    "home",
    "resident",
    "seen",
    "chart",
    "born",
    "policyholder",
    "overdue",
    "ship",
    "shipped",
    "shipping",
    "shipment",
    "order",
    "orders",
    "delivery",
    "delivered",
    "deliver"
];

/// Words of persons that protocols and services use for their own parts.
const OF_PROTOCOLS: &[u64] = words![
    "member",
    "members",
    "memberid",
    "subscriber",
    "subscribers",
    "neighbor",
    "neighbors",
    "neighbour",
    "neighbours",
    "proxy",
    "seen"
];

const DEVICE: &[u64] = words!["device"];

const CLOUD: &[u64] = words![
    "aws",
    "arn",
    "amazonaws",
    "awsregion",
    "region",
    "sts",
    "iam",
    "ec2",
    "ecr",
    "cloudwatch",
    "cloudtrail",
    "cloudformation",
    "guardduty",
    "lambda",
    "eni",
    "vpc",
    "terraform",
    "costexplorer",
    "budget",
    "gcp",
    "azure",
    "subscriptions"
];

/// What is done in the accounts of clouds.
const DEPLOYED: &[u64] = words!["deploying", "deployed", "deploy", "stack", "assuming", "assumed", "role"];

const BOARD: &[u64] = words![
    "chassis",
    "motherboard",
    "baseboard",
    "proliant",
    "poweredge",
    "ups",
    "nompower",
    "asset",
    "bios",
    "dmidecode",
    "dimm",
    "locator",
    "printer",
    "toner",
    "switch",
    "router",
    "transceiver",
    "backplane",
    "enclosure"
];

const HARDWARE: &[u64] = words![
    "wwn",
    "hdd",
    "ssd",
    "nvme",
    "sata",
    "smartd",
    "lun",
    "arista",
    "cisco",
    "juniper",
    "seagate",
    "supermicro",
    "netapp",
    "brocade",
    "mellanox",
    "fortinet",
    "fortigate",
    "ubiquiti",
    "mikrotik",
    "usb",
    "ttyusb",
    "ttyacm",
    "poweredge",
    "proliant"
];

const CLUSTER: &[u64] =
    words!["cluster", "raft", "etcd", "quorum", "leader", "learner", "follower", "rebalanced"];

/// Families of fonts that no person is called.
pub(super) const FONTS: &[u64] = words![
    "arial",
    "helvetica",
    "verdana",
    "lucida",
    "calibri",
    "cambria",
    "candara",
    "consolas",
    "garamond",
    "serif",
    "neue",
    "dejavu",
    "roboto",
    "tahoma",
    "segoe",
    "gothic",
    "noto"
];

const SITE: &[u64] = words![
    "pop",
    "datacenter",
    "datacentre",
    "colo",
    "rack",
    "racks",
    "asn",
    "cdn",
    "pops",
    "datacenters",
    "akamai",
    "cloudfront",
    "cloudflare",
    "fastly",
    "colos",
    "rayid",
    "latency",
    "rtt",
    "anycast",
    "uplink",
    "peering"
];

/// Words of those who filter packets.
const FIREWALL: &[u64] = words![
    "src", "dst", "srcip", "dstip", "port", "proto", "srcport", "dstport", "srcintf", "dstintf", "firewall",
    "iptables", "nftables", "vdom"
];

const TASK: &[u64] = words!["dag", "task", "job", "scheduler", "run", "workflow", "pipeline"];

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn a_word_that_stands_twice_counts_once() {
        assert_eq!(told(b"rack 4 in rack row 7").site, 1);
        assert_eq!(told(b"rack 4 in the colo").site, 2);
    }

    #[test]
    fn words_of_protocols_tell_of_persons_only_in_part() {
        let of = |line: &str| {
            let told = told(line.as_bytes());
            (told.person, told.patient)
        };
        assert_eq!(of("lldp neighbor on port 4"), (true, false));
        assert_eq!(of("neighbor of the patient"), (true, true));
        assert_eq!(of("link up on port 4"), (false, false));
        assert_eq!(of("wwn 5 000c50 04dad9c2"), (false, false));
    }

    #[test]
    fn regions_are_clouds() {
        assert_eq!(told(b"us-central1 and nothing else").cloud, 1);
        assert_eq!(told(b"north-easterly wind").cloud, 0);
    }
}
