//! Writes a line with its findings replaced.

use crate::{
    Action, Config, Identifier, Statistics,
    check::number,
    config::{Keyed, Treatment},
    shape::alphanumeric,
    text::{Hit, token::at},
};

/// What replaces values.
pub(crate) struct Applier {
    actions: [Action; Identifier::ALL.len()],
    dropped: bool,
    key: Option<Keyed>,
}

impl Applier {
    pub(crate) fn new(config: &mut Config) -> Self {
        let actions = Identifier::ALL.map(|identifier| config.action_of(identifier));
        let dropped = config.fields.iter().any(|field| matches!(field.treatment, Treatment::Drop(_)));
        Self { actions, dropped, key: config.key.take() }
    }

    /// Appends the line, with each hit replaced, to `out`, and counts.
    pub(crate) fn write(&self, line: &[u8], hits: &[Hit], statistics: &mut Statistics, out: &mut Vec<u8>) {
        let mut from = 0;
        for hit in hits {
            out.extend_from_slice(line.get(from..hit.start).unwrap_or_default());
            let value = line.get(hit.start..hit.end).unwrap_or_default();
            self.replace(hit, value, out);
            statistics.count(hit.identifier);
            from = hit.end;
        }
        out.extend_from_slice(line.get(from..).unwrap_or_default());
    }

    fn replace(&self, hit: &Hit, value: &[u8], out: &mut Vec<u8>) {
        let mut action = self.actions.get(hit.identifier.index()).copied().unwrap_or_default();
        // The weight that only a rule for a field gives.
        if self.dropped && hit.weight == u8::MAX {
            action = Action::Drop;
        }
        quote(hit.quoted, out);
        if action != Action::Drop {
            out.push(b'[');
            out.extend_from_slice(hit.identifier.label().as_bytes());
            self.detail(action, hit.identifier, value, out);
            out.push(b']');
        }
        quote(hit.quoted, out);
    }

    fn detail(&self, action: Action, identifier: Identifier, value: &[u8], out: &mut Vec<u8>) {
        match action {
            Action::Mask | Action::Drop => {}
            Action::KeepLast4 => {
                let kept: Vec<u8> = value.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
                // Of a short value four characters would be most of it.
                if kept.len() >= 8 {
                    out.extend_from_slice(b":***");
                    out.extend_from_slice(kept.get(kept.len() - 4..).unwrap_or_default());
                }
            }
            Action::Pseudonym => {
                if let Some(key) = &self.key {
                    out.push(b':');
                    token(&key(&normal(identifier, value)), out);
                }
            }
            Action::Generalise => generalise(identifier, value, out),
        }
    }
}

/// The quotes around a marker that stands for a number of JSON; escaped in a string of JSON.
fn quote(level: u8, out: &mut Vec<u8>) {
    if level > 0 {
        for _ in 1..(1_usize << (level - 1).min(5)) {
            out.push(b'\\');
        }
        out.push(b'"');
    }
}

/// What of a value makes it the same value: letters and digits without case, with the identifier in front, so that
/// `123-45-6789` and `123456789` are one and an account of the same digits is another.
fn normal(identifier: Identifier, value: &[u8]) -> Vec<u8> {
    let mut normal = Vec::with_capacity(value.len() + 12);
    normal.extend_from_slice(identifier.word().as_bytes());
    normal.push(0);
    let mail = matches!(identifier, Identifier::Email | Identifier::Url | Identifier::Ip);
    for byte in String::from_utf8_lossy(value).to_lowercase().bytes() {
        if alphanumeric(byte) || mail && byte > b' ' {
            normal.push(byte);
        }
    }
    normal
}

/// The first 80 bits in the letters of RFC 4648 base32, small.
fn token(hash: &[u8; 32], out: &mut Vec<u8>) {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let (mut bits, mut count) = (0_u32, 0);
    for byte in hash.iter().take(10) {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            let index = usize::try_from(bits >> count & 31).unwrap_or(0);
            out.push(at(LETTERS, index));
        }
    }
}

/// Earlier years tell that somebody is over 89 (45 CFR 164.514(b)(2)(i)(C)); the crate knows no clock.
const EARLIEST_YEAR: u32 = 1940;

/// What Safe Harbor lets stay.
fn generalise(identifier: Identifier, value: &[u8], out: &mut Vec<u8>) {
    match identifier {
        Identifier::Date => {
            if let Some(year) = year(value).filter(|year| crate::shape::value(year, 0, 4) >= EARLIEST_YEAR) {
                out.push(b':');
                out.extend_from_slice(year);
            }
        }
        Identifier::Zip => {
            out.push(b':');
            out.extend_from_slice(&number::zip3(value));
        }
        Identifier::Age => out.extend_from_slice(b":90"),
        _ => {}
    }
}

/// The four digits of a date that are its year.
fn year(value: &[u8]) -> Option<&[u8]> {
    let mut start = 0;
    while start < value.len() {
        let count = crate::shape::digits(value, start, 20);
        let four = value.get(start..start + 4);
        let number = crate::shape::value(value, start, 4);
        if (count == 4 || count == 8 || count >= 12) && (1880..=2100).contains(&number) {
            return four;
        }
        start += count.max(1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safe_harbor_keeps_years_and_large_areas() {
        for (identifier, value, expected) in [
            (Identifier::Date, "01/31/1970", ":1970"),
            (Identifier::Date, "March 3rd", ""),
            (Identifier::Date, "19700131", ":1970"),
            (Identifier::Zip, "94110-1234", ":941"),
            (Identifier::Zip, "03601", ":000"),
            (Identifier::Age, "93", ":90"),
            (Identifier::Name, "Roe", ""),
        ] {
            let mut out = Vec::new();
            generalise(identifier, value.as_bytes(), &mut out);
            assert_eq!(out, expected.as_bytes(), "{value}");
        }
    }

    #[test]
    fn the_same_value_written_otherwise_is_the_same() {
        assert_eq!(normal(Identifier::Ssn, b"123-45-6789"), normal(Identifier::Ssn, b"123456789"));
        assert_eq!(normal(Identifier::Name, b"ROE, JANE"), normal(Identifier::Name, b"Roe, Jane"));
        assert_ne!(normal(Identifier::Ssn, b"123456789"), normal(Identifier::Account, b"123456789"));
        let mut out = Vec::new();
        token(&[0xff; 32], &mut out);
        assert_eq!(out, b"7777777777777777");
    }
}
