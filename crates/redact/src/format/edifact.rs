//! Prescriptions in EDIFACT (NCPDP SCRIPT 8 and 10): segments of parties, patients and coverage, read by form.
//!
//! Segments end with an apostrophe, elements are parted by `+` and their parts by `:`. Senders shift elements, so a part
//! is known by what stands beside it: a state and a ZIP code, the kind of a number.

use std::ops::Range;

use crate::{
    Identifier as I,
    check::digits,
    text::{Hit, token::at, value::plausible, weight},
};

/// Segments that tell of people, and those with dates and numbers of messages.
const SEGMENTS: [&[u8]; 7] = [b"PTT", b"PVD", b"COO", b"DRU", b"UIH", b"REQ", b"RES"];

/// Whether such a segment begins here.
pub(crate) fn begins(text: &[u8], start: usize) -> bool {
    SEGMENTS.contains(&text.get(start..start + 3).unwrap_or_default())
        && at(text, start + 3) == b'+'
        && !at(text, start.wrapping_sub(1)).is_ascii_alphanumeric()
        && memchr::memchr(b'+', text.get(start + 4..(start + 64).min(text.len())).unwrap_or_default())
            .is_some()
}

/// Finds what the segments in a text hold.
pub(crate) fn read(text: &[u8], hits: &mut Vec<Hit>) {
    let mut next = 0;
    for plus in memchr::memchr_iter(b'+', text) {
        let Some(start) = plus.checked_sub(3).filter(|start| plus >= next && begins(text, *start)) else {
            continue;
        };
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.iter().position(|b| matches!(b, b'\'' | b'\r' | b'\n')).unwrap_or(rest.len());
        next = start + length;
        segment(text, start..next, hits);
    }
}

fn segment(text: &[u8], range: Range<usize>, hits: &mut Vec<Hit>) {
    let name = text.get(range.start..range.start + 3).unwrap_or_default();
    let mut start = range.start + 4;
    let mut number = 0;
    for element in text.get(start..range.end).unwrap_or_default().split(|b| *b == b'+') {
        number += 1;
        match name {
            b"UIH" if number == 2 => push(element, start, I::Other, hits),
            b"UIH" => {}
            b"DRU" | b"REQ" | b"RES" => dates(element, start, hits),
            _ => composite(element, start, hits),
        }
        start += element.len() + 1;
    }
}

/// An element of a party: a day, a name, a number with its kind, an address, telephones.
fn composite(element: &[u8], start: usize, hits: &mut Vec<Hit>) {
    let mut next = start;
    for repetition in element.split(|b| *b == b'*') {
        let place = next;
        next += repetition.len() + 1;
        let part = |nth: usize| repetition.split(|b| *b == b':').nth(nth).unwrap_or_default();
        let offset = |nth: usize| {
            place + repetition.split(|b| *b == b':').take(nth).map(|part| part.len() + 1).sum::<usize>()
        };
        let worded = |part: &[u8]| {
            part.len() > 1
                && part.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80 || b" -'.".contains(b))
        };
        let count = digits::count(part(0));
        let mut put = |nth: usize, identifier: I| push(part(nth), offset(nth), identifier, hits);
        match (part(1), part(2)) {
            _ if part(2).len() == 2 && digits::count(part(3)) >= 5 => {
                put(0, I::Address);
                put(1, I::City);
                put(3, I::Zip);
            }
            (b"TE" | b"WP" | b"HP" | b"CP" | b"BN", _) if count >= 7 => put(0, I::Phone),
            (b"FX", _) if count >= 7 => put(0, I::Fax),
            (b"SY" | b"34", _) if count == 9 => put(0, I::Ssn),
            (b"DH" | b"D1", _) => put(0, I::Dea),
            (kind, _) if (2..=3).contains(&kind.len()) && count >= 4 => {
                put(0, if count == 10 { I::Npi } else { I::Other });
            }
            (b"", b"") if part(0).len() == 8 && crate::shape::date::compact(part(0), 0) == Some(8) => {
                put(0, I::Date)
            }
            (b"", b"") if count >= 5 => put(0, I::Other),
            (given, _) if worded(part(0)) && worded(given) => {
                put(0, I::Name);
                put(1, I::Name);
                put(2, I::Name);
            }
            _ => {}
        }
    }
}

/// Dates behind the code of what happened: `85:20240804:102`.
fn dates(element: &[u8], start: usize, hits: &mut Vec<Hit>) {
    let mut place = start;
    for part in element.split(|b| matches!(b, b':' | b'*')) {
        if part.len() == 8 && crate::shape::date::compact(part, 0) == Some(8) {
            push(part, place, I::Date, hits);
        }
        place += part.len() + 1;
    }
}

fn push(value: &[u8], start: usize, identifier: I, hits: &mut Vec<Hit>) {
    if plausible(identifier, value) {
        hits.push(Hit { start, end: start + value.len(), identifier, weight: weight::KEY, quoted: 0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parties_of_prescriptions_are_read_by_form() {
        let text = "PTT++19620314+QUIST:ORLA:M+F+219099412:SY+14 ELM RD:OTIS:OR:97368+4155550123:TE'DRU+P:ibuprofen:::6738+85:20260301:102'";
        let mut hits = Vec::new();
        read(text.as_bytes(), &mut hits);
        let found: Vec<_> = hits.iter().map(|hit| (hit.identifier, &text[hit.start..hit.end])).collect();
        assert_eq!(
            found,
            [
                (I::Date, "19620314"),
                (I::Name, "QUIST"),
                (I::Name, "ORLA"),
                (I::Name, "M"),
                (I::Ssn, "219099412"),
                (I::Address, "14 ELM RD"),
                (I::City, "OTIS"),
                (I::Zip, "97368"),
                (I::Phone, "4155550123"),
                (I::Date, "20260301"),
            ]
        );
    }

    #[test]
    fn sums_and_names_of_versions_are_no_segments() {
        for text in ["RES+1", "a PTT+", "COO+x y", "GPTT+1+2"] {
            assert!(!(0..text.len()).any(|start| begins(text.as_bytes(), start)), "{text}");
        }
    }
}
