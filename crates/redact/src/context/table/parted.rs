//! Parts a line into its cells: at a sign, outside of quotes, or at gaps.

use std::ops::Range;

use super::COLUMNS;
use crate::text::token::at;

/// A cell without its quotes and Markdown's stars.
pub(super) fn bare(cell: &[u8]) -> &[u8] {
    let sign = |b: &u8| *b <= b' ' || matches!(b, b'"' | b'\'' | b'`' | b'*' | b'#');
    let cell = cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell);
    let start = cell.iter().position(|b| !sign(b)).unwrap_or(cell.len());
    // `Acct #` is its number.
    let end = cell.iter().rposition(|b| !sign(b) || *b == b'#').map_or(start, |at| at + 1);
    cell.get(start..end.max(start)).unwrap_or_default()
}

/// Parts a line at a sign outside of quotes and tells each cell, without quotes; how many there are, and the column of a
/// cell in quotes that doesn't end. Pipes at the ends of the line are no separators.
pub(super) fn cells(
    line: &[u8],
    sign: u8,
    open: Option<usize>,
    cell: &mut dyn FnMut(usize, Range<usize>),
) -> Option<(usize, Option<usize>)> {
    let mut place = 0;
    let mut end = line.len();
    let mut index = open.unwrap_or(0);
    if sign == b'|' {
        let blanks = line.iter().take_while(|b| **b == b' ').count();
        if at(line, blanks) == b'|' {
            place = blanks + 1;
        }
        let trimmed = line.trim_ascii_end();
        if trimmed.len() > place && trimmed.last() == Some(&b'|') {
            end = trimmed.len() - 1;
        }
    }
    let mut quoted = open.is_some();
    loop {
        if !quoted {
            let blanks = line.get(place..end)?.iter().take_while(|b| **b == b' ').count();
            if sign != b'|' && at(line, place + blanks) == b'"' && place + blanks < end {
                quoted = true;
                place += blanks + 1;
            }
        }
        if quoted {
            let Some(close) = closing(line, place, end) else {
                cell(index, place..end);
                return Some((index + 1, Some(index)));
            };
            cell(index, place..close);
            place = close + 1;
            quoted = false;
            // What stands behind the quote belongs to no cell.
            let rest = line.get(place..end)?;
            match memchr::memchr(sign, rest) {
                Some(length) => place += length + 1,
                None => return Some((index + 1, None)),
            }
        } else {
            let rest = line.get(place..end)?;
            let length = memchr::memchr(sign, rest).unwrap_or(rest.len());
            cell(index, place..place + length);
            place += length;
            if place >= end {
                return Some((index + 1, None));
            }
            place += 1;
        }
        index += 1;
        if index > COLUMNS + 1 {
            return None;
        }
    }
}

/// The quote that ends a cell; a doubled one doesn't.
fn closing(line: &[u8], start: usize, end: usize) -> Option<usize> {
    let mut place = start;
    loop {
        place += memchr::memchr(b'"', line.get(place..end)?)?;
        if at(line, place + 1) != b'"' || place + 1 >= end {
            return Some(place);
        }
        place += 2;
    }
}

/// Tells what stands between gaps of so many blanks, or tabs.
pub(super) fn gaps(line: &[u8], blanks: usize, cell: &mut dyn FnMut(Range<usize>)) {
    let mut place = 0;
    while place < line.len() {
        let rest = line.get(place..).unwrap_or_default();
        let skip = rest.iter().take_while(|b| **b <= b' ').count();
        let start = place + skip;
        if start >= line.len() {
            return;
        }
        let mut end = start;
        let mut run = 0;
        for (offset, byte) in line.get(start..).unwrap_or_default().iter().enumerate() {
            if *byte <= b' ' {
                run += 1;
                if run >= blanks || *byte == b'\t' {
                    break;
                }
            } else {
                run = 0;
                end = start + offset + 1;
            }
        }
        cell(start..end);
        place = end;
    }
}

/// Characters of UTF-8.
pub(super) fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b & 0xc0 != 0x80).count()
}

/// The byte at which a character begins; the line's end if there are fewer.
pub(super) fn byte_of(line: &[u8], character: usize) -> usize {
    if line.is_ascii() {
        return character.min(line.len());
    }
    let starts = line.iter().enumerate().filter(|(_, b)| **b & 0xc0 != 0x80);
    starts.map(|(at, _)| at).nth(character).unwrap_or(line.len())
}
