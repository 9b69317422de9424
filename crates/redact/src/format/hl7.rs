//! HL7 v2: fields of segments are known by their number (HL7 v2.5.1, chapters 3 to 7 and 15).

use crate::{
    Identifier as I,
    text::{Hit, token::at, value::plausible, weight, written::number_in},
};

mod fields;
mod forms;
pub(crate) mod places;
mod unlisted;

use fields::{
    Field,
    Field::{
        Address, All, Clinician, Code, First, Location, Occurrence, Parties, Prose, Range, Telecom, Timing,
    },
    LOOSE,
};
pub(crate) use forms::of_care;
use forms::{addressed, capital, dated, end_of, is_local, login, party, shared};
use unlisted::unlisted;

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
        let end = end_of(text, start);
        forms::facilities(text, start..end, hits);
        return Some(end);
    }
    if bar != b'|' {
        return None;
    }
    let local = is_local(name);
    let fields = match fields::of(name) {
        Some(fields) => fields,
        None if local => &[],
        None => return None,
    };
    let loose = local || LOOSE.contains(&name);
    // The type of an observation's value, and whether it is an age.
    let mut kind: &[u8] = b"";
    let mut age = false;
    let end = end_of(text, start);
    let mut place = start + 4;
    let mut number = 1;
    while place <= end {
        let rest = text.get(place..end).unwrap_or_default();
        let length = memchr::memchr(b'|', rest).unwrap_or(rest.len());
        let value = rest.get(..length).unwrap_or_default();
        if (name, number) == (b"OBX", 2) {
            kind = value;
        }
        if (name, number) == (b"OBX", 3) {
            let code = value.split(|b| *b == b'^').next().unwrap_or_default();
            age = AGES.contains(&code);
        }
        // Senders that leave fields out put the account where a religion or the state of a marriage stands.
        if name == b"PID" && matches!(number, 15..=17) && crate::check::digits::count(value) >= 6 {
            field(text, place..place + length, First(I::Account), hits, prose);
        }
        let listed = fields.get(number).copied().flatten();
        let range = place..place + length;
        match listed {
            // A name in sub-components, or an address, wherever it stands.
            _ if loose && party(value) => field(text, range, Parties, hits, prose),
            _ if loose && addressed(value) => field(text, range, Address, hits, prose),
            Some(Prose) if age => field(text, range, First(I::Age), hits, prose),
            Some(Prose) if name == b"OBX" => {
                let typed = observed(kind);
                field(text, range, typed, hits, prose);
            }
            Some(listed) => {
                let before = hits.len();
                field(text, range.clone(), listed, hits, prose);
                // Of something else than the standard says: fields are shifted.
                if loose && hits.len() == before && !matches!(listed, Code | Prose) && value.len() > 1 {
                    unlisted(text, range, local, hits, prose);
                }
            }
            None if name == b"QPD" && value.starts_with(b"@") => asked(text, range, hits),
            None if loose && value.len() > 1 => unlisted(text, range, local, hits, prose),
            // What has the form of a day is one in every segment: senders shift fields. A query has its own.
            None if dated(value) && !matches!(name, b"QRD" | b"QRF" | b"QPD" | b"MSA") => {
                field(text, range, All(I::Date), hits, prose)
            }
            None => {}
        }
        place += length + 1;
        number += 1;
    }
    Some(end)
}

/// Codes of LOINC of somebody's age: told, reckoned, of now or at death.
const AGES: [&[u8]; 6] = [b"30525-0", b"21612-7", b"29553-5", b"63900-5", b"39016-1", b"74201-5"];

/// What the value of an observation is, by its type (table 0125).
fn observed(kind: &[u8]) -> Field {
    match kind {
        b"DT" | b"TS" | b"DTM" => All(I::Date),
        b"PN" | b"XPN" => All(I::Name),
        b"CN" | b"XCN" => Clinician,
        b"AD" | b"XAD" => Address,
        b"TN" | b"XTN" => Telecom,
        b"CX" => First(I::Mrn),
        b"EI" => First(I::Other),
        b"NM" | b"SN" | b"CE" | b"CWE" | b"CNE" | b"CF" | b"SI" => Code,
        _ => Prose,
    }
}

/// Parameters of a query that name the field they are compared with: `@PID.5.1^Roe~@PID.7^19700131` (chapter 5, QIP).
fn asked(text: &[u8], range: std::ops::Range<usize>, hits: &mut Vec<Hit>) {
    let mut start = range.start;
    for parameter in text.get(range).unwrap_or_default().split(|b| *b == b'~') {
        let caret = memchr::memchr(b'^', parameter).unwrap_or(parameter.len());
        let mut path = parameter.get(..caret).unwrap_or_default().split(|b| *b == b'.');
        let segment = path.next().and_then(|name| name.strip_prefix(b"@")).unwrap_or_default();
        let mut number = || std::str::from_utf8(path.next()?).ok()?.parse::<usize>().ok();
        if let Some(fields) = fields::of(segment)
            && let Some(place) = number()
            && let Some(field) = fields.get(place).copied().flatten()
        {
            let value = parameter.get(caret + 1..).unwrap_or_default();
            let part = number().unwrap_or(1);
            if let Some(identifier) = component(field, part, value) {
                push(value, start + caret + 1, identifier, hits);
            }
        }
        start += parameter.len() + 1;
    }
}

/// Reads a value that a text gives with the place it came from, `PID-5=ROE^JANE`, `PV1.7.2: ROE`; whether the place is
/// one of the standard's that can identify.
pub(crate) fn referred(
    text: &[u8],
    name: &[u8],
    (number, part): (usize, Option<usize>),
    range: std::ops::Range<usize>,
    hits: &mut Vec<Hit>,
) -> bool {
    let Some(fields) = fields::of(&name.to_ascii_uppercase()) else { return false };
    let Some(listed) = fields.get(number).copied().flatten() else { return false };
    // `PID.3 RG780411 name mismatch: …`: what is said of a number is none.
    let range = number_in(text.get(range.clone()).unwrap_or_default())
        .map_or(range.clone(), |number| range.start + number.start..range.start + number.end);
    let value = text.get(range.clone()).unwrap_or_default();
    match part {
        Some(part) if memchr::memchr(b'^', value).is_none() => {
            if let Some(identifier) = component(listed, part, value) {
                push(value, range.start, identifier, hits);
            }
        }
        // The moment alone, as many write it.
        _ if matches!(listed, Timing) && value.len() >= 8 && value.iter().all(u8::is_ascii_digit) => {
            push(value, range.start, I::Date, hits);
        }
        _ => field(text, range, listed, hits, &mut Vec::new()),
    }
    true
}

/// Whether these letters are the name of a segment whose fields are known.
pub(crate) fn is_segment(name: &[u8]) -> bool {
    fields::of(name).is_some()
}

fn whole(range: std::ops::Range<usize>, identifier: I) -> Hit {
    Hit { start: range.start, end: range.end, identifier, weight: weight::KEY, quoted: 0 }
}

fn field(
    text: &[u8],
    range: std::ops::Range<usize>,
    field: Field,
    hits: &mut Vec<Hit>,
    prose: &mut Vec<std::ops::Range<usize>>,
) {
    let std::ops::Range { start, end } = range;
    if let Code = field {
        return;
    }
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
            if let (Parties, 1) = (field, number)
                && memchr::memchr(b'&', value).is_some()
            {
                forms::parts(value, place, hits);
            } else if let Some(identifier) = component(field, number, value) {
                push(value, place, identifier, hits);
            }
            place += size + 1;
            number += 1;
        }
        repetition += length + 1;
    }
}

fn component(field: Field, number: usize, value: &[u8]) -> Option<I> {
    if matches!(field, All(I::Name) | Clinician | Address)
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
        // An indicator, and whose name a field shares.
        (All(I::City), _) if value.len() <= 2 => None,
        (All(I::Name) | Clinician, _) if shared(value) => None,
        (All(I::Name), 7..) | (All(I::Date | I::Ssn), 2..) | (Prose | Code, _) => None,
        // Of placers and fillers, the second is of the other.
        (All(I::Other), 3..) => None,
        (All(identifier), _) | (First(identifier), 1) => Some(identifier),
        // The number of a filler behind a placer's.
        (First(I::Other), 2) if value.len() >= 6 && digits == value.len() => Some(I::Other),
        (First(_), _) => None,
        (Clinician, 1) => match value {
            [first, second, rest @ ..]
                if rest.len() == 7
                    && first.is_ascii_uppercase()
                    && second.is_ascii_uppercase()
                    && rest.iter().all(u8::is_ascii_digit) =>
            {
                Some(I::Dea)
            }
            [b'(' | b'+', ..] if digits >= 7 => Some(I::Phone),
            // Senders that leave the id out begin with the family name.
            _ if digits == 0 && capital(value) && value.len() > 1 => Some(I::Name),
            _ => Some(if digits == 10 { I::Npi } else { I::Other }),
        },
        (Clinician, 2..=5) => Some(I::Name),
        (Parties, 1) => component(Clinician, 1, value),
        (Parties | Occurrence, 2 | 3) | (Timing, 4 | 5) | (Range, 1 | 2) => (digits >= 8).then_some(I::Date),
        (Location, 1) => (value.contains(&b' ') && of_care(value)).then_some(I::Facility),
        (Parties, 7) | (Location, 4 | 9) if value.contains(&b' ') && of_care(value) => Some(I::Facility),
        // Sites have codes; what is written out is where one is.
        (Location, 4) if digits == 0 && value.iter().any(u8::is_ascii_lowercase) => Some(I::City),
        (Parties, 7) | (Location, 4) => value.contains(&b' ').then_some(I::Facility),
        (Location, 9) if digits > 0 && value.contains(&b' ') => Some(I::Address),
        // The number of what stands at a bed (IHE PCD TF-2, PV1-3).
        (Location, 10 | 11) if digits >= 12 => Some(I::Device),
        // With its address (LA2).
        (Location, 11) if digits == 0 && value.len() > 2 => Some(I::City),
        (Location, 13) if digits >= 5 => Some(I::Zip),
        (Address, 1 | 2) => Some(I::Address),
        (Address, 3) => Some(I::City),
        (Address, 8 | 9) if value.len() > 3 => Some(I::City),
        (Address, 5) => Some(I::Zip),
        (Telecom, 4) => Some(I::Email),
        (Telecom, 1 | 7..=12) if digits >= 4 => Some(I::Phone),
        (Telecom, 5 | 6) if digits >= 3 => Some(I::Phone),
        _ => None,
    }
}

/// Hits for the sub-components of a value.
fn push(value: &[u8], start: usize, identifier: I, hits: &mut Vec<Hit>) {
    let mut place = 0;
    for part in value.split(|b| *b == b'&') {
        let possible = match identifier {
            I::Phone => crate::check::digits::count(part) >= 3,
            I::Other if part.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_' || *b == b'.') => {
                login(part)
            }
            I::Other | I::Npi | I::Facility => part.len() > 1,
            _ => true,
        };
        if possible
            && (plausible(identifier, part)
                || identifier == I::Other && login(part)
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
    at(text, place + 3) == b'|'
        && (name == b"MSH"
            || is_local(name) && place == 0
            // Programs that report an error begin like its segment.
            || name != b"ERR" && fields::of(name).is_some())
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

    fn found(text: &str) -> Vec<(I, &str)> {
        let (mut hits, mut prose) = (Vec::new(), Vec::new());
        segment(text.as_bytes(), 0, &mut hits, &mut prose).unwrap();
        hits.iter().map(|h| (h.identifier, &text[h.start..h.end])).collect()
    }

    #[test]
    fn queries_tell_the_field_of_each_parameter() {
        assert_eq!(
            found(
                "QPD|Q22^Find Candidates^HL7|83741|@PID.5.1^QUIST~@PID.7^19710203~@PID.11.5^97368~@PID.8^F"
            ),
            [(I::Name, "QUIST"), (I::Date, "19710203"), (I::Zip, "97368")]
        );
        assert_eq!(
            found("QRD|20260301|R|I|Q7|||1^RD|QUIST^ORLA|DEM"),
            [(I::Name, "QUIST"), (I::Name, "ORLA")]
        );
    }

    #[test]
    fn names_in_sub_components_times_and_telephones_in_parts_are_found() {
        assert_eq!(
            found("OBR|1||A77|5-8^X^LN||||||||||||||||||||||||||||1234567893&Poe&Ann^20260301"),
            [
                (I::Other, "A77"),
                (I::Npi, "1234567893"),
                (I::Name, "Poe"),
                (I::Name, "Ann"),
                (I::Date, "20260301")
            ]
        );
        assert_eq!(found("TXA|1|CN|TX||||20260301|||7^Poe^Ann")[0], (I::Date, "20260301"));
        assert_eq!(
            found("NK1|1|||4 Elm St^^Otis^OR^97368|^PRN^PH^^1^415^5550123"),
            [
                (I::Address, "4 Elm St"),
                (I::City, "Otis"),
                (I::Zip, "97368"),
                (I::Phone, "415"),
                (I::Phone, "5550123")
            ]
        );
        assert_eq!(
            found("RXE|^Q8H^^20260301|5-1^HEPARIN|||||||||||AB1234563"),
            [(I::Date, "20260301"), (I::Dea, "AB1234563")]
        );
    }

    #[test]
    fn acknowledgements_studies_and_shifted_fields_are_read() {
        assert_eq!(found("AIG|1||1234567893^Quist, Orla|||||202603010900")[1], (I::Name, "Quist, Orla"));
        assert_eq!(found("CSR|ST-4^X||S|4829113|482")[0], (I::Mrn, "4829113"));
        let shifted = found("PID|||482913||QUIST^ORLA||19710203|F|||||||||HAR482913|219-09-9412");
        assert!(shifted.contains(&(I::Account, "HAR482913")), "{shifted:?}");
        assert!(found("IN1|1||PPO2|||||||||||||QUIST^ORLA|SELF").iter().all(|hit| hit.1 != "SELF"));
        let (mut hits, mut prose) = (Vec::new(), Vec::new());
        segment(b"MSA|AE|77|Patient QUIST not found", 0, &mut hits, &mut prose);
        assert_eq!(prose, vec![10..33]);
    }

    #[test]
    fn segments_of_a_site_are_read_by_form_and_codes_stay() {
        assert_eq!(found("ZRX|8559706|N|KEEP COLD"), [(I::Other, "8559706")]);
        assert_eq!(
            found("ZPH|1|@orla_q|orla_front.jpeg|PORTAL"),
            [(I::Other, "@orla_q"), (I::Photo, "orla_front.jpeg")]
        );
        assert!(found("OBX|1|NM|2345-7^GLU^LN||10828004|mg/dL|70-110|N").is_empty());
        assert!(found("PID|1|||||||F||2106-3^White^HL70005").is_empty());
        assert!(found("SCH||||||10828004^FOLLOWUP^SCT|30 MIN").is_empty());
    }
}
