//! YAML, by its indentation, and rows that are printed with one field on each line.

use std::ops::Range;

use super::{
    Goes,
    tree::{Grammar, Key, Tree},
};
use crate::{format::header, text::token::at};

/// A line of YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// Blanks and dashes before what it holds.
    pub(crate) indent: usize,
    pub(crate) dash: bool,
    pub(crate) key: Range<usize>,
    /// The value without quotes; nothing if it stands below.
    pub(crate) value: Range<usize>,
    /// Whether text follows below: `note: |`.
    block: bool,
}

/// Reads a line as one of YAML; nothing if it is a comment or can't be one.
pub(crate) fn item(line: &[u8]) -> Option<Item> {
    let mut start = line.iter().take_while(|b| **b == b' ').count();
    let mut dash = false;
    while at(line, start) == b'-' && matches!(at(line, start + 1), b' ' | 0) {
        dash = true;
        start += 1;
        start += line.get(start..).unwrap_or_default().iter().take_while(|b| **b == b' ').count();
    }
    let rest = line.get(start..)?.trim_ascii_end();
    if rest.is_empty() || matches!(rest.first(), Some(b'#' | b'\t')) {
        return None;
    }
    let (key, after) = key(line, start, start + rest.len());
    let end = start + rest.len();
    let mut from = after + line.get(after..end)?.iter().take_while(|b| **b <= b' ').count();
    let value = line.get(from..end)?;
    let block = matches!(value, [b'|' | b'>'] | [b'|' | b'>', b'-' | b'+']);
    let anchor = matches!(value.first(), Some(b'&' | b'!')) && !value.contains(&b' ');
    let mut to = end;
    if block || anchor {
        from = end;
    } else if let Some(quote @ (b'"' | b'\'')) = value.first()
        && value.len() > 1
        && value.last() == Some(quote)
    {
        (from, to) = (from + 1, end - 1);
    } else if let Some(comment) = memchr::memmem::find(value, b" #") {
        to = from + comment;
    }
    Some(Item { indent: start, dash, key, value: from..to.max(from), block })
}

/// The key that begins here, and where what follows it begins.
fn key(line: &[u8], start: usize, end: usize) -> (Range<usize>, usize) {
    let rest = line.get(start..end).unwrap_or_default();
    let quote = at(line, start);
    if matches!(quote, b'"' | b'\'') {
        let close = rest.get(1..).and_then(|rest| memchr::memchr(quote, rest));
        return match close {
            Some(length) if at(line, start + length + 2) == b':' => {
                (start + 1..start + 1 + length, start + length + 3)
            }
            _ => (start..start, start),
        };
    }
    let named = |b: &u8| b.is_ascii_alphanumeric() || b"_-. /$#@()".contains(b);
    let length = rest.iter().take(64).take_while(|b| named(b)).count();
    let closes = rest.get(length) == Some(&b':') && rest.get(length + 1).is_none_or(|b| *b <= b' ');
    if closes && length > 0 { (start..start + length, start + length + 1) } else { (start..start, start) }
}

/// Most words of a key; more are a sentence.
const WORDS: usize = 3;

impl Item {
    fn opens(&self, line: &[u8]) -> bool {
        let key = line.get(self.key.clone()).unwrap_or_default();
        !key.is_empty()
            && self.value.is_empty()
            && key.split(|b| *b == b' ').count() <= WORDS
            && (self.block || !matches!(line.trim_ascii_end().last(), Some(b'"' | b'\'')))
    }

    fn open(&self, tree: &mut Tree, line: &[u8]) {
        let key = line.get(self.key.clone()).unwrap_or_default();
        // Text in a block is read as the members of a list are.
        tree.push(Key::new(key), self.block, self.indent);
    }
}

/// The document that a line opens.
pub(super) fn opened(line: &[u8]) -> Option<Tree> {
    let item = item(line)?;
    // A list of objects opens with the first field of its first.
    let listed = item.dash && !item.key.is_empty() && !line.get(item.key.clone())?.contains(&b' ');
    if !(item.opens(line) || listed) || header::length(line) > 0 {
        return None;
    }
    let mut tree = Tree::new(Grammar::Yaml);
    if listed {
        tree.push(Key::NONE, false, item.indent.saturating_sub(2));
    }
    if item.opens(line) {
        item.open(&mut tree, line);
    }
    Some(tree)
}

/// Whether a line goes on with a document.
pub(super) fn goes_on(tree: &mut Tree, line: &[u8]) -> Goes {
    if line.starts_with(b"---") || line.starts_with(b"...") {
        return Goes::Ended;
    }
    if header::length(line) > 0 {
        return Goes::Foreign;
    }
    let Some(item) = item(line) else { return Goes::On };
    if tree.over > 0 {
        // Deeper than what is kept: nothing more can be told.
        return Goes::Ended;
    }
    while tree.frames.last().is_some_and(|frame| frame.indent >= item.indent) {
        tree.pop();
    }
    let above = tree.frames.len();
    let in_block = tree.frames.last().is_some_and(|frame| frame.list);
    if item.opens(line) && !in_block {
        item.open(tree, line);
        return Goes::On;
    }
    if above > 0 {
        return Goes::On;
    }
    if let Some(next) = opened(line) {
        tree.frames = next.frames;
        return Goes::On;
    }
    // A field of the document itself; its next part may come below.
    if item.indent == 0 && !item.key.is_empty() && !line.get(item.key).unwrap_or_default().contains(&b' ') {
        Goes::Foreign
    } else {
        Goes::Ended
    }
}

/// `-[ RECORD 1 ]---` of psql, `*** 1. row ***` of mysql.
pub(super) fn record_opened(line: &[u8]) -> Option<Tree> {
    let stars = line.starts_with(b"*****") && memchr::memmem::find(line, b". row *").is_some();
    (stars || line.starts_with(b"-[ RECORD")).then(|| Tree::new(Grammar::Record))
}

pub(super) fn record_goes_on(line: &[u8]) -> Goes {
    if record_opened(line).is_some() || record(line).is_some() { Goes::On } else { Goes::Ended }
}

/// The field and the value of a line of a record.
pub(crate) fn record(line: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let sign = line.iter().position(|b| matches!(b, b'|' | b':'))?;
    let start = line.iter().take_while(|b| **b == b' ').count();
    let end = start + line.get(start..sign)?.trim_ascii_end().len();
    let named = |b: &u8| b.is_ascii_alphanumeric() || b"_-. /$#".contains(b);
    let key = line.get(start..end)?;
    if key.is_empty() || key.len() > 64 || !key.iter().all(named) {
        return None;
    }
    let rest = line.get(sign + 1..)?;
    let from = sign + 1 + rest.iter().take_while(|b| **b == b' ').count();
    Some((start..end, from..line.trim_ascii_end().len().max(from)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> Option<(usize, &str, &str)> {
        item(line.as_bytes()).map(|i| (i.indent, &line[i.key], &line[i.value]))
    }

    #[test]
    fn keys_and_values_are_parted() {
        for (line, expected) in [
            ("patient:", Some((0, "patient", ""))),
            ("  name: \"Jane Roe\"", Some((2, "name", "Jane Roe"))),
            ("  - name: Jane # x", Some((4, "name", "Jane"))),
            ("  - Jane Roe", Some((4, "", "Jane Roe"))),
            ("  note: |", Some((2, "note", ""))),
            ("  'last name': x", Some((2, "last name", "x"))),
            ("  at 10:30", Some((2, "", "at 10:30"))),
            ("# x", None),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
    }

    #[test]
    fn indentation_tells_what_is_open() {
        let mut tree = opened(b"patient:").unwrap();
        let path = |tree: &Tree| -> Vec<String> {
            tree.frames.iter().map(|f| String::from_utf8_lossy(f.key.name()).into_owned()).collect()
        };
        for (line, goes, expected) in [
            ("  name:", Goes::On, "patient/name"),
            ("    given: Jane", Goes::On, "patient/name"),
            ("  contacts:", Goes::On, "patient/contacts"),
            ("  - name: Ann", Goes::On, "patient/contacts"),
            ("2026-11-22 03:41:38 INFO x", Goes::Foreign, "patient/contacts"),
            ("    phone: x", Goes::On, "patient/contacts"),
            ("  dob: x", Goes::On, "patient"),
            ("Starting the server", Goes::Ended, ""),
        ] {
            assert_eq!(goes_on(&mut tree, line.as_bytes()), goes, "{line}");
            assert_eq!(path(&tree).join("/"), expected, "{line}");
        }
    }

    #[test]
    fn records_are_a_field_on_each_line() {
        assert!(record_opened(b"-[ RECORD 1 ]-+---").is_some());
        assert!(record_opened(b"*************************** 1. row ***************************").is_some());
        assert_eq!(record(b"name | Jane Roe"), Some((0..4, 7..15)));
        assert_eq!(record(b"       dob: 1970"), Some((7..10, 12..16)));
        assert_eq!(record_goes_on(b"done"), Goes::Ended);
    }
}
