//! Values that are bound to a statement, whose columns stand elsewhere: `$1 = 'Roe'`, `:2='Jane'`, `@p0='Roe'`,
//! `binding parameter [1] as [VARCHAR] - [Roe]`, `Parameters: Roe(String), 1962-03-17(Date)`; and values that an error
//! gives with the name of their field: `field 'memberId': rejected value [U48291377]`.

use std::ops::Range;

use super::{
    Reader,
    key::{Class, classify},
    rows::{self, Told},
    token::{Kind, at},
    value::formed,
    weight,
};
use crate::{
    Identifier as I,
    words::{hash, list, words},
};

/// Most values that are looked at.
const MOST: usize = 64;
/// How far a value stands from the name of its field, in bytes.
const REACH: usize = 160;

/// Types that frameworks write behind or before a bound value.
const TYPES: &[u64] = list!(
    "string varchar char nvarchar text date timestamp integer int long short bigint bigdecimal biginteger double float \
     localdate localdatetime localtime zoneddatetime offsetdatetime instant decimal numeric boolean bool byte uuid bpchar"
);

/// Types of which MyBatis writes one at least behind the values of a person, with their brackets.
const TYPED: [&[u8]; 6] =
    [b"(String)", b"(Date)", b"(LocalDate)", b"(Timestamp)", b"(LocalDateTime)", b"(Long)"];

/// Whether the values of a statement with their types stand behind `Parameters` that ends here, as the quick look asks.
pub(crate) fn typed(line: &[u8], end: usize) -> bool {
    let rest = line.get(end..).unwrap_or_default();
    let rest = rest.get(..rest.len().min(256)).unwrap_or_default();
    rest.first() == Some(&b':') && TYPED.iter().any(|text| memchr::memmem::find(rest, text).is_some())
}

impl Reader<'_> {
    /// Finds the values that are somebody's.
    pub(super) fn bound_values(&mut self) {
        let mut values: Vec<Range<usize>> = Vec::new();
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            let found = match token.byte {
                b'=' if token.kind == Kind::Symbol => self.numbered_parameter(index),
                b'\'' if token.kind == Kind::Symbol => self.selected(index),
                _ if token.kind != Kind::Word => None,
                _ if self.lower_is(index, words!["binding"])
                    && self.lower_is(index + 1, words!["parameter"]) =>
                {
                    self.bracketed_parameter(index + 2)
                }
                _ if self.lower_is(index, words!["parameters"]) && self.t(index + 1).symbol(b':') => {
                    self.typed_parameters(self.t(index + 1).end, &mut values);
                    None
                }
                _ if self.lower_is(index, words!["value"])
                    && self.lower_is(index + 1, words!["is"])
                    && self.t(index + 2).symbol(b'(')
                    && self.lower_is(index.wrapping_sub(1), words!["key"]) =>
                {
                    self.duplicate_value(index + 3);
                    None
                }
                _ if self.lower_is(
                    index,
                    words![
                        "field",
                        "column",
                        "columns",
                        "property",
                        "parameter",
                        "attribute",
                        "constraint",
                        "path"
                    ],
                ) =>
                {
                    self.validated(index);
                    None
                }
                _ => None,
            };
            values.extend(found);
            if values.len() >= MOST {
                break;
            }
        }
        self.placed_values();
        if values.is_empty() {
            return;
        }
        let Told { names, towns, likely, days, long_ago, numbers, mails, codes, .. } =
            rows::told(self.text, &values);
        let beside = days + numbers + mails + codes > 0;
        // Groups of digits are of an office, whatever stands beside.
        let grouped = values.iter().any(|range| {
            let value = self.text.get(range.clone()).unwrap_or_default();
            value.iter().filter(|b| **b == b'-').count() > 1
                && value.iter().all(|b| b.is_ascii_digit() || *b == b'-')
                && formed(value)
                && !super::value::dated(value)
        });
        // Towns alone may be the values of any columns.
        if names > 0
            || towns > 0 && (self.person || values.len() < 2 || days > 0)
            || grouped
            || long_ago
            || likely && beside
            || self.person && beside
        {
            self.fields(&values);
        }
    }

    /// Whether what looks like a name is the type of the value right before it, `Roe(String)`, the name of a key,
    /// `'Last': 'Roe'`, or what joins two conditions, `Roe AND`.
    pub(super) fn no_name(&self, start: usize, end: usize) -> bool {
        let value = || self.text.get(start..end).unwrap_or_default();
        let (before, after) = (self.byte(start.wrapping_sub(1)), self.byte(end));
        if before == b'(' && after == b')' {
            return start > 1
                && !matches!(self.byte(start - 2), b' ' | b'\t')
                && TYPES.contains(&hash(value()));
        }
        let key = matches!(after, b'"' | b'\'')
            && before == after
            && self.byte(end + 1) == b':'
            && classify(value(), b"") != Class::None;
        key || matches!(value(), b"AND" | b"OR" | b"NOT")
    }

    /// The value of `$1 = 'Roe'`, `:2='Jane'`, `@p0=N'Roe'`.
    fn numbered_parameter(&self, sign: usize) -> Option<Range<usize>> {
        let name = self.back(sign, 1);
        let mark = self.back(sign, 2);
        let marked = mark.kind == Kind::Symbol
            && matches!(mark.byte, b'$' | b':' | b'@' | b'?')
            && mark.end == name.start;
        let numbered = match name.kind {
            Kind::Number => name.len() <= 3,
            Kind::Mixed | Kind::Word => {
                let bytes = self.bytes(name);
                let letters = bytes.iter().take_while(|b| b.is_ascii_alphabetic()).count();
                letters <= 9 && bytes.len() > letters && bytes.iter().skip(letters).all(u8::is_ascii_digit)
            }
            _ => false,
        };
        // `B1="ROE"`, `param2='Jane'`: a word for it, and a quote behind.
        let bytes = self.bytes(name);
        let letters = bytes.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let word = hash(bytes.get(..letters).unwrap_or_default());
        let opens = matches!(self.byte(self.t(sign).end), b'\'' | b'"');
        let worded = opens
            && name.kind == Kind::Mixed
            && words!["b", "p", "param", "arg", "bind", "var", "bv", "val", "parameter"].contains(&word);
        if !(marked || worded) || !numbered {
            return None;
        }
        let mut first = sign + 1;
        // `TO_DATE('…')`, `N'…'`.
        while first < sign + 5 && !self.t(first).symbol(b'\'') && !self.t(first).symbol(b'"') {
            let passes = matches!(self.t(first).kind, Kind::Word)
                || self.t(first).symbol(b'(')
                || self.t(first).symbol(b'_');
            if !passes {
                return None;
            }
            first += 1;
        }
        let quote = self.t(first);
        (quote.kind == Kind::Symbol).then(|| self.quoted(quote.end, quote.byte)).flatten()
    }

    /// The literal of `SELECT 'Jane' fn, 'Roe' ln FROM dual`: in quotes, a column's short name behind it.
    fn selected(&self, close: usize) -> Option<Range<usize>> {
        let (name, after) = (self.t(close + 1), self.t(close + 2));
        let alias = name.kind == Kind::Word
            && name.start == self.t(close).end + 1
            && !self.lower_is(
                close + 1,
                words!["as", "from", "and", "or", "in", "is", "then", "else", "end", "not"],
            )
            && (after.symbol(b',') || self.lower_is(close + 2, words!["from"]));
        let end = self.t(close).start;
        let head = self.text.get(end.saturating_sub(64)..end).unwrap_or_default();
        let open = head.iter().rposition(|b| *b == b'\'').filter(|_| alias)?;
        let start = end - head.len() + open + 1;
        let before = self.text.get(..start - 1).unwrap_or_default().trim_ascii_end();
        (before.ends_with(b",")
            || before
                .get(before.len().saturating_sub(6)..)
                .is_some_and(|word| word.eq_ignore_ascii_case(b"select")))
        .then_some(start..end)
    }

    /// The value of `[1] as [VARCHAR] - [Roe]`, `(1:VARCHAR) <- [Roe]`: in the last brackets.
    fn bracketed_parameter(&self, first: usize) -> Option<Range<usize>> {
        let open = (first..first + 14).find(|at| {
            self.t(*at).symbol(b'[') && (self.back(*at, 1).symbol(b'-') || self.back(*at, 1).symbol(b'>'))
        })?;
        let start = self.t(open).end;
        let length = self.text.get(start..)?.iter().take(256).position(|b| matches!(b, b']' | b'\n'))?;
        (length > 0).then_some(start..start + length)
    }

    /// `Key (org_id, mrn)=(323, 67476584) already exists` of PostgreSQL: each value has its column; whether it is one.
    pub(super) fn keyed_list(&mut self, sign: usize) -> bool {
        let (close, open) = (self.back(sign, 1), self.t(sign + 1));
        if !close.symbol(b')') || !open.symbol(b'(') {
            return false;
        }
        let head = self.text.get(close.start.saturating_sub(REACH)..close.start).unwrap_or_default();
        let names =
            head.iter().rposition(|b| *b == b'(').and_then(|at| head.get(at + 1..)).unwrap_or_default();
        if !names.contains(&b',') {
            return false;
        }
        let Some((values, _)) = super::echoed::parted(self.text, open.end) else { return false };
        if memchr::memchr_iter(b',', names).count() + 1 != values.len() {
            return false;
        }
        let mut somebodys = false;
        for (name, range) in names.split(|b| *b == b',').zip(&values) {
            let value = self.text.get(range.clone()).unwrap_or_default();
            let blank = value.len() - value.trim_ascii_start().len();
            let class = match classify(name.trim_ascii(), b"") {
                Class::Weak(identifier) | Class::Formed(identifier) => Class::Is(identifier),
                class => class,
            };
            somebodys |= matches!(class, Class::Is(_) | Class::Person | Class::Staff | Class::Part(_));
            self.take(class, range.start + blank..range.end);
        }
        // `(provider, during)=(Roe, ["2021-12-08 15:00:44",…))`: when somebody is booked.
        for range in values {
            let span = self.text.get(range.clone()).unwrap_or_default().trim_ascii_start();
            if somebodys && matches!(span.first(), Some(b'[' | b'(')) {
                self.span(range);
            }
        }
        true
    }

    /// `where mrn = ? and dob = ?', bindings: ['0048213', '1962-03-17']`: values behind a statement, in the order of its
    /// placeholders, each of the column that is compared with it.
    fn placed_values(&mut self) {
        let mut columns: Vec<Class> = Vec::new();
        let mut last = 0;
        for index in 0..self.tokens.len() {
            let mark = self.placeholder(index);
            if !mark {
                continue;
            }
            columns.push(self.column_of(index, columns.last().copied()));
            last = index;
            if columns.len() >= MOST {
                break;
            }
        }
        if columns.iter().all(|class| matches!(class, Class::None | Class::Machine)) {
            return;
        }
        let Some(open) = (last + 1..last + 24).find(|at| {
            self.t(*at).symbol(b'[')
                && (self.t(at.wrapping_sub(1)).symbol(b':')
                    || self.t(at.wrapping_sub(1)).symbol(b'=')
                    || self.t(at.wrapping_sub(1)).symbol(b'-'))
        }) else {
            return;
        };
        let mut first = open + 1;
        for class in columns {
            let token = self.t(first);
            let quoted = token.kind == Kind::Symbol && matches!(token.byte, b'"' | b'\'');
            let range = if quoted {
                let Some(range) = self.quoted(token.end, token.byte) else { return };
                range
            } else {
                if token.kind == Kind::None {
                    return;
                }
                token.start..self.glued_value(first)
            };
            let end = range.end + usize::from(quoted);
            let class = match class {
                Class::Weak(identifier) | Class::Formed(identifier) => Class::Is(identifier),
                class => class,
            };
            self.take(class, range);
            let next = self.index_at(end);
            if !self.t(next).symbol(b',') {
                return;
            }
            first = next + 1;
        }
    }

    /// Whether a placeholder for a value stands here: `?`, `$1`, `:1`.
    fn placeholder(&self, index: usize) -> bool {
        let (token, next) = (self.t(index), self.t(index + 1));
        token.symbol(b'?')
            && !next.symbol(b'=')
            && matches!(self.byte(token.start.wrapping_sub(1)), b' ' | b'(' | b'=' | b',')
            || token.symbol(b'$')
                && next.kind == Kind::Number
                && next.len() <= 2
                && self.glued(index)
                && !self.t(index + 2).symbol(b'=')
                && !(self.t(index + 2).start == next.end + 1 && self.t(index + 2).symbol(b'='))
    }

    /// What the column announces that a placeholder stands behind; the second of `between ? and ?` has that of the first.
    fn column_of(&self, mark: usize, before: Option<Class>) -> Class {
        let mut sign = mark.wrapping_sub(1);
        while self.t(sign).symbol(b'(') || self.lower_is(sign, words!["lower", "upper", "trim"]) {
            sign = sign.wrapping_sub(1);
        }
        if self.lower_is(sign, words!["and"]) || self.t(sign).symbol(b',') {
            let joined = (1..6).any(|by| self.lower_is(sign.wrapping_sub(by), words!["between", "in"]));
            return before.filter(|_| joined).unwrap_or(Class::None);
        }
        while matches!(self.t(sign).byte, b'=' | b'<' | b'>' | b'!') && self.t(sign).kind == Kind::Symbol
            || self.lower_is(sign, words!["like", "ilike", "between", "in", "not", "is"])
        {
            sign = sign.wrapping_sub(1);
        }
        let quote =
            usize::from(matches!(self.t(sign).byte, b'`' | b'"' | b']') && self.t(sign).kind == Kind::Symbol);
        let end = self.t(sign.wrapping_sub(quote)).end;
        let head = self.text.get(end.saturating_sub(48)..end).unwrap_or_default();
        let length = head.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        match classify(head.get(head.len() - length..).unwrap_or_default(), b"") {
            // A number alone may be of anything.
            Class::Loose | Class::Machine => Class::None,
            class => class,
        }
    }

    /// The values of `Roe(String), 1962-03-17(Date)`.
    fn typed_parameters(&self, start: usize, values: &mut Vec<Range<usize>>) {
        let mut place = start;
        for _ in 0..MOST {
            let rest = self.text.get(place..).unwrap_or_default();
            let Some(open) = memchr::memchr(b'(', rest.get(..rest.len().min(256)).unwrap_or_default()) else {
                return;
            };
            let inside = rest.get(open + 1..).unwrap_or_default();
            let length = inside.iter().take(16).take_while(|b| b.is_ascii_alphabetic()).count();
            if !TYPES.contains(&hash(inside.get(..length).unwrap_or_default())) || at(inside, length) != b')'
            {
                return;
            }
            values.push(place..place + open);
            place += open + length + 2;
            if at(self.text, place) != b',' {
                return;
            }
            place += 1;
        }
    }

    /// SQL Server's `The duplicate key value is (219099412)`, in a text about a person's table.
    fn duplicate_value(&mut self, first: usize) {
        if let Some(range) = self.number_from(first)
            && (self.person || self.clinical)
            && self.byte(range.end) == b')'
            && formed(self.text.get(range.clone()).unwrap_or_default())
        {
            self.hit(range.start, range.end, I::Other, weight::CONTEXT);
        }
    }

    /// The value that stands with the name of its field: `field 'dob': rejected value [1962-03-17]`, `invalid value "x"
    /// for column "ssn"`, `columns (MRN) row value '482913'`.
    fn validated(&mut self, index: usize) {
        let mut open = index + 1;
        while open < index + 4
            && self.t(open).kind == Kind::Symbol
            && matches!(self.t(open).byte, b'\'' | b'"' | b'(' | b'[' | b':' | b'`' | b'=')
        {
            open += 1;
        }
        let start = self.t(open).start;
        if open == index + 1 || self.t(open).kind != Kind::Word {
            return;
        }
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .take(96)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'`'))
            .count();
        // ``column `billing`.`claims`.`icn` `` of MySQL.
        let key = rest.get(..length).unwrap_or_default();
        let length = key.iter().rposition(|b| *b != b'`').map_or(0, |at| at + 1);
        let key = key.get(..length).unwrap_or_default();
        let last = key.rsplit(|b| matches!(b, b'.' | b'`')).next().unwrap_or_default();
        let class = match classify(last, b"") {
            Class::Weak(identifier) | Class::Formed(identifier) => Class::Is(identifier),
            Class::Is(identifier) => Class::Is(identifier),
            class @ (Class::Person | Class::Day | Class::Loose) => class,
            _ => return,
        };
        let end = start + length;
        let near = |at: usize| {
            let place = self.t(at).start;
            place >= end && place < end + REACH || place < start && place + REACH > start
        };
        let from = self.index_at(start.saturating_sub(REACH));
        let value = (from..from + 96)
            .filter(|at| near(*at) && self.lower_is(*at, words!["value", "data", "input", "text"]))
            .find_map(|at| self.given_value(at + 1))
            // Mongoose: "Path `lastName` (`Roe`) is longer than …".
            .or_else(|| {
                let close = self.index_at(end);
                let opens = self.t(close).symbol(b'`')
                    && self.t(close + 1).symbol(b'(')
                    && self.t(close + 2).symbol(b'`');
                opens.then(|| self.quoted(self.t(close + 2).end, b'`')).flatten()
            });
        let Some(range) = value else { return };
        let bytes = self.text.get(range.clone()).unwrap_or_default();
        // What stands there may be a number of anything, unless it has the form.
        if class == Class::Loose {
            if formed(bytes) && (self.person || self.clinical) {
                self.hit(range.start, range.end, I::Other, weight::CONTEXT);
            }
            return;
        }
        self.take(class, range);
    }

    /// What stands in quotes or brackets behind `value`.
    fn given_value(&self, first: usize) -> Option<Range<usize>> {
        let mut open = first;
        while open < first + 4
            && (matches!(self.t(open).byte, b':' | b'=' | b'(') && self.t(open).kind == Kind::Symbol
                || self.lower_is(open, words!["is", "of", "was"]))
        {
            open += 1;
        }
        let sign = self.t(open);
        let close = match sign.byte {
            _ if sign.kind != Kind::Symbol => return None,
            b'\'' | b'"' | b'`' => return self.quoted(sign.end, sign.byte),
            b'[' => b']',
            _ => return None,
        };
        let rest = self.text.get(sign.end..)?;
        let length = rest.iter().take(256).position(|b| *b == close || *b == b'\n')?;
        (length > 0).then_some(sign.end..sign.end + length)
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn bound_values_of_persons_are_found() {
        for (text, values) in [
            ("DETAIL:  parameters: $1 = 'Quist', $2 = '1961-02-03'", &["Quist", "1961-02-03"][..]),
            ("binds: :1='QUIST' :2='MARGARET' :3='0048213'", &["QUIST", "MARGARET", "0048213"]),
            ("[Parameters=[@p0='Margaret' (Size = 50), @p1='1961-02-03T00:00:00']]", &["Margaret"]),
            ("binding parameter [2] as [VARCHAR] - [Margaret]", &["Margaret"]),
            ("binding parameter (2:VARCHAR) <- [Margaret]", &["Margaret"]),
            ("==> Parameters: Margaret(String), 1961-02-03(Date)", &["Margaret", "1961-02-03"]),
            ("object 'coverage' on field 'subscriberId': rejected value [R60518596]", &["R60518596"]),
            ("cannot convert value '02031961' of field 'DOB'", &["02031961"]),
            ("unique key violated on columns (MRN) row value '4959883'", &["4959883"]),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.contains(value), "{value} of {text}: {found:?}");
            }
        }
    }

    #[test]
    fn bound_values_of_machines_stay() {
        for text in [
            "parameters: $1 = 'pending', $2 = '48213', $3 = '2026-11-22 03:41:38'",
            "binding parameter [1] as [VARCHAR] - [ACTIVE]",
            "==> Parameters: 48213(Long), RUNNING(String)",
            "field 'status': rejected value [48213]",
            "column \"offset\" value '4821377'",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
