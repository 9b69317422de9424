//! Texts in which parts are encoded for a query: they are read a second time with the encoding undone.
//!
//! `q=Roe%2C%20Jane`, `filter=dob%20eq%201962-03-17`, `dl=https%3A%2F%2F…%3Fmrn%3D00482913`: what separates a key from its
//! value, or the parts of a name, shows only then. `+` stands for a blank behind a `=`.

use std::ops::Range;

use super::{
    Hit, Manner, read,
    token::{Token, at},
};
use crate::Identifier;

/// Longest text that is decoded, in bytes, and how often it may be encoded.
const LONGEST: usize = 16 * 1024;
const LEVELS: usize = 3;

/// A text without encoding, and where each of its bytes came from; one place more than bytes.
pub(super) struct Decoded {
    pub(super) text: Vec<u8>,
    pub(super) places: Vec<usize>,
}

/// What is decoded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A text that may hold encoded values.
    Text,
    /// All of it is one value: each `+` is a blank, and so is the end of a line in it.
    Value,
    /// What was decoded once: a `+` that was encoded stands for itself.
    Again,
}

/// The byte that `%41` stands for.
fn escape(text: &[u8], place: usize, part: Part) -> Option<u8> {
    let digit = |at: usize| char::from(super::token::at(text, at)).to_digit(16);
    if at(text, place) != b'%' {
        return None;
    }
    match u8::try_from(digit(place + 1)? * 16 + digit(place + 2)?).ok()? {
        ..0x20 if part == Part::Value => Some(b' '),
        ..0x20 => None,
        byte => Some(byte),
    }
}

/// Whether a `+` stands for a blank here.
fn blank(text: &[u8], place: usize) -> bool {
    let before = at(text, place.wrapping_sub(1));
    let after = at(text, place + 1);
    (before.is_ascii_alphanumeric() || matches!(before, b',' | b'.')) && after.is_ascii_alphanumeric()
}

/// Undoes one level; nothing if nothing is encoded.
fn level(text: &[u8], places: Option<&[usize]>, part: Part) -> Option<Decoded> {
    let mut value = part == Part::Value;
    let worded = |place: usize| match part {
        Part::Text => blank(text, place) && at(text, place + 1).is_ascii_alphabetic(),
        Part::Value => true,
        Part::Again => false,
    };
    let encoded = memchr::memchr2_iter(b'%', b'+', text).any(|place| {
        if at(text, place) == b'%' { escape(text, place, part).is_some() } else { worded(place) }
    });
    if !encoded {
        return None;
    }
    let from = |place: usize| places.map_or(place, |places| places.get(place).copied().unwrap_or(place));
    let mut decoded =
        Decoded { text: Vec::with_capacity(text.len()), places: Vec::with_capacity(text.len() + 1) };
    let (mut place, mut changed) = (0, false);
    while place < text.len() {
        let byte = at(text, place);
        match byte {
            b' ' | b'"' | b'\t' => value = part == Part::Value,
            b'=' => value = true,
            _ => {}
        }
        let spaced = || match part {
            Part::Text => value && blank(text, place),
            Part::Value => true,
            Part::Again => false,
        };
        let (byte, length) = match escape(text, place, part) {
            Some(byte) => (byte, 3),
            None if byte == b'+' && spaced() => (b' ', 1),
            None => (byte, 1),
        };
        changed |= length == 3 || byte != at(text, place);
        decoded.text.push(byte);
        decoded.places.push(from(place));
        place += length;
    }
    decoded.places.push(from(text.len()));
    changed.then_some(decoded)
}

/// The text with the encoding of queries undone, if there is any.
pub(super) fn decoded(text: &[u8]) -> Option<Decoded> {
    all_levels(text, Part::Text)
}

/// The same for a text that is one encoded value as a whole: `Hi+Jane%2C+see+you`.
pub(super) fn decoded_value(text: &[u8]) -> Option<Decoded> {
    all_levels(text, Part::Value)
}

fn all_levels(text: &[u8], part: Part) -> Option<Decoded> {
    if text.len() > LONGEST {
        return None;
    }
    let mut decoded = level(text, None, part)?;
    for _ in 1..LEVELS {
        match level(&decoded.text, Some(&decoded.places), Part::Again) {
            Some(next) if memchr::memchr(b'%', &decoded.text).is_some() => decoded = next,
            _ => break,
        }
    }
    Some(decoded)
}

/// Reads a text whose encoding was undone; the hits stand where the encoded values do.
pub(super) fn read_decoded(decoded: &Decoded, manner: Manner, tokens: &mut Vec<Token>, hits: &mut Vec<Hit>) {
    let first = hits.len();
    read(&decoded.text, Manner { decoded: true, ..manner }, tokens, hits);
    let place = |at: usize| decoded.places.get(at).copied().unwrap_or(0);
    for hit in hits.iter_mut().skip(first) {
        (hit.start, hit.end) = (place(hit.start), place(hit.end));
    }
}

/// Drops addresses of mail that begin too early, since they were read with encoded signs before them as a part; `decoded`
/// are the hits of the text without encoding.
pub(super) fn spare_mails(text: &[u8], decoded: Range<usize>, hits: &mut Vec<Hit>) {
    let mails: Vec<Hit> = hits
        .get(decoded.clone())
        .unwrap_or_default()
        .iter()
        .filter(|hit| hit.identifier == Identifier::Email)
        .copied()
        .collect();
    if mails.is_empty() {
        return;
    }
    super::retain_from(hits, decoded.end, |hit| {
        let longer = |mail: &Hit| {
            mail.end == hit.end && text.get(hit.start..mail.start).unwrap_or_default().contains(&b'%')
        };
        hit.identifier != Identifier::Email || !mails.iter().any(longer)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_read_without() {
        let text = "u=/s?q=Roe%2C%20Jane&x=a%253Db+c";
        let found = decoded(text.as_bytes()).unwrap();
        assert_eq!(found.text, b"u=/s?q=Roe, Jane&x=a=b c");
        assert_eq!(found.places.len(), found.text.len() + 1);
        let start = found.text.iter().position(|b| *b == b'R').unwrap();
        assert_eq!(&text[found.places[start]..found.places[start + 9]], "Roe%2C%20Jane");
        assert!(decoded(b"100% of 4+4 at 5%").is_none());
        let found = decoded_value(b"Hi+Jane%21+%2B%0A3%2F14").unwrap();
        assert_eq!(found.text, b"Hi Jane! + 3/14");
        assert!(decoded_value(b"Hi,Jane").is_none());
    }

    #[test]
    fn values_of_encoded_queries_are_found_where_they_stand() {
        for (text, value) in [
            ("GET /v?filter=birthDate%20eq%201962-03-17 200", "1962-03-17"),
            ("dl=https%3A%2F%2Fp.example%2Fv%3Fmrn%3D00482913%26x%3D1", "00482913"),
            ("GET /map?to=482+Quarry+Road,+Springdale,+AR+72764", "482+Quarry+Road"),
        ] {
            let found = crate::text::trial::found(text);
            assert!(found.contains(&value), "{text}: {found:?}");
        }
    }
}
