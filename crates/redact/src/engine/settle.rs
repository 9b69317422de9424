//! Settles findings that overlap: nothing that one of them covers stays readable.

use std::collections::BTreeMap;

use crate::text::{Hit, token::marker};

/// How far before a piece the beginning of a string is looked for, in bytes.
const STRING: usize = 4096;

/// Sorts, and joins what overlaps: the heavier one gives the identifier, the part of the lighter one that sticks out
/// stays a finding of its own if there is a letter or digit in it. Markers that a finding would swallow are cut out.
pub(crate) fn settle(line: &[u8], hits: &mut Vec<Hit>) {
    // The end of a line is no part of a value.
    let end = if line.ends_with(b"\r") { line.len() - 1 } else { line.len() };
    hits.retain_mut(|hit| {
        let inside = hit.end <= line.len();
        hit.end = hit.end.min(end);
        inside && hit.start < hit.end
    });
    if hits.is_empty() {
        return;
    }
    // `95537201^EPC`: an order's number goes with the system that gave it.
    for hit in hits.iter_mut() {
        let rest = line.get(hit.end..).unwrap_or_default();
        if rest.starts_with(b"^EPC") && !rest.get(4).is_some_and(u8::is_ascii_alphanumeric) {
            hit.end += 4;
        }
    }
    hits.sort_by(|a, b| {
        b.weight
            .cmp(&a.weight)
            .then(b.end.wrapping_sub(b.start).cmp(&a.end.wrapping_sub(a.start)))
            .then(a.start.cmp(&b.start))
    });
    let mut taken = BTreeMap::new();
    for hit in hits.drain(..) {
        place(line, hit, &mut taken);
    }
    for hit in taken.into_values() {
        without_markers(line, hit, hits);
    }
}

/// Puts what of a hit is free yet among those that are taken, which are kept by where they begin.
///
/// A tree: a line of half a megabyte has tens of thousands of findings, the heavier ones spread among the lighter.
fn place(line: &[u8], hit: Hit, taken: &mut BTreeMap<usize, Hit>) {
    // What begins before the hit may reach into it.
    let mut start =
        taken.range(..=hit.start).next_back().map_or(hit.start, |(_, before)| before.end.max(hit.start));
    while start < hit.end {
        let next = taken.range(start..hit.end).next();
        let (free_until, next_start) = next.map_or((hit.end, hit.end), |(from, other)| (*from, other.end));
        if start < free_until {
            let whole = start == hit.start && free_until == hit.end;
            let piece = if whole { Some((start, free_until)) } else { trimmed(line, start, free_until) };
            if let Some((from, to)) = piece {
                taken.insert(from, Hit { start: from, end: to, ..hit });
            }
        }
        start = next_start;
    }
}

/// A piece without the blanks and signs at its ends; none if there is no letter or digit.
///
/// It does not begin inside an escape of JSON: the letter of `\t` and the digits of `\u0009` are none of a value's own.
fn trimmed(line: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let piece = line.get(start..end)?;
    let last = piece.iter().rposition(|b| crate::shape::alphanumeric(*b))?;
    let mut from = 0;
    loop {
        let first = from + piece.get(from..)?.iter().position(|b| crate::shape::alphanumeric(*b))?;
        let slashes = piece.get(from..first)?.iter().rev().take_while(|b| **b == b'\\').count();
        if slashes == 0 {
            return Some((start + first, start + last + 1));
        }
        let whole = Some((start + first - slashes, start + last + 1));
        // What stands in no string may be a backslash of the value: then it goes with it.
        if memchr::memchr(b'"', line.get(start.saturating_sub(STRING)..start)?).is_none() {
            return whole;
        }
        let behind = match piece.get(first..)? {
            [b'b' | b'f' | b'n' | b'r' | b't', ..] => first + 1,
            // A letter in an escape is one of the value's.
            [b'u', b'0', b'0', b'0' | b'1' | b'2', ..] => (first + 5).min(piece.len()),
            _ => return whole,
        };
        // Two signs may stand for a backslash or be an escape of a document inside: both go.
        if slashes > 1 && piece.get(behind..)?.iter().any(|b| crate::shape::alphanumeric(*b)) {
            return whole;
        }
        from = behind;
    }
}

/// Parts of a hit between the markers that stand in it.
fn without_markers(line: &[u8], hit: Hit, out: &mut Vec<Hit>) {
    let value = line.get(hit.start..hit.end).unwrap_or_default();
    if memchr::memchr(b'[', value).is_none() {
        out.push(hit);
        return;
    }
    let (mut start, mut place) = (hit.start, hit.start);
    let mut cut = false;
    while place < hit.end {
        if let Some(end) = marker(line, place).filter(|end| *end <= hit.end) {
            cut = true;
            if let Some((from, to)) = trimmed(line, start, place) {
                out.push(Hit { start: from, end: to, ..hit });
            }
            (start, place) = (end, end);
        } else {
            place += 1;
        }
    }
    if !cut {
        out.push(hit);
    } else if let Some((from, to)) = trimmed(line, start, hit.end) {
        out.push(Hit { start: from, end: to, ..hit });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Identifier as I;

    fn settled(line: &str, hits: &[(usize, usize, I, u8)]) -> Vec<(String, I)> {
        let mut hits: Vec<Hit> = hits
            .iter()
            .map(|(start, end, identifier, weight)| Hit {
                start: *start,
                end: *end,
                identifier: *identifier,
                weight: *weight,
                quoted: 0,
            })
            .collect();
        settle(line.as_bytes(), &mut hits);
        hits.iter().map(|h| (line[h.start..h.end].to_owned(), h.identifier)).collect()
    }

    #[test]
    fn what_overlaps_is_covered_by_both_and_named_by_the_heavier() {
        let line = "12 Main St, Otis 97368";
        let found = settled(line, &[(0, 22, I::Address, 1), (17, 22, I::Zip, 5), (12, 16, I::City, 4)]);
        assert_eq!(
            found,
            [
                ("12 Main St".to_owned(), I::Address),
                ("Otis".to_owned(), I::City),
                ("97368".to_owned(), I::Zip)
            ]
        );
        let found = settled(line, &[(0, 10, I::Address, 1), (8, 16, I::City, 5)]);
        assert_eq!(found, [("12 Main".to_owned(), I::Address), ("St, Otis".to_owned(), I::City)]);
    }

    #[test]
    fn the_end_of_a_line_stays() {
        assert_eq!(settled("ID X76\r", &[(3, 7, I::Mrn, 1)]), [("X76".to_owned(), I::Mrn)]);
        assert!(settled("ID \r", &[(3, 4, I::Mrn, 1)]).is_empty());
    }

    #[test]
    fn markers_are_never_swallowed() {
        let found = settled("a [SSN] b", &[(0, 9, I::Name, 1)]);
        assert_eq!(found, [("a".to_owned(), I::Name), ("b".to_owned(), I::Name)]);
        assert!(settled("x [SSN]", &[(2, 7, I::Name, 1)]).is_empty());
    }

    #[test]
    fn what_sticks_out_begins_behind_an_escape() {
        for (line, left) in [
            (r#""\t[NAME] 48"#, &["48"][..]),
            (r#""[NAME]\t48"#, &["48"]),
            (r#""[NAME]\u0009\n48"#, &["48"]),
            (r#""[NAME]\\t48"#, &[r"\\t48"]),
            (r#""\\t[NAME]"#, &[]),
            (r#""\\test[NAME]"#, &[r"\\test"]),
            (r#""\u00c9mile[NAME]"#, &[r"\u00c9mile"]),
            (r" \temp[NAME]", &[r"\temp"]),
        ] {
            let found = settled(line, &[(1, line.len(), I::Date, 1)]);
            let found: Vec<&str> = found.iter().map(|(value, _)| value.as_str()).collect();
            assert_eq!(found, left, "{line}");
        }
    }
}
