//! Records of laboratory instruments (CLSI LIS2-A2, before ASTM E1394; frames of LIS1-A, before ASTM E1381).
//!
//! A record is a letter, a number and fields: `P|1||48213||ROE^JANE||19700131|F`. A frame puts a control and a digit in
//! front. Results, units, ranges, names of tests and of analyzers stay.

use std::ops::Range;

use crate::{
    Identifier as I,
    text::{Hit, token::at, value::plausible, weight},
};

/// What a field is.
#[derive(Clone, Copy)]
enum Field {
    /// The first component.
    Is(I),
    /// Each component of a name, `family^given^middle`.
    Name,
    /// Each component of an address: street, city, state, postal code, country.
    Address,
    /// A person, with or without an id in front.
    Staff,
    /// Two dates, joined by the sign of repetition.
    Dates,
    /// A patient's number and a specimen's (of a query).
    Range,
}

use Field::{Address, Dates, Is, Name, Staff};

/// Fields of records by their number, counted with the letter as the first, as LIS2-A2 chapters 7 to 11 do.
const RECORDS: [(u8, &[(usize, Field)]); 4] = [
    (
        b'P',
        &[
            (3, Is(I::Mrn)),
            (4, Is(I::Mrn)),
            (5, Is(I::Mrn)),
            (6, Name),
            (7, Name),
            (8, Is(I::Date)),
            (11, Address),
            (13, Is(I::Phone)),
            (14, Staff),
            (24, Dates),
        ],
    ),
    (
        b'O',
        &[
            (3, Is(I::Other)),
            (4, Is(I::Other)),
            (7, Is(I::Date)),
            (8, Is(I::Date)),
            (9, Is(I::Date)),
            (11, Staff),
            (15, Is(I::Date)),
            (17, Staff),
            (18, Is(I::Phone)),
            (23, Is(I::Date)),
        ],
    ),
    (b'R', &[(10, Is(I::Date)), (11, Staff), (12, Is(I::Date)), (13, Is(I::Date))]),
    (b'Q', &[(3, Field::Range), (7, Is(I::Date)), (8, Is(I::Date)), (9, Staff), (10, Is(I::Phone))]),
];

/// Whether a record begins at this letter: `P|1|`, at the beginning of a text or behind what ends or begins a frame.
pub(crate) fn begins(text: &[u8], place: usize) -> bool {
    record(text, place).is_some()
}

fn record(text: &[u8], place: usize) -> Option<&'static [(usize, Field)]> {
    let letter = at(text, place);
    if at(text, place + 1) != b'|' {
        return None;
    }
    let (_, fields) = RECORDS.iter().find(|(known, _)| *known == letter)?;
    let digits = text.get(place + 2..)?.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
    let framed = (1..4).contains(&digits) && at(text, place + 2 + digits) == b'|';
    (framed && opens(text, place)).then_some(fields)
}

/// Whether a record may begin here: behind a blank, a control, an escape of one, a quote; or behind a frame's digit.
fn opens(text: &[u8], place: usize) -> bool {
    let sign = |place: usize| {
        let Some(before) = place.checked_sub(1) else { return true };
        matches!(at(text, before), 0..=b' ' | b'>' | b']' | b'"' | b'\'' | b':' | b'=')
            || before > 0
                && at(text, before - 1) == b'\\'
                && matches!(at(text, before), b'r' | b'n')
            // `\x02` and `\u0002`, as programs write controls.
            || at(text, before) == b'2'
                && (text.get(..place).unwrap_or_default().ends_with(b"\\x02")
                    || text.get(..place).unwrap_or_default().ends_with(b"\\u0002"))
    };
    sign(place)
        || place > 0
            && (b'0'..=b'7').contains(&at(text, place - 1))
            && (place == 1 || sign(place - 1) && at(text, place - 2) != b' ')
}

/// Finds the fields of all records of a text.
pub(crate) fn read(text: &[u8], hits: &mut Vec<Hit>) {
    let mut next = 0;
    for bar in memchr::memchr_iter(b'|', text) {
        let Some(start) = bar.checked_sub(1).filter(|start| *start >= next) else { continue };
        let Some(fields) = record(text, start) else { continue };
        let end = end_of(text, start);
        let mut place = start;
        for number in 1..=fields.last().map_or(0, |(last, _)| *last) {
            let rest = text.get(place..end).unwrap_or_default();
            let length = memchr::memchr(b'|', rest).unwrap_or(rest.len());
            if let Some((_, kind)) = fields.iter().find(|(known, _)| *known == number) {
                field(text, place..place + length, *kind, hits);
            }
            place += length + 1;
            if place > end {
                break;
            }
        }
        next = end;
    }
}

/// A record ends with CR, or with what ends its frame; a log writes them out.
fn end_of(text: &[u8], start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let ends = |place: &usize| match rest.get(*place..).unwrap_or_default() {
        [byte, ..] if *byte < b' ' => true,
        [b'\\', b'r' | b'n', ..] | [b'\\', b'x', b'0', ..] | [b'\\', b'u', b'0', b'0', ..] => true,
        [b'<', b'C', b'R', b'>', ..] | [b'<', b'E', b'T', ..] => true,
        // A log writes a blank for it.
        [b' ', b'P' | b'O' | b'R' | b'Q' | b'L' | b'C' | b'M', b'|', b'0'..=b'9', ..] => true,
        _ => false,
    };
    start + (0..rest.len()).find(ends).unwrap_or(rest.len())
}

fn field(text: &[u8], range: Range<usize>, kind: Field, hits: &mut Vec<Hit>) {
    let mut place = range.start;
    let value = text.get(range).unwrap_or_default();
    let first = value.split(|b| *b == b'^').next().unwrap_or_default();
    let numbered = crate::check::digits::count(first) > 0;
    for (index, part) in value.split(|b| matches!(b, b'^' | b'\\')).enumerate() {
        let digits = crate::check::digits::count(part);
        let identifier = match (kind, index) {
            (Is(I::Date), 0) | (Dates, 0 | 1) => (digits >= 8).then_some(I::Date),
            // The clinician in the place of the telephone.
            (Is(I::Phone), _) if digits == 0 && part.len() > 2 => Some(I::Name),
            (Is(I::Phone), 0) => Some(I::Phone),
            // A rack, a place in it.
            (Is(I::Other), 0) if part.len() < 4 => None,
            (Is(identifier), 0) => (part.len() > 1).then_some(identifier),
            (Staff, 0) if part.len() < 2 => None,
            (Name, 0..=4) => Some(I::Name),
            (Address, 0) => Some(I::Address),
            (Address, 1) => Some(I::City),
            (Address, 3) => Some(I::Zip),
            (Staff, 0) if numbered => Some(if digits == 10 { I::Npi } else { I::Other }),
            (Staff, 0..=4) => Some(I::Name),
            (Field::Range, 0) => Some(I::Mrn),
            (Field::Range, 1) => Some(I::Other),
            _ => None,
        };
        if let Some(identifier) = identifier.filter(|identifier| plausible(*identifier, part)) {
            hits.push(Hit {
                start: place,
                end: place + part.len(),
                identifier,
                weight: weight::KEY,
                quoted: 0,
            });
        }
        place += part.len() + 1;
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
    fn records_of_patients_orders_results_and_queries_are_read() {
        assert_eq!(
            found(
                "P|1|A77|L4||QUIST^ORLA^B||19710203|F||4 Elm St^Otis^OR^97368||4155550123|1234567893^POE^ANN"
            ),
            [
                (I::Mrn, "A77"),
                (I::Mrn, "L4"),
                (I::Name, "QUIST"),
                (I::Name, "ORLA"),
                (I::Name, "B"),
                (I::Date, "19710203"),
                (I::Address, "4 Elm St"),
                (I::City, "Otis"),
                (I::Zip, "97368"),
                (I::Phone, "4155550123"),
                (I::Npi, "1234567893"),
                (I::Name, "POE"),
                (I::Name, "ANN")
            ]
        );
        assert_eq!(
            found("\u{2}3O|1|S-88213||^^^TSH|R|20260301084500||||POE"),
            [(I::Other, "S-88213"), (I::Date, "20260301084500"), (I::Name, "POE")]
        );
        assert_eq!(found("rx: Q|1|A77^S-88213||ALL"), [(I::Mrn, "A77"), (I::Other, "S-88213")]);
        assert_eq!(
            found("<STX>4R|1|^^^TSH|2.1|mIU/L|0.4^4.0|N||F||||20260301090100<CR>"),
            [(I::Date, "20260301090100")]
        );
        assert_eq!(found(r"1H|\^&|||x\rP|1||A77\rL|1|N"), [(I::Mrn, "A77")]);
    }

    #[test]
    fn results_analyzers_and_tables_stay() {
        for text in [
            r"1H|\^&|||cobas8000^1.06|||||host|RSUPL^BATCH|P|1|20260301084500",
            "R|2|^^^K|4.1|mmol/L|3.5^5.1|N||F",
            "L|1|N",
            "UP|1|x",
            "P|one|A77",
            "GRP|1|A77",
            "P|1234|A77",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
