//! Lists of values as programs print them: `Row (4, 'Roe', '1962-03-17')`, `args=('Roe', …)`, `Failing row contains (…)`,
//! and the line of a file that an error quotes: `line 12: "A551,Roe,Jane,02/03/1961"`.
//!
//! What a list holds tells whose it is, as with rows of tables: a name beside a day, a telephone or a mailbox.

use std::ops::Range;

use super::{
    Reader,
    key::{self, Class, classify},
    rows::{self, Told},
    token::at,
    value::{formed, loosely_formed, plausible},
    weight,
};
use crate::{
    Identifier as I,
    check::digits,
    words::{hash, words},
};

/// Most lists of a text that are looked at, longest list in bytes, and most values of one.
const LISTS: usize = 64;
const LONGEST: usize = 2048;
const VALUES: usize = 100;

/// Words before a list of values that came from or go to a database or a file.
const ANNOUNCED: &[u64] = words![
    "row",
    "rows",
    "args",
    "parameters",
    "params",
    "binds",
    "bind",
    "values",
    "value",
    "record",
    "contains",
    "tuple",
    "line",
    "copy",
    "fields",
    "columns",
    "pair",
    "error",
    "data",
    "since",
    "key",
    "entry"
];

impl Reader<'_> {
    /// Finds the values of lists about persons.
    pub(super) fn tuples(&mut self) {
        let (mut place, mut seen) = (0, 0);
        // Room for the values: most lists are of machines, and nothing is allocated for them.
        let mut room: [Range<usize>; VALUES] = std::array::from_fn(|_| 0..0);
        while let Some(open) = memchr::memchr3(b'(', b'[', b'"', self.text.get(place..).unwrap_or_default()) {
            let open = place + open;
            place = open + 1;
            seen += 1;
            if seen > LISTS {
                return;
            }
            let list = if at(self.text, open) == b'"' {
                self.line_in(open, &mut room)
            } else {
                self.list(open, &mut room).or_else(|| self.line_in(open, &mut room))
            };
            let Some((count, end)) = list else { continue };
            let fields = room.get(..count).unwrap_or_default();
            self.kinds(fields);
            if fields.len() >= 2 && self.somebodys(open, fields) {
                self.fields(fields);
                self.first_of_a_row(open, fields);
                place = end;
            }
        }
    }

    /// `Failing row contains (32755, Jane, …)` of PostgreSQL: a row begins with its number.
    fn first_of_a_row(&mut self, open: usize, fields: &[Range<usize>]) {
        let before = self.text.get(..open).unwrap_or_default();
        let Some(first) = fields.first().filter(|_| before.ends_with(b"row contains ")) else { return };
        let value = rows::value(self.text, first);
        if (4..=12).contains(&value.len()) && digits::count(value) == value.len() {
            let start = first.start + rows::offset(self.text, first);
            self.hit(start, start + value.len(), I::Other, weight::GUESS + 3);
        }
    }

    /// Whether the values of a list are one person's.
    fn somebodys(&self, open: usize, fields: &[Range<usize>]) -> bool {
        self.of_one(fields, || self.announces(open))
    }

    /// The same of a list with a name of its own, of which the values are found.
    pub(super) fn values(&mut self, fields: &[Range<usize>], key: &[u8]) -> bool {
        let named = key::parts(key).any(|part| ANNOUNCED.contains(&hash(part)));
        let found = self.of_one(fields, || named);
        if found {
            self.fields(fields);
        }
        found
    }

    fn of_one(&self, fields: &[Range<usize>], announced: impl Fn() -> bool) -> bool {
        let Told { names, likely, days, long_ago, numbers, mails, codes, .. } = rows::told(self.text, fields);
        let others = usize::from(days > 0) + usize::from(numbers > 0) + usize::from(mails > 0);
        names > 0 && others > 0 && (others > 1 || fields.len() > 3 || self.person || announced())
            || names > 1 && (self.person || announced())
            // `params=('PL-316351', 'Roe, Jane', 9)`.
            || names > 0 && codes > 0 && (self.person || announced())
            || likely && (others > 1 || others > 0 && (self.person || long_ago && announced()))
            || others > 0 && self.person && (long_ago || numbers > 0) && announced()
            || codes > 1 && self.person && announced()
            || long_ago && (others > 1 || codes > 0) && announced()
    }

    /// Whether a word just before an opening sign tells that values follow.
    fn announces(&self, open: usize) -> bool {
        let head = self.text.get(open.saturating_sub(32)..open).unwrap_or_default();
        head.split(|b| !b.is_ascii_alphabetic())
            .filter(|word| word.len() > 2)
            .any(|word| ANNOUNCED.contains(&hash(word)))
    }

    /// A value behind the name of its kind: `(47428, 'MRN', '654463')`.
    fn kinds(&mut self, fields: &[Range<usize>]) {
        for pair in fields.windows(2) {
            let [kind, field] = pair else { continue };
            let name = rows::value(self.text, kind);
            let short =
                (2..=24).contains(&name.len()) && name.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_');
            let value = rows::value(self.text, field);
            if !short || digits::count(value) < 4 || !loosely_formed(value) {
                continue;
            }
            let identifier = match classify(name, b"") {
                Class::Is(
                    identifier @ (I::Mrn
                    | I::HealthPlan
                    | I::Ssn
                    | I::Account
                    | I::Licence
                    | I::Npi
                    | I::Dea
                    | I::Zip
                    | I::Phone),
                ) => identifier,
                Class::Formed(identifier) if formed(value) => identifier,
                Class::Loose if formed(value) && name.iter().all(u8::is_ascii_uppercase) => I::Other,
                _ => continue,
            };
            if plausible(identifier, value) {
                let start = field.start + rows::offset(self.text, field);
                self.hit(start, start + value.len(), identifier, weight::CONTEXT);
            }
        }
    }

    /// The values between brackets, and where the list ends. What stands in quotes or in brackets of its own is one.
    fn list(&self, open: usize, room: &mut [Range<usize>]) -> Option<(usize, usize)> {
        let close = if at(self.text, open) == b'(' { b')' } else { b']' };
        let rest = self.text.get(open + 1..)?;
        let rest = rest.get(..rest.len().min(LONGEST))?;
        let (mut count, mut start, mut quote, mut depth) = (0, 0, 0, 0_u32);
        for (offset, byte) in rest.iter().copied().enumerate() {
            let before = if offset > start { at(rest, offset - 1) } else { b' ' };
            match byte {
                b'\n' => return None,
                // `O'Brien` in single quotes: what closes is followed by a sign.
                _ if quote != 0
                    && byte == quote
                    && before != b'\\'
                    && !at(rest, offset + 1).is_ascii_alphanumeric() =>
                {
                    quote = 0;
                }
                _ if quote != 0 => {}
                b'\'' | b'"'
                    if !before.is_ascii_alphanumeric() || matches!(before, b'N' | b'E' | b'u' | b'b') =>
                {
                    quote = byte;
                }
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' if depth > 0 => depth -= 1,
                b',' if depth == 0 => {
                    *room.get_mut(count)? = open + 1 + start..open + 1 + offset;
                    (start, count) = (offset + 1, count + 1);
                }
                _ if byte == close => {
                    *room.get_mut(count)? = open + 1 + start..open + 1 + offset;
                    return (count > 0).then_some((count + 1, open + 1 + offset));
                }
                _ => {}
            }
        }
        // A list that breaks off, as those of long rows do.
        (count > 3).then_some((count, open + 1 + rest.len()))
    }

    /// The fields of a line of a file that stands in quotes, or in brackets.
    fn line_in(&self, open: usize, room: &mut [Range<usize>]) -> Option<(usize, usize)> {
        let rest = self.text.get(open + 1..)?;
        let rest = rest.get(..rest.len().min(LONGEST))?;
        let close = match at(self.text, open) {
            b'(' => b')',
            b'[' => b']',
            quote => quote,
        };
        let length = rest.iter().position(|b| *b == close || *b == b'\n').unwrap_or(rest.len());
        let line = rest.get(..length)?;
        let sign = [b',', b';', b'|', b'\t', b'^', b'~'].into_iter().find(|sign| {
            (2..VALUES).contains(&memchr::memchr_iter(*sign, line).take(VALUES).count())
                && !line.windows(2).any(|pair| pair == [*sign, b' '])
        })?;
        let (mut count, mut start) = (0, 0);
        for end in memchr::memchr_iter(sign, line).chain([line.len()]) {
            *room.get_mut(count)? = open + 1 + start..open + 1 + end;
            (start, count) = (end + 1, count + 1);
        }
        Some((count, open + 1 + length))
    }
}

/// Finds the values of a list, each in bytes of the text, if they are one person's; whether they are. `key` is the name of
/// the list.
pub(crate) fn values_of_one(
    text: &[u8],
    fields: &[Range<usize>],
    key: &[u8],
    hits: &mut Vec<super::Hit>,
) -> bool {
    let first = hits.len();
    let mut reader = Reader {
        text,
        tokens: &[],
        seen: super::seen::Seen::ANYTHING,
        strict: false,
        person: false,
        clinical: false,
        told: false,
        paired: false,
        hint: None,
        hits,
        first,
        quoted_to: 0,
        care: std::cell::OnceCell::new(),
        people: std::cell::OnceCell::new(),
    };
    reader.values(fields, key)
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn lists_of_values_about_persons_need_no_columns() {
        for (text, values) in [
            (
                "ERROR: new row violates check, row contains (77, 0048213, Whitfield, Margaret, null, 1961-02-03, 4155550123)",
                &["0048213", "Whitfield", "Margaret", "1961-02-03", "4155550123"][..],
            ),
            (
                "fetched Row(12, 'Whitfield', 'Margaret', '1961-02-03')",
                &["Whitfield", "Margaret", "1961-02-03"],
            ),
            (
                "import: bad record \"A551027;Whitfield;Margaret;02/03/1961\"",
                &["A551027", "Whitfield", "02/03/1961"],
            ),
            (
                "insert into ids values (9, 'MRN', '0048213'), (10, 'SSN', '219-09-9412')",
                &["0048213", "219-09-9412"],
            ),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.contains(value), "{value} of {text}: {found:?}");
            }
        }
    }

    #[test]
    fn lists_of_machines_stay() {
        for text in [
            "Row (12, 'Austin', 'us-east-1', '2026-11-22')",
            "args=('send_mail', 3, '2026-11-22T03:41:38')",
            "Failing row contains (77, pending, null, 2026-11-22 03:41:38, 12.5)",
            "call(Release, Build, 2026)",
            "values (1, 'INFO', '48213')",
            "line 12: \"eth0,up,1500,aa\"",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
