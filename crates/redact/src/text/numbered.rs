//! Numbers of persons that no key announces: in paths, behind names, in UDIs, names of accounts, names of pictures.

use super::{
    Reader,
    token::{Kind, Token, at},
    weight,
};
use crate::{
    Identifier as I,
    shape::{alphanumeric, digits},
    words::{users, vocabulary as v, words},
};

/// Nouns whose number is a person's also in logs: `account 334598457055`.
pub(crate) const NUMBERED: &[u64] = words![
    "account",
    "acct",
    "visit",
    "encounter",
    "policy",
    "member",
    "subscriber",
    "chart",
    "claim",
    "accession",
    "guarantor",
    "medicaid",
    "medicare",
    "mrn",
    "patient",
    "insurance"
];

impl Reader<'_> {
    /// Finds them.
    pub(super) fn numbered(&mut self) {
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            match token.kind {
                Kind::Symbol if token.byte == b'/' => self.path(index),
                Kind::Symbol if token.byte == b'#' && self.strict => self.hash(index),
                Kind::Word
                    if self.strict
                        && self.lower_is(index, words!["state"])
                        && self.lower_is(index + 1, words!["id"]) =>
                {
                    if let Some(range) = self.number_from(self.skip_signs(index + 2)) {
                        self.hit(range.start, range.end, I::Licence, weight::CONTEXT);
                    }
                }
                Kind::Symbol if token.byte == b'(' => self.device(token.start),
                Kind::Symbol if token.byte == b'-' => self.logged_user(index),
                Kind::Word if token.is(v::USER) => self.user(index),
                Kind::Word
                    if token.is(v::BIOMETRIC)
                        || self.lower_is(index, words!["print"])
                            && self.lower_is(
                                index.wrapping_sub(1),
                                words!["voice", "finger", "palm", "face", "retina"],
                            ) =>
                {
                    self.template(index)
                }
                Kind::Word
                    if self.lower_is(index, words!["png", "jpg", "jpeg", "heic", "tif", "tiff", "dcm"]) =>
                {
                    self.picture(index)
                }
                Kind::Word
                    if self.lower_is(index, words!["s"])
                        && self.t(index + 1).symbol(b'/')
                        && self.lower_is(index + 2, words!["n"])
                        && self.glued(index) =>
                {
                    if self.person
                        && let Some(range) = self.number_from(self.skip_signs(index + 3))
                    {
                        self.hit(range.start, range.end, I::Device, weight::CONTEXT);
                    }
                }
                Kind::Word
                    if token.is(v::MRN
                        | v::PLAN
                        | v::ACCOUNT
                        | v::LICENCE
                        | v::VEHICLE
                        | v::OTHER
                        | v::DEVICE
                        | v::PAYER) =>
                {
                    self.direct(index)
                }
                _ => {}
            }
        }
    }

    /// In prose: `LMFT #MD092104`, `old # 123456`.
    fn hash(&mut self, index: usize) {
        if let Some(range) = self.number_from(index + 1) {
            let value = self.text.get(range.clone()).unwrap_or_default();
            let licence = self.back(index, 1).is(v::SUFFIX);
            if crate::check::digits::count(value) >= 5 {
                self.hit(
                    range.start,
                    range.end,
                    if licence { I::Licence } else { I::Other },
                    weight::GUESS + 5,
                );
            }
        }
    }

    fn skip_signs(&self, index: usize) -> usize {
        let mut next = index;
        while next < index + 3
            && self.t(next).kind == Kind::Symbol
            && matches!(self.t(next).byte, b':' | b'#' | b'.' | b'=' | b'"')
        {
            next += 1;
        }
        next
    }

    /// `/patients/12345`, `/members/AB-1/address`.
    fn path(&mut self, index: usize) {
        let noun = self.back(index, 1);
        if noun.end != self.t(index).start
            || !(noun.is(v::SUBJECT | v::PERSON)
                || self.lower_is(
                    index - 1,
                    words![
                        "members",
                        "member",
                        "subscribers",
                        "persons",
                        "person",
                        "beneficiaries",
                        "enrollees",
                        "encounters",
                        "charts",
                        "clients",
                        "claims",
                        "mrn"
                    ],
                ))
        {
            return;
        }
        let start = self.t(index).end;
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .take(64)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .count();
        let value = rest.get(..length).unwrap_or_default();
        if crate::check::digits::count(value) >= 2 && noun.kind == Kind::Word && !value.contains(&b'.') {
            let plan = noun.is(v::PLAN) && !noun.is(v::SUBJECT);
            self.hit(start, start + length, if plan { I::HealthPlan } else { I::Mrn }, weight::CONTEXT);
        }
    }

    /// A unique device identifier as GS1 writes it (21 CFR 801.20): `(01)` and 14 digits, then other groups.
    fn device(&mut self, start: usize) {
        if self.text.get(start..start + 4) != Some(b"(01)") || digits(self.text, start + 4, 15) != 14 {
            return;
        }
        let mut end = start + 18;
        while at(self.text, end) == b'('
            && digits(self.text, end + 1, 3) == 2
            && at(self.text, end + 3) == b')'
        {
            end += 4;
            while alphanumeric(at(self.text, end))
                || matches!(at(self.text, end), b'-' | b'/' | b'.') && alphanumeric(at(self.text, end + 1))
            {
                end += 1;
            }
        }
        self.hit(start, end, I::Device, weight::CHECKED);
    }

    /// `- jroe [22/Nov/2026:…`: the user of an access log.
    fn logged_user(&mut self, index: usize) {
        let user = self.t(index + 1);
        if index > 60 || user.start != self.t(index).end + 1 || user.kind == Kind::None {
            return;
        }
        let end = self.account_end(user);
        if at(self.text, end) == b' ' && at(self.text, end + 1) == b'[' && digits(self.text, end + 2, 2) == 2
        {
            let value = self.text.get(user.start..end).unwrap_or_default();
            if users::personal(value) || users::written(value) {
                self.hit(user.start, end, I::Other, weight::CONTEXT);
            }
        }
    }

    fn account_end(&self, user: &Token) -> usize {
        let rest = self.text.get(user.start..).unwrap_or_default();
        let length = rest
            .iter()
            .take(64)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .count();
        let mut end = user.start + length;
        while end > user.start && at(self.text, end - 1) == b'.' {
            end -= 1;
        }
        end
    }

    /// `user=jroe`, `login: jane.roe`, `for user jroe23`.
    fn user(&mut self, index: usize) {
        let mut next = index + 1;
        while next < index + 4
            && self.t(next).kind == Kind::Symbol
            && matches!(self.t(next).byte, b':' | b'=' | b'"' | b'\'' | b'_' | b'(')
            || self.lower_is(next, words!["name", "id", "by", "as"]) && next < index + 3
        {
            next += 1;
        }
        let user = self.t(next);
        if !matches!(user.kind, Kind::Word | Kind::Mixed) {
            return;
        }
        let end = self.account_end(user);
        if users::personal(self.text.get(user.start..end).unwrap_or_default()) {
            self.hit(user.start, end, I::Other, weight::CONTEXT);
        }
    }

    /// `fingerprint template 0a1b2c3d`, `voice print id FP-12`.
    fn template(&mut self, index: usize) {
        let mut next = index + 1;
        while next < index + 5
            && (self.lower_is(
                next,
                words![
                    "template",
                    "id",
                    "hash",
                    "print",
                    "scan",
                    "no",
                    "number",
                    "reference",
                    "ref",
                    "code",
                    "is",
                    "record",
                    "image"
                ],
            ) || self.t(next).kind == Kind::Symbol
                && matches!(self.t(next).byte, b':' | b'#' | b'=' | b'"' | b'_' | b'.'))
        {
            next += 1;
        }
        let start = self.t(next).start;
        let token = self.t(next);
        if !matches!(token.kind, Kind::Mixed | Kind::Number | Kind::Word) {
            return;
        }
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .take(256)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/' | b'+' | b'='))
            .count();
        let value = rest.get(..length).unwrap_or_default();
        // Of a key, a query, an alert.
        let of_a_machine = !self.person
            && (super::value::machine_made(value) || !super::value::plausible(I::Biometric, value));
        if crate::check::digits::count(value) >= 2 && length >= 5 && !of_a_machine {
            self.hit(start, start + length, I::Biometric, weight::CONTEXT);
        }
    }

    /// `photo roe_face.jpg`: the file name of a picture, where the text is about a person.
    fn picture(&mut self, index: usize) {
        if !self.back(index, 1).symbol(b'.') || !self.person {
            return;
        }
        let end = self.t(index).end;
        let mut start = self.back(index, 1).start;
        while start > 0
            && (at(self.text, start - 1).is_ascii_alphanumeric()
                || matches!(at(self.text, start - 1), b'_' | b'-' | b'.' | b'/'))
        {
            start -= 1;
        }
        let place = self.index_at(start);
        if self.near(place, v::PHOTO, 6) && end > start + 4 {
            self.hit(start, end, I::Photo, weight::CONTEXT);
        }
    }

    /// A noun with its number behind it and nothing between: `account 334598457055`, `lic. PA36126`, `Cigna U123456`.
    fn direct(&mut self, index: usize) {
        let token = self.t(index);
        let strong = NUMBERED.contains(&token.hash);
        if !self.person && !strong || token.is(v::IDWORD) && !token.is(v::LICENCE) {
            return;
        }
        let next = self.skip_signs(index + 1);
        let value = self.t(next);
        // A pair is read where pairs are.
        if self.t(index + 1).symbol(b'=')
            || !matches!(value.kind, Kind::Number | Kind::Mixed | Kind::Word)
            || value.start == self.t(index).end
        {
            return;
        }
        let Some(range) = self.number_from(next) else { return };
        let bytes = self.text.get(range.clone()).unwrap_or_default();
        let count = crate::check::digits::count(bytes);
        let plate = token.is(v::VEHICLE) && count >= 2 && bytes.len() >= 5;
        let letters = bytes.iter().any(u8::is_ascii_uppercase);
        let enough = count >= 6
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
        if super::value::plausible(identifier, bytes) {
            self.hit(range.start, range.end, identifier, weight::GUESS + 5);
        }
    }
}
