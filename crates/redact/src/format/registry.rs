//! Elements of registries that have numbers for names: NEMSIS, the ambulances' (data dictionary 3.5).

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
        ] {
            assert_eq!(key(name.as_bytes()), expected, "{name}");
        }
    }
}
