//! In logs, what stands beside a value of a person: the same value once more, a day, a name behind a bed, a text that was
//! sent to a telephone.

use std::ops::Range;

use super::{
    EVIDENCE, Hit, Manner, Reader, encoded,
    key::{Class, classify},
    token::Kind,
    weight,
};
use crate::{
    Identifier as I,
    check::digits,
    shape::alphanumeric,
    words::{COMMON, FAMILY, GIVEN, WORD, hash, list, users, vocabulary, words},
};

/// Most values that are looked for once more, and most places of each.
const REPEATED: usize = 24;
const PLACES: usize = 16;

/// Most texts that are read of those that were sent.
const TEXTS: usize = 8;

/// Keys of texts that are sent to somebody.
const MESSAGES: &[u64] = words![
    "body",
    "text",
    "shortmessage",
    "sms",
    "smsbody",
    "smstext",
    "messagebody",
    "messagetext",
    "msgtext",
    "textmessage",
    "payloadtext",
    "notificationbody",
    "pagetext"
];

/// Words of a label or a band that is printed for one person.
const PRINTED: &[u64] = words![
    "wristband",
    "wristbands",
    "bracelet",
    "facesheet",
    "label",
    "labels",
    "sticker",
    "band",
    "armband"
];

/// How a text goes on that begins with the name of whom it is sent to.
const TOLD: &[u64] = words![
    "your", "you", "you're", "youre", "reply", "please", "pls", "this", "we", "we're", "new", "just", "it's",
    "its", "call", "thank", "thanks", "time", "confirm", "reminder", "don't", "dont", "our", "the", "a",
    "see", "can", "are"
];

impl Reader<'_> {
    /// Whether what was found tells that the text is about a person.
    pub(super) fn tells_of_a_person(&self) -> bool {
        self.hits.iter().skip(self.first).rev().take(EVIDENCE).any(|hit| match hit.identifier {
            I::Name => hit.weight >= weight::NAME,
            I::Mrn | I::HealthPlan | I::Ssn | I::Phone | I::Fax | I::Licence => hit.weight >= weight::CONTEXT,
            I::Date | I::Account | I::Photo => hit.weight >= weight::CONTEXT,
            _ => false,
        })
    }

    /// Values of a person stand elsewhere in the text, too: `SSN 649-…=649-…`, `row 12: 4155550123 … ext 4155550123`.
    pub(super) fn repeated(&mut self) {
        let hits: Vec<Hit> = self
            .hits
            .iter()
            .skip(self.first)
            .filter(|hit| {
                let value = self.text.get(hit.start..hit.end).unwrap_or_default();
                let counted = matches!(
                    hit.identifier,
                    I::Mrn
                        | I::HealthPlan
                        | I::Ssn
                        | I::Phone
                        | I::Fax
                        | I::Account
                        | I::Licence
                        | I::Other
                        | I::Date
                        | I::Zip
                );
                let least = if matches!(hit.identifier, I::Zip | I::Other) { 5 } else { 6 };
                counted && digits::count(value) >= least && value.len() <= 64
            })
            .take(REPEATED)
            .copied()
            .collect();
        for hit in hits {
            let value = self.text.get(hit.start..hit.end).unwrap_or_default();
            let finder = memchr::memmem::Finder::new(value);
            for start in finder.find_iter(self.text).take(PLACES) {
                let end = start + value.len();
                let alone = !(start > 0 && alphanumeric(self.byte(start - 1)))
                    && !alphanumeric(self.byte(end))
                    && !(matches!(self.byte(end), b'.' | b':' | b'-') && self.byte(end + 1).is_ascii_digit());
                // A short one only where it is compared with itself.
                let near = digits::count(value) > 5
                    || start == hit.end + 1 && matches!(self.byte(hit.end), b'=' | b'~' | b'/' | b',');
                // `2019-01-05 05:09:31` of the logger, where the same day was somebody's.
                let stamp = hit.identifier == I::Date
                    && matches!(self.text.get(end..end + 4), Some([b' ' | b'T', a, b, b':']) if a.is_ascii_digit() && b.is_ascii_digit());
                if start != hit.start && alone && near && !stamp {
                    self.hit(start, end, hit.identifier, hit.weight.min(weight::CONTEXT));
                }
            }
        }
    }

    /// Numbers that are merged or linked with one that was found, however they are written: `3916961 into MRN054226`.
    pub(super) fn merged(&mut self) {
        let hits: Vec<Hit> = self
            .hits
            .iter()
            .skip(self.first)
            .filter(|hit| hit.identifier == I::Mrn)
            .take(REPEATED)
            .copied()
            .collect();
        for index in 0..self.tokens.len() {
            if self.lower_is(index, words!["merging", "merge", "merged", "unmerge", "relinking"]) {
                self.pair_of_numbers(index + 1);
            }
        }
        for hit in hits {
            let joins =
                words!["into", "merged", "onto", "survivor", "surviving", "replaced", "linked", "superseded"];
            let after = self.index_at(hit.end);
            if self.lower_is(after, joins) {
                let next = self.skip_signs(after + 1);
                let next = next + usize::from(self.lower_is(next, words!["into", "by", "to", "with"]));
                self.other_number(self.number_from(next));
            }
            let here = self.index_at(hit.start);
            if here > 1 && self.lower_is(here - 1, joins) {
                let end = self.back(here, 2).end;
                let before = self.text.get(end.saturating_sub(24)..end).unwrap_or_default();
                let length =
                    before.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
                self.other_number(Some(end - length..end));
            }
        }
    }

    /// `merging 0000187350 into 03-5240-24`: numbers of records, as their form tells.
    fn pair_of_numbers(&mut self, first: usize) {
        let Some(one) = self.number_from(first) else { return };
        let joint = self.index_at(one.end);
        if !self.lower_is(joint, words!["into", "with", "onto", "to"]) {
            return;
        }
        let Some(two) = self.number_from(joint + 1) else { return };
        let bytes = |range: &Range<usize>| self.text.get(range.clone()).unwrap_or_default();
        let (a, b) = (bytes(&one), bytes(&two));
        let office = |value: &[u8]| {
            value.contains(&b'-') || value.starts_with(b"0") || value.iter().any(u8::is_ascii_uppercase)
        };
        let lengths = (6..=12).contains(&a.len()) && (6..=12).contains(&b.len());
        if lengths && super::value::formed(a) && super::value::formed(b) && (office(a) || office(b)) {
            self.hit(one.start, one.end, I::Mrn, weight::GUESS + 5);
            self.hit(two.start, two.end, I::Mrn, weight::GUESS + 5);
        }
    }

    fn other_number(&mut self, range: Option<Range<usize>>) {
        if let Some(range) = range
            && super::value::formed(self.text.get(range.clone()).unwrap_or_default())
        {
            self.hit(range.start, range.end, I::Mrn, weight::GUESS + 5);
        }
    }

    /// In logs: a name behind a bed or a room, on a printed label, or at the head of a text that was sent.
    pub(super) fn placed(&self, index: usize) -> Option<(usize, usize)> {
        if self.strict {
            return None;
        }
        let token = self.t(index);
        if self.lower_is(index, words!["bed", "rm", "room", "bay", "cot", "crib"]) {
            let mut next = index + 1;
            while next < index + 6
                && (matches!(self.t(next).kind, Kind::Number | Kind::Mixed)
                    || self.t(next).symbol(b'-')
                    || self.t(next).symbol(b'"')
                    || self.t(next).symbol(b':')
                    || self.t(next).case == super::token::Case::Single && self.glued(next.wrapping_sub(1)))
            {
                next += 1;
            }
            let numbered = (index + 1..next).any(|at| matches!(self.t(at).kind, Kind::Number | Kind::Mixed));
            return if numbered { self.one_named(next) } else { None };
        }
        if self.lower_is(index, PRINTED) {
            let mut next = index + 1;
            while next < index + 5
                && (self.t(next).kind == Kind::Symbol
                    && matches!(self.t(next).byte, b'-' | b'"' | b'\'' | b':' | b'|')
                    || self.lower_is(next, words!["for", "printed", "of"]))
            {
                next += 1;
            }
            return self.one_named(next);
        }
        // `ecg-cart MAC5500: transmit Roe,Jane id 0048213`; `tag "Roe stat"`.
        if self.lower_is(index, words!["transmit", "transmitted", "acquired", "acquire", "store", "stored"]) {
            return self.logged_pair(index + 1, true).map(|end| (self.t(index + 1).start, end));
        }
        if self.lower_is(index, words!["tag", "tagged"])
            && self.t(index + 1).symbol(b'"')
            && self.t(index + 1).start == token.end + 1
            && (self.cares() || self.of_care())
        {
            return self.one_named(index + 2);
        }
        // `called to Lenita RN`.
        let told = self
            .lower_is(index.wrapping_sub(1), words!["to", "by", "with", "from", "per", "notified", "called"]);
        if told
            && token.case == super::token::Case::Capital
            && token.len() > 2
            && (!token.known(WORD) || token.known(GIVEN) && token.known(COMMON))
            && token.roles & !vocabulary::STRONG == 0
            && self.t(index + 1).case == super::token::Case::Upper
            && self.lower_is(
                index + 1,
                words!["rn", "lpn", "md", "do", "np", "pa", "cna", "rt", "pharmd", "rph", "crna"],
            )
            && self.t(index + 1).start == token.end + 1
        {
            return Some((token.start, token.end));
        }
        let opening = self.back(index, 1);
        let opens = opening.kind == Kind::Symbol
            && matches!(opening.byte, b'"' | b'\'')
            && opening.end == token.start;
        let spoken = opens
            && token.case == super::token::Case::Capital
            && token.len() > 2
            && (token.known(GIVEN) && (token.known(COMMON) || !token.known(WORD))
                || token.roles == 0 && !token.known(WORD))
            && self.t(index + 1).symbol(b',')
            && self.t(index + 2).case == super::token::Case::Lower
            && self.lower_is(index + 2, TOLD);
        spoken.then_some((token.start, token.end))
    }

    /// A given and a family name, in either order, or a family name alone that is no other word.
    fn one_named(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if let Some(end) = self.logged_pair(index, true) {
            return Some((token.start, end));
        }
        // `D. Collier`.
        let second = self.t(index + 2);
        if token.case == super::token::Case::Single
            && token.kind == Kind::Word
            && self.t(index + 1).symbol(b'.')
            && second.case == super::token::Case::Capital
            && second.start == self.t(index + 1).end + 1
            && second.len() > 2
            && (second.known(FAMILY) && second.known(COMMON) || !second.known(WORD))
            && let Some(next) = self.atom(index + 2)
        {
            return Some((token.start, self.t(next - 1).end));
        }
        let initial =
            token.case == super::token::Case::Upper && self.t(index + 1).case == super::token::Case::Single;
        let alone = token.capitalised()
            && token.known(FAMILY)
            && (token.known(COMMON) || initial)
            && !token.known(WORD)
            && token.otherwise() == 0
            && !matches!(self.byte(token.end), b'.' | b'/' | b'_' | b'-' | b'(' | b'=' | b':');
        alone.then_some((token.start, token.end))
    }

    /// Accounts of those who did it: `by mina1987 witness hbloom55`, `ack anakajima22`.
    pub(super) fn doers(&mut self) {
        if !self.person {
            return;
        }
        for index in 0..self.tokens.len() {
            if !self.lower_is(
                index,
                words![
                    "by", "witness", "ack", "acked", "user", "operator", "cosign", "cosigner", "uploader",
                    "nurse", "owner", "hotfix"
                ],
            ) {
                continue;
            }
            let start = self.t(index + 1).start;
            if self.byte(self.t(index).end) != b' ' || start != self.t(index).end + 1 {
                continue;
            }
            let rest = self.text.get(start..).unwrap_or_default();
            let length = rest
                .iter()
                .take(48)
                .take_while(|b| {
                    b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-')
                })
                .count();
            let value = rest.get(..length).unwrap_or_default();
            let value = value.strip_suffix(b".").unwrap_or(value);
            let ends = !matches!(rest.get(length), Some(b'(' | b'/' | b'=' | b':' | b'@'));
            // `ORDER BY p.last_name`: a column.
            let column =
                value.rsplit(|b| *b == b'.').next().is_some_and(|last| classify(last, b"") != Class::None);
            if ends && !column && users::account(value) {
                self.hit(start, start + value.len(), I::Other, weight::CONTEXT);
            }
        }
    }

    /// Texts that were sent to a telephone which was found, and texts of labels: they are read as prose.
    pub(super) fn sent(&mut self) {
        let called = self.hits.iter().skip(self.first).any(|hit| matches!(hit.identifier, I::Phone | I::Fax));
        if !called {
            return;
        }
        let (mut done, mut count) = (0, 0);
        for index in 0..self.tokens.len() {
            let sign = self.t(index);
            let quoted = self.t(index + 1).symbol(b'"');
            if sign.start < done || !(sign.symbol(b'=') || sign.symbol(b':') && quoted) {
                continue;
            }
            let end = sign.start - usize::from(self.back(index, 1).symbol(b'"'));
            let head = self.text.get(end.saturating_sub(32)..end).unwrap_or_default();
            let joined = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
            let start = head.iter().rposition(|b| !joined(b)).map_or(0, |at| at + 1);
            let key = head.get(start..).unwrap_or_default();
            if !MESSAGES.contains(&hash(key)) {
                continue;
            }
            if !quoted {
                let end = self.glued_value(index + 1);
                self.encoded_prose(self.t(index + 1).start..end);
                done = end;
            } else if let Some(range) = self.quoted(self.t(index + 1).end, b'"')
                && self.speaks_of_care(&range)
            {
                done = range.end;
                self.prose_in(range);
            } else {
                continue;
            }
            count += 1;
            if count == TEXTS {
                return;
            }
        }
    }

    /// Reads a part of the text that is encoded for a query as prose about a person: `Hi+Jane%2C+see+you+3%2F14`.
    fn encoded_prose(&mut self, range: Range<usize>) {
        let value = self.text.get(range.clone()).unwrap_or_default();
        let Some(decoded) = encoded::decoded_value(value) else { return };
        let manner = Manner { strict: true, person: true, ..Manner::default() };
        let (mut tokens, mut hits) = (Vec::new(), Vec::new());
        encoded::read_decoded(&decoded, manner, &mut tokens, &mut hits);
        for hit in hits {
            self.hit(hit.start + range.start, hit.end + range.start, hit.identifier, hit.weight);
        }
    }

    /// Whether a text that was sent greets or tells of care: `Order 4821337 has shipped` does neither.
    fn speaks_of_care(&self, range: &Range<usize>) -> bool {
        const ROLES: vocabulary::Roles = vocabulary::SUBJECT
            | vocabulary::PERSON
            | vocabulary::BIRTH
            | vocabulary::MRN
            | vocabulary::CLINICAL
            | vocabulary::EVENT
            | vocabulary::TITLE
            | vocabulary::KIN;
        let first = self.index_at(range.start);
        (first..self.tokens.len()).take_while(|at| self.t(*at).start < range.end).any(|at| {
            self.t(at).is(ROLES)
                || self.lower_is(at, TOLD) && !self.lower_is(at, words!["the", "a", "new", "this", "just"])
                || self
                    .lower_is(at, list!("hi hello hey dear hola appt visit refill rx code see results test"))
        })
    }

    /// Reads a part of the text as prose about a person.
    pub(super) fn prose_in(&mut self, range: Range<usize>) {
        let manner = Manner { strict: true, person: true, ..Manner::default() };
        self.part_as(range, manner);
    }

    fn part_as(&mut self, range: Range<usize>, manner: Manner) {
        let (mut tokens, mut hits) = (Vec::new(), Vec::new());
        let Some(part) = self.text.get(range.clone()) else { return };
        super::read(part, manner, &mut tokens, &mut hits);
        for hit in hits {
            self.hit(hit.start + range.start, hit.end + range.start, hit.identifier, hit.weight);
        }
    }

    /// Fields of labels in the language of their printers: `^FDROE, JANE^FS`.
    pub(super) fn printed(&mut self) {
        const OPEN: &[u8] = b"^FD";
        if self.strict {
            return;
        }
        let mut fields: Vec<Range<usize>> = Vec::new();
        let text = self.text;
        let opens = |start: &usize| text.get(*start..start + OPEN.len()) == Some(OPEN);
        for start in memchr::memchr_iter(b'^', text).filter(opens).take(64) {
            let from = start + OPEN.len();
            let rest = self.text.get(from..).unwrap_or_default();
            let length =
                rest.iter().take(256).position(|b| matches!(b, b'^' | b'\n')).unwrap_or(rest.len().min(256));
            fields.push(from..from + length);
        }
        for range in fields {
            let value = self.text.get(range.clone()).unwrap_or_default();
            let mut tokens = Vec::new();
            if super::is_person(value, true, &mut tokens) && !matches!(classify(value, b""), Class::Is(_)) {
                self.hit(range.start, range.end, I::Name, weight::NAME);
            } else {
                self.part_as(range, Manner { person: true, ..Manner::default() });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn what_stands_beside_a_person_is_found() {
        for (text, values) in [
            ("pair SSN 649-63-7978=649-63-7978 DOB 19320118=19320118", &["649-63-7978", "19320118"][..]),
            ("Booked Whitfield, Margaret at 10/20/2019 12:52 AM", &["Whitfield, Margaret", "10/20/2019"]),
            ("merging MRN054226 into 3916961 (score 0.97)", &["054226", "3916961"]),
            ("nurse-call: bed 412-A WHITFIELD,MARGARET lowered", &["WHITFIELD,MARGARET"]),
            (
                "spooler: job 17 \"Wristband - WHITFIELD, MARGARET - 5366582526\"",
                &["WHITFIELD, MARGARET", "5366582526"],
            ),
            (
                "label ^XA^FO20,20^FDWHITFIELD, MARGARET^FS^FO20,60^FDMRN ZXV55995^FS",
                &["WHITFIELD, MARGARET", "ZXV55995"],
            ),
            ("push title=\"Lab\" body=\"Margaret, your results are in\"", &["Margaret"]),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.iter().any(|f| f.contains(value)), "{value} of {text}: {found:?}");
            }
        }
        let twice = found("pair SSN 649-63-7978=649-63-7978");
        assert!(twice.iter().filter(|value| **value == "649-63-7978").count() > 1, "{twice:?}");
    }

    #[test]
    fn what_stands_beside_machines_stays() {
        for text in [
            "merging 48213 into 48214 done",
            "room 12 booked by scheduler",
            "bed nets shipped",
            "print job \"Label - Standard Shipping - 5366582526\"",
            "title=\"Notice\" body=\"Warning, your disk is full\"",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
