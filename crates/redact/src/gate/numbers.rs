//! The quick look at digits, and at letters with digits among them.

use super::Gate;
use crate::{
    check::digits,
    shape::{
        self, card, internet,
        phone::{self, Suspicion},
        ssn,
    },
    text::{
        dicom,
        token::{at, before},
    },
};

impl Gate<'_> {
    /// Goes on after digits; nothing if they may identify.
    #[inline]
    pub(super) fn number(&mut self, start: usize, end: usize) -> Option<()> {
        self.number_at = self.words;
        let line = self.line;
        let length = end - start;
        let next = at(line, end);
        let after = at(line, end + 1);
        let found = match next {
            // A second point is near, or it is no address and no telephone.
            b'.' => {
                length <= 3
                    && after.is_ascii_digit()
                    && line.get(end + 2..end + 5).is_some_and(|three| three.contains(&b'.'))
                    && (internet::v4(line, start)
                        .is_some_and(|(_, address)| internet::public(address.into()))
                        || length == 3 && phone::phone(line, start, Suspicion::Low).is_some())
                    || length == 1 && begins_distance(line, start)
                    || length >= 12 && card::card(line, start, true).is_some()
            }
            b':' => {
                length <= 4 && !clock(line, end) && {
                    internet::v6(line, start).is_some_and(|(_, address)| internet::public(address.into()))
                } || length >= 12 && card::card(line, start, true).is_some()
            }
            b'-' | b' ' => match length {
                1 | 2 if next == b'-' && quoted_day(line, start) => true,
                2..=4 if next == b'-' && before(line, start) == b'\'' && quoted_number(line, start) => true,
                1 => begins_distance(line, start),
                3 if next == b'-' => {
                    after.is_ascii_digit()
                        && (ssn::ssn(line, start, false).is_some()
                            || phone::phone(line, start, Suspicion::Low).is_some())
                }
                4 if next == b'-' && shape::date::long_ago(line, start) => true,
                4 => {
                    line.get(end + 1..end + 5).is_some_and(|four| four.iter().all(u8::is_ascii_digit))
                        && card::card(line, start, true).is_some()
                }
                _ => length >= 12 && card::card(line, start, true).is_some(),
            },
            // A tag of DICOM as a key.
            b'"' | b'\\' if length == 8 => dicom::key(line.get(start..end).unwrap_or_default()).is_some(),
            b'/' => {
                length <= 2 && quoted_day(line, start)
                    || length <= 2
                        && matches!(before(line, start), b'(' | b'[')
                        && shape::date::long_ago(line, start)
                    || length >= 12 && card::card(line, start, true).is_some()
            }
            // `|03171962|F|`: a row about a person.
            b'|' if length == 8 => matches!(after, b'M' | b'F') && at(line, end + 2) == b'|',
            _ => length >= 12 && card::card(line, start, true).is_some(),
        };
        let called = self.words - self.phone_at <= 6
            && ((7..=15).contains(&length)
                || matches!(next, b'-' | b'.' | b' ' | b'/' | b')')
                    && (after.is_ascii_digit() || after == b' ' || after == b'('));
        (!(found || called || self.aged(start, length, next, after))).then_some(())
    }

    /// Whether these digits may be an age over 89.
    #[inline]
    fn aged(&self, start: usize, length: usize, next: u8, after: u8) -> bool {
        let ninety = match length {
            2 => at(self.line, start) == b'9',
            3 => (90..=130).contains(&shape::value(self.line, start, 3)),
            _ => false,
        };
        let unit =
            || matches!(next, b'y' | b'Y') || matches!(next, b'-' | b' ') && matches!(after, b'y' | b'Y');
        ninety && (unit() || self.words - self.age_at <= 3)
    }

    /// Whether letters and digits without a sign between may identify.
    pub(super) fn mixed(&self, start: usize, end: usize) -> bool {
        let line = self.line;
        let token = line.get(start..end).unwrap_or_default();
        let length = token.len();
        let [first, second, ..] = token else { return false };
        let may = match length {
            // An address with letters, an age: `fe80:`, `93yo`.
            0..=4 => true,
            11 | 17 => true,
            5..=8 if matches!(first, b'0' | b'1' | b'9') && second.is_ascii_digit() => true,
            _ => first.is_ascii_uppercase() && second.is_ascii_uppercase(),
        };
        if !may || !shape::begins(line, start) {
            return false;
        }
        let plan = matches!(length, 4 | 11)
            && (b'1'..=b'9').contains(first)
            && shape::mbi::mbi(line, start).is_some();
        let bank = length >= 4 && shape::iban::iban(line, start).is_some();
        let sixth = length <= 4 && at(line, end) == b':' && internet::v6(line, start).is_some();
        let aged = length <= 8
            && matches!(first, b'0' | b'1' | b'9')
            && shape::digits(token, 0, 4) > 1
            && (90..=130).contains(&shape::value(token, 0, shape::digits(token, 0, 3)))
            && token.iter().any(|b| matches!(b, b'y' | b'Y'));
        plan || bank || sixth || aged || length == 17 && digits::vin(token)
    }
}

/// Whether a day stands behind a quote, also one of typesetting.
fn quoted_day(line: &[u8], start: usize) -> bool {
    matches!(before(line, start), b'\'' | b'"' | 0x98 | 0x9c)
        && (shape::date::date(line, start).is_some() || shape::date::slashed(line, start).is_some())
}

/// Whether groups of digits that are no day stand in quotes: `'58-7991-62'`.
fn quoted_number(line: &[u8], start: usize) -> bool {
    let rest = line.get(start..).unwrap_or_default();
    let length = rest.iter().take(16).take_while(|b| b.is_ascii_digit() || **b == b'-').count();
    let hyphens = rest.iter().take(length).filter(|b| **b == b'-').count();
    at(rest, length) == b'\'' && hyphens == 2 && shape::date::date(line, start).is_none()
}

/// Whether a telephone number begins here with the prefix of long distance: `1-800-…`.
#[inline]
fn begins_distance(line: &[u8], start: usize) -> bool {
    at(line, start) == b'1' && phone::phone(line, start, Suspicion::Low).is_some()
}

/// Whether hours end here that minutes and seconds follow, and nothing that goes on as an address does.
#[inline]
fn clock(line: &[u8], end: usize) -> bool {
    let Some(&[_, a, b, sign, c, d, ..]) = line.get(end..).and_then(|rest| rest.first_chunk::<6>()) else {
        return false;
    };
    let digits = [a, b, c, d].iter().all(u8::is_ascii_digit);
    let next = at(line, end + 6);
    digits && sign == b':' && !next.is_ascii_hexdigit() && next != b':'
}
