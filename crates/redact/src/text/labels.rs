//! Values that are announced: `Patient Name: Jane Roe`, `dob=1970-01-31`, `MRN 12345`, `policy no. AB-123`.

use std::ops::Range;

use super::{
    Reader,
    key::{Class, classify},
    token::{Kind, marker},
    weight,
    written::namelike,
};
use crate::words::words;
use crate::{
    Identifier as I,
    shape::alphanumeric,
    words::vocabulary::{self as v, Roles},
};

/// What is told by its form where a line is about care.
pub(super) const NUMBERED: [I; 7] =
    [I::Mrn, I::HealthPlan, I::Account, I::Licence, I::Vehicle, I::Device, I::Other];

/// Nouns of numbers.
pub(super) const NUMBERS: Roles =
    v::MRN | v::PLAN | v::ACCOUNT | v::LICENCE | v::DEVICE | v::VEHICLE | v::OTHER | v::PROVIDER;

/// Most keys of a text whose classes are kept.
const KEPT: usize = 8;

impl Reader<'_> {
    /// Finds what keys and nouns announce.
    pub(super) fn labels(&mut self) {
        self.quoted_to = 0;
        // A line with the key of a person's value is about a person.
        let (mut person, mut told) = (false, false);
        let (mut classes, mut count) = ([(usize::MAX, Class::None); KEPT], 0);
        for index in 0..self.tokens.len() {
            if (person && told) || !(self.t(index).symbol(b'=') || self.t(index).symbol(b':')) {
                continue;
            }
            let class = self.key_class(index);
            if let Some(slot) = classes.get_mut(count) {
                (*slot, count) = ((index, class), count + 1);
            }
            let Class::Is(identifier) = class else { continue };
            person |= matches!(
                identifier,
                I::Name | I::Date | I::Mrn | I::HealthPlan | I::Ssn | I::Zip | I::Address | I::Phone
            );
            told |= NUMBERED.contains(&identifier);
        }
        // What a key is depends on whether the text is about a person.
        let before = self.person;
        self.person = self.person || person || self.both_parts();
        self.told |= told;
        self.clinical |= self.person || self.told;
        self.paired = self.in_parts();
        self.person |= self.paired;
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.symbol(b'=') || token.symbol(b':') || self.compares(index) {
                let known =
                    classes.iter().find(|(at, _)| *at == index && (self.strict || self.person == before));
                self.pair_of(index, known.map(|(_, class)| *class));
            } else if self.lower_is(index, words!["like", "ilike", "in"])
                && (self.t(index + 1).symbol(b'\'')
                    || self.t(index + 1).symbol(b'"')
                    || self.t(index + 1).symbol(b'(') && self.t(index + 2).symbol(b'\''))
            {
                self.pair(index);
            } else if token.symbol(b',')
                && self.back(index, 1).symbol(b'"')
                && (self.t(index + 1).symbol(b'"') || self.t(index + 1).kind == Kind::Number)
            {
                self.bind(index);
            } else if self.lower_is(index, words!["key"])
                && self.lower_is(index.wrapping_sub(1), words!["for"])
            {
                self.duplicate(index);
            } else if token.is(NUMBERS) || token.is(v::ZIP) {
                self.noun(index);
            } else if token.symbol(b'.') && self.led(index) {
                self.pair(index);
            }
        }
    }

    /// What stands before a `:` or `=`, as a class.
    pub(super) fn key_class(&self, index: usize) -> Class {
        let mut index = index;
        let mut sign = self.t(index);
        // `PatientLastName......: Roe`: what leads to the sign is no part of the key.
        let leads =
            |index: usize| self.t(index).kind == Kind::Symbol && matches!(self.t(index).byte, b'.' | b'_');
        if matches!(sign.byte, b':' | b'.') && index > 2 && leads(index - 1) && leads(index - 2) {
            while index > 1 && leads(index - 1) {
                index -= 1;
            }
            sign = self.t(index);
        }
        let quote = self.back(index, 1);
        // `"p"."lastName" ILIKE 'Roe%'`: before a word a blank stands, too.
        let arrow = sign.byte == b'=' && self.byte(sign.end) == b'>';
        let apart = quote.end + 1 == sign.start && (sign.kind == Kind::Word || arrow);
        if quote.kind == Kind::Symbol
            && matches!(quote.byte, b'"' | b'\'' | b'`')
            && (quote.end == sign.start || apart)
        {
            let start = (2..10)
                .find(|by| self.back(index, *by).symbol(quote.byte))
                .map(|by| self.back(index, by).end);
            let key = start.and_then(|start| self.text.get(start..quote.start));
            return key.map_or(Class::None, |key| classify(key, b""));
        }
        // `user[email]=`: the bracket closes the key.
        let mut end = sign.start;
        if self.text.get(..end).is_some_and(|text| text.ends_with(b"%5D") || text.ends_with(b"%5d")) {
            end -= 3;
            let start = self
                .text
                .get(..end)
                .unwrap_or_default()
                .iter()
                .rposition(|b| !alphanumeric(*b) && !matches!(b, b'_' | b'-' | b'.' | b'%'))
                .map_or(0, |at| at + 1);
            let key = self.text.get(start.max(end.saturating_sub(64))..end).unwrap_or_default();
            let inner = key.windows(3).rposition(|w| w.eq_ignore_ascii_case(b"%5b")).map_or(0, |at| at + 3);
            let parent = key.get(..inner.saturating_sub(3)).unwrap_or_default();
            return classify(key.get(inner..).unwrap_or_default(), parent);
        }
        if matches!(quote.byte, b']' | b')') && quote.kind == Kind::Symbol {
            let inner = self.back(index, 2);
            if matches!(inner.byte, b'"' | b'\'') && inner.kind == Kind::Symbol {
                // PHP: `["mrn"]=>`.
                let open = (3..8).find(|by| self.back(index, *by).symbol(inner.byte));
                let key = open.and_then(|by| self.text.get(self.back(index, by).end..inner.start));
                return key.map_or(Class::None, |key| classify(key, b""));
            }
            end = quote.start;
        }
        let floor = end.saturating_sub(64);
        let joined = |b: u8| alphanumeric(b) || matches!(b, b'_' | b'-' | b'.');
        let mut start = end;
        while start > floor && joined(self.byte(start - 1)) {
            start -= 1;
        }
        if start < end && sign.byte == b'=' {
            let class = classify(self.text.get(start..end).unwrap_or_default(), b"");
            if class != Class::None || quote.end == sign.start {
                return class;
            }
        }
        // Several words: the longest phrase that begins with a known word.
        for words in (1..=4).rev() {
            let Some(first) = index.checked_sub(words) else { continue };
            let begins = self.t(first);
            if begins.kind != Kind::Word
                || words > 1
                    && !begins.is(!(v::AGENT | v::KNOWN | v::AGE | v::STRONG))
                    // `COLL BY: S. Roe`, of whom the lines tell.
                    && !(self.person && words == 2 && self.lower_is(index - 1, words!["by"]))
            {
                continue;
            }
            let phrase = (first..index).all(|i| {
                let t = self.t(i);
                // Cells of a table stand further apart than words.
                if i > first && t.start > self.t(i - 1).end + 1 {
                    return false;
                }
                t.kind == Kind::Word
                    || i > first
                        && t.kind == Kind::Symbol
                        && (matches!(t.byte, b'/' | b'#' | b'_' | b'-' | b'\'' | b'(' | b')')
                            // `ATTENDING....: ROE`.
                            || t.symbol(b'.') && self.strict && (i..index).all(|at| self.t(at).symbol(b'.')))
            });
            if !phrase {
                continue;
            }
            let bytes = self.text.get(begins.start..sign.start).unwrap_or_default().trim_ascii_end();
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
            // `Server name: ISE-TAC`: the name of a thing.
            let thing = words == 2
                && !self.person
                && !self.strict
                && self.t(first + 1).is(v::NAMED)
                && (begins.is(v::MACHINE)
                    || self.lower_is(first, words!["vendor", "manufacturer", "product", "model", "brand"]));
            if class != Class::None || thing {
                return class;
            }
        }
        self.composed_key(index)
    }

    /// Finds what stands behind the sign of a pair.
    pub(super) fn pair(&mut self, index: usize) {
        self.pair_of(index, None);
    }

    /// The same; `known` is the class of the key, if it was looked at.
    fn pair_of(&mut self, index: usize, known: Option<Class>) {
        let sign = self.t(index);
        // `::` and `://` separate no key from a value, nor do times of day.
        let (next, previous) = (self.byte(sign.end), self.byte(sign.start.wrapping_sub(1)));
        if sign.byte == b':'
            && (next == b':' || previous == b':' || next == b'/' && self.byte(sign.end + 1) == b'/')
            || previous.is_ascii_digit() && next.is_ascii_digit() && sign.byte == b':'
        {
            return;
        }
        // `actor:Practitioner.name=Roe`: a search of FHIR goes on behind the kind of what it is chained to.
        if sign.byte == b':'
            && self.glued(index)
            && self.t(index + 1).capitalised()
            && crate::format::fhir::is_resource(self.bytes(self.t(index + 1)))
            && self.byte(self.t(index + 1).end) == b'.'
        {
            return;
        }
        if sign.byte == b'=' && self.keyed_list(index) {
            return;
        }
        // `registry push app/chart:48213377`.
        if sign.byte == b':'
            && self.back(index, 2).symbol(b'/')
            && self.glued(index)
            && self.glued(index.wrapping_sub(2))
            && self.of_a_part(index.wrapping_sub(1), self.t(index + 1).end)
        {
            return;
        }
        // `pid=A48213 exited`.
        if self.lower_is(index.wrapping_sub(1), words!["pid"])
            && !self.cares()
            && self.lower_is(
                self.index_at(self.glued_value(index + 1)),
                words!["exited", "killed", "terminated", "started", "died", "crashed", "reaped", "respawned"],
            )
        {
            return;
        }
        // What `stat` writes of a file.
        if self.lower_is(index.wrapping_sub(1), words!["birth"]) && self.of_a_process(index + 1) {
            return;
        }
        if self.lower_is(index.wrapping_sub(1), words!["identifier"])
            && sign.byte == b'='
            && self.token_of_fhir(index)
        {
            return;
        }
        if sign.byte == b'='
            && let Some((class, range)) = self.labelled_extension(index)
        {
            self.take(class, range);
            return;
        }
        // `(sn=Roe)` of LDAP (RFC 4519, 2.32): the family name; `q=sn:Roe+AND+gn:Jane`.
        if self.lower_is(index.wrapping_sub(1), words!["sn", "gn"])
            && (sign.byte == b'=' && (self.back(index, 2).symbol(b'(') || self.back(index, 2).symbol(b','))
                || self.paired && self.t(index + 1).kind == Kind::Word)
            && self.t(index + 1).capitalised()
        {
            self.take(Class::Is(I::Name), self.t(index + 1).start..self.glued_value(index + 1));
            return;
        }
        let class = match known.unwrap_or_else(|| self.key_class(index)) {
            // Of a query: `?last=Roe`.
            Class::Weak(_) if sign.byte == b'=' && self.surname_asked(index) => Class::Is(I::Name),
            own @ (Class::None | Class::Weak(I::Mrn))
                if sign.byte == b'='
                    || sign.byte == b':'
                        && (self.person
                            || self.back(index, 2).symbol(b'{')
                            || self.back(index, 1).symbol(b'"')
                                && self.lower_is(index.wrapping_sub(2), words!["id"])) =>
            {
                match self.borrowed(index) {
                    Class::None => own,
                    class => class,
                }
            }
            class => class,
        };
        if class == Class::Prose
            && !self.strict
            && (self.t(index + 1).symbol(b'"') || self.t(index + 1).symbol(b'\''))
        {
            if let Some(range) =
                self.quoted(self.t(index + 1).end, self.t(index + 1).byte).filter(|range| range.len() > 8)
                && range.start >= self.quoted_to
            {
                self.quoted_to = range.end;
                self.prose_in(range);
            }
            return;
        }
        // Beside its other part a part of a name is one.
        let class = match class {
            Class::Part(sure) => Class::Part(sure || self.person || self.paired),
            Class::Weak(I::Name) if self.paired => Class::Part(true),
            class => class,
        };
        if matches!(class, Class::None | Class::Machine | Class::Prose) {
            if sign.byte == b'=' {
                self.prefixed_day(index);
                self.brief(index);
            }
            self.of_a_store(index);
            return;
        }
        let mut first = index + 1;
        loop {
            let token = self.t(first);
            if token.kind == Kind::Symbol && matches!(token.byte, b'>' | b'=' | b'(' | b'[') {
                first += 1;
            } else if self.lower_is(first, words!["n", "e"])
                && self.t(first + 1).symbol(b'\'')
                && self.glued(first)
            {
                // `@ln=N'Roe'`.
                first += 1;
            } else if token.symbol(b'#') && self.t(first + 1).symbol(b'<') && self.t(first + 3).symbol(b':') {
                // Ruby: `@born=#<Date: 1962-03-17>`.
                first += 4;
            } else if self.lower_is(first, words!["some", "optional", "just", "sql", "valid"])
                && matches!(self.t(first + 1).byte, b'(' | b'[')
            {
                // `Some("7712345")`, `Optional[7712345]`.
                first += 2;
            } else if self.lower_is(first, words!["string", "int"])
                && self.t(first + 1).symbol(b'(')
                && self.t(first + 3).symbol(b')')
                && sign.byte == b'='
            {
                // PHP: `["mrn"]=> string(8) "00482913"`, `["id"]=> int(48213)`.
                first += if self.lower_is(first, words!["int"]) { 2 } else { 4 };
            } else {
                break;
            }
            if first > index + 8 {
                break;
            }
        }
        let day =
            matches!(class, Class::Is(I::Date) | Class::Day) || class == Class::Weak(I::Date) && self.person;
        if day && self.t(first).kind == Kind::Word && self.constructed(first) {
            return;
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
        // `MEMBER: HOLLIS, WINTER`: whose number it could be is named.
        if matches!(class, Class::Formed(I::HealthPlan | I::Mrn | I::Account))
            && sign.byte != b'='
            && self.cares()
            && opening.kind == Kind::Word
            && self.named_cell(first)
        {
            return;
        }
        match class {
            Class::Is(identifier) if sign.byte == b'.' => self.bare(identifier, first, b':', false),
            Class::Person if sign.byte == b'.' => self.bare_person(first, b':'),
            Class::Is(identifier) => self.bare(identifier, first, sign.byte, false),
            Class::Weak(I::Address)
                if sign.byte == b'=' && self.encoded(self.t(first).start, self.glued_value(first)) =>
            {
                self.bare(I::Address, first, sign.byte, false);
            }
            Class::Weak(I::Date) if self.person => self.bare_day(first),
            Class::Weak(identifier) | Class::Formed(identifier) if self.person => {
                self.bare(identifier, first, sign.byte, true);
            }
            Class::Formed(_) | Class::Loose | Class::Staff => {
                self.take(class, self.t(first).start..self.glued_value(first));
                if class == Class::Staff && self.t(first).capitalised() {
                    self.bare_person(first, sign.byte);
                }
            }
            Class::Weak(identifier) if self.clinical && NUMBERED.contains(&identifier) => {
                self.take(class, self.t(first).start..self.glued_value(first));
            }
            Class::Person => self.bare_person(first, sign.byte),
            Class::Day => {
                let hits = self.hits.len();
                self.bare_day(first);
                if self.hits.len() == hits && sign.byte == b'=' {
                    self.take(class, self.t(first).start..self.glued_value(first));
                }
            }
            Class::Element => {
                let range = self.t(first).start..self.glued_value(first);
                if super::value::element(self.text.get(range.clone()).unwrap_or_default()) {
                    self.take(class, range);
                } else {
                    self.bare(I::Date, first, sign.byte, false);
                }
            }
            Class::Part(true) => {
                let range = self.t(first).start..self.glued_value(first);
                if namelike(self.text.get(range).unwrap_or_default()) {
                    self.bare(I::Name, first, sign.byte, false);
                } else if let Some(range) = self.number_of_person(first, sign.byte) {
                    self.hit(range.start, range.end, I::Mrn, weight::CONTEXT);
                }
            }
            Class::Social(_) | Class::User => self.take(class, self.t(first).start..self.glued_value(first)),
            Class::Weak(I::Phone) => self.take(class, self.t(first).start..self.glued_value(first)),
            _ => {}
        }
        if matches!(class, Class::Is(I::Date) | Class::Day) && sign.byte == b'=' {
            self.prefixed_day(index);
        }
    }

    /// What stands in quotes; a doubled quote of SQL and an escaped one don't close.
    pub(super) fn quoted(&self, start: usize, quote: u8) -> Option<Range<usize>> {
        let mut place = start;
        loop {
            let byte = *self.text.get(place)?;
            if byte == b'\n' || place > start + 2048 {
                return None;
            }
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
            place += 1;
        }
    }

    /// End of what stands here without a blank, as a value of logfmt or of a query string.
    pub(super) fn glued_value(&self, first: usize) -> usize {
        let start = self.t(first).start;
        if start == super::token::NOWHERE {
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
}
