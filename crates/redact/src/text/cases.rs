//! Numbers that are somebody's because the line is about a person: `appointment 3562365`, `exam A38701456`,
//! `DME order 59678362`; resources of FHIR and tokens of their identifiers; where somebody stands, in degrees.

use super::{
    EVIDENCE, Reader,
    key::{Class, classify},
    token::Kind,
    value::{formed, loosely_formed},
    weight,
};
use crate::{Identifier as I, check::digits, shape::alphanumeric, words::words};

/// Nouns of what a person has, whose number is told by the line.
const NOUNS: &[u64] = words![
    "appointment",
    "appt",
    "exam",
    "enc",
    "emp",
    "employee",
    "interpreter",
    "order",
    "identifier",
    "client",
    "trip",
    "ride",
    "case",
    "requisition",
    "tracking",
    "booking",
    "dispatch",
    "confirmation"
];

/// Those of them that shops and programs number as well: only what is known of a person tells.
const ELSEWHERE: &[u64] =
    words!["order", "client", "case", "tracking", "booking", "trip", "ride", "confirmation"];

/// Words before degrees of latitude and longitude.
const SPOTS: &[u64] = words![
    "gps",
    "coords",
    "coordinates",
    "loc",
    "location",
    "latlon",
    "latlng",
    "position",
    "geo",
    "fix",
    "geotag"
];

/// Resources of FHIR whose id is a person's, beside the patient's (HL7 FHIR R4, 13.1 and the modules of care).
const RESOURCES: &[u64] = words![
    "practitioner",
    "practitionerrole",
    "relatedperson",
    "person",
    "appointment",
    "encounter",
    "coverage",
    "servicerequest",
    "episodeofcare",
    "careteam",
    "claim",
    "account"
];

impl Reader<'_> {
    /// `84-71-130039`: an accession as laboratories print it, the year, the day or the bench, the running number.
    pub(super) fn accession(&mut self, index: usize) {
        let (bench, number) = (self.t(index + 2), self.t(index + 4));
        let shaped = self.t(index + 1).symbol(b'-')
            && bench.kind == Kind::Number
            && matches!(bench.len(), 2 | 3)
            && self.t(index + 3).symbol(b'-')
            && number.kind == Kind::Number
            && matches!(number.len(), 5 | 6)
            && (index..index + 4).all(|at| self.glued(at));
        if shaped && self.stands_alone(self.t(index).start, number.end) {
            self.number_of(self.t(index).start..number.end, I::Other);
        }
    }

    /// `NILM (CY44-40614)`, `S24-12345`: the case of a pathologist.
    pub(super) fn case_of_a_laboratory(&mut self, index: usize) {
        let (token, number) = (self.t(index), self.t(index + 2));
        let bytes = self.bytes(token);
        let letters = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
        let shaped = (1..=3).contains(&letters)
            && bytes.len() == letters + 2
            && digits::count(bytes) == 2
            && number.kind == Kind::Number
            && (4..=6).contains(&number.len())
            && self.glued(index)
            && self.glued(index + 1);
        if shaped && self.stands_alone(token.start, number.end) {
            self.number_of(token.start..number.end, I::Other);
        }
    }

    /// `RA lead 5076-52 PJN6500714`, `RV lead: 6935M-62cm TDL531514V`: the number of a lead behind its model.
    pub(super) fn behind_a_model(&mut self, index: usize) {
        let token = self.t(index);
        let bytes = self.bytes(token);
        let length = self.bytes(self.back(index, 1));
        let centimetres = matches!(length, [a, b, b'c', b'm'] if a.is_ascii_digit() && b.is_ascii_digit());
        let model = centimetres
            && self.back(index, 2).symbol(b'-')
            && self.back(index, 3).byte.is_ascii_digit()
            && self.back(index, 1).end + 1 == token.start
            || self.back(index, 1).kind == Kind::Number
                && matches!(self.back(index, 1).len(), 2 | 3)
                && self.back(index, 2).symbol(b'-')
                && self.back(index, 3).kind == Kind::Number
                && self.back(index, 3).len() == 4
                && self.back(index, 1).end + 1 == token.start;
        let serial = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count() == 3
            && digits::count(bytes) >= 6
            && !bytes.iter().any(u8::is_ascii_lowercase);
        if model && serial {
            self.number_of(token.start..token.end, I::Device);
        }
    }

    /// Finds the numbers of what a person has; called once the line is known to be about one.
    pub(super) fn cases(&mut self) {
        if !self.cares() || self.strict {
            return;
        }
        for index in 0..self.tokens.len() {
            if self.t(index).kind == Kind::Mixed {
                self.marked(index);
            } else if self.lower_is(index, SPOTS) {
                self.on_the_map(index);
            } else if self.lower_is(index, NOUNS)
                || self.lower_is(index, words!["id"]) && self.follows_a_name(index)
            {
                self.case(index);
            }
        }
        self.derived();
    }

    /// Whether a name that was found ends just before.
    fn follows_a_name(&self, index: usize) -> bool {
        let end = self.back(index, 1).end;
        let named = |hit: &super::Hit| hit.identifier == I::Name && hit.end == end;
        self.hits.iter().skip(self.first).rev().take(EVIDENCE).any(named)
    }

    /// Numbers that carry their kind: `SN23412314`, a parcel's `1Z999AA10123456784`.
    fn marked(&mut self, index: usize) {
        let token = self.t(index);
        let bytes = self.bytes(token);
        let numbered = |rest: &[u8]| (6..=14).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit);
        let parcel = bytes.starts_with(b"1Z")
            && bytes.len() == 18
            && bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            && digits::count(bytes) >= 9;
        if bytes.strip_prefix(b"SN").is_some_and(numbered) {
            self.hit(token.start, token.end, I::Device, weight::GUESS + 5);
        } else if parcel {
            self.hit(token.start, token.end, I::Other, weight::GUESS + 5);
        }
    }

    /// A line with somebody's postal code is about somebody: its numbers are read as such.
    pub(super) fn mailed(&mut self) {
        let found = |kind: I| {
            self.hits.iter().skip(self.first).rev().take(EVIDENCE).any(|hit| hit.identifier == kind)
        };
        if !self.person && !self.clinical && found(I::Zip) {
            self.clinical = true;
            self.numbered();
        }
    }

    fn case(&mut self, index: usize) {
        let noun = self.t(index);
        // `sort-order 48213`, `app.client 48213`: of programs.
        let joined = matches!(self.byte(noun.start.wrapping_sub(1)), b'-' | b'_' | b'.' | b'/')
            || self.lower_is(index.wrapping_sub(1), words!["sort", "row", "byte", "column", "http", "api"]);
        let mut next = self.skip_signs(index + 1);
        while next < index + 6 && self.lower_is(next, words!["id", "no", "number", "num", "nr"]) {
            next = self.skip_signs(next + 1);
        }
        let apart = self.t(next).start != noun.end && !self.t(index + 1).symbol(b'=');
        let elsewhere = !self.person
            && self.lower_is(index, ELSEWHERE)
            && !self.lower_is(index.wrapping_sub(1), words!["dme", "lab", "med", "rx", "imaging", "refill"]);
        if joined || !apart || elsewhere {
            return;
        }
        let Some(range) = self.number_from(next) else { return };
        let value = self.text.get(range.clone()).unwrap_or_default();
        if loosely_formed(value)
            && digits::count(value) >= 5
            && !value.contains(&b':')
            && !value.contains(&b'/')
            && !self.measured(range.end)
        {
            let record = self.lower_is(index, words!["identifier", "enc"]);
            self.hit(range.start, range.end, if record { I::Mrn } else { I::Other }, weight::GUESS + 5);
        }
    }

    /// `GPS 41.402381,-90.187642`, `loc: (41.4023, -90.1876)`.
    fn on_the_map(&mut self, index: usize) {
        let mut first = index + 1;
        while first < index + 4
            && self.t(first).kind == Kind::Symbol
            && matches!(self.t(first).byte, b':' | b'=' | b'(' | b'[' | b'"')
        {
            first += 1;
        }
        self.degrees(first + usize::from(self.t(first).symbol(b'-') || self.t(first).symbol(b'+')));
    }

    /// Whether a resource of FHIR is named here whose id tells of a person: `Practitioner/3513`.
    pub(super) fn resource(&self, index: usize) -> bool {
        self.t(index).capitalised()
            && self.t(index).case != super::token::Case::Upper
            && self.lower_is(index, RESOURCES)
    }

    /// A token of FHIR with the system it is of: `https://hospital.example/mrn|00482913`.
    pub(super) fn system(&mut self, bar: usize) {
        let sign = self.t(bar);
        if !alphanumeric(self.byte(sign.end)) || !alphanumeric(self.byte(sign.start.wrapping_sub(1))) {
            return;
        }
        let before = self.text.get(sign.start.saturating_sub(160)..sign.start).unwrap_or_default();
        let from = before
            .iter()
            .rposition(|b| *b <= b' ' || matches!(b, b'"' | b'\'' | b'=' | b',' | b'(' | b'|' | b'['))
            .map_or(0, |at| at + 1);
        let system = before.get(from..).unwrap_or_default();
        if memchr::memmem::find(system, b"://").is_none() && !system.starts_with(b"urn:") {
            return;
        }
        let last = system.rsplit(|b| matches!(b, b'/' | b':' | b'#')).next().unwrap_or_default();
        let (Class::Is(identifier) | Class::Formed(identifier) | Class::Weak(identifier)) =
            classify(last, b"")
        else {
            return;
        };
        let rest = self.text.get(sign.end..).unwrap_or_default();
        let length = rest
            .iter()
            .take(64)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            .count();
        let value = rest.get(..length).unwrap_or_default();
        let counted = matches!(
            identifier,
            I::Mrn | I::HealthPlan | I::Ssn | I::Account | I::Licence | I::Npi | I::Dea | I::Other
        );
        if counted && (formed(value) || digits::count(value) >= 4) {
            self.hit(sign.end, sign.end + length, identifier, weight::KEY);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn what_a_person_has_is_found_by_its_number() {
        for (text, value) in [
            ("reply from +14155550123 (matched appointment 4821337)", "4821337"),
            ("exam QV4821337 read for patient Margaret Whitfield", "QV4821337"),
            ("visit of patient Margaret Whitfield at GPS 41.402381,-90.187642", "-90.187642"),
            ("duplicate https://clinic.example/fhir/sid/mrn|0048213 refused", "0048213"),
            ("notify Practitioner/4821 and Appointment/71990", "4821"),
            ("notify Practitioner/4821 and Appointment/71990", "71990"),
        ] {
            assert!(found(text).contains(&value), "{value} of {text}: {:?}", found(text));
        }
        for text in [
            "order 4821337 shipped from warehouse",
            "http client 4821337 closed",
            "gps 41.402381,-90.187642 fix lost",
            "code http://loinc.org|8867-4 unknown",
            "GET /account/settings 200",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
