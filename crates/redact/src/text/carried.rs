//! In logs, what in a text about a person tells by its form that it is theirs: numbers with letters as offices give them,
//! names of accounts that are made of the name beside them, and the line of a band: number, day of birth, age and sex.

use std::ops::Range;

use super::{
    Reader,
    key::{Class, classify},
    theirs::{package, record},
    token::{Case, Kind, Token},
    value::formed,
    weight,
};
use crate::{
    Identifier as I,
    shape::{alphanumeric, date},
    words::{WORD, dictionary, hash, list, vocabulary as v, words},
};

/// What people number for each other: beside a person the number behind such a noun is of that person.
const NUMBERED: &[u64] = words![
    "exam",
    "exams",
    "order",
    "orders",
    "case",
    "incident",
    "report",
    "referral",
    "visit",
    "enc",
    "encounter",
    "trip",
    "study",
    "specimen",
    "sample",
    "accession",
    "accn",
    "episode",
    "emp",
    "employee",
    "badge",
    "shield",
    "band",
    "client",
    "rider",
    "claim",
    "chart",
    "appt",
    "booking",
    "intake",
    "stay",
    "rx"
];
const NUMBERED_TOO: &[u64] =
    words!["appointment", "interpreter", "confirmation", "requisition", "admission", "registration"];

/// Those of them that only care numbers; the others are of staff and of programs, too.
const CLINICAL: &[u64] = list!(
    "exam exams referral visit enc encounter accession accn episode chart appt appointment interpreter requisition \
     admission rx"
);

/// Most names, and most words of a text, that are compared with each other.
const NAMES: usize = 12;
const WORDS: usize = 256;

/// Longest name of an account.
const ACCOUNT: usize = 40;

/// Longest number.
const NUMBER: usize = 18;

impl Reader<'_> {
    /// Finds numbers and accounts in a text about a person.
    pub(super) fn carried(&mut self, block: bool) {
        let record = block || self.of_a_record();
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            match token.kind {
                Kind::Word | Kind::Mixed if record && token.byte.is_ascii_uppercase() => {
                    self.of_an_office(token);
                }
                Kind::Symbol if block && token.byte == b'#' => self.behind_a_sharp(index),
                Kind::Word
                    if (self.lower_is(index, NUMBERED) || self.lower_is(index, NUMBERED_TOO))
                        && (record || self.lower_is(index, CLINICAL))
                        || block && token.case == Case::Upper && self.lower_is(index, words!["id"]) =>
                {
                    self.behind_a_noun(index)
                }
                _ => {}
            }
        }
        self.accounts();
    }

    /// Whether the text is about a patient, not only about somebody: a word for one, another value that only patients have,
    /// or a name as records write it. Those of staff and of who develops a program stand in logs as well.
    pub(super) fn of_a_record(&self) -> bool {
        let roles = self.tokens.iter().fold(0, |all, token| all | token.roles);
        if roles & (v::SUBJECT | v::BIRTH | v::MRN | v::CLINICAL) != 0 {
            return true;
        }
        let written = |hit: &super::Hit| {
            let name = self.text.get(hit.start..hit.end).unwrap_or_default();
            name.iter().any(|b| matches!(b, b',' | b'^')) || !name.iter().any(u8::is_ascii_lowercase)
        };
        self.tokens.iter().any(|token| token.kind == Kind::Marker)
            || self.hits.iter().skip(self.first).take(super::EVIDENCE).any(|hit| match hit.identifier {
                I::Ssn | I::Mrn | I::HealthPlan => hit.weight >= weight::CONTEXT,
                I::Date => hit.weight >= weight::SHAPE,
                I::Name => hit.weight >= weight::KEY || hit.weight >= weight::NAME && written(hit),
                _ => false,
            })
    }

    /// `order=EU-31-45193`, `accn I62595345`: letters, then digits enough.
    fn of_an_office(&mut self, token: &Token) {
        let range = self.run(token.start);
        let bytes = self.text.get(range.clone()).unwrap_or_default();
        let led = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
        let rest = bytes.get(led..).unwrap_or_default();
        let office = (1..=3).contains(&led)
            && crate::check::digits::count(rest) >= 6
            && rest.iter().all(|b| b.is_ascii_digit() || *b == b'-');
        if office && record(bytes) && self.apart(&range) {
            self.hit(range.start, range.end, I::Other, weight::GUESS);
        }
    }

    /// `Band #: GTT0599`: the number behind a sign for one.
    fn behind_a_sharp(&mut self, index: usize) {
        let next = self.skip_signs(index + 1);
        let token = self.t(next);
        if !matches!(token.kind, Kind::Word | Kind::Mixed | Kind::Number) {
            return;
        }
        let range = self.run(token.start);
        let bytes = self.text.get(range.clone()).unwrap_or_default();
        let led = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
        let rest = bytes.get(led..).unwrap_or_default();
        let short = (1..=4).contains(&led) && rest.len() >= 4 && rest.iter().all(u8::is_ascii_digit);
        if (short || record(bytes)) && self.apart(&range) {
            self.hit(range.start, range.end, I::Other, weight::GUESS);
        }
    }

    /// `exam 45X6886800`, `for referral 5292537`, `visit #48213`: the number behind a noun.
    fn behind_a_noun(&mut self, index: usize) {
        let mut next = index + 1;
        if self.lower_is(next, words!["id", "no", "num", "nbr", "number"]) {
            next += 1;
        }
        next = self.skip_signs(next);
        let token = self.t(next);
        let joined = self.t(next - 1).end;
        if !matches!(token.kind, Kind::Word | Kind::Mixed | Kind::Number) || token.start > joined + 2 {
            return;
        }
        let range = self.run(token.start);
        let bytes = self.text.get(range.clone()).unwrap_or_default();
        let count = crate::check::digits::count(bytes);
        // `unit 4`, `case 2024`, `order 2025-11`.
        let day = date::date(self.text, range.start).is_some() || date::compact(bytes, 0).is_some();
        let least = if bytes.iter().any(u8::is_ascii_uppercase) { 4 } else { 5 };
        let lower = bytes.iter().any(u8::is_ascii_lowercase);
        if count >= least
            && bytes.len() >= 5
            && !lower
            && !day
            && formed(bytes)
            && !package(bytes)
            && self.apart(&range)
        {
            self.hit(range.start, range.end, I::Other, weight::GUESS);
        }
    }

    fn run(&self, start: usize) -> Range<usize> {
        let rest = self.text.get(start..).unwrap_or_default();
        let length =
            rest.iter().take(NUMBER + 1).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        start..start + length
    }

    /// `MROE95|Roe, Minerva`, `ryan.roe … Roe, Ryan`: accounts that are made of a name beside them.
    fn accounts(&mut self) {
        let names: Vec<Range<usize>> = self
            .hits
            .iter()
            .skip(self.first)
            .filter(|hit| hit.identifier == I::Name && hit.weight >= weight::NAME)
            .map(|hit| hit.start..hit.end)
            .take(NAMES)
            .collect();
        if names.is_empty() {
            return;
        }
        let mut found = Vec::new();
        let joined = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        let mut end = 0;
        for token in self.tokens.iter().filter(|t| matches!(t.kind, Kind::Word | Kind::Mixed)).take(WORDS) {
            if token.start < end || token.len() < 2 {
                continue;
            }
            let rest = self.text.get(token.start..).unwrap_or_default();
            let length = rest.iter().take(ACCOUNT).take_while(|b| joined(b)).count();
            end = token.start + length.max(token.len());
            let value = rest.get(..length).unwrap_or_default();
            let value = value.strip_suffix(b".").unwrap_or(value);
            let before = self.byte(token.start.wrapping_sub(1));
            let apart = token.start == 0 || !matches!(before, b'.' | b'/' | b'_' | b'-' | b'@' | b'$');
            let open =
                matches!(self.byte(token.start + value.len()), b'(' | b'@' | b'/' | b'\\' | b':' | b'=')
                    || self.byte(token.start + value.len()) >= 0x80;
            if apart && !open && names.iter().any(|name| self.account_of(value, name)) {
                found.push(token.start..token.start + value.len());
            }
        }
        for range in found {
            self.hit(range.start, range.end, I::Other, weight::GUESS);
        }
    }

    /// Whether an account is made of the words of a name: a word and the initial or all of another, or a word and digits.
    fn account_of(&self, value: &[u8], name: &Range<usize>) -> bool {
        let key = matches!(classify(value, b""), Class::Is(_) | Class::Weak(_));
        if key || !(4..ACCOUNT).contains(&value.len()) || dictionary().get(hash(value)) & WORD != 0 {
            return false;
        }
        let digits = value.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let core = value.get(..value.len() - digits).unwrap_or_default();
        let letters = core.iter().copied().filter(u8::is_ascii_alphabetic);
        if digits > 4 || core.iter().any(u8::is_ascii_digit) {
            return false;
        }
        let same = |parts: [&[u8]; 2]| {
            letters
                .clone()
                .map(|b| b.to_ascii_lowercase())
                .eq(parts.into_iter().flatten().map(|b| b.to_ascii_lowercase()))
        };
        let words = || {
            let text = self.text.get(name.clone()).unwrap_or_default();
            text.split(|b| !b.is_ascii_alphabetic()).filter(|word| word.len() >= 3).take(4)
        };
        words().any(|one| {
            one.len() >= 4 && (1..=4).contains(&digits) && same([one, b""])
                || words().filter(|two| *two != one).any(|two| {
                    same([one, two])
                        || two.len() >= 4 && same([one.get(..1).unwrap_or_default(), two])
                        || one.len() >= 4 && same([one, two.get(..1).unwrap_or_default()])
                })
        })
    }

    /// `SVH765886 16OCT2018 M`, `78253641   07/08/1966   55Y  F`: number, day of birth, perhaps age, and sex.
    pub(super) fn banded(&mut self) {
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            let sex = token.case == Case::Single
                && matches!(token.byte, b'M' | b'F')
                && self.byte(token.start.wrapping_sub(1)) == b' '
                && matches!(self.byte(token.end), 0 | b' ' | b'\r' | b'\n' | b'\t' | b'|' | b',')
                || self.lower_is(index, words!["male", "female"]);
            if sex && let Some((number, day)) = self.band(index) {
                self.hit(number.start, number.end, I::Mrn, weight::CONTEXT);
                self.hit(day.start, day.end, I::Date, weight::CONTEXT);
            }
        }
    }

    /// The number and the day before a sex.
    fn band(&self, sex: usize) -> Option<(Range<usize>, Range<usize>)> {
        let mut last = sex.checked_sub(1)?;
        while matches!(self.t(last).byte, b'/' | b',') && self.t(last).kind == Kind::Symbol {
            last = last.checked_sub(1)?;
        }
        if self.aged(last) {
            last = last.checked_sub(1)?;
        }
        let end = self.t(last).end;
        let first = (last.saturating_sub(5)..=last).find(|at| {
            let token = self.t(*at);
            date::date(self.text, token.start).is_some_and(|day| day.end == end)
                || *at == last && (token.len() == 8 && date::compact(self.text, token.start) == Some(end))
                || *at == last && self.month_inside(*at)
        })?;
        let start = self.t(first).start;
        let before = self.text.get(start.saturating_sub(NUMBER + 8)..start)?;
        let blanks = before.iter().rev().take_while(|b| **b == b' ').count();
        let before = before.get(..before.len() - blanks)?;
        let length = before.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        let (from, to) = (start - blanks - length, start - blanks);
        let number = self.text.get(from..to)?;
        let apart = from == 0 || !alphanumeric(self.byte(from - 1));
        (blanks > 0 && apart && record(number)).then_some((from..to, start..end))
    }

    /// `55Y`, `13YO`, `4 MO` glued or not: an age.
    fn aged(&self, index: usize) -> bool {
        let token = self.t(index);
        let unit = |bytes: &[u8]| {
            [&b"Y"[..], b"YO", b"YR", b"YRS", b"M", b"MO", b"D", b"W"]
                .iter()
                .any(|known| bytes.eq_ignore_ascii_case(known))
        };
        let bytes = self.bytes(token);
        let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
        (1..=3).contains(&digits)
            && token.kind == Kind::Mixed
            && unit(bytes.get(digits..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found_below as found;

    #[test]
    fn what_is_made_for_a_person_is_found_beside_one() {
        for (text, value) in [
            ("patient Margaret Whitfield, episode=I62595345 open", "I62595345"),
            ("patient Margaret Whitfield, exam XR-80-48417 read", "XR-80-48417"),
            ("exam 45X6886800 MR KNEE pt=Whitfield, Margaret", "45X6886800"),
            ("interpreter #48213 connected, patient Margaret Whitfield", "48213"),
            ("AUDIT|MWHITFIELD95|Whitfield, Margaret A|VIEW", "MWHITFIELD95"),
            ("margaret.whitfield signed in as Margaret Whitfield", "margaret.whitfield"),
        ] {
            let found = found(text, false);
            assert!(found.contains(&value), "{value} of {text}: {found:?}");
        }
        assert!(found("Band #: KTT0599", true).contains(&"KTT0599"));
    }

    #[test]
    fn the_line_of_a_band_is_known_by_itself() {
        for (text, values) in [
            ("55120844   07/08/1966   55Y  F", ["55120844", "07/08/1966"]),
            ("KVH765886 16OCT2018 M", ["KVH765886", "16OCT2018"]),
            ("44-81-20 1966-08-07 F 12", ["44-81-20", "1966-08-07"]),
        ] {
            let found = found(text, false);
            assert!(values.iter().all(|value| found.contains(value)), "{text}: {found:?}");
        }
        for text in ["482133 rows on 07/08/2026 M", "block 12 07/08/2024 F", "481204 1200 55 F"] {
            assert!(found(text, false).is_empty(), "{text}: {:?}", found(text, false));
        }
    }

    #[test]
    fn what_machines_number_and_name_stays_beside_a_person() {
        for (text, value) in [
            ("patient Margaret Whitfield opened on WS482133", "WS482133"),
            ("patient Margaret Whitfield: host=AB482133 up", "AB482133"),
            ("patient Margaret Whitfield, see CVE-2024-482133", "CVE-2024-482133"),
            ("string of Gaston Ring is long", "string"),
            ("patient Gaston Ring saved by GRingBuffer", "GRingBuffer"),
            ("patient Margaret Whitfield, file EOB-20250202.pdf", "EOB-20250202"),
            ("patient Margaret Whitfield, order 48213 rows", "48213"),
            ("patient Margaret Whitfield, exam 4f3a9c81d", "4f3a9c81d"),
            ("patient Margaret Whitfield, panel A1B2C3D4E5F6", "A1B2C3D4E5F6"),
        ] {
            assert!(!found(text, false).contains(&value), "{value} of {text}");
        }
        assert!(found("Page #: 12 of 40", true).is_empty());
    }
}
