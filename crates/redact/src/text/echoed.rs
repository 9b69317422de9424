//! Values that errors of databases and checks of data echo beside the name of their column: `COPY cov (member_no, payer),
//! line 7: "K302,Aetna"`, `column='ssn') unexpected_list: ['219-09-9412']`, `out of range: "10.08.1985"`.

use std::ops::Range;

use super::{
    Reader,
    key::{Class, classify},
    token::{Kind, at},
    weight,
};
use crate::{
    Identifier as I,
    shape::date,
    words::{list, words},
};

/// Most values of a list that are taken, and longest list in bytes.
const MOST: usize = 64;
const LONGEST: usize = 1024;

/// What errors say before a day that they could not read.
const UNREAD: [&[u8]; 8] = [
    b"out of range",
    b"type date",
    b"date value",
    b"invalid date",
    b"not a valid date",
    b"as date",
    b"parse date",
    b"date format",
];

/// Names of lists of values that a check shows.
const SHOWN: &[u64] =
    list!("list values samples sample examples example failures rows offenders duplicates dupes outliers");

/// A class as surely as the name of a column tells it.
fn sure(class: Class) -> Class {
    match class {
        Class::Weak(identifier) | Class::Formed(identifier) => Class::Is(identifier),
        class => class,
    }
}

/// The ends of the values of a list, commas in quotes and brackets left alone; and the end of the list.
pub(super) fn parted(text: &[u8], start: usize) -> Option<(Vec<Range<usize>>, usize)> {
    let rest = text.get(start..)?;
    let rest = rest.get(..rest.len().min(LONGEST))?;
    let (mut values, mut from, mut quote, mut depth) = (Vec::new(), 0, 0, 0_u32);
    for (place, byte) in rest.iter().copied().enumerate() {
        match byte {
            b'\n' => return None,
            _ if quote != 0 && byte == quote => quote = 0,
            _ if quote != 0 => {}
            b'"' => quote = byte,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth > 0 => depth -= 1,
            b',' | b')' if depth == 0 => {
                if values.len() >= MOST {
                    return None;
                }
                values.push(start + from..start + place);
                from = place + 1;
                if byte == b')' {
                    return Some((values, start + place));
                }
            }
            _ => {}
        }
    }
    None
}

impl Reader<'_> {
    /// Finds them.
    pub(super) fn echoed(&mut self) {
        for index in 1..self.tokens.len() {
            let token = self.t(index);
            match token.kind {
                Kind::Word if self.lower_is(index, words!["copy"]) => self.copied(index),
                Kind::Word if self.lower_is(index, words!["extracted"]) => self.extracted(index),
                Kind::Word if self.lower_is(index, SHOWN) => self.shown(index),
                Kind::Symbol if matches!(token.byte, b'"' | b'\'') && self.back(index, 1).symbol(b':') => {
                    self.unread_day(index);
                }
                _ => {}
            }
        }
    }

    /// `COPY coverage (member_no, payer), line 7: "K302988892,Aetna"` of PostgreSQL: each field has its column.
    fn copied(&mut self, index: usize) {
        let Some(open) = (index + 2..index + 8).find(|at| self.t(*at).symbol(b'(')) else { return };
        let Some((names, end)) = parted(self.text, self.t(open).end) else { return };
        let line = self.index_at(end + 1);
        let quote = (line..line + 6).find(|at| self.t(*at).symbol(b'"'));
        if !self.lower_is(line + 1, words!["line"]) {
            return;
        }
        let Some(row) = quote.and_then(|quote| self.quoted(self.t(quote).end, b'"')) else { return };
        let fields = self.text.get(row.clone()).unwrap_or_default();
        let sign = [b'\t', b'|', b';', b',']
            .into_iter()
            .find(|sign| memchr::memchr_iter(*sign, fields).count() + 1 == names.len() && names.len() > 1);
        let Some(sign) = sign else { return };
        let mut start = row.start;
        for (name, field) in names.iter().zip(fields.split(|b| *b == sign)) {
            let name = self.text.get(name.clone()).unwrap_or_default().trim_ascii();
            self.take(sure(classify(name, b"")), start..start + field.len());
            start += field.len() + 1;
        }
    }

    /// `extracted value ([mrn2_0_] : [VARCHAR]) - [10441231-1]` of Hibernate: behind the column its alias has numbers.
    fn extracted(&mut self, index: usize) {
        if !self.lower_is(index + 1, words!["value"]) || !self.t(index + 2).symbol(b'(') {
            return;
        }
        let start = self.t(index + 2).end + usize::from(self.t(index + 3).symbol(b'['));
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest.iter().take(64).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let name = rest.get(..length).unwrap_or_default();
        let column = name.iter().rposition(|b| !b.is_ascii_digit() && *b != b'_').map_or(0, |at| at + 1);
        let close = (index + 3..index + 20).find(|at| {
            self.t(*at).symbol(b'[') && (self.back(*at, 1).symbol(b'-') || self.back(*at, 1).symbol(b'>'))
        });
        let Some(open) = close else { return };
        let from = self.t(open).end;
        let value = self.text.get(from..).unwrap_or_default();
        let Some(length) = value.iter().take(256).position(|b| matches!(b, b']' | b'\n')) else { return };
        self.take(sure(classify(name.get(..column).unwrap_or_default(), b"")), from..from + length);
    }

    /// `column='ssn') unexpected_list: ['219-09-9412', '219099413']`: all that the list shows.
    fn shown(&mut self, index: usize) {
        let mut open = index + 1;
        while open < index + 4
            && matches!(self.t(open).byte, b':' | b'=' | b'"' | b'\'')
            && self.t(open).kind == Kind::Symbol
        {
            open += 1;
        }
        if open == index + 1 || !self.t(open).symbol(b'[') {
            return;
        }
        let column = (2..40).filter_map(|by| index.checked_sub(by)).find(|at| {
            self.lower_is(*at, words!["column", "col", "field", "columns", "attribute"])
                && matches!(self.t(at + 1).byte, b'=' | b':' | b'"' | b'\'' | b'`')
        });
        let Some(column) = column else { return };
        let mut first = column + 1;
        while first < column + 5 && self.t(first).kind == Kind::Symbol {
            first += 1;
        }
        let start = self.t(first).start;
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .take(48)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
            .count();
        let class = sure(classify(rest.get(..length).unwrap_or_default(), b""));
        if !matches!(class, Class::Is(_)) {
            return;
        }
        let mut place = open + 1;
        for _ in 0..MOST {
            let token = self.t(place);
            let range = match token.kind {
                Kind::Symbol if matches!(token.byte, b'\'' | b'"') => {
                    let Some(range) = self.quoted(token.end, token.byte) else { return };
                    place = self.index_at(range.end + 1);
                    range
                }
                Kind::Number | Kind::Mixed | Kind::Word => {
                    let end = self.glued_value(place);
                    place = self.index_at(end);
                    token.start..end
                }
                _ => return,
            };
            self.take(class, range);
            if !self.t(place).symbol(b',') {
                return;
            }
            place += 1;
        }
    }

    /// `date/time field value out of range: "10.08.1985"`: a day without a time that could not be read.
    fn unread_day(&mut self, index: usize) {
        let quote = self.t(index);
        let mut head = [0; 40];
        let before = self.text.get(quote.start.saturating_sub(40)..quote.start).unwrap_or_default();
        for (to, from) in head.iter_mut().zip(before) {
            *to = from.to_ascii_lowercase();
        }
        if !UNREAD.iter().any(|text| memchr::memmem::find(&head, text).is_some()) {
            return;
        }
        let Some(range) = self.quoted(quote.end, quote.byte) else { return };
        let value = self.text.get(range.clone()).unwrap_or_default();
        let day = date::date(value, 0).is_some_and(|found| found.end == value.len())
            || value.len() == 8 && date::compact(value, 0) == Some(8);
        if day {
            self.hit(range.start, range.end, I::Date, weight::CONTEXT);
        }
    }

    /// The days of a span in a key that a table holds: `(Roe, ["2021-12-08 15:00:44","2021-12-18 21:00:01"))`.
    pub(super) fn span(&mut self, range: Range<usize>) {
        let mut place = range.start;
        while place < range.end {
            let end = match date::date(self.text, place) {
                Some(found) if at(self.text, place.wrapping_sub(1)) != b':' => found.end,
                _ => {
                    place += 1;
                    continue;
                }
            };
            let rest = self.text.get(end..range.end).unwrap_or_default();
            let clock = rest
                .iter()
                .take_while(|b| {
                    b.is_ascii_digit() || matches!(b, b' ' | b':' | b'.' | b'T' | b'+' | b'-' | b'Z')
                })
                .count();
            let end = if date::time_follows(self.text, end) { end + clock } else { end };
            self.hit(place, end, I::Date, weight::CONTEXT);
            place = end.max(place + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn what_errors_echo_is_found() {
        for (text, values) in [
            (
                "CONTEXT:  COPY cov (subscriber_no, subscriber_name, payer), line 22: \"K302988892,Orla Quist,Aetna\"",
                &["K302988892", "Orla Quist"][..],
            ),
            ("TRACE extracted value ([mrn2_0_] : [VARCHAR]) - [10441231-1]", &["10441231-1"]),
            (
                "expect_x(column='ssn') unexpected_list: ['219-09-9412', '219099413'] of 400 rows",
                &["219-09-9412", "219099413"],
            ),
            ("ERROR:  date/time field value out of range: \"10.08.1985\" at character 18", &["10.08.1985"]),
            (
                "DETAIL:  Key (provider, during)=(Quist, [\"2021-12-08 15:00:44\",\"2021-12-18 21:00:01\")) conflicts",
                &["2021-12-08 15:00:44", "2021-12-18 21:00:01"],
            ),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.contains(value), "{value} of {text}: {found:?}");
            }
        }
    }

    #[test]
    fn what_errors_echo_of_machines_stays() {
        for text in [
            "COPY hosts (name, rack), line 22: \"web-1,r17\"",
            "extracted value ([state2_0_] : [VARCHAR]) - [10441231-1]",
            "expect_x(column='status') unexpected_list: ['X4821', 'X4822']",
            "value out of range: \"2147483648\"",
            "index out of range: \"2026-11-22T03:41:38Z\"",
            "Key (host, during)=(web1, [1,5)) conflicts",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
