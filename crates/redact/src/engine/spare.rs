//! Spares what machines number about themselves in logs: accounts of clouds, boards with serial numbers, dates of versions.
//!
//! The recognizers look at a word and its neighbours. Whether `account 153962460565` is a patient's or a cloud's is told by
//! the rest of the line, so that is looked at here, and only where the findings of a line are of one kind or all of
//! machines: beside another value of a person nothing is spared.

use crate::{
    Identifier as I,
    check::digits,
    text::{Hit, key, weight},
    words::{
        hash,
        vocabulary::{self as v, Roles},
        words,
    },
};

/// Longest line, in bytes, and most findings in it, of which anything is spared.
const LOOKED_AT: usize = 4096;
const MOST: usize = 8;

/// What is looked at; the address of a network neither is spared nor speaks against it.
const KINDS: &[I] = &[
    I::Account,
    I::Address,
    I::Biometric,
    I::City,
    I::Date,
    I::Device,
    I::Email,
    I::HealthPlan,
    I::Ip,
    I::Name,
    I::Ssn,
    I::Zip,
];

/// Findings of rules of one's own weigh at least so much and stay.
const OWN: u8 = 100;

/// Words of people in any role.
const PEOPLE: Roles = v::SUBJECT | v::PERSON | v::KIN | v::BIRTH;

/// What the words of a line tell that it is about.
#[derive(Default)]
struct Told {
    person: bool,
    care: bool,
    cloud: usize,
    board: bool,
    site: usize,
    task: bool,
}

fn told(line: &[u8]) -> Told {
    let mut told = Told::default();
    let vocabulary = v::vocabulary();
    for word in line.split(|b| !b.is_ascii_alphanumeric()).filter(|word| word.len() > 1) {
        // `guarantorAccount`, `memberid`: words of keys count by themselves.
        for part in key::parts(word) {
            let part = hash(part);
            told.person |= PERSON.contains(&part) || vocabulary.get(part) & PEOPLE != 0;
            told.care |= CARE.contains(&part);
        }
        let word = hash(word);
        told.person |= PERSON.contains(&word) || vocabulary.get(word) & PEOPLE != 0;
        told.cloud += usize::from(CLOUD.contains(&word));
        told.site += usize::from(SITE.contains(&word));
        told.board |= BOARD.contains(&word);
        told.task |= TASK.contains(&word);
    }
    told.board |= memchr::memmem::find(line, b"ower supply").is_some();
    // `eu-west-1`: the name of a region tells as much as a word.
    let named =
        [&b"-east-"[..], b"-west-", b"-central-", b"-north-", b"-south-", b"-northeast-", b"-southeast-"];
    told.cloud += usize::from(named.iter().any(|name| {
        memchr::memmem::find(line, name)
            .and_then(|at| line.get(at + name.len()))
            .is_some_and(u8::is_ascii_digit)
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
    "resident"
];

const CARE: &[u64] = words![
    "device",
    "pump",
    "implant",
    "implanted",
    "pacemaker",
    "ventilator",
    "stent",
    "lens",
    "catheter",
    "infusion",
    "insulin",
    "glucose",
    "cpap",
    "icd",
    "defibrillator",
    "prosthesis",
    "hearing",
    "lead",
    "valve",
    "monitor",
    "udi",
    "oxygen",
    "concentrator",
    "bed"
];

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

const SITE: &[u64] = words!["pop", "datacenter", "datacentre", "colo", "rack", "racks", "asn", "cdn"];

const TASK: &[u64] = words!["dag", "task", "job", "scheduler", "run", "workflow", "pipeline"];

/// Drops what is of machines. The findings are settled: in order and without overlap.
pub(super) fn spare(line: &[u8], hits: &mut Vec<Hit>) {
    let Some(kind) = hits.iter().map(|hit| hit.identifier).find(|kind| *kind != I::Ip) else { return };
    let known = |kind| KINDS.contains(&kind);
    if line.len() > LOOKED_AT || hits.len() > MOST || !hits.iter().all(|hit| known(hit.identifier)) {
        return;
    }
    let told = told(line);
    let goes = |hit: &Hit| hit.identifier != I::Ip && hit.weight < OWN && of_a_machine(line, hit, &told);
    let alone = hits.iter().all(|hit| hit.identifier == kind || hit.identifier == I::Ip);
    if alone || hits.iter().all(|hit| hit.identifier == I::Ip || goes(hit)) {
        hits.retain(|hit| !goes(hit));
    }
}

fn of_a_machine(line: &[u8], hit: &Hit, told: &Told) -> bool {
    let value = line.get(hit.start..hit.end).unwrap_or_default();
    let before = line.get(hit.start.saturating_sub(24)..hit.start).unwrap_or_default();
    let after = line.get(hit.end..).unwrap_or_default();
    // `claim 482133 bound to volume pv-12`, `policy id 482133 action accept`; what offices do too does not count.
    let handled = || {
        let begins = |verbs: &[&[u8]]| verbs.iter().any(|verb| after.starts_with(verb));
        begins(&[b" bound to volume", b" bound to pv"])
            || !told.person
                && begins(&[b" action accept", b" action deny", b" action drop", b" action reject"])
    };
    match hit.identifier {
        I::Account => {
            let cloud = value.len() == 12 && digits::count(value) == 12 && told.cloud >= 2;
            // `8f1cAbCdEf`: no office numbers its accounts in both cases.
            let made = value.iter().any(u8::is_ascii_lowercase)
                && value.iter().any(u8::is_ascii_uppercase)
                && value.iter().all(u8::is_ascii_alphanumeric);
            cloud && told.cloud >= 3 || (cloud || made || of_billing(value)) && !told.person || handled()
        }
        I::Device => told.board && !told.person && !told.care,
        I::HealthPlan => handled(),
        I::City => told.site >= 2 && !told.person,
        I::Address => told.site >= 2 && !told.person && hit.weight < weight::KEY,
        I::Date => date_of_a_machine(value, before, after, told),
        I::Name => {
            ends_in(before, &[b"computer name", b"computer_name"])
                || !told.person && hit.weight < weight::KEY && name_of_a_thing(value, before, after)
        }
        // `out.zip 482133 rows`.
        I::Zip => (before.ends_with(b".zip ") || told.site >= 2 && hit.weight < weight::KEY) && !told.person,
        I::Email => of_a_role(value),
        I::Ssn => ends_in(before, &[b"part no", b"part number", b"part_no", b"part_number", b"p/n", b"sku"]),
        // `IRIS: 06/12/24-03:14:22`, a database.
        I::Biometric => matches!(value, [a, b, b'/', ..] if a.is_ascii_digit() && b.is_ascii_digit()),
        _ => false,
    }
}

fn date_of_a_machine(value: &[u8], before: &[u8], after: &[u8], told: &Told) -> bool {
    let number = |bytes: &[u8]| bytes.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    // `start_date=20240611T020000` of a run.
    let run = value.len() == 8
        && matches!(after, [b'T', rest @ ..] if number(rest) == 6)
        && told.task
        && ends_in(
            before,
            &[b"start_date", b"end_date", b"execution_date", b"logical_date", b"ds", b"run_id"],
        );
    // `api_version: 2024-04-10`, a dump's `Date/Time: 2024-06-12 03:14:22`, `creation date(time): 2022/03/09(11:22:33)`.
    let version = ends_in(before, &[b"version"]);
    let dump = before.eq_ignore_ascii_case(b"date/time: ")
        && matches!(after, [b' ' | b'T', rest @ ..] if number(rest) == 2);
    let stamp = matches!(after, [b'(', a, b, b':', ..] if a.is_ascii_digit() && b.is_ascii_digit());
    // `test_claims.py::test_born[1970-01-01]`.
    let word = before.strip_suffix(b"[").map(|word| {
        let start = word.iter().rposition(|b| !b.is_ascii_alphanumeric() && *b != b'_');
        word.get(start.map_or(0, |at| at + 1)..).unwrap_or_default()
    });
    let service = ends_in(
        before,
        &[b"restarted on", b"deployed on", b"rebooted on", b"vacuumed", b"reindexed", b"upgraded on"],
    );
    // `libphonenumber 8.13.37 loaded`.
    let library = value.contains(&b'.') && after.starts_with(b" loaded");
    let test = word.is_some_and(|word| word.starts_with(b"test_"));
    run || test || !told.person && (service || library || version || dump || stamp)
}

fn name_of_a_thing(value: &[u8], before: &[u8], after: &[u8]) -> bool {
    // `Victoria-SW1`, a node.
    let node = after.strip_prefix(b"-").is_some_and(|rest| {
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        rest.get(..length).unwrap_or_default().iter().any(u8::is_ascii_digit)
            && rest.first().is_some_and(u8::is_ascii_uppercase)
    });
    let last = value.rsplit(|b| *b == b' ').next().unwrap_or_default();
    // Tiers of plans, and what ends the name of an exchange of networks, `Frankfurt IX`.
    let tier = last.len() < value.len()
        && words!["premium", "standard", "enterprise", "starter", "gmbh"].contains(&hash(last));
    let exchange = last == b"IX" && last.len() < value.len();
    let product = ends_in(
        before,
        &[b"product name", b"product_name", b"productname", b"computer name", b"computername"],
    );
    node || tier || exchange || product || value == b"NT" || value.starts_with(b"REDACTED")
}

/// `01AB23-4C56D7-8E90F1`: an account that a cloud bills.
fn of_billing(value: &[u8]) -> bool {
    let mut parts = value.split(|b| *b == b'-');
    value.len() == 20
        && parts.all(|part| {
            part.len() == 6 && part.iter().all(|b| b.is_ascii_digit() || matches!(b, b'A'..=b'F'))
        })
}

/// A mailbox that no one person has (RFC 2142, and those of programs).
fn of_a_role(value: &[u8]) -> bool {
    let local = value.split(|b| *b == b'@').next().unwrap_or_default();
    local.starts_with(b"bug-")
        || words![
            "noreply",
            "no-reply",
            "donotreply",
            "do-not-reply",
            "postmaster",
            "hostmaster",
            "webmaster",
            "mailer-daemon",
            "abuse",
            "noc",
            "security",
            "root",
            "daemon",
            "nobody",
            "bounce",
            "bounces",
            "build",
            "builds",
            "ci",
            "packages",
            "bugs",
            "ops",
            "devops",
            "alerts",
            "alertmanager",
            "monitoring",
            "support",
            "team"
        ]
        .contains(&hash(local))
}

/// Whether the text before a value, without the signs at its end, ends in one of these, whatever the case.
fn ends_in(before: &[u8], words: &[&[u8]]) -> bool {
    let signs = before.iter().rev().take_while(|b| !b.is_ascii_alphanumeric()).count();
    let before = before.get(..before.len() - signs).unwrap_or_default();
    words.iter().any(|word| {
        before.len().checked_sub(word.len()).and_then(|at| before.split_at_checked(at)).is_some_and(
            |(rest, end)| {
                let joined = rest.last().is_some_and(|b| b.is_ascii_alphanumeric());
                !joined && end.eq_ignore_ascii_case(word)
            },
        )
    })
}
