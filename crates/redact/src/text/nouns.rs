//! Numbers behind their nouns: `MRN 12345`, `policy no. AB-123`.

use std::ops::Range;

use super::{
    Reader,
    key::{Class, classify, classify_joined},
    labels::NUMBERS,
    token::{Case, Kind},
    value::{formed, machine_made, plausible},
    weight,
};
use crate::{
    Identifier as I,
    shape::{alphanumeric, date},
    words::{vocabulary as v, words},
};

impl Reader<'_> {
    pub(super) fn bare_number(&mut self, identifier: I, first: usize, sign: u8, weak: bool) {
        if identifier == I::Vehicle
            && self.t(first).kind == Kind::Word
            && (2..=4).contains(&self.t(first).len())
            && self.t(first).case == Case::Upper
            && matches!(self.t(first + 1).kind, Kind::Number | Kind::Mixed)
            && self.t(first).end + 1 == self.t(first + 1).start
        {
            // `KLR 2342`.
            self.hit(self.t(first).start, self.t(first + 1).end, identifier, weight::KEY);
            return;
        }
        if let Some(mut range) = self.number_from(first) {
            // A value of `=` ends at a blank.
            if sign == b'=' && !lettered(self.text, range.start, range.start + 5) {
                range.end = range.end.min(self.glued_value(first)).max(range.start + 1);
            }
            let value = self.text.get(range.clone()).unwrap_or_default();
            let brief =
                matches!(identifier, I::Account | I::Licence | I::HealthPlan | I::Device) && !self.strict;
            let few = identifier == I::Other && !self.strict && value.len() < 4;
            let short = few || value.len() < if weak && !self.strict || brief { 4 } else { 2 };
            if !short
                && plausible(identifier, value)
                && !((weak || !self.person) && machine_made(value))
                && !self.of_a_certificate(identifier, range.end)
            {
                let end = self.suffix(identifier, range.end);
                self.hit(range.start, end, identifier, weight::KEY);
            }
        }
    }

    /// End of a plan's number with what tells which of the family: `W123456789 01`.
    pub(super) fn suffix(&self, identifier: I, end: usize) -> usize {
        let follows = self.byte(end) == b' '
            && self.byte(end + 1) == b'0'
            && self.byte(end + 2).is_ascii_digit()
            && !alphanumeric(self.byte(end + 3))
            && !(matches!(self.byte(end + 3), b':' | b'/' | b'-' | b'.')
                && self.byte(end + 4).is_ascii_digit());
        if identifier == I::HealthPlan && follows { end + 3 } else { end }
    }

    /// A number of letters, digits and joining signs that begins with this token.
    pub(super) fn number_from(&self, first: usize) -> Option<Range<usize>> {
        let token = self.t(first);
        let start = token.start;
        if !matches!(token.kind, Kind::Number | Kind::Mixed)
            && !(token.kind == Kind::Word
                && (token.case == Case::Upper
                    || token.case == Case::Single
                    || self.byte(token.end) == b'-'
                    || self.byte(token.end) == b'_'))
        {
            return None;
        }
        let mut end = start;
        let joins = |b: u8| matches!(b, b'-' | b'_' | b'/' | b'.' | b'*' | b':' | b'|' | b'^');
        while alphanumeric(self.byte(end))
            || joins(self.byte(end)) && (alphanumeric(self.byte(end + 1)) || self.byte(end + 1) == b'*')
            || self.byte(end) == b'*'
        {
            if matches!(self.byte(end), b'|' | b'^') && self.text.get(start..end).is_none_or(|v| v.len() >= 6)
            {
                break;
            }
            end += 1;
            if end - start > 128 {
                return None;
            }
        }
        let mut value = self.text.get(start..end)?;
        // `W1234 56789`: a letter, then two groups.
        if lettered(self.text, start, end) {
            end = start + 11;
            value = self.text.get(start..end)?;
        }
        // Groups of digits go on after blanks.
        while value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b' ')) && self.byte(end) == b' ' {
            let group = crate::shape::digits(self.text, end + 1, 8);
            let after = self.byte(end + 1 + group);
            if !(3..=6).contains(&group)
                || alphanumeric(after)
                || matches!(after, b'/' | b':' | b'.' if self.byte(end + 2 + group).is_ascii_digit())
                || value.len() > 24
            {
                break;
            }
            end += 1 + group;
            value = self.text.get(start..end)?;
        }
        // `NCT04821337`: a study in the registry of all.
        if value.starts_with(b"NCT") && value.len() == 11 {
            return None;
        }
        let digits = crate::check::digits::count(value);
        let decimal = value.iter().all(|b| b.is_ascii_digit() || *b == b'.')
            && value.contains(&b'.')
            && value.len() < 6;
        // `12-10-11` behind a noun is its number.
        let grouped = value.len() == 8 && value.iter().all(|b| b.is_ascii_digit() || *b == b'-');
        let day = !grouped && date::date(self.text, start).is_some_and(|d| d.end == end)
            || value.len() <= 5 && date::partial(self.text, start) == Some(end);
        (digits > 0 && !decimal && !day).then_some(start..end)
    }

    /// The serial number of a certificate, as openssl prints it: `Serial Number: 1289 (0x509)`.
    fn of_a_certificate(&self, identifier: I, end: usize) -> bool {
        identifier == I::Device && self.text.get(end..end + 4) == Some(b" (0x")
    }

    /// `plate 340617 read`: in logs a plate with a number of digits alone is one of a laboratory, unless it is a car's.
    pub(super) fn of_a_laboratory(&self, index: usize, place: usize) -> bool {
        !self.strict
            && self.lower_is(index, words!["plate", "plates"])
            && self.t(place).kind == Kind::Number
            && !self.lower_is(index.wrapping_sub(1), words!["license", "licence", "number", "vehicle", "car"])
    }

    /// A licence plate that begins with this token: `7ABC123`, `KJH-4821`, `KJH 4821`.
    pub(super) fn plate_from(&self, first: usize) -> Option<Range<usize>> {
        let (token, next) = (self.t(first), self.t(first + 1));
        if !matches!(token.kind, Kind::Number | Kind::Mixed | Kind::Word)
            || token.start > 0 && alphanumeric(self.byte(token.start - 1))
        {
            return None;
        }
        let second = if next.symbol(b'-') && self.glued(first) && next.end == self.t(first + 2).start {
            self.t(first + 2)
        } else {
            next
        };
        let near = second.kind != Kind::None && second.start <= token.end + 1;
        // `2014 GRY Ford`: the year of the vehicle.
        let year = token.kind == Kind::Number
            && token.len() == 4
            && (1950..2040).contains(&crate::shape::value(self.text, token.start, 4))
            && second.kind == Kind::Word
            && self.t(first + 2).capitalised();
        if year {
            return None;
        }
        let ends = [if near { second.end } else { token.end }, token.end];
        ends.into_iter().map(|end| token.start..end).find(|range| {
            let value = self.text.get(range.clone()).unwrap_or_default();
            super::value::plate(value) && !alphanumeric(self.byte(range.end))
        })
    }

    /// A noun of a number, by itself or with `id`, `no.`, `#`, and then the number.
    pub(super) fn noun(&mut self, index: usize) {
        // `HAR 40012345` is an account; `har` is an archive, `fin` a flag.
        if self.lower_is(index, words!["har", "fin"]) && self.t(index).case == Case::Lower {
            return;
        }
        if self.sold(index) {
            return;
        }
        // `iosf_mbi  20480`, `volume serial number`: of machines.
        if !self.strict
            && !self.person
            && (self.byte(self.t(index).start.wrapping_sub(1)) == b'_'
                && self.t(index + 1).kind == Kind::Number
                || self.lower_is(
                    index.wrapping_sub(1),
                    words!["volume", "certificate", "cert", "disk", "drive", "zone", "soa"],
                ))
        {
            return;
        }
        let mut last = index;
        let (mut marked, mut place) = (false, index + 1);
        while place < index + 5 {
            let token = self.t(place);
            let joined = token.is(NUMBERS | v::IDWORD | v::ZIP)
                && token.kind == Kind::Word
                && !token.is(v::AGENT)
                && self.byte(token.end) != b'-';
            if joined || self.lower_is(place, words!["security", "s", "card", "record"]) {
                last = place;
            } else if token.symbol(b'#') {
                marked = true;
            } else if !(token.kind == Kind::Symbol
                && matches!(token.byte, b'_' | b'-' | b'/' | b'\'' | b'.')
                && self.t(place + 1).kind == Kind::Word
                && (self.t(place + 1).is(v::IDWORD | NUMBERS)
                    || token.byte == b'\'' && self.t(place + 1).len() == 1))
            {
                break;
            }
            place += 1;
        }
        // The key of a pair is read there.
        let phrase = self.text.get(self.t(index).start..self.t(last).end).unwrap_or_default();
        let mut class = classify(phrase, b"");
        if marked && !matches!(class, Class::Is(_)) {
            class = classify_joined(phrase, b"number");
        }
        let (identifier, weak) = match class {
            Class::Is(identifier) => (identifier, false),
            Class::Weak(identifier) | Class::Formed(identifier) => (identifier, true),
            _ => return,
        };
        let counts = !matches!(
            identifier,
            I::Name
                | I::Address
                | I::City
                | I::Facility
                | I::Date
                | I::Age
                | I::Email
                | I::Phone
                | I::Fax
                | I::Ip
                | I::Photo
                | I::Biometric
                | I::Url
        );
        let formed_only = weak && !self.cares();
        let office = matches!(identifier, I::Mrn | I::HealthPlan);
        // The noun alone is read where numbers stand directly behind nouns.
        let single = formed_only && last == index && !marked;
        if !counts || single || formed_only && !office && !matches!(class, Class::Formed(_)) {
            return;
        }
        // What may stand between.
        for _ in 0..5 {
            let token = self.t(place);
            let sign = token.kind == Kind::Symbol
                && matches!(token.byte, b':' | b'=' | b'#' | b'(' | b'"' | b'\'' | b'.' | b'>' | b'[');
            if !(sign
                || self.lower_is(
                    place,
                    words![
                        "is", "was", "of", "number", "no", "nr", "num", "ending", "in", "ends", "with", "id",
                        "on", "file", "the",
                    ],
                ) && token.kind == Kind::Word)
            {
                break;
            }
            place += 1;
        }
        if identifier == I::Zip {
            let start = self.t(place).start;
            if let Some(end) = self.postal_code(place) {
                self.hit(start, end, I::Zip, weight::CONTEXT);
            }
            return;
        }
        if identifier == I::Vehicle && self.of_a_laboratory(index, place) {
            return;
        }
        if identifier == I::Vehicle
            && let Some(range) = self.plate_from(place)
        {
            self.hit(range.start, range.end, I::Vehicle, weight::CONTEXT);
            return;
        }
        if let Some(mut range) = self.number_from(place) {
            if self.back(place, 1).symbol(b'=') {
                range.end = range.end.min(self.glued_value(place)).max(range.start + 1);
            }
            let value = self.text.get(range.clone()).unwrap_or_default();
            // `SN ZCWGP-05KCR`.
            let serial = identifier == I::Device
                && self.strict
                && value.len() >= 8
                && value.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'-');
            let enough =
                serial || crate::check::digits::count(value) >= if self.strict || !weak { 3 } else { 5 };
            // `Rx 500 mg`, `claim 99213`: a dose, the code of a procedure.
            let plain = value.iter().all(u8::is_ascii_digit);
            let unit = self.t(place).kind == Kind::Mixed && value.len() < 5
                || self.text.get(range.end) == Some(&b'%')
                || plain && value.len() < 5 && self.t(self.index_at(range.end)).is(v::UNIT)
                || plain
                    && value.len() == 5
                    && last == index
                    && !marked
                    && self.lower_is(index, words!["claim"]);
            if enough
                && !(formed_only && !formed(value))
                && !(formed_only
                    && !matches!(class, Class::Formed(_))
                    && !value.iter().any(u8::is_ascii_uppercase))
                && !unit
                && !self.house_rule(index, range.end)
                && plausible(identifier, value)
                && !((weak || identifier == I::Device || self.lower_is(index, words!["cert", "certificate"]))
                    && machine_made(value))
                && !self.of_a_certificate(identifier, range.end)
            {
                let end = self.suffix(identifier, range.end);
                self.hit(range.start, end, identifier, weight::CONTEXT);
            }
        }
    }

    /// A ZIP code of the United States, or a postal code of letters and digits.
    pub(super) fn postal_code(&self, index: usize) -> Option<usize> {
        let token = self.t(index);
        let end = token.end;
        match token.kind {
            Kind::Number if token.len() == 5 => {
                let four = self.byte(end) == b'-' && crate::shape::digits(self.text, end + 1, 5) == 4;
                let end = if four { end + 5 } else { end };
                (!alphanumeric(self.byte(end))
                    && !(self.byte(end) == b'.' && self.byte(end + 1).is_ascii_digit()))
                .then_some(end)
            }
            Kind::Number if token.len() == 9 => Some(end),
            Kind::Number if matches!(token.len(), 4 | 6) => Some(end),
            // `zip:amd64`, `zip 0x21`.
            Kind::Mixed if architecture(self.bytes(token)) => None,
            // `K1A 0B1`, `SW1A 1AA`.
            Kind::Mixed if token.len() <= 4 => {
                let next = self.t(index + 1);
                Some(if next.kind == Kind::Mixed && next.len() == 3 { next.end } else { end })
            }
            Kind::Mixed if token.len() <= 8 => Some(end),
            _ => None,
        }
    }
}

/// Whether a letter and four digits end here and five digits follow behind a blank, as some plans write: `W1234 56789`.
fn lettered(text: &[u8], start: usize, end: usize) -> bool {
    let digits = |from: usize| crate::shape::digits(text, from, 6);
    end == start + 5
        && text.get(start).is_some_and(u8::is_ascii_uppercase)
        && digits(start + 1) == 4
        && text.get(end) == Some(&b' ')
        && digits(end + 1) == 5
        && !text.get(end + 6).is_some_and(|b| {
            alphanumeric(*b)
                || matches!(b, b':' | b'.' | b'-') && text.get(end + 7).is_some_and(|b| alphanumeric(*b))
        })
}

/// `amd64`, `i386`, `0x21`: small letters and digits as no postal code has them.
fn architecture(word: &[u8]) -> bool {
    let letters = word.iter().take_while(|b| b.is_ascii_lowercase()).count();
    let digits = word.iter().skip(letters).take_while(|b| b.is_ascii_digit()).count();
    letters >= 3 || letters == 1 && digits >= 3 || word.starts_with(b"0x")
}
