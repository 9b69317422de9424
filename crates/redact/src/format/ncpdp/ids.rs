//! Ids of fields and segments, and the signs between them, by which a claim is known.

use crate::{Identifier as I, text::token::at};

/// Ids of fields that can identify (D.0 data dictionary): patient, cardholder, prescriber, pharmacy, claim, other payer,
/// workers' compensation, prior authorization, facility.
const FIELDS: [(&[u8; 2], I); 58] = [
    (b"C4", I::Date),
    (b"CA", I::Name),
    (b"CB", I::Name),
    (b"CM", I::Address),
    (b"CN", I::City),
    (b"CP", I::Zip),
    (b"CQ", I::Phone),
    (b"CY", I::Other),
    (b"CZ", I::Other),
    (b"HN", I::Email),
    (b"C1", I::HealthPlan),
    (b"C2", I::HealthPlan),
    (b"CC", I::Name),
    (b"CD", I::Name),
    (b"N5", I::HealthPlan),
    (b"2A", I::HealthPlan),
    (b"NU", I::HealthPlan),
    (b"MJ", I::HealthPlan),
    (b"D2", I::Other),
    (b"DE", I::Date),
    (b"D1", I::Date),
    (b"EK", I::Other),
    (b"EN", I::Other),
    (b"EP", I::Date),
    (b"E9", I::Other),
    (b"DB", I::Other),
    (b"DR", I::Name),
    (b"2J", I::Name),
    (b"PM", I::Phone),
    (b"2K", I::Address),
    (b"2M", I::City),
    (b"2P", I::Zip),
    (b"DL", I::Other),
    (b"4E", I::Name),
    (b"E8", I::Date),
    (b"A7", I::Other),
    (b"DY", I::Date),
    (b"CF", I::Name),
    (b"CG", I::Address),
    (b"CH", I::City),
    (b"CJ", I::Zip),
    (b"CK", I::Phone),
    (b"CL", I::Name),
    (b"DZ", I::Other),
    (b"PB", I::Date),
    (b"PC", I::Date),
    (b"PE", I::Name),
    (b"PF", I::Name),
    (b"PG", I::Address),
    (b"PH", I::City),
    (b"PK", I::Zip),
    (b"PY", I::Other),
    (b"F3", I::Other),
    (b"EV", I::Other),
    (b"3Q", I::Facility),
    (b"3U", I::Address),
    (b"5J", I::City),
    (b"6D", I::Zip),
];

/// Ids in the order of a claim, as they are looked for where blanks part fields.
pub(super) const ORDER: [&[u8; 2]; 18] = [
    b"CX", b"CY", b"C4", b"C5", b"CA", b"CB", b"CM", b"CN", b"CO", b"CP", b"CQ", b"C7", b"HN", b"C2", b"CC",
    b"CD", b"C1", b"C6",
];

/// Segments with the ids of their fields in order, as they are looked for where a line is a segment.
const PRINTED: [(&[u8; 4], &[u8]); 5] = [
    (b"AM01", b"CXCYC4C5CACBCMCNCOCPCQC7CZ1C2CHN"),
    (b"AM03", b"EZDBDRPM2E4EDL2J2K2M2N2P"),
    (b"AM04", b"C2CCCDCEFOC9C1C3C6MGMHNU2A2BN5"),
    (b"AM06", b"DYCFCGCHCICJCKCRDZ"),
    (b"AM07", b"EMD2E1D7SEE7D3D5D6D8DEDFDJNXDKETC8DT28EVEWEXEYNV"),
];

pub(super) fn field(id: &[u8]) -> Option<I> {
    FIELDS.iter().find(|(known, _)| &known[..] == id).map(|(_, identifier)| *identifier)
}

/// Whether the id of a field that can identify stands here.
pub(crate) fn known(text: &[u8], place: usize) -> bool {
    text.get(place..place + 2).is_some_and(|id| field(id).is_some())
}

/// Whether these letters and digits are the field of a date of birth: `C419700131`.
pub(crate) fn born(text: &[u8], start: usize, end: usize) -> bool {
    // `"C4":"19700131"`: the id is a key.
    if end - start == 2 && text.get(start..end) == Some(b"C4") {
        let rest = text.get(end..).unwrap_or_default();
        let signs =
            rest.iter().take(5).take_while(|b| matches!(b, b'"' | b':' | b'=' | b' ' | b'\\')).count();
        let day = end + signs;
        return signs > 0 && crate::shape::date::compact(text, day) == Some(day + 8);
    }
    end - start == 10
        && text.get(start..end).is_some_and(|token| {
            token.starts_with(b"C4")
                && token.iter().skip(2).all(u8::is_ascii_digit)
                && matches!(token, [_, _, b'1', b'8' | b'9', ..] | [_, _, b'2', b'0', ..])
        })
}

/// What a key is of that is an id with its number, `310-CA`.
pub(crate) fn key(key: &[u8]) -> Option<I> {
    if key.len() == 6 && numbered(key, 0) { field(key.get(4..)?) } else { None }
}

/// What an id without its number is of, as a key beside the date of birth.
pub(crate) fn short(key: &[u8]) -> Option<I> {
    if key.len() == 2 { field(key) } else { None }
}

/// Whether the number and the id of a field that can identify begin here: `302-C2`.
pub(crate) fn numbered(text: &[u8], place: usize) -> bool {
    let apart = place == 0 || !at(text, place - 1).is_ascii_alphanumeric() && at(text, place - 1) != b'-';
    // The numbers of the fields above begin with these.
    matches!(at(text, place), b'1' | b'3'..=b'5' | b'9')
        && at(text, place + 1).is_ascii_digit()
        && at(text, place + 2).is_ascii_digit()
        && at(text, place + 3) == b'-'
        && known(text, place + 4)
        && !matches!(at(text, place + 6), b'-' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z')
        && apart
}

/// Whether a segment begins here that a sign parts into fields: `AM01 C4…`, `AM01|C4…`.
pub(crate) fn segment(text: &[u8], place: usize) -> bool {
    ids(text, place).is_some()
}

pub(super) fn ids(text: &[u8], place: usize) -> Option<&'static [u8]> {
    let name = text.get(place..place + 4).filter(|name| name.starts_with(b"AM"))?;
    let (_, ids) = PRINTED.iter().find(|(known, _)| &known[..] == name)?;
    let apart = place == 0 || !at(text, place - 1).is_ascii_alphanumeric();
    let next = text.get(place + 5..place + 7)?;
    (apart && matches!(at(text, place + 4), b' ' | b'|' | b'~' | b';') && ids.chunks(2).any(|id| id == next))
        .then_some(ids)
}

/// Whether the header of a transaction begins here: the number of a bank, version and kind, `610014D0B1`.
pub(crate) fn heads(text: &[u8], place: usize) -> bool {
    text.get(place..place + 10).is_some_and(|head| {
        head.iter().take(6).all(u8::is_ascii_digit)
            && head.get(6..8) == Some(b"D0")
            && at(head, 8).is_ascii_uppercase()
            && at(head, 9).is_ascii_digit()
    })
}

/// Length of what parts fields here: a control, or how programs write one.
pub(crate) fn separator(text: &[u8], place: usize) -> usize {
    let rest = text.get(place..).unwrap_or_default();
    let written: [&[u8]; 20] = [
        b"<FS>", b"<GS>", b"<RS>", b"\\x1c", b"\\x1d", b"\\x1e", b"\\u001c", b"\\u001d", b"\\u001e", b"^\\",
        b"[FS]", b"[GS]", b"[RS]", b"{FS}", b"{GS}", b"{RS}", b"<1C>", b"<1D>", b"<1E>", b"[1C]",
    ];
    match rest {
        [0x1c..=0x1e, ..] => 1,
        // The pictures of the controls.
        [0xe2, 0x90, 0x9c..=0x9e, ..] => 3,
        _ => {
            let same =
                |sign: &&&[u8]| rest.get(..sign.len()).is_some_and(|front| front.eq_ignore_ascii_case(sign));
            written.iter().find(same).map_or(0, |sign| sign.len())
        }
    }
}
