//! Files and folders that are named for persons: `FaceSheet_Roe_Jane_00482913.pdf`, `/research/Roe_Jane/CT_20240923/`.
//!
//! Two parts of a path's step that stand side by side and are written as names, of which one is nothing else, name
//! somebody; days and numbers in the same path are then that person's.

use std::ops::Range;

use super::{
    Reader,
    owners::font,
    token::{Kind, at},
    value::formed,
    weight,
};
use crate::{
    Identifier as I,
    check::digits,
    shape::date,
    words::{CITY, COMMON, FAMILY, GIVEN, MEDICAL, WORD, dictionary, hash, vocabulary as v, words},
};

/// Kinds of files that hold documents, not programs.
const KINDS: &[u64] = words![
    "pdf", "xml", "xls", "xlsx", "csv", "doc", "docx", "txt", "dcm", "tif", "tiff", "png", "jpg", "jpeg",
    "heic", "webp", "bmp", "gif", "rtf", "hl", "zip", "html", "htm", "edi", "odt", "tsv", "wav", "mp", "eml",
    "msg", "ics", "vcf", "json", "zpl", "prn", "epl", "ps", "dat", "cda", "ccd", "avi", "mov"
];

/// Words for documents about persons.
const DOCUMENTS: &[u64] = words![
    "consent",
    "consents",
    "chart",
    "charts",
    "ccd",
    "ccda",
    "facesheet",
    "referral",
    "referrals",
    "eob",
    "roi",
    "labs",
    "wound",
    "intake",
    "discharge",
    "mychart",
    "patient",
    "patients",
    "prescription",
    "superbill",
    "npp",
    "advance",
    "vaccine",
    "immunization",
    "xray",
    "echo",
    "ekg",
    "ecg",
    "vna",
    "pacs",
    "dicom",
    "mri",
    "result",
    "results",
    "insurance",
    "dl",
    "license",
    "selfie",
    "records",
    "visit",
    "biopsy",
    "mammogram",
    "hipaa",
    "rx",
    "eoc",
    "avs",
    "hp",
    "medlist",
    "medications"
];

/// Roles of words that people bear as well.
const BORNE: v::Roles = v::STRONG | v::STREET | v::DIRECTION | v::EPONYM | v::SUFFIX;

/// Longest path, in bytes.
const LONGEST: usize = 256;

impl Reader<'_> {
    /// Finds what names of files tell.
    pub(super) fn files(&mut self) {
        let mut done = 0;
        for index in 1..self.tokens.len() {
            let point = self.back(index, 1);
            if !point.symbol(b'.') || !self.glued(index - 1) || self.t(index).start < done {
                continue;
            }
            let kind = self.t(index);
            let length = self.bytes(kind).iter().take_while(|b| b.is_ascii_alphabetic()).count();
            let letters = self.bytes(kind).get(..length).unwrap_or_default();
            if kind.len() > 5
                || kind.kind == Kind::Symbol
                || !KINDS.contains(&hash(letters))
                || self.byte(kind.end) == b'('
            {
                continue;
            }
            done = kind.end;
            self.path_of(point.start);
        }
    }

    /// Reads the path that ends before a place.
    fn path_of(&mut self, end: usize) {
        let start = path(self.text, end);
        let mut named = None;
        let mut step = start;
        for place in start..=end {
            if place == end || matches!(at(self.text, place), b'/' | b'\\') {
                let found = name_in(self.text, step..place, false).or_else(|| {
                    name_in(self.text, step..place, true)
                        .filter(|_| self.person || of_a_document(self.text, start..end))
                });
                step = place + 1;
                let Some(range) = found else { continue };
                self.hit(range.start, range.end, I::Name, weight::NAME);
                named = Some(range);
            }
        }
        let Some(named) = named else { return };
        self.person = true;
        let mut from = start;
        for place in start..=end {
            if place == end || matches!(at(self.text, place), b'/' | b'\\' | b'_' | b'.' | b'+') {
                if place <= named.start {
                    self.part_of_path(from..place);
                } else if place > named.end {
                    self.part_of_path(from.max(named.end)..place);
                }
                from = place + 1;
            }
        }
    }

    /// A day or a number that stands in the path of a person.
    fn part_of_path(&mut self, range: Range<usize>) {
        let value = self.text.get(range.clone()).unwrap_or_default();
        let tail = value.iter().rposition(|b| *b == b'-').map_or(0, |at| at + 1);
        let day = |from: usize| {
            let rest = value.get(from..).unwrap_or_default();
            rest.len() == 8 && date::compact(rest, 0) == Some(8)
                || date::date(rest, 0).is_some_and(|found| found.end == rest.len())
        };
        if let Some(from) = [0, tail].into_iter().find(|from| day(*from)) {
            self.hit(range.start + from, range.end, I::Date, weight::CONTEXT);
        } else if formed(value) && digits::count(value) > 4 {
            self.hit(range.start, range.end, I::Mrn, weight::CONTEXT);
        }
    }
}

/// Whether a path is of what is kept about persons: a day or a number stands in it, or a word for such a document.
fn of_a_document(text: &[u8], path: Range<usize>) -> bool {
    let path = text.get(path).unwrap_or_default();
    path.split(|b| !b.is_ascii_alphanumeric())
        .any(|part| part.len() == 8 && date::compact(part, 0) == Some(8) || DOCUMENTS.contains(&hash(part)))
}

/// Whether the path of a file that ends before a point names a person in small letters, as the quick look asks.
pub(crate) fn whose(line: &[u8], point: usize) -> bool {
    let start = path(line, point);
    let mut step = start;
    for place in start..=point {
        if place == point || matches!(at(line, place), b'/' | b'\\') {
            if name_in(line, step..place, true).is_some() {
                return of_a_document(line, start..point);
            }
            step = place + 1;
        }
    }
    false
}

/// Where the path begins that ends before a place.
fn path(text: &[u8], end: usize) -> usize {
    let floor = end.saturating_sub(LONGEST);
    let before = text.get(floor..end).unwrap_or_default();
    let joined = |b: &u8| {
        b.is_ascii_alphanumeric()
            || *b >= 0x80
            || matches!(b, b'_' | b'-' | b'.' | b'/' | b'\\' | b'+' | b'\'' | b'~' | b'^' | b'%')
    };
    floor + before.iter().rposition(|b| !joined(b)).map_or(0, |at| at + 1)
}

/// The parts of a step that name a person; in small letters both must be in the lists.
fn name_in(text: &[u8], step: Range<usize>, small: bool) -> Option<Range<usize>> {
    let text = text.get(step.clone()).unwrap_or_default();
    let (mut first, mut last, mut parts, mut sure, mut family) = (0, 0, 0, false, false);
    let mut from = 0;
    for place in 0..=text.len() {
        if place < text.len() && !matches!(at(text, place), b'_' | b'-' | b'+' | b'.' | b'^' | b'~' | b'%') {
            continue;
        }
        let part = text.get(from..place).unwrap_or_default();
        match if small { borne_small(part) } else { borne(part) } {
            Some((certain, known)) if parts == 0 || from == last + 1 => {
                if parts == 0 {
                    first = from;
                }
                (last, parts) = (place, parts + 1);
                sure |= certain;
                family |= known && parts > 1 || known && certain;
            }
            _ => {
                if parts > 1 && sure && family {
                    break;
                }
                (parts, sure, family) = (0, false, false);
            }
        }
        from = place + 1;
    }
    (parts > 1 && parts < 5 && sure && family).then(|| step.start + first..step.start + last)
}

/// The same in small letters: `roe_jane`.
fn borne_small(part: &[u8]) -> Option<(bool, bool)> {
    let flags = dictionary().get(hash(part));
    let named = flags & (FAMILY | GIVEN) != 0 && (flags & WORD == 0 || flags & COMMON != 0);
    let plain = v::vocabulary().get(hash(part)) & !BORNE & !(v::ABBR | v::ALONE) == 0;
    (part.len() > 2 && part.iter().all(u8::is_ascii_lowercase) && named && plain)
        .then_some((flags & WORD == 0, true))
}

/// Whether a part may be of a name: whether it is a name and no word, and whether the lists of names have it.
fn borne(part: &[u8]) -> Option<(bool, bool)> {
    let first = part.first()?;
    if font(part) {
        return None;
    }
    let letters = part.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80 || *b == b'\'');
    // In small letters only what is nothing but a name.
    if letters && first.is_ascii_lowercase() && (4..24).contains(&part.len()) {
        let flags = dictionary().get(hash(part));
        let certain = flags & (FAMILY | GIVEN) != 0 && flags & COMMON != 0 && flags & (WORD | CITY) == 0;
        return (certain && v::vocabulary().get(hash(part)) & !(BORNE | v::OF_KEYS) == 0)
            .then_some((true, true));
    }
    if !letters || !(first.is_ascii_uppercase() || *first >= 0xc3) || !(2..24).contains(&part.len()) {
        return None;
    }
    let (flags, roles) = (dictionary().get(hash(part)), v::vocabulary().get(hash(part)));
    let known = flags & (FAMILY | GIVEN) != 0;
    if roles & !(BORNE | v::OF_KEYS) != 0
        && !(known && flags & COMMON != 0 && roles & (v::KNOWN | v::MACHINE | v::CLINICAL) == 0)
    {
        return None;
    }
    let upper = part.iter().all(|b| !b.is_ascii_lowercase());
    if !known && (flags & (WORD | MEDICAL) != 0 || part.len() < 4 || upper) {
        return None;
    }
    // `FaceSheet`: two words as one. `McKay`, `DeLaCruz`: a prefix.
    let inside = part.iter().skip(1).any(u8::is_ascii_uppercase) && !upper;
    let prefixed = [&b"Mc"[..], b"Mac", b"De", b"Di", b"La", b"Le", b"Van", b"O'", b"St", b"Da", b"Du"]
        .iter()
        .any(|prefix| part.starts_with(prefix) && part.get(prefix.len()).is_some_and(u8::is_ascii_uppercase));
    if upper && part.len() < 3 || inside && !prefixed && !known {
        return None;
    }
    Some((known && flags & WORD == 0 && part.len() > 2, known))
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn files_that_are_named_for_persons_are_found() {
        for (text, values) in [
            (
                "removed /var/spool/out/FaceSheet_Whitfield_Margaret_QVH094000.pdf",
                &["Whitfield_Margaret", "QVH094000"][..],
            ),
            ("sent CCD_Whitfield_Margaret_19610203.xml", &["Whitfield_Margaret", "19610203"]),
            (
                "exported /mnt/research/Whitfield_Margaret/CT_20240923/IM0001.dcm",
                &["Whitfield_Margaret", "20240923"],
            ),
            ("GET /exports/ccd/whitfield_margaret_19610203.xml", &["whitfield_margaret", "19610203"]),
            (
                "open \"/in/Whitfield-Lane_Margaret-EOB-20200203.pdf\"",
                &["Whitfield-Lane_Margaret", "20200203"],
            ),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.contains(value), "{value} of {text}: {found:?}");
            }
        }
    }

    #[test]
    fn files_of_machines_stay() {
        for text in [
            "wrote /var/reports/Daily_Summary_20261122.pdf",
            "wrote /var/lib/jenkins/martin_build_20261122.xml",
            "opened Release_Notes-2026.txt",
            "loaded /etc/app/Standard_Queue.xml",
            "Jenkins_Build_48213.zip done",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
