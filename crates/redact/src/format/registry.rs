//! Elements of registries that have numbers or paths for names: NEMSIS, the ambulances' (data dictionary 3.5), openEHR.

use crate::{Identifier as I, text::key::Class};

/// Sections of a report, and of each what its elements are: a letter, and their numbers.
const ELEMENTS: [(&[u8], &str); 19] = [
    (b"eRecord", "o1"),
    (b"eResponse", "o3,4"),
    (b"eCrew", "o1"),
    (b"eTimes", "d1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"),
    (b"ePatient", "m1 n2,3,4 a5 c6,7 z9 s12 g15 d17 t18 e19 l21"),
    (b"ePayment", "d3,60 n6,7,19,20,21,23,24,25 h17,18 a26,34 c27,35 z29,37 t31,39"),
    (b"eScene", "d5 a11,12,15,16,20 f13 c17 z19"),
    (b"eSituation", "d1,18 p4"),
    (b"eHistory", "n2,3,4"),
    (b"eNarrative", "p1"),
    (b"eVitals", "d1"),
    (b"eMedications", "d1"),
    (b"eProcedures", "d1"),
    (b"eLabs", "d1"),
    (b"eDevice", "v1 d2"),
    (b"eArrest", "d14"),
    (b"eDisposition", "f1 a3,9,10 c4 z7 d25"),
    (b"eOutcome", "o4 d11,16"),
    (b"eOther", "d19 n20,21"),
];

/// What an element is: `ePatient.02` is a family name.
pub(crate) fn key(key: &[u8]) -> Option<Class> {
    if memchr::memchr(b'/', key).is_some() {
        return openehr(key);
    }
    if let Some(kind) = assessed(key) {
        return kind;
    }
    let dot = key.len().checked_sub(3)?;
    if key.first() != Some(&b'e') || key.get(dot) != Some(&b'.') {
        return None;
    }
    let (section, number) = (key.get(..dot)?, std::str::from_utf8(key.get(dot + 1..)?).ok()?);
    let number: u8 = number.parse().ok()?;
    let (_, elements) = ELEMENTS.iter().find(|(known, _)| *known == section)?;
    let group = elements
        .split(' ')
        .find(|group| group.get(1..).is_some_and(|all| all.split(',').any(|one| one.parse() == Ok(number))));
    Some(match group.and_then(|group| group.bytes().next()) {
        Some(b'n') => Class::Is(I::Name),
        Some(b'm') => Class::Is(I::Mrn),
        Some(b'd') => Class::Is(I::Date),
        Some(b'a') => Class::Is(I::Address),
        Some(b'c') => Class::Is(I::City),
        Some(b'z') => Class::Is(I::Zip),
        Some(b's') => Class::Is(I::Ssn),
        Some(b'g') => Class::Is(I::Age),
        Some(b't') => Class::Is(I::Phone),
        Some(b'e') => Class::Is(I::Email),
        Some(b'l') => Class::Is(I::Licence),
        Some(b'h') => Class::Is(I::HealthPlan),
        Some(b'f') => Class::Is(I::Facility),
        Some(b'v') => Class::Is(I::Device),
        Some(b'o') => Class::Is(I::Other),
        Some(b'p') => Class::Prose,
        // Codes and times of machines.
        _ => Class::Machine,
    })
}

/// Items of assessments of residents (MDS 3.0, CMS) and of patients at home (OASIS): `A0500C` is a family name.
fn assessed(key: &[u8]) -> Option<Option<Class>> {
    const ITEMS: &[(I, &str)] = &[
        (I::Name, "A0500A A0500B A0500C A1300C X0200A X0200C M0040_PAT_LNAME M0040_PAT_FNAME"),
        (I::Ssn, "A0600A X0500 M0064_SSN"),
        (I::HealthPlan, "A0600B A0700 M0063_MEDICARE_NUM M0065_MEDICAID_NUM"),
        (I::Mrn, "A1300A M0020_PAT_ID"),
        (I::Npi, "A0100A M0018_PHYSICIAN_ID"),
        (I::Zip, "M0060_PAT_ZIP"),
        (
            I::Date,
            "A0900 A1600 A1700 A1900 A2000 A2200 A2300 A2400B A2400C X0400 X0700A X0700B X0700C X1100E Z0400 Z0500B V0200B2 V0200C2 \
             O0400A5 O0400A6 O0400B5 O0400B6 O0400C5 O0400C6 M0030_START_CARE_DT M0032_ROC_DT M0066_PAT_BIRTH_DT M0090_INFO_COMPLETED_DT \
             M0102_PHYSN_ORDRD_SOCROC_DT M0104_PHYSN_RFRL_DT M0906_DC_TRAN_DTH_DT",
        ),
    ];
    let lettered = matches!(key, [b'A' | b'M' | b'O' | b'V' | b'X' | b'Z', a, b, c, d, ..] if [a, b, c, d].iter().all(|b| b.is_ascii_digit()));
    if !lettered || key.len() > 32 {
        return None;
    }
    let known = |all: &str| all.split(' ').any(|one| one.as_bytes().eq_ignore_ascii_case(key));
    ITEMS.iter().find(|(_, all)| known(all)).map(|(identifier, _)| Some(Class::Is(*identifier)))
}

/// Paths of a flat composition (openEHR simplified formats, FLAT) that tell of whom and when it is.
fn openehr(key: &[u8]) -> Option<Class> {
    if let Some(context) = key.strip_prefix(b"ctx/") {
        return match context {
            b"time" | b"end_time" | b"history_origin" => Some(Class::Is(I::Date)),
            b"composer_name" => Some(Class::Is(I::Name)),
            b"composer_id" => Some(Class::Formed(I::Other)),
            b"health_care_facility|name" | b"location" => Some(Class::Is(I::Facility)),
            _ if context.starts_with(b"participation_name") => Some(Class::Is(I::Name)),
            _ => None,
        };
    }
    if key.ends_with(b"subject/external_ref/id/value") || key.ends_with(b"subject/external_ref/id|value") {
        return Some(Class::Is(I::Mrn));
    }
    let clinical = key.ends_with(b"/time") || key.ends_with(b"/start_time") || key.ends_with(b"/end_time");
    let versioned = key
        .split(|b| matches!(b, b'/' | b':'))
        .any(|part| part.starts_with(b"any_event") || part == b"context");
    if clinical && versioned {
        return Some(Class::Is(I::Date));
    }
    (key.ends_with(b"composer|name") || key.ends_with(b"provider|name")).then_some(Class::Is(I::Name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_of_ambulances_are_known_by_their_numbers() {
        for (name, expected) in [
            ("ePatient.02", Some(Class::Is(I::Name))),
            ("ePatient.17", Some(Class::Is(I::Date))),
            ("ePatient.13", Some(Class::Machine)),
            ("eDisposition.01", Some(Class::Is(I::Facility))),
            ("eVitals.10", Some(Class::Machine)),
            ("eMail.01", None),
            ("engine.io", None),
            ("A0500C", Some(Class::Is(I::Name))),
            ("A0900", Some(Class::Is(I::Date))),
            ("A0310A", None),
            ("A4821", None),
            ("ctx/time", Some(Class::Is(I::Date))),
            ("ehr_status/subject/external_ref/id/value", Some(Class::Is(I::Mrn))),
            ("vitals/body_temperature:0/any_event:0/time", Some(Class::Is(I::Date))),
            ("vitals/body_temperature:0/any_event:0/temperature|magnitude", None),
        ] {
            assert_eq!(key(name.as_bytes()), expected, "{name}");
        }
    }
}
