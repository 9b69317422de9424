//! Claims of pharmacies (NCPDP Telecommunication Standard D.0): fields that begin with an id of two characters.
//!
//! Controls part fields (FS), groups (GS) and segments (RS); programs write them out as `<FS>`, `\x1c` or `^\`, or put
//! blanks in their place. Drugs, quantities, prices, codes of answers stay.

use std::ops::Range;

use crate::{
    Identifier as I,
    text::{Hit, token::at, value::plausible, weight},
};

/// Ids of fields that can identify (D.0 data dictionary): patient, cardholder, prescriber, pharmacy, claim, other payer,
/// workers' compensation, prior authorization, facility.
const FIELDS: [(&[u8; 2], I); 57] = [
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
    (b"3Q", I::Facility),
    (b"3U", I::Address),
    (b"5J", I::City),
    (b"6D", I::Zip),
];

/// Ids in the order of a claim, as they are looked for where blanks part fields.
const ORDER: [&[u8; 2]; 18] = [
    b"CX", b"CY", b"C4", b"C5", b"CA", b"CB", b"CM", b"CN", b"CO", b"CP", b"CQ", b"C7", b"HN", b"C2", b"CC",
    b"CD", b"C1", b"C6",
];

fn field(id: &[u8]) -> Option<I> {
    FIELDS.iter().find(|(known, _)| &known[..] == id).map(|(_, identifier)| *identifier)
}

/// Whether the id of a field that can identify stands here.
pub(crate) fn known(text: &[u8], place: usize) -> bool {
    text.get(place..place + 2).is_some_and(|id| field(id).is_some())
}

/// Whether these letters and digits are the field of a date of birth: `C419700131`.
pub(crate) fn born(text: &[u8], start: usize, end: usize) -> bool {
    end - start == 10
        && text.get(start..end).is_some_and(|token| {
            token.starts_with(b"C4")
                && token.iter().skip(2).all(u8::is_ascii_digit)
                && matches!(token, [_, _, b'1', b'8' | b'9', ..] | [_, _, b'2', b'0', ..])
        })
}

/// Length of what parts fields here: a control, or how programs write one.
fn separator(text: &[u8], place: usize) -> usize {
    let rest = text.get(place..).unwrap_or_default();
    let written: [&[u8]; 11] = [
        b"<FS>", b"<GS>", b"<RS>", b"\\x1c", b"\\x1d", b"\\x1e", b"\\u001c", b"\\u001d", b"\\u001e", b"^\\",
        b"[FS]",
    ];
    match rest {
        [0x1c..=0x1e, ..] => 1,
        _ => {
            let same =
                |sign: &&&[u8]| rest.get(..sign.len()).is_some_and(|front| front.eq_ignore_ascii_case(sign));
            written.iter().find(same).map_or(0, |sign| sign.len())
        }
    }
}

/// Finds the fields of a claim in a text; where the first begins, if there are any.
pub(crate) fn read(text: &[u8], hits: &mut Vec<Hit>) -> Option<usize> {
    let before = hits.len();
    if memchr::memchr3(0x1c, 0x1d, 0x1e, text).is_some() || written(text) {
        parted(text, hits);
    } else {
        blanks(text, hits);
    }
    // The id stands in front of the value.
    hits.get(before).map(|first| first.start.saturating_sub(2))
}

/// Whether separators are written out: two of them with ids behind.
fn written(text: &[u8]) -> bool {
    let found = |place: usize| {
        let length = separator(text, place);
        length > 0 && known(text, place + length)
    };
    memchr::memchr3_iter(b'<', b'\\', b'^', text).filter(|place| found(*place)).take(2).count() == 2
}

fn parted(text: &[u8], hits: &mut Vec<Hit>) {
    let mut place = 0;
    // The field before: its id ends at, and is for.
    let mut open: Option<(usize, I)> = None;
    while place <= text.len() {
        let length = if place < text.len() { separator(text, place) } else { 0 };
        let over =
            length > 0 || place == text.len() || matches!(at(text, place), b'\r' | b'\n' | 0x03 | b'"');
        if over && let Some((start, identifier)) = open.take() {
            push(text, start..place, identifier, hits);
        }
        place += length.max(1);
        if length > 0
            && let Some(identifier) = text.get(place..place + 2).and_then(field)
        {
            open = Some((place + 2, identifier));
            place += 2;
        }
    }
}

/// Fields that blanks part: from a date of birth on, ids that follow in their order.
fn blanks(text: &[u8], hits: &mut Vec<Hit>) {
    for place in memchr::memmem::find_iter(text, b"C4") {
        let before = place.checked_sub(1).map_or(b' ', |before| at(text, before));
        if before.is_ascii_alphanumeric() || !born(text, place, place + 10) || at(text, place + 10) != b' ' {
            continue;
        }
        let mut fields: Vec<(usize, usize)> = vec![(2, place)];
        let rest = text.get(place..).unwrap_or_default();
        let end = place
            + rest.iter().take(512).position(|b| *b < b' ' || *b == b'"').unwrap_or(rest.len().min(512));
        for blank in memchr::memchr_iter(b' ', text.get(place..end).unwrap_or_default()).map(|at| at + place)
        {
            let id = text.get(blank + 1..blank + 3).unwrap_or_default();
            let last = fields.last().map_or(0, |(order, _)| *order);
            let Some(order) = ORDER.iter().position(|known| &known[..] == id).filter(|order| *order > last)
            else {
                continue;
            };
            // The state ends a city; a name does not.
            let state = at(text, blank + 3).is_ascii_uppercase()
                && at(text, blank + 4).is_ascii_uppercase()
                && matches!(at(text, blank + 5), b' ' | 0);
            if id != b"CO" || state {
                fields.push((order, blank + 1));
            }
        }
        if fields.len() < 3 {
            continue;
        }
        for (index, (order, start)) in fields.iter().enumerate() {
            let until = fields.get(index + 1).map_or(end, |(_, next)| next - 1);
            let identifier = ORDER.get(*order).and_then(|id| field(&id[..]));
            if let Some(identifier) = identifier {
                let until = if index + 1 == fields.len() { words(text, start + 2..until) } else { until };
                push(text, start + 2..until, identifier, hits);
            }
        }
        return;
    }
}

/// Where the last value ends: with its first word, and those with digits that follow.
fn words(text: &[u8], range: Range<usize>) -> usize {
    let mut end = range.start;
    for word in text.get(range.clone()).unwrap_or_default().split(|b| *b == b' ') {
        if end > range.start && (word.is_empty() || !word.iter().all(|b| b.is_ascii_digit() || *b == b'-')) {
            break;
        }
        end += word.len() + usize::from(end > range.start);
    }
    end
}

fn push(text: &[u8], range: Range<usize>, identifier: I, hits: &mut Vec<Hit>) {
    let value = text.get(range.clone()).unwrap_or_default();
    let end = range.start + value.trim_ascii_end().len();
    let identifier = match identifier {
        I::Other if crate::check::digits::npi(value) && value.trim_ascii().len() == 10 => I::Npi,
        other => other,
    };
    if value.len() > 1 && plausible(identifier, value) && value.iter().any(|b| *b != b'0' && *b != b' ') {
        hits.push(Hit { start: range.start, end, identifier, weight: weight::KEY, quoted: 0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(I, &str)> {
        let mut hits = Vec::new();
        read(text.as_bytes(), &mut hits);
        hits.iter().map(|h| (h.identifier, &text[h.start..h.end])).collect()
    }

    #[test]
    fn fields_are_found_between_controls_and_what_stands_for_them() {
        let fields = [
            "AM01",
            "C419710203",
            "C52",
            "CAORLA",
            "CBQUIST",
            "CM4 ELM ST",
            "CNOTIS",
            "COOR",
            "CP97368",
            "C2W88213",
            "D78821300",
            "E700030000",
        ];
        for sign in ["\u{1c}", "<FS>", r"\x1c", "^\\"] {
            assert_eq!(
                found(&format!("{sign}{}", fields.join(sign))),
                [
                    (I::Date, "19710203"),
                    (I::Name, "ORLA"),
                    (I::Name, "QUIST"),
                    (I::Address, "4 ELM ST"),
                    (I::City, "OTIS"),
                    (I::Zip, "97368"),
                    (I::HealthPlan, "W88213"),
                ],
                "{sign}"
            );
        }
    }

    #[test]
    fn blanks_part_fields_behind_a_date_of_birth() {
        assert_eq!(
            found(
                "B1 C419710203 C52 CAORLA CBDE LA QUIST CM4 ELM ST CNSALT CREEK COOR CP97368 C2W88213 04 sent"
            ),
            [
                (I::Date, "19710203"),
                (I::Name, "ORLA"),
                (I::Name, "DE LA QUIST"),
                (I::Address, "4 ELM ST"),
                (I::City, "SALT CREEK"),
                (I::Zip, "97368"),
                (I::HealthPlan, "W88213 04"),
            ]
        );
    }

    #[test]
    fn other_codes_stay() {
        for text in
            ["C4 CA CB", "C419710203", "XC419710203 CAORLA CBQUIST", "a <FS> CAORLA", "C499999999 CA1 CB2"]
        {
            assert_eq!(found(text), [], "{text}");
        }
        assert_eq!(found("\u{1c}D78821300\u{1c}E700030000\u{1c}511"), []);
    }
}
