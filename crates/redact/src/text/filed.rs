//! Files, folders and paths of what care keeps: `Dictations/Roe/2019-10-23/Quist_Orla.dss`, `ORU_QUIST_20191214.hl7`,
//! `letter for Orla.docx`, `/orders/77926670/status`, `/messages/to/dr-quist?re=33208529`.
//!
//! The folder or a word in the name of the file tells what it is of; there one part that is surely a name tells whose.

mod question;

use std::ops::Range;

pub(crate) use self::question::questions;
use super::{
    Reader,
    token::{Kind, at},
    value::{formed, loosely_formed},
    weight,
};
use crate::{
    Identifier as I,
    check::digits,
    shape::date,
    words::{CITY, COMMON, FAMILY, GIVEN, MEDICAL, WORD, among, dictionary, hash, list, vocabulary as v},
};

/// Folders of what is kept about persons.
const FOLDERS: &[u64] = list!(
    "dictations dictation referrals referral eob eobs era remits statements cards charts chart letters consents consent scans \
     facesheets superbills transcripts ccda ccd ccds discharges wristbands labels intake intakes recalls roi priorauths \
     immunizations ekgs ecgs xrays"
);

/// Those of them in which each folder is somebody's.
const OF_ONE: &[u64] = list!("dictations dictation referrals referral charts transcripts recalls letters");

/// What a document about somebody is called, in its name.
const DOCUMENTS: &[u64] = list!(
    "wristband label labels letter letters records record discharge referral oru adt orm siu mdm dft vxu oul rde consent \
     facesheet statement eob era chart labs lab results result ccd ccda cda echo ekg ecg mri ct xray mammo superbill intake \
     dictation transcript insurance card front back avs instr instructions rx refill appeal roi fmla wheelchair orders \
     immunization immunizations vaccine specimen requisition req"
);

/// Of them, messages and bands that are somebody's each.
const MESSAGES: &[u64] = list!("oru adt orm siu mdm dft vxu oul rde wristband");

/// Kinds of files that hold such documents.
const KINDS: &[u64] = list!(
    "pdf xml hl doc docx rtf tif tiff jpg jpeg png heic dcm zpl wav dss ds mp zip eml msg cda ccd edi x odt part prn"
);

/// What stands in paths before the number of one.
const ASKED: &[u64] = list!(
    "orders order registration registrations exams exam fills fill scripts bookings checkin checkins intakes intake consents \
     specimens samples superbills remits statements referrals referral refills refill rx rxs prescriptions appointments \
     appointment appts appt visits visit encounters claims claim immunizations priorauths authorizations accessions studies \
     requisitions recalls eligibility pickup waitlist"
);

/// Of them, what shops, sounds and pictures have as well.
const ANYBODYS: &[u64] =
    list!("orders order samples studies fill fills scripts bookings registration registrations exam exams");

/// Longest path, in bytes, and most parts of one.
const LONGEST: usize = 160;
const MOST: usize = 32;

/// What a part of a step is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A name and nothing else.
    Sure,
    /// A frequent name that is a word, or a word that nobody knows.
    Maybe,
    Number,
    Day,
    Document,
    Other,
}

fn letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80 || byte == b'\''
}

/// What a word of a step is.
fn word(part: &[u8]) -> Part {
    let flags = dictionary().get(hash(part));
    let roles = v::vocabulary().get(hash(part)) & !(v::BORNE | v::OF_KEYS);
    let listed = flags & (GIVEN | FAMILY) != 0;
    match () {
        () if among(DOCUMENTS, hash(part)) => Part::Document,
        () if roles != 0 || part.len() < 3 => Part::Other,
        () if listed && flags & WORD == 0 => Part::Sure,
        () if listed && flags & COMMON != 0 => Part::Maybe,
        () if flags & (WORD | MEDICAL) == 0
            && part.len() > 3
            && part.first().is_some_and(|b| !b.is_ascii_lowercase()) =>
        {
            Part::Maybe
        }
        () => Part::Other,
    }
}

/// The parts of a path, in a room of their own: the quick look allocates nothing.
struct Parts {
    room: [(usize, usize, Part); MOST],
    count: usize,
}

impl Parts {
    fn push(&mut self, start: usize, end: usize, part: Part) {
        if let Some(slot) = self.room.get_mut(self.count) {
            *slot = (start, end, part);
            self.count += 1;
        }
    }

    fn all(&self) -> &[(usize, usize, Part)] {
        self.room.get(..self.count).unwrap_or_default()
    }
}

/// The parts of a path's steps, each with its place in the text.
fn parts(text: &[u8], path: Range<usize>) -> Parts {
    let mut found = Parts { room: [(0, 0, Part::Other); MOST], count: 0 };
    let mut place = path.start;
    while place < path.end {
        let rest = text.get(place..path.end).unwrap_or_default();
        let first = at(rest, 0);
        if !(letter(first) || first.is_ascii_digit()) {
            place += 1;
            continue;
        }
        let compact = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let day = match () {
            () if matches!(compact, 8 | 12 | 14 | 17) && date::compact(rest, 0).is_some() => Some(compact),
            () => date::date(rest, 0).map(|found| found.end),
        };
        if let Some(length) = day {
            found.push(place, place + length, Part::Day);
            place += length;
            continue;
        }
        let run = |from: usize| rest.iter().skip(from).take_while(|b| b.is_ascii_alphanumeric()).count();
        let mut length = run(0);
        while at(rest, length) == b'-' {
            let group = run(length + 1);
            if group == 0 || !rest.iter().skip(length + 1).take(group).all(u8::is_ascii_digit) {
                break;
            }
            length += 1 + group;
        }
        let value = rest.get(..length).unwrap_or_default();
        let epoch =
            matches!(value.len(), 10 | 13) && digits::count(value) == value.len() && value.starts_with(b"1");
        if digits::count(value) >= 5 && formed(value) && !epoch {
            found.push(place, place + length, Part::Number);
            place += length;
            continue;
        }
        let length = rest.iter().take_while(|b| letter(**b)).count();
        if length > 0 {
            found.push(place, place + length, word(rest.get(..length).unwrap_or_default()));
        }
        place += length.max(run(0)).max(1);
    }
    found
}

/// What of a path is somebody's; `folder` tells that its folders are named for persons, `kept` that a number alone counts.
fn of_somebody(text: &[u8], path: Range<usize>, folder: bool, kept: bool) -> Vec<(Range<usize>, I)> {
    let parts = parts(text, path);
    let parts = parts.all();
    let message =
        parts.iter().any(|(start, end, _)| among(MESSAGES, hash(text.get(*start..*end).unwrap_or_default())));
    let numbered =
        parts.iter().any(|(.., part)| *part == Part::Number || *part == Part::Day && (folder || message));
    let get = |at: usize| parts.get(at).map_or(Part::Other, |(.., part)| *part);
    let place = |at: usize| parts.get(at).map_or(0..0, |(start, end, _)| *start..*end);
    let near = |at: usize| {
        let between = text.get(place(at).end..place(at + 1).start).unwrap_or(b"////");
        (1..=3).contains(&between.len()) && !between.iter().any(|b| matches!(b, b'/' | b'\\' | b'.'))
    };
    let mut found = Vec::new();
    let mut index = 0;
    while index < parts.len() {
        let name = |at: usize| matches!(get(at), Part::Sure | Part::Maybe);
        if !name(index) {
            index += 1;
            continue;
        }
        let mut last = index;
        while last < index + 3 && near(last) && name(last + 1) {
            last += 1;
        }
        let sure = (index..=last).any(|at| get(at) == Part::Sure);
        let value = text.get(place(index)).unwrap_or_default();
        let flags = dictionary().get(hash(value));
        // One alone: beside a number or a day, in a folder of persons, behind `for`.
        let whole = matches!(at(text, place(index).start.wrapping_sub(1)), b'/' | b'\\');
        let led = index.checked_sub(1).is_some_and(|before| {
            let word = text.get(place(before)).unwrap_or_default();
            near(before) && list!("for of re to from").contains(&hash(word))
        });
        let alone = value.first().is_some_and(|b| !b.is_ascii_lowercase())
            && (numbered && flags & FAMILY != 0
                || folder && whole && flags & FAMILY != 0 && (flags & CITY == 0 || flags & COMMON != 0)
                || led);
        if sure && (last > index || alone) {
            found.push((place(index).start..place(last).end, I::Name));
        }
        index = last + 1;
    }
    let named = !found.is_empty();
    let number = parts.iter().any(|(.., part)| *part == Part::Number);
    for (start, end, part) in parts {
        match part {
            Part::Number if named || kept => found.push((*start..*end, I::Other)),
            Part::Day if named || kept && number => found.push((*start..*end, I::Date)),
            _ => {}
        }
    }
    found
}

/// Where a path ends that goes on here: blanks are of it where a kind of file follows in the same step.
fn path_end(text: &[u8], start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let mut far = rest.len().min(LONGEST);
    // No character is cut in two.
    while at(rest, far) & 0xc0 == 0x80 && far > 0 {
        far -= 1;
    }
    let rest = rest.get(..far).unwrap_or_default();
    let ends = |b: u8| b < b' ' || b"\"'<>|;(){}[]?&=,".contains(&b);
    let far = rest.iter().position(|b| ends(*b)).unwrap_or(rest.len());
    let near = rest.iter().position(|b| ends(*b) || *b == b' ').unwrap_or(rest.len());
    // `Referrals 1993/Orla Quist - MRI.pdf`.
    let mut from = near;
    while let Some(point) = memchr::memchr(b'.', rest.get(from..far).unwrap_or_default()).map(|at| from + at)
    {
        let kind = rest.get(point + 1..far).unwrap_or_default();
        let length = kind.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        if length > 0 && among(KINDS, hash(kind.get(..length).unwrap_or_default())) {
            return start + point;
        }
        from = point + 1;
    }
    start + near
}

/// What of the path behind a folder is somebody's, as the quick look asks.
pub(crate) fn below(text: &[u8], folder: Range<usize>) -> Vec<(Range<usize>, I)> {
    let name = text.get(folder.clone()).unwrap_or_default();
    // `Referrals 1993/`.
    let rest = text.get(folder.end..).unwrap_or_default();
    let year = matches!(rest, [b' ' | b'_' | b'-', a, b, c, d, b'/' | b'\\', ..] if [a, b, c, d].iter().all(|b| b.is_ascii_digit()));
    let slash = folder.end + if year { 5 } else { 0 };
    if !matches!(at(text, slash), b'/' | b'\\') || !among(FOLDERS, hash(name)) {
        return Vec::new();
    }
    let mut start = slash;
    while matches!(at(text, start), b'/' | b'\\') {
        start += 1;
    }
    let end = path_end(text, start);
    let path = text.get(start..end).unwrap_or_default();
    let kind = text.get(end..end + 1) == Some(b".")
        || path.rsplit(|b| *b == b'.').next().is_some_and(|kind| {
            kind.len() < path.len()
                && (among(KINDS, hash(kind)) || [&b"835"[..], b"837", b"270", b"271", b"277"].contains(&kind))
        });
    // A number alone may be of a build: a document must follow, and the letters of an office stand in the path.
    let lettered = path.split(|b| !b.is_ascii_alphanumeric() && *b != b'-').any(|part| {
        digits::count(part) >= 5 && part.first().is_some_and(u8::is_ascii_uppercase) && formed(part)
    });
    of_somebody(text, start - 1..end, among(OF_ONE, hash(name)), kind && lettered)
}

/// What of the name of the file before a point is somebody's, where a word in it tells what it is, as the quick look asks.
pub(crate) fn called(text: &[u8], point: usize) -> Vec<(Range<usize>, I)> {
    let kind = text.get(point + 1..).unwrap_or_default();
    let length = kind.iter().take(8).take_while(|b| b.is_ascii_alphabetic()).count();
    if length == 0 || !among(KINDS, hash(kind.get(..length).unwrap_or_default())) {
        return Vec::new();
    }
    let mut floor = point.saturating_sub(80);
    while at(text, floor) & 0xc0 == 0x80 && floor < point {
        floor += 1;
    }
    let ends = |b: u8| b < b' ' || b"/\\\"'=:*?<>|(){}[];&,".contains(&b);
    let (mut start, mut blank) = (point, None);
    while start > floor && !ends(at(text, start - 1)) {
        start -= 1;
        if at(text, start) == b' ' && blank.is_none() {
            blank = Some(start + 1);
        }
    }
    let opened = start > 0 && matches!(at(text, start - 1), b'/' | b'\\' | b'"' | b'\'' | b',');
    if let Some(behind) = blank.filter(|_| !opened) {
        start = behind;
    }
    let told = parts(text, start..point).all().iter().any(|(.., part)| *part == Part::Document);
    if told { of_somebody(text, start..point, false, true) } else { Vec::new() }
}

/// Whether a number of one stands here as a step of a path, as the quick look asks.
pub(crate) fn numbered(line: &[u8], start: usize) -> bool {
    let rest = line.get(start..).unwrap_or_default();
    let length = rest.iter().take(32).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    let value = rest.get(..length).unwrap_or_default();
    digits::count(value) >= 6 && number(value)
}

/// The family name behind `dr-`, as paths and keys have it.
pub(crate) fn doctor(text: &[u8], end: usize) -> Option<Range<usize>> {
    if !matches!(at(text, end), b'-' | b'_') || !text.get(end - 2..end)?.eq_ignore_ascii_case(b"dr") {
        return None;
    }
    if end > 2 && at(text, end - 3).is_ascii_alphanumeric() {
        return None;
    }
    let rest = text.get(end + 1..)?;
    let length = rest.iter().take(32).take_while(|b| letter(**b)).count();
    let flags = dictionary().get(hash(rest.get(..length)?));
    let behind = at(rest, length);
    let apart = !behind.is_ascii_alphanumeric() && !matches!(behind, b'-' | b'_' | b'.' | b':');
    (length > 2
        && apart
        && flags & FAMILY != 0
        && flags & CITY == 0
        && (flags & WORD == 0 || flags & COMMON != 0))
        .then_some(end + 1..end + 1 + length)
}

/// Whether a path that ends at a place tells that it is about somebody.
fn about(text: &[u8], end: usize) -> bool {
    let head = text.get(end.saturating_sub(64)..end).unwrap_or_default();
    let path = head.rsplit(|b| *b <= b' ' || matches!(b, b'"' | b'\'')).next().unwrap_or_default();
    path.contains(&b'/')
        && path
            .split(|b| !b.is_ascii_alphabetic())
            .any(|step| among(question::QUESTIONS, hash(step)) || among(FOLDERS, hash(step)))
}

impl Reader<'_> {
    /// Finds them.
    pub(super) fn filed(&mut self) {
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            match token.kind {
                Kind::Word if self.lower_is(index, FOLDERS) => {
                    let found = below(self.text, token.start..token.end);
                    self.keep(found);
                }
                Kind::Word if self.lower_is(index, list!("dr")) => {
                    if let Some(range) = doctor(self.text, token.end)
                        && (about(self.text, token.start) || self.cares() || self.of_care())
                    {
                        self.hit(range.start, range.end, I::Name, weight::NAME);
                    }
                }
                Kind::Symbol if token.byte == b'.' && self.glued(index) && index > 0 => {
                    let found = called(self.text, token.start);
                    self.keep(found);
                }
                Kind::Symbol if token.byte == b'/' => self.asked_for(index),
                Kind::Symbol if token.byte == b'?' => {
                    let found = question::asked(self.text, token.start);
                    self.keep(found);
                }
                _ => {}
            }
        }
    }

    fn keep(&mut self, found: Vec<(Range<usize>, I)>) {
        for (range, identifier) in found {
            self.hit(range.start, range.end, identifier, weight::CONTEXT);
        }
    }

    /// `/orders/77926670/status`, `/referrals-2024/_update/10652762`: the number below a noun.
    fn asked_for(&mut self, index: usize) {
        let start = self.t(index).end;
        let rest = self.text.get(start..).unwrap_or_default();
        if !rest.first().is_some_and(u8::is_ascii_alphanumeric) {
            return;
        }
        let length = rest
            .iter()
            .take(32)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            .count();
        let value = rest.get(..length).unwrap_or_default();
        if digits::count(value) < 6 || !number(value) {
            return;
        }
        let slash = self.t(index).start;
        let head = self.text.get(slash.saturating_sub(64)..slash).unwrap_or_default();
        let mut steps = head.rsplit(|b| *b == b'/');
        let mut noun = steps.next().unwrap_or_default();
        if noun.starts_with(b"_") {
            noun = steps.next().unwrap_or_default();
        }
        // Behind `orders-2024`, in front of `v2_orders`: the word that tells.
        let noun = noun.rsplit(|b| matches!(b, b' ' | b'"' | b'_')).next().unwrap_or_default();
        let letters = noun.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let (word, tail) = noun.split_at(letters);
        let year = tail.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'v'));
        let told =
            !among(ANYBODYS, hash(word)) || self.cares() || self.of_care() || super::coined::keeps(self.text);
        if year && among(ASKED, hash(word)) && told {
            self.hit(start, start + length, I::Other, weight::CONTEXT);
        }
    }
}

/// Whether a value is a number of one, no day and no hash.
fn number(value: &[u8]) -> bool {
    let day = date::compact(value, 0) == Some(8) && value.len() == 8
        || date::date(value, 0).is_some_and(|found| found.end == value.len());
    !day && formed(value) && loosely_formed(value)
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn files_and_paths_of_care_tell_whose_they_are() {
        for (text, values) in [
            (
                "Copied (new): Dictations/Quist/2019-10-23/Whitfield_Margaret.dss (7.3M)",
                &["Quist", "2019-10-23", "Whitfield_Margaret"][..],
            ),
            ("rename /inbound/eob/E85283A357_WHITFIELD.835.part failed", &["E85283A357", "WHITFIELD"]),
            ("CamelFileName=ORU_WHITFIELD_20191214161433.hl7", &["WHITFIELD", "20191214161433"]),
            (
                "key=statements/2012/4716-1804-98/margaret-whitfield.pdf",
                &["4716-1804-98", "margaret-whitfield"],
            ),
            ("open Desktop/letter for Margaret.docx", &["Margaret"]),
            ("localhost WRISTBAND_5084702406.zpl 2x1.1", &["5084702406"]),
            ("routed to folder Referrals\\Whitfield", &["Whitfield"]),
            ("PUT /orders/77926670/status of a specimen", &["77926670"]),
            ("POST /referrals-2024/_update/10652762?retry=3", &["10652762"]),
            ("referer: https://portal.example/messages/to/dr-quist?re=3320852992", &["quist", "3320852992"]),
            ("GET https://rx.example/pickup?p=S1571585&n=Margaret 302", &["S1571585", "Margaret"]),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.contains(value), "{value} of {text}: {found:?}");
            }
        }
    }

    #[test]
    fn files_and_paths_of_machines_stay() {
        for text in [
            "helm pull charts/redis-17.11.3.tgz",
            "upload cards/default-front.png",
            "GET /orders/2024-01-01/summary 200",
            "GET /orders/new?page=48213377 200",
            "GET /builds/77926670/status 200",
            "opened letter for review.docx",
            "terraform/modules/labels/main-48213377.zip",
            "dr-site failover done",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
