//! What stands alone on labels and forms in capitals: a name with the family's first, a town with its code.

use std::ops::Range;

use crate::words::{FAMILY, GIVEN, MEDICAL, WORD, dictionary, hash, vocabulary as v};

/// A line that is a name in capitals, the family's first, as labels of specimens print it: `BALOG,DAWN M`.
pub(crate) fn surname_first(line: &[u8]) -> Option<Range<usize>> {
    let (text, sexed) = without_sex(line.trim_ascii());
    let letter = |b: &u8| b.is_ascii_uppercase() || *b >= 0x80 || matches!(b, b' ' | b',' | b'-' | b'\'');
    if !(5..=40).contains(&text.len()) || !text.iter().all(letter) {
        return None;
    }
    let comma = memchr::memchr(b',', text)?;
    let (family, given) = text.split_at_checked(comma)?;
    let given = given.get(1..)?.trim_ascii_start();
    if given.contains(&b',')
        || family.split(|b| *b == b' ').count() > 2
        || given.split(|b| *b == b' ').count() > 2
    {
        return None;
    }
    let given = given.split(|b| *b == b' ').next()?;
    let flags = |word: &[u8]| dictionary().get(hash(word));
    let family = family.split(|b| matches!(b, b' ' | b'-')).map(flags).fold(0, |all, flags| all | flags);
    let first = flags(given);
    // `ROSE,BENGAL`, `MAY,GRUNWALD`, `CARTER,BLOOD`: stains and tests are called for persons.
    if (family | first) & MEDICAL != 0 || first & GIVEN == 0 && first != 0 {
        return None;
    }
    // Two names, of which one is no word; or one, beside what no dictionary knows.
    let named = family & (FAMILY | GIVEN) != 0 && first & (GIVEN | FAMILY) != 0 && family & first & WORD == 0
        || family & FAMILY != 0 && (family | first) & WORD == 0
        || first & GIVEN != 0 && (family | first) & WORD == 0
        || sexed && (family | first) & WORD == 0;
    let start = line.len() - line.trim_ascii_start().len();
    (named && given.len() > 1).then_some(start..start + text.len())
}

/// A town, its state and its ZIP code that end a line of a form: `…  TAYLORSVILLE MS 391501245`; the town and the code.
pub(crate) fn town(line: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let text = line.get(..line.trim_ascii_end().len())?;
    let zip = text.iter().rposition(|b| *b == b' ')? + 1;
    let code = text.get(zip..)?;
    let whole = match code.len() {
        5 | 9 => code.iter().all(u8::is_ascii_digit),
        10 => code.iter().enumerate().all(|(at, b)| if at == 5 { *b == b'-' } else { b.is_ascii_digit() }),
        _ => false,
    };
    let state = zip.checked_sub(3)?;
    let known = text.get(state..zip - 1)?;
    if !whole || !known.iter().all(u8::is_ascii_uppercase) || v::vocabulary().get(hash(known)) & v::STATE == 0
    {
        return None;
    }
    let before = text.get(..state)?.trim_ascii_end();
    let before = before.strip_suffix(b",").unwrap_or(before);
    let start = memchr::memmem::rfind(before, b"  ").map_or(0, |at| at + 2);
    let town = before.get(start..)?;
    let words = || town.split(|b| *b == b' ');
    let fits = start > 0
        && (3..=32).contains(&town.len())
        && words().count() <= 4
        && town.iter().all(|b| b.is_ascii_uppercase() || matches!(b, b' ' | b'.' | b'\'' | b'-'));
    fits.then_some((start..start + town.len(), zip..text.len()))
}

/// A line without the sex at its end, and whether one stood there: `BALOG, DAWN M     F`.
fn without_sex(text: &[u8]) -> (&[u8], bool) {
    match text.split_last() {
        Some((b'M' | b'F', rest)) if rest.ends_with(b"  ") => (rest.trim_ascii_end(), true),
        _ => (text, false),
    }
}
