//! Numbers behind their nouns with nothing between, and numbers beside those that were found.

use super::{
    Reader,
    numbered::{ELSEWHERE, NUMBERED},
    token::Kind,
    weight,
};
use crate::{
    Identifier as I,
    shape::alphanumeric,
    words::{vocabulary as v, words},
};

/// Nouns that are found by their number only where its form is certain, or the line is about care.
const UNSURE: &[u64] = words![
    "authorization",
    "referral",
    "episode",
    "admission",
    "vehicle",
    "permit",
    "license",
    "licence",
    "auth",
    "rx",
    "policy",
    "claim",
    "account",
    "acct",
    "plate",
    "plates",
    "visit",
    "passport",
    "eid"
];

/// Those of them whose number is a machine's if it has no letter.
const LETTERED: &[u64] =
    words!["episode", "admission", "rx", "license", "licence", "eid", "auth", "authorization", "referral"];

/// The end of an identifier with the system that gave it, as HL7 writes an order's: `71377876^EPC` (v2.5.1, 2.A.28).
pub(crate) fn entity(text: &[u8], start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let digits = rest.iter().take(16).take_while(|b| b.is_ascii_digit()).count();
    let system = rest.iter().skip(digits + 1).take(16).take_while(|b| b.is_ascii_uppercase()).count();
    ((6..16).contains(&digits) && rest.get(digits) == Some(&b'^') && system > 1)
        .then_some(start + digits + 1 + system)
}

impl Reader<'_> {
    /// A noun with its number behind it and nothing between: `account 334598457055`, `lic. PA36126`, `Cigna U123456`.
    pub(super) fn direct(&mut self, index: usize) {
        if self.sold(index) {
            return;
        }
        let token = self.t(index);
        if token.is(v::OTHER | v::MRN)
            && let Some(end) = entity(self.text, token.end + 1)
        {
            self.hit(token.end + 1, end, I::Other, weight::CONTEXT);
            return;
        }
        let strong = (NUMBERED.contains(&token.hash) || token.is(v::PAYER))
            && !(self.lower_is(index.wrapping_sub(1), ELSEWHERE) && !self.person)
            // `HAR` and `FIN` are abbreviations; in small letters they are archives and flags.
            && !(matches!(token.len(), 3) && self.lower_is(index, words!["har", "fin", "eid"]) && token.case == super::token::Case::Lower)
            && !(self.lower_is(index, words!["auth"])
                && !self.lower_is(index.wrapping_sub(1), words!["prior", "pre"]));
        let filled = self.lower_is(index, words!["rx"])
            && (1..=4).any(|by| self.t(index + by).is(v::EVENT | v::CLINICAL));
        let surely = self.cares() || filled || !UNSURE.contains(&token.hash) && !token.is(v::PAYER);
        let told = self.person || self.clinical && token.is(v::MRN | v::PLAN | v::ACCOUNT);
        // The number of a payer and of a model is everybody's.
        let of_many = self.lower_is(index, words!["payer", "payor", "model", "mac"]);
        if of_many || !told && !strong || token.is(v::IDWORD) && !token.is(v::LICENCE) {
            return;
        }
        let mut next = self.skip_signs(index + 1);
        // `member 'U48291377' terminated`.
        if next == index + 1 && matches!(self.t(next).byte, b'\'' | b'`') && self.t(next).kind == Kind::Symbol
        {
            next += 1;
        }
        // `permit for 7ABC123`, `patient with id 482913`, `Cigna id U48291377`.
        while next < index + 5
            && self.byte(self.t(next).end) != b'-'
            && self.lower_is(
                next,
                words![
                    "for", "with", "id", "is", "card", "was", "ref", "reg", "under", "ending", "member",
                    "number", "no"
                ],
            )
        {
            next = self.skip_signs(next + 1);
        }
        let value = self.t(next);
        if token.is(v::VEHICLE) || self.lower_is(index, words!["permit"]) {
            if let Some(range) = self.plate_from(next)
                && value.start != token.end
                && (strong || self.person)
            {
                self.hit(range.start, range.end, I::Vehicle, weight::CONTEXT);
            }
            if self.lower_is(index, words!["permit"]) {
                return;
            }
        }
        // A pair is read where pairs are.
        if self.t(index + 1).symbol(b'=')
            || !matches!(value.kind, Kind::Number | Kind::Mixed | Kind::Word)
            || value.start == self.t(index).end
        {
            return;
        }
        if self.of_a_laboratory(index, next) {
            return;
        }
        let Some(range) = self.number_from(next) else { return };
        let bytes = self.text.get(range.clone()).unwrap_or_default();
        let count = crate::check::digits::count(bytes);
        let plate = token.is(v::VEHICLE) && count >= 2 && bytes.len() >= 5;
        let letters = bytes.iter().any(u8::is_ascii_uppercase);
        let form = super::value::formed(bytes);
        // `policy CMP0118` of a builder, `policy 1048576` of an auditor: an insurer gives more digits than four, and whose
        // it is may stand before, `subscriber policy 1048576`.
        let of_a_builder = self.lower_is(index, words!["policy"])
            && !surely
            && (count < 5 || !letters && count < 8)
            && !(count >= 5 && self.near(index, v::PERSON, 3));
        if !self.person && !surely && !(form && (letters || !self.lower_is(index, LETTERED)))
            || of_a_builder
            || self.measured(range.end)
        {
            return;
        }
        let enough = count >= 6
            || form && letters && count >= 4
            || count >= 5 && self.person
            || self.person && letters && count >= 3 && bytes.len() >= 6
            || plate;
        let unit = bytes.iter().any(u8::is_ascii_lowercase) && !self.person;
        if !enough || unit || super::value::machine_made(bytes) || bytes.contains(&b':') {
            return;
        }
        let identifier = match () {
            () if token.is(v::MRN) => I::Mrn,
            () if token.is(v::PLAN | v::PAYER) => I::HealthPlan,
            () if token.is(v::ACCOUNT) => I::Account,
            () if token.is(v::LICENCE) => I::Licence,
            () if token.is(v::VEHICLE) => I::Vehicle,
            () if token.is(v::DEVICE) => I::Device,
            () => I::Other,
        };
        // `claim 99213`, `claim 99213-25`: the code of a procedure, perhaps with its modifier.
        let procedure = token.is(v::ACCOUNT)
            && self.lower_is(index, words!["claim"])
            && bytes
                .split(|b| *b == b'-')
                .map(<[u8]>::len)
                .eq([5, 2].into_iter().take(1 + usize::from(bytes.len() > 5)));
        // `member 00482133 joined cluster`.
        let joins = !self.person
            && self.lower_is(
                self.index_at(range.end),
                words!["joined", "rejoined", "left", "elected", "promoted", "evicted"],
            )
            && (1..=3).any(|by| {
                let at = self.index_at(range.end) + by;
                self.lower_is(at, words!["cluster", "quorum", "ring", "replica", "raft", "gossip"])
            });
        if procedure || joins {
            return;
        }
        let rule = self.house_rule(index, range.end);
        if super::value::plausible(identifier, bytes) && !rule {
            let end = self.suffix(identifier, range.end);
            self.hit(range.start, end, identifier, weight::GUESS + 5);
        }
    }

    /// What stands beside a number that was found, and is written as it is: `MRN 00482913 merged into 00482914`.
    pub(super) fn others(&mut self) {
        let mut found = self.first;
        while let Some(hit) = self.hits.get(found).copied() {
            found += 1;
            if !matches!(hit.identifier, I::Mrn | I::HealthPlan | I::Account | I::Other)
                || found > self.first + 256
            {
                continue;
            }
            let mut next = self.index_at(hit.end);
            let from = next;
            while next < from + 4
                && (self.t(next).symbol(b',')
                    || self.lower_is(
                        next,
                        words![
                            "and", "or", "into", "with", "to", "merged", "from", "by", "replaced", "linked",
                            "vs"
                        ],
                    ))
            {
                next += 1;
            }
            if next == from {
                continue;
            }
            let start = self.t(next).start;
            let Some(value) =
                start.checked_add(hit.end - hit.start).and_then(|end| self.text.get(start..end))
            else {
                continue;
            };
            let like = self.text.get(hit.start..hit.end).unwrap_or_default();
            let kind = |b: &u8| (b.is_ascii_digit(), b.is_ascii_uppercase(), b.is_ascii_lowercase());
            let same = value.iter().map(kind).eq(like.iter().map(kind));
            // `encounters E-4054-51623, 7940720960`, where the text is about a person.
            let listed = self.person && self.t(next).kind != Kind::Word && self.hits.len() < self.first + 64;
            let range = self.number_from(next).filter(|range| {
                let value = self.text.get(range.clone()).unwrap_or_default();
                listed
                    && !same
                    && super::value::formed(value)
                    && crate::check::digits::count(value) >= 6
                    && !self.measured(range.end)
            });
            if let Some(range) = range
                && super::value::formed(like)
                && crate::shape::date::date(self.text, range.start).is_none()
                && crate::shape::phone::phone(self.text, range.start, crate::shape::phone::Suspicion::Low)
                    .is_none()
                && !self.hits.iter().skip(self.first).any(|other| other.start == range.start)
            {
                self.hit(range.start, range.end, hit.identifier, weight::GUESS + 5);
                continue;
            }
            if same
                && super::value::formed(value)
                && !alphanumeric(self.byte(start + value.len()))
                && !self.hits.iter().skip(self.first).any(|other| other.start == start)
            {
                self.hit(start, start + value.len(), hit.identifier, weight::GUESS + 5);
            }
        }
    }

    /// Whether what stands here counts something: `48213 ms`, `4821377 bytes`.
    pub(super) fn measured(&self, end: usize) -> bool {
        self.byte(end) == b'%'
            || self.byte(end) == b' '
                // `US RUQ` is an examination.
                && self.t(self.index_at(end)).case != super::token::Case::Upper
                && self.lower_is(
                    self.index_at(end),
                    words![
                        "ms", "us", "ns", "s", "sec", "secs", "seconds", "minutes", "hours", "bytes", "kb",
                        "mb", "gb", "kib", "mib", "gib", "rows", "entries", "records", "messages", "items",
                        "objects", "errors", "times", "requests", "tokens", "events", "files", "lines", "documents", "docs", "patients", "members", "claims",
                        "codes", "shards", "resources", "visits", "encounters", "spans", "results", "hits",
                        "matches", "jobs",
                        "per", "total", "tx"
                    ],
                )
    }
}
