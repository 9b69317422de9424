//! Values that are told by their shape alone: where one begins here, where does it end?
//!
//! Each function looks at a bounded number of bytes, so that a whole text costs time in proportion to its length.

pub(crate) mod card;
pub(crate) mod date;
pub(crate) mod email;
pub(crate) mod iban;
pub(crate) mod internet;
pub(crate) mod mbi;
pub(crate) mod phone;
pub(crate) mod ssn;
pub(crate) mod url;

use crate::text::token::{at, before};

/// How many digits stand here, `most` at most.
#[inline]
pub(crate) fn digits(text: &[u8], place: usize, most: usize) -> usize {
    text.get(place..).unwrap_or_default().iter().take(most).take_while(|b| b.is_ascii_digit()).count()
}

/// The number that these digits write; at most nine of them.
#[inline]
pub(crate) fn value(text: &[u8], start: usize, count: usize) -> u32 {
    let digits = text.get(start..start + count.min(9)).unwrap_or_default();
    digits.iter().fold(0, |value, b| value * 10 + u32::from(b.wrapping_sub(b'0') % 10))
}

/// Whether a letter or digit (or a part of a longer character) stands there.
#[inline]
pub(crate) fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Whether a number may begin here: no letter or digit before, and no sign that joins it to a longer one.
#[inline]
pub(crate) fn begins(text: &[u8], place: usize) -> bool {
    let one = before(text, place);
    if one.is_ascii_alphanumeric() {
        return false;
    }
    let joins = matches!(one, b'-' | b'.' | b'/' | b':' | b',');
    let two = if place >= 2 { at(text, place - 2) } else { 0 };
    !(joins && two.is_ascii_digit() || one == b'-' && (two.is_ascii_alphanumeric() || two == b']'))
}

/// Whether a number may end here.
pub(crate) fn ends(text: &[u8], place: usize) -> bool {
    let one = at(text, place);
    if one.is_ascii_alphanumeric() {
        return false;
    }
    let two = at(text, place + 1);
    let joins = matches!(one, b'-' | b'.' | b'/' | b':') && two.is_ascii_digit();
    !(joins || one == b'-' && (two.is_ascii_alphanumeric() || two == b'['))
}
