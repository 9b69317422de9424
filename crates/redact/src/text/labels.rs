//! Values that are announced: `Patient Name: Jane Roe`, `dob=1970-01-31`, `MRN 12345`, `policy no. AB-123`.

use std::ops::Range;

use super::{
    Reader,
    key::{Class, classify},
    token::{Case, Kind, marker},
    value::{machine_made, plausible},
    weight,
};
use crate::words::words;
use crate::{
    Identifier as I,
    shape::{alphanumeric, date, internet},
    words::vocabulary::{self as v, Roles},
};

/// Nouns of numbers.
const NUMBERS: Roles =
    v::MRN | v::PLAN | v::ACCOUNT | v::LICENCE | v::DEVICE | v::VEHICLE | v::OTHER | v::PROVIDER;

impl Reader<'_> {
    /// Finds what keys and nouns announce.
    pub(super) fn labels(&mut self) {
        // A line with the key of a person's value is about a person.
        self.person |= (0..self.tokens.len()).any(|index| {
            (self.t(index).symbol(b'=') || self.t(index).symbol(b':'))
                && matches!(
                    self.key_class(index),
                    Class::Is(I::Name | I::Date | I::Mrn | I::HealthPlan | I::Ssn | I::Zip | I::Address)
                )
        });
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.symbol(b'=') || token.symbol(b':') {
                self.pair(index);
            } else if self.lower_is(index, words!["like", "ilike", "in"])
                && (self.t(index + 1).symbol(b'\'')
                    || self.t(index + 1).symbol(b'"')
                    || self.t(index + 1).symbol(b'(') && self.t(index + 2).symbol(b'\''))
            {
                self.pair(index);
            } else if token.symbol(b',') && self.back(index, 1).symbol(b'"') && self.t(index + 1).symbol(b'"')
            {
                self.bind(index);
            } else if token.is(NUMBERS) || token.is(v::ZIP) {
                self.noun(index);
            }
        }
    }

    /// What stands before a `:` or `=`, as a class.
    fn key_class(&self, index: usize) -> Class {
        let sign = self.t(index);
        let quote = self.back(index, 1);
        if quote.kind == Kind::Symbol && matches!(quote.byte, b'"' | b'\'' | b'`') && quote.end == sign.start
        {
            let start = (2..10)
                .find(|by| self.back(index, *by).symbol(quote.byte))
                .map(|by| self.back(index, by).end);
            let key = start.and_then(|start| self.text.get(start..quote.start));
            return key.map_or(Class::None, |key| classify(key, b""));
        }
        // `user[email]=`: the bracket closes the key.
        let mut end = sign.start;
        if matches!(quote.byte, b']' | b')') && quote.kind == Kind::Symbol {
            end = quote.start;
        }
        let floor = end.saturating_sub(64);
        let joined = |b: u8| alphanumeric(b) || matches!(b, b'_' | b'-' | b'.');
        let mut start = end;
        while start > floor && joined(self.byte(start - 1)) {
            start -= 1;
        }
        if start < end {
            let class = classify(self.text.get(start..end).unwrap_or_default(), b"");
            if sign.byte == b'=' && (class != Class::None || quote.end == sign.start) {
                return class;
            }
        }
        // Several words: the longest phrase that begins with a known word.
        for words in (1..=4).rev() {
            let Some(first) = index.checked_sub(words) else { continue };
            let begins = self.t(first);
            let phrase = (first..index).all(|i| {
                let t = self.t(i);
                t.kind == Kind::Word
                    || i > first
                        && t.kind == Kind::Symbol
                        && matches!(t.byte, b'/' | b'#' | b'_' | b'-' | b'\'' | b'(' | b')')
            });
            if begins.kind != Kind::Word
                || !phrase
                || words > 1 && !begins.is(!(v::AGENT | v::KNOWN | v::AGE | v::STRONG))
            {
                continue;
            }
            let bytes = self.text.get(begins.start..sign.start).unwrap_or_default();
            let class = match classify(bytes, b"") {
                Class::None
                    if begins.is(v::NAMED)
                        && words == 1
                        && sign.byte == b':'
                        && (self.strict || self.person) =>
                {
                    Class::Person
                }
                class => class,
            };
            if class != Class::None {
                return class;
            }
        }
        Class::None
    }

    fn pair(&mut self, index: usize) {
        let sign = self.t(index);
        // `::` and `://` separate no key from a value, nor do times of day.
        let (next, previous) = (self.byte(sign.end), self.byte(sign.start.wrapping_sub(1)));
        if sign.byte == b':'
            && (next == b':' || previous == b':' || next == b'/' && self.byte(sign.end + 1) == b'/')
            || previous.is_ascii_digit() && next.is_ascii_digit() && sign.byte == b':'
        {
            return;
        }
        let class = self.key_class(index);
        if matches!(class, Class::None | Class::Machine | Class::Prose) {
            return;
        }
        let mut first = index + 1;
        while self.t(first).symbol(b'>')
            || self.t(first).symbol(b'=')
            || self.t(first).symbol(b'(')
            || self.t(first).symbol(b'[')
        {
            first += 1;
        }
        if self.t(first).symbol(b'\\') {
            first += 1;
        }
        let opening = self.t(first);
        if opening.kind == Kind::Symbol && matches!(opening.byte, b'"' | b'\'' | b'`') {
            let mut from = opening.end;
            // `in ('a', 'b')`: all of them.
            while let Some(range) = self.quoted(from, opening.byte) {
                let end = range.end;
                self.take(class, range);
                let next = self.index_at(end + 1);
                if !self.t(index + 1).symbol(b'(')
                    || !self.t(next).symbol(b',')
                    || !self.t(next + 1).symbol(opening.byte)
                {
                    break;
                }
                from = self.t(next + 1).end;
            }
            return;
        }
        match class {
            Class::Is(identifier) => self.bare(identifier, first, sign.byte, false),
            Class::Weak(I::Address)
                if sign.byte == b'=' && self.encoded(self.t(first).start, self.glued_value(first)) =>
            {
                self.bare(I::Address, first, sign.byte, false);
            }
            Class::Weak(identifier) if self.person => self.bare(identifier, first, sign.byte, true),
            Class::Person => self.bare_person(first, sign.byte),
            Class::Day => self.bare_day(first),
            _ => {}
        }
    }

    /// `["mrn", "12345"]`: a bound value of a query with its column.
    fn bind(&mut self, comma: usize) {
        let close = self.back(comma, 1);
        let Some(open) = (2..8).find(|by| self.back(comma, *by).symbol(b'"')) else { return };
        if !self.back(comma, open + 1).symbol(b'[') {
            return;
        }
        let class = classify(self.text.get(self.back(comma, open).end..close.start).unwrap_or_default(), b"");
        if let Some(range) = self.quoted(self.t(comma + 1).end, b'"') {
            self.take(class, range);
        }
    }

    /// What stands in quotes; a doubled quote of SQL and an escaped one don't close.
    pub(super) fn quoted(&self, start: usize, quote: u8) -> Option<Range<usize>> {
        let mut place = start;
        loop {
            let byte = *self.text.get(place)?;
            if byte == quote {
                if quote == b'\'' && self.byte(place + 1) == b'\'' {
                    place += 2;
                    continue;
                }
                // `O'Brien` inside of single quotes of a careless writer.
                if quote == b'\'' && alphanumeric(self.byte(place + 1)) {
                    place += 1;
                    continue;
                }
                let end = if place > start && self.byte(place - 1) == b'\\' { place - 1 } else { place };
                return Some(start..end);
            }
            if byte == b'\n' || place > start + 2048 {
                return None;
            }
            place += 1;
        }
    }

    /// All of a value that is delimited.
    pub(super) fn take(&mut self, class: Class, range: Range<usize>) {
        let value = self.text.get(range.clone()).unwrap_or_default();
        let taken = match class {
            Class::Is(identifier) => plausible(identifier, value).then_some(identifier),
            Class::Weak(identifier) => {
                (self.person && plausible(identifier, value) && !machine_made(value)).then_some(identifier)
            }
            Class::Person => self.person_like(&range).then_some(I::Name),
            Class::Day => (0..value.len()).any(|i| date::date(value, i).is_some()).then_some(I::Date),
            _ => None,
        };
        if let Some(identifier) = taken {
            self.hit(range.start, range.end, identifier, weight::KEY);
        }
    }

    /// A value without quotes, of which the end must be found.
    fn bare(&mut self, identifier: I, first: usize, sign: u8, weak: bool) {
        let token = self.t(first);
        let (start, glued_end) = (token.start, self.glued_value(first));
        match identifier {
            I::Name => {
                if let Some((from, to)) = self
                    .name_from(first, true)
                    .filter(|(_, to)| sign == b':' || !matches!(self.byte(*to), b'%' | b'+'))
                {
                    self.hit(from, to, I::Name, weight::KEY);
                } else if sign == b'=' && (token.kind == Kind::Word || token.symbol(b'%')) {
                    // Small letters, or an encoded query: `last=o%27brien`, `name=jane+roe`.
                    self.take(Class::Is(I::Name), start..glued_end);
                }
            }
            I::City | I::Facility => {
                if sign == b'=' && !matches!(self.byte(glued_end), b' ') {
                    self.take(Class::Is(identifier), start..glued_end);
                    return;
                }
                let end = self.capitals_from(first, if identifier == I::City { 4 } else { 8 });
                if end > start && (!weak || self.t(first).capitalised()) {
                    self.hit(start, end, identifier, weight::KEY);
                } else if sign == b'=' {
                    self.take(Class::Is(identifier), start..glued_end);
                }
            }
            I::Address if sign == b'=' && self.encoded(start, glued_end) => {
                self.hit(start, glued_end, I::Address, weight::PLACE + 3);
            }
            I::Address => {
                let end = self.address_from(first, sign);
                let value = self.text.get(start..end).unwrap_or_default();
                if value.iter().any(u8::is_ascii_digit)
                    && value.iter().any(u8::is_ascii_alphabetic)
                    && internet::v4(self.text, start).is_none()
                {
                    self.hit(start, end, I::Address, weight::PLACE);
                }
            }
            I::Date => {
                let compact = date::compact(self.text, start).filter(|end| *end - start == 8 || sign == b'=');
                let end = date::date(self.text, start).map(|d| d.end).or(compact);
                if let Some(end) = end {
                    self.hit(start, end, I::Date, weight::KEY);
                } else if sign == b'='
                    && self
                        .text
                        .get(start..glued_end)
                        .is_some_and(|v| crate::check::digits::count(v) >= 6 && v.len() < 40)
                {
                    self.hit(start, glued_end, I::Date, weight::KEY);
                }
            }
            I::Zip => {
                if let Some(end) = self.postal_code(first) {
                    self.hit(start, end, I::Zip, weight::KEY);
                }
            }
            I::Ip => {
                // In logs the private address of a machine stays; a public one is found by its shape.
                let end = internet::v4(self.text, start)
                    .map(|f| f.0)
                    .or_else(|| internet::v6(self.text, start).map(|f| f.0));
                if let Some(end) = end.filter(|_| self.strict) {
                    self.hit(start, end, I::Ip, weight::KEY);
                }
            }
            I::Email | I::Age | I::Url => {}
            I::Phone | I::Fax => {
                if let Some(end) =
                    crate::shape::phone::phone(self.text, start, crate::shape::phone::Suspicion::Context)
                {
                    self.hit(start, end, identifier, weight::KEY);
                } else if sign == b'=' {
                    self.take(Class::Is(identifier), start..glued_end);
                }
            }
            I::Photo | I::Biometric => {
                let value = self.text.get(start..glued_end).unwrap_or_default();
                let listed = sign == b'='
                    || value.len() >= 8
                        && value.iter().any(|b| b.is_ascii_digit() || matches!(b, b'.' | b'/'));
                if listed && plausible(identifier, value) {
                    self.hit(start, glued_end, identifier, weight::KEY);
                }
            }
            _ => self.bare_number(identifier, first, weak),
        }
    }

    fn bare_number(&mut self, identifier: I, first: usize, weak: bool) {
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
        if let Some(range) = self.number_from(first) {
            let value = self.text.get(range.clone()).unwrap_or_default();
            let short = value.len() < if self.strict || !weak { 2 } else { 4 };
            if !short && plausible(identifier, value) && !((weak || !self.person) && machine_made(value)) {
                self.hit(range.start, range.end, identifier, weight::KEY);
            }
        }
    }

    fn bare_person(&mut self, first: usize, sign: u8) {
        let start = self.t(first).start;
        if let Some((from, to)) = self.name_from(first, self.strict || sign == b'=')
            && self.person_like(&(from..to))
        {
            // In a query the parts are joined by `+` and `%20`.
            let joined = sign == b'=' && matches!(self.byte(to), b'+' | b'%');
            let to = if joined { self.glued_value(first).max(to) } else { to };
            self.hit(from, to, I::Name, weight::NAME);
        } else if sign == b'=' && matches!(self.t(first).kind, Kind::Number | Kind::Mixed) {
            // `patient=12345678`.
            let range = start..self.glued_value(first);
            let value = self.text.get(range.clone()).unwrap_or_default();
            if crate::check::digits::count(value) >= 5 && !value.contains(&b'.') && self.person {
                self.hit(range.start, range.end, I::Mrn, weight::CONTEXT);
            }
        } else if sign == b'=' && (self.t(first).capitalised() || self.t(first).symbol(b'%')) {
            let range = start..self.glued_value(first);
            let encoded = self.byte(start) == b'%' && self.person;
            self.take(if encoded { Class::Is(I::Name) } else { Class::Person }, range);
        }
    }

    fn bare_day(&mut self, first: usize) {
        let start = self.t(first).start;
        if let Some(found) = date::date(self.text, start) {
            self.hit(start, found.end, I::Date, weight::KEY);
        }
    }

    /// End of what stands here without a blank, as a value of logfmt or of a query string.
    fn glued_value(&self, first: usize) -> usize {
        let start = self.t(first).start;
        if start == usize::MAX {
            return 0;
        }
        let rest = self.text.get(start..).unwrap_or_default();
        let stop = |b: &u8| *b > b' ' && !b"&,;)]}\"'|<>".contains(b);
        let mut end = start;
        for (offset, byte) in rest.iter().enumerate().take(2048) {
            // A marker inside ends a value: what was masked is not masked again.
            if !stop(byte) || *byte == b'[' && marker(self.text, start + offset).is_some() {
                break;
            }
            end = start + offset + 1;
        }
        while end > start && matches!(self.byte(end - 1), b'.' | b':' | b'?' | b'!') {
            end -= 1;
        }
        end
    }

    /// Whether a value of a query holds several words, of which one is a number.
    fn encoded(&self, start: usize, end: usize) -> bool {
        let value = self.text.get(start..end).unwrap_or_default();
        let several = value.contains(&b'+') || memchr::memmem::find(value, b"%20").is_some();
        several
            && value.iter().any(u8::is_ascii_digit)
            && value.iter().filter(|b| b.is_ascii_alphabetic()).count() > 2
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
        let digits = crate::check::digits::count(value);
        let decimal = value.iter().all(|b| b.is_ascii_digit() || *b == b'.')
            && value.contains(&b'.')
            && value.len() < 6;
        let day = date::date(self.text, start).is_some_and(|d| d.end == end);
        (digits > 0 && !decimal && !day).then_some(start..end)
    }

    /// A noun of a number, by itself or with `id`, `no.`, `#`, and then the number.
    fn noun(&mut self, index: usize) {
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
        if marked && class == Class::None {
            class = classify(&[phrase, b" number"].concat(), b"");
        }
        let (identifier, weak) = match class {
            Class::Is(identifier) => (identifier, false),
            Class::Weak(identifier) => (identifier, true),
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
        if !counts || weak && !self.person {
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
        if let Some(range) = self.number_from(place) {
            let value = self.text.get(range.clone()).unwrap_or_default();
            let enough = crate::check::digits::count(value) >= if self.strict || !weak { 3 } else { 5 };
            let unit = self.t(place).kind == Kind::Mixed && value.len() < 5
                || self.text.get(range.end) == Some(&b'%');
            if enough && !unit && plausible(identifier, value) && !(weak && machine_made(value)) {
                self.hit(range.start, range.end, identifier, weight::CONTEXT);
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
