//! The keys above a line of a document that is written over many lines.

use super::{html::Cells, json, xml::Inside};
use crate::text::token::marker;

/// Most nested keys that are kept; deeper ones are counted.
const DEEPEST: usize = 48;

/// Longest name of a key that is kept.
const KEY: usize = 40;

/// Keys above a line that are told to the reader: the last ones. The reader looks at three.
const TOLD: usize = 5;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grammar {
    /// Braces and brackets: JSON, and what programs print like it.
    Json,
    /// Elements.
    Xml,
    /// Indentation.
    Yaml,
    /// `name:value` of vCard, iCalendar and LDIF.
    Card,
    /// Settings below a section of INI or TOML.
    Section,
    /// One field on each line, as `psql \x` and `mysql \G` print rows.
    Record,
}

/// The name of a key, if it is short and made of what names are made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    bytes: [u8; KEY],
    length: usize,
}

impl Key {
    pub(crate) const NONE: Self = Self { bytes: [0; KEY], length: 0 };

    pub(crate) fn new(name: &[u8]) -> Self {
        let mut key = Self::NONE;
        let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_-.$@:/ #".contains(b);
        if name.len() <= KEY
            && name.iter().all(plain)
            && let Some(room) = key.bytes.get_mut(..name.len())
        {
            room.copy_from_slice(name);
            key.length = name.len();
        }
        key
    }

    pub(crate) fn name(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// An object, a list or an element that is open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) key: Key,
    /// What an attribute of an element calls it: `<field name="dob">`.
    pub(crate) called: Key,
    pub(crate) list: bool,
    /// Blanks before the key, where they tell the nesting.
    pub(crate) indent: usize,
}

impl Frame {
    pub(crate) fn name(&self) -> &[u8] {
        if self.called.name().is_empty() { self.key.name() } else { self.called.name() }
    }
}

/// What is open of a document.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) grammar: Grammar,
    pub(crate) frames: Vec<Frame>,
    /// Levels beyond those that are kept.
    pub(crate) over: usize,
    /// A key whose value has not come yet.
    pub(crate) pending: Key,
    /// Where in XML the line ended.
    pub(crate) inside: Inside,
    /// A resource of FHIR: which of the kinds that are read apart.
    pub(crate) resource: Option<&'static str>,
    /// Whether something that identifies a person was seen in it.
    pub(crate) person: bool,
    pub(crate) foreign: u8,
    /// The names of the columns of the rows that stand in it.
    pub(crate) heads: Vec<Key>,
    /// Where in a table of HTML a line is.
    pub(crate) cells: Cells,
}

/// Most names of columns that are kept.
const HEADS: usize = 64;

impl Tree {
    pub(crate) fn new(grammar: Grammar) -> Self {
        Self {
            grammar,
            frames: Vec::new(),
            over: 0,
            pending: Key::NONE,
            inside: Inside::Text,
            resource: None,
            person: false,
            foreign: 0,
            heads: Vec::new(),
            cells: Cells::default(),
        }
    }

    pub(crate) fn push(&mut self, key: Key, list: bool, indent: usize) {
        if self.frames.len() < DEEPEST && self.over == 0 {
            self.frames.push(Frame { key, called: Key::NONE, list, indent });
        } else {
            self.over += 1;
        }
    }

    pub(crate) fn pop(&mut self) {
        if self.over > 0 {
            self.over -= 1;
        } else {
            self.frames.pop();
        }
    }

    /// One more column.
    pub(crate) fn head(&mut self, name: &[u8]) {
        if self.heads.len() < HEADS {
            self.heads.push(Key::new(name));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.over == 0
    }

    /// A name, a number of a person and the like in a line as it was written make the document one about a person.
    pub(crate) fn see_markers(&mut self, line: &[u8]) {
        const OF_PERSONS: [&[u8]; 8] =
            [b"NAME", b"SSN", b"MRN", b"HEALTH-PLAN", b"DATE", b"ADDRESS", b"BIOMETRIC", b"PHOTO"];
        if self.person {
            return;
        }
        self.person = memchr::memchr_iter(b'[', line).any(|at| {
            let name = line.get(at + 1..).unwrap_or_default();
            marker(line, at).is_some() && OF_PERSONS.iter().any(|label| name.starts_with(label))
        });
    }

    /// A beginning of a JSON document with the same keys open, so that what follows is read as in one line.
    pub(crate) fn preface(&self, frames: &[Frame], pending: &[u8], out: &mut Vec<u8>) {
        out.clear();
        let told = frames.get(frames.len().saturating_sub(TOLD)..).unwrap_or_default();
        let mut object = false;
        let mut hinted = false;
        let rows = self.heads.len() > 1 && told.iter().any(|frame| frame.list && json::rows(frame.name()));
        let mut hint = |out: &mut Vec<u8>| {
            if !hinted {
                if let Some(kind) = self.resource {
                    out.extend_from_slice(br#""resourceType":""#);
                    out.extend_from_slice(kind.as_bytes());
                    out.extend_from_slice(br#"","#);
                }
                if self.person {
                    out.extend_from_slice(br#""patient_name":"Roe","#);
                }
                if rows {
                    out.extend_from_slice(br#""columns":"#);
                    for (index, head) in self.heads.iter().enumerate() {
                        out.extend_from_slice(if index == 0 { b"[\"" } else { b",\"" });
                        out.extend_from_slice(head.name());
                        out.push(b'"');
                    }
                    out.extend_from_slice(b"],");
                }
                hinted = true;
            }
        };
        if told.is_empty() || told.len() < frames.len() || told.first().is_some_and(|f| !f.name().is_empty())
        {
            out.push(b'{');
            hint(out);
            object = true;
        }
        for frame in told {
            if object {
                quote(frame.name(), out);
            } else if !frame.name().is_empty() {
                out.push(b'{');
                hint(out);
                quote(frame.name(), out);
            }
            out.push(if frame.list { b'[' } else { b'{' });
            object = !frame.list;
            if object {
                hint(out);
            }
        }
        if !pending.is_empty() {
            if !object {
                out.push(b'{');
                hint(out);
            }
            quote(pending, out);
        }
    }
}

fn quote(key: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(key);
    out.extend_from_slice(b"\":");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(keys: &[(&str, bool)]) -> Tree {
        let mut tree = Tree::new(Grammar::Json);
        for (key, list) in keys {
            tree.push(Key::new(key.as_bytes()), *list, 0);
        }
        tree
    }

    #[test]
    fn open_keys_are_told_as_a_beginning_of_a_document() {
        let mut out = Vec::new();
        let mut open = tree(&[("", false), ("entry", true), ("", false), ("name", true), ("", false)]);
        open.preface(&open.frames, b"", &mut out);
        assert_eq!(out, br#"{"entry":[{"name":[{"#);
        open.resource = Some("Patient");
        open.preface(&open.frames, b"family", &mut out);
        assert_eq!(out, br#"{"resourceType":"Patient","entry":[{"name":[{"family":"#);
        let open = tree(&[("patient", false)]);
        open.preface(&open.frames, b"", &mut out);
        assert_eq!(out, br#"{"patient":{"#);
        let open = tree(&[]);
        open.preface(&open.frames, b"dob", &mut out);
        assert_eq!(out, br#"{"dob":"#);
    }

    #[test]
    fn names_of_columns_are_told_above_rows() {
        let mut out = Vec::new();
        let mut open = tree(&[("", false), ("rows", true)]);
        open.head(b"mrn");
        open.head(b"dob");
        open.preface(&open.frames, b"", &mut out);
        assert_eq!(out, br#"{"columns":["mrn","dob"],"rows":["#);
    }

    #[test]
    fn depth_is_counted_and_not_kept() {
        let mut deep = tree(&[]);
        for _ in 0..100_000 {
            deep.push(Key::new(b"a"), false, 0);
        }
        assert_eq!(deep.frames.len(), DEEPEST);
        for _ in 0..100_000 {
            deep.pop();
        }
        assert!(deep.is_empty());
        deep.pop();
    }

    #[test]
    fn keys_that_could_be_text_are_not_kept() {
        assert!(Key::new(b"a \"quoted\" text").name().is_empty());
        assert!(Key::new(&[b'a'; 41]).name().is_empty());
        assert_eq!(Key::new(b"birthDate").name(), b"birthDate");
    }
}
