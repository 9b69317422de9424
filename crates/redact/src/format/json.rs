//! Walks JSON and gives its leaves with their keys, without building a tree.
//!
//! The walk is a loop with a stack of its own, so that depth costs no stack of the program; it gives up at the first
//! byte that is no JSON, and what it gave before still counts.

use std::ops::Range;

/// Deepest nesting that is followed.
pub(crate) const DEEPEST: usize = 128;

/// A string, number or word of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// Bytes of the key that leads to it, without quotes; through arrays, the array's.
    pub(crate) key: Range<usize>,
    /// Bytes of the key of the object around it.
    pub(crate) parent: Range<usize>,
    /// The key of the object around that.
    pub(crate) grandparent: Range<usize>,
    /// Bytes of the value, without quotes.
    pub(crate) value: Range<usize>,
    pub(crate) string: bool,
    /// Whether the value has escapes.
    pub(crate) escaped: bool,
    /// Nesting of objects, from 1.
    pub(crate) depth: usize,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The document ended here.
    Whole(usize),
    /// From here on it is no JSON.
    Broken(usize),
    /// It nests deeper than [`DEEPEST`].
    TooDeep,
}

/// An object or an array that is open.
pub(crate) struct Frame {
    object: bool,
    key: Range<usize>,
}

/// Walks the document that begins at `start`; the stack is room to work in.
pub(crate) fn walk(text: &[u8], start: usize, stack: &mut Vec<Frame>, leaves: &mut Vec<Leaf>) -> End {
    stack.clear();
    walk_from(text, start, stack, leaves)
}

/// Walks a line of a document that is written over several: it begins with a key, and may open and close more than it
/// shows.
pub(crate) fn walk_fragment(
    text: &[u8],
    start: usize,
    stack: &mut Vec<Frame>,
    leaves: &mut Vec<Leaf>,
) -> End {
    // Enough objects around that the closing ones at the end don't end it.
    stack.clear();
    stack.extend((0..8).map(|_| Frame { object: true, key: 0..0 }));
    match walk_from(text, start, stack, leaves) {
        End::Broken(end) if end >= text.len() => End::Whole(end),
        end => end,
    }
}

fn walk_from(text: &[u8], start: usize, stack: &mut Vec<Frame>, leaves: &mut Vec<Leaf>) -> End {
    let mut wants_key = !stack.is_empty();
    let mut key = 0..0;
    let mut place = start;
    loop {
        let Some(byte) = text.get(place).copied() else { return End::Broken(place) };
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => place += 1,
            b'{' | b'[' => {
                if stack.len() >= DEEPEST {
                    return End::TooDeep;
                }
                let object = byte == b'{';
                stack.push(Frame { object, key: key.clone() });
                if object {
                    key = 0..0;
                }
                wants_key = object;
                place += 1;
            }
            b'}' | b']' => {
                let Some(frame) = stack.pop() else { return End::Broken(place) };
                if frame.object != (byte == b'}') {
                    return End::Broken(place);
                }
                place += 1;
                key = frame.key;
                wants_key = false;
                if stack.is_empty() {
                    return End::Whole(place);
                }
            }
            b',' => {
                let Some(frame) = stack.last() else { return End::Broken(place) };
                wants_key = frame.object;
                if !frame.object {
                    key = frame.key.clone();
                }
                place += 1;
            }
            b':' => {
                wants_key = false;
                place += 1;
            }
            b'"' => {
                let Some((end, escaped)) = string_end(text, place + 1) else { return End::Broken(place) };
                let value = place + 1..end;
                place = end + 1;
                if wants_key {
                    key = value;
                } else {
                    leaves.push(leaf(stack, &key, value, true, escaped));
                }
            }
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                if stack.is_empty() || wants_key {
                    return End::Broken(place);
                }
                let rest = text.get(place..).unwrap_or_default();
                let length = rest
                    .iter()
                    .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
                    .count();
                leaves.push(leaf(stack, &key, place..place + length, false, false));
                place += length;
            }
            _ => return End::Broken(place),
        }
    }
}

fn leaf(stack: &[Frame], key: &Range<usize>, value: Range<usize>, string: bool, escaped: bool) -> Leaf {
    let objects = || stack.iter().rev().filter(|frame| frame.object);
    let name = |nth: usize| objects().nth(nth).map_or(0..0, |frame| frame.key.clone());
    Leaf {
        key: key.clone(),
        parent: name(0),
        grandparent: name(1),
        value,
        string,
        escaped,
        depth: objects().count(),
    }
}

/// Where the string that began ends, and whether it has escapes.
fn string_end(text: &[u8], start: usize) -> Option<(usize, bool)> {
    let mut place = start;
    let mut escaped = false;
    loop {
        let rest = text.get(place..)?;
        let at = memchr::memchr2(b'"', b'\\', rest)?;
        place += at;
        if text.get(place) == Some(&b'"') {
            return Some((place, escaped));
        }
        escaped = true;
        place += 2;
    }
}

/// Undoes the escapes of a string. `map` tells for each byte of the result, and for its end, where it came from.
pub(crate) fn unescape(raw: &[u8], out: &mut Vec<u8>, map: &mut Vec<usize>) {
    out.clear();
    map.clear();
    let mut place = 0;
    while let Some(byte) = raw.get(place).copied() {
        let start = place;
        if byte != b'\\' {
            out.push(byte);
            map.push(start);
            place += 1;
            continue;
        }
        let (character, length) = match raw.get(place + 1).copied() {
            Some(b'n') => ('\n', 2),
            Some(b'r') => ('\r', 2),
            Some(b't') => ('\t', 2),
            Some(b'b') => ('\u{8}', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'u') => unicode(raw, place),
            Some(other) if other < 0x80 => (char::from(other), 2),
            _ => ('\\', 1),
        };
        let mut bytes = [0; 4];
        for byte in character.encode_utf8(&mut bytes).bytes() {
            out.push(byte);
            map.push(start);
        }
        place += length;
    }
    map.push(raw.len());
}

fn unicode(raw: &[u8], place: usize) -> (char, usize) {
    let unit = |at: usize| -> Option<u32> {
        let digits = raw.get(at + 2..at + 6)?;
        if raw.get(at) != Some(&b'\\') || raw.get(at + 1) != Some(&b'u') {
            return None;
        }
        digits.iter().try_fold(0, |value, b| Some(value * 16 + char::from(*b).to_digit(16)?))
    };
    match unit(place) {
        Some(high @ 0xd800..=0xdbff) => match unit(place + 6) {
            Some(low @ 0xdc00..=0xdfff) => {
                (char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)).unwrap_or('\u{fffd}'), 12)
            }
            _ => ('\u{fffd}', 6),
        },
        Some(unit) => (char::from_u32(unit).unwrap_or('\u{fffd}'), 6),
        None => ('u', 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(text: &str) -> (Vec<(String, String, String)>, End) {
        let mut found = Vec::new();
        let end = walk(text.as_bytes(), 0, &mut Vec::new(), &mut found);
        let leaves = found
            .iter()
            .map(|l| {
                (
                    text[l.parent.clone()].to_owned(),
                    text[l.key.clone()].to_owned(),
                    text[l.value.clone()].to_owned(),
                )
            })
            .collect();
        (leaves, end)
    }

    #[test]
    fn leaves_come_with_their_keys_and_the_keys_above() {
        let (found, end) = leaves(r#"{"a":1,"n":{"f":"x","g":["y","z"],"o":[{"k":true}]},"b":"q\"r"}"#);
        let expect = [
            ("", "a", "1"),
            ("n", "f", "x"),
            ("n", "g", "y"),
            ("n", "g", "z"),
            ("o", "k", "true"),
            ("", "b", "q\\\"r"),
        ];
        assert_eq!(found, expect.map(|(p, k, v)| (p.to_owned(), k.to_owned(), v.to_owned())));
        assert_eq!(end, End::Whole(63));
    }

    #[test]
    fn what_is_broken_gives_what_came_before() {
        let (found, end) = leaves(r#"{"a":"x","b":"#);
        assert_eq!((found.len(), end), (1, End::Broken(13)));
        assert_eq!(leaves("{]").1, End::Broken(1));
        assert_eq!(leaves(&"[".repeat(200)).1, End::TooDeep);
        assert!(matches!(leaves("{\"a\":oops}").1, End::Broken(_)));
    }

    #[test]
    fn escapes_are_undone_and_places_are_kept() {
        let (mut out, mut map) = (Vec::new(), Vec::new());
        let raw = r"a\u00e9\n\ud83d\ude00b";
        unescape(raw.as_bytes(), &mut out, &mut map);
        assert_eq!(out, "aé\n😀b".as_bytes());
        assert_eq!(map.len(), out.len() + 1);
        assert_eq!((map[1], map[3], map[4], map[8], map[9]), (1, 7, 9, 21, 22));
    }
}
