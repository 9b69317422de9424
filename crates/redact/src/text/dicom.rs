//! What programs print of DICOM objects: a tag, and its value in brackets or quotes (PS3.6, the data dictionary).
//!
//! `(0010,0010) PN [ROE^JANE] # 8, 1 PatientName` of dcmdump, `(0010, 0010) Patient's Name PN: 'ROE^JANE'` of pydicom,
//! `(0010,0010) PN #8 [ROE^JANE] PatientName` of dcm4che.

use super::{Reader, token::at, value, weight};
use crate::{
    Identifier as I,
    words::{among, hash, list},
};

/// Attributes of patients, relatives, staff and what is done for a patient (PS3.15, table E.1-1, as far as they are
/// identifiers here). The unique identifiers of what was taken of a patient are among them.
const TAGS: [(u32, I); 179] = [
    (0x0008_0012, I::Date),
    (0x0008_0014, I::Other),
    (0x0008_0015, I::Date),
    (0x0008_0018, I::Other),
    (0x0008_0019, I::Other),
    (0x0008_0020, I::Date),
    (0x0008_0021, I::Date),
    (0x0008_0022, I::Date),
    (0x0008_0023, I::Date),
    (0x0008_0024, I::Date),
    (0x0008_0025, I::Date),
    (0x0008_002a, I::Date),
    (0x0008_0050, I::Other),
    (0x0008_0080, I::Facility),
    (0x0008_0081, I::Address),
    (0x0008_0090, I::Name),
    (0x0008_0092, I::Address),
    (0x0008_0094, I::Phone),
    (0x0008_009c, I::Name),
    (0x0008_0116, I::Facility),
    (0x0008_1048, I::Name),
    (0x0008_1049, I::Name),
    (0x0008_1050, I::Name),
    (0x0008_1060, I::Name),
    (0x0008_1062, I::Name),
    (0x0008_1070, I::Name),
    (0x0008_1155, I::Other),
    (0x0008_1195, I::Other),
    (0x0008_3010, I::Other),
    (0x0010_0010, I::Name),
    (0x0010_0020, I::Mrn),
    (0x0010_0030, I::Date),
    (0x0010_0033, I::Date),
    (0x0010_0034, I::Date),
    (0x0010_0050, I::HealthPlan),
    (0x0010_1000, I::Mrn),
    (0x0010_1001, I::Name),
    (0x0010_1005, I::Name),
    (0x0010_1010, I::Age),
    (0x0010_1040, I::Address),
    (0x0010_1050, I::HealthPlan),
    (0x0010_1060, I::Name),
    (0x0010_1090, I::Mrn),
    (0x0010_2152, I::City),
    (0x0010_2154, I::Phone),
    (0x0010_2155, I::Phone),
    (0x0010_21d0, I::Date),
    (0x0010_2297, I::Name),
    (0x0010_2299, I::Facility),
    (0x0012_0030, I::Other),
    (0x0012_0031, I::Facility),
    (0x0012_0040, I::Other),
    (0x0012_0042, I::Other),
    (0x0012_0060, I::Facility),
    (0x0012_0082, I::Other),
    (0x0012_0086, I::Date),
    (0x0012_0087, I::Date),
    (0x0018_1000, I::Device),
    (0x0018_1002, I::Device),
    (0x0018_1003, I::Device),
    (0x0018_1005, I::Device),
    (0x0018_1007, I::Device),
    (0x0018_1008, I::Device),
    (0x0018_1009, I::Device),
    (0x0018_1010, I::Device),
    (0x0018_1012, I::Date),
    (0x0018_1078, I::Date),
    (0x0018_1079, I::Date),
    (0x0018_700a, I::Device),
    (0x0018_9074, I::Date),
    (0x0018_9516, I::Date),
    (0x0018_9517, I::Date),
    (0x0018_9701, I::Date),
    (0x0018_a002, I::Date),
    (0x0020_000d, I::Other),
    (0x0020_000e, I::Other),
    (0x0020_0010, I::Other),
    (0x0020_0052, I::Other),
    (0x0020_0200, I::Other),
    (0x0020_3403, I::Date),
    (0x0032_0032, I::Date),
    (0x0032_0034, I::Date),
    (0x0032_1000, I::Date),
    (0x0032_1010, I::Date),
    (0x0032_1032, I::Name),
    (0x0032_1033, I::Facility),
    (0x0032_1040, I::Date),
    (0x0032_1050, I::Date),
    (0x0038_0010, I::Other),
    (0x0038_001a, I::Date),
    (0x0038_001c, I::Date),
    (0x0038_001e, I::Address),
    (0x0038_0020, I::Date),
    (0x0038_0030, I::Date),
    (0x0038_0060, I::Other),
    (0x0038_0300, I::Facility),
    (0x0038_0400, I::Address),
    (0x0040_0002, I::Date),
    (0x0040_0004, I::Date),
    (0x0040_0006, I::Name),
    (0x0040_0009, I::Other),
    (0x0040_0244, I::Date),
    (0x0040_0250, I::Date),
    (0x0040_0253, I::Other),
    (0x0040_050a, I::Other),
    (0x0040_0512, I::Other),
    (0x0040_0551, I::Other),
    (0x0040_0554, I::Other),
    (0x0040_06fa, I::Other),
    (0x0040_1001, I::Other),
    (0x0040_1010, I::Name),
    (0x0040_1102, I::Address),
    (0x0040_1103, I::Phone),
    (0x0040_1104, I::Phone),
    (0x0040_2004, I::Date),
    (0x0040_2008, I::Name),
    (0x0040_2010, I::Phone),
    (0x0040_2016, I::Other),
    (0x0040_2017, I::Other),
    (0x0040_4005, I::Date),
    (0x0040_4010, I::Date),
    (0x0040_4011, I::Date),
    (0x0040_4036, I::Facility),
    (0x0040_4037, I::Name),
    (0x0040_4050, I::Date),
    (0x0040_4051, I::Date),
    (0x0040_4052, I::Date),
    (0x0040_a023, I::Date),
    (0x0040_a027, I::Facility),
    (0x0040_a030, I::Date),
    (0x0040_a032, I::Date),
    (0x0040_a075, I::Name),
    (0x0040_a082, I::Date),
    (0x0040_a110, I::Date),
    (0x0040_a120, I::Date),
    (0x0040_a121, I::Date),
    (0x0040_a123, I::Name),
    (0x0040_a13a, I::Date),
    (0x0040_a171, I::Other),
    (0x0040_a192, I::Date),
    (0x0040_a307, I::Name),
    (0x0040_a352, I::Name),
    (0x0040_a353, I::Address),
    (0x0040_a354, I::Phone),
    (0x0040_a402, I::Other),
    (0x0044_0004, I::Date),
    (0x0044_0010, I::Date),
    (0x0062_0021, I::Other),
    (0x0064_0003, I::Other),
    (0x0070_0082, I::Date),
    (0x0070_0084, I::Name),
    (0x0088_0140, I::Other),
    (0x0400_0105, I::Date),
    (0x0400_0562, I::Date),
    (0x2100_0040, I::Date),
    (0x3006_0008, I::Date),
    (0x3006_0024, I::Other),
    (0x3006_00a6, I::Name),
    (0x3006_00c2, I::Other),
    (0x3008_0024, I::Date),
    (0x3008_0054, I::Date),
    (0x3008_0056, I::Date),
    (0x3008_0105, I::Device),
    (0x3008_0250, I::Date),
    (0x300a_0006, I::Date),
    (0x300a_0013, I::Other),
    (0x300e_0004, I::Date),
    (0x300e_0008, I::Name),
    (0x4008_0040, I::Other),
    (0x4008_0100, I::Date),
    (0x4008_0102, I::Name),
    (0x4008_0108, I::Date),
    (0x4008_010a, I::Name),
    (0x4008_010c, I::Name),
    (0x4008_0112, I::Date),
    (0x4008_0114, I::Name),
    (0x4008_0119, I::Name),
    (0x4008_011a, I::Address),
    (0x4008_0200, I::Other),
];

/// What the tag that begins here is of, and where it ends.
pub(crate) fn tag(text: &[u8], start: usize) -> Option<(I, usize)> {
    if at(text, start) != b'(' {
        return None;
    }
    let group = hexadecimal(text, start + 1)?;
    let comma = start + 5;
    if at(text, comma) != b',' {
        return None;
    }
    let second = comma + 1 + usize::from(at(text, comma + 1) == b' ');
    let element = hexadecimal(text, second)?;
    let end = second + 5;
    if at(text, end - 1) != b')' {
        return None;
    }
    Some((listed(group << 16 | element)?, end))
}

fn listed(tag: u32) -> Option<I> {
    let at = TAGS.binary_search_by_key(&tag, |(known, _)| *known).ok()?;
    TAGS.get(at).map(|(_, identifier)| *identifier)
}

/// What a key of DICOM JSON is of: the eight digits of a tag (PS3.18, F.2). Programs put a sign between its halves,
/// `0010,0010`, `0010|0010`, or one in front, `x00100010`.
pub(crate) fn key(key: &[u8]) -> Option<I> {
    let key = key.strip_prefix(b"0x").or_else(|| key.strip_prefix(b"x")).unwrap_or(key);
    let second = match (key.len(), key.get(4)?) {
        (8, _) => 4,
        (9, b',' | b'|' | b'_' | b'-') => 5,
        _ => return None,
    };
    listed(hexadecimal(key, 0)? << 16 | hexadecimal(key, second)?)
}

fn hexadecimal(text: &[u8], start: usize) -> Option<u32> {
    let digits = text.get(start..start + 4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// How far behind its tag a value may begin: names of attributes stand between.
const REACH: usize = 96;

/// Words of what keeps, sends and shows images.
const IMAGING: &[u64] = list!(
    "study studies series instance instances sop iuid suid dicom dcm wado dicomweb orthanc storescu storescp dcmtk pacs \
     mpps qido stow ohif modality radiology viewer cstore cfind cmove studyuid seriesuid sopuid studyinstanceuid \
     seriesinstanceuid sopinstanceuid storage image images archive"
);

/// The end of the unique identifier of an image, its series or its study that begins here (PS3.5, 9.1): an object
/// identifier of 18 bytes or more, but none of the standard's own.
pub(crate) fn uid(text: &[u8], start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    if !matches!(rest, [b'1' | b'2', b'.', b'0'..=b'9', ..])
        || start > 0 && at(text, start - 1).is_ascii_alphanumeric()
    {
        return None;
    }
    let mut length = rest.iter().take(65).take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    if at(rest, length.wrapping_sub(1)) == b'.' {
        length -= 1;
    }
    let value = rest.get(..length)?;
    let points = value.iter().filter(|b| **b == b'.').count();
    let arcs = value.split(|b| *b == b'.').all(|arc| !arc.is_empty());
    let made = value.starts_with(b"2.25.") && length >= 25;
    (arcs
        && length <= 64
        && (points >= 5 && length >= 18 || made)
        && !matches!(at(text, start.wrapping_sub(1)), b'.' | b'-' | b'&' | b';' | b'^')
        // Who assigns numbers, as HL7 and its members list them.
        && !value.starts_with(b"2.16.840.1.113883.")
        && !value.starts_with(b"1.2.840.114350.")
        && told(text, start)
        && !at(rest, length).is_ascii_alphanumeric()
        && !value.starts_with(b"1.2.840.10008."))
    .then_some(start + length)
}

/// Whether the word, the key or the directory right before a place is of an image: `Study[uid=`, `studies/`, `iuid `.
fn told(text: &[u8], start: usize) -> bool {
    let before = text.get(start.saturating_sub(32)..start).unwrap_or_default();
    let signs = before.iter().rev().take_while(|b| b" =:[(\"'#/,".contains(b)).count();
    let rest = before.get(..before.len() - signs).unwrap_or_default();
    // `…/2.25.481204/2.25.991`: one below the other.
    if before.ends_with(b"/") && rest.last().is_some_and(u8::is_ascii_digit) {
        return true;
    }
    let length = rest.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let word = rest.get(rest.len() - length..).unwrap_or_default();
    among(IMAGING, hash(word))
        || super::key::parts(word).last().is_some_and(|last| last.eq_ignore_ascii_case(b"uid"))
}

/// Whether a text tells of images.
pub(crate) fn imaged(text: &[u8]) -> bool {
    let of = |word: &[u8]| among(IMAGING, hash(word));
    text.split(|b| !b.is_ascii_alphabetic())
        .filter(|word| word.len() > 2)
        .any(|word| of(word) || word.len() > 5 && super::key::parts(word).any(of))
}

impl Reader<'_> {
    /// Finds the values behind tags.
    pub(super) fn dicom(&mut self) {
        for place in memchr::memchr_iter(b'(', self.text) {
            let Some((identifier, end)) = tag(self.text, place) else { continue };
            let Some(range) = valued(self.text, end) else { continue };
            let value = self.text.get(range.clone()).unwrap_or_default();
            if value::plausible(identifier, value) && super::token::marker(value, 0).is_none() {
                self.hit(range.start, range.end, identifier, weight::KEY);
            }
        }
    }
}

/// The value in brackets, or in quotes behind a colon, on the line of its tag.
fn valued(text: &[u8], start: usize) -> Option<std::ops::Range<usize>> {
    let mut place = start;
    let (open, close) = loop {
        let byte = at(text, place);
        if byte == b'[' {
            break (place + 1, b']');
        }
        if matches!(byte, b'\'' | b'"') && text.get(..place).is_some_and(|head| head.ends_with(b": ")) {
            break (place + 1, byte);
        }
        // Unique identifiers stand without quotes.
        if byte.is_ascii_digit() && text.get(..place).is_some_and(|head| head.ends_with(b"UI: ")) {
            let rest = text.get(place..).unwrap_or_default();
            let length = rest.iter().take(64).take_while(|b| matches!(b, b'0'..=b'9' | b'.')).count();
            return Some(place..place + length);
        }
        if matches!(byte, 0 | b'\n' | b'\r' | b'(') || place > start + REACH {
            return None;
        }
        place += 1;
    };
    // A marker of what was masked before ends with a bracket of its own.
    let skip = super::token::marker(text, open).unwrap_or(open);
    let rest = text.get(skip..).unwrap_or_default();
    let length = rest.iter().take(1024).position(|b| *b == close || matches!(b, b'\n' | b'\r'))?;
    (rest.get(length) == Some(&close) && skip + length > open).then_some(open..skip + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(I, &str)> {
        let (identifier, end) = tag(text.as_bytes(), 0)?;
        valued(text.as_bytes(), end).map(|range| (identifier, &text[range]))
    }

    #[test]
    fn values_are_found_as_several_programs_print_them() {
        for text in [
            "(0010,0010) PN [QUIST^ORLA]        #  10, 1 PatientName",
            "(0010, 0010) Patient's Name                      PN: 'QUIST^ORLA'",
            "(0010,0010) PN #10 [QUIST^ORLA] PatientName",
        ] {
            assert_eq!(found(text), Some((I::Name, "QUIST^ORLA")), "{text}");
        }
        assert_eq!(found("(0038,0020) DA [20210309]"), Some((I::Date, "20210309")));
        for text in [
            "Study[uid=1.2.840.113619.2.55.3.604688] stored",
            "M-WRITE /storage/1.2.840.113619.2.55.3.604688/ct",
        ] {
            let end = uid(text.as_bytes(), text.find("1.2").unwrap());
            assert_eq!(end, Some(text.find("604688").unwrap() + 6), "{text}");
        }
        for text in ["study of 1.2.840.10008.5.1.4.1.1.2.1 refused", "oid 1.3.6.1.4.1.2021.10.1.3.1 polled"] {
            let place = text.find("1.").unwrap();
            assert_eq!(uid(text.as_bytes(), place), None, "{text}");
        }
        assert_eq!(
            found("(0008, 0018) SOP Instance UID                    UI: 1.2.840.99.448"),
            Some((I::Other, "1.2.840.99.448"))
        );
        assert_eq!(found("(0010,1010) AS [095Y] # 4, 1 PatientAge"), Some((I::Age, "095Y")));
        assert_eq!(found("(0010,0020) LO [[MRN]] # 8"), Some((I::Mrn, "[MRN]")));
    }

    #[test]
    fn keys_of_json_are_tags_without_signs() {
        assert_eq!(key(b"00100010"), Some(I::Name));
        assert_eq!(key(b"0040A123"), Some(I::Name));
        assert_eq!(key(b"00080018"), Some(I::Other));
        for written in ["0010,0020", "0010|0020", "x00100020", "0x00100020"] {
            assert_eq!(key(written.as_bytes()), Some(I::Mrn), "{written}");
        }
        assert!(TAGS.is_sorted());
        for other in ["00080060", "20260301", "0010001", "patients"] {
            assert_eq!(key(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn tags_of_machines_and_pairs_of_numbers_are_none() {
        for text in [
            "(0028,0010) US 512 # 2, 1 Rows",
            "(0008,0016) UI [1.2.840.10008.5.1.4.1.1.2]",
            "(0010,0010) PN (no value available)",
            "(0010,0010)\n[x]",
            "(1234,5678)",
            "(12,34)",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
