//! Values whose key stands apart: between the tags of XML, and in the list of columns of an SQL `insert`.

use std::ops::Range;

use super::{
    Reader,
    key::{Class, classify},
    token::{Kind, at, marker},
    weight,
};
use crate::{Identifier, words::words};

/// How far behind its columns the list of values is looked for, in bytes.
const BEHIND: usize = 64 * 1024;

impl Reader<'_> {
    /// Finds both.
    pub(super) fn columns(&mut self) {
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.symbol(b'>') {
                self.element(index);
            } else if token.kind == Kind::Word && self.lower_is(index, words!["values"]) {
                self.insert(index);
            } else if token.symbol(b'=') && self.back(index, 1).symbol(b')') && self.t(index + 1).symbol(b'(')
            {
                self.keyed(index);
            } else if token.kind == Kind::Word
                && self.lower_is(index, words!["as"])
                && self.back(index, 1).symbol(b'\'')
            {
                self.alias(index);
            }
        }
        self.placeholders();
    }

    /// `… WHERE mrn = ? AND dob = ? ["00482913", "1962-03-17"]`: the values stand in a list behind, in their order.
    fn placeholders(&mut self) {
        let column = |index: usize| {
            let compared =
                self.back(index, 1).symbol(b'=') || self.lower_is(index.wrapping_sub(1), words!["like"]);
            if compared { self.key_class(index - 1) } else { Class::None }
        };
        let marks = || (0..self.tokens.len()).filter(|index| self.t(*index).symbol(b'?')).take(64);
        let Some(last) = marks().last().filter(|_| marks().any(|index| column(index) != Class::None)) else {
            return;
        };
        let columns: Vec<Class> = marks().map(column).collect();
        let Some(open) = (last + 1..(last + 24).min(self.tokens.len())).find(|at| {
            self.t(*at).symbol(b'[') || self.t(*at).symbol(b'(') && self.back(*at, 1).end < self.t(*at).start
        }) else {
            return;
        };
        let mut place = self.t(open).end;
        for class in columns {
            while at(self.text, place) == b' ' {
                place += 1;
            }
            let quote = at(self.text, place);
            let quoted = matches!(quote, b'\'' | b'"');
            let range = if quoted {
                match self.quoted(place + 1, quote) {
                    Some(range) => range,
                    None => return,
                }
            } else {
                let rest = self.text.get(place..).unwrap_or_default();
                let length = rest.iter().take(256).take_while(|b| !matches!(b, b',' | b')' | b']')).count();
                // What was masked stays whole.
                let length = marker(self.text, place).map_or(length, |end| end - place);
                place..place + length
            };
            let class = match class {
                Class::Weak(identifier) | Class::Formed(identifier) => Class::Is(identifier),
                class => class,
            };
            self.take(class, range.clone());
            place = range.end + usize::from(quoted);
            match at(self.text, place) {
                b',' => place += 1,
                _ => break,
            }
        }
    }

    /// PostgreSQL's `Key (last_name, dob)=(Roe, 1962-03-17) already exists`: columns, then their values.
    fn keyed(&mut self, sign: usize) {
        let end = self.back(sign, 1).start;
        let from = end.saturating_sub(512);
        let list = self.text.get(from..end).unwrap_or_default();
        let Some(open) = list.iter().rposition(|b| *b == b'(') else { return };
        let columns = list.get(open + 1..).unwrap_or_default().split(|b| *b == b',');
        let mut place = self.t(sign + 1).end;
        for name in columns.take(32) {
            let rest = self.text.get(place..).unwrap_or_default();
            let blanks = rest.iter().take_while(|b| **b == b' ').count();
            let length =
                rest.iter().skip(blanks).take(256).take_while(|b| !matches!(b, b',' | b')' | b'\n')).count();
            let range = place + blanks..place + blanks + length;
            let class = match classify(name.trim_ascii(), b"") {
                Class::Weak(identifier) | Class::Formed(identifier) => Class::Is(identifier),
                class => class,
            };
            place = range.end;
            self.take(class, range);
            if at(self.text, place) != b',' {
                break;
            }
            place += 1;
        }
    }

    /// `SELECT '482913' AS MRN`: a literal before the name of its column.
    fn alias(&mut self, index: usize) {
        let close = self.back(index, 1).start;
        let from = close.saturating_sub(256);
        let before = self.text.get(from..close).unwrap_or_default();
        let Some(open) = before.iter().rposition(|b| *b == b'\'') else { return };
        let start = self.t(index + 1).start;
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .take(64)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$'))
            .count();
        let class = match classify(rest.get(..length).unwrap_or_default(), b"") {
            Class::Weak(identifier) | Class::Formed(identifier) => Class::Is(identifier),
            class => class,
        };
        self.take(class, from + open + 1..close);
    }

    /// `<birthDate>1970-01-31</birthDate>`, `<ns:given use="L">Jane</ns:given>`.
    fn element(&mut self, index: usize) {
        let open = self.t(index).start;
        let head = self.text.get(open.saturating_sub(256)..open).unwrap_or_default();
        let Some(begin) = head.iter().rposition(|b| *b == b'<') else { return };
        let tag = head.get(begin + 1..).unwrap_or_default();
        let name = tag
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_' | b'-' | b'.'))
            .count();
        let name = tag.get(..name).unwrap_or_default();
        let name = name
            .iter()
            .position(|b| *b == b':')
            .map_or(name, |colon| name.get(colon + 1..).unwrap_or_default());
        if name.is_empty() || tag.last() == Some(&b'/') {
            return;
        }
        let start = open + 1;
        let rest = self.text.get(start..).unwrap_or_default();
        let Some(length) = memchr::memchr(b'<', rest.get(..rest.len().min(1024)).unwrap_or_default()) else {
            return;
        };
        if length == 0 || at(rest, length + 1) != b'/' {
            return;
        }
        let class = match classify(name, b"") {
            // Parts of a name in CDA, FHIR and HL7 v3.
            Class::Weak(identifier) | Class::Formed(identifier) => Class::Is(identifier),
            class => class,
        };
        self.column(class, start..start + length);
    }

    fn column(&mut self, class: Class, range: Range<usize>) {
        let blanks = self
            .text
            .get(range.clone())
            .unwrap_or_default()
            .iter()
            .take_while(|b| b.is_ascii_whitespace())
            .count();
        self.take(class, range.start + blanks..range.end);
    }

    /// `insert into appointments values (921, '2026-03-06 10:30:00', …)`: the days of what only patients have.
    fn unnamed(&mut self, index: usize) {
        let table = words![
            "appointments",
            "appointment",
            "visits",
            "visit",
            "encounters",
            "encounter",
            "admissions",
            "patients",
            "patient",
            "prescriptions",
            "vitals",
            "immunizations",
            "referrals",
            "claims"
        ];
        let of_patients = (1..=3).any(|by| self.lower_is(index.wrapping_sub(by), table))
            && (2..=6).any(|by| self.lower_is(index.wrapping_sub(by), words!["into"]));
        if !of_patients {
            return;
        }
        self.person = true;
        let start = self.t(index).end;
        let rest = self.text.get(start..self.text.len().min(start + BEHIND)).unwrap_or_default();
        let mut found = Vec::new();
        for quote in memchr::memchr_iter(b'\'', rest).take(512) {
            let value = start + quote + 1;
            let day = crate::shape::date::date(self.text, value).is_some();
            if day
                && at(self.text, value + 4) == b'-'
                && matches!(at(self.text, value + 10), b'\'' | b' ' | b'T')
            {
                found.push(value);
            }
        }
        for value in found {
            self.hit(value, value + 10, Identifier::Date, weight::CONTEXT);
        }
    }

    /// `insert into patients (first_name, dob) values ('Jane', '1970-01-31'), (…)`.
    fn insert(&mut self, index: usize) {
        if !self.back(index, 1).symbol(b')') {
            self.unnamed(index);
            return;
        }
        let end = self.back(index, 1).start;
        // No list of columns is longer.
        let from = end.saturating_sub(4096);
        let list = self.text.get(from..end).unwrap_or_default();
        let Some(begin) = list.iter().rposition(|b| *b == b'(').map(|at| from + at) else {
            return;
        };
        let columns: Vec<Class> = self
            .text
            .get(begin + 1..end)
            .unwrap_or_default()
            .split(|b| *b == b',')
            .take(64)
            .map(|name| classify(name.trim_ascii().trim_ascii_start(), b""))
            .collect();
        if columns.len() < 2 {
            return;
        }
        let mut place = self.t(index).end;
        // Rows, then values.
        // Placeholders: the values stand in a list behind.
        let first = self.next_sign(place, b'(').map_or(0, |open| at(self.text, open + 1));
        let mut sign = b'(';
        if matches!(first, b'$' | b'?' | b':' | b'%' | b'@') {
            if !self.seen.holds(b"[") {
                return;
            }
            let rest = self.text.get(place..self.text.len().min(place + BEHIND)).unwrap_or_default();
            // Not what SQLAlchemy tells of its cache: `[generated in 0.0005s] {…}`.
            let own = |list: &usize| {
                let inside = rest.get(list + 1..).unwrap_or_default();
                [&b"generated in "[..], b"cached since ", b"no key ", b"raw sql", b"dialect "]
                    .iter()
                    .any(|told| inside.starts_with(told))
            };
            let Some(list) = memchr::memchr_iter(b'[', rest).take(4).find(|list| !own(list)) else { return };
            place += list;
            sign = b'[';
            // SQLAlchemy's `[parameters: {…}]` has keys of its own.
            let told = rest.get(list + 1..).unwrap_or_default();
            if told.starts_with(b"parameters: {") {
                return;
            }
            if told.starts_with(b"parameters: (") {
                place += 13;
                sign = b'(';
            }
        }
        while let Some(open) = self.next_sign(place, sign) {
            place = open + 1;
            for class in columns.iter().copied() {
                while at(self.text, place) == b' ' {
                    place += 1;
                }
                // `N'…'`, `E'…'`.
                if matches!(at(self.text, place), b'N' | b'E')
                    && matches!(at(self.text, place + 1), b'\'' | b'"')
                {
                    place += 1;
                }
                // `CAST(N'1970-01-31' AS Date)`.
                if let Some((range, next)) = crate::context::call(self.text, place) {
                    self.take(class, range);
                    place = next;
                    match at(self.text, place) {
                        b',' => place += 1,
                        _ => break,
                    }
                    continue;
                }
                let quote = at(self.text, place);
                let range = if matches!(quote, b'\'' | b'"') {
                    match self.quoted(place + 1, quote) {
                        Some(range) => range,
                        None => return,
                    }
                } else {
                    // A marker is no value; its bracket ends none.
                    let marked = marker(self.text, place).unwrap_or(place);
                    let rest = self.text.get(marked..).unwrap_or_default();
                    let ends = |(at, b): &(usize, &u8)| match b {
                        b',' | b')' | b']' => true,
                        b'[' => marker(self.text, marked + at).is_some(),
                        _ => false,
                    };
                    let length = rest.iter().take(256).enumerate().take_while(|next| !ends(next)).count();
                    if marked > place && length == 0 { place..marked } else { marked..marked + length }
                };
                let class = match class {
                    Class::Weak(identifier) | Class::Formed(identifier) => Class::Is(identifier),
                    class => class,
                };
                self.take(class, range.clone());
                place = range.end + usize::from(matches!(quote, b'\'' | b'"'));
                match at(self.text, place) {
                    b',' => place += 1,
                    _ => break,
                }
            }
            while at(self.text, place) == b' ' {
                place += 1;
            }
            if matches!(at(self.text, place), b')' | b']') {
                place += 1;
            }
        }
    }

    /// The next such sign, if nothing but commas and blanks is before it.
    fn next_sign(&self, start: usize, sign: u8) -> Option<usize> {
        let rest = self.text.get(start..)?;
        let length = rest.iter().take_while(|b| matches!(b, b' ' | b',' | b'\n')).count();
        (at(rest, length) == sign).then_some(start + length)
    }
}
