//! X12 of the HIPAA transactions (45 CFR 162, e.g. 837 and 270): elements of segments by their number and qualifier.

use std::ops::Range;

use crate::{
    Identifier as I,
    text::{Hit, token::at, value::plausible, weight},
};

/// Segments of which an element can identify, and those that a message begins with.
const SEGMENTS: [&[u8]; 34] = [
    b"ISA", b"NM1", b"DMG", b"N3", b"N4", b"REF", b"DTP", b"CLM", b"SBR", b"PER", b"GS", b"ST", b"HL",
    b"TRN", b"PAT", b"INS", b"BHT", b"SV1", b"DTM", b"HI", b"LX", b"N1", b"CLP", b"BPR", b"COB", b"PLB",
    b"HCR", b"CTX", b"IK4", b"AK4", b"ENT", b"RMR", b"STC", b"PWK",
];

/// Who cares for people, by the code of an entity (element 98).
const PROVIDERS: [&[u8]; 15] =
    [b"FA", b"77", b"85", b"87", b"82", b"SJ", b"1P", b"1T", b"80", b"TT", b"LI", b"PW", b"45", b"P3", b"72"];

/// What the number of an entity is of (element 66), as far as it can stand in the wrong place.
const QUALIFIERS: [&[u8]; 7] = [b"34", b"SY", b"MI", b"II", b"XX", b"24", b"FI"];

/// Whether a text is X12: it begins with a segment that only X12 has.
pub(crate) fn begins(text: &[u8]) -> bool {
    (2..=3)
        .any(|length| at(text, length) == b'*' && SEGMENTS.contains(&text.get(..length).unwrap_or_default()))
}

/// Where a segment begins whose name ends at this asterisk, in a text of something else: `out: NM1*IL*1*ROE`.
pub(crate) fn named(text: &[u8], star: usize) -> Option<usize> {
    let start = (2..=3).filter_map(|length| star.checked_sub(length)).find(|start| {
        let name = text.get(*start..star).unwrap_or_default();
        SEGMENTS.contains(&name)
            && start.checked_sub(1).is_none_or(|before| {
                let byte = at(text, before);
                !byte.is_ascii_alphanumeric() && byte != b'*'
                    || before > 0 && at(text, before - 1) == b'\\' && matches!(byte, b'n' | b'r')
            })
    })?;
    // Names of two letters are words of others, too: the segment stands by itself, or its end is near.
    let near = text.get(star + 1..).unwrap_or_default();
    let near = near.get(..near.len().min(96)).unwrap_or_default();
    let alone = start == 0 || matches!(at(text, start - 1), b'~' | b'"' | b'\'' | b'n' | b'r');
    (at(text, star + 1) != b'*'
        && at(text, star + 1) != b' '
        && (star - start == 3 || alone || memchr::memchr(b'~', near).is_some()))
    .then_some(start)
}

/// Finds the elements of segments that stand in a text.
pub(crate) fn inside(text: &[u8], hits: &mut Vec<Hit>) {
    let mut next = 0;
    for star in memchr::memchr_iter(b'*', text) {
        if star < next {
            continue;
        }
        let Some(start) = named(text, star) else { continue };
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.iter().zip(rest.iter().skip(1).chain(b" ")).position(|(byte, after)| {
            matches!(byte, b'~' | b'\r' | b'\n' | b'"' | b'\'' | b'<')
                || *byte == b'\\' && matches!(after, b'n' | b'r')
        });
        // Segments that a logger joined with blanks: `CLP*5000998367*1 NM1*QC*1*ROE`.
        let joined =
            memchr::memchr_iter(b' ', rest.get(..length.unwrap_or(rest.len()).min(512)).unwrap_or_default())
                .find(|blank| {
                    rest.get(blank + 1..blank + 5).is_some_and(|name| {
                        name.ends_with(b"*") && SEGMENTS.contains(&name.get(..3).unwrap_or_default())
                    })
                });
        let length = joined.or(length).unwrap_or(rest.len());
        let mut end = start + length;
        if at(text, end) != b'~' {
            // What a logger wrote behind a segment without its end is no part of it.
            let last = text.get(start..end).unwrap_or_default();
            let star = last.iter().rposition(|b| *b == b'*').unwrap_or(0);
            let tail = last.get(star..).unwrap_or_default();
            end -= tail.len()
                - tail.iter().position(|b| matches!(b, b' ' | b',' | b')' | b'|')).unwrap_or(tail.len());
        }
        segment(text, start..end, hits);
        next = end;
    }
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
            } else if PROVIDERS.contains(&value(1)) {
                push(3, I::Facility);
            }
            // Senders that leave the suffix out shift the number.
            // `II` is the suffix of the second of his name, too: then its qualifier and the number follow.
            let shifted = QUALIFIERS.contains(&value(7))
                && !value(8).is_empty()
                && !(QUALIFIERS.contains(&value(8)) && !value(9).is_empty());
            let at = if shifted { 8 } else { 9 };
            // Payers have names and numbers that everybody knows.
            if matches!(value(1), b"PR" | b"40" | b"41") || matches!(value(at - 1), b"PI" | b"XV") {
                return;
            }
            push(
                at,
                match value(at - 1) {
                    b"MI" | b"II" | b"MC" | b"N" => I::HealthPlan,
                    b"34" | b"SY" => I::Ssn,
                    b"XX" => I::Npi,
                    _ => I::Other,
                },
            );
        }
        b"N1" => {
            if (value(1) == b"PE" && value(3) != b"FI" || PROVIDERS.contains(&value(1))) && !known(value(2)) {
                push(2, I::Facility);
            }
            match value(3) {
                b"XX" => push(4, I::Npi),
                b"PI" | b"XV" => {}
                _ => push(4, I::Other),
            }
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
            if matches!(value(5), b"CY" | b"CO" | b"TN" | b"BE") {
                push(6, I::City);
            }
        }
        b"DMG" => push(2, I::Date),
        b"DTP" => push(3, I::Date),
        b"DTM" => {
            push(2, I::Date);
            push(6, I::Date);
        }
        // Deaths of members, states of claims, remittances of premiums.
        b"INS" => push(12, I::Date),
        b"STC" => push(2, I::Date),
        b"ENT" => match value(3) {
            b"34" | b"SY" => push(4, I::Ssn),
            b"MI" => push(4, I::HealthPlan),
            _ => {}
        },
        b"RMR" => push(2, I::HealthPlan),
        b"PWK" => push(6, I::Other),
        b"OTI" => push(3, I::Other),
        b"PAT" => push(6, I::Date),
        b"CLM" => push(1, I::Account),
        b"SBR" => push(3, I::HealthPlan),
        // The trace of a question or a transfer is nobody's: its third element tells whose numbers these are.
        b"TRN" if value(1) == b"1" && value(3).first() == Some(&b'9') && value(3).len() == 10 => {}
        b"TRN" if value(1) == b"3" => {}
        b"TRN" => push(2, I::Other),
        b"ACT" => push(1, I::Account),
        b"ICM" => push(5, I::Other),
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
        b"COB" => push(2, I::HealthPlan),
        b"PLB" => {
            push(1, I::Npi);
            // A reason, and the claim that it is about.
            for range in elements.iter().skip(3).step_by(2) {
                let part = text.get(range.clone()).unwrap_or_default();
                if let Some(colon) = part.iter().position(|b| matches!(b, b':' | b'>'))
                    && plausible(I::Other, part.get(colon + 1..).unwrap_or_default())
                {
                    let start = range.start + colon + 1;
                    hits.push(Hit {
                        start,
                        end: range.end,
                        identifier: I::Other,
                        weight: weight::KEY,
                        quoted: 0,
                    });
                }
            }
        }
        b"HCR" => push(2, I::Other),
        // A copy of the element that was refused (999 and 997).
        b"IK4" | b"AK4" if crate::check::digits::count(value(4)) >= 6 => push(4, I::Other),
        // Types of bills, versions, payers.
        b"REF" if matches!(value(1), b"BLT" | b"2U" | b"NF" | b"F2" | b"M7" | b"1S" | b"RB" | b"CE") => {}
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
        b"HI" => {
            // Occurrences: a code, the format of its date, the date.
            for range in elements.iter().skip(1) {
                let parts = text.get(range.clone()).unwrap_or_default().split(|b| matches!(b, b':' | b'>'));
                let mut start = range.start;
                let mut dated = false;
                for part in parts {
                    if dated && plausible(I::Date, part) {
                        let end = start + part.len();
                        hits.push(Hit { start, end, identifier: I::Date, weight: weight::KEY, quoted: 0 });
                    }
                    dated = matches!(part, b"D8" | b"RD8" | b"D6" | b"DT");
                    start += part.len() + 1;
                }
            }
        }
        b"CTX" => {
            let range = elements.get(1).cloned().unwrap_or_default();
            let part = text.get(range.clone()).unwrap_or_default();
            if let Some(number) = part.strip_prefix(b"CLM01:").filter(|number| plausible(I::Account, number))
            {
                let start = range.end - number.len();
                hits.push(Hit {
                    start,
                    end: range.end,
                    identifier: I::Account,
                    weight: weight::KEY,
                    quoted: 0,
                });
            }
        }
        _ => {}
    }
}

/// Whether a name is of a payer, as everybody knows them.
fn known(name: &[u8]) -> bool {
    use crate::words::vocabulary as v;
    v::vocabulary().get(crate::words::hash(name)) & v::PAYER != 0
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
        assert_eq!(inner("ENT*1*2J*34*219099412~")[0], (I::Ssn, "219099412"));
        assert_eq!(inner("STC*A1:20*20240301*WQ*120~")[0], (I::Date, "20240301"));
        assert_eq!(inner("N4*OTIS*OR*97368**CY*LINCOLN~")[2], (I::City, "LINCOLN"));
    }

    fn inner(text: &str) -> Vec<(I, &str)> {
        let mut hits = Vec::new();
        inside(text.as_bytes(), &mut hits);
        hits.iter().map(|h| (h.identifier, &text[h.start..h.end])).collect()
    }

    #[test]
    fn segments_are_found_in_texts_of_loggers() {
        assert_eq!(
            inner("271 in: NM1*IL*1*QUIST*ORLA****MI*W88213~ DMG*D8*19710203*F~EB*1**30"),
            [(I::Name, "QUIST"), (I::Name, "ORLA"), (I::HealthPlan, "W88213"), (I::Date, "19710203")]
        );
        assert_eq!(
            inner("bad segment NM1*QC*1*QUIST*ORLA at line 4"),
            [(I::Name, "QUIST"), (I::Name, "ORLA")]
        );
        assert_eq!(
            inner(r"N3*4 ELM ST~\nN4*OTIS*OR*97368~"),
            [(I::Address, "4 ELM ST"), (I::City, "OTIS"), (I::Zip, "97368")]
        );
        assert_eq!(inner("HI*BH:11:D8:20260301*BF>I10~"), [(I::Date, "20260301")]);
        assert_eq!(
            inner("CTX*CLM01:A88213~IK4*9*67*6*W88213004~"),
            [(I::Account, "A88213"), (I::Other, "W88213004")]
        );
    }

    #[test]
    fn sums_and_codes_stay() {
        for text in [
            "SELECT N3*2, ST * 4 FROM t",
            "REF*BLT*131~",
            "NM1*X3*2*UHC*****PI*87726~",
            "AREF*1*2",
            "const HI*x = N1*y",
            "rate = N4**2",
            "SV1*HC:99213*142*UN*1~",
        ] {
            assert_eq!(inner(text), [], "{text}");
        }
    }
}
