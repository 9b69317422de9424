//! Tables and labels of HTML and CDA: a cell has the name of its column, and a value that of the label before it.

use super::tree::{Frame, Key};
use crate::text::key::{Class, classify};

/// Most columns of a table.
const COLUMNS: usize = 64;
/// Longest text of a label.
const LABEL: usize = 40;
/// Elements between a cell and its text.
const INSIDE: usize = 5;

/// Where in a table or a list a walk is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells {
    heads: Vec<Key>,
    /// Cells of this row that were opened.
    index: usize,
    /// Whether no row before told the names of columns.
    heading: bool,
    label: Option<Key>,
}

impl Cells {
    /// Takes notice of an element that opens.
    pub(super) fn open(&mut self, element: &[u8]) {
        match element {
            b"table" | b"dl" => *self = Self { heading: true, ..Self::default() },
            b"tr" => {
                // One name alone was the label of its row.
                if self.heading && self.heads.iter().filter(|head| !head.name().is_empty()).count() < 2 {
                    self.heads.clear();
                }
                (self.index, self.label, self.heading) = (0, None, self.heads.is_empty());
            }
            b"td" | b"th" => self.index += 1,
            _ => {}
        }
    }

    /// The name of what a text is, if its place tells; `frames` are the elements around it.
    pub(super) fn key(&mut self, frames: &[Frame], text: &[u8]) -> Option<Key> {
        let inside = frames.get(frames.len().saturating_sub(INSIDE)..).unwrap_or_default();
        let nearest = |names: &[&[u8]]| {
            inside.iter().rev().map(|frame| frame.key.name()).find(|name| names.contains(name))
        };
        let cell = nearest(&[b"td", b"th", b"dd", b"dt", b"label", b"legend"])
            .or_else(|| nearest(&[b"span", b"b", b"strong", b"p", b"div", b"li"]))?;
        let bare = text.strip_suffix(b":").unwrap_or(text).trim_ascii_end();
        let named = bare.len() <= LABEL
            && !bare.iter().any(u8::is_ascii_digit)
            && !matches!(classify(bare, b""), Class::None | Class::Machine);
        let column =
            || self.heads.get(self.index.wrapping_sub(1)).copied().filter(|head| !head.name().is_empty());
        match cell {
            b"th" => {
                self.name(bare);
                self.label = Some(Key::new(bare)).filter(|_| named);
                None
            }
            b"dt" | b"label" | b"legend" => {
                self.label = Some(Key::new(bare)).filter(|_| named);
                None
            }
            b"td" if !self.heading => self.label.take().or_else(column),
            _ if named && (cell == b"td" || bare.len() < text.len()) => {
                if cell == b"td" {
                    self.name(bare);
                }
                self.label = Some(Key::new(bare));
                None
            }
            _ => self.label.take(),
        }
    }

    /// Keeps the name of the column that a row of names is at.
    fn name(&mut self, name: &[u8]) {
        let place = self.index.wrapping_sub(1);
        if self.heading && place < COLUMNS {
            self.heads.resize(self.heads.len().max(place + 1), Key::NONE);
            if let Some(head) = self.heads.get_mut(place) {
                *head = Key::new(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        tree::{Grammar, Tree},
        xml::walk,
    };

    fn told(lines: &[&str]) -> Vec<String> {
        let mut tree = Tree::new(Grammar::Xml);
        let mut told = Vec::new();
        for line in lines {
            walk(&mut tree, line.as_bytes(), 0, &mut |_, _, key, range| {
                told.push(format!("{}={}", String::from_utf8_lossy(key), &line[range]));
            });
        }
        told
    }

    #[test]
    fn cells_have_the_names_of_their_columns() {
        for lines in [
            &[
                "<table><tr><th>Patient</th><th>DOB</th></tr>",
                "<tr><td>Roe, Ann</td><td><b>1970-01-31</b></td></tr>",
            ][..],
            &[
                "<table>",
                "<tr><td>Patient</td><td>DOB</td></tr>",
                "<tr><td>Roe, Ann</td>",
                "<td>1970-01-31</td></tr>",
            ][..],
            &["<table><tr><th>Patient</th><td>Roe, Ann</td></tr><tr><th>DOB</th><td>1970-01-31</td></tr>"][..],
            &["<table><tr><td>Patient:</td><td>Roe, Ann</td></tr><tr><td>DOB:</td><td>1970-01-31</td></tr>"]
                [..],
        ] {
            let told = told(lines);
            assert!(told.contains(&"Patient=Roe, Ann".to_owned()), "{told:?}");
            assert!(told.contains(&"DOB=1970-01-31".to_owned()), "{told:?}");
        }
    }

    #[test]
    fn labels_name_what_follows_them() {
        for line in [
            "<dl><dt>DOB</dt><dd>1970-01-31</dd></dl>",
            "<p><b>DOB:</b> 1970-01-31</p>",
            "<div><span>DOB:</span><span>1970-01-31</span></div>",
            "<label>DOB</label><span>1970-01-31</span>",
        ] {
            assert!(told(&[line]).contains(&"DOB=1970-01-31".to_owned()), "{line}");
        }
        let plain = told(&["<p><b>well</b> 1970-01-31</p>"]);
        assert_eq!(plain, ["b=well", "p=1970-01-31"]);
    }
}
