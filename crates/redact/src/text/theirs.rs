//! In logs, what stands beside the name of a person without a word of its own is theirs: the number of their record, a day
//! in eight digits, a day of this year, the ZIP code behind a state.
//!
//! `Jordan, Astrid / H221144`, `10044H of Janine Bowen`, `eff 20190408` behind a name. A number in such a place is a
//! person's if it has the form that offices give their numbers; what counts, measures or codes something has another.

use std::ops::Range;

use super::{
    Hit, Reader, key,
    token::{Case, Kind, marker},
    value, weight,
};
use crate::{
    Identifier as I,
    check::digits,
    shape::{alphanumeric, date},
    words::{
        hash,
        vocabulary::{self as v},
        words,
    },
};

/// Most names of a text beside which numbers are looked for.
const NAMES: usize = 24;

/// Most bytes between a name and the number beside it.
const JOINT: usize = 8;

/// Longest number of a person.
const NUMBER: usize = 18;

/// What machines number: the number behind such a noun is none of the person's who is named next.
const OF_MACHINES: &[u64] = words![
    "thread", "job", "task", "pid", "tid", "port", "process", "line", "lines", "row", "rows", "build",
    "offset", "session", "sid", "request", "txn", "batch", "page", "size", "index", "version", "step",
    "frame", "block", "node", "revision", "bug", "issue", "pr", "commit", "ticket", "part", "sku", "model",
    "ndc", "cpt", "icd", "loinc", "snomed", "rxnorm", "cvx", "code", "error", "status", "exit", "amount",
    "total", "balance", "seq", "sequence", "queue", "channel", "slot", "shard", "epoch", "took", "after",
    "lot", "host", "hostname", "server", "station", "pod", "trace", "span", "firmware", "fw", "rev",
    "printer", "rack", "vlan", "asset", "room", "dept", "clinic", "location", "loc", "ward", "site", "drg",
    "hcpcs", "taxonomy", "payer", "payor", "bin", "clia", "oid", "uid", "uuid", "hash", "sha", "md5",
    "token", "key", "cert"
];
const MORE_OF_MACHINES: &[u64] =
    words!["partition", "transaction", "workstation", "container", "correlation", "department"];

/// Letters before the numbers of computers, of their parts and errors, and of standards.
const LETTERS: &[u64] = words![
    "ws", "pc", "lt", "dt", "vm", "srv", "wks", "prn", "lbl", "rfc", "cve", "cwe", "iso", "utc", "http",
    "err", "kb", "chg", "inc", "req", "ritm", "prb", "tkt", "trl", "hdr", "job", "seq", "std", "as", "tcp",
    "udp", "ip", "eob", "sha", "crc", "ora", "sql"
];

/// Words before a moment that a machine notes of itself.
const STAMPS: &[u64] = words![
    "ts", "time", "stamp", "at", "logged", "received", "sent", "created", "updated", "datetime", "now"
];

/// Marks of what was masked that tell of a person.
const MARKS: [&[u8]; 4] = [b"NAME", b"MRN", b"SSN", b"HEALTH-PLAN"];

/// Whether a marker stands for a value that only a person has.
pub(crate) fn tells(marker: &[u8]) -> bool {
    let label = marker.get(1..).unwrap_or_default();
    MARKS.iter().any(|mark| label.starts_with(mark) && matches!(label.get(mark.len()), Some(b']' | b':')))
}

impl Reader<'_> {
    /// Finds them. In a block about a person days are as good as names.
    pub(super) fn theirs(&mut self, block: bool) {
        let marked = self.tokens.iter().any(|token| token.kind == Kind::Marker && tells(self.bytes(token)));
        let found = |hit: &Hit| match hit.identifier {
            I::Name => hit.weight >= weight::NAME,
            I::Ssn => true,
            I::Mrn | I::HealthPlan => hit.weight >= weight::CONTEXT,
            _ => false,
        };
        if !block && !marked && !self.hits.iter().skip(self.first).take(super::EVIDENCE).any(found) {
            return;
        }
        if !self.strict {
            self.carried(block);
        }
        let edges = self.edges(block);
        let record = block || !self.strict && self.of_a_record();
        for edge in &edges {
            self.behind_a_name(edge.end);
            self.before_a_name(edge.start);
        }
        if self.strict {
            return;
        }
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            match token.kind {
                Kind::Number if matches!(token.len(), 8 | 12 | 14) => {
                    // `Maria Lopez pushed 20240308`: beside a name alone only a day of other years is theirs.
                    let old = crate::shape::value(self.text, token.start, 4) < 2010;
                    self.days_in_digits(index, record || old);
                }
                Kind::Number if token.len() == 10 => self.checked_number(index),
                Kind::Number if token.len() <= 2 => self.day_ahead(index),
                Kind::Number if token.len() == 5 => self.quoted_zip(index),
                Kind::Word if token.len() == 2 && token.case == Case::Upper => self.behind_a_state(index),
                _ => {}
            }
        }
    }

    /// Where names stand, masked or not.
    fn edges(&self, block: bool) -> Vec<Range<usize>> {
        let named = |hit: &&Hit| {
            hit.identifier == I::Name && hit.weight >= weight::NAME
                || block && hit.identifier == I::Date && hit.end - hit.start >= 6
        };
        let hits = self.hits.iter().skip(self.first).filter(named).map(|hit| hit.start..hit.end);
        let markers = self
            .tokens
            .iter()
            .filter(|token| token.kind == Kind::Marker)
            .filter(|token| {
                self.bytes(token).starts_with(b"[NAME") || block && self.bytes(token).starts_with(b"[DATE")
            })
            .map(|token| token.start..token.end);
        markers.chain(hits).take(NAMES).collect()
    }

    /// `Jordan, Astrid / H221144`, `MYERS,SAVINIEN id M0242141`.
    fn behind_a_name(&mut self, end: usize) {
        let mut start = end;
        while start < end + JOINT && b" |/,;(-[#\t:^\"'".contains(&self.byte(start)) {
            if marker(self.text, start).is_some() {
                return;
            }
            start += 1;
        }
        let mut index = self.index_at(start);
        if self.lower_is(index, words!["id", "no", "num", "nr", "number", "ident"])
            && self.t(index).start == start
        {
            index = self.skip_signs(index + 1);
            start = self.t(index).start;
        }
        if start == end || start > end + JOINT + 10 || !alphanumeric(self.byte(start)) {
            return;
        }
        let rest = self.text.get(start..).unwrap_or_default();
        let length =
            rest.iter().take(NUMBER + 1).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        self.theirs_if_formed(start..start + length);
    }

    /// `10044H of Janine Bowen`, `00863302|VAUGHN, MATHILDA`.
    fn before_a_name(&mut self, start: usize) {
        let before = self.text.get(start.saturating_sub(JOINT + NUMBER + 5)..start).unwrap_or_default();
        let trimmed = |text: &[u8]| {
            text.iter().rev().take(JOINT).take_while(|b| b" |/,;(-[\t:^\"'".contains(b)).count()
        };
        let mut signs = trimmed(before);
        let mut rest = before.get(..before.len() - signs).unwrap_or_default();
        let preposition = [&b" of"[..], b" for"].into_iter().find(|word| rest.ends_with(word) && signs > 0);
        let mut joined = preposition.is_some();
        if let Some(word) = preposition {
            rest = rest.get(..rest.len() - word.len()).unwrap_or_default();
        } else {
            joined = signs > 1 || signs == 1 && !before.ends_with(b" ");
        }
        if signs == 0 || rest.is_empty() {
            return;
        }
        signs = rest
            .iter()
            .rev()
            .take(NUMBER + 1)
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
            .count();
        let end = start - (before.len() - rest.len());
        let from = end - signs;
        let lettered = self.byte(from).is_ascii_uppercase();
        if joined || lettered {
            self.theirs_if_formed(from..end);
        }
    }

    fn theirs_if_formed(&mut self, range: Range<usize>) {
        if self.apart(&range) && record(self.text.get(range.clone()).unwrap_or_default()) {
            self.hit(range.start, range.end, I::Mrn, weight::GUESS + 5);
        }
    }

    /// Whether a number stands by itself, and neither counts something nor is a machine's.
    pub(super) fn apart(&self, range: &Range<usize>) -> bool {
        let left = self.byte(range.start.wrapping_sub(1));
        let right = (self.byte(range.end), self.byte(range.end + 1));
        let apart = !alphanumeric(left)
            && !matches!(left, b'.' | b'$' | b'_' | b'@' | b'%' | b'~' | b'+' | b'\\' | b'*')
            && !(left == b':' && alphanumeric(self.byte(range.start.wrapping_sub(2))))
            && !alphanumeric(right.0)
            && !matches!(right.0, b'_' | b'%' | b'=' | b'@')
            && !(matches!(right.0, b'.' | b':' | b'/' | b',') && right.1.is_ascii_digit());
        apart && !self.weighs_or_counts(range.end) && !self.of_a_machine(range.start)
    }

    /// Whether what ends here counts or measures something.
    fn weighs_or_counts(&self, end: usize) -> bool {
        self.measured(end)
            || self.byte(end) == b' '
                && self.lower_is(
                    self.index_at(end),
                    words![
                        "mg", "mcg", "ml", "g", "kg", "mmol", "meq", "units", "unit", "tabs", "tablets",
                        "caps", "usd", "dollars", "days", "hours", "hrs", "min", "mins", "msec", "count",
                        "x", "pts", "points", "steps", "cells", "bpm", "mmhg"
                    ],
                )
    }

    /// Whether the noun right before a number is a machine's.
    fn of_a_machine(&self, start: usize) -> bool {
        let before = self.text.get(start.saturating_sub(24)..start).unwrap_or_default();
        let signs = before
            .iter()
            .rev()
            .take_while(|b| matches!(b, b' ' | b'#' | b':' | b'-' | b'[' | b'(' | b'=' | b'"'))
            .count();
        let before = before.get(..before.len() - signs).unwrap_or_default();
        let noun = hash(last_word(before));
        OF_MACHINES.contains(&noun) || MORE_OF_MACHINES.contains(&noun)
    }

    /// Whether the key or the word right before a moment says that a machine noted it.
    fn stamped(&self, start: usize) -> bool {
        let before = self.text.get(start.saturating_sub(24)..start).unwrap_or_default();
        let signs = before.iter().rev().take_while(|b| !b.is_ascii_alphanumeric()).count();
        let word = last_word(before.get(..before.len() - signs).unwrap_or_default());
        STAMPS.contains(&hash(word)) || word.eq_ignore_ascii_case(b"timestamp")
    }

    /// `eff 20190408`, `bd=19830112`, `SCH-11=202311061321`: a day beside a person.
    fn days_in_digits(&mut self, index: usize, meant: bool) {
        let token = self.t(index);
        let left = self.byte(token.start.wrapping_sub(1));
        let right = (self.byte(token.end), self.byte(token.end + 1));
        let begins =
            index == 0 || b" =:|,^\"'(*~\t;".contains(&left) || left == b'-' && self.day_before(index);
        let ends = match right.0 {
            b'.' => !alphanumeric(right.1),
            b'-' => {
                right.1.is_ascii_digit() && date::compact(self.text, token.end + 1) == Some(token.end + 9)
            }
            b'_' | b'/' | b'%' | b'@' | b'#' | b'\\' => false,
            other => !alphanumeric(other),
        };
        let lived = crate::shape::value(self.text, token.start, 4) >= 1900
            && (token.len() == 8 || matches!(left, b'=' | b'^') && !self.stamped(token.start));
        if meant
            && begins
            && ends
            && lived
            && date::compact(self.text, token.start) == Some(token.end)
            && !self.weighs_or_counts(token.end)
            && !self.of_a_machine(token.start)
        {
            self.hit(token.start, token.end, I::Date, weight::CONTEXT);
        }
    }

    /// A number with the check digit of those of providers, who stand beside persons: `1003000126^ROE^JANE`.
    fn checked_number(&mut self, index: usize) {
        let token = self.t(index);
        let left = self.byte(token.start.wrapping_sub(1));
        let right = (self.byte(token.end), self.byte(token.end + 1));
        let apart = !matches!(left, b'.' | b'$' | b'_' | b'-' | b'@' | b'%' | b'~' | b'+' | b'/' | b'*')
            && !matches!(right.0, b'_' | b'-' | b'/' | b'%' | b'=' | b'@')
            && !(matches!(right.0, b'.' | b':' | b',') && right.1.is_ascii_digit());
        if apart
            && digits::npi(self.bytes(token))
            && !self.weighs_or_counts(token.end)
            && !self.of_a_machine(token.start)
            && !self.stamped(token.start)
        {
            self.hit(token.start, token.end, I::Npi, weight::GUESS + 5);
        }
    }

    /// Whether a day in eight digits stands before this one: `20221114-20221213`.
    fn day_before(&self, index: usize) -> bool {
        let other = self.back(index, 2);
        other.kind == Kind::Number && date::compact(self.text, other.start) == Some(other.end)
    }

    /// `on 3/24 at 2:15 PM`, `on Fri 7/19`: a day of this year, as people are reminded of one.
    fn day_ahead(&mut self, index: usize) {
        let token = self.t(index);
        if self.byte(token.end) != b'/' {
            return;
        }
        let Some(end) = date::partial(self.text, token.start) else { return };
        let weekday = self.back(index, 1).is(v::WEEKDAY);
        let led = self.lower_is(
            index.wrapping_sub(1),
            words!["on", "for", "until", "till", "since", "dated", "thru", "through"],
        );
        let after = self.index_at(end);
        let timed = self.lower_is(after, words!["at", "@"])
            || self.t(after).symbol(b'@')
            || self.t(after).symbol(b',')
            || self.t(after).kind == Kind::Number && self.byte(self.t(after).end) == b':';
        if weekday || led && timed {
            let start = if weekday { self.back(index, 1).start } else { token.start };
            self.hit(start, end, I::Date, weight::CONTEXT);
        }
    }

    /// `('12 Elm St', '27375')`: beside an address, or a name and a day, five digits alone in quotes.
    fn quoted_zip(&mut self, index: usize) {
        let token = self.t(index);
        let quote = self.byte(token.start.wrapping_sub(1));
        let quoted = matches!(quote, b'\'' | b'"') && self.byte(token.end) == quote;
        let has = |wanted: I| self.hits.iter().skip(self.first).any(|hit| hit.identifier == wanted);
        let before = self.text.get(..token.start.saturating_sub(1)).unwrap_or_default().trim_ascii_end();
        let listed = before.ends_with(b",") && self.byte(token.end + 1) != b':';
        if quoted && listed && (has(I::Address) || has(I::Date) && has(I::Name)) {
            self.hit(token.start, token.end, I::Zip, weight::GUESS);
        }
    }

    /// `Dobbins Heights NC 27375`, `YUCCA VALLEY CA 931661223`: a ZIP code behind a state.
    fn behind_a_state(&mut self, index: usize) {
        let (state, zip) = (self.t(index), self.t(index + 1));
        if zip.kind != Kind::Number
            || !matches!(zip.len(), 5 | 9)
            || zip.start != state.end + 1
            || self.state_at(index) != Some(index)
            || self.weighs_or_counts(zip.end)
        {
            return;
        }
        let placed = self.back(index, 1).symbol(b',')
            || self.back(index, 1).capitalised()
            || self.back(index, 1).kind == Kind::Marker;
        if placed && let Some(end) = self.postal_code(index + 1) {
            self.hit(zip.start, end, I::Zip, weight::PLACE);
        }
    }
}

/// The letters at the end of a text; of a key the last part.
fn last_word(text: &[u8]) -> &[u8] {
    let length = text.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let word = text.get(text.len() - length..).unwrap_or_default();
    key::parts(word).last().unwrap_or(word)
}

/// Whether a value has the form of a package of a drug: `37042-7665-3`.
pub(super) fn package(bytes: &[u8]) -> bool {
    let mut groups = bytes.split(|b| *b == b'-').map(<[u8]>::len);
    let lengths = (groups.next(), groups.next(), groups.next(), groups.next());
    matches!(lengths, (Some(4 | 5), Some(3 | 4), Some(1 | 2), None))
        && matches!(digits::count(bytes), 10 | 11)
        && bytes.iter().all(|b| b.is_ascii_digit() || *b == b'-')
}

/// Whether a value has the form of the number of a record: neither a date, a code, a moment nor a hash.
pub(super) fn record(bytes: &[u8]) -> bool {
    let count = digits::count(bytes);
    let letters = bytes.iter().filter(|b| b.is_ascii_uppercase()).count();
    let groups = bytes.split(|b| *b == b'-').count();
    // Tests: `2345-7`; years: `1971-1989`.
    let test = letters == 0 && groups == 2 && bytes.iter().rev().nth(1) == Some(&b'-');
    let years = letters == 0
        && bytes.len() == 9
        && bytes.split(|b| *b == b'-').all(|year| matches!(year, [b'1', b'9', _, _] | [b'2', b'0', _, _]));
    let moment = matches!((bytes.len(), bytes), (13, [b'1', ..]) | (10, [b'1', b'5'..=b'9', ..]));
    // `H221144`, `EU-31-45193`, `10044H`, `5087M881565`; more letters are of codes and of hashes.
    let led = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let lettered = letters <= 1 || letters <= 4 && led == letters;
    let machine = led > 0 && LETTERS.contains(&hash(bytes.get(..led).unwrap_or_default()));
    let behind = bytes.get(led..).unwrap_or_default();
    let dated =
        led > 0 && date::compact(behind.strip_prefix(b"-").unwrap_or(behind), 0).is_some_and(|end| end == 8);
    value::formed(bytes)
        && !bytes.iter().any(|b| matches!(b, b'/' | b' ' | b'#'))
        && lettered
        && groups <= 3
        && (if letters == 0 { (6..=14).contains(&count) } else { (5..=12).contains(&count) })
        && !package(bytes)
        && !years
        && !test
        && !machine
        && !dated
        && !(moment && letters == 0)
        && date::date(bytes, 0).is_none()
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found_below as found;

    #[test]
    fn numbers_beside_a_name_are_of_the_person() {
        for (text, value) in [
            ("crossmatch done for Whitfield, Margaret / K448120, compatible", "K448120"),
            ("identifier 20031K of Margaret Whitfield failed its check digit", "20031K"),
            ("VIEW|CHART|00551208|WHITFIELD, MARGARET A|WS10", "00551208"),
            ("transmit Whitfield, Margaret id N0551208 ok", "N0551208"),
            ("[NAME] (44-81-20) moved", "44-81-20"),
            ("271 for WHITFIELD MARGARET, SSN 219-09-9999, part A eff 20190408", "20190408"),
            ("Hi Margaret, this is Dr. Whitfield's office: see you on Tue 6/11 at 9:15", "Tue 6/11"),
            ("ship-to Margaret Whitfield, 12 Elm Street, Dobbins Grove NC 27375, by post", "27375"),
        ] {
            let found = found(text, false);
            assert!(found.contains(&value), "{value} of {text}: {found:?}");
        }
    }

    #[test]
    fn numbers_beside_a_day_are_of_the_person_in_a_block() {
        assert!(found("55120844   07/08/1966   55Y  F", true).contains(&"55120844"));
        assert!(!found("55120844   rows read   55Y  F", true).contains(&"55120844"));
    }

    #[test]
    fn what_counts_measures_or_codes_stays_beside_a_name() {
        for (text, value) in [
            ("Dr. Margaret Whitfield 482133 rows exported", "482133"),
            ("patient Margaret Whitfield, 0591-0405-01, lisinopril", "0591-0405-01"),
            ("patient Margaret Whitfield / 2345-7 glucose", "2345-7"),
            ("worked with Margaret Whitfield, 1971-1989", "1971-1989"),
            ("patient Margaret Whitfield: J1885, 99213, E11.65", "99213"),
            ("patient Margaret Whitfield, thread 482133 for Margaret Whitfield", "482133"),
            ("session of Margaret Whitfield:8443", "8443"),
            ("[NAME] 1732247400000 cached", "1732247400000"),
            ("Margaret Whitfield signed at 10.0.12.55:482133", "482133"),
            ("patient Margaret Whitfield took 120000 ms", "120000"),
            ("patient Margaret Whitfield paid $482133 on the portal", "482133"),
            ("patient Margaret Whitfield exported to visits_20240308.csv", "20240308"),
            ("patient Margaret Whitfield build 20240308 ok", "20240308"),
            ("patient Margaret Whitfield, 3/24 tablets taken", "3/24"),
        ] {
            assert!(!found(text, false).contains(&value), "{value} of {text}");
        }
    }

    #[test]
    fn without_a_person_nothing_is_theirs() {
        for text in [
            "loaded / H221144, ABO A POS",
            "partition 20190408 eff 20190408",
            "restarted on Tue 6/11 at 9:15",
            "region NC 27375",
        ] {
            assert!(found(text, false).is_empty(), "{text}: {:?}", found(text, false));
        }
    }
}
