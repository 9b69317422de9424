//! A block of lines about one person: a printed report, a label, a band, a page of a chart.
//!
//! Its first line names somebody, the others hold days and numbers that no word tells of. It ends with the first line that
//! a machine wrote about itself, with two blank lines, and after some lines without a sign of the person.

use crate::{
    format::{header, hl7, x12},
    shape::date,
    text::{
        theirs,
        token::{at, before, marker},
    },
    words::{
        hash,
        vocabulary::{self as v},
    },
};

/// Lines that follow the last one with a sign of the person.
const LINES: u8 = 20;

/// Bytes of the beginning of a line in which a logger's own moment or level stands.
const HEAD: usize = 96;

/// Longest line that belongs to a block.
const LONGEST: usize = 2048;

/// What is known of a block: how much longer it lasts. Neither who it is about nor what it held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    left: u8,
    blank: bool,
}

impl Person {
    /// What is known after a line that is not blank, as it was written.
    pub(super) fn after(before: Option<Self>, line: &[u8]) -> Option<Self> {
        if evident(line) {
            return Some(Self { left: LINES, blank: false });
        }
        let left = before?.left.checked_sub(1)?;
        fits(line).then_some(Self { left, blank: false })
    }

    pub(super) fn below_blank(self) -> Option<Self> {
        (!self.blank).then_some(Self { blank: true, ..self })
    }

    /// Whether a line of the block could hold something of the person.
    pub(crate) fn wants(line: &[u8]) -> bool {
        line.iter().any(|b| b.is_ascii_digit() || *b == b':') && fits(line)
    }
}

/// Whether a line as it was written holds what only a person has: a name, a number of a record or a plan, a day of birth.
///
/// Asked for each line of a log; documents of one line tell of nobody but themselves.
pub(super) fn evident(line: &[u8]) -> bool {
    if matches!(line.first(), None | Some(b'{' | b'<')) {
        return false;
    }
    memchr::memchr_iter(b'[', line).take(64).any(|place| {
        at(line, place + 1).is_ascii_uppercase()
            && marker(line, place).is_some_and(|end| {
                let mark = line.get(place..end).unwrap_or_default();
                theirs::tells(mark) || mark.starts_with(b"[DATE") && of_birth(line, place)
            })
    })
}

/// Whether the word before a place is one of birth: `DOB: [DATE]`, `Birth date  [DATE]`.
fn of_birth(line: &[u8], place: usize) -> bool {
    let before = line.get(place.saturating_sub(24)..place).unwrap_or_default();
    before.split(|b| !b.is_ascii_alphabetic()).any(|word| v::vocabulary().get(hash(word)) & v::BIRTH != 0)
}

/// Whether a line may belong to a block: neither a document, nor a segment of a message, nor what a logger or a stack of
/// calls wrote.
pub(crate) fn fits(line: &[u8]) -> bool {
    let body = line.get(line.iter().take_while(|b| **b <= b' ').count()..).unwrap_or_default();
    let document = match at(body, 0) {
        b'[' => marker(body, 0).is_none(),
        first => matches!(first, 0 | b'{' | b'<' | b'}' | b']' | b'@'),
    };
    if line.len() > LONGEST || document {
        return false;
    }
    let frame = [&b"at "[..], b"File \"", b"Caused by", b"... ", b"from /", b"{", b"}", b"<", b"//", b"--"];
    let name = body.iter().take(4).take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
    // `AM07 EM1 …`: fields of a claim (NCPDP).
    let claim = body.starts_with(b"AM")
        && at(body, 2).is_ascii_digit()
        && at(body, 3).is_ascii_digit()
        && !at(body, 4).is_ascii_alphanumeric();
    let segment = (1..=3).contains(&name) && matches!(at(body, name), b'|' | b'*' | b'+' | b'^' | b'~');
    !frame.iter().any(|word| body.starts_with(word))
        && !segment
        && !claim
        && !dumped(body)
        && header::length(line) == 0
        && !hl7::begins(body, 0)
        && !x12::begins(body)
        && !logged(line)
}

/// Whether a tag of DICOM stands at the beginning of a line: `I: (0010,0010) PN [ROE^JANE]`.
fn dumped(body: &[u8]) -> bool {
    let start = body.iter().take(8).position(|b| *b == b'(').unwrap_or(0);
    at(body, start) == b'('
        && at(body, start + 5) == b','
        && body.get(start + 1..start + 5).is_some_and(|group| group.iter().all(u8::is_ascii_hexdigit))
}

/// Whether the beginning of a line is a logger's: a moment, a level, a request of the web, keys with signs of equality.
pub(super) fn logged(line: &[u8]) -> bool {
    let head = line.get(..line.len().min(HEAD)).unwrap_or_default();
    let (mut place, mut pairs) = (0, 0);
    loop {
        let nothing = |b: &&u8| !matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'=');
        place += head.get(place..).unwrap_or_default().iter().take_while(nothing).count();
        let Some(byte) = head.get(place).copied() else { break };
        let mut length = 1;
        match byte {
            b'A'..=b'Z' => {
                let rest = head.get(place..).unwrap_or_default();
                length = rest.iter().take_while(|b| b.is_ascii_uppercase()).count();
                let word = rest.get(..length).unwrap_or_default();
                let (previous, next) = (before(head, place), at(head, place + length));
                let alone = !previous.is_ascii_alphanumeric() && !next.is_ascii_alphanumeric();
                let apart = |byte: u8, end: bool| end || matches!(byte, b' ' | b'"');
                if alone && (header::level(word) || word == b"SEVERE" && next == b':')
                    || apart(previous, place == 0) && apart(next, length == rest.len()) && request(word)
                {
                    return true;
                }
            }
            b'0'..=b'9' => {
                length = crate::shape::digits(head, place, 20);
                // `2026-05-26 03:46:17`, `22/Nov/2026:03:41:38`.
                if length == 4 && date::date(line, place).is_some_and(|day| day.time)
                    || length == 2
                        && at(line, place + 2) == b'/'
                        && at(line, place + 6) == b'/'
                        && at(line, place + 11) == b':'
                {
                    return true;
                }
            }
            _ => pairs += usize::from(head.get(place + 1).is_some_and(|next| *next > b' ')),
        }
        place += length;
    }
    pairs > 2
}

/// Whether a word asks for something on the web or of a database.
fn request(word: &[u8]) -> bool {
    matches!(
        word,
        b"GET"
            | b"POST"
            | b"PUT"
            | b"DELETE"
            | b"PATCH"
            | b"HEAD"
            | b"OPTIONS"
            | b"SELECT"
            | b"INSERT"
            | b"UPDATE"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_a_person_has_begins_a_block() {
        for line in ["[NAME]", "PATIENT: [NAME]  DOB: [DATE]", "MRN [MRN:***4821]", "Birth date: [DATE]"] {
            assert!(evident(line.as_bytes()), "{line}");
        }
        for line in
            ["collected [DATE]", "[INFO] started", "{\"name\":\"[NAME]\"}", "from [IP]", "[DATE] DOB check"]
        {
            assert!(!evident(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn lines_of_machines_end_a_block() {
        let open = Person::after(None, b"[NAME]");
        for line in [
            "2026-11-22 03:41:38,123 INFO [main] c.e.App - started in 3.2 s",
            "{\"level\":\"info\"}",
            "\tat org.example.App.main(App.java:12)",
            "pump-gw: 2026-05-26 03:46:17 W valve 3 open",
            "10.0.0.9 - - [22/Nov/2026:03:41:38 +0000] \"GET / HTTP/1.1\" 200 12",
            "level=info msg=done status=200 bytes=4812",
            "worker-3 ERROR out of memory",
            "OBX|1|NM|2345-7",
        ] {
            assert_eq!(Person::after(open, line.as_bytes()), None, "{line}");
        }
        for line in ["55120844   07/08/1966   55Y  F", "COLLECTED: 03/13/2023 18:57", "GLUCOSE  112 H"] {
            assert!(Person::after(open, line.as_bytes()).is_some(), "{line}");
        }
    }

    #[test]
    fn a_block_ends_by_itself() {
        let mut block = Person::after(None, b"[NAME]");
        for _ in 0..LINES {
            block = Person::after(block, b"and so on");
            assert!(block.is_some());
        }
        assert_eq!(Person::after(block, b"and so on"), None);
        let open = Person::after(None, b"[NAME]").unwrap();
        assert_eq!(open.below_blank().unwrap().below_blank(), None);
    }
}
