//! Reads the cells of a row by the columns that they stand in.

use std::ops::Range;

use super::{Engine, Scratch};
use crate::{
    Identifier as I, Mode, Reason, Treatment,
    context::{Grammar, Table, Tree, form, table::Column},
    shape::date,
    text::{self, Hit, Manner, key::Class},
    words::{COMMON, FAMILY, GIVEN, dictionary, hash, list},
};

impl Engine {
    pub(super) fn cells(
        &self,
        line: &[u8],
        table: &Table,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Reason> {
        let mut result = Ok(());
        if table.fields {
            let tree = Tree::new(Grammar::Record);
            let mut key = &b""[..];
            table.cells(line, |index, range| {
                let cell = line.get(range.clone()).unwrap_or_default();
                if index == 0 {
                    key = cell.trim_ascii();
                } else if result.is_ok() {
                    result = self.under(line, &tree, &[], key, bare(line, range), scratch, hits);
                }
            });
            return result;
        }
        let mut field = &b""[..];
        if let Some((name, ..)) = table.keyed {
            table.cells(line, |index, range| {
                if index == name {
                    field = line.get(range).unwrap_or_default().trim_ascii();
                }
            });
        }
        table.cells(line, |index, range| {
            if let Some((_, value, old)) = table.keyed
                && (index == value || index == old)
                && result.is_ok()
            {
                let tree = Tree::new(Grammar::Record);
                result = self.under(line, &tree, &[], field, bare(line, range.clone()), scratch, hits);
            }
            if let Some(column) = table.columns.get(index)
                && result.is_ok()
            {
                result = self.cell(line, range, *column, table.person, scratch, hits);
            }
        });
        result
    }

    fn cell(
        &self,
        line: &[u8],
        range: Range<usize>,
        column: Column,
        person: bool,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Reason> {
        let Range { mut start, end } = bare(line, range);
        let mut value = line.get(start..end).unwrap_or_default();
        // `# jane roe,1962-03-14`: a row that somebody took out.
        if let Some(rest) = value.strip_prefix(b"# ").filter(|_| start == 0) {
            (start, value) = (start + 2, rest);
        }
        // `Quist 64F`: the name, without the age and the sex.
        if matches!(column.class, Class::Person | Class::Is(I::Name) | Class::Part(_))
            && let Some(blank) = value.iter().rposition(|b| *b == b' ')
            && let Some((b'M' | b'F' | b'm' | b'f', age)) =
                value.get(blank + 1..).and_then(<[u8]>::split_last)
            && (1..=3).contains(&age.len())
            && age.iter().all(u8::is_ascii_digit)
        {
            aged(age, start + blank + 1, hits);
            value = value.get(..blank).unwrap_or_default().trim_ascii_end();
        }
        // `93 F MED`, `94/M`, `91Y`: what stands behind an age in its column.
        if column.class == Class::Is(I::Age) && column.treatment.is_none() {
            let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
            let rest = value.get(digits..).unwrap_or_default();
            if !rest.is_empty() && !matches!(rest, [b'.' | b'%' | b'-' | b':', ..]) {
                aged(value.get(..digits).unwrap_or_default(), start, hits);
                return Ok(());
            }
        }
        // `F/94`, `M 91`.
        if let [b'M' | b'F', b'/' | b' ', age @ ..] = value
            && person
        {
            aged(age, start + 2, hits);
        }
        // `6/12 0900`, when a medicine was given: the time may stay.
        if column.class == Class::Is(I::Date)
            && let Some(blank) = memchr::memchr(b' ', value)
            && value.len() == blank + 5
            && value.get(..blank).is_some_and(|day| day.contains(&b'/'))
        {
            value = value.get(..blank).unwrap_or_default();
        }
        let mut manner = Manner { strict: self.strict, person, ..Manner::default() };
        let mut class = column.class;
        match column.treatment {
            Some(Treatment::Is(identifier) | Treatment::Drop(identifier)) => {
                if !value.is_empty() && !text::value::whole_marker(value) {
                    let end = start + value.len();
                    hits.push(Hit { start, end, identifier, weight: u8::MAX, quoted: 0 });
                }
                return Ok(());
            }
            Some(Treatment::Pass) => return Ok(()),
            Some(Treatment::Read(mode)) => {
                manner.strict = mode == Mode::Strict;
                class = Class::Prose;
            }
            None => {}
        }
        // `Roe, Jane / 1266064 / 94`, below `PATIENT / MRN / AGE`.
        if person
            && matches!(column.class, Class::Person | Class::Is(I::Name))
            && let Some(slash) = memchr::memmem::find(value, b" / ")
        {
            let mut place = start + slash + 3;
            for part in value.get(slash + 3..).unwrap_or_default().split(|b| *b == b'/') {
                let number = part.trim_ascii();
                let from = place + part.len() - part.trim_ascii_start().len();
                if number.len() <= 3 {
                    aged(number, from, hits);
                } else if text::value::formed(number) {
                    let (identifier, weight) = (I::Mrn, text::weight::KEY);
                    hits.push(Hit { start: from, end: from + number.len(), identifier, weight, quoted: 0 });
                }
                place += part.len() + 1;
            }
            value = value.get(..slash).unwrap_or_default().trim_ascii_end();
        }
        // `20   5  R Fleming`: what stands before the name belongs to columns without a place of their own.
        if matches!(column.class, Class::Person)
            && value.first().is_some_and(u8::is_ascii_digit)
            && let Some(gap) = memchr::memmem::rfind(value, b"  ")
            && text::written::namelike(value.get(gap + 2..).unwrap_or_default())
        {
            start += gap + 2;
            value = value.get(gap + 2..).unwrap_or_default();
        }
        let worded = value.iter().any(u8::is_ascii_alphabetic) && !value.iter().any(u8::is_ascii_digit);
        // In a table about persons a name is a person's.
        let full = value.contains(&b' ') && value.first().is_some_and(u8::is_ascii_uppercase);
        let named = matches!(class, Class::Person | Class::Part(_))
            || matches!(class, Class::Staff | Class::User) && (full || person && listed_name(value));
        if matches!(class, Class::Person | Class::Part(_) | Class::Staff | Class::User)
            && (text::rows::elsewhere(value, borne(value, class)) || vacant(value, class))
            && !(borne(value, class) && value == b"MAC")
        {
            return Ok(());
        }
        if named && person && worded && value.len() < 64 {
            class = Class::Is(I::Name);
        }
        if class == Class::None && person
            || person && value.len() > 10 && value.contains(&b'/') && ranged(value)
        {
            class = by_form(value);
        }
        // `022924`, as payers print days.
        if matches!(class, Class::Day | Class::Is(I::Date)) && value.len() == 6 && form::short_day(value) {
            let (end, weight) = (start + value.len(), text::weight::KEY);
            hits.push(Hit { start, end, identifier: I::Date, weight, quoted: 0 });
            return Ok(());
        }
        // `0915`: a time of day may stay.
        if matches!(class, Class::Day | Class::Is(I::Date))
            && value.len() == 4
            && value.iter().all(u8::is_ascii_digit)
            && value < b"1900"
        {
            return Ok(());
        }
        // `KM`, who cared: the first letters of a name.
        if class == Class::Staff && person && letters_of_staff(value) {
            class = Class::Is(I::Name);
        }
        // `0213`, a client's number in a small office.
        if class == Class::Loose
            && person
            && value.len() == 4
            && value.starts_with(b"0")
            && value.iter().all(u8::is_ascii_digit)
        {
            class = Class::Is(I::Other);
        }
        // `TRV`, of a subject of a study.
        if class == Class::Weak(I::Name)
            && person
            && (2..=3).contains(&value.len())
            && value.iter().all(u8::is_ascii_uppercase)
        {
            class = Class::Is(I::Name);
        }
        // `1/7`, when somebody was put on a list.
        if class == Class::Day && person && date::partial(value, 0) == Some(value.len()) {
            class = Class::Is(I::Date);
        }
        // `P-8636`, the permit of a holder.
        if let Class::Formed(identifier) = class
            && person
            && !matches!(identifier, I::Photo | I::Biometric)
            && value.len() >= 5
            && crate::check::digits::count(value) >= 4
            && !value.contains(&b' ')
        {
            class = Class::Is(identifier);
        }
        // `V2`, a visit's number in its study.
        if matches!(class, Class::Formed(_)) && value.len() < 4 {
            class = Class::None;
        }
        // A number in the place of a person stands for one.
        if class == Class::Person && person && value.len() <= 24 && crate::check::digits::count(value) >= 4 {
            class = Class::Is(I::Other);
        }
        if value.is_empty() || matches!(class, Class::None | Class::Machine) {
            return Ok(());
        }
        let first = hits.len();
        self.value(value, class, manner, 0, scratch, hits)?;
        shift(hits, first, start);
        Ok(())
    }
}

/// The bytes of a cell without the blanks around.
pub(super) fn bare(line: &[u8], range: Range<usize>) -> Range<usize> {
    let cell = line.get(range.clone()).unwrap_or_default();
    let start = range.start + cell.len() - cell.trim_ascii_start().len();
    start..start + cell.trim_ascii().len()
}

/// Whether a cell is a day, a hyphen and another: `1/19/24-3/18/24`, `01/19/2024 - 03/18/2024`.
fn ranged(value: &[u8]) -> bool {
    value.len() <= 24
        && date::date(value, 0).is_some_and(|first| {
            let rest = value.get(first.end..).unwrap_or_default();
            let gap = rest.iter().take_while(|b| matches!(b, b' ' | b'-')).count();
            rest.get(..gap).unwrap_or_default().contains(&b'-')
                && date::date(value, first.end + gap).is_some_and(|last| last.end == value.len())
        })
}

/// Whether a cell in a column of those who care holds the first letters of a name, and no degree or discipline.
fn letters_of_staff(value: &[u8]) -> bool {
    (2..=3).contains(&value.len())
        && value.iter().all(u8::is_ascii_uppercase)
        && !list!(
            "rn md np pa do lpn cna ma ot pt st sn hha slp msw lvn rt ems ed or icu na tbd yes no nil all any old new per emt aprn cota \
             pta rd mft am pm none ip op er"
        )
        .contains(&hash(value))
}

/// Takes an age over 89 that begins at a place of the line.
fn aged(digits: &[u8], start: usize, hits: &mut Vec<Hit>) {
    if text::value::plausible(I::Age, digits) {
        let end = start + digits.len();
        hits.push(Hit { start, end, identifier: I::Age, weight: text::weight::KEY, quoted: 0 });
    }
}

/// Whether a cell in a column of persons is a frequent name, whatever it is else: `Molina`, `Kaiser`. Where it tells of
/// staff, a family name in small letters: `BLOCK` and `Open` are hours that nobody has.
fn borne(value: &[u8], class: Class) -> bool {
    match class {
        Class::Person | Class::Part(_) => listed_name(value),
        Class::Staff => served(value),
        _ => false,
    }
}

/// Whether a cell is a frequent family name, written as one.
fn served(value: &[u8]) -> bool {
    listed_name(value)
        && value.iter().any(u8::is_ascii_lowercase)
        && dictionary().get(hash(value)) & (FAMILY | COMMON) == FAMILY | COMMON
}

/// Whether a cell for a person holds none: `-- OPEN --`, `BLOCKED`.
fn vacant(value: &[u8], class: Class) -> bool {
    // `Block, Anna`; `Block` where the parts of names have columns of their own.
    let small = value.iter().any(u8::is_ascii_lowercase);
    if form::surname_first(value).is_some()
        || matches!(class, Class::Part(_)) && small && listed_name(value)
        || class == Class::Staff && served(value)
        || text::written::namelike(value)
            && value
                .split(|b| matches!(b, b' ' | b','))
                .skip(1)
                .any(|word| dictionary().get(hash(word)) & (GIVEN | COMMON) == GIVEN | COMMON)
    {
        return false;
    }
    let text = value
        .iter()
        .position(u8::is_ascii_alphabetic)
        .map_or(&b""[..], |at| value.get(at..).unwrap_or_default());
    let word = text.split(|b| !b.is_ascii_alphabetic()).next().unwrap_or_default();
    list!(
        "open blocked block hold lunch vacant empty tbd none unassigned available closed meeting break cancelled canceled clean \
         dirty reserved admin totals total central storage stock"
    )
    .contains(&hash(word))
}

/// Whether a cell is a family name or a given one alone.
pub(super) fn listed_name(value: &[u8]) -> bool {
    value.len() > 2
        && value.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3)
        && value.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b'-' | b'\''))
        && dictionary().get(hash(value)) & (FAMILY | GIVEN) != 0
}

/// What a cell without a telling name is in a table about persons: dates and pictures are somebody's.
fn by_form(value: &[u8]) -> Class {
    let whole = |end: usize| end == value.len();
    let picture = [&b".jpg"[..], b".jpeg", b".png", b".heic", b".bmp", b".dcm"];
    match () {
        // For ever.
        () if value.starts_with(b"9999") => Class::None,
        () if date::date(value, 0).is_some_and(|d| whole(d.end) && !d.time) => Class::Is(I::Date),
        () if ranged(value) => Class::Is(I::Date),
        // `11/22/2026 3:41 PM`, as people write it and loggers don't.
        () if value.len() <= 22 && value.contains(&b'/') && date::date(value, 0).is_some_and(|d| d.time) => {
            Class::Is(I::Date)
        }
        // The time of a visit or a test; those at which rows are written have names that say so.
        () if (16..=29).contains(&value.len()) && date::date(value, 0).is_some_and(|d| d.time) => {
            Class::Is(I::Date)
        }
        () if value.len() == 8 && date::compact(value, 0).is_some_and(whole) => Class::Is(I::Date),
        () if picture.iter().any(|end| value.to_ascii_lowercase().ends_with(end)) => Class::Is(I::Photo),
        () => Class::None,
    }
}

pub(super) fn shift(hits: &mut [Hit], first: usize, by: usize) {
    for hit in hits.iter_mut().skip(first) {
        hit.start += by;
        hit.end += by;
    }
}
