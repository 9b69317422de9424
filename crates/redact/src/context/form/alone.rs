//! Lines of a form or a label that have no label of their own: a name in capitals, a town, a telephone below it.

use std::ops::Range;

use crate::words::{
    COMMON, FAMILY, GIVEN, MEDICAL, WORD, dictionary, hash,
    vocabulary::{self as v},
};

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
    if (family | first) & MEDICAL != 0 || first & GIVEN == 0 && first != 0 && !(sexed && first & WORD == 0) {
        return None;
    }
    // Two names, of which one is no word; or one, beside what no dictionary knows.
    let named = family & (FAMILY | GIVEN) != 0 && first & (GIVEN | FAMILY) != 0 && family & first & WORD == 0
        || family & FAMILY != 0 && (family | first) & WORD == 0
        || first & GIVEN != 0 && (family | first) & WORD == 0
        // `PIKE, ROBIN L     M    74 Y`.
        || sexed && family & FAMILY != 0 && first & (GIVEN | COMMON) == GIVEN | COMMON
        || sexed && (family | first) & WORD == 0;
    let start = line.len() - line.trim_ascii_start().len();
    (named && given.len() > 1).then_some(start..start + text.len())
}

/// Ten digits at the end of a line, behind the ZIP code of a town: `…, LAHOMA OK 74279  7377330412`.
pub(crate) fn called_below(line: &[u8]) -> Option<Range<usize>> {
    let text = line.get(..line.trim_ascii_end().len())?;
    let start = text.len().checked_sub(10)?;
    let before = text.get(..start)?;
    let zip = before.trim_ascii_end();
    let code = zip.rsplit(|b| *b == b' ').next()?;
    let state = zip.get(..zip.len() - code.len())?.trim_ascii_end();
    let (before_state, state) = state.split_at_checked(state.len().checked_sub(2)?)?;
    let apart = before_state.last().is_some_and(|b| matches!(b, b' ' | b','));
    (before.ends_with(b"  ")
        && apart
        && text.get(start..)?.iter().all(u8::is_ascii_digit)
        && matches!(code.len(), 5 | 9 | 10)
        && code.iter().all(|b| b.is_ascii_digit() || *b == b'-')
        && v::vocabulary().get(hash(state)) & v::STATE != 0)
        .then_some(start..text.len())
}

/// A town, its state and its ZIP code that end a line of a form: `…  TAYLORSVILLE MS 391501245`; the town and the code.
pub(crate) fn town(line: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let line = line.get(..called_below(line).map_or(line.len(), |phone| phone.start))?;
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
    // `VARGAS,LUIS A          M 71`, `GALLOWAY, PRUE            03/14/24`.
    if let Some(gap) = memchr::memmem::find(text, b"  ")
        && gap > 4
        && text.len() <= 72
    {
        let rest = text.get(gap..).unwrap_or_default().trim_ascii_start();
        let words = || rest.split(|b| matches!(b, b' ' | b'/')).filter(|word| !word.is_empty());
        let told = words().count() <= 6
            && words().all(|word| {
                matches!(word, b"M" | b"F" | b"MALE" | b"FEMALE" | b"Y" | b"YO" | b"YRS")
                    || word.first().is_some_and(u8::is_ascii_digit)
                    || [&b"DOB"[..], b"D.O.B", b"AGE", b"SEX", b"MRN", b"MR#", b"RM", b"ROOM", b"ACCT"]
                        .iter()
                        .any(|label| word.starts_with(label))
                    || word.starts_with(b"[DATE")
                    || word.starts_with(b"[MRN")
                    || word.starts_with(b"[AGE")
            });
        if told || rest.contains(&b':') {
            return (text.get(..gap).unwrap_or_default(), true);
        }
    }
    match text.split_last() {
        Some((b'M' | b'F', rest)) if rest.ends_with(b"  ") => (rest.trim_ascii_end(), true),
        _ => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_capitals_stand_alone_on_labels() {
        for line in ["QUIST,ORLA", "  KOWALSKI, JOANNA M", "MORALES-WEBB,OLEN"] {
            assert!(surname_first(line.as_bytes()).is_some(), "{line}");
        }
        for line in ["READ,WRITE", "ALPHA,BETA,GAMMA", "MASTER,SLAVE", "LEFT, RIGHT", "QUIST", "ERROR, RETRY"]
        {
            assert!(surname_first(line.as_bytes()).is_none(), "{line}");
        }
    }

    #[test]
    fn what_is_known_of_a_person_may_stand_behind_the_name() {
        for line in
            ["VARGAS,LUIS A          M 71", "GALLOWAY, PRUE            03/14/24", "QUIST,ORLA   [DATE]  F"]
        {
            let range = surname_first(line.as_bytes()).unwrap();
            assert!(line[range].chars().all(|c| !c.is_ascii_digit()), "{line}");
        }
        assert!(surname_first(b"READ,WRITE    12").is_none());
    }

    #[test]
    fn a_telephone_stands_behind_a_town() {
        let line = "  4 ELM ST  OTIS OR 97368  5415550142";
        assert_eq!(called_below(line.as_bytes()).map(|range| &line[range]), Some("5415550142"));
        let (town, zip) = town(line.as_bytes()).unwrap();
        assert_eq!((&line[town], &line[zip]), ("OTIS", "97368"));
        assert_eq!(called_below(b"total 97368  5415550142"), None);
    }
}
