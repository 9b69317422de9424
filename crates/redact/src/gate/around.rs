//! What stands around a word, in a few bytes.

use crate::{
    text::token::{at, before},
    words::{COMMON, FAMILY, WORD, dictionary, hash, users},
};

/// Whether what stands here without a blank has a few digits.
pub(super) fn many_digits(line: &[u8], start: usize) -> bool {
    let mut from = start;
    while from < start + 4 && matches!(at(line, from), b' ' | b'#' | b':' | b'"' | b'=' | b'\'') {
        from += 1;
    }
    // `permit for 7ABC123`.
    if at(line, from).is_ascii_lowercase() {
        let word = line
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take(6)
            .take_while(|b| b.is_ascii_lowercase())
            .count();
        if word < 6 && at(line, from + word) == b' ' {
            from += word + 1;
        }
    }
    // `KJH 4821`.
    let capitals =
        line.get(from..).unwrap_or_default().iter().take(5).take_while(|b| b.is_ascii_uppercase()).count();
    if (2..=4).contains(&capitals) && matches!(at(line, from + capitals), b' ' | b'+') {
        from += capitals + 1;
    }
    let run = line
        .get(from..)
        .unwrap_or_default()
        .iter()
        .take(40)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    run.filter(|b| b.is_ascii_digit()).count() >= 2
}

/// Whether a number as offices give them follows a key: digits enough, and no small letters.
pub(super) fn formed_follows(line: &[u8], start: usize) -> bool {
    let mut from = start;
    while from < start + 4 && !at(line, from).is_ascii_alphanumeric() {
        from += 1;
    }
    let (mut digits, mut joined) = (0, false);
    for byte in line.get(from..).unwrap_or_default().iter().take(40) {
        match byte {
            b'0'..=b'9' => digits += 1,
            // Small letters behind a digit are of a hash: `policy:455814cd9d2c`.
            b'a'..=b'z' if joined || digits < 3 => return false,
            b'a'..=b'z' => break,
            b'A'..=b'Z' | b'-' | b'_' | b' ' | b'+' | b'/' => {}
            _ => break,
        }
        joined = byte.is_ascii_digit();
    }
    digits >= 3
}

/// Whether what ends here is a user of an access log that is named for a person.
pub(super) fn logged_user(line: &[u8], end: usize) -> bool {
    let before = line.get(..end).unwrap_or_default();
    let start = before.iter().rposition(|b| *b == b' ').map_or(0, |at| at + 1);
    let user = before.get(start..).unwrap_or_default();
    users::personal(user) || users::written(user)
}

/// Whether the name of an account behind a key is made of a person's.
pub(super) fn user_follows(line: &[u8], end: usize) -> bool {
    let mut start = end;
    while start < end + 6 && !at(line, start).is_ascii_alphanumeric() && start < line.len() {
        start += 1;
    }
    let rest = line.get(start..).unwrap_or_default();
    let length = rest
        .iter()
        .take(64)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        .count();
    users::personal(rest.get(..length).unwrap_or_default().trim_ascii_end())
}

/// Whether a capitalised word follows, as behind titles.
pub(super) fn title_precedes(line: &[u8], end: usize) -> bool {
    let mut next = end;
    while next < end + 3 && matches!(at(line, next), b'.' | b' ') {
        next += 1;
    }
    next > end
        && (at(line, next).is_ascii_uppercase() || at(line, next) >= 0xc3 || small_family(line, end, next))
}

/// `dr nakamura`: behind these two titles a frequent family name in small letters.
fn small_family(line: &[u8], end: usize, next: usize) -> bool {
    if !matches!(line.get(end.wrapping_sub(2)..end), Some(b"dr" | b"mr")) {
        return false;
    }
    let rest = line.get(next..).unwrap_or_default();
    let length = rest.iter().take(24).take_while(|b| b.is_ascii_lowercase()).count();
    let flags = dictionary().get(hash(rest.get(..length).unwrap_or_default()));
    flags & FAMILY != 0 && flags & COMMON != 0 && flags & WORD == 0
}

/// Whether a sex that stands here may end the line of a band: digits enough for a number and a day before it.
pub(super) fn banded(line: &[u8], start: usize) -> bool {
    let before = line.get(start.saturating_sub(40)..start).unwrap_or_default();
    let digits = before.iter().filter(|b| b.is_ascii_digit()).count();
    before.ends_with(b" ") && digits >= 10
}

/// `82F Roe`: whether a family name that is no word stands behind the age and the sex that end here.
pub(super) fn aged_name(line: &[u8], sex: usize) -> bool {
    let rest = line.get(sex + 1..).unwrap_or_default();
    if !before(line, sex).is_ascii_digit() || !matches!(rest, [b' ', b'A'..=b'Z', ..]) {
        return false;
    }
    let name = rest.get(1..).unwrap_or_default();
    let length = name.iter().take(24).take_while(|b| b.is_ascii_alphabetic()).count();
    let flags = dictionary().get(hash(name.get(..length).unwrap_or_default()));
    flags & FAMILY != 0 && flags & WORD == 0
}

/// Whether the value behind a key begins with a capital.
pub(super) fn value_is_capital(line: &[u8], end: usize) -> bool {
    let rest = line.get(end..).unwrap_or_default().iter().take(8);
    rest.copied()
        .find(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
        .is_some_and(|b| b.is_ascii_uppercase() || b >= 0x80)
        || before(line, end) == b'_'
}
