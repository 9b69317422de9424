//! What earlier lines of a stream announce for those that follow.
//!
//! The header of a table, the keys above a line of a document that is written over many, a label whose value stands
//! below it, the separators of a message, that a block of lines is about a person. What is kept is bounded: names of
//! keys and columns, never values.
//!
//! - A context is learned from lines as they were *written*, after masking. So a second pass over the output learns the
//!   same, and redacting twice stays redacting once.
//! - A context only adds findings to those of the line read by itself: one that is wrong hides nothing.
//! - It ends early rather than late: a line that doesn't fit ends a table, some that don't end a document.

pub(crate) mod card;
mod dump;
mod fields;
pub(crate) mod form;
mod html;
mod json;
mod label;
mod opening;
pub(crate) mod person;
mod signs;
mod strokes;
pub(crate) mod table;
mod titles;
mod tree;
pub(crate) mod xml;
mod yaml;

pub(crate) use dump::{call, types};
pub(crate) use json::{Piece, heads, piece, rows};
pub(crate) use label::{ANSWER, Label, NUMBERED, SLASH, answer, own_key};
pub(crate) use opening::numbered;
pub(crate) use person::Person;
pub(crate) use signs::Signs;
pub(crate) use strokes::drawn;
pub(crate) use table::Table;
pub(crate) use tree::{Frame, Grammar, Tree};
pub(crate) use yaml::{item, record};

use crate::{engine::Engine, format::header};

/// What is known of the lines before. Empty for most streams at most times.
#[derive(Default)]
pub(crate) struct Context {
    /// Whether anything is known; asked for each line.
    active: bool,
    table: Option<Table>,
    tree: Option<Tree>,
    label: Option<Label>,
    signs: Option<Signs>,
    /// For how many lines more a person that was told of is near.
    near: u8,
    /// How many lines lie above, up to the last one that names a person as forms do.
    below: u8,
    /// In logs: the lines before are about a person.
    person: Option<Person>,
}

/// Lines of a form, a label or a card below one that told of a person.
const NEAR: u8 = 12;

/// Most lines of one form that are near: what was masked because of the lines above must not go on by itself.
const BELOW: u8 = 40;

/// Lines of other writers between those of a document, before it counts as ended.
const FOREIGN: u8 = 5;

impl Context {
    pub(crate) const fn table(&self) -> Option<&Table> {
        self.table.as_ref()
    }

    pub(crate) const fn tree(&self) -> Option<&Tree> {
        self.tree.as_ref()
    }

    pub(crate) const fn label(&self) -> Option<&Label> {
        self.label.as_ref()
    }

    pub(crate) const fn signs(&self) -> Option<&Signs> {
        self.signs.as_ref()
    }

    /// Whether a line above, of the same form or label, told of a person.
    pub(crate) const fn near(&self) -> bool {
        self.near > 0
    }

    /// Whether the lines before are about a person, and this is none of a document.
    pub(crate) fn of_a_person(&self) -> bool {
        let document =
            self.tree.as_ref().is_some_and(|tree| matches!(tree.grammar, Grammar::Json | Grammar::Xml));
        self.person.is_some() && !document
    }

    /// Whether a line has to be read although it looks quiet by itself.
    pub(crate) fn wants(&self, line: &[u8]) -> bool {
        self.active
            && (self.table.is_some()
                || self.tree.is_some()
                || self.label.is_some()
                || self.near > 0 && form::holds(line) && form::possible(line)
                || self.signs.as_ref().is_some_and(|signs| signs.of_line(line))
                || self.of_a_person() && Person::wants(line))
            && line.iter().any(|b| *b > b' ')
    }

    /// Forgets everything, as at the end of a stream.
    pub(crate) fn clear(&mut self) {
        if self.active {
            *self = Self::default();
        }
    }

    /// A line went by that was too long to be read as a whole.
    ///
    /// Pictures and letters in base64 stand in documents on lines of their own: a document goes on behind them.
    pub(crate) fn pass_long(&mut self) {
        (self.table, self.label, self.signs, self.person, self.near) = (None, None, None, None, 0);
        self.active = self.tree.is_some();
    }

    /// Takes notice of a line, as it was written.
    #[inline]
    pub(crate) fn learn(&mut self, engine: &Engine, line: &[u8]) {
        let marked = || {
            memchr::memchr_iter(b'[', line).any(|open| line.get(open + 1).is_some_and(u8::is_ascii_uppercase))
        };
        if self.active || opening::possible(line) {
            self.take(engine, line);
        } else if marked() && (form::tells_of_a_person(line) || !engine.strict() && person::evident(line)) {
            (self.near, self.below) = (if form::tells_of_a_person(line) { NEAR } else { 0 }, 0);
            self.person = if engine.strict() { None } else { Person::after(None, line) };
            self.active = self.open();
        } else if engine.strict() && label::may_be_cut(line) {
            self.label = Label::after(None, engine, line);
            self.active = self.label.is_some();
        }
    }

    fn take(&mut self, engine: &Engine, line: &[u8]) {
        let line = line.trim_ascii_end();
        let told = form::tells_of_a_person(line);
        let begins = self.near == 0 || told && form::names_a_person(line);
        self.below = if begins { 0 } else { self.below.saturating_add(1) };
        self.near = if self.below > BELOW {
            0
        } else if told || self.near > 0 && form::possible(line) && person::evident(line) {
            NEAR
        } else if form::possible(line) || line.is_empty() {
            self.near.saturating_sub(1)
        } else {
            0
        };
        if line.is_empty() {
            self.table = None;
            self.label = self.label.take().and_then(Label::below_blank);
            self.person = self.person.take().and_then(Person::below_blank);
            self.active = self.open();
            return;
        }
        // What could not be handled tells nothing, neither as it was nor as its marker.
        if line.starts_with(b"[QUARANTINED:") {
            self.clear();
            return;
        }
        self.signs = Signs::opened(line).or_else(|| self.signs.take().and_then(|signs| signs.after(line)));
        // The types below the names of a table's columns are no tags.
        if self.table.is_none() || !types(line) {
            self.follow(line);
        }
        // Lines of documents are no tables, but for those below a section: sheets of samples, of analysers.
        if self.tree.as_ref().is_none_or(|tree| tree.grammar == Grammar::Section) {
            self.table = table::after(self.table.take(), engine, line);
        } else {
            self.table = None;
        }
        self.label = Label::after(self.label.take(), engine, line);
        if !engine.strict() {
            self.person = Person::after(self.person.take(), line);
        }
        self.active = self.open();
    }

    const fn open(&self) -> bool {
        self.tree.is_some()
            || self.table.is_some()
            || self.label.is_some()
            || self.signs.is_some()
            || self.near > 0
            || self.person.is_some()
    }

    /// Follows the structure of documents.
    fn follow(&mut self, line: &[u8]) {
        if let Some(mut tree) = self.tree.take() {
            tree.see_markers(line);
            let goes_on = match tree.grammar {
                Grammar::Json => json::goes_on(&mut tree, line),
                Grammar::Xml => xml::goes_on(&mut tree, line),
                Grammar::Yaml => yaml::goes_on(&mut tree, line),
                Grammar::Card => card::goes_on(line),
                Grammar::Section => card::section_goes_on(&mut tree, line),
                Grammar::Record => yaml::record_goes_on(line),
            };
            match goes_on {
                Goes::On => {
                    tree.foreign = 0;
                    self.tree = Some(tree);
                    return;
                }
                Goes::Foreign if tree.foreign < FOREIGN => {
                    tree.foreign += 1;
                    self.tree = Some(tree);
                    return;
                }
                Goes::Foreign => {}
                Goes::Ended => return,
            }
        }
        let body = line.get(header::length(line)..).unwrap_or_default();
        self.tree = xml::opened(line)
            .or_else(|| json::opened(body))
            .or_else(|| yaml::record_opened(line))
            .or_else(|| card::opened(line))
            .or_else(|| card::section_opened(line))
            .or_else(|| yaml::opened(line));
        if let Some(tree) = &mut self.tree {
            tree.see_markers(line);
        }
    }
}

/// What a line is to a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goes {
    /// A part of it.
    On,
    /// Of another writer.
    Foreign,
    /// Its end.
    Ended,
}
