//! Keys of numbers: records, plans, accounts, licences, devices.

use super::{Class, Read, is};
use crate::{
    Identifier,
    words::{
        vocabulary::{self as v, Roles},
        words,
    },
};

/// What kind of number of a person the key announces.
pub(super) fn number(key: &Read, around: &Read, id: bool, person: bool) -> Option<Class> {
    use Identifier as I;
    let all = key.all | key.whole;
    let whole_is = |words: &[u64]| is(key.whole_hash, words);
    let direct = key.whole & v::DIRECT != 0;
    // Where a queue sends a message; what a log numbers of its own; what many are insured by.
    if whole_is(words![
        "routingkey",
        "eventrecordid",
        "eventrecordnumber",
        "logrecordnumber",
        "plancode",
        "plancd"
    ]) {
        return Some(Class::None);
    }
    if key.count == 3
        && is(
            key.first_hash,
            words!["local", "raft", "etcd", "cluster", "peer", "leader", "remote", "learner"],
        )
        && key.all & v::PLAN != 0
        && key.last & v::IDWORD != 0
    {
        return Some(Class::None);
    }
    if let Some(class) = super::more::more(key, around) {
        return Some(class);
    }
    let machine = key.all & v::MACHINE & !key.whole != 0 && key.all & v::SUBJECT == 0;
    if key.sure & v::PROVIDER != 0 {
        return Some(Class::Is(if is_dea(key) { I::Dea } else { I::Npi }));
    }
    if key.sure & v::CARD != 0
        || all & v::CARD != 0 && id && key.count >= 2 && all & (v::PLAN | v::MRN & !v::IDWORD) == 0
        || whole_is(words!["card", "creditcard", "debitcard"])
    {
        return Some(if whole_is(words!["discover"]) { Class::None } else { Class::Is(I::Card) });
    }
    let kinds = [
        (v::PLAN, I::HealthPlan),
        (v::MRN, I::Mrn),
        (v::LICENCE, I::Licence),
        (v::VEHICLE, I::Vehicle),
        (v::DEVICE, I::Device),
        (v::ACCOUNT, I::Account),
        (v::OTHER, I::Other),
    ];
    // A word that needs no company, alone or with what it is of: `mrn`, `patient_mrn`, `mrn_number`.
    for (role, identifier) in kinds {
        if direct && key.whole & role != 0
            || key.sure & role != 0 && key.sure & v::DIRECT != 0 && sure_direct(key, role)
        {
            // `acct_port`, `account_status`: what an accounting has.
            if identifier == I::Account
                && key.count > 1
                && is(
                    key.last_hash,
                    words!["port", "status", "type", "state", "mode", "interval", "server", "rec"],
                )
            {
                continue;
            }
            let weak = matches!(identifier, I::Device) && !person && whole_is(words!["deviceid", "sn"]);
            return Some(if weak { Class::Weak(identifier) } else { Class::Is(identifier) });
        }
    }
    let kind =
        || kinds.into_iter().find(|(role, _)| all & role & !v::IDWORD != 0).map(|(_, identifier)| identifier);
    // The noun alone, or with whose it is: `chart=00482913`, `member_plate`.
    if whole_is(words![
        "plate",
        "licenseplate",
        "licence",
        "license",
        "passport",
        "medicaid",
        "medicare",
        "policy",
        "chart",
        "claim",
        "accession",
        "empi",
        "uhid",
        "specimen",
        "referral",
        "authorization",
        "encounter",
        "visit",
        "vehicle",
        "priorauthorization",
        "drivers",
        "driverslicense",
        "statelicense",
        "medicallicense",
        "medicallicence",
        "nursinglicense",
        "rnlicense",
        "patientaccount",
        "guarantoraccount",
        "insurancepolicy",
        "vehicleregistration",
        "personsourcevalue",
        "visitsourcevalue",
        "member",
        "mbr",
        "subscriberinfo",
        "dependent",
        "wristband",
        "bracelet"
    ]) || key.count >= 2
        && key.count <= 3
        && !key.vetoed
        && is(key.last_hash, words!["plate", "licence", "license"])
    {
        return Some(Class::Formed(kind().unwrap_or(I::Other)));
    }
    if whole_is(words!["serial", "account", "prescription", "badge", "rx", "card", "certificate", "invoice"])
    {
        return Some(Class::Weak(kind().unwrap_or(I::Other)));
    }
    // `implant_serial`, `pump_sn`.
    if key.count >= 2 && is(key.last_hash, words!["serial", "sn", "udi", "imei"]) && !key.vetoed {
        let worn = is(
            key.first_hash,
            words!["pump", "cgm", "transmitter", "stent", "ventilator", "lead", "generator"],
        );
        return Some(if worn || key.sure & v::DEVICE != 0 || key.all & v::SUBJECT != 0 {
            Class::Is(I::Device)
        } else {
            Class::Weak(I::Device)
        });
    }
    let held = around.all | around.whole;
    let held_by_machine = around.all & v::MACHINE != 0;
    let numbers = kinds.into_iter().fold(0, |all, (role, _)| all | role);
    if whole_is(words!["id", "identifier", "ref", "number", "no", "uuid"]) {
        let certain = (around.whole | around.all) & (v::SUBJECT | v::STRONG_NOUN) != 0 && !held_by_machine;
        let kind = kinds.into_iter().find(|(role, _)| held & role != 0).map_or(I::Mrn, |(_, kind)| kind);
        return match () {
            () if certain && held & v::WHO != 0 && !whole_is(words!["number", "no"]) => Some(Class::Is(kind)),
            () if certain && held & numbers != 0 => Some(Class::Formed(kind)),
            () if certain => Some(Class::Weak(kind)),
            () => None,
        };
    }
    // `{"member":{"group":"0048213"}}`.
    if whole_is(words!["group", "groupid", "contract", "suffix", "plan"])
        && held & (v::PLAN | v::WHO) != 0
        && !held_by_machine
    {
        return Some(Class::Formed(I::HealthPlan));
    }
    if held & v::VEHICLE != 0
        && !held_by_machine
        && whole_is(words!["registration", "reg", "tag", "number", "id"])
    {
        return Some(Class::Formed(I::Vehicle));
    }
    if whole_is(words![
        "ctl",
        "ctrl",
        "script",
        "ctlno",
        "eid",
        "epi",
        "mpi",
        "fin",
        "enc",
        "acc",
        "accn",
        "accessions",
        "grp",
        "pol",
        "group"
    ]) {
        return Some(Class::Loose);
    }
    // `icd_code`, `visit_concept_id`, `payer_id`.
    if key.coded && key.all & v::SUBJECT == 0 {
        return None;
    }
    let composed = key.count >= 2 || key.whole & v::IDWORD != 0;
    if !id
        || key.last & v::IDWORD == 0
        || !composed
        || whole_is(words!["zipcode", "postalcode", "statuscode"])
    {
        return None;
    }
    let kind = kind()?;
    let coded = is(key.last_hash, words!["code", "key", "ref"]);
    let counted = is(key.last_hash, words!["number", "numbers", "nos"]);
    let nouns = key.all | key.whole & v::STRONG_NOUN;
    Some(match () {
        () if key.all & v::SUBJECT != 0 && !machine => Class::Is(kind),
        () if nouns & v::STRONG_NOUN != 0 && !coded && !machine => Class::Is(kind),
        () if nouns & v::COUNTED != 0 && counted => Class::Is(kind),
        () if key.sure & (v::MRN | v::PLAN | v::LICENCE) != 0 && !machine => Class::Is(kind),
        () if nouns & v::STRONG_NOUN != 0 && !machine => Class::Formed(kind),
        // `device_id`, `group_id`, `account_id` are of machines unless the line is about a person.
        () => Class::Weak(kind),
    })
}

/// Whether it ends in a word for a number and names nothing that machines or catalogues number.
pub(super) fn loose(key: &Read) -> bool {
    let all = key.all | key.whole;
    key.count >= 2
        && key.last & v::IDWORD != 0
        && !is(key.last_hash, words!["code", "key", "uuid", "guid"])
        && !key.vetoed
        && all & (v::MACHINE | v::USER | v::NETWORK | v::CARER | v::FACILITY | v::PAYER) == 0
}

/// Whether it ends in what a person has one of, whatever is said of it: `matched_appt`, `prior_claim`, `linkedVisit`.
pub(super) fn of_one(key: &Read) -> bool {
    let all = key.all | key.whole;
    matches!(key.count, 2 | 3)
        && !key.vetoed
        && all & v::MACHINE == 0
        && is(
            key.last_hash,
            words![
                "appt",
                "appointment",
                "visit",
                "encounter",
                "claim",
                "referral",
                "prescription",
                "rx",
                "accession",
                "specimen",
                "chart",
                "member",
                "subscriber",
                "enrollee",
                "episode",
                "mrn"
            ],
        )
}

/// Whether a part of the key announces this kind of number by itself.
pub(super) fn sure_direct(key: &Read, role: Roles) -> bool {
    key.direct & role != 0
}

pub(super) fn is_dea(key: &Read) -> bool {
    is(
        key.whole_hash,
        words![
            "dea",
            "prescriberdea",
            "providerdea",
            "deanumber",
            "deano",
            "deaid",
            "prescriberdeanumber",
            "physiciandea",
            "deareg",
            "deanum",
            "drdea"
        ],
    )
}
