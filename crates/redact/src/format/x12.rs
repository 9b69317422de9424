//! X12 of the HIPAA transactions (45 CFR 162, e.g. 837 and 270): elements of segments by their number and qualifier.

use std::ops::Range;

use crate::{
    Identifier as I,
    text::{Hit, value::plausible, weight},
};

/// Whether a text is X12: it begins with a segment that only X12 has.
pub(crate) fn begins(text: &[u8]) -> bool {
    if !text.iter().take(4).any(|b| *b == b'*') {
        return false;
    }
    let names: [&[u8]; 24] = [
        b"ISA*", b"NM1*", b"DMG*", b"N3*", b"N4*", b"REF*", b"DTP*", b"CLM*", b"SBR*", b"PER*", b"GS*",
        b"ST*", b"HL*", b"TRN*", b"PAT*", b"INS*", b"BHT*", b"SV1*", b"DTM*", b"HI*", b"LX*", b"N1*",
        b"CLP*", b"BPR*",
    ];
    names.iter().any(|name| text.starts_with(name))
}

/// Finds the elements of all segments.
pub(crate) fn read(text: &[u8], hits: &mut Vec<Hit>) {
    let mut start = 0;
    while start < text.len() {
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.iter().position(|b| matches!(b, b'~' | b'\r' | b'\n')).unwrap_or(rest.len());
        segment(text, start..start + length, hits);
        start += length + 1;
    }
}

fn segment(text: &[u8], range: Range<usize>, hits: &mut Vec<Hit>) {
    let mut elements: [Range<usize>; 16] = Default::default();
    let mut start = range.start;
    let mut count = 0;
    while start <= range.end && count < elements.len() {
        let rest = text.get(start..range.end).unwrap_or_default();
        let length = memchr::memchr(b'*', rest).unwrap_or(rest.len());
        if let Some(element) = elements.get_mut(count) {
            *element = start..start + length;
        }
        count += 1;
        start += length + 1;
    }
    let value =
        |number: usize| elements.get(number).and_then(|range| text.get(range.clone())).unwrap_or_default();
    let mut push = |number: usize, identifier: I| {
        if let Some(range) = elements.get(number).filter(|_| plausible(identifier, value(number))) {
            hits.push(Hit { start: range.start, end: range.end, identifier, weight: weight::KEY, quoted: 0 });
        }
    };
    match value(0).trim_ascii() {
        b"NM1" => {
            if value(2) == b"1" {
                for number in [3, 4, 5] {
                    push(number, I::Name);
                }
            } else if matches!(value(1), b"FA" | b"77" | b"85" | b"87" | b"82" | b"SJ" | b"1P") {
                push(3, I::Facility);
            }
            if value(1) == b"PR" {
                return;
            }
            push(
                9,
                match value(8) {
                    b"MI" | b"II" | b"MC" => I::HealthPlan,
                    b"34" | b"SY" => I::Ssn,
                    b"XX" => I::Npi,
                    _ => I::Other,
                },
            );
        }
        b"N1" => {
            if matches!(value(1), b"PE" | b"FA" | b"85" | b"77" | b"82" | b"1P" | b"SJ") {
                push(2, I::Facility);
            }
            push(4, if value(3) == b"XX" { I::Npi } else { I::Other });
        }
        b"CLP" => {
            push(1, I::Account);
            push(7, I::Other);
        }
        b"BPR" => {
            push(9, I::Account);
            push(15, I::Account);
        }
        b"N3" => {
            push(1, I::Address);
            push(2, I::Address);
        }
        b"N4" => {
            push(1, I::City);
            push(3, I::Zip);
        }
        b"DMG" => push(2, I::Date),
        b"DTP" => push(3, I::Date),
        b"DTM" => push(2, I::Date),
        b"PAT" => push(6, I::Date),
        b"CLM" => push(1, I::Account),
        b"SBR" => push(3, I::HealthPlan),
        b"TRN" => push(2, I::Other),
        b"PER" => {
            push(2, I::Name);
            for number in [3, 5, 7] {
                match value(number) {
                    b"TE" | b"CP" | b"HP" | b"WP" | b"NP" => push(number + 1, I::Phone),
                    b"FX" => push(number + 1, I::Fax),
                    b"EM" => push(number + 1, I::Email),
                    b"UR" => push(number + 1, I::Url),
                    _ => {}
                }
            }
        }
        b"REF" => push(
            2,
            match value(1) {
                b"SY" => I::Ssn,
                b"EA" | b"MRN" => I::Mrn,
                b"1L" | b"IG" | b"6P" | b"1W" | b"0F" | b"HJ" | b"F6" | b"N6" | b"18" | b"23" => {
                    I::HealthPlan
                }
                b"EJ" | b"D9" | b"F8" | b"1K" => I::Account,
                b"0B" | b"1G" => I::Licence,
                b"EI" | b"TJ" => I::Other,
                _ => I::Other,
            },
        ),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_by_number_and_qualifier() {
        let text = "NM1*IL*1*ROE*JANE*Q***MI*W1234567~N3*1 MAIN ST~N4*OTIS*OR*97368~DMG*D8*19700131*F~REF*SY*123456789~NM1*PR*2*AETNA*****PI*60054~DTP*472*D8*20240301~PER*IC*ANN POE*TE*4155550123~";
        assert!(begins(text.as_bytes()));
        let mut hits = Vec::new();
        read(text.as_bytes(), &mut hits);
        let found: Vec<_> = hits.iter().map(|h| (h.identifier, &text[h.start..h.end])).collect();
        for expected in [
            (I::Name, "ROE"),
            (I::Name, "JANE"),
            (I::HealthPlan, "W1234567"),
            (I::Address, "1 MAIN ST"),
            (I::City, "OTIS"),
            (I::Zip, "97368"),
            (I::Date, "19700131"),
            (I::Ssn, "123456789"),
            (I::Date, "20240301"),
            (I::Name, "ANN POE"),
            (I::Phone, "4155550123"),
        ] {
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
        assert!(!found.iter().any(|f| f.1 == "AETNA"));
    }
}
