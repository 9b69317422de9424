//! Values that are handed to procedures, jobs and stores whose name tells of persons: `EXEC PostPayment 'G-0924', 307.44`,
//! `chart_pdf('F288', '2023-04-16')`, `get 'rx_fills', '6856|20181229'`.

use std::ops::Range;

use super::{
    Reader,
    key::parts,
    token::{Kind, at},
    value::formed,
    weight,
};
use crate::{
    Identifier as I,
    shape::date,
    words::{hash, list},
};

/// Parts of names of procedures, tables and jobs that are about somebody.
const ABOUT: &[u64] = list!(
    "patient patients pat pt pts chart charts mrn visit visits vst encounter encounters enc appt appts appointment appointments \
     claim claims clm rx rxs prescription prescriptions refill refills fill fills dispense member members mbr mbrs subscriber \
     subscribers enrollee enrollees guarantor guarantors guar payment payments statement statements eligibility elig referral \
     referrals order orders specimen specimens accession admit admission admissions discharge wristband wristbands recall \
     recalls immunization immunizations eob remit remits coverage copay consent consents auths priorauth superbill encountr"
);

/// Of them, those whose number is a record's.
const OF_RECORDS: &[u64] =
    list!("patient patients pat pt pts chart charts mrn wristband wristbands recall recalls");

/// Commands before the name of a procedure.
const CALLS: &[u64] = list!("exec execute call perform");

/// Commands of stores before a table and a key.
const STORES: &[u64] = list!("get put scan delete deleteall incr append");

/// Most values that are looked at, and longest list in bytes.
const MOST: usize = 16;
const LONGEST: usize = 512;

/// Whether a quoted number of one stands behind a name that goes on here, as the quick look asks: `chart_pdf('F288…')`.
pub(crate) fn follows(line: &[u8], end: usize) -> bool {
    let rest = line.get(end..).unwrap_or_default();
    let joined = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let length = rest.iter().take(32).take_while(|b| joined(b)).count();
    let open = rest.get(length..).unwrap_or_default();
    let behind = match open {
        [b'(' | b' ', b'\'' | b'"', value @ ..] => value,
        [b'\'' | b'"', b',', rest @ ..] => {
            let rest = rest.trim_ascii_start();
            rest.strip_prefix(b"'").or_else(|| rest.strip_prefix(b"\"")).unwrap_or(rest)
        }
        _ => return false,
    };
    // No key of JSON and what stands under it: `"topic":"policy","partition":26`.
    let value = behind.iter().take(32).take_while(|b| !matches!(b, b'\'' | b'"' | b':' | b',' | b')'));
    value.filter(|b| b.is_ascii_digit()).count() >= 5
}

/// Whether a command and a procedure about somebody stand here with a number in quotes, as the quick look asks.
pub(crate) fn executed(line: &[u8], word: Range<usize>) -> bool {
    if !CALLS.contains(&hash(line.get(word.clone()).unwrap_or_default())) {
        return false;
    }
    let rest = line.get(word.end + 1..).unwrap_or_default();
    let length =
        rest.iter().take(64).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
    let name = rest.get(..length).unwrap_or_default();
    parts(name).any(|part| ABOUT.contains(&hash(part))) && follows(line, word.end + 1 + length)
}

impl Reader<'_> {
    /// Finds them.
    pub(super) fn handed(&mut self) {
        for index in 1..self.tokens.len() {
            let quote = self.t(index);
            if !(quote.symbol(b'\'') || quote.symbol(b'"')) {
                continue;
            }
            let before = self.back(index, 1);
            let bracket = before.symbol(b'(') && before.end == quote.start;
            let end = if bracket { before.start } else { before.end };
            // The name ends where the bracket opens, or a blank before the first value.
            if !bracket && (before.kind != Kind::Word || before.end + 1 != quote.start) {
                continue;
            }
            let name = self.name_before(end);
            if name.is_empty() {
                continue;
            }
            let text = self.text;
            let called = self.index_at(name.start).wrapping_sub(1);
            let (subject, first) = match () {
                () if bracket || self.lower_is(called, CALLS) => (name, quote.start),
                () if self.lower_is(self.index_at(name.start), STORES) => {
                    let Some(table) = self.quoted(quote.end, quote.byte) else { continue };
                    let next = table.end + 1;
                    if at(text, next) != b',' {
                        continue;
                    }
                    (table, next + 1)
                }
                () => continue,
            };
            let subject = text.get(subject).unwrap_or_default();
            let about = |words: &[u64]| parts(subject).any(|part| words.contains(&hash(part)));
            if about(ABOUT) {
                self.take_handed(first, if about(OF_RECORDS) { I::Mrn } else { I::Other });
            }
        }
    }

    /// The name that ends at a place: letters, digits, points and the signs that join them.
    fn name_before(&self, end: usize) -> Range<usize> {
        let head = self.text.get(end.saturating_sub(64)..end).unwrap_or_default();
        let joined = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'\\' | b':' | b'-');
        let length = head.iter().rev().take_while(|b| joined(b)).count();
        end - length..end
    }

    /// Takes the literals of a list: numbers with the form of an office's, and days beside one.
    fn take_handed(&mut self, first: usize, identifier: I) {
        let mut pieces: Vec<Range<usize>> = Vec::new();
        let mut place = first;
        let stop = (first + LONGEST).min(self.text.len());
        while place < stop && pieces.len() < MOST {
            match at(self.text, place) {
                b' ' | b'\\' => place += 1,
                quote @ (b'\'' | b'"') => {
                    let Some(range) = self.quoted(place + 1, quote) else { break };
                    let mut from = range.start;
                    for cut in range.clone().chain([range.end]) {
                        if cut == range.end || matches!(at(self.text, cut), b'|' | b'#' | b'~') {
                            pieces.push(from..cut);
                            from = cut + 1;
                        }
                    }
                    place = range.end + 1 + usize::from(at(self.text, range.end) == b'\\');
                }
                b',' => place += 1,
                b'@' | b'0'..=b'9' | b'-' | b'A'..=b'Z' | b'a'..=b'z' => {
                    let rest = self.text.get(place..stop).unwrap_or_default();
                    place += rest
                        .iter()
                        .take_while(|b| !matches!(b, b',' | b')' | b'\'' | b'"' | b'\n'))
                        .count()
                        .max(1);
                }
                _ => break,
            }
        }
        let day = |value: &[u8]| {
            value.len() == 8 && date::compact(value, 0) == Some(8)
                || date::date(value, 0).is_some_and(|found| found.end == value.len() || found.time)
        };
        let value = |range: &Range<usize>| self.text.get(range.clone()).unwrap_or_default();
        let number = |value: &[u8]| formed(value) && !day(value) && !value.contains(&b' ');
        if !pieces.iter().any(|range| number(value(range))) {
            return;
        }
        let found: Vec<_> = pieces
            .into_iter()
            .filter_map(|range| {
                let value = value(&range);
                let kind = match () {
                    () if number(value) => identifier,
                    () if day(value) => I::Date,
                    () if super::rows::whole_name(value) => I::Name,
                    () => return None,
                };
                Some((range, kind))
            })
            .collect();
        for (range, identifier) in found {
            self.hit(range.start, range.end, identifier, weight::CONTEXT);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn what_is_handed_over_is_somebodys() {
        for (text, values) in [
            (
                "inputbuf: EXEC PostPayment 'G-092403', 307.44, '2021-03-02', 'ck 17'",
                &["G-092403", "2021-03-02"][..],
            ),
            ("default: chart_pdf('F2886313', '2023-04-16') (30751ee6)", &["F2886313", "2023-04-16"]),
            ("HBase get 'rx_fills', '6856172|20181229', {COLUMN => 'f:qty'}", &["6856172", "20181229"]),
            ("call dbo.usp_CloseVisit('V00957401')", &["V00957401"]),
            ("App\\Jobs\\SendRecall('54-1779-62', \"sms\")", &["54-1779-62"]),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.contains(value), "{value} of {text}: {found:?}");
            }
        }
    }

    #[test]
    fn what_is_handed_to_machines_stays() {
        for text in [
            "EXEC sp_rename 'T-092403', '2021-03-02'",
            "get 'metrics', '6856172|20181229'",
            "describe('patient banner', 'en-US')",
            "visit('https://app.example.org/48213')",
            "claim('exp', 'portal')",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
