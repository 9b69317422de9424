//! What one field of a row is, by its form: a name, a day, a sum, a town, a number of somebody.

use std::ops::Range;

use crate::{
    check::digits,
    shape::{date, digits as digits_of, phone, ssn, value as number_of},
    words::{
        CITY, COMMON, FAMILY, GIVEN, WORD, dictionary, hash, list,
        vocabulary::{self as v, vocabulary},
        words,
    },
};

/// Bytes of what somebody does, before the name: `Anes Quist`.
pub(super) fn led(value: &[u8]) -> usize {
    let first = value.iter().position(|b| *b == b' ').unwrap_or(value.len());
    let known = list!("anes surg surgeon attending nurse tech crna")
        .contains(&hash(value.get(..first).unwrap_or_default()));
    if known && first < value.len() { first + 1 } else { 0 }
}

/// A code of what a provider does (the NUCC's taxonomy): `207R00000X`.
pub(super) fn taxonomy(value: &[u8]) -> bool {
    value.len() == 10
        && value.ends_with(b"X")
        && value.iter().take(3).all(u8::is_ascii_digit)
        && value.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// Whether a field is a sum of money, with two places.
pub(super) fn sum(value: &[u8]) -> bool {
    let point = value.len().saturating_sub(3);
    value.len() > 3
        && value.get(point) == Some(&b'.')
        && value
            .iter()
            .enumerate()
            .all(|(at, b)| at == point || b.is_ascii_digit() || matches!(b, b',' | b'-'))
}

/// Whether a field is the bed or the room of somebody.
pub(super) fn bed(value: &[u8]) -> bool {
    let letters = value.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (word, place) = value.split_at_checked(letters).unwrap_or_default();
    list!("bed rm room").contains(&hash(word))
        && (2..=8).contains(&place.len())
        && place.first() == Some(&b' ')
        && place.iter().any(u8::is_ascii_digit)
}

/// The year of `datetime.date(1962, 3, 17)`.
pub(super) fn printed_year(value: &[u8]) -> Option<u32> {
    let open = memchr::memmem::find(value, b"date(")? + 5;
    (value.ends_with(b")") && digits_of(value, open, 5) == 4).then(|| number_of(value, open, 4))
}

/// The year of a day that is written with four digits, first or last.
pub(super) fn year(value: &[u8], length: usize) -> u32 {
    let (first, last) = (digits_of(value, 0, 5), length.saturating_sub(4));
    match (first, digits_of(value, last, 4)) {
        (4 | 5, _) => number_of(value, 0, 4),
        (_, 4) => number_of(value, last, 4),
        _ => 0,
    }
}

/// Whether people bear a word as their name, whatever else it is: `Lane`, `Ball`.
pub(super) fn borne(value: &[u8]) -> bool {
    let flags = dictionary().get(hash(value));
    word(value) && flags & COMMON != 0 && flags & (FAMILY | GIVEN) != 0 && plain(value)
}

/// Whether a word is neither of machines nor of places, offices and months.
pub(super) fn plain(value: &[u8]) -> bool {
    vocabulary().get(hash(value))
        & !(v::STRONG | v::STREET | v::DIRECTION | v::EPONYM | v::NAMEMOD | v::OF_KEYS)
        == 0
}

/// `03171962`: a day of a life in eight digits, its month first.
pub(super) fn month_first(value: &[u8]) -> bool {
    value.len() == 8
        && digits::count(value) == 8
        && (1..=12).contains(&number_of(value, 0, 2))
        && (1..=31).contains(&number_of(value, 2, 2))
        && (1905..2030).contains(&number_of(value, 4, 4))
}

pub(super) fn mail(value: &[u8]) -> bool {
    memchr::memchr(b'@', value).is_some_and(|sign| crate::shape::email::email(value, sign, 1).is_some())
}

/// Bytes that say how a quoted value is written: `N'Roe'`, `u'Roe'`.
fn prefix(value: &[u8]) -> usize {
    usize::from(matches!(value, [b'N' | b'E' | b'u' | b'b', b'\'' | b'"', _, ..]))
}

/// A field without blanks and quotes around.
pub(in crate::text) fn value<'a>(text: &'a [u8], field: &Range<usize>) -> &'a [u8] {
    let value = text.get(field.clone()).unwrap_or_default().trim_ascii();
    let value = value.get(prefix(value)..).unwrap_or_default();
    let inside = |quote: &[u8]| value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
    inside(b"\"").or_else(|| inside(b"'")).unwrap_or(value)
}

/// Bytes before the value in its field.
pub(in crate::text) fn offset(text: &[u8], field: &Range<usize>) -> usize {
    let whole = text.get(field.clone()).unwrap_or_default();
    let trimmed = whole.trim_ascii();
    let prefix = prefix(trimmed);
    let value = trimmed.get(prefix..).unwrap_or_default();
    let quoted = value.len() > 1 && matches!(value, [b'"', .., b'"'] | [b'\'', .., b'\'']);
    whole.len() - whole.trim_ascii_start().len() + prefix + usize::from(quoted)
}

/// Bytes of a day that a value is, or begins with before a letter for the sex.
pub(in crate::text) fn day(value: &[u8]) -> Option<usize> {
    if let Some(found) = date::date(value, 0)
        && (found.end == value.len() || date::without_time(value, found.end))
    {
        return Some(value.len());
    }
    let compact = value.get(..8).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    let alone = matches!(value.get(8..), Some([] | [b'M' | b'F' | b'U' | b'O' | b'X']));
    (alone && date::compact(compact, 0) == Some(8)).then_some(8)
}

/// A word of the lists of names that is no other word.
pub(in crate::text) fn name(value: &[u8]) -> bool {
    // `Quist-Roe`: each of them.
    if value.contains(&b'-') && !value.contains(&b' ') {
        return value.split(|b| *b == b'-').all(name);
    }
    let flags = dictionary().get(hash(value));
    word(value) && flags & (FAMILY | GIVEN) != 0 && flags & WORD == 0 && !value.contains(&b' ')
}

/// A given name and a family name: `Jane Roe`, `ROE, JANE Q`.
pub(in crate::text) fn whole_name(value: &[u8]) -> bool {
    let parts = || value.split(|b| matches!(b, b' ' | b',')).filter(|part| !part.is_empty());
    let capital = |part: &[u8]| {
        part.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3)
            && part.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b'-' | b'\'' | b'.'))
    };
    let flags = |part: &[u8]| dictionary().get(hash(part));
    (2..=4).contains(&parts().count())
        && parts().all(capital)
        && parts().any(|part| flags(part) & GIVEN != 0)
        && parts()
            .any(|part| flags(part) & (GIVEN | FAMILY) != 0 && flags(part) & WORD == 0 && part.len() > 2)
}

/// Two names side by side in small letters, of which one is no other word.
pub(super) fn small(one: &[u8], two: &[u8]) -> bool {
    let flags = |part: &[u8]| dictionary().get(hash(part));
    let name = |part: &[u8]| {
        part.len() > 2 && part.iter().all(u8::is_ascii_lowercase) && flags(part) & (FAMILY | GIVEN) != 0
    };
    let sure = |part: &[u8]| flags(part) & WORD == 0;
    name(one) && name(two) && (sure(one) || sure(two)) && (flags(one) | flags(two)) & GIVEN != 0
}

/// Names in small letters before the sign for whatever follows, of which one is no other word: `de la roe%`.
pub(super) fn begun(value: &[u8]) -> bool {
    value.strip_suffix(b"%").is_some_and(|value| {
        let letters = |b: &u8| b.is_ascii_lowercase() || *b >= 0x80 || matches!(b, b' ' | b'-' | b'\'');
        let name = |part: &[u8]| {
            let flags = dictionary().get(hash(part));
            flags & (FAMILY | GIVEN) != 0 && (flags & WORD == 0 || flags & COMMON != 0)
        };
        value.len() > 2
            && value.iter().all(letters)
            && value.split(|b| matches!(b, b' ' | b'-')).any(|part| part.len() > 2 && name(part))
    })
}

pub(super) fn word(value: &[u8]) -> bool {
    let letters = |b: &u8| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b'-' | b'\'' | b' ');
    value.len() > 2
        && value.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3)
        && value.iter().all(letters)
        && (value.get(1).is_some_and(|b| b.is_ascii_lowercase() || *b >= 0x80)
            || value.len() > 3 && value.iter().all(|b| !b.is_ascii_lowercase()) && named(value))
}

/// Whether a value is words and nothing else: `Insurance payment`.
pub(super) fn phrase(value: &[u8]) -> bool {
    value.contains(&b' ')
        && value.split(|b| *b == b' ').all(|part| {
            let small = part.first().is_some_and(u8::is_ascii_lowercase);
            dictionary().get(hash(part)) & WORD != 0 && (small || dictionary().get(hash(part)) & COMMON == 0)
        })
}

/// Whether some part of capitals is in the lists of names.
fn named(value: &[u8]) -> bool {
    value
        .split(|b| matches!(b, b' ' | b'-'))
        .any(|part| part.len() > 2 && dictionary().get(hash(part)) & (FAMILY | GIVEN) != 0)
}

pub(super) fn phone(value: &[u8]) -> bool {
    value.len() == 10 && digits::count(value) == 10 && matches!(value.first(), Some(b'2'..=b'9'))
        || phone::phone(value, 0, phone::Suspicion::Prose) == Some(value.len())
}

pub(super) fn zip(value: &[u8]) -> bool {
    let count = digits::count(value);
    count == 5 && value.len() == 5 || count == 9 && value.len() == 10 && value.contains(&b'-')
}

pub(super) fn state(value: &[u8]) -> bool {
    value.len() == 2
        && value.iter().all(u8::is_ascii_uppercase)
        && vocabulary().get(hash(value)) & v::STATE != 0
}

/// A name before the sign for whatever follows: `Roe%`.
pub(super) fn asked(value: &[u8]) -> bool {
    value.strip_suffix(b"%").is_some_and(name)
}

/// Whether a database or a program writes so that there is nothing.
pub(super) fn absent(value: &[u8]) -> bool {
    list!("null none nil").contains(&hash(value))
}

pub(super) fn state_and_zip(value: &[u8]) -> bool {
    value.len() >= 7 && state(value.get(..2).unwrap_or_default()) && zip(value.get(2..).unwrap_or_default())
}

pub(super) fn place(value: &[u8]) -> bool {
    value.len() > 2
        && value.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3)
        && value
            .iter()
            .all(|b| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b'-' | b'\'' | b' ' | b'.'))
}

/// Seconds and milliseconds since 1970, and no number of a provider.
pub(super) fn moment(value: &[u8]) -> bool {
    digits::epoch(value) && !digits::npi(value)
}

/// A number of letters, digits and hyphens.
pub(super) fn coded(value: &[u8]) -> bool {
    digits::count(value) >= 5
        && !moment(value)
        && (6..=20).contains(&value.len())
        && !digits::loinc(value)
        && value.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'-')
}

/// Whether a field is the name of an office, which is no town: `West End Urgent Care`.
pub(super) fn office(value: &[u8]) -> bool {
    let last = value.rsplit(|b| *b == b' ').next().unwrap_or_default();
    last.len() < value.len()
        && words![
            "care", "clinic", "hospital", "hospice", "nursing", "home", "center", "centre", "medical",
            "health", "pharmacy"
        ]
        .contains(&hash(last))
        // `Sweet Home`
        && dictionary().get(hash(value)) & CITY == 0
}

/// An amount of money, as it stands behind the code of a procedure: `142.00`, `$1666.93`.
pub(super) fn charged(value: &[u8]) -> bool {
    let amount = value.strip_prefix(b"$").unwrap_or(value);
    amount.len() > 3
        && amount.get(amount.len() - 3) == Some(&b'.')
        && amount.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
}

/// A number that persons have.
pub(super) fn number(value: &[u8]) -> bool {
    phone(value)
        || zip(value)
        || state_and_zip(value)
        || value.len() == 9 && ssn::ssn(value, 0, true) == Some(9)
}
