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
        I::Name | I::City | I::Facility => letters > 0,
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
        I::Mrn | I::HealthPlan | I::Account | I::Licence | I::Vehicle | I::Device | I::Other => {
            count > 0 && letters + count >= 2 || letters >= 6 && value.iter().all(u8::is_ascii_uppercase)
        }
        I::Biometric | I::Photo => letters + count >= 4,
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
        assert!(machine_made(b"550e8400-e29b-41d4-a716-446655440000") && !machine_made(b"12345678"));
    }
}
