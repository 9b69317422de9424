//! Forms, labels and cards without colons: `Last name  Roe   First  Jane`, `3. PATIENT'S BIRTH DATE 03/14/1962`.
//!
//! A label and its value stand side by side in cells that two blanks part, or behind the number of a box. One such pair
//! could be a sentence; two of them, or a box with a number, are a form.

mod alone;
mod boxes;

use std::ops::Range;

pub(crate) use alone::{called_below, surname_first, town};
pub(crate) use boxes::{short_day, values as numbered_values};

use super::person;
use crate::{
    Identifier as I,
    format::header,
    text::{
        key::{Class, classify},
        token::{at, before, marker},
    },
    words::{
        hash,
        vocabulary::{self as v, Roles},
        words,
    },
};

/// Longest line of a form, and longest label.
const LINE: usize = 400;
const LABEL: usize = 48;
/// Most words of a label.
const WORDS: usize = 6;
/// Most cells of a line.
const CELLS: usize = 24;

/// Roles of the words that labels are made of.
const LABELS: Roles = v::NAMED
    | v::NAMEMOD
    | v::SUBJECT
    | v::PERSON
    | v::KIN
    | v::CARER
    | v::BIRTH
    | v::EVENT
    | v::PHONE
    | v::FAX
    | v::ADDRESS
    | v::IDWORD
    | v::MRN
    | v::PLAN
    | v::ACCOUNT
    | v::LICENCE
    | v::OTHER
    | v::SSN
    | v::PROVIDER
    | v::ZIP
    | v::DATE
    | v::EMAIL
    | v::CARD;

/// Words between those.
const BETWEEN: &[u64] = words![
    "of",
    "or",
    "the",
    "current",
    "feca",
    "illness",
    "for",
    "bill",
    "responsible",
    "release",
    "federal",
    "prior",
    "group",
    "feca",
    "surviving",
    "usual",
    "informant",
    "employer",
    "place",
    "birthplace",
    "sex",
    "i",
    "d",
    "city",
    "town",
    "county",
    "state",
    "permanent",
    "present",
    "pat",
    "cntl",
    "control",
    "med",
    "rec",
    "unique",
    "statement",
    "covers",
    "period",
    "cert",
    "ssn",
    "hic"
];

/// Whether a line can be one of a form, a label or a card: short, without a logger's head, no part of a document, of a
/// message or of a table that signs part.
pub(crate) fn possible(line: &[u8]) -> bool {
    let start = line.iter().take_while(|b| **b <= b' ').count();
    let document = matches!(at(line, start), b'{' | b'<' | b'}' | b'"' | b']' | b',')
        || at(line, start) == b'[' && marker(line, start).is_none();
    let signs = |sign: u8| memchr::memchr_iter(sign, line).take(3).count() > 2;
    (1..=LINE).contains(&line.len())
        && !document
        && !signs(b'|')
        && !signs(b'\t')
        && !signs(b';')
        && !signs(b'^')
        && !(signs(b'*') && memchr::memchr(b'~', line).is_some())
        && header::length(line) == 0
        && !person::logged(line)
}

/// Whether a line of a form could hold a value: a number, or a name in capitals.
pub(crate) fn holds(line: &[u8]) -> bool {
    line.iter().any(u8::is_ascii_digit) || surname_first(line).is_some()
}

/// Whether a line, as it was written, tells of a person as forms and labels do: a value at its beginning or behind its
/// label, or two of them.
pub(super) fn tells_of_a_person(line: &[u8]) -> bool {
    let (count, labelled) = marks(line);
    (labelled || count > 1) && possible(line)
}

/// Whether what only a person has was masked at the beginning of a line or behind a label.
pub(super) fn names_a_person(line: &[u8]) -> bool {
    marks(line).1
}

/// How many values of persons were masked in a line, and whether one of them stands as a form's does.
fn marks(line: &[u8]) -> (usize, bool) {
    const OF_PERSONS: [&[u8]; 6] = [b"NAME", b"SSN", b"MRN", b"HEALTH-PLAN", b"DATE", b"ADDRESS"];
    if line.len() > LINE || matches!(at(line, 0), b'{' | b'<') || memchr::memchr(b'[', line).is_none() {
        return (0, false);
    }
    let (mut count, mut labelled) = (0, false);
    for open in memchr::memchr_iter(b'[', line) {
        let name = line.get(open + 1..).unwrap_or_default();
        let index = OF_PERSONS.iter().position(|label| name.starts_with(label));
        let Some(index) = index.filter(|_| marker(line, open).is_some()) else { continue };
        count += 1;
        let before = line.get(..open).unwrap_or_default();
        labelled |=
            index < 4 && (before.iter().all(|b| *b == b' ') || before.trim_ascii_end().ends_with(b":"));
    }
    (count, labelled)
}

/// A pair of a label and a value.
#[derive(Clone, Debug)]
struct Pair {
    label: Range<usize>,
    value: Range<usize>,
    class: Class,
}

/// What is told of a line: a label as keys are written, its class and its value.
pub(crate) type Tell<'a> = &'a mut dyn FnMut(&[u8], Class, Range<usize>);

/// Tells the pairs of a line; `near` is whether lines before told of a person. Where the labels stand, if it is a form.
pub(crate) fn values(line: &[u8], near: bool, tell: Tell<'_>) -> Vec<Range<usize>> {
    if !near && !parted(line) {
        return Vec::new();
    }
    let mut pairs: Vec<Pair> = Vec::new();
    let mut labels = Vec::new();
    let mut boxed = false;
    let mut open: Option<(Range<usize>, Class)> = None;
    each_cell(line, |cell| {
        let number = box_number(line, cell.start);
        boxed |= number > 0;
        let start = cell.start + number;
        let (words, found) = label(line, start..cell.end);
        if !words.is_empty() {
            labels.push(cell.start..words.end);
        }
        match (found, open.take()) {
            // `HOSPITAL DAY #6`.
            (Some((_, Class::Weak(I::Facility))), _) => {}
            (Some((label, class)), _) => {
                let value = label.end + 1..cell.end;
                if value.start >= cell.end {
                    open = Some((label, class));
                } else {
                    pairs.push(Pair { label, value, class });
                }
            }
            (None, Some((label, class))) => pairs.push(Pair { label, value: cell, class }),
            // From one day to another.
            (None, None) => {
                let digits = |range: &Range<usize>| {
                    let value = line.get(range.clone()).unwrap_or_default().trim_ascii();
                    matches!(value.len(), 6 | 8) && value.iter().all(u8::is_ascii_digit)
                };
                if let Some(Pair { label, value, class: Class::Day }) = pairs.last()
                    && digits(value)
                    && digits(&cell)
                {
                    let label = label.clone();
                    pairs.push(Pair { label, value: cell, class: Class::Day });
                }
            }
        }
    });
    let sure = |pair: &&Pair| {
        let value = line.get(pair.value.clone()).unwrap_or_default();
        matches!(
            pair.class,
            Class::Is(identifier) if !matches!(identifier, I::Device | I::Ip | I::Url | I::Photo | I::Biometric)
                && crate::text::value::plausible(identifier, value)
        )
    };
    let count = pairs.iter().filter(sure).count();
    // Bills have no other lines.
    let located = locator(line, line.len() - line.trim_ascii_start().len()) > 0;
    if !near && !located && (count < 1 || pairs.len() < 2 && !boxed) {
        return Vec::new();
    }
    for pair in &pairs {
        let mut name = [0; LABEL];
        let length = written(line.get(pair.label.clone()).unwrap_or_default(), &mut name);
        let name = name.get(..length).unwrap_or_default();
        tell(if carer(name) { b"Attending" } else { name }, pair.class, pair.value.clone());
    }
    if count > 0 { labels } else { Vec::new() }
}

/// Whether a line may have several cells, or a box with a number.
fn parted(line: &[u8]) -> bool {
    let boxed = |point: usize| {
        at(line, point + 1) == b' '
            && at(line, point + 2).is_ascii_uppercase()
            && (before(line, point).is_ascii_digit() || point > 0 && before(line, point - 1).is_ascii_digit())
    };
    memchr::memchr(b'\t', line).is_some()
        || line.iter().zip(line.iter().skip(1)).any(|pair| pair == (&b' ', &b' '))
        || memchr::memchr_iter(b'.', line).any(boxed)
        || memchr::memchr_iter(b'F', line).any(|start| locator(line, start) > 0)
}

/// Parts a line where two blanks or a tab stand, and before the numbers of boxes.
fn each_cell(line: &[u8], mut tell: impl FnMut(Range<usize>)) {
    let mut start = 0;
    let mut count = 0;
    let end = line.trim_ascii_end().len();
    let mut place = 0;
    while place < end && count < CELLS {
        let byte = at(line, place);
        // `FL8b   PATIENT NAME …`: the locator of a field of a bill goes with its label.
        let located = byte == b' ' && locator(line, start) == place - start && place > start;
        let gap = byte == b'\t'
            || byte == b' '
                && !(located && at(line, place + 1) == b' ')
                && (at(line, place + 1) == b' ' || box_number(line, place + 1) > 0 && place > start);
        if gap {
            if line.get(start..place).is_some_and(|cell| !cell.trim_ascii().is_empty()) {
                tell(start..place);
                count += 1;
            }
            start =
                place + line.get(place..end).unwrap_or_default().iter().take_while(|b| **b <= b' ').count();
            place = start.max(place + 1);
        } else {
            place += 1;
        }
    }
    if start < end && count < CELLS {
        tell(start..end);
    }
}

/// Bytes of the number of a box, with what parts it from its label: `3. `, `1a. `, `17b. `.
fn box_number(line: &[u8], start: usize) -> usize {
    let located = locator(line, start);
    if located > 0 {
        let rest = line.get(start + located..).unwrap_or_default();
        return located + rest.iter().take_while(|b| **b == b' ').count();
    }
    let digits =
        line.get(start..).unwrap_or_default().iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    let letter = usize::from(at(line, start + digits).is_ascii_lowercase());
    let sign = start + digits + letter;
    let closes =
        at(line, sign) == b'.' && at(line, sign + 1) == b' ' && at(line, sign + 2).is_ascii_uppercase();
    if (1..=2).contains(&digits) && closes { digits + letter + 2 } else { 0 }
}

/// Bytes of a locator of a bill's field (UB-04): `FL8b`, `FL 60`.
pub(super) fn locator(line: &[u8], start: usize) -> usize {
    let rest = line.get(start..).unwrap_or_default();
    let Some(number) = rest.strip_prefix(b"FL") else { return 0 };
    let blank = usize::from(number.first() == Some(&b' '));
    let digits = number.iter().skip(blank).take(3).take_while(|b| b.is_ascii_digit()).count();
    let letter = usize::from(number.get(blank + digits).is_some_and(u8::is_ascii_lowercase));
    let ends = number.get(blank + digits + letter).is_none_or(|b| *b == b' ');
    if (1..=2).contains(&digits) && ends { 2 + blank + digits + letter } else { 0 }
}

/// Whether a word in capitals is what offices write before the name of one who cares: `PROV ROE`, `RPH T. ROE`.
fn carer(word: &[u8]) -> bool {
    const CARERS: &[u64] = words![
        "prov",
        "provdr",
        "prv",
        "attg",
        "attn",
        "ref",
        "refg",
        "rph",
        "pcp",
        "surg",
        "anes",
        "tech",
        "nurse",
        "phys",
        "md",
        "dr",
        "rn",
        "np",
        "ord",
        "ordg",
        "req",
        "admitg",
        "consulting",
        "resident",
        "dispensed",
        "phleb"
    ];
    word.iter().all(u8::is_ascii_uppercase) && CARERS.contains(&hash(word))
}

/// The words of labels at the beginning of a cell, and the label that they make.
fn label(line: &[u8], cell: Range<usize>) -> (Range<usize>, Option<(Range<usize>, Class)>) {
    if !at(line, cell.start).is_ascii_uppercase() {
        return (cell.start..cell.start, None);
    }
    let (mut end, mut found) = (cell.start, None);
    let vocabulary = v::vocabulary();
    for _ in 0..WORDS {
        let rest = line.get(end..cell.end).unwrap_or_default();
        let skip = rest.iter().take_while(|b| **b == b' ').count();
        let length = rest.iter().skip(skip).take_while(|b| **b != b' ').count();
        let word = rest.get(skip..skip + length).unwrap_or_default();
        if length == 0 || end + skip + length - cell.start > LABEL {
            break;
        }
        // What has a sign of its own is read by it.
        if matches!(word.last(), Some(b':' | b'=')) {
            return (cell.start..cell.start, None);
        }
        let mut bare = [0; LABEL];
        let written = written(word, &mut bare);
        let bare = bare.get(..written).unwrap_or_default();
        let known = bare.split(|b| !b.is_ascii_alphabetic()).filter(|part| !part.is_empty()).all(|part| {
            vocabulary.get(hash(part)) & (LABELS | v::ABBR) != 0 || BETWEEN.contains(&hash(part))
        });
        if bare.iter().any(u8::is_ascii_digit) || !known || bare.is_empty() && word != b"#" {
            break;
        }
        end += skip + length;
        let mut name = [0; LABEL];
        let length = self::written(line.get(cell.start..end).unwrap_or_default(), &mut name);
        let class = classify(name.get(..length).unwrap_or_default(), b"");
        if !matches!(class, Class::None | Class::Machine | Class::Prose | Class::User | Class::Staff) {
            found = Some((cell.start..end, class));
        }
    }
    if found.is_none() {
        let cell_text = line.get(cell.clone()).unwrap_or_default();
        let blank = memchr::memchr(b' ', cell_text).unwrap_or(cell_text.len());
        if carer(cell_text.get(..blank).unwrap_or_default())
            && at(line, cell.start + blank + 1).is_ascii_uppercase()
        {
            let label = cell.start..cell.start + blank;
            return (label.clone(), Some((label, Class::Person)));
        }
    }
    (cell.start..end, found)
}

/// A label as keys are written, without points and possessives: `INSURED'S I.D. NUMBER` is `INSURED ID NUMBER`.
fn written(label: &[u8], out: &mut [u8; LABEL]) -> usize {
    let mut length = 0;
    let mut place = 0;
    while let Some(byte) = label.get(place).copied() {
        if byte == b'\''
            && matches!(at(label, place + 1), b's' | b'S')
            && !at(label, place + 2).is_ascii_alphabetic()
        {
            place += 2;
            continue;
        }
        if !matches!(byte, b'.' | b'\'')
            && let Some(room) = out.get_mut(length)
        {
            *room = byte;
            length += 1;
        }
        place += 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str, near: bool) -> Vec<String> {
        let mut told = Vec::new();
        values(line.as_bytes(), near, &mut |key, _, range| {
            told.push(format!("{}={}", String::from_utf8_lossy(key), line[range].trim()));
        });
        told
    }

    #[test]
    fn cells_and_boxes_hold_labels_and_values() {
        assert_eq!(
            told("Last name  Quist        First  Orla     Birth date 3/14/1962", false),
            ["Last name=Quist", "First=Orla", "Birth date=3/14/1962"]
        );
        assert_eq!(told("1a. INSURED'S I.D. NUMBER W48291377", false), ["INSURED ID NUMBER=W48291377"]);
        assert_eq!(
            told("7b. COUNTY Benton County  7c. CITY Philomath", false),
            ["COUNTY=Benton County", "CITY=Philomath"]
        );
        assert_eq!(told("Last name  Frost   First  Lincoln", false), ["Last name=Frost", "First=Lincoln"]);
        assert_eq!(told("Date of death March 27, 2024", true), ["Date of death=March 27, 2024"]);
    }

    #[test]
    fn sentences_and_tables_of_machines_are_no_forms() {
        for line in [
            "Date of death March 27, 2024",
            "Name   Ready   Status   Restarts",
            "Address 10.0.0.1  Port 8080",
            "Account service started  Phone home disabled",
            "MRN: 482913  DOB: 1962-03-14",
            "ROOM 3 WEST   HOSPITAL DAY #6",
            "Model number AB12  Serial number XY48213",
        ] {
            assert_eq!(told(line, false), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn lines_with_values_behind_labels_tell_of_a_person() {
        for line in ["Name: [NAME]", "[NAME]", "  [MRN] [DATE] F", "saw [NAME] on [DATE]"] {
            assert!(tells_of_a_person(line.as_bytes()), "{line}");
        }
        for line in [
            "2026-03-01 10:00:00 INFO saved [NAME] [MRN]",
            "{\"a\":\"[NAME]\",\"b\":\"[MRN]\"}",
            "  \"a\": [\"[NAME]\", \"[MRN]\"],",
            "[NAME]|[MRN]|[DATE]|F",
            "NM1*IL*1*[NAME]*[NAME]****MI*[HEALTH-PLAN]~",
            "released by [NAME] today",
            "from [IP]",
        ] {
            assert!(!tells_of_a_person(line.as_bytes()), "{line}");
        }
    }
}
