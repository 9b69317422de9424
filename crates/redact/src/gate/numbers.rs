//! The quick look at digits, and at letters with digits among them.

use super::{Gate, words::NEAR};
use crate::{
    check::digits,
    shape::{
        self, card, internet,
        phone::{self, Suspicion},
        ssn,
    },
    text::{
        coined, dicom,
        token::{at, before},
    },
};

/// Most words between one of telephones and the number.
const CALLED: u32 = 6;

/// Most words between one of ages and an age.
const AGED: u32 = 3;

/// Months as loggers write them, who are no words of anything else.
const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

impl Gate<'_> {
    /// Where to go on after digits; nothing if they may identify. Most numbers are of a length and before a sign that mean
    /// nothing, and end here.
    #[inline(always)]
    pub(super) fn number(&mut self, start: usize, end: usize) -> Option<usize> {
        self.number_at = self.words;
        let length = end - start;
        let next = at(self.line, end);
        // Lengths of numbers, as bits, that are looked at before this sign.
        let lengths: usize = match next {
            b'.' => 0b1110,
            b':' | b'-' => 0b1_1110,
            b' ' => 0b1_0010,
            b'/' => 0b110,
            b'"' | b'\\' | b'|' => 1 << 8,
            b'>' => 1 << 10 | 1 << 11,
            _ => 0,
        };
        let old = matches!((length, at(self.line, start)), (2, b'9') | (3, b'0' | b'1'));
        // `LB-224918`, `23-0048213`.
        let old = old || length >= 5 && before(self.line, start) == b'-';
        let may = length >= 12 || lengths >> length & 1 == 1 || old || self.words - self.phone_at <= CALLED;
        if may { self.weighed(start, end, next) } else { Some(end) }
    }

    /// The same for digits that may mean something.
    #[inline(never)]
    fn weighed(&mut self, start: usize, end: usize, next: u8) -> Option<usize> {
        let line = self.line;
        let length = end - start;
        let called = self.words - self.phone_at <= CALLED;
        // A second point is near, or it is no address.
        if next == b'.'
            && length <= 3
            && line.get(end + 2..end + 5).is_some_and(|three| three.contains(&b'.'))
        {
            match internet::v4(line, start) {
                Some((_, address)) if internet::public(address.into()) => return None,
                // What is behind an address is looked at with its last number.
                Some((end, _)) if !called && self.words - self.age_at > AGED => {
                    let digits = line.get(..end).unwrap_or_default().iter().rev();
                    return Some(end - digits.take_while(|b| b.is_ascii_digit()).count());
                }
                _ => {}
            }
        }
        if !called {
            let seconds = match (length, next) {
                (4, b'-') => moment(line, start),
                (2, b'/') if self.words - self.person_at > NEAR => self.stamp(start),
                _ => None,
            };
            if seconds.is_some() {
                return seconds;
            }
        }
        let called = called && self.called(length, next, end);
        let found = called || self.shaped(start, end, next) || self.aged(start, length, next, end);
        let found = found || length >= 5 && before(line, start) == b'-' && self.kept(start);
        (!found).then_some(end)
    }

    /// Whether these digits are of a number with the letters of an office, in a line of care. The line is looked at once.
    pub(super) fn kept(&mut self, start: usize) -> bool {
        if self.asked {
            return false;
        }
        let lettered = coined::numbered(self.line, start);
        self.asked = lettered;
        lettered && coined::keeps(self.line)
    }

    /// Where the seconds begin of a moment as access logs write it; the month is a word that went by.
    fn stamp(&mut self, start: usize) -> Option<usize> {
        const LENGTH: usize = "22/Nov/2026:03:41:".len();
        let written: &[u8; LENGTH] = self.line.get(start..)?.first_chunk()?;
        let [day, d, b'/', m, o, n, b'/', year, y, e, a, b':', hour, h, b':', minute, s, b':'] = *written
        else {
            return None;
        };
        let digits = [d, y, e, a, h, s].iter().all(u8::is_ascii_digit)
            && matches!(day, b'0'..=b'3')
            && matches!(year, b'1' | b'2')
            && matches!(hour, b'0'..=b'2')
            && matches!(minute, b'0'..=b'5');
        let closed = at(self.line, start + LENGTH + 2) == b' ';
        if !(digits && closed && before(self.line, start) == b'[' && MONTHS.contains(&&[m, o, n])) {
            return None;
        }
        self.pass_word(start + 3, start + 6, true);
        self.number_at = self.words;
        Some(start + LENGTH)
    }

    /// Whether digits before this sign may identify by their shape. Which lengths are looked at before a sign, [`Gate::number`]
    /// says.
    fn shaped(&self, start: usize, end: usize, next: u8) -> bool {
        let line = self.line;
        let length = end - start;
        let after = at(line, end + 1);
        match next {
            // A second point is near, or it is no telephone.
            b'.' => {
                length == 3
                    && after.is_ascii_digit()
                    && line.get(end + 2..end + 5).is_some_and(|three| three.contains(&b'.'))
                    && phone::phone(line, start, Suspicion::Low).is_some()
                    || length == 1
                        && (begins_distance(line, start)
                            || arcs(line, start) && dicom::uid(line, start).is_some())
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
                3 if next == b'-' && crate::format::ncpdp::numbered(line, start) => true,
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
                length <= 2 && (quoted_day(line, start) || shape::date::lived(line, start))
                    || length <= 2
                        && matches!(before(line, start), b'(' | b'[')
                        && shape::date::long_ago(line, start)
                    || length >= 12 && card::card(line, start, true).is_some()
            }
            // `ORLA QUIST <4155550123>`: who calls.
            b'>' if length < 12 => {
                before(line, start) == b'<' && phone::phone(line, start, Suspicion::Context).is_some()
            }
            // `|03171962|F|`: a row about a person.
            b'|' if length == 8 => matches!(after, b'M' | b'F') && at(line, end + 2) == b'|',
            _ => length >= 12 && card::card(line, start, true).is_some(),
        }
    }

    /// Whether these digits may be of a telephone that a word before told of.
    fn called(&self, length: usize, next: u8, end: usize) -> bool {
        let after = at(self.line, end + 1);
        (7..=15).contains(&length)
            || matches!(next, b'-' | b'.' | b' ' | b'/' | b')')
                && (after.is_ascii_digit() || after == b' ' || after == b'(')
    }

    /// Whether these digits may be an age over 89.
    #[inline]
    fn aged(&self, start: usize, length: usize, next: u8, end: usize) -> bool {
        let first = at(self.line, start);
        if !(length == 2 && first == b'9' || length == 3 && matches!(first, b'0' | b'1')) {
            return false;
        }
        let ninety = length == 2 || (90..=130).contains(&shape::value(self.line, start, 3));
        let after = at(self.line, end + 1);
        let unit =
            || matches!(next, b'y' | b'Y') || matches!(next, b'-' | b' ') && matches!(after, b'y' | b'Y');
        ninety && (unit() || self.words - self.age_at <= AGED)
    }

    /// Whether letters and digits without a sign between may identify.
    #[inline]
    pub(super) fn mixed(&self, start: usize, end: usize) -> bool {
        let length = end - start;
        let (first, second) = (at(self.line, start), at(self.line, start + 1));
        let may = match length {
            0 | 1 => false,
            // An address with letters, an age: `fe80:`, `93yo`.
            2..=4 | 11 | 17 => true,
            18 => matches!(at(self.line, start + 8), b'M' | b'F' | b'U'),
            5..=8 if matches!(first, b'0' | b'1' | b'9') && second.is_ascii_digit() => true,
            _ => first.is_ascii_uppercase() && second.is_ascii_uppercase(),
        };
        may && shape::begins(self.line, start) && self.begun(start, end, first)
    }

    /// The same, where something may begin.
    fn begun(&self, start: usize, end: usize, first: u8) -> bool {
        let line = self.line;
        let token = line.get(start..end).unwrap_or_default();
        let length = end - start;
        let plan = matches!(length, 4 | 11)
            && (b'1'..=b'9').contains(&first)
            && shape::mbi::mbi(line, start).is_some();
        let bank = length >= 4 && shape::iban::iban(line, start).is_some();
        let sixth = length <= 4 && at(line, end) == b':' && internet::v6(line, start).is_some();
        let aged = length <= 8
            && matches!(first, b'0' | b'1' | b'9')
            && shape::digits(token, 0, 4) > 1
            && (90..=130).contains(&shape::value(token, 0, shape::digits(token, 0, 3)))
            && token.iter().any(|b| matches!(b, b'y' | b'Y'));
        // `19960418M705526052`: a day of birth, a sex and a number in a record of fixed width.
        let fixed = length == 18
            && matches!(at(token, 8), b'M' | b'F' | b'U')
            && shape::date::compact(token, 0) == Some(8);
        plan || bank || sixth || aged || fixed || length == 17 && digits::vin(token)
    }
}

/// Whether a day stands behind a quote, also one of typesetting.
fn quoted_day(line: &[u8], start: usize) -> bool {
    matches!(before(line, start), b'\'' | b'"' | 0x98 | 0x9c)
        && (shape::date::date(line, start).is_some() || shape::date::slashed(line, start).is_some())
}

/// Whether an object identifier can begin here that is as long as those of images: `1.2.840.…`, `2.25.…`.
fn arcs(line: &[u8], start: usize) -> bool {
    let part = |place: usize| matches!(at(line, place), b'0'..=b'9' | b'.');
    matches!(at(line, start), b'1' | b'2')
        && (at(line, start + 3) == b'.' || at(line, start + 4) == b'.')
        && part(start + 11)
        && part(start + 17)
}

/// Whether a day of somebody stands behind a tab in a string of JSON: `{"log":"423\tLane\tElmer\t1931-09-11\n"}`.
pub(super) fn tabbed_day(line: &[u8], start: usize) -> bool {
    at(line, start + 4) == b'-'
        && (1905..2010).contains(&shape::value(line, start, 4))
        // From there on: the letter of the escape is none of the day's.
        && line.get(start..).and_then(|rest| shape::date::date(rest, 0)).is_some_and(|day| !day.time)
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

/// Where the seconds begin of a moment as machines write it: nothing before them identifies, neither by its shape nor as
/// an age. One in quotes or brackets may be somebody's day.
#[inline]
fn moment(line: &[u8], start: usize) -> Option<usize> {
    const LENGTH: usize = "2026-11-22T03:41:".len();
    let written: &[u8; LENGTH] = line.get(start..)?.first_chunk()?;
    let [_, _, _, _, b'-', month, m, b'-', day, d, b'T', hour, h, b':', minute, n, b':'] = *written else {
        return None;
    };
    let digits = [m, d, h, n].iter().all(u8::is_ascii_digit)
        && matches!(month, b'0' | b'1')
        && matches!(day, b'0'..=b'3')
        && matches!(hour, b'0'..=b'2')
        && matches!(minute, b'0'..=b'5');
    (digits && !matches!(before(line, start), b'\'' | b'(' | b'[')).then_some(start + LENGTH)
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

#[cfg(test)]
mod tests {
    use super::MONTHS;
    use crate::{
        gate::{listed::listed, triggers::REMEMBERED},
        words::vocabulary as v,
    };

    #[test]
    fn months_mean_nothing_but_months() {
        for month in MONTHS {
            let roles = listed().roles(month, 3);
            assert_ne!(roles & v::MONTH, 0, "{month:?}");
            let stops = crate::gate::triggers::asking(roles) & !crate::gate::triggers::asking(v::MONTH);
            assert_eq!((stops, roles & REMEMBERED), (0, 0), "{month:?} {roles:x}");
        }
    }
}
