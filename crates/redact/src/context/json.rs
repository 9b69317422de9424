//! JSON over many lines, and what programs print in its manner: `name: "Jane",`, `dob='1970-01-31',`, `Patient {`.

use std::ops::Range;

use super::{
    Goes,
    tree::{Grammar, Key, Tree},
};
use crate::{
    format::{fhir, header},
    text::token::at,
};

/// Keys of lists of the names of columns, and of rows below them.
const HEADS: [&[u8]; 8] =
    [b"columns", b"fields", b"header", b"headers", b"cols", b"columnnames", b"column_names", b"fieldnames"];
const ROWS: [&[u8]; 7] = [b"rows", b"values", b"records", b"data", b"datarows", b"resultset", b"result"];
/// Keys of the name of a column that is an object.
const CALLED: [&[u8]; 5] = [b"name", b"title", b"label", b"field", b"columnname"];

/// Whether a key is of a list of the names of columns.
pub(crate) fn heads(key: &[u8]) -> bool {
    HEADS.iter().any(|word| key.eq_ignore_ascii_case(word))
}

/// Whether a key is of rows whose columns have their names elsewhere.
pub(crate) fn rows(key: &[u8]) -> bool {
    ROWS.iter().any(|word| key.eq_ignore_ascii_case(word))
}

/// Takes the name of a column, if a text that is no key is one.
fn head(tree: &mut Tree, text: &[u8]) {
    let Some((last, above)) = tree.frames.split_last() else { return };
    let listed = last.list && heads(last.name());
    let called = !last.list
        && CALLED.iter().any(|key| tree.pending.name().eq_ignore_ascii_case(key))
        && above.last().is_some_and(|frame| frame.list && heads(frame.name()));
    if listed || called {
        tree.head(text);
    }
}

/// The document that a line opens and doesn't close; `body` is the line without its timestamp.
pub(super) fn opened(body: &[u8]) -> Option<Tree> {
    let body = body.trim_ascii();
    let last = *body.last()?;
    let first = at(body, 0);
    let second = body.get(1..).unwrap_or_default().trim_ascii_start();
    let whole = matches!(first, b'{' | b'"')
        || first == b'[' && matches!(second.first(), None | Some(b'{' | b'[' | b'"' | b'\''));
    let text = if whole {
        body
    } else if matches!(last, b'{' | b'[' | b'(') {
        tail(body)?
    } else {
        return None;
    };
    if !strings_close(text) {
        return None;
    }
    let mut tree = Tree::new(Grammar::Json);
    scan(&mut tree, text);
    (!tree.is_empty()).then_some(tree)
}

/// What opens at the end of a line of a log or of a program: `response: {`, `Patient(`.
fn tail(body: &[u8]) -> Option<&[u8]> {
    let opening = body.iter().rposition(|b| !matches!(b, b'{' | b'[' | b'(' | b' ')).map_or(0, |at| at + 1);
    let named = body.get(..opening)?.trim_ascii_end();
    let sign = usize::from(matches!(named.last(), Some(b':' | b'=')));
    let named = named.get(..named.len() - sign)?.trim_ascii_end();
    let start = named.iter().rposition(|b| !ident(*b)).map_or(0, |at| at + 1);
    // A call is none; what is made of a class is.
    let calls = at(body, opening) == b'(' && !at(body, start).is_ascii_uppercase();
    let quoted = matches!(named.last(), Some(b'"' | b'\'' | b'`' | b'\\'));
    if calls || quoted { None } else { body.get(start..) }
}

fn ident(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

/// Whether a line goes on with a document; its openings and closings are followed.
pub(super) fn goes_on(tree: &mut Tree, line: &[u8]) -> Goes {
    if header::length(line) > 0 || piece(line).is_none() || !strings_close(line) {
        return Goes::Foreign;
    }
    scan(tree, line);
    if tree.is_empty() { Goes::Ended } else { Goes::On }
}

/// What a line of a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// JSON.
    Json,
    /// A key and a value in another manner.
    Pair(Range<usize>, Range<usize>),
    /// A value by itself, in single quotes.
    Bare(Range<usize>),
    /// Brackets, numbers.
    Other,
}

/// Reads a line as a piece of a document, if it can be one.
pub(crate) fn piece(line: &[u8]) -> Option<Piece> {
    let start = line.iter().position(|b| *b > b' ')?;
    let rest = line.get(start..)?.trim_ascii_end();
    match *rest.first()? {
        b'"' | b'{' | b'}' | b'[' | b']' | b',' => Some(Piece::Json),
        b'\'' => {
            let end = start + 1 + memchr::memchr(b'\'', rest.get(1..)?)?;
            let key = start + 1..end;
            let after = line.get(end + 1..)?.trim_ascii_start();
            match after.first() {
                Some(b':') => Some(pair(line, key, line.len() - after.len() + 1)),
                None | Some(b',' | b']' | b')') => Some(Piece::Bare(key)),
                _ => None,
            }
        }
        b'(' | b')' => Some(Piece::Other),
        b'-' | b'0'..=b'9' => {
            let number = |b: &u8| b.is_ascii_digit() || b"-+.,eE ]".contains(b);
            rest.iter().all(number).then_some(Piece::Json)
        }
        first if first.is_ascii_alphabetic() || first == b'_' => {
            let length = rest.iter().take_while(|b| ident(**b)).count();
            let after = rest.get(length..)?.trim_ascii_start();
            let place = start + rest.len() - after.len();
            match (after.first(), after.get(1)) {
                (None | Some(b','), _) if matches!(first, b't' | b'f' | b'n') && length <= 5 => {
                    Some(Piece::Other)
                }
                (Some(b':' | b'='), Some(b':' | b'/' | b'=')) => None,
                (Some(b':' | b'='), _) => Some(pair(line, start..start + length, place + 1)),
                (Some(b'{' | b'('), _) => Some(Piece::Other),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A pair whose value begins at a place or behind blanks, with or without quotes and a comma behind.
fn pair(line: &[u8], key: Range<usize>, place: usize) -> Piece {
    let rest = line.get(place..).unwrap_or_default();
    let value = rest.trim_ascii_end();
    let value = value.strip_suffix(b",").or_else(|| value.strip_suffix(b";")).unwrap_or(value);
    let mut start = place + value.iter().take_while(|b| **b <= b' ').count();
    let mut end = place + value.len();
    let quote = at(line, start);
    if matches!(quote, b'"' | b'\'') && end > start + 1 && at(line, end - 1) == quote {
        (start, end) = (start + 1, end - 1);
    } else if matches!(quote, b'{' | b'[' | b'(')
        || matches!(at(line, end.wrapping_sub(1)), b'{' | b'[' | b'(')
    {
        return Piece::Other;
    }
    Piece::Pair(key, start..end.max(start))
}

/// Whether each string that begins in the line ends in it.
fn strings_close(line: &[u8]) -> bool {
    let mut place = 0;
    while let Some(at) = memchr::memchr2(b'"', b'\'', line.get(place..).unwrap_or_default()) {
        let open = place + at;
        match string(line, open) {
            Some(end) => place = end + 1,
            None => return false,
        }
    }
    true
}

/// Where the string that opens here ends.
fn string(line: &[u8], open: usize) -> Option<usize> {
    let quote = at(line, open);
    let mut place = open + 1;
    loop {
        let rest = line.get(place..)?;
        place += memchr::memchr2(quote, b'\\', rest)?;
        if at(line, place) == quote {
            return Some(place);
        }
        place += 2;
    }
}

/// Follows openings, closings and keys.
fn scan(tree: &mut Tree, line: &[u8]) {
    let mut place = 0;
    while let Some(byte) = line.get(place).copied() {
        match byte {
            b'"' | b'\'' => {
                let Some(end) = string(line, place) else { return };
                let text = line.get(place + 1..end).unwrap_or_default();
                place = end + 1;
                if key_follows(line, place) {
                    tree.pending = Key::new(text);
                } else {
                    if tree.pending.name() == b"resourceType" && fhir::is_resource(text) {
                        tree.resource = Some(fhir::kind(text));
                    }
                    head(tree, text);
                    tree.pending = Key::NONE;
                }
                continue;
            }
            b'{' | b'[' | b'(' => {
                let key = std::mem::replace(&mut tree.pending, Key::NONE);
                if byte == b'[' && heads(key.name()) {
                    tree.heads.clear();
                }
                tree.push(key, byte != b'{' && !(byte == b'(' && !key.name().is_empty()), 0);
            }
            b'}' | b']' | b')' => {
                tree.pop();
                tree.pending = Key::NONE;
            }
            b',' | b';' => tree.pending = Key::NONE,
            _ if ident(byte) => {
                let rest = line.get(place..).unwrap_or_default();
                let length = rest.iter().take_while(|b| ident(**b)).count();
                let word = rest.get(..length).unwrap_or_default();
                place += length;
                let next = line.get(place..).unwrap_or_default().iter().find(|b| **b > b' ').copied();
                if key_follows(line, place)
                    || matches!(next, Some(b'{' | b'(')) && tree.pending.name().is_empty()
                {
                    tree.pending = Key::new(word);
                }
                continue;
            }
            _ => {}
        }
        place += 1;
    }
    // A value that stood here is no key of the next line.
    if !matches!(line.trim_ascii_end().last(), Some(b':' | b'=')) {
        tree.pending = Key::NONE;
    }
}

/// Whether what ended here is a key.
fn key_follows(line: &[u8], place: usize) -> bool {
    let rest = line.get(place..).unwrap_or_default().trim_ascii_start();
    matches!(rest.first(), Some(b':' | b'=')) && !matches!(rest.get(1), Some(b':' | b'=' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(lines: &[&str]) -> Option<String> {
        let mut tree: Option<Tree> = None;
        for line in lines {
            tree = match tree.take() {
                None => opened(line.as_bytes()),
                Some(mut tree) => (goes_on(&mut tree, line.as_bytes()) != Goes::Ended).then_some(tree),
            };
        }
        tree.map(|tree| {
            let mut out = Vec::new();
            tree.preface(&tree.frames, tree.pending.name(), &mut out);
            String::from_utf8(out).unwrap()
        })
    }

    #[test]
    fn what_is_open_is_known() {
        for (lines, expected) in [
            (&["{", "  \"name\": [", "    {"][..], r#"{"name":[{"#),
            (&["{ \"resourceType\": \"Patient\",", "  \"a\": {"][..], r#"{"resourceType":"Patient","a":{"#),
            (&["[", "  {", "    \"a\": 1,", "  },", "  {"][..], "[{"),
            (&["{", "  \"dob\":"][..], r#"{"dob":"#),
            (
                &["saving Patient {", "  name: \"x\",", "  address: Address {"][..],
                r#"{"Patient":{"address":{"#,
            ),
            (&["response: {"][..], r#"{"response":{"#),
            (&["Patient(name='Jane',", "        dob='x',"][..], ""),
        ] {
            assert_eq!(open(lines).unwrap_or_default(), expected, "{lines:?}");
        }
    }

    #[test]
    fn names_of_columns_are_kept_for_their_rows() {
        let rows = r#"{"columns":["mrn","dob"],"rows":["#;
        for columns in [
            &["  \"columns\": [\"mrn\", \"dob\"],"][..],
            &[
                "  \"fields\": [",
                "    {\"name\": \"mrn\", \"type\": \"text\"},",
                "    {\"name\": \"dob\"}",
                "  ],",
            ][..],
            &["  \"headers\": [", "    \"mrn\",", "    \"dob\"", "  ],"][..],
        ] {
            let lines: Vec<_> = ["{"].iter().chain(columns).chain(&["  \"rows\": ["]).copied().collect();
            assert_eq!(open(&lines).as_deref(), Some(rows), "{columns:?}");
        }
    }

    #[test]
    fn what_is_closed_is_forgotten() {
        for lines in [
            &["{", "  \"name\": [", "  ]", "}"][..],
            &["{\"a\": {\"b\": 1}}"][..],
            &["call(x);"][..],
            &["for_each(", "x"][..],
            &["it said \"{"][..],
        ] {
            assert_eq!(open(lines), None, "{lines:?}");
        }
    }

    #[test]
    fn lines_of_other_writers_are_no_pieces() {
        for line in ["2026-11-22 03:41:38 INFO x", "INFO done", "std::fmt::Debug", "https://x.org/a"] {
            assert_eq!(piece(line.as_bytes()), None, "{line}");
        }
        assert_eq!(piece(b"  name: 'Jane',"), Some(Piece::Pair(2..6, 9..13)));
        assert_eq!(piece(b"  'name': 'Jane',"), Some(Piece::Pair(3..7, 11..15)));
        assert_eq!(piece(b"  'Jane',"), Some(Piece::Bare(3..7)));
        assert_eq!(piece(b"  \"name\": \"Jane\","), Some(Piece::Json));
    }
}
