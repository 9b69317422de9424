//! Social security numbers written with separators.

use super::{begins, digits, ends, value};
use crate::{check::number, text::token::at};

/// End of the SSN that begins here: three, two and four digits, or the last four behind crosses. With a context, blanks
/// and points separate too, and nothing must.
pub(crate) fn ssn(text: &[u8], start: usize, context: bool) -> Option<usize> {
    let run = digits(text, start, 10);
    if run != 3 && !(context && run == 9) || !begins(text, start) {
        return None;
    }
    if run == 9 && ends(text, start + 9) {
        return plausible(text, start, start + 3, start + 5).then_some(start + 9);
    }
    if run != 3 {
        return None;
    }
    let separator = at(text, start + 3);
    let may = match separator {
        b'-' => true,
        b' ' | b'.' | b'/' => context,
        _ => false,
    };
    let fits = may
        && digits(text, start + 4, 3) == 2
        && at(text, start + 6) == separator
        && digits(text, start + 7, 5) == 4
        && ends(text, start + 11)
        && plausible(text, start, start + 4, start + 7);
    fits.then_some(start + 11)
}

fn plausible(text: &[u8], area: usize, group: usize, serial: usize) -> bool {
    number::ssn(value(text, area, 3), value(text, group, 2), value(text, serial, 4))
}

/// End of an SSN of which only the last four digits are told, as `XXX-XX-6789` and `***-**-6789`.
pub(crate) fn crossed(text: &[u8], start: usize) -> Option<usize> {
    let cross = at(text, start);
    if !matches!(cross, b'X' | b'x' | b'*' | b'#')
        || super::alphanumeric(crate::text::token::before(text, start))
    {
        return None;
    }
    let group = text.get(start..start + 7)?;
    let [a, b, c, first, d, e, second] = group else { return None };
    let crosses = [a, b, c, d, e].into_iter().all(|byte| *byte == cross);
    let fits = crosses
        && first == second
        && matches!(first, b'-' | b' ')
        && digits(text, start + 7, 5) == 4
        && ends(text, start + 11);
    fits.then_some(start + 11)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, context: bool) -> bool {
        (0..text.len()).any(|i| ssn(text.as_bytes(), i, context).is_some())
    }

    #[test]
    fn all_valid_numbers_are_found() {
        for text in [
            "123-45-6789",
            "(899-10-1234)",
            "ssn=773-01-0001,",
            "'001-01-0001'",
            "912-70-1234",
            "it is 123-45-6789.",
        ] {
            assert!(found(text, false), "{text}");
        }
        for text in ["123 45 6789", "123.45.6789", "123456789"] {
            assert!(found(text, true) && !found(text, false), "{text}");
        }
        assert_eq!(crossed(b"XXX-XX-6789", 0), Some(11));
        assert_eq!(crossed(b"***-**-6789 ", 0), Some(11));
    }

    #[test]
    fn look_alikes_are_not() {
        for text in [
            "000-12-3456",
            "666-12-3456",
            "123-00-4567",
            "123-45-0000",
            "1123-45-6789",
            "123-45-67890",
            "123-45-6789-0",
            "9-123-45-6789",
            "ab-123-45-6789",
            "123-456-789",
            "12-345-6789",
            "v123-45-6789",
            "123-45.6789",
            "950-12-3456",
        ] {
            assert!(!found(text, false), "{text}");
        }
    }
}
