//! Lines that are drawn around tables: boxes, and strokes below the names of columns.

use super::table::COLUMNS;
use crate::text::token::at;

/// A line with strokes of boxes, in ASCII of the same length; nothing if there are none.
pub(crate) fn drawn(line: &[u8]) -> Option<Vec<u8>> {
    let stroke =
        |at: &usize| line.get(*at + 1).is_some_and(|b| matches!(b, 0x94 | 0x95)) && at + 2 < line.len();
    memchr::memchr_iter(0xe2, line).find(stroke)?;
    let mut plain = line.to_vec();
    for at in memchr::memchr_iter(0xe2, line).filter(stroke) {
        // U+2502, U+2503, U+2506, U+2551 stand between columns; others are lines.
        let upright = matches!(line.get(at + 1..at + 3), Some([0x94, 0x82 | 0x83 | 0x86] | [0x95, 0x91]));
        if let Some(room) = plain.get_mut(at..at + 3) {
            room.copy_from_slice(if upright { b"|  " } else { b"---" });
        }
    }
    Some(plain)
}

/// Where the strokes of a line begin that is made of nothing else: `----+----`, `|---|:--:|`, `=====  ====`.
pub(super) fn underline(line: &[u8]) -> Option<Vec<usize>> {
    let stroke = |b: u8| matches!(b, b'-' | b'=');
    if !line.iter().all(|b| stroke(*b) || b"+|: \t*".contains(b)) || !line.iter().any(|b| stroke(*b)) {
        return None;
    }
    let begins = |place: &usize| stroke(at(line, *place)) && (*place == 0 || !stroke(at(line, place - 1)));
    Some((0..line.len()).filter(begins).take(COLUMNS + 1).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_become_signs_of_the_same_length() {
        let plain = drawn("│ Jané │".as_bytes()).unwrap();
        assert_eq!(plain, "|   Jané |  ".as_bytes());
        assert_eq!(drawn("└─┘".as_bytes()).unwrap(), b"---------");
        assert_eq!(drawn("“no” box".as_bytes()), None);
    }

    #[test]
    fn strokes_tell_where_columns_begin() {
        assert_eq!(underline(b"---- ---"), Some(vec![0, 5]));
        assert_eq!(underline(b"|:--|---|"), Some(vec![2, 5]));
        assert_eq!(underline(b"- item"), None);
    }
}
