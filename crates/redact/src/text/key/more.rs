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
    if whole_is(words!["drphone", "docphone", "mdphone", "ptphone", "patphone", "hphone", "wphone", "cphone"])
    {
        return Some(Class::Is(I::Phone));
    }
    if whole_is(words![
        "dateofdiagnosis",
        "diagnosisdate",
        "dateoflastcontact",
        "dateoffirstcontact",
        "dateprescriptionwritten",
        "datewritten",
        "datefilled",
        "datedispensed",
        "encountertime",
        "visittime"
    ]) {
        return Some(Class::Is(I::Date));
    }
    // Of a bank of cards, of who pays: many have it.
    if whole_is(words![
        "iinnumber",
        "iin",
        "processoridentificationnumber",
        "binlocationnumber",
        "processorcontrolnumber"
    ]) {
        return Some(Class::None);
    }
    if whole_is(words!["masterpatientindex", "patientindex", "empiid", "pat", "hospitalno", "mergedfrom"]) {
        return Some(Class::Formed(I::Mrn));
    }
    if whole_is(words![
        "insurancecardnumber",
        "insurancecardno",
        "membercardnumber",
        "healthcardnumber",
        "plancardnumber"
    ]) {
        return Some(Class::Formed(I::HealthPlan));
    }
    if whole_is(words!["employergroupid", "employergroup", "groupidentifier", "cin", "recipientid"]) {
        return Some(Class::Formed(I::HealthPlan));
    }
    // What devices at home and calendars write of a moment.
    if whole_is(words![
        "displaytime",
        "measuredat",
        "measurementtime",
        "readingtime",
        "sampletime",
        "takenat",
        "scheduledfor",
        "reminderfor",
        "remindfor",
        "reminderat",
        "remindat",
        "visitfor",
        "apptfor",
        "scheduledat",
        "scheduledstart",
        "bookedfor",
        "startsat",
        "endsat"
    ]) {
        return Some(Class::Weak(I::Date));
    }
    if whole_is(words!["identifiers", "patientidentifiers", "otherids", "altids", "alternateids"]) {
        return Some(Class::Loose);
    }
    // Who opens it is told by it.
    if whole_is(words![
        "joinurl",
        "joinlink",
        "meetingurl",
        "visiturl",
        "visitlink",
        "videourl",
        "sessionurl",
        "invitelink",
        "inviteurl",
        "magiclink",
        "resetlink",
        "telehealthurl",
        "telehealthlink"
    ]) {
        return Some(Class::Weak(I::Url));
    }
    if whole_is(words!["cb", "callbackno", "cbnum"]) {
        return Some(Class::Weak(I::Phone));
    }
    if whole_is(words!["pump", "ventilator", "glucometer", "infusionpump", "transmitter"]) {
        return Some(Class::Formed(I::Device));
    }
    // An appointment is somebody's; what the office of a doctor calls an account of a patient.
    if whole_is(words![
        "apptid",
        "appointmentid",
        "apptno",
        "apptnumber",
        "appointmentno",
        "appointmentnumber"
    ]) {
        return Some(Class::Formed(I::Other));
    }
    if whole_is(words!["pcn", "patientcontrolnumber", "patientcontrolno", "patctrlno"]) {
        return Some(Class::Loose);
    }
    // The part of a glucose monitor that is worn.
    if key.count == 2
        && is(key.first_hash, words!["cgm", "sensor", "pump", "transmitter"])
        && is(key.last_hash, words!["tx", "transmitter", "treatment", "unit", "kit"])
    {
        return Some(Class::Formed(I::Device));
    }
    // People by what they do just now.
    if whole_is(words![
        "rider",
        "wearer",
        "passenger",
        "debtor",
        "signer",
        "signatory",
        "minor",
        "ward",
        "nick",
        "rad",
        "radiologist",
        "following",
        "signaturename",
        "prefillname",
        "visitor",
        "evacuee",
        "testator",
        "addressee",
        "petitioner"
    ]) {
        return Some(Class::Person);
    }
    if whole_is(words![
        "suser",
        "duser",
        "usrname",
        "samaccountname",
        "csusername",
        "agent",
        "csr",
        "screenname",
        "subjectusername",
        "targetusername",
        "loggedby"
    ]) {
        return Some(Class::Staff);
    }
    if whole_is(words!["ln", "lnm", "fnm"]) {
        return Some(Class::Weak(I::Name));
    }
    if whole_is(words!["near", "zipnear", "nearzip"]) {
        return Some(Class::Weak(I::Zip));
    }
    if whole_is(words!["organizationname", "organisationname"]) {
        return Some(Class::None);
    }
    // `callbackExt`: an extension is as good as a number.
    if key.count >= 2
        && is(key.last_hash, words!["ext", "extension", "extn"])
        && (key.all | key.whole) & v::PHONE != 0
    {
        return Some(Class::Weak(I::Other));
    }
    if whole_is(words!["case", "caseno", "casenumber", "trip", "tripid", "incident", "episode"]) {
        return Some(Class::Loose);
    }
    // A bank's: `checkingAccount`, `aba`.
    if key.count == 2
        && is(key.last_hash, words!["account", "acct"])
        && is(key.first_hash, words!["checking", "savings", "bank", "deposit"])
        || key.count == 2 && is(key.first_hash, words!["direct"]) && is(key.last_hash, words!["deposit"])
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
                || held(words![
                    "visit",
                    "appointment",
                    "encounter",
                    "appt",
                    "slot",
                    "period",
                    "data",
                    "payload",
                    "detail",
                    "body",
                    "booking",
                    "event",
                    "scheduledevent",
                    "session",
                    "meeting",
                    "reservation",
                    "invitee"
                ]))
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
        "refno",
        "filenumber",
        "fileno",
        "statefilenumber"
    ])
    .then_some(Class::Loose)
}
