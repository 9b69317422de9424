//! International bank account numbers (ISO 13616).

use super::begins;
use crate::{check::digits, text::token::at};

/// End of the number that begins here: country, check digits, and up to thirty more, in groups of four or not.
pub(crate) fn iban(text: &[u8], start: usize) -> Option<usize> {
    let head: &[u8; 4] = text.get(start..)?.first_chunk()?;
    let [a, b, c, d] = head;
    let country =
        a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit();
    if !country || !begins(text, start) {
        return None;
    }
    let written = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    let (mut end, mut count, mut group) = (start, 0, 0);
    while count < 34 {
        if written(at(text, end)) {
            count += 1;
            group += 1;
        } else if at(text, end) == b' ' && group == 4 && written(at(text, end + 1)) {
            group = 0;
        } else {
            break;
        }
        end += 1;
    }
    let fits = count >= 15 && digits::iban(text.get(start..end)?) && !at(text, end).is_ascii_alphanumeric();
    fits.then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digits_decide() {
        assert_eq!(iban(b"GB82 WEST 1234 5698 7654 32", 0), Some(27));
        assert_eq!(iban(b"DE89370400440532013000.", 0), Some(22));
        assert_eq!(iban(b"DE88370400440532013000", 0), None);
        assert_eq!(iban(b"AB12", 0), None);
    }
}
