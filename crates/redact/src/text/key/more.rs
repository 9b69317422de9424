//! Keys that tell something only where a line is about a person, and nouns that stand for their number.

use super::{Class, Read, is};
use crate::{
    Identifier as I,
    words::{vocabulary as v, words},
};

/// What such a key announces.
pub(super) fn more(key: &Read, around: &Read) -> Option<Class> {
    let whole_is = |words: &[u64]| is(key.whole_hash, words);
    if let Some(class) = super::records::record(key) {
        return Some(class);
    }
    if whole_is(words!["masterpatientindex", "patientindex", "empiid", "pat", "hospitalno", "mergedfrom"]) {
        return Some(Class::Formed(I::Mrn));
    }
    if whole_is(words!["employergroupid", "employergroup", "groupidentifier", "cin", "recipientid"]) {
        return Some(Class::Formed(I::HealthPlan));
    }
    if whole_is(words!["cb", "callbackno", "cbnum"]) {
        return Some(Class::Weak(I::Phone));
    }
    if whole_is(words!["pump", "ventilator", "glucometer", "infusionpump"]) {
        return Some(Class::Formed(I::Device));
    }
    // A bank's: `checkingAccount`, `aba`.
    if key.count == 2
        && is(key.last_hash, words!["account", "acct"])
        && is(key.first_hash, words!["checking", "savings", "bank", "deposit"])
        || whole_is(words!["aba", "abanumber", "routingnumber", "routingtransitnumber", "bankroutingnumber"])
    {
        return Some(Class::Formed(I::Account));
    }
    // What happens at a time: `starts_at`, `visitEnd`, `collected_at`. Machines start and end, too.
    if whole_is(words!["bd", "bdt", "bdate", "dtbirth", "birthdt"]) {
        return Some(Class::Weak(I::Date));
    }
    let moment = is(key.last_hash, words!["start", "end", "at", "time", "on", "begin", "from", "until"]);
    let happens = words![
        "visit",
        "appointment",
        "appt",
        "slot",
        "encounter",
        "admission",
        "stay",
        "starts",
        "collected",
        "received",
        "drawn",
        "specimen",
        "procedure",
        "surgery",
        "effective",
        "taken",
        "administered",
        "scheduled",
        "admitted",
        "discharged",
        "dispensed",
        "filled",
        "authored",
        "recorded"
    ];
    let held = |words: &[u64]| is(around.whole_hash, words);
    if key.count == 2 && moment && is(key.first_hash, happens)
        || whole_is(words!["start", "starts", "slot", "issued", "authored", "onset", "when", "starttime"])
            && (!whole_is(words!["start", "starttime", "when"])
                || around.count == 0
                || held(words!["visit", "appointment", "encounter", "appt", "slot", "period"]))
    {
        return Some(Class::Weak(I::Date));
    }
    // Where one lives, to some metres.
    if is(key.last_hash, words!["lat", "lng", "lon", "latitude", "longitude", "gps"]) && key.count <= 2 {
        return Some(Class::Weak(I::Address));
    }
    // Who did it.
    let who = words![
        "by",
        "operator",
        "actor",
        "who",
        "uploader",
        "owner",
        "assignee",
        "author",
        "requester",
        "initiator",
        "clerk",
        "cashier",
        "recorder",
        "submitter",
        "approver",
        "verifier",
        "opener",
        "witness",
        "performer",
        "modifier",
        "creator",
        "ack",
        "rn",
        "tech",
        "sub",
        "login"
    ];
    let named_there = held(words!["actor", "user", "enduser", "operator", "author", "requester", "who"])
        && whole_is(words!["id", "name", "login"]);
    let end_user = is(key.first_hash, words!["enduser", "actor", "operator"])
        && is(key.last_hash, words!["id", "name", "login"]);
    if is(key.last_hash, who)
        && key.count <= 2
        && (key.all | key.whole) & v::MACHINE == 0
        && !whole_is(words![
            "by",
            "causedby",
            "orderedby",
            "referredby",
            "dictatedby",
            "signedby",
            "seenby",
            "performer"
        ])
        || named_there
        || end_user
    {
        return Some(Class::Staff);
    }
    // The noun stands for its number.
    whole_is(words![
        "order",
        "placer",
        "filler",
        "ordernumber",
        "report",
        "sample",
        "spec",
        "specimen",
        "loser",
        "winner",
        "band",
        "uid",
        "pcr",
        "acsn",
        "placerorder",
        "fillerorder",
        "edipi",
        "legacy",
        "external",
        "kept",
        "retired",
        "survivor",
        "surviving",
        "duplicateof",
        "mergedinto",
        "uniqueid",
        "refno"
    ])
    .then_some(Class::Loose)
}
