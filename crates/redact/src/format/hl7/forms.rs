//! What a value is by its form, where the field does not tell: accounts, files of pictures, words that share a field.

/// Whether a value is the name of a file with a picture.
pub(super) fn pictured(value: &[u8]) -> bool {
    let Some(dot) = value.iter().rposition(|b| *b == b'.') else { return false };
    let kind = value.get(dot + 1..).unwrap_or_default();
    let kinds: [&[u8]; 7] = [b"jpg", b"jpeg", b"png", b"heic", b"webp", b"gif", b"tif"];
    dot > 0 && kinds.iter().any(|known| kind.eq_ignore_ascii_case(known))
}

/// Whether a word stands where a name could: how one is related (table 0063), a degree behind a name.
pub(super) fn shared(value: &[u8]) -> bool {
    let words: [&[u8]; 25] = [
        b"SELF",
        b"SPO",
        b"SPOUSE",
        b"CHILD",
        b"CHD",
        b"DOM",
        b"OTH",
        b"OTHER",
        b"SEL",
        b"MTH",
        b"FTH",
        b"GRD",
        b"PAR",
        b"MD",
        b"DO",
        b"RN",
        b"NP",
        b"PA",
        b"PHD",
        b"BATCH",
        b"PROVIDER",
        b"RESOURCE",
        b"PHYSICIAN",
        b"STAFF",
        b"ROOM",
    ];
    words.contains(&value)
}

/// Accounts of programs.
const OF_SYSTEMS: [&[u8]; 8] =
    [b"interface", b"admin", b"sysadmin", b"epicuser", b"mirth", b"rhapsody", b"autoverify", b"hl7user"];

/// Whether a value is the name of a person's account.
pub(super) fn login(value: &[u8]) -> bool {
    let parted = |b: &u8| matches!(b, b'_' | b'.');
    crate::words::users::personal(value)
        || value.len() >= 5
            && value.len() <= 14
            && value.iter().all(u8::is_ascii_lowercase)
            && crate::words::dictionary().get(crate::words::hash(value)) & crate::words::WORD == 0
            && !OF_SYSTEMS.contains(&value)
        || value.len() > 6
            && value.iter().all(|b| b.is_ascii_lowercase() || parted(b))
            && value.iter().filter(|b| parted(b)).count() == 1
}

/// Whether a word begins with a capital and has letters only.
pub(super) fn capital(word: &[u8]) -> bool {
    word.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3)
        && word.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b'-' | b'\'' | b' '))
}

/// Whether a value is a day, or a moment of one, in digits: `20260301`, `202603011530`.
pub(super) fn dated(value: &[u8]) -> bool {
    (8..=24).contains(&value.len()) && crate::shape::date::compact(value, 0) == Some(value.len())
}

/// Whether a value is an address with a state and a ZIP code: `4 Elm St^^Otis^OR^97368`.
pub(super) fn addressed(value: &[u8]) -> bool {
    let mut parts = value.split(|b| *b == b'^').skip(2);
    parts.next().is_some_and(|city| city.len() > 2)
        && parts.next().is_some_and(|state| state.len() == 2 && state.iter().all(u8::is_ascii_uppercase))
        && parts.next().is_some_and(|zip| zip.len() <= 10 && crate::check::digits::count(zip) >= 5)
}

/// Whether a value is a name in sub-components: `7582&Quist&Orla&&&&MD`.
pub(super) fn party(value: &[u8]) -> bool {
    let mut parts = value.split(|b| *b == b'&');
    let id = parts.next().unwrap_or_default();
    id.len() <= 16
        && id.iter().all(u8::is_ascii_alphanumeric)
        && parts.next().is_some_and(|family| family.len() > 1 && capital(family))
        && parts.next().is_some_and(|given| !given.is_empty() && capital(given))
}

/// Whether one of its words is a hospital's: `Otis Valley Hospital`.
pub(crate) fn of_care(value: &[u8]) -> bool {
    use crate::words::vocabulary as v;
    value.rsplit(|b| *b == b' ').any(|word| {
        v::vocabulary().get(crate::words::hash(word)) & v::FACILITY != 0
            && word.first().is_some_and(u8::is_ascii_uppercase)
    })
}

/// The facilities of a header that are written out: `ATHENANET|48213^Otis Valley Hospital`.
pub(super) fn facilities(text: &[u8], header: std::ops::Range<usize>, hits: &mut Vec<crate::text::Hit>) {
    let mut place = header.start;
    for (number, value) in text.get(header).unwrap_or_default().split(|b| *b == b'|').enumerate().take(6) {
        if matches!(number, 3 | 5) {
            let mut from = place;
            for part in value.split(|b| *b == b'^') {
                if part.contains(&b' ') && of_care(part) {
                    super::push(part, from, crate::Identifier::Facility, hits);
                }
                from += part.len() + 1;
            }
        }
        place += value.len() + 1;
    }
}

/// A segment ends with its line: CR in messages, LF in files, `\r` in strings that escape it, a quote in code.
pub(super) fn end_of(text: &[u8], start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    // One scan for whichever comes first: a message of many segments is not looked through once for each of them.
    let ends = |(index, byte): (usize, &u8)| {
        matches!(byte, b'\r' | b'\n' | 0x1c)
            || *byte == b'\\' && crate::text::token::at(rest, index + 1) == b'r'
            // Segments that a logger joined with blanks.
            || *byte == b' ' && crate::text::token::at(rest, index + 4) == b'|' && super::begins(rest, index + 1)
    };
    start + rest.iter().enumerate().position(ends).unwrap_or(rest.len())
}

/// A name in sub-components: `id&family&given`.
pub(super) fn parts(value: &[u8], start: usize, hits: &mut Vec<crate::text::Hit>) {
    let mut place = start;
    for (index, part) in value.split(|b| *b == b'&').enumerate() {
        if let Some(identifier) = super::component(super::Clinician, index + 1, part).filter(|_| index < 4) {
            super::push(part, place, identifier, hits);
        }
        place += part.len() + 1;
    }
}

/// Whether a segment is one of a site's own: `Z` and two more (chapter 2, 2.10).
pub(super) fn is_local(name: &[u8]) -> bool {
    matches!(name, [b'Z', second, third] if [second, third].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
}
