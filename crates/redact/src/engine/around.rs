//! Reads a line with what the lines before it announce. What is found here is added to what the line tells by itself.

use std::ops::Range;

use super::{Engine, Scratch, cells::bare};
use crate::{
    Identifier as I, Reason,
    check::digits,
    context::{self, Context, Frame, Grammar, Label, Person, Piece, Signs, Table, Tree, xml},
    format::{hl7, x12},
    text::{
        self, Hit, Manner,
        key::{Class, classify},
        token::at,
    },
    words::{FAMILY, GIVEN, WORD, dictionary, hash},
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
        if !self.strict && context.of_a_person() && Person::wants(line) {
            let manner = Manner { person: true, block: true, ..Manner::default() };
            text::read(line, manner, &mut scratch.tokens, hits);
        }
        self.near(line, context.near(), scratch, hits);
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
        if context::table::is_header(line, self) && !table.fields && table.keyed.is_none()
            || context::types(line)
            || remark(line)
        {
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
    pub(super) fn under(
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
            let key = label.phrase().get(place..key_end).unwrap_or_default();
            // Nothing of it can be too deep.
            let _ = self.under(line, &tree, &[], key, bare(line, start..end), scratch, hits);
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

/// Whether a line between rows says what a template wants of its columns, `# required,max 40,10 digits`: no cell is a
/// number or a day, and none names somebody.
fn remark(line: &[u8]) -> bool {
    let flags = |word: &[u8]| dictionary().get(hash(word));
    let name = |cell: &[u8]| {
        let words = || cell.split(|b| matches!(b, b' ' | b'#')).filter(|word| !word.is_empty());
        words().count() > 1
            && words().all(|word| flags(word) & (FAMILY | GIVEN) != 0)
            && words().any(|word| flags(word) & WORD == 0)
    };
    matches!(line, [b'#', b' ', b'a'..=b'z', ..])
        && !line.split(|b| b",|;\t".contains(b)).any(|cell| digits::count(cell) > 3 || name(cell))
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
