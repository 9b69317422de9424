//! Names of columns that keys don't have: abbreviations alone, and headers in other languages.

use std::sync::LazyLock;

use super::table::{Column, Parted};
use crate::{
    Identifier as I,
    text::key::{Class, classify, parts},
    words::{hash, list},
};

/// What a column stands for that has one of these names and no other word.
const ALONE: &[(&str, &str)] = &[
    ("phone", "phn phon telefono telefonnummer telefon telefoon movil"),
    ("county", "cnty parish"),
    ("city", "cty wohnort ville ciudad citta cidade"),
    ("street_address", "strasse anschrift direccion domicilio indirizzo endereco"),
    ("last_name", "nachname familienname apellido apellidos achternaam cognome sobrenome lst_nm lstnm"),
    ("first_name", "vorname prenom voornaam frst_nm frstnm"),
    ("name", "nom nombre nome"),
    ("birth_date", "geburtsdatum geboortedatum brthdt"),
    ("birth_date", "fecha_nacimiento fechanacimiento date_naissance datenaissance data_nascita datanascita"),
    ("zip", "plz zipcd"),
    ("member_id", "versichertennr versichertennummer"),
    ("ssn", "nir"),
    ("guarantor_name", "guar"),
    ("account_number", "acnt accnt"),
    ("routing_number", "routing aba rtn"),
    ("discharge_date", "disch dischg dsch"),
    ("admission_date", "adm admsn ingreso"),
    ("discharge_date", "egreso alta"),
    ("age", "edad alter leeftijd idade"),
    ("contact_name", "contacto"),
    ("member_id", "seguro"),
];

/// Those who care for the person of a row.
const STAFF: &[u64] = list!(
    "by peds anes anesthesia crna surgeon scrub preceptor md rn lpn cna tech neph hospitalist nurse aide phleb pharmacist \
     scribe attending provider doctor"
);

/// Those whom rows are about, by a name that nothing else has, and what stands beside it in such rows.
const SUBJECTS: &[u64] = list!("patient pt patients resident rider");
const BESIDE: &[u64] = list!(
    "age sex gender md rn provider room rm bed unit test tests result tech cc complaint reason dx los service svc description charge \
     charges payment payments visit procedure surgeon physician doctor phone dob notes acct acc account med medication drug \
     pickup dropoff diet meal allergies isolation"
);

/// What stands beside the names on lists of wards and of visits, and on no list of machines.
const AT_A_BED: &[u64] = list!(
    "room rm bed rmbed dx diagnosis attending attg md rn lpn cna pcp los mrn mr diet allergies allergy isolation iso dob acuity \
     admit admitted adm dispo precautions procedure surgeon anesthesia chair hosp complaint cc appt copay reason visit ins insurance meds \
     consult consults todo nurse unit/bed resus weight tray"
);

/// Phrases of headers.
const PHRASES: &[(&str, &str)] = &[
    ("birth_date", "fecha de nacimiento"),
    ("birth_date", "date de naissance"),
    ("birth_date", "data di nascita"),
    ("birth_date", "data de nascimento"),
];

/// The hashes of both, with what they stand for; the first of two that are alike counts.
static MEANT: LazyLock<Vec<(u64, &str)>> = LazyLock::new(|| {
    let words = ALONE.iter().flat_map(|(meant, words)| words.split(' ').map(move |word| (word, *meant)));
    let all = words.chain(PHRASES.iter().map(|(meant, phrase)| (*phrase, *meant)));
    all.map(|(word, meant)| (hash(word.as_bytes()), meant)).collect()
});

fn meant(name: &[u8]) -> Option<&'static [u8]> {
    if name.len() > 32 {
        return None;
    }
    let name = hash(name);
    MEANT.iter().find(|(word, _)| *word == name).map(|(_, meant)| meant.as_bytes())
}

/// What the name of a column tells: as a key does, and in a few words that only tables have.
pub(super) fn titles(name: &[u8]) -> Class {
    let name = question(name);
    let class = match classify(name, b"") {
        // `Name/Age`, `PATIENT / MRN / AGE`: the first of several; `AGE S SVC`: columns one blank apart.
        Class::None => name
            .split(|b| *b == b'/' || *b == b' ' && name.starts_with(b"AGE "))
            .next()
            .filter(|first| first.len() < name.len())
            .map_or(Class::None, |first| {
                let first = first.trim_ascii();
                classify(meant(first).unwrap_or(first), b"")
            }),
        class => class,
    };
    let is = |words: &[&str]| words.iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes()));
    if kept(name) || counted(name) {
        Class::Machine
    } else if related(name) {
        Class::None
    } else if class != Class::None {
        class
    } else if of_client(name) {
        Class::Loose
    } else if is(&[
        "member",
        "subscriber",
        "insured",
        "dependent",
        "beneficiary",
        "spouse",
        "guarantor",
        "resident",
        "driver",
        "rider",
        "passenger",
        "baby",
        "infant",
        "newborn",
    ]) {
        Class::Person
    } else if STAFF.contains(&hash(name)) || is(&["given by", "sent by"]) {
        Class::Staff
    } else if is(&[
        "to do",
        "todo",
        "to-do",
        "tasks",
        "overnight",
        "events",
        "hospital course",
        "reason for call",
    ]) {
        Class::Prose
    } else if is(&["init", "inits", "initials", "pt init"]) {
        Class::Weak(I::Name)
    } else if is(&["subj", "subj id", "subject no"]) {
        Class::Loose
    } else if is(&[
        "customer",
        "pt label",
        "patient label",
        "pt sticker",
        "xm for",
        "crossmatched for",
        "crossmatch for",
        "issued to",
        "recipient",
    ]) {
        Class::Person
    } else if is(&["armband", "wristband", "band", "band #", "unos", "unos id", "unos/list", "optn id"]) {
        Class::Loose
    } else if is(&["invoice #", "invoice", "invoice no", "inv #"]) {
        Class::Formed(I::Account)
    } else if is(&[
        "added",
        "called",
        "seen",
        "received",
        "rec'd",
        "sent",
        "due",
        "scheduled",
        "booked",
        "faxed",
        "last pmt",
        "last payment",
        "last seen",
        "expires",
        "reported",
        "resulted",
        "performed",
        "signed",
        "ordered",
        "given",
        "dispensed",
        "filled",
        "picked up",
        "arrived",
        "checked in",
        "slot",
        "start",
        "slot_start",
        "start_time",
    ]) {
        Class::Day
    } else if is(&["lat", "lon", "lng", "long", "latitude", "longitude"]) {
        Class::Weak(I::Address)
    } else if let Some(word) = meant(name) {
        classify(word, b"")
    } else {
        class
    }
}

/// What a question of a form asks for: `What is your full name?`, `Best phone number`.
fn question(name: &[u8]) -> &[u8] {
    const ASKING: &[u64] = list!(
        "what what's whats is are your please enter provide the best patient's preferred type write tell us"
    );
    let asked = name.strip_suffix(b"?").or_else(|| name.strip_suffix(b":")).unwrap_or(name).trim_ascii();
    let mut rest = asked;
    while let Some(blank) = memchr::memchr(b' ', rest) {
        if !ASKING.contains(&hash(rest.get(..blank).unwrap_or_default())) {
            break;
        }
        rest = rest.get(blank + 1..).unwrap_or_default().trim_ascii_start();
    }
    // `Preferred name` alone is as good as a key.
    if asked.len() < name.len() || memchr::memchr(b' ', rest).is_some() { rest } else { name }
}

/// Whether a column tells when the row was written: `created_at`, `LOAD_DTTM`, `LastModified`.
fn kept(name: &[u8]) -> bool {
    const WRITTEN: [&str; 12] = [
        "created", "updated", "modified", "inserted", "loaded", "load", "etl", "extract", "exported",
        "synced", "batch", "row",
    ];
    const WHEN: [&str; 9] = ["at", "on", "date", "dt", "ts", "time", "dttm", "timestamp", "modified"];
    let is =
        |part: &[u8], words: &[&str]| words.iter().any(|word| part.eq_ignore_ascii_case(word.as_bytes()));
    parts(name).any(|part| is(part, &WRITTEN)) && parts(name).last().is_some_and(|part| is(part, &WHEN))
}

/// Whether a column counts or sums up: `Count of CSN`, `Sum of Charges`, `# of visits`.
fn counted(name: &[u8]) -> bool {
    let mut words = name.split(|b| *b == b' ').filter(|word| !word.is_empty());
    words
        .next()
        .is_some_and(|word| list!("count sum avg average mean number total min max #").contains(&hash(word)))
        && words.next().is_some_and(|word| list!("of").contains(&hash(word)))
        && words.next().is_some()
}

/// Whether a column tells how one is related to another: `Relationship`, `Relation to Subscriber`.
fn related(name: &[u8]) -> bool {
    parts(name).any(|part| list!("relation relationship rel reln").contains(&hash(part)))
        && !parts(name).any(|part| list!("name").contains(&hash(part)))
}

/// Numbers of those whom offices call clients and consumers; elsewhere a client is a program.
fn of_client(name: &[u8]) -> bool {
    let is =
        |part: &[u8], words: &[&str]| words.iter().any(|word| part.eq_ignore_ascii_case(word.as_bytes()));
    let mut parts = parts(name);
    parts.next().is_some_and(|part| {
        is(part, &["client", "consumer", "participant", "subject", "case", "person", "trip", "ride"])
    }) && parts.next().is_none_or(|part| is(part, &["id", "no", "number", "num", "nbr", "key"]))
        && parts.next().is_none()
}

/// Whether one of the names of columns is a patient's, and another one of what is told of patients.
pub(super) fn of_patients<'a>(names: impl Iterator<Item = &'a [u8]> + Clone) -> bool {
    let whole = |name: &[u8]| {
        parts(name).next().is_some_and(|first| SUBJECTS.contains(&hash(first)))
            && parts(name).nth(1).is_none_or(|second| list!("name mrn age").contains(&hash(second)))
    };
    // `BED   NAME   AGE/SX   ATTENDING   DX`: what only stands beside the names of those who are cared for.
    let called = |name: &[u8]| {
        parts(name).next().is_some_and(|first| list!("name names nm who").contains(&hash(first)))
            && parts(name).nth(1).is_none_or(|second| list!("age sex dob mrn").contains(&hash(second)))
    };
    let cared = names
        .clone()
        .filter(|name| {
            name.len() <= 24 && parts(name).next().is_some_and(|first| AT_A_BED.contains(&hash(first)))
        })
        .count();
    if cared > 1 && names.clone().count() > 2 && names.clone().any(|name| name.len() <= 24 && called(name)) {
        return true;
    }
    names.clone().count() > 2
        && names.clone().any(|name| name.len() <= 24 && whole(name))
        && names.clone().any(|name| {
            name.len() <= 24 && parts(name).next().is_some_and(|first| BESIDE.contains(&hash(first)))
        })
}

/// Whether the names of columns make rows that identify, and if so whether they are about persons.
///
/// One column that could as well be of a machine is not enough in logs. A day of birth is, and so are numbers beside
/// columns that only care has.
pub(super) fn about_persons(
    columns: &[Column],
    strict: bool,
    parted: Parted,
    births: usize,
    care: usize,
    named: bool,
) -> Option<(usize, bool)> {
    let (mut sure, mut strong, mut person, mut persons, mut pictures) = (0, births, births, 0, 0);
    let mut devices = 0;
    let mut numbers = 0;
    for column in columns {
        if column.treatment.is_some() {
            strong += 1;
        }
        persons += usize::from(matches!(column.class, Class::Person | Class::Part(_)));
        numbers += usize::from(matches!(
            column.class,
            Class::Formed(_) | Class::Loose | Class::Weak(I::Date | I::Mrn | I::Name) | Class::Day
        ));
        let Class::Is(identifier) = column.class else { continue };
        match identifier {
            I::Photo | I::Biometric => {
                pictures += 1;
                continue;
            }
            I::Device => {
                devices += 1;
                continue;
            }
            I::Ip | I::Url | I::Age => continue,
            I::Name | I::Ssn | I::Mrn | I::HealthPlan => {
                strong += 1;
                person += 1;
            }
            I::Date => person += 1,
            I::Phone | I::Fax | I::Card | I::Address | I::Npi | I::Dea => strong += 1,
            _ => {}
        }
        sure += 1;
    }
    // `AccNo,Collected,LOINC,Result`.
    let cared = care >= 1 && numbers + sure >= 2 || care >= 3 && numbers + sure >= 1;
    let enough = match parted {
        // Any sentence of a few words could be one.
        Parted::Underlined => strong >= 1 && sure >= 2,
        Parted::Wide => {
            columns.len() > 3 && cared && numbers > 2
                || strong >= 1
                || sure >= 2
                || sure >= 1 && strict
                || sure + pictures >= 1 && persons >= 1
        }
        _ => {
            strong >= 1
                || sure >= 2
                || sure >= 1 && strict
                || sure + pictures >= 1 && persons >= 1
                || columns.len() > 2 && cared
        }
    };
    // A day of birth is as sure as two others, and so is one beside a person.
    let sure = sure + births + usize::from(sure > 0 && persons > 0);
    let held = persons > 0
        && columns.iter().any(|column| {
            matches!(
                column.class,
                Class::Is(I::Vehicle | I::Phone) | Class::Formed(I::Account) | Class::Weak(I::Account)
            )
        });
    // `Customer,Invoice #`: who owes it.
    let owes = persons > 0
        && columns
            .iter()
            .any(|column| matches!(column.class, Class::Formed(I::Account) | Class::Weak(I::Account)))
        && matches!(parted, Parted::Sign(_));
    // `Device,Serial Number,Historic Glucose`; `REF   LOT   S/N   Pt label`.
    let worn = devices > 0 && (care > 0 || persons > 0);
    let enough =
        enough || named || owes || worn || care > 0 && persons > 0 && numbers > 0 && columns.len() > 3;
    enough.then_some((sure, named || person > 0 || pictures > 0 || cared || held || worn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_abbreviations_and_in_other_languages() {
        for (name, class) in [
            ("PHN", Class::Is(I::Phone)),
            ("Nachname", Class::Is(I::Name)),
            ("Prénom", Class::Is(I::Name)),
            ("Fecha de Nacimiento", Class::Is(I::Date)),
            ("PLZ", Class::Is(I::Zip)),
        ] {
            assert_eq!(titles(name.as_bytes()), class, "{name}");
        }
        assert_eq!(titles(b"LOAD_DTTM"), Class::Machine);
        assert_eq!(titles(b"Client No"), Class::Loose);
        assert_eq!(titles(b"Trip ID"), Class::Loose);
        assert!(matches!(titles(b"Passenger"), Class::Person | Class::Part(_)));
        assert_eq!(titles(b"Direct Deposit"), Class::Formed(I::Account));
        assert_eq!(titles(b"Trip Distance"), Class::None);
        for name in ["queue", "module", "ort", "lst", "nomination"] {
            assert_eq!(titles(name.as_bytes()), Class::None, "{name}");
        }
    }
}
