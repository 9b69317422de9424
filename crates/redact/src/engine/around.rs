//! Reads a line with what the lines before it announce. What is found here is added to what the line tells by itself.

use std::ops::Range;

use super::{Engine, Scratch};
use crate::{
    Identifier as I, Mode, Reason, Treatment,
    context::{self, Context, Frame, Grammar, Label, Person, Piece, Signs, Table, Tree, table::Column, xml},
    format::{hl7, x12},
    shape::date,
    text::{
        self, Hit, Manner,
        key::{Class, classify},
        token::at,
    },
};

/// Longest line whose keys are looked at one by one.
const LONGEST: usize = 64 * 1024;

impl Engine {
    pub(crate) fn strict(&self) -> bool {
        self.strict
    }

    /// Adds what the context tells of a line.
    pub(super) fn around(&self, line: &[u8], context: &Context, scratch: &mut Scratch, hits: &mut Vec<Hit>) {
        if line.len() > LONGEST {
            return;
        }
        let first = hits.len();
        let read = self.announced(line, context, scratch, hits);
        if read.is_err() {
            // Too deep together with what is around: the line by itself was read.
            hits.truncate(first);
        }
    }

    fn announced(
        &self,
        line: &[u8],
        context: &Context,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Reason> {
        let started = matches!(at(line, 0), b'M' | b'I').then(|| Signs::opened(line)).flatten();
        if let Some(signs) = started.as_ref().or_else(|| context.signs().filter(|signs| signs.of_line(line)))
        {
            self.segments(line, signs, scratch, hits);
        }
        if let Some(table) = context.table() {
            self.row(line, table, scratch, hits)?;
        }
        let tree = context.tree();
        if let Some(tree) = tree {
            self.below(line, tree, scratch, hits)?;
        }
        // The elements of one line tell of each other.
        if tree.is_none_or(|tree| tree.grammar != Grammar::Xml)
            && let Some(start) = xml::start(line)
        {
            self.elements(line, start, Tree::new(Grammar::Xml), scratch, hits)?;
        }
        if let Some(label) = context.label() {
            self.labelled(line, label, scratch, hits);
        }
        self.near(line, context.near(), scratch, hits);
        if !self.strict && context.of_a_person() && Person::wants(line) {
            let manner = Manner { person: true, block: true, ..Manner::default() };
            text::read(line, manner, &mut scratch.tokens, hits);
        }
        Ok(())
    }

    /// A segment with other separators than the usual.
    fn segments(&self, line: &[u8], signs: &Signs, scratch: &mut Scratch, hits: &mut Vec<Hit>) {
        let mut usual = std::mem::take(&mut scratch.joined);
        signs.translate(line, &mut usual);
        if x12::begins(&usual) {
            x12::read(&usual, hits);
        } else if hl7::begins(&usual, 0) {
            self.hl7(&usual, scratch, hits);
        }
        scratch.joined = usual;
    }

    fn row(
        &self,
        line: &[u8],
        table: &Table,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Reason> {
        // `# required,required,optional`: what a template says of its columns.
        let remark = matches!(line, [b'#', b' ', b'a'..=b'z', ..]);
        if context::table::is_header(line, self) && !table.fields || context::types(line) || remark {
            return Ok(());
        }
        let drawn = context::drawn(line);
        let first = hits.len();
        let read = self.cells(drawn.as_deref().unwrap_or(line), table, scratch, hits);
        if drawn.is_some() {
            // A stroke is of several bytes.
            let whole = |place: usize| at(line, place) & 0xc0 != 0x80;
            let mut index = 0;
            hits.retain(|hit| {
                index += 1;
                index <= first || whole(hit.start) && whole(hit.end)
            });
        }
        read
    }

    fn cells(
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
                    let start = range.start + cell.len() - cell.trim_ascii_start().len();
                    let range = start..start + cell.trim_ascii().len();
                    result = self.under(line, &tree, &[], key, range, scratch, hits);
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
                let cell = line.get(range.clone()).unwrap_or_default();
                let start = range.start + cell.len() - cell.trim_ascii_start().len();
                let tree = Tree::new(Grammar::Record);
                result = self.under(
                    line,
                    &tree,
                    &[],
                    field,
                    start..start + cell.trim_ascii().len(),
                    scratch,
                    hits,
                );
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
        let cell = line.get(range.clone()).unwrap_or_default();
        let start = range.start + cell.len() - cell.trim_ascii_start().len();
        let mut value = cell.trim_ascii();
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
        let worded = value.iter().any(u8::is_ascii_alphabetic) && !value.iter().any(u8::is_ascii_digit);
        // In a table about persons a name is a person's.
        let full = value.contains(&b' ') && value.first().is_some_and(u8::is_ascii_uppercase);
        let named = matches!(class, Class::Person | Class::Part(_))
            || matches!(class, Class::Staff | Class::User) && (full || person && listed_name(value));
        if matches!(class, Class::Person | Class::Part(_) | Class::Staff | Class::User)
            && (text::rows::elsewhere(value, false) || vacant(value))
        {
            return Ok(());
        }
        if named && person && worded && value.len() < 64 {
            class = Class::Is(I::Name);
        }
        if class == Class::None && person {
            class = by_form(value);
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

    /// A line of a document of which lines before have opened keys.
    fn below(
        &self,
        line: &[u8],
        tree: &Tree,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Reason> {
        match tree.grammar {
            Grammar::Xml => self.elements(line, 0, tree.clone(), scratch, hits),
            Grammar::Record => match context::record(line) {
                Some((key, value)) => {
                    let key = line.get(key).unwrap_or_default();
                    self.under(line, tree, &tree.frames, key, value, scratch, hits)
                }
                None => Ok(()),
            },
            Grammar::Card => {
                let mut result = Ok(());
                context::card::values(line, |key, value| {
                    if result.is_ok() {
                        result = self.under(line, tree, &[], key, value, scratch, hits);
                    }
                });
                result
            }
            Grammar::Section => match context::card::setting(line) {
                Some((key, value)) => {
                    let key = line.get(key).unwrap_or_default();
                    self.under(line, tree, &tree.frames, key, value, scratch, hits)
                }
                None => Ok(()),
            },
            Grammar::Yaml => {
                let Some(item) = context::item(line) else { return Ok(()) };
                let above = tree.frames.iter().take_while(|frame| frame.indent < item.indent).count();
                let frames = tree.frames.get(..above).unwrap_or_default();
                let Some((last, before)) = frames.split_last() else { return Ok(()) };
                if item.key.is_empty() || last.list {
                    // A member of a list, or text in a block.
                    let start = item.indent;
                    let range =
                        if item.key.is_empty() { item.value } else { start..line.trim_ascii_end().len() };
                    if item.dash || last.list {
                        return self.under(line, tree, before, last.key.name(), range, scratch, hits);
                    }
                    return Ok(());
                }
                let key = line.get(item.key).unwrap_or_default();
                self.under(line, tree, frames, key, item.value, scratch, hits)
            }
            Grammar::Json => match context::piece(line) {
                Some(Piece::Json) => self.piece(line, tree, scratch, hits),
                Some(Piece::Pair(key, value)) => {
                    let key = line.get(key).unwrap_or_default();
                    self.under(line, tree, &tree.frames, key, value, scratch, hits)
                }
                Some(Piece::Bare(value)) => {
                    let Some((last, before)) = tree.frames.split_last() else { return Ok(()) };
                    self.under(line, tree, before, last.key.name(), value, scratch, hits)
                }
                Some(Piece::Other) | None => Ok(()),
            },
        }
    }

    /// A line of JSON, below the keys that are open.
    fn piece(
        &self,
        line: &[u8],
        tree: &Tree,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Reason> {
        if tree.over > 0 {
            return Ok(());
        }
        let mut joined = std::mem::take(&mut scratch.joined);
        tree.preface(&tree.frames, tree.pending.name(), &mut joined);
        let length = joined.len();
        joined.extend_from_slice(line);
        let first = hits.len();
        let read = self.json(&joined, 0, 0, scratch, hits);
        behind(hits, first, length, 0, line.len());
        // A number by itself on a line becomes a string of the document, whichever reader found it.
        if line.iter().all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'\t' | b',' | b'-' | b'.' | b'\r')) {
            hits.iter_mut().for_each(|hit| hit.quoted = hit.quoted.max(1));
        }
        scratch.joined = joined;
        read.map(|_| ())
    }

    /// The leaves of XML, each read as a leaf of JSON below the elements around it.
    fn elements(
        &self,
        line: &[u8],
        start: usize,
        mut tree: Tree,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Reason> {
        let mut result = Ok(());
        if !tree.person {
            // Any of its elements tells whom the others are about.
            let mut person = false;
            xml::walk(&mut tree.clone(), line, start, &mut |_, _, key, range| {
                let value = line.get(range).unwrap_or_default();
                person |= matches!(
                    classify(key, b""),
                    Class::Is(identifier @ (I::Name | I::Ssn | I::Mrn | I::HealthPlan | I::Date))
                        if text::value::plausible(identifier, value)
                );
            });
            tree.person = person;
        }
        xml::walk(&mut tree, line, start, &mut |tree, frames, key, range| {
            if result.is_ok() {
                result = self.under(line, tree, frames, key, range, scratch, hits);
            }
        });
        result
    }

    /// A value, read as a leaf of JSON with this key, below these frames.
    #[expect(clippy::too_many_arguments, reason = "a leaf, what is around it, and where its findings go")]
    fn under(
        &self,
        line: &[u8],
        tree: &Tree,
        frames: &[Frame],
        key: &[u8],
        range: Range<usize>,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Reason> {
        let value = line.get(range.clone()).unwrap_or_default();
        let plain = |text: &[u8]| !text.iter().any(|b| matches!(b, b'"' | b'\\' | 0..=0x1f));
        if value.is_empty() || !plain(value) || !plain(key) || text::value::whole_marker(value) {
            return Ok(());
        }
        // `given: Jane` before anything tells that the document is about a person.
        if matches!(classify(key, b""), Class::Weak(I::Name))
            && text::is_person(value, true, &mut scratch.tokens)
        {
            let weight = text::weight::NAME;
            hits.push(Hit { start: range.start, end: range.end, identifier: I::Name, weight, quoted: 0 });
        }
        let mut joined = std::mem::take(&mut scratch.joined);
        tree.preface(frames, key, &mut joined);
        joined.push(b'"');
        let length = joined.len();
        joined.extend_from_slice(value);
        joined.push(b'"');
        let first = hits.len();
        let read = self.json(&joined, 0, 0, scratch, hits);
        behind(hits, first, length, range.start, value.len());
        scratch.joined = joined;
        read.map(|_| ())
    }

    /// A line below several labels: `City / State / ZIP`.
    fn listed(&self, line: &[u8], label: &Label, scratch: &mut Scratch, hits: &mut Vec<Hit>) {
        let tree = Tree::new(Grammar::Record);
        let labels = memchr::memmem::find_iter(label.phrase(), context::SLASH).count();
        if memchr::memmem::find_iter(line, context::SLASH).count() != labels {
            return;
        }
        let (mut start, mut place) = (0, 0);
        let ends = |text: &[u8], from: usize| {
            let rest = text.get(from..).unwrap_or_default();
            from + memchr::memmem::find(rest, context::SLASH).unwrap_or(rest.len())
        };
        for _ in 0..=labels {
            let (end, key_end) = (ends(line, start), ends(label.phrase(), place));
            let value = line.get(start..end).unwrap_or_default();
            let from = start + value.len() - value.trim_ascii_start().len();
            let range = from..from + value.trim_ascii().len();
            let key = label.phrase().get(place..key_end).unwrap_or_default();
            // Nothing of it can be too deep.
            let _ = self.under(line, &tree, &[], key, range, scratch, hits);
            (start, place) = (end + context::SLASH.len(), key_end + context::SLASH.len());
        }
    }

    /// A line below its label.
    fn labelled(&self, line: &[u8], label: &Label, scratch: &mut Scratch, hits: &mut Vec<Hit>) {
        if label.glue == context::NUMBERED {
            if let Some((_, range)) = context::numbered(line) {
                let mut tree = Tree::new(Grammar::Record);
                tree.person = matches!(classify(label.phrase(), b""), Class::Is(_));
                // Nothing of it can be too deep.
                let _ = self.under(line, &tree, &[], label.phrase(), range, scratch, hits);
            }
            return;
        }
        let answered = label.glue == context::ANSWER;
        if !answered && context::own_key(line) {
            return;
        }
        if label.glue == context::SLASH {
            self.listed(line, label, scratch, hits);
            return;
        }
        let blanks = line.len() - line.trim_ascii_start().len();
        let start = if answered { context::answer(line) } else { blanks };
        let value = line.get(start..).unwrap_or_default();
        let mut joined = std::mem::take(&mut scratch.joined);
        joined.clear();
        joined.extend_from_slice(label.phrase());
        joined.extend_from_slice(label.glue);
        let length = joined.len();
        joined.extend_from_slice(value);
        let first = hits.len();
        let manner = Manner { strict: self.strict, ..Manner::default() };
        text::read(&joined, manner, &mut scratch.tokens, hits);
        behind(hits, first, length, start, value.len());
        scratch.joined = joined;
    }
}

/// Whether a cell for a person holds none: `-- OPEN --`, `BLOCKED`.
fn vacant(value: &[u8]) -> bool {
    let text = value
        .iter()
        .position(u8::is_ascii_alphabetic)
        .map_or(&b""[..], |at| value.get(at..).unwrap_or_default());
    let word = text.split(|b| !b.is_ascii_alphabetic()).next().unwrap_or_default();
    crate::words::list!(
        "open blocked block hold lunch vacant empty tbd none unassigned available closed meeting break cancelled canceled clean \
         dirty reserved admin totals total"
    )
    .contains(&crate::words::hash(word))
}

/// Whether a cell is a family name or a given one alone.
fn listed_name(value: &[u8]) -> bool {
    use crate::words::{FAMILY, GIVEN, dictionary, hash};
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
        () if date::date(value, 0).is_some_and(|d| whole(d.end) && !d.time) => Class::Is(I::Date),
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

/// Keeps the hits behind a preface, and moves them to their places in the line.
pub(super) fn behind(hits: &mut Vec<Hit>, first: usize, preface: usize, start: usize, length: usize) {
    let mut index = 0;
    hits.retain_mut(|hit| {
        index += 1;
        if index <= first {
            return true;
        }
        if hit.start < preface || hit.end > preface + length {
            return false;
        }
        hit.start = hit.start - preface + start;
        hit.end = hit.end - preface + start;
        true
    });
}

fn shift(hits: &mut [Hit], first: usize, by: usize) {
    for hit in hits.iter_mut().skip(first) {
        hit.start += by;
        hit.end += by;
    }
}
