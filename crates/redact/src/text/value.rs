//! Whether a value can be what its key says.

mod other;

use std::net::IpAddr;

use self::other::{
    absent, dotted, kind_of_plan, of_a_day, of_a_desk, of_a_key, of_software, placeholder, pointer,
};
pub(super) use self::other::{declared, missing};
use super::{
    token::marker,
    written::{of_a_card, of_a_host, of_a_network, of_a_program, sentence},
};
use crate::{
    Identifier as I,
    check::digits,
    words::{hash, vocabulary as v},
};

/// Whether a value is a sentence: `pt roomed, Jane wants water`.
fn prose(value: &[u8]) -> bool {
    let words = || value.split(|b| *b == b' ').filter(|word| word.len() > 2);
    let small = |word: &&[u8]| word.iter().all(|b| b.is_ascii_lowercase() || *b == b',');
    value.iter().filter(|b| **b == b' ').count() >= 4 && words().filter(small).count() >= 3
}

/// Whether the value is there and can be this.
pub(crate) fn plausible(identifier: I, value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
    let count = digits::count(value);
    if letters + count == 0 || missing(value) || whole_marker(value) || absent(value) {
        return false;
    }
    // `AC` and 32 digits of a service of telephones.
    if value.len() == 34
        && value.iter().take(2).all(u8::is_ascii_uppercase)
        && value.iter().skip(2).all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
    {
        return false;
    }
    // A machine's name with a number made up for it: `consumer-1-550e8400-…`.
    let counted = matches!(
        identifier,
        I::Mrn | I::HealthPlan | I::Account | I::Licence | I::Vehicle | I::Device | I::Other
    );
    if counted && value.len() > 40 && value.get(value.len() - 36..).is_some_and(machine_made) {
        return false;
    }
    // `V00000000`: of an example.
    if counted && count >= 5 && value.iter().all(|b| !b.is_ascii_digit() || *b == b'0') {
        return false;
    }
    match identifier {
        // Fields of HL7 v2 by their numbers: `PID-3.1`; what data frames hold where nothing is.
        _ if of_a_field(value) || value == b"NaT" => false,
        I::Name if prose(value) => false,
        I::Name => letters > 0 && !declared(value) && !of_a_program(value),
        I::Facility => letters > 0 && !pointer(value),
        I::City => letters > 0,
        I::Address => (letters > 1 || count > 2) && !of_a_host(value),
        I::Date => {
            of_a_day(value, letters, count)
                || count == 2 && matches!(value, [a, b'/', b] if a.is_ascii_digit() && b.is_ascii_digit())
        }
        I::Age => {
            // `093Y` of DICOM (PS3.5, table 6.2-1).
            let years = value.strip_suffix(b"Y").filter(|years| years.len() == 3).unwrap_or(value);
            years.iter().all(|b| !b.is_ascii_alphabetic())
                && std::str::from_utf8(years)
                    .is_ok_and(|v| v.parse().is_ok_and(|age: u16| (90..=130).contains(&age)))
        }
        I::Phone | I::Fax => count >= 7 && letters < 12 && !of_a_network(value),
        I::Email => value.contains(&b'@') || value.windows(3).any(|w| w == b"%40"),
        I::Ssn => (4..=9).contains(&count) && letters <= 5,
        I::Zip => count > 0 && value.len() <= 12,
        I::Ip => value
            .split(|b| *b == b',')
            .any(|part| std::str::from_utf8(part.trim_ascii()).is_ok_and(|p| p.parse::<IpAddr>().is_ok())),
        I::Url => value.len() > 6,
        I::Card => (4..=19).contains(&count) && letters <= 12,
        I::Npi => count == 10 && letters == 0,
        I::Dea => count >= 6,
        I::Licence if of_software(value) => false,
        // A kind of plan: `PPO2`.
        I::HealthPlan if kind_of_plan(value) => false,
        I::Other if of_a_desk(value) => false,
        // Names of the standard itself (DICOM PS3.6, annex A).
        I::Other if value.starts_with(b"1.2.840.10008.") => false,
        // The year of a vehicle; the voltage of a board, `VIN=12.04V`.
        I::Vehicle
            if matches!(value, [b'1', b'9', _, _] | [b'2', b'0', _, _])
                || value.contains(&b'.') && value.first().is_some_and(u8::is_ascii_digit)
                || letters + count < 4 && (letters < 2 || letters + count < 3) =>
        {
            false
        }
        I::Mrn | I::HealthPlan | I::Account | I::Licence | I::Vehicle | I::Other if of_a_card(value) => false,
        I::Mrn | I::HealthPlan | I::Account | I::Licence | I::Device if sentence(value) => false,
        I::Mrn | I::HealthPlan | I::Account | I::Licence | I::Vehicle | I::Device | I::Other => {
            !(dotted(value) && value.len() < 30) && !pointer(value) && count > 0 && letters + count >= 2
                || letters >= 6 && value.iter().all(u8::is_ascii_uppercase)
        }
        I::Biometric => {
            letters + count >= 4
                && !of_a_key(value)
                && (count > 0
                    || value.len() >= 16
                        && !value.contains(&b' ')
                        && value.iter().any(u8::is_ascii_lowercase))
        }
        I::Photo => letters + count >= 4 && !placeholder(value),
    }
}

/// Whether a value is the number of a field of HL7 v2: `PID-3.1`, `IN1-36`.
fn of_a_field(value: &[u8]) -> bool {
    const SEGMENTS: [&[u8]; 18] = [
        b"PID", b"PV1", b"PV2", b"IN1", b"IN2", b"GT1", b"NK1", b"OBR", b"OBX", b"ORC", b"MSH", b"EVN",
        b"DG1", b"AL1", b"RXA", b"FT1", b"MRG", b"PD1",
    ];
    value.len() <= 9
        && value.get(3) == Some(&b'-')
        && value.get(..3).is_some_and(|head| SEGMENTS.contains(&head))
        && value.get(4..).is_some_and(|rest| rest.iter().all(|b| b.is_ascii_digit() || *b == b'.'))
}

/// Whether a value is a marker and nothing else.
pub(crate) fn whole_marker(value: &[u8]) -> bool {
    marker(value, 0) == Some(value.len())
}

/// Whether a value is a UUID or a long hexadecimal number: programs make them up for themselves.
pub(crate) fn machine_made(value: &[u8]) -> bool {
    let hex = value.iter().filter(|b| b.is_ascii_hexdigit()).count();
    let hyphens = value.iter().filter(|b| **b == b'-').count();
    hex + hyphens == value.len()
        && (value.len() == 36 && hyphens == 4
            || hyphens == 0 && hex >= 16 && value.iter().any(u8::is_ascii_alphabetic))
}

/// Whether a value has the form of a number that an office gives: capitals, digits and hyphens, digits enough, and
/// nothing of a version, a time or a hash.
pub(crate) fn formed(value: &[u8]) -> bool {
    form(value, u8::is_ascii_uppercase)
}

fn form(value: &[u8], letter: fn(&u8) -> bool) -> bool {
    let value = value.trim_ascii();
    let count = digits::count(value);
    let letters = value.iter().filter(|b| letter(b)).count();
    let signs = value.iter().filter(|b| matches!(b, b'-' | b'/' | b' ' | b'#')).count();
    let date = crate::shape::date::date(value, 0).is_some_and(|date| date.end == value.len());
    // `2002-13`, `2019-2024`: years.
    let years = matches!(
        value,
        [b'1' | b'2', b'0' | b'9', _, _, b'-', _, _]
            | [b'1' | b'2', b'0' | b'9', _, _, b'-', b'1' | b'2', b'0' | b'9', _, _]
    ) && count + 1 == value.len();
    count + letters + signs == value.len()
        && !years
        && (5..=24).contains(&value.len())
        && (count >= 5 || count >= 3 && letters >= 1 && count + letters >= 6)
        && signs <= 3
        && value.iter().any(|b| b.is_ascii_digit() && *b != b'0')
        && value.first().is_some_and(u8::is_ascii_alphanumeric)
        && value.last().is_some_and(u8::is_ascii_alphanumeric)
        && !(date && value.len() > 8)
        && !machine_made(value)
}

/// Whether a value has the form of a number that is a person's where a record is: as [`formed`], small letters allowed,
/// but neither a time nor a hash.
pub(crate) fn loosely_formed(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let count = digits::count(value);
    let small = value.iter().filter(|b| b.is_ascii_lowercase()).count();
    let hex = value.iter().all(u8::is_ascii_hexdigit);
    !digits::epoch(value)
        && form(value, u8::is_ascii_alphabetic)
        && (small <= 3 || count >= 4 && small <= 6)
        && !(small > 0 && hex && value.len() >= 8)
}

/// Whether a value is a month or a day of a month: `03`, `14`, `March`.
pub(crate) fn element(value: &[u8]) -> bool {
    let number = value.iter().all(u8::is_ascii_digit)
        && (1..=2).contains(&value.len())
        && (1..=31).contains(&crate::shape::value(value, 0, value.len()));
    number || value.len() > 2 && v::month(value).is_some() && v::vocabulary().get(hash(value)) & v::MONTH != 0
}

/// The value in what ASP.NET says of one: `The value 'PHY.661' is not valid.`.
pub(crate) fn refused(text: &[u8]) -> Option<std::ops::Range<usize>> {
    const HEAD: &[u8] = b"The value '";
    let length = memchr::memchr(b'\'', text.strip_prefix(HEAD)?)?;
    Some(HEAD.len()..HEAD.len() + length)
}

/// Whether a value can be the number of a process: digits alone, no more than a kernel gives (`PID_MAX_LIMIT`, 2^22).
pub(crate) fn process(value: &[u8]) -> bool {
    (1..=7).contains(&value.len()) && value.iter().all(u8::is_ascii_digit) && !value.starts_with(b"0")
}

/// Whether a value is or begins with a date, or holds one; encoded for a query, too.
pub(crate) fn dated(value: &[u8]) -> bool {
    let whole = |value: &[u8]| {
        (0..value.len().min(32)).any(|i| crate::shape::date::date(value, i).is_some())
            || value.len() == 8 && crate::shape::date::compact(value, 0) == Some(8)
    };
    whole(value)
        || value.len() < 40 && value.contains(&b'%') && whole(&slashes(value))
        || value.len() < 40 && in_words(value)
}

/// Whether a value names a day with its month: `Wed, Aug 4, 2021 at 11:44 AM`.
fn in_words(value: &[u8]) -> bool {
    let parts = || value.split(|b| !b.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let month = |part: &[u8]| {
        v::vocabulary().get(hash(part)) & v::MONTH != 0 && part.first().is_some_and(u8::is_ascii_uppercase)
    };
    let day = |part: &[u8]| (1..=2).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    parts().any(month) && parts().any(day) && parts().count() <= 9
}

/// The value with its encoded slashes and colons written out.
fn slashes(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, behind)) = rest.split_first() {
        let sign = match rest.get(..3) {
            Some(b"%2F" | b"%2f") => Some(b'/'),
            Some(b"%3A" | b"%3a") => Some(b':'),
            _ => None,
        };
        out.push(sign.unwrap_or(*first));
        rest = if sign.is_some() { rest.get(3..).unwrap_or_default() } else { behind };
    }
    out
}

/// Whether a value has the form of a licence plate: letters and digits, five to eight, in at most two groups.
pub(crate) fn plate(value: &[u8]) -> bool {
    let count = digits::count(value);
    let letters = value.iter().filter(|b| b.is_ascii_uppercase()).count();
    let signs = value.iter().filter(|b| matches!(b, b'-' | b' ' | b'+')).count();
    count + letters + signs == value.len()
        && (5..=8).contains(&(count + letters))
        && count >= 2
        && (1..=4).contains(&letters)
        && signs <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_and_markers_are_not_plausible() {
        for value in ["", "null", "[NAME]", "-", "[SSN:***6789]", "N/A"] {
            assert!(!plausible(I::Name, value.as_bytes()) && !plausible(I::Mrn, value.as_bytes()), "{value}");
        }
        assert!(
            plausible(I::Name, b"x")
                && plausible(I::Age, b"91")
                && plausible(I::Age, b"093Y")
                && !plausible(I::Age, b"045Y")
                && !plausible(I::Age, b"45")
        );
        assert!(plausible(I::Ip, b"10.0.0.1, 203.0.113.9") && !plausible(I::Ip, b"host"));
        for (identifier, value) in [
            (I::HealthPlan, "2.16.756.1.89.1.2"),
            (I::Mrn, "10.3.255.203/47776"),
            (I::Mrn, "0x7fffffffe010"),
            (I::Licence, "GPL-3.0-only"),
            (I::Licence, "BSD-3-Clause"),
            (I::Biometric, "SHA256:k3vQ"),
            (I::Biometric, "9a:42:1f:00:7c:11:ab:90"),
            (I::Biometric, "select name from t where id = ?"),
            (I::Photo, "/static/default-user.png"),
            (I::Facility, "0xF88396"),
            (I::Name, "String"),
            (I::Name, "${f##*/}"),
            (I::Name, "SELINUX_ROLE_REQUESTED"),
            (I::Name, "rhel/cloud_root"),
            (I::Name, "some-upstream-service-9000"),
            (I::Name, "at most 60"),
            (I::Name, "Not Configured"),
            (I::Phone, "192.168.71.0/24"),
            (I::Address, "10.10.2.101"),
            (I::Address, "fe80::e42:a1ff:fe2b:374"),
            (I::Address, "mail.example.org"),
            (I::Licence, "62:ee:31:2b:35:7c"),
            (I::Vehicle, "12.04V"),
            (I::Date, "workPhone (312 empty)"),
            (I::Date, "12 chars"),
            (I::Date, "2 99213 59"),
            (I::Date, "1962"),
            (I::Biometric, "HUGGING_FACE_ACCESS_TOKEN"),
        ] {
            assert!(!plausible(identifier, value.as_bytes()), "{value}");
        }
        for (identifier, value) in [
            (I::Name, "mary_kowalski"),
            (I::Name, "ROE/JANE"),
            (I::Name, "okwu_adaeze"),
            (I::Name, "anne-marie"),
            (I::Phone, "212.555.0199"),
            (I::Date, "1931"),
            (I::Date, "14 mar"),
            (I::Date, "19620314"),
            (I::Date, "45231"),
            (I::Vehicle, "7ABC123"),
            (I::Address, "12.elm.street"),
            (I::Address, "Salem"),
        ] {
            assert!(plausible(identifier, value.as_bytes()), "{value}");
        }
        assert!(plausible(I::Licence, b"MI123456") && plausible(I::Biometric, b"FP-88213"));
        assert!(plausible(I::Photo, b"roe_face.jpg") && plausible(I::Mrn, b"12.34.567"));
        assert!(machine_made(b"550e8400-e29b-41d4-a716-446655440000") && !machine_made(b"12345678"));
        assert!(!plausible(I::HealthPlan, b"consumer-1-550e8400-e29b-41d4-a716-446655440000"));
    }

    #[test]
    fn numbers_of_offices_have_a_form() {
        for value in [
            "00482913",
            "C-48213",
            "W123456789",
            "CLM-2024-0001234",
            "AB-4829137",
            "12-34-56",
            "943 476 5919",
        ] {
            assert!(formed(value.as_bytes()) && loosely_formed(value.as_bytes()), "{value}");
        }
        for value in [
            "4.8.213",
            "1.2.3-4",
            "postgres-12.1.9",
            "retention-30d",
            "482",
            "00000",
            "2026-03-01",
            "refs/heads/main",
            "550e8400-e29b-41d4-a716-446655440000",
            "MIT",
            "2002-13",
            "2019-2024",
            "-48213",
        ] {
            assert!(!formed(value.as_bytes()), "{value}");
        }
        assert!(
            loosely_formed(b"lg48213") && !loosely_formed(b"a8f3c1d2e4") && !loosely_formed(b"1772366401")
        );
        assert!(
            plate(b"7ABC123")
                && plate(b"KJH-4821")
                && plate(b"KJH 4821")
                && !plate(b"48213")
                && !plate(b"v48213")
        );
    }
}
