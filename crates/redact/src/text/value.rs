//! Whether a value can be what its key says.

use std::net::IpAddr;

use super::token::marker;
use crate::{Identifier as I, check::digits};

/// Words that stand where a value is missing.
const NOTHING: [&[u8]; 16] = [
    b"null",
    b"none",
    b"nil",
    b"unknown",
    b"n/a",
    b"na",
    b"true",
    b"false",
    b"undefined",
    b"redacted",
    b"nan",
    b"empty",
    b"missing",
    b"yes",
    b"no",
    b"required",
];

/// Names of types, where declarations and schemas are logged.
const TYPES: [&[u8]; 9] =
    [b"string", b"str", b"text", b"varchar", b"char", b"object", b"string!", b"optional", b"invalid"];

/// An object identifier (`2.16.756.1.89`) or an address with its port is no number of a person.
fn dotted(value: &[u8]) -> bool {
    let run = value.iter().take_while(|b| b.is_ascii_digit() || **b == b'.');
    run.filter(|b| **b == b'.').count() >= 3
}

/// `0x7fffe010`.
fn pointer(value: &[u8]) -> bool {
    matches!(value, [b'0', b'x' | b'X', rest @ ..] if rest.iter().all(u8::is_ascii_hexdigit))
}

/// The licence of a program: `MIT`, `GPL-2.0-or-later`, `Apache-2.0`.
fn of_software(value: &[u8]) -> bool {
    let names: [&[u8]; 16] = [
        b"gpl",
        b"lgpl",
        b"agpl",
        b"mit",
        b"bsd",
        b"0bsd",
        b"apache",
        b"mpl",
        b"isc",
        b"cc0",
        b"cc-by",
        b"epl",
        b"unlicense",
        b"zlib",
        b"artistic",
        b"unicode",
    ];
    let length = |name: &[u8]| name.len();
    names.iter().any(|name| {
        value.get(..length(name)).is_some_and(|head| head.eq_ignore_ascii_case(name))
            && !value.get(length(name)).is_some_and(u8::is_ascii_digit)
    })
}

/// A fingerprint of a key or a certificate: `SHA256:…`, `9A:42:1F:…`.
fn of_a_key(value: &[u8]) -> bool {
    let hash = [&b"sha"[..], b"md5"].iter().any(|name| {
        value.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(name))
            && value.get(3).is_none_or(|b| !b.is_ascii_alphabetic())
    });
    let pairs = value.len() >= 23
        && value
            .iter()
            .enumerate()
            .all(|(at, b)| if at % 3 == 2 { *b == b':' } else { b.is_ascii_hexdigit() });
    hash || pairs
}

/// A picture of nobody: `default.png`, `/img/placeholder-user.svg`.
fn placeholder(value: &[u8]) -> bool {
    let name = value.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let words: [&[u8]; 8] = [
        b"default",
        b"placeholder",
        b"anonymous",
        b"generic",
        b"blank",
        b"no-photo",
        b"no_photo",
        b"unknown",
    ];
    words.iter().any(|word| name.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)))
}

/// Whether the value is there and can be this.
pub(crate) fn plausible(identifier: I, value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
    let count = digits::count(value);
    if letters + count == 0 || NOTHING.iter().any(|no| value.eq_ignore_ascii_case(no)) || whole_marker(value)
    {
        return false;
    }
    match identifier {
        I::Name => letters > 0 && !TYPES.iter().any(|word| value.eq_ignore_ascii_case(word)),
        I::Facility => letters > 0 && !pointer(value),
        I::City => letters > 0,
        I::Address => letters > 1 || count > 2,
        I::Date => count >= 3 || letters >= 3 && count > 0,
        I::Age => {
            letters == 0
                && std::str::from_utf8(value)
                    .is_ok_and(|v| v.parse().is_ok_and(|age: u16| (90..=130).contains(&age)))
        }
        I::Phone | I::Fax => count >= 7 && letters < 12,
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
        I::Mrn | I::HealthPlan | I::Account | I::Licence | I::Vehicle | I::Device | I::Other => {
            !dotted(value) && !pointer(value) && count > 0 && letters + count >= 2
                || letters >= 6 && value.iter().all(u8::is_ascii_uppercase)
        }
        I::Biometric => {
            letters + count >= 4
                && !of_a_key(value)
                && (count > 0 || value.len() >= 16 && !value.contains(&b' '))
        }
        I::Photo => letters + count >= 4 && !placeholder(value),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_and_markers_are_not_plausible() {
        for value in ["", "null", "[NAME]", "-", "[SSN:***6789]", "N/A"] {
            assert!(!plausible(I::Name, value.as_bytes()) && !plausible(I::Mrn, value.as_bytes()), "{value}");
        }
        assert!(plausible(I::Name, b"x") && plausible(I::Age, b"91") && !plausible(I::Age, b"45"));
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
        ] {
            assert!(!plausible(identifier, value.as_bytes()), "{value}");
        }
        assert!(plausible(I::Licence, b"MI123456") && plausible(I::Biometric, b"FP-88213"));
        assert!(plausible(I::Photo, b"roe_face.jpg") && plausible(I::Mrn, b"12.34.567"));
        assert!(machine_made(b"550e8400-e29b-41d4-a716-446655440000") && !machine_made(b"12345678"));
    }
}
