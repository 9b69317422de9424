//! Keys of extracts and of registries: parts of names, moments of a stay, numbers of laboratories and studies.

use super::{Class, Read, is};
use crate::{
    Identifier as I,
    words::{vocabulary as v, words},
};

/// What such a key announces.
pub(super) fn record(key: &Read) -> Option<Class> {
    let whole_is = |words: &[u64]| is(key.whole_hash, words);
    let all = key.all | key.whole;
    let machine = key.all & v::MACHINE != 0;
    // `PatientLast`, `guar_first`: a part of a name behind whose it is.
    let whose = all & (v::SUBJECT | v::KIN | v::CARER | v::WHO) != 0
        || is(
            key.first_hash,
            words![
                "referring",
                "rendering",
                "attending",
                "ordering",
                "prescribing",
                "phys",
                "doctor",
                "dr",
                "emergency",
                "contact",
                "emerg",
                "nok",
                "guardian",
                "child",
                "employee",
                "guarantor",
                "subscriber",
                "insured"
            ],
        );
    let part = is(
        key.last_hash,
        words![
            "last",
            "first",
            "middle",
            "lname",
            "fname",
            "mname",
            "surname",
            "forename",
            "forenames",
            "srnm",
            "gvn"
        ],
    );
    if (2..=4).contains(&key.count) && part && whose && !machine
        || whole_is(words![
            "midname",
            "prefname",
            "formername",
            "forenames",
            "mothermaiden",
            "mothersmaiden",
            "opphysnsrnm",
            "atphysnsrnm",
            "prevname",
            "priorname",
            "knownas",
            "goesby"
        ])
    {
        return Some(Class::Is(I::Name));
    }
    if whole_is(words!["middleinit", "middleinitial", "mi", "mid"]) && key.count == 2
        || is(key.last_hash, words!["initials", "init"]) && key.count == 2 && all & v::SUBJECT != 0
        || whole_is(words!["initials"])
    {
        return Some(Class::Weak(I::Name));
    }
    // Dates of what happened to a patient are told already.
    let told = key.last & v::DATE != 0 && all & v::EVENT != 0;
    if moment(key) && !machine && !told {
        return Some(Class::Weak(I::Date));
    }
    if whole_is(words!["pcpnpi", "prescriberid", "prescribernpi", "attnpi"]) {
        return Some(Class::Formed(I::Npi));
    }
    if whole_is(words!["provlicense", "medlicense"]) {
        return Some(Class::Formed(I::Licence));
    }
    if whole_is(words!["pob", "bplace"]) {
        return Some(Class::Weak(I::City));
    }
    whole_is(words![
        "labno",
        "labnumber",
        "labaccession",
        "labaccessionno",
        "labaccessionnumber",
        "barcode",
        "barcodeno",
        "containerid",
        "tubeid",
        "tubeno",
        "reqno",
        "reqnumber",
        "requisition",
        "precert",
        "precertno",
        "precertification",
        "studyuid",
        "apptid",
        "apptno",
        "appointmentid",
        "appointmentnumber",
        "confirmation",
        "confirmationno",
        "din",
        "unitdin",
        "transactionnumber",
        "screenno",
        "screennumber",
        "screeningno",
        "randno",
        "randnumber",
        "randomno",
        "epcr",
        "epcrno",
        "tcn",
        "pcnno",
        "casenumber",
        "hn",
        "dfn",
        "euid",
        "ihi",
        "usubjid",
        "hcn",
        "maid",
        "urnumber",
        "urno",
        "personkey",
        "visitkey",
        "encounterkey",
        "benesk",
        "intakeid",
        "intakeno",
        "bandid",
        "clinicid",
        "clinicno",
        "clinicnumber",
        "hospid",
        "hospno",
        "dodid",
        "individualno",
        "consumernumber",
        "consumerid"
    ])
    .then_some(Class::Loose)
}

/// Whether the key is of a moment of a stay or of a test: `admittime`, `ED_ARRIVAL`, `LBDTC`, `last_fill`.
fn moment(key: &Read) -> bool {
    let whole_is = |words: &[u64]| is(key.whole_hash, words);
    let when = key.last & v::DATE != 0
        || is(
            key.last_hash,
            words!["start", "end", "stop", "taken", "collected", "began", "ended", "start_time"],
        );
    when && key.count >= 2
        && is(
            key.first_hash,
            words![
                "admit",
                "admission",
                "discharge",
                "disch",
                "arrival",
                "arrive",
                "departure",
                "checkin",
                "checkout",
                "triage",
                "order",
                "ordering",
                "result",
                "resulted",
                "collection",
                "collect",
                "specimen",
                "measurement",
                "drug",
                "exposure",
                "observation",
                "condition",
                "period",
                "coverage",
                "eligibility",
                "elig",
                "enrollment",
                "chart",
                "infusion",
                "intubation",
                "extubation",
                "incision",
                "anesthesia",
                "surgery",
                "death",
                "ed",
                "er",
                "or"
            ],
        )
        || whole_is(words![
            "admittime",
            "dischtime",
            "deathtime",
            "edregtime",
            "edouttime",
            "charttime",
            "intime",
            "outtime",
            "edarrival",
            "checkintime",
            "arrivaltime",
            "arrivaldate",
            "admdt",
            "visdt",
            "visdate",
            "visitdt",
            "lastfill",
            "lastfilled",
            "nextfill",
            "nextvisit",
            "lastvisit",
            "nextappt",
            "lastappt",
            "lastseen",
            "effdt",
            "effdate",
            "termdt",
            "clmfrom",
            "clmthru",
            "svcfrom",
            "svcthru",
            "specimencollected",
            "collected",
            "resulted",
            "dispensed",
            "administered",
            "vaccinated",
            "drawn",
            "datelastcontact",
            "lastcontact",
            "written",
            "dtstart",
            "dtend",
            "rtc",
            "rtcdate",
            "injurydate",
            "brthdtc",
            "rfstdtc",
            "rfendtc",
            "rficdtc",
            "aestdtc",
            "aeendtc",
            "svstdtc",
            "svendtc",
            "lbdtc",
            "vsdtc",
            "egdtc",
            "exstdtc",
            "exendtc",
            "cmstdtc",
            "cmendtc",
            "mhstdtc",
            "dsstdtc",
            "dthdtc",
            "prstdtc"
        ])
}
