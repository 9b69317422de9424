//! HL7 v2: fields of segments are known by their number (HL7 v2.5.1, chapters 3 to 7 and 15).

use crate::{
    Identifier as I,
    text::{Hit, token::at, value::plausible, weight},
};

/// What a field is.
#[derive(Clone, Copy, Debug)]
enum Field {
    /// Each component is this.
    All(I),
    /// The first component is this.
    First(I),
    /// Extended person name behind an id: `id^family^given^…` (XCN).
    Clinician,
    /// Extended address (XAD).
    Address,
    /// Telephone, with an e-mail address among the components (XTN).
    Telecom,
    /// Text that people wrote.
    Prose,
}

use Field::{Address, All, Clinician, First, Prose, Telecom};

type Segment = (&'static [u8; 3], &'static [(usize, Field)]);

const SEGMENTS: [Segment; 25] = [
    (
        b"PID",
        &[
            (2, First(I::Mrn)),
            (3, First(I::Mrn)),
            (4, First(I::Mrn)),
            (5, All(I::Name)),
            (6, All(I::Name)),
            (7, All(I::Date)),
            (9, All(I::Name)),
            (11, Address),
            (13, Telecom),
            (14, Telecom),
            (18, First(I::Account)),
            (19, All(I::Ssn)),
            (20, First(I::Licence)),
            (21, First(I::Mrn)),
            (23, All(I::City)),
            (29, All(I::Date)),
            (33, All(I::Date)),
        ],
    ),
    (b"PD1", &[(4, Clinician)]),
    (
        b"NK1",
        &[
            (2, All(I::Name)),
            (4, Address),
            (5, Telecom),
            (6, Telecom),
            (8, All(I::Date)),
            (9, All(I::Date)),
            (12, First(I::Other)),
            (13, First(I::Facility)),
            (16, All(I::Date)),
            (26, All(I::Name)),
            (30, All(I::Name)),
            (31, Telecom),
            (32, Address),
            (33, First(I::Other)),
            (37, All(I::Ssn)),
        ],
    ),
    (
        b"GT1",
        &[
            (2, First(I::Account)),
            (3, All(I::Name)),
            (4, All(I::Name)),
            (5, Address),
            (6, Telecom),
            (7, Telecom),
            (8, All(I::Date)),
            (12, All(I::Ssn)),
            (13, All(I::Date)),
            (14, All(I::Date)),
            (16, All(I::Name)),
            (17, Address),
            (18, Telecom),
            (19, First(I::Other)),
            (45, All(I::Name)),
            (46, Telecom),
        ],
    ),
    (
        b"IN1",
        &[
            (6, All(I::Name)),
            (7, Telecom),
            (8, First(I::HealthPlan)),
            (10, First(I::HealthPlan)),
            (12, All(I::Date)),
            (13, All(I::Date)),
            (16, All(I::Name)),
            (18, All(I::Date)),
            (19, Address),
            (36, First(I::HealthPlan)),
            (44, Address),
            (49, First(I::HealthPlan)),
        ],
    ),
    (
        b"IN2",
        &[
            (1, First(I::Other)),
            (2, All(I::Ssn)),
            (3, Clinician),
            (6, First(I::HealthPlan)),
            (8, First(I::HealthPlan)),
            (10, First(I::HealthPlan)),
            (22, All(I::Name)),
            (40, All(I::Name)),
            (61, First(I::HealthPlan)),
            (63, Telecom),
            (64, Telecom),
        ],
    ),
    (
        b"PV1",
        &[
            (5, First(I::Mrn)),
            (7, Clinician),
            (8, Clinician),
            (9, Clinician),
            (17, Clinician),
            (19, First(I::Mrn)),
            (44, All(I::Date)),
            (45, All(I::Date)),
            (50, First(I::Mrn)),
            (52, Clinician),
        ],
    ),
    (b"PV2", &[(8, All(I::Date)), (9, All(I::Date)), (13, Clinician)]),
    (
        b"ORC",
        &[
            (2, First(I::Other)),
            (3, First(I::Other)),
            (4, First(I::Other)),
            (9, All(I::Date)),
            (10, Clinician),
            (11, Clinician),
            (12, Clinician),
            (14, Telecom),
            (15, All(I::Date)),
            (19, Clinician),
            (21, First(I::Facility)),
            (22, Address),
            (23, Telecom),
            (24, Address),
        ],
    ),
    (
        b"OBR",
        &[
            (2, First(I::Other)),
            (3, First(I::Other)),
            (6, All(I::Date)),
            (7, All(I::Date)),
            (8, All(I::Date)),
            (10, Clinician),
            (13, Prose),
            (14, All(I::Date)),
            (16, Clinician),
            (17, Telecom),
            (22, All(I::Date)),
            (28, Clinician),
            (32, Clinician),
            (36, All(I::Date)),
        ],
    ),
    (b"OBX", &[(5, Prose), (14, All(I::Date)), (16, Clinician), (18, First(I::Device)), (19, All(I::Date))]),
    (b"NTE", &[(3, Prose)]),
    (b"EVN", &[(5, Clinician), (6, All(I::Date))]),
    (b"DG1", &[(5, All(I::Date)), (16, Clinician)]),
    (b"PR1", &[(5, All(I::Date)), (8, Clinician), (11, Clinician), (12, Clinician)]),
    (b"AL1", &[(6, All(I::Date))]),
    (
        b"MRG",
        &[
            (1, First(I::Mrn)),
            (2, First(I::Mrn)),
            (3, First(I::Account)),
            (4, First(I::Mrn)),
            (5, First(I::Mrn)),
            (7, All(I::Name)),
        ],
    ),
    (b"SPM", &[(2, First(I::Other)), (3, First(I::Other)), (17, All(I::Date)), (18, All(I::Date))]),
    (b"FT1", &[(4, All(I::Date)), (20, Clinician), (21, Clinician)]),
    (b"RXA", &[(3, All(I::Date)), (4, All(I::Date)), (10, Clinician), (15, First(I::Device))]),
    (b"TXA", &[(4, All(I::Date)), (5, Clinician), (6, All(I::Date)), (9, Clinician), (12, First(I::Other))]),
    (
        b"SCH",
        &[
            (1, First(I::Other)),
            (2, First(I::Other)),
            (11, All(I::Date)),
            (12, Clinician),
            (13, Telecom),
            (16, Clinician),
            (20, Clinician),
        ],
    ),
    (b"AIP", &[(3, Clinician), (6, All(I::Date))]),
    (b"ROL", &[(4, Clinician), (11, Address), (12, Telecom)]),
    (b"ACC", &[(1, All(I::Date))]),
];

/// Finds the fields of the segment whose name begins here; where the segment ends, and which parts are prose.
pub(crate) fn segment(
    text: &[u8],
    start: usize,
    hits: &mut Vec<Hit>,
    prose: &mut Vec<std::ops::Range<usize>>,
) -> Option<usize> {
    let name: &[u8; 3] = text.get(start..start + 3)?.try_into().ok()?;
    let bar = at(text, start + 3);
    if name == b"MSH" && matches!(bar, b'|') {
        return Some(end_of(text, start));
    }
    if bar != b'|' {
        return None;
    }
    let (_, fields) = SEGMENTS.iter().find(|(known, _)| *known == name)?;
    let end = end_of(text, start);
    let mut place = start + 4;
    let mut number = 1;
    while place <= end {
        let rest = text.get(place..end).unwrap_or_default();
        let length = memchr::memchr(b'|', rest).unwrap_or(rest.len());
        if let Some((_, field)) = fields.iter().find(|(known, _)| *known == number) {
            self::field(text, place, place + length, *field, hits, prose);
        } else if matches!(
            name,
            b"PID" | b"NK1" | b"GT1" | b"IN1" | b"IN2" | b"PV1" | b"PD1" | b"ACC" | b"OBR" | b"PV2"
        ) {
            unlisted(text, place, place + length, hits, prose);
        }
        place += length + 1;
        number += 1;
    }
    Some(end)
}

/// A field of which the standard tells nothing here, in a segment about a person: senders shift fields. Its form tells.
fn unlisted(
    text: &[u8],
    start: usize,
    end: usize,
    hits: &mut Vec<Hit>,
    prose: &mut Vec<std::ops::Range<usize>>,
) {
    let value = text.get(start..end).unwrap_or_default();
    let mut parts = value.split(|b| *b == b'^');
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
    let state = part(3).len() == 2 && part(3).iter().all(u8::is_ascii_uppercase);
    match () {
        () if crate::shape::date::compact(value, 0) == Some(value.len()) => {
            field(text, start, end, All(I::Date), hits, prose)
        }
        () if state && crate::check::digits::count(part(4)) >= 5 => {
            field(text, start, end, Address, hits, prose)
        }
        () if parts.clone().count() > 1
            && word(part(0))
            && word(part(1))
            && (known(part(0)) || known(part(1)))
            && !state =>
        {
            field(text, start, end, All(I::Name), hits, prose);
        }
        () if digits >= 7
            && parts.next().is_some_and(|first| {
                first.len() <= 20 && first.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
            }) =>
        {
            field(text, start, end, First(I::Other), hits, prose);
        }
        () if value.contains(&b' ') && (digits > 0 || value.contains(&b',')) => prose.push(start..end),
        () => {}
    }
}

/// A segment ends with its line: CR in messages, LF in files, `\r` in strings that escape it, a quote in code.
fn end_of(text: &[u8], start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let mut end = rest.iter().position(|b| matches!(b, b'\r' | b'\n' | 0x1c)).unwrap_or(rest.len());
    if let Some(escaped) = memchr::memmem::find(rest.get(..end).unwrap_or_default(), b"\\r") {
        end = escaped;
    }
    start + end
}

fn field(
    text: &[u8],
    start: usize,
    end: usize,
    field: Field,
    hits: &mut Vec<Hit>,
    prose: &mut Vec<std::ops::Range<usize>>,
) {
    if let Prose = field {
        prose.push(start..end);
        return;
    }
    let mut repetition = start;
    while repetition <= end {
        let rest = text.get(repetition..end).unwrap_or_default();
        let length = memchr::memchr(b'~', rest).unwrap_or(rest.len());
        let mut place = repetition;
        let mut number = 1;
        while place <= repetition + length {
            let rest = text.get(place..repetition + length).unwrap_or_default();
            let size = memchr::memchr(b'^', rest).unwrap_or(rest.len());
            let value = rest.get(..size).unwrap_or_default();
            if let Some(identifier) = component(field, number, value) {
                push(value, place, identifier, hits);
            }
            place += size + 1;
            number += 1;
        }
        repetition += length + 1;
    }
}

fn component(field: Field, number: usize, value: &[u8]) -> Option<I> {
    if matches!(field, All(I::Name) | Clinician)
        && crate::words::vocabulary::vocabulary().get(crate::words::hash(value))
            & (crate::words::vocabulary::TITLE | crate::words::vocabulary::PAYER)
            != 0
        || value == b"PPO"
        || value == b"HMO"
    {
        return None;
    }
    let digits = crate::check::digits::count(value);
    match (field, number) {
        // The ninth and tenth of a name tell its kind, a date's second its precision.
        (All(I::Name), 7..) | (All(I::Date | I::Ssn), 2..) | (Prose, _) => None,
        (All(identifier), _) | (First(identifier), 1) => Some(identifier),
        (First(_), _) => None,
        (Clinician, 1) => Some(if digits == 10 { I::Npi } else { I::Other }),
        (Clinician, 2..=5) => Some(I::Name),
        (Address, 1 | 2) => Some(I::Address),
        (Address, 3) => Some(I::City),
        (Address, 9) if value.len() > 3 => Some(I::City),
        (Address, 5) => Some(I::Zip),
        (Telecom, 4) => Some(I::Email),
        (Telecom, 1 | 5..=12) if digits >= 4 => Some(I::Phone),
        _ => None,
    }
}

/// Hits for the sub-components of a value.
fn push(value: &[u8], start: usize, identifier: I, hits: &mut Vec<Hit>) {
    let mut place = 0;
    for part in value.split(|b| *b == b'&') {
        let possible = match identifier {
            I::Phone => crate::check::digits::count(part) >= 4,
            I::Other | I::Npi | I::Facility => part.len() > 1,
            _ => true,
        };
        if possible
            && (plausible(identifier, part)
                || identifier == I::Phone
                    && !part.is_empty()
                    && crate::text::token::marker(part, 0).is_none())
        {
            hits.push(Hit {
                start: start + place,
                end: start + place + part.len(),
                identifier,
                weight: weight::KEY,
                quoted: 0,
            });
        }
        place += part.len() + 1;
    }
}

/// Whether HL7 begins here: a segment that is known, at the beginning or behind a line's end.
pub(crate) fn begins(text: &[u8], place: usize) -> bool {
    let Some(name) = text.get(place..place + 3) else { return false };
    at(text, place + 3) == b'|' && (name == b"MSH" || SEGMENTS.iter().any(|(known, _)| &known[..] == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_patient_are_found_by_their_number() {
        let text = "PID|1||12345^^^HOSP^MR||ROE^JANE^Q^^^^L||19700131|F||W|1 MAIN ST^^OTIS^OR^97368^USA||(415)555-0123^PRN^^j@x.org|||S||A77|123-45-6789";
        let (mut hits, mut prose) = (Vec::new(), Vec::new());
        assert_eq!(segment(text.as_bytes(), 0, &mut hits, &mut prose), Some(text.len()));
        let found: Vec<_> = hits.iter().map(|h| (h.identifier, &text[h.start..h.end])).collect();
        assert_eq!(
            found,
            [
                (I::Mrn, "12345"),
                (I::Name, "ROE"),
                (I::Name, "JANE"),
                (I::Name, "Q"),
                (I::Date, "19700131"),
                (I::Address, "1 MAIN ST"),
                (I::City, "OTIS"),
                (I::Zip, "97368"),
                (I::Phone, "(415)555-0123"),
                (I::Email, "j@x.org"),
                (I::Account, "A77"),
                (I::Ssn, "123-45-6789"),
            ]
        );
    }

    #[test]
    fn what_is_no_segment_is_left() {
        assert!(!begins(b"PIDS|1", 0) && !begins(b"PID 1|", 0) && begins(b"OBX|1|TX", 0));
        assert!(segment(b"ABC|1|2", 0, &mut Vec::new(), &mut Vec::new()).is_none());
    }
}
