//! Dates that are written in digits.

use super::{alphanumeric, begins, digits, value};
use crate::{check::calendar, text::token::at};

/// A date that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    /// Its end, without a time of day.
    pub(crate) end: usize,
    /// Whether a time of day follows.
    pub(crate) time: bool,
}

/// The date with year, month and day that begins here: `1970-01-31`, `1/31/1970`, `31.01.1970`, `01-31-70`.
pub(crate) fn date(text: &[u8], start: usize) -> Option<Date> {
    let first = digits(text, start, 5);
    let separator = at(text, start + first);
    if !matches!(first, 1 | 2 | 4)
        || !matches!(separator, b'-' | b'/' | b'.')
        || !at(text, start + first + 1).is_ascii_digit()
        || !date_begins(text, start)
    {
        return None;
    }
    let second_at = start + first + 1;
    let second = digits(text, second_at, 3);
    let third_at = second_at + second + 1;
    if !(1..=2).contains(&second) || at(text, second_at + second) != separator {
        return None;
    }
    let third = digits(text, third_at, 5);
    let end = third_at + third;
    let (a, b, c) = (value(text, start, first), value(text, second_at, second), value(text, third_at, third));
    let right = match (first, third) {
        (4, 1 | 2) => calendar::year(a) && calendar::exists(a, b, c),
        (1 | 2, 4) => calendar::year(c) && calendar::month_and_day(a, b, c),
        (2, 2) if separator == b'-' => calendar::month_and_day(a, b, 0) || calendar::exists(2000, b, c),
        (1 | 2, 2) if separator == b'/' || separator == b'.' && second == 2 => {
            calendar::month_and_day(a, b, 0)
        }
        _ => false,
    };
    (right && date_ends(text, end)).then(|| Date { end, time: time_follows(text, end) })
}

fn date_begins(text: &[u8], start: usize) -> bool {
    begins(text, start) || {
        // A range: `01/02/2024-01/05/2024`; and the tail of a path or a key: `/2024-01-02`, `x-2024-01-02` are none.
        start >= 5
            && at(text, start - 1) == b'-'
            && digits(text, start - 5, 5) >= 2
            && at(text, start.wrapping_sub(6)) == b'/'
            || start >= 3
                && at(text, start - 1) == b'-'
                && at(text, start - 2).is_ascii_digit()
                && at(text, start - 3).is_ascii_digit()
                && matches!(at(text, start.wrapping_sub(4)), b'/')
    }
}

fn date_ends(text: &[u8], end: usize) -> bool {
    match at(text, end) {
        b'T' | b't' => digits(text, end + 1, 3) == 2,
        b'-' => {
            // A range goes on; other hyphens join the date to something longer.
            let next = digits(text, end + 1, 5);
            let range = (1..=2).contains(&next) && at(text, end + 1 + next) == b'/';
            range || !alphanumeric(at(text, end + 1)) || stamp(text, end)
        }
        b'.' => !alphanumeric(at(text, end + 1)) || !at(text, end + 1).is_ascii_digit(),
        b'/' => !at(text, end + 1).is_ascii_digit(),
        b':' => true,
        byte => !alphanumeric(byte) || byte >= 0x80,
    }
}

/// `2005-06-03-15.42.50.363779`: a timestamp of old machines.
fn stamp(text: &[u8], end: usize) -> bool {
    digits(text, end + 1, 3) == 2 && at(text, end + 3) == b'.' && digits(text, end + 4, 3) == 2
}

/// Whether a time of day follows a date: `T10:30`, ` 10:30`, `:10:30:00`, `-15.42.50`, also after a comma or `at`.
pub(crate) fn time_follows(text: &[u8], end: usize) -> bool {
    if matches!(at(text, end), b'-') && stamp(text, end) {
        return true;
    }
    let mut place = end;
    if matches!(at(text, place), b',') {
        place += 1;
    }
    if !matches!(at(text, place), b'T' | b't' | b' ' | b'\t' | b':' | b'_' | b'+') {
        return false;
    }
    place += 1;
    let hour = digits(text, place, 3);
    (1..=2).contains(&hour)
        && value(text, place, hour) < 25
        && at(text, place + hour) == b':'
        && digits(text, place + hour + 1, 2) == 2
}

/// End of a date in eight digits, `19700131`, or of more that begin with one (HL7 and DICOM: a time follows).
pub(crate) fn compact(text: &[u8], start: usize) -> Option<usize> {
    let count = digits(text, start, 18);
    let right = count >= 8
        && calendar::year(value(text, start, 4))
        && calendar::exists(value(text, start, 4), value(text, start + 4, 2), value(text, start + 6, 2));
    (right && (count == 8 || count >= 10)).then_some(start + count)
}

/// End of month, day and year in two digits with hyphens, the month in one: `4-25-06`. More things than days are written
/// so: the caller looks at the words around.
pub(crate) fn hyphened(text: &[u8], start: usize) -> Option<usize> {
    if start >= text.len() {
        return None;
    }
    let (month, day) = (digits(text, start, 2), digits(text, start + 2, 3));
    let end = start + 3 + day + 2;
    let fits = month == 1
        && begins(text, start)
        && at(text, start + 1) == b'-'
        && (1..=2).contains(&day)
        && at(text, start + 2 + day) == b'-'
        && digits(text, start + 3 + day, 3) == 2
        && calendar::exists(2000, value(text, start, 1), value(text, start + 2, day));
    (fits && !matches!(at(text, end), b'-' | b'.' | b'/') && !alphanumeric(at(text, end))).then_some(end)
}

/// End of two or three groups of digits with slashes that are written as a day, though no calendar has it: `02/31/1961`.
pub(crate) fn slashed(text: &[u8], start: usize) -> Option<usize> {
    let first = digits(text, start, 3);
    let second = digits(text, start + first + 1, 3);
    let third_at = start + first + second + 2;
    let third = digits(text, third_at, 5);
    let fits = (1..=2).contains(&first)
        && (1..=2).contains(&second)
        && matches!(third, 2 | 4)
        && begins(text, start)
        && at(text, start + first) == b'/'
        && at(text, third_at - 1) == b'/';
    fits.then_some(third_at + third)
}

/// Whether eight digits that stand here are a day as Americans or others write it, the year last: `03171962`.
pub(crate) fn reversed(text: &[u8], start: usize) -> bool {
    digits(text, start, 9) == 8
        && calendar::year(value(text, start + 4, 4))
        && calendar::month_and_day(
            value(text, start, 2),
            value(text, start + 2, 2),
            value(text, start + 4, 4),
        )
}

/// Whether a date in quotes or brackets, with nothing beside it, is of years in which these logs were not written:
/// someone's day. Neither the first of a year nor the version of an interface.
pub(crate) fn long_ago(text: &[u8], start: usize) -> bool {
    let close = match at(text, start.wrapping_sub(1)) {
        b'\'' => b'\'',
        b'(' => b')',
        b'[' => b']',
        _ => return false,
    };
    let Some(found) = date(text, start) else { return false };
    let mut end = found.end;
    if without_time(text, end) {
        end += 9;
        // `00:00:00.0`.
        let rest = text.get(end..).unwrap_or_default();
        if let [b'.', zeros @ ..] = rest {
            end += 1 + zeros.iter().take(9).take_while(|b| **b == b'0').count();
        }
    }
    let written = text.get(start..found.end).unwrap_or_default();
    let year = if digits(text, start, 4) == 4 {
        value(text, start, 4)
    } else {
        value(text, found.end.wrapping_sub(4), 4)
    };
    let before = text.get(start.saturating_sub(16)..start).unwrap_or_default();
    at(text, end) == close
        && (1910..=2009).contains(&year)
        && !written.ends_with(b"-01-01")
        && !matches!(written, b"2006-03-01" | b"2008-10-17")
        && !before.windows(6).any(|six| six.eq_ignore_ascii_case(b"ersion"))
}

/// Whether a day with slashes and all of its year is of a life: no log was written in those years. Neither the first nor
/// the last of a year, of which epochs and defaults are, nor one with a time.
pub(crate) fn lived(text: &[u8], start: usize) -> bool {
    let Some(found) = date(text, start) else { return false };
    let written = text.get(start..found.end).unwrap_or_default();
    let day = |written: &[u8]| {
        [&b"01/01/"[..], b"1/1/", b"12/31/", b"31/12/"].iter().any(|known| written.starts_with(known))
    };
    written.len() > 7
        && written.get(written.len() - 5) == Some(&b'/')
        && (1905..1985).contains(&value(text, found.end - 4, 4))
        && !day(written)
        && !found.time
        && !matches!(at(text, start.wrapping_sub(1)), b'/' | b'.' | b'-' | b'_')
        && !matches!(at(text, found.end), b'/' | b'-' | b'_')
}

/// Whether a tab and a time follow a day that ends here, as in the logs of CloudFront.
pub(crate) fn tabbed(text: &[u8], end: usize) -> bool {
    matches!(text.get(end..end + 4), Some([b'\t', a, b, b':']) if a.is_ascii_digit() && b.is_ascii_digit())
}

/// Whether the time behind a day that ends here stops at its minutes: `T15:20`.
pub(crate) fn to_the_minute(text: &[u8], end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    matches!(rest, [b'T', a, b, b':', c, d, ..] if [a, b, c, d].iter().all(|b| b.is_ascii_digit()))
        && !rest.get(6).is_some_and(|b| matches!(b, b':' | b'Z' | b'+' | b'-') || b.is_ascii_digit())
}

/// Whether midnight stands behind a date: a day that was written as a moment.
pub(crate) fn without_time(text: &[u8], end: usize) -> bool {
    matches!(at(text, end), b' ' | b'T') && text.get(end + 1..end + 9) == Some(b"00:00:00")
}

/// End of month and day, or month and year, that begin here: `03/14`, `3/14`, `03/2024`. A weak sign: the caller looks
/// at the words around.
pub(crate) fn partial(text: &[u8], start: usize) -> Option<usize> {
    if !begins(text, start) {
        return None;
    }
    let first = digits(text, start, 3);
    if !(1..=2).contains(&first) || at(text, start + first) != b'/' {
        return None;
    }
    let second_at = start + first + 1;
    let second = digits(text, second_at, 5);
    let end = second_at + second;
    let (a, b) = (value(text, start, first), value(text, second_at, second));
    let right = match second {
        1 | 2 => calendar::month_and_day(a, b, 0),
        4 => (1..=12).contains(&a) && calendar::year(b),
        _ => false,
    };
    let after = at(text, end);
    let goes_on = alphanumeric(after)
        || matches!(after, b'/' | b'.' | b'%') && at(text, end + 1).is_ascii_digit()
        || after == b'%';
    (right && !goes_on).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        (0..text.len()).find_map(|i| date(text.as_bytes(), i).map(|d| &text[i..d.end]))
    }

    #[test]
    fn dates_of_many_forms_are_found() {
        for text in [
            "1970-01-31",
            "1/31/1970",
            "01/31/70",
            "31.01.1970",
            "01-31-1970",
            "1970/1/31",
            "31/12/1999",
            "12-31-99",
        ] {
            assert_eq!(found(text), Some(text));
        }
        assert_eq!(found("on 01/02/2024-01/05/2024"), Some("01/02/2024"));
        assert!(date(b"2024-01-02T03:04:05Z", 0).unwrap().time);
        assert!(date(b"2024-01-02 03:04", 0).unwrap().time);
        assert!(!date(b"2024-01-02, seen", 0).unwrap().time);
        assert_eq!(compact(b"19700131", 0), Some(8));
        assert_eq!(compact(b"19700131120000", 0), Some(14));
        assert_eq!((hyphened(b"4-25-06 9:00", 0), hyphened(b"4-25-061", 0)), (Some(7), None));
        assert_eq!(
            (slashed(b"02/31/1961", 0), slashed(b"1/2/345", 0), slashed(b"a/b", 0)),
            (Some(10), None, None)
        );
        assert_eq!((hyphened(b"4-5-06,", 0), hyphened(b"4-35-06", 0)), (Some(6), None));
        assert_eq!(partial(b"03/14 ", 0), Some(5));
        assert_eq!(partial(b"03/2024.", 0), Some(7));
    }

    #[test]
    fn look_alikes_are_not() {
        for text in [
            "46.70.80.144",
            "1.2.3",
            "2024-13-01",
            "2023-02-29",
            "30/30/2024",
            "1970-01-311",
            "v2024-01-02x",
            "12-345-6789",
            "2024-01-02-abc",
            "10.12.2024.5",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
        assert_eq!(compact(b"19701331", 0), None);
        assert_eq!(partial(b"120/80", 0), None);
        assert_eq!(partial(b"98/60 ", 0), None);
    }
}
