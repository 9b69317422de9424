//! The quick look at digits, and at letters with digits among them.

use super::{
    Gate,
    classes::{DIGIT, LETTER, class},
};
use crate::{
    check::digits,
    shape::{
        self, card, internet,
        phone::{self, Suspicion},
        ssn,
    },
    text::token::{at, before},
};

impl Gate<'_> {
    /// Where to go on after digits; nothing if they may identify.
    pub(super) fn number(&mut self, start: usize) -> Option<usize> {
        let line = self.line;
        let rest = line.get(start..).unwrap_or_default();
        let mut length = 0;
        let mut letters = false;
        for byte in rest {
            match class(*byte) {
                DIGIT => {}
                LETTER if *byte < 0x80 => letters = true,
                _ => break,
            }
            length += 1;
        }
        let end = start + length;
        self.number_at = self.words;
        if letters {
            return self.mixed(start, end).then_some(end);
        }
        let next = at(line, end);
        let after = at(line, end + 1);
        let joined = matches!(next, b'-' | b'.' | b' ' | b'/' | b')')
            && (after.is_ascii_digit() || after == b' ' || after == b'(');
        let found = match next {
            b'.' if length <= 3 && after.is_ascii_digit() => {
                internet::v4(line, start).is_some_and(|(_, address)| internet::public(address.into()))
                    || length == 3 && phone::phone(line, start, Suspicion::Low).is_some()
            }
            b':' if length <= 4 => {
                internet::v6(line, start).is_some_and(|(_, address)| internet::public(address.into()))
            }
            b'-' if length == 3 => {
                ssn::ssn(line, start, false).is_some() || phone::phone(line, start, Suspicion::Low).is_some()
            }
            b'/' if length <= 2 && matches!(before(line, start), b'\'' | b'"') => {
                shape::date::date(line, start).is_some()
            }
            b'-' | b' ' if length == 4 => card::card(line, start, true).is_some(),
            b'-' | b'.' | b' ' if length == 1 => phone::phone(line, start, Suspicion::Low).is_some(),
            _ => length >= 12 && card::card(line, start, true).is_some(),
        };
        let called = self.words - self.phone_at <= 6 && (joined || (7..=15).contains(&length));
        let aged = matches!(length, 2 | 3) && {
            let value = shape::value(line, start, length);
            let unit =
                matches!(next, b'y' | b'Y') || matches!(next, b'-' | b' ') && matches!(after, b'y' | b'Y');
            (90..=130).contains(&value) && (unit || self.words - self.age_at <= 3)
        };
        (!(found || called || aged)).then_some(end)
    }

    /// Whether letters and digits without a sign between stay.
    pub(super) fn mixed(&self, start: usize, end: usize) -> bool {
        let line = self.line;
        let token = line.get(start..end).unwrap_or_default();
        if !shape::begins(line, start) {
            return true;
        }
        let length = token.len();
        let vehicle = length == 17 && digits::vin(token);
        let plan = matches!(length, 4 | 11)
            && (b'1'..=b'9').contains(&at(line, start))
            && shape::mbi::mbi(line, start).is_some();
        let bank = length >= 4 && shape::iban::iban(line, start).is_some();
        let sixth = length <= 4 && matches!(at(line, end), b':') && internet::v6(line, start).is_some();
        let aged = length <= 8
            && shape::digits(token, 0, 4) > 1
            && (90..=130).contains(&shape::value(token, 0, shape::digits(token, 0, 3)))
            && token.iter().any(|b| matches!(b, b'y' | b'Y'));
        !(vehicle || plan || bank || sixth || aged)
    }
}
