//! Tables: a header tells what the cells of the rows below are.
//!
//! Separated by a sign (CSV, TSV, semicolons, pipes as `psql`, `mysql` and Markdown write them) or aligned in columns.

mod aligned;
mod kinds;
mod parted;

use std::ops::Range;

use self::{
    kinds::{administered, bodily, keyed, of_fields},
    parted::{bare, byte_of, cells, characters, gaps},
};
use super::{
    dump,
    opening::header_like,
    strokes::{drawn, underline},
    titles::{about_persons, of_patients, titles},
};
use crate::{
    Identifier as I, Treatment,
    engine::Engine,
    format::header,
    text::{
        Hit,
        key::{Class, cared_for, of_birth, parts},
        token::{at, marker},
        weight,
    },
    words::{hash, list},
};

/// Most columns of a table.
pub(super) const COLUMNS: usize = 256;
/// Lines of other writers between rows, before a table counts as ended.
const FOREIGN: u8 = 3;
/// Lines of a cell in quotes.
const CELL: u16 = 200;

/// How columns are parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parted {
    Sign(u8),
    /// By two blanks or more, aligned below their names.
    Wide,
    /// By a blank, if the next line underlines each name.
    Underlined,
    /// Values of SQL in parentheses.
    Tuples,
}

/// What is known of a column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) class: Class,
    pub(crate) treatment: Option<Treatment>,
    /// Characters before it, where columns are aligned.
    offset: usize,
}

/// A table whose header was seen.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    /// Whether its rows are about persons.
    pub(crate) person: bool,
    /// Whether each row is a field: its name, and its value.
    pub(crate) fields: bool,
    /// The columns of a field's name and of what it holds, in rows with more: `row,column,value,error`.
    pub(crate) keyed: Option<(usize, usize, usize)>,
    /// Columns whose names are sure to tell what identifies.
    sure: usize,
    parted: Parted,
    /// Whether blanks stand behind the commas of the header.
    spaced: bool,
    /// Whether the first column is a time.
    stamped: bool,
    /// Whether it stands in a comparison of two files, with a sign in front of each row.
    compared: bool,
    /// The header, until a line below it tells where its columns begin.
    names: Vec<u8>,
    /// The column of a cell in quotes that goes on in the next line.
    open: Option<usize>,
    open_lines: u16,
    foreign: u8,
}

/// The table that is known after a line.
pub(super) fn after(table: Option<Table>, engine: &Engine, line: &[u8]) -> Option<Table> {
    let drawn = drawn(line);
    let line = drawn.as_deref().unwrap_or(line);
    let Some(mut table) = table else { return header(line, engine) };
    if table.parted == Parted::Tuples && line.trim_ascii().eq_ignore_ascii_case(b"values") {
        return Some(table);
    }
    if table.open.is_none() {
        if let Some(starts) = underline(line) {
            return table.underlined(&starts, engine);
        }
        // Fields of records stand in the cells of such a table.
        let keyed = table.keyed.is_some() && table.cells(line, |_, _| {});
        if !keyed
            && let Some(next) = header(line, engine)
            && (next.sure > 1 || !table.cells(line, |_, _| {}))
        {
            return Some(next);
        }
    }
    if table.parted == Parted::Underlined {
        return None;
    }
    let mut open = None;
    if table.row(line, |_, _| {}, &mut open) {
        table.open_lines = if open.is_some() { table.open_lines + 1 } else { 0 };
        (table.open, table.foreign) = (open, 0);
        table.names.clear();
        return (table.open_lines < CELL).then_some(table);
    }
    table.foreign += 1;
    let passes = header::length(line) > 0
        || table.compared && line.starts_with(b"@@ ")
        || memchr::memchr_iter(b'[', line).any(|at| marker(line, at).is_some());
    (passes && table.foreign <= FOREIGN).then_some(table)
}

/// Whether a line between rows repeats a header.
pub(crate) fn is_header(line: &[u8], engine: &Engine) -> bool {
    header(line, engine).is_some_and(|table| table.sure > 1)
}

/// Takes back what looks like names in a header, where each column it lies on has a name that tells what its cells are.
pub(crate) fn spare_header(line: &[u8], engine: &Engine, hits: &mut Vec<Hit>) {
    if !hits.iter().any(|hit| hit.weight <= weight::KEY) {
        return;
    }
    let Some(table) = header(line, engine).filter(|table| table.sure > 1) else { return };
    hits.retain(|hit| {
        let (mut named, mut titled) = (true, true);
        table.cells(line, |index, range| {
            let name = line.get(range.clone()).unwrap_or_default().trim_ascii();
            // `ALT`, `Hgb`: of the columns of a test.
            let short = name.len() <= 4 || table.sure > 2;
            let telling = short || table.columns.get(index).is_some_and(|column| column.class != Class::None);
            let apart = range.end <= hit.start || range.start >= hit.end;
            let title = table.columns.get(index).is_some_and(|column| column.class != Class::None);
            titled &= apart || title && name.len() == hit.end - hit.start;
            named &= apart || telling && name.split(|b| *b == b' ').count() <= 2;
        });
        // `PATIENT   DISCH`: a title that stands behind another as a value does behind its label.
        (hit.weight > weight::NAME || !named)
            && (hit.weight > weight::KEY || hit.identifier != I::Name || !titled)
    });
}

fn header(line: &[u8], engine: &Engine) -> Option<Table> {
    let line = line.trim_ascii_end();
    if let Some(names) = compared(line) {
        let parted = |table: &Table| matches!(table.parted, Parted::Sign(_));
        return header(names, engine).filter(parted).map(|table| Table { compared: true, ..table });
    }
    // A field of a bill behind its locator.
    if super::form::locator(line, line.len() - line.trim_ascii_start().len()) > 0 {
        return None;
    }
    if let Some((names, sign)) = dump::asked(line) {
        return titled(line, &names, Parted::Sign(sign), engine);
    }
    let like = header_like(line);
    if !(like || dump::opens_tuples(line)) || header::length(line) > 0 {
        return None;
    }
    if let Some((names, tuples)) = dump::columns(line) {
        return titled(line, &names, if tuples { Parted::Tuples } else { Parted::Sign(b'\t') }, engine);
    }
    if !like {
        return None;
    }
    if let Some(sign) =
        [b'|', b'\t', b';', b','].into_iter().find(|sign| memchr::memchr(*sign, line).is_some())
    {
        let mut names = Vec::new();
        cells(line, sign, None, &mut |_, range| names.push(range))?;
        return titled(line, &names, Parted::Sign(sign), engine);
    }
    // Names of columns are words without a blank, or stand apart from each other.
    let named = |blanks, parted| {
        let mut names = Vec::new();
        gaps(line, blanks, &mut |range| names.push(range));
        titled(line, &names, parted, engine)
    };
    let wide = if glued(line) { 1 } else { 2 };
    named(wide, Parted::Wide).or_else(|| named(1, Parted::Underlined))
}

/// Whether names of columns stand one blank from each other: `   mrn last_name   dob`, as wide as what is below them.
fn glued(line: &[u8]) -> bool {
    let name = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b' ' | b'_');
    let mut glued = false;
    gaps(line, 2, &mut |range| {
        let cell = line.get(range).unwrap_or_default();
        glued |= cell.contains(&b' ') && cell.contains(&b'_');
    });
    glued && line.iter().all(name)
}

/// The names of columns in a comparison of two files: `@@ -12,2 +12,2 @@ MemberID,Name,DOB`, or the header itself behind its
/// sign.
pub(super) fn compared(line: &[u8]) -> Option<&[u8]> {
    if let Some(hunk) = line.strip_prefix(b"@@ -") {
        return hunk.get(memchr::memmem::find(hunk, b" @@ ")? + 4..);
    }
    let names = line.strip_prefix(b"+").or_else(|| line.strip_prefix(b"-"))?;
    (names.first().is_some_and(u8::is_ascii_alphabetic)
        && memchr::memchr3(b',', b'|', b'\t', names).is_some())
    .then_some(names)
}

/// A table of which the names of columns are known.
fn titled(line: &[u8], names: &[Range<usize>], parted: Parted, engine: &Engine) -> Option<Table> {
    if names.len() < 2 || names.len() > COLUMNS {
        return None;
    }
    let mut columns = Vec::with_capacity(names.len());
    let (mut births, mut care, mut flags) = (0, 0, 0);
    let (mut declared, mut sized, mut typed) = (false, false, false);
    let (mut age, mut sex) = (false, false);
    for range in names {
        let name = bare(line.get(range.clone()).unwrap_or_default());
        flags += usize::from(matches!(name, b"Y" | b"N"));
        declared |= dump::declared(name);
        sized |= dump::declared(name) && name.contains(&b'(');
        typed |= dump::types(name);
        // More words are a sentence.
        if name.split(|b| *b == b' ').count() > 6 + 3 * usize::from(name.ends_with(b"?")) {
            return None;
        }
        let class = if name.len() > 48 { Class::None } else { titles(name) };
        births += usize::from(class == Class::Is(I::Date) && of_birth(name));
        care += usize::from(cared_for(name));
        age |= class == Class::Is(I::Age);
        sex |= name.eq_ignore_ascii_case(b"sex") || name.eq_ignore_ascii_case(b"gender");
        // `AGE/SX`, `Sex/Age`.
        if name.len() <= 12 && (name.contains(&b'/') || name.contains(&b' ')) {
            let part = |words: &[u64]| parts(name).any(|part| words.contains(&hash(part)));
            (age, sex) = (age | part(list!("age yrs")), sex | part(list!("sex sx gender gndr s")));
        }
        let offset = characters(line.get(..range.start).unwrap_or_default());
        columns.push(Column { class, treatment: engine.treatment(name), offset });
    }
    // A row of a dictionary of data; but a column may be called `decimal`, or `Y`.
    if sized
        || flags > 1 && typed
        || declared && columns.iter().filter(|column| column.class != Class::None).count() < 2
    {
        return None;
    }
    // `id,age,sex,dx`.
    births += usize::from(age && sex);
    bodily(line, names, &mut columns);
    administered(line, names, &mut columns);
    let fields = of_fields(line, names);
    let keyed = if fields { None } else { keyed(line, names) };
    let named = parted != Parted::Underlined
        && of_patients(names.iter().map(|range| bare(line.get(range.clone()).unwrap_or_default())));
    let about = about_persons(&columns, engine.strict(), parted, births, care, named);
    let (sure, person) = match about {
        _ if fields => (2, false),
        Some((sure, person)) => (if named { sure.max(2) } else { sure }, person),
        None => keyed.map(|_| (2, false))?,
    };
    let aligned = matches!(parted, Parted::Wide | Parted::Underlined);
    Some(Table {
        sure,
        fields,
        keyed,
        stamped: stamped(line),
        compared: false,
        spaced: memchr::memmem::find(line, b", ").is_some(),
        columns,
        person,
        parted,
        names: if aligned { line.to_vec() } else { Vec::new() },
        open: None,
        open_lines: 0,
        foreign: 0,
    })
}

/// Whether the first column of a header is a time.
fn stamped(line: &[u8]) -> bool {
    let first = line.get(..line.len().min(24)).unwrap_or_default().to_ascii_lowercase();
    let first = first.trim_ascii_start();
    [&b"time"[..], b"date", b"ts", b"\"time", b"\"date", b"created", b"at"]
        .iter()
        .any(|word| first.starts_with(word))
}

impl Table {
    /// Tells the cells of a row; false if the line is none.
    pub(crate) fn cells(&self, line: &[u8], cell: impl FnMut(usize, Range<usize>)) -> bool {
        self.row(line, cell, &mut None)
    }

    fn row(&self, line: &[u8], mut cell: impl FnMut(usize, Range<usize>), open: &mut Option<usize>) -> bool {
        match line.split_first() {
            Some((b'+' | b'-' | b' ', row)) if self.compared => self.plain(
                row,
                &mut |index, range: Range<usize>| cell(index, range.start + 1..range.end + 1),
                open,
            ),
            _ => self.plain(line, &mut cell, open),
        }
    }

    fn plain(
        &self,
        line: &[u8],
        cell: &mut dyn FnMut(usize, Range<usize>),
        open: &mut Option<usize>,
    ) -> bool {
        let line = line.get(..line.trim_ascii_end().len()).unwrap_or_default();
        if header::length(line) > 0 && !self.stamped && self.open.is_none() {
            return false;
        }
        let sign = match self.parted {
            Parted::Sign(sign) => sign,
            Parted::Wide | Parted::Underlined => return self.aligned(line, cell),
            Parted::Tuples => {
                let count = self.columns.len();
                return dump::tuples(line, count, &mut |_, _| {}) && dump::tuples(line, count, cell);
            }
        };
        let mut spaced = false;
        let count = cells(line, sign, self.open, &mut |_, range| {
            spaced |= sign == b','
                && range.start > 1
                && at(line, range.start - 1) == b','
                && at(line, range.start) == b' ';
        });
        let Some((count, goes_on)) = count else { return false };
        let fits = count == self.columns.len()
            || count == self.columns.len() + 1 && line.last() == Some(&sign)
            || goes_on.is_some() && count < self.columns.len()
            // `12 | Roe |`, the last cell empty.
            || sign == b'|' && count + 1 == self.columns.len() && line.last() == Some(&sign)
            // Empty cells at the end of a line are cut with its blanks.
            || sign == b'\t' && count < self.columns.len() && count * 2 > self.columns.len();
        if spaced && !self.spaced && count > self.columns.len() && goes_on.is_none() {
            return self.unquoted(line, cell);
        }
        if !fits || spaced && !self.spaced {
            return false;
        }
        *open = goes_on;
        cells(line, sign, self.open, cell);
        true
    }

    /// A row with commas in its cells and no quotes around them, `12,Roe, Jane,1970-01-31`: a blank stands behind those.
    fn unquoted(&self, line: &[u8], cell: &mut dyn FnMut(usize, Range<usize>)) -> bool {
        let mut joined: Vec<Range<usize>> = Vec::new();
        let _ = cells(line, b',', None, &mut |_, range| match joined
            .last_mut()
            .filter(|_| at(line, range.start) == b' ' && !range.is_empty())
        {
            Some(last) => last.end = range.end,
            None => joined.push(range),
        });
        if joined.len() != self.columns.len() {
            return false;
        }
        joined.into_iter().enumerate().for_each(|(index, range)| cell(index, range));
        true
    }

    /// Takes the places of columns from the strokes below their names.
    fn underlined(mut self, starts: &[usize], engine: &Engine) -> Option<Self> {
        if !matches!(self.parted, Parted::Wide | Parted::Underlined)
            || self.names.is_empty() && self.parted == Parted::Wide
        {
            return Some(self);
        }
        let line = std::mem::take(&mut self.names);
        if starts.len() < 2 {
            // One stroke below all of the names.
            return (self.parted == Parted::Wide).then_some(self);
        }
        let places = || starts.iter().map(|start| byte_of(&line, *start));
        let ends = places().skip(1).chain([line.len()]);
        let names: Vec<_> = places().zip(ends).map(|(start, end)| start..end.max(start)).collect();
        titled(&line, &names, Parted::Wide, engine)
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
