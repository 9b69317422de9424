//! Telephone numbers: of North America, and international ones.

use super::{alphanumeric, digits, ends};
use crate::text::token::{at, before};

/// What allows how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Suspicion {
    /// In logs, without a word for it.
    Low,
    /// In prose, without a word for it.
    Prose,
    /// After a word for it: phone, call, fax.
    Context,
}

/// End of the telephone number that begins here.
pub(crate) fn phone(text: &[u8], start: usize, suspicion: Suspicion) -> Option<usize> {
    if start >= text.len() {
        return None;
    }
    let previous = before(text, start);
    let plus = at(text, start) == b'+';
    if alphanumeric(previous) && previous < 0x80 || previous == b'_' && suspicion == Suspicion::Low {
        return None;
    }
    let earlier = if start >= 2 { at(text, start - 2) } else { 0 };
    if matches!(previous, b'-' | b'.' | b'/' | b':' | b',' | b'=') && earlier.is_ascii_digit() {
        return None;
    }
    if previous == b'-' && alphanumeric(earlier) || matches!(previous, b'.' | b'$' | b'#') && !plus {
        return None;
    }
    let end = if plus {
        international(text, start + 1)?
    } else if text.get(start..start + 2) == Some(b"00")
        && digits(text, start, 4) < 15
        && suspicion != Suspicion::Low
    {
        north_america(text, start, suspicion).or_else(|| international(text, start + 2))?
    } else {
        north_america(text, start, suspicion)
            .or_else(|| (suspicion == Suspicion::Context).then(|| spelled(text, start)).flatten())
            .or_else(|| (suspicion == Suspicion::Context).then(|| loose(text, start)).flatten())?
    };
    // `0.14 1.00 0.20 508`: figures side by side.
    let written = text.get(start..end).unwrap_or_default();
    let count = |sign: u8| written.iter().filter(|b| **b == sign).count();
    if count(b'.') > 1 && count(b' ') > 1 {
        return None;
    }
    let end = extension(text, end);
    ends(text, end).then_some(end)
}

/// Groups of digits with blanks, points, hyphens or brackets between; 8 to 15 digits in all (ITU-T E.164).
fn international(text: &[u8], start: usize) -> Option<usize> {
    let first = at(text, start);
    if !first.is_ascii_digit() && first != b'(' || first == b'0' {
        return None;
    }
    let (end, count) = groups(text, start, 15);
    (8..=15).contains(&count).then_some(end)
}

/// A number after a word for it: 7 to 15 digits in groups.
fn loose(text: &[u8], start: usize) -> Option<usize> {
    let (end, count) = groups(text, start, 15);
    // A year or a short count is no telephone number, nor is a date.
    let date = super::date::date(text, start).is_some();
    ((7..=15).contains(&count) && !date).then_some(end)
}

/// A number that spells a word: `1-800-555-HELP`, `800-FLOWERS`.
fn spelled(text: &[u8], start: usize) -> Option<usize> {
    let mut place = start;
    if at(text, place) == b'1' && separator(at(text, place + 1)) {
        place += 2;
    }
    let free = text.get(place..place + 3)?;
    if free.first() != Some(&b'8') || free.get(1) != free.get(2) && free.get(1) != Some(&b'0') {
        return None;
    }
    place += 3;
    let (mut end, mut count, mut letters) = (place, 0, 0);
    while count < 8 {
        let byte = at(text, place);
        if byte.is_ascii_digit() || byte.is_ascii_uppercase() {
            count += 1;
            letters += usize::from(byte.is_ascii_uppercase());
            end = place + 1;
        } else if !(separator(byte) && byte != b'.') {
            break;
        }
        place += 1;
    }
    ((7..=8).contains(&count) && letters >= 3).then_some(end)
}

fn groups(text: &[u8], start: usize, most: usize) -> (usize, usize) {
    let (mut place, mut end, mut count) = (start, start, 0);
    let mut gap = 0;
    while let byte @ 1.. = at(text, place) {
        match byte {
            b'0'..=b'9' if count < most => {
                count += 1;
                gap = 0;
                end = place + 1;
            }
            b' ' | b'.' | b'-' | b'(' | b')' | b'/' if gap < 2 => gap += 1,
            _ => break,
        }
        place += 1;
    }
    (end, count)
}

fn separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'.' | b' ' | b'/')
}

/// `(415) 555-0123`, `415-555-0123`, `1-800-555-0123`, `415.555.0123`, `4155550123` and `555-0123` after a word for it.
fn north_america(text: &[u8], start: usize, suspicion: Suspicion) -> Option<usize> {
    let mut place = start;
    // The prefix of long distance.
    if text.get(start..start + 3) == Some(b"001") && separator(at(text, start + 3)) {
        place += 4;
    } else if at(text, start) == b'1' && separator(at(text, start + 1)) {
        place += 2;
    }
    let mut brackets = false;
    if at(text, place) == b'(' {
        brackets = true;
        place += 1;
    }
    let run = digits(text, place, 11);
    if run == 10 && !brackets && suspicion == Suspicion::Context {
        return exchange_is_given(text, place, place + 3, true).then_some(place + 10);
    }
    if run == 7 && suspicion == Suspicion::Context && place == start {
        return Some(place + 7);
    }
    if run != 3 {
        return None;
    }
    let area = place;
    place += 3;
    let first = at(text, place);
    if brackets {
        if first != b')' {
            return None;
        }
        place += 1;
        if separator(at(text, place)) {
            place += 1;
        }
    } else {
        if !separator(first) {
            return None;
        }
        place += 1;
    }
    let exchange = place;
    match digits(text, place, 8) {
        // `555-0123` alone, or after an area code.
        3 => {}
        4 if !brackets && suspicion == Suspicion::Context && first == b'-' => return Some(place + 4),
        7 if brackets || suspicion == Suspicion::Context => {
            return exchange_is_given(text, area, exchange, true).then_some(place + 7);
        }
        _ => return None,
    }
    place += 3;
    let second = at(text, place);
    if !separator(second) || digits(text, place + 1, 5) != 4 {
        return None;
    }
    let strict = matches!(first, b' ' | b'/') && !brackets;
    if strict && suspicion == Suspicion::Low || first == b'.' && second != b'.' && !brackets {
        return None;
    }
    let lenient = suspicion > Suspicion::Low && (brackets || first == b'-');
    exchange_is_given(text, area, exchange, lenient).then_some(place + 5)
}

/// Whether area code and exchange are of the North American Numbering Plan; a lenient look asks only for the area.
fn exchange_is_given(text: &[u8], area: usize, exchange: usize, lenient: bool) -> bool {
    matches!(at(text, area), b'2'..=b'9') && (lenient || matches!(at(text, exchange), b'2'..=b'9'))
}

/// `x123`, `ext. 123`, `extension 123`.
fn extension(text: &[u8], end: usize) -> usize {
    let mut place = end;
    while matches!(at(text, place), b' ' | b',') && place < end + 2 {
        place += 1;
    }
    let rest = text.get(place..).unwrap_or_default();
    let word = rest.iter().take(10).take_while(|b| b.is_ascii_alphabetic()).count();
    let name = rest.get(..word).unwrap_or_default();
    if ![&b"x"[..], b"ext", b"extn", b"extension"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return end;
    }
    place += word;
    while matches!(at(text, place), b'.' | b' ' | b':') && place < end + 16 {
        place += 1;
    }
    match digits(text, place, 7) {
        count @ 1..=6 => place + count,
        _ => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, suspicion: Suspicion) -> Option<&str> {
        (0..text.len()).find_map(|i| phone(text.as_bytes(), i, suspicion).map(|end| &text[i..end]))
    }

    #[test]
    fn numbers_of_many_countries_are_found() {
        for text in [
            "(415) 555-0123",
            "415-555-0123",
            "415.555.0123",
            "1-800-555-0123",
            "+1 415 555 0123",
            "+14155550123",
            "+44 20 7946 0958",
            "+49 (30) 901820",
            "+81-3-1234-5678",
            "(415)555-0123",
            "415-555-0123 x12",
            "(415) 555-0123 ext. 4567",
            "001-415-555-0123x999",
            "+55 11 91234-5678",
        ] {
            assert_eq!(found(text, Suspicion::Low), Some(text));
        }
        for text in ["1-800-555-HELP", "1-800-FLOWERS", "888-GET-CARE"] {
            assert_eq!(found(text, Suspicion::Context), Some(text));
            assert_eq!(found(text, Suspicion::Low), None);
        }
        for text in ["4155550123", "555-0123", "020 7946 0958", "01 23 45 67 89", "5550123", "415 5550123"] {
            assert_eq!(found(text, Suspicion::Context), Some(text));
        }
        assert_eq!(found("415 555 0123", Suspicion::Prose), Some("415 555 0123"));
    }

    #[test]
    fn look_alikes_are_not() {
        for text in [
            "4155550123",
            "123-456-7890",
            "2024-03-14",
            "415-555-01234",
            "10.415.555.0123",
            "a415-555-0123",
            "415 555 0123",
            "1.415.555",
            "550e8400-e29b-41d4-a716-446655440000",
            "+12",
            "415-555-0123-4",
        ] {
            assert_eq!(found(text, Suspicion::Low), None, "{text}");
        }
    }
}
