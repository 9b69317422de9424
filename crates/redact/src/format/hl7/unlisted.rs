//! Fields of which the standard tells nothing where they stand: senders shift fields, sites have their own.

use super::{
    field,
    fields::Field::{Address, All, Clinician, First, Prose, Telecom, Timing},
    forms::{dated, login, pictured},
    whole,
};
use crate::{Identifier as I, text::Hit};

/// A field of which the standard tells nothing here, in a segment about a person: senders shift fields. Its form tells.
pub(super) fn unlisted(
    text: &[u8],
    range: std::ops::Range<usize>,
    local: bool,
    hits: &mut Vec<Hit>,
    prose: &mut Vec<std::ops::Range<usize>>,
) {
    let value = text.get(range.clone()).unwrap_or_default();
    let parts = value.split(|b| *b == b'^');
    let part = |nth: usize| value.split(|b| *b == b'^').nth(nth).unwrap_or_default();
    let digits = crate::check::digits::count(value);
    let known = |word: &[u8]| {
        crate::words::dictionary().get(crate::words::hash(word))
            & (crate::words::GIVEN | crate::words::FAMILY)
            != 0
    };
    let word = |word: &[u8]| {
        word.len() > 1
            && word
                .iter()
                .all(|b| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b'-' | b'\'' | b' ' | b'.'))
    };
    let number = |part: &[u8]| {
        let capitals = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b' ';
        part.len() <= 20
            && (part.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-') || part.iter().all(capitals))
    };
    let state = part(3).len() == 2 && part(3).iter().all(u8::is_ascii_uppercase);
    if value.starts_with(b"(01)") {
        hits.push(whole(range, I::Device));
        return;
    }
    let count = parts.count();
    let found = match () {
        () if dated(value) => All(I::Date),
        () if state && crate::check::digits::count(part(4)) >= 5 => Address,
        () if count >= 4 && (dated(part(3)) || dated(part(4))) => Timing,
        // Quantity, unit and code of a product.
        () if count == 3
            && number(part(0))
            && digits >= 3
            && word(part(1))
            && word(part(2))
            && (known(part(1)) || known(part(2))) =>
        {
            Clinician
        }
        // An account before the name: `jroe^Roe^Jane`.
        () if count >= 3 && login(part(0)) && word(part(1)) && word(part(2)) => Clinician,
        () if count == 1
            && !local
            && value.first().is_some_and(u8::is_ascii_lowercase)
            && crate::words::users::personal(value) =>
        {
            First(I::Other)
        }
        () if count > 1 && word(part(0)) && word(part(1)) && (known(part(0)) || known(part(1))) && !state => {
            All(I::Name)
        }
        () if crate::check::digits::count(part(0)) >= 7 && number(part(0)) => First(I::Other),
        () if matches!(value.first(), Some(b'(' | b'+'))
            && (10..=15).contains(&digits)
            && value.iter().all(|b| b.is_ascii_digit() || b"()+- .".contains(b)) =>
        {
            Telecom
        }
        () if local && value.len() > 3 && value.first() == Some(&b'@') && !value.contains(&b'^') => {
            hits.push(whole(range, I::Other));
            return;
        }
        () if local && pictured(value) => {
            hits.push(whole(range, I::Photo));
            return;
        }
        () if value.contains(&b' ') && (digits > 0 || value.contains(&b',')) => Prose,
        () => return,
    };
    field(text, range, found, hits, prose);
}
