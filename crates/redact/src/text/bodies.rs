//! Templates of bodies and files of pictures, as texts name them.

use std::ops::Range;

use super::{
    Reader,
    numbered::ELSEWHERE,
    token::{Kind, Token, at},
    weight,
};
use crate::{
    Identifier as I,
    check::digits,
    shape::alphanumeric,
    words::{COMMON, FAMILY, GIVEN, WORD, dictionary, hash, vocabulary as v, words},
};

impl Reader<'_> {
    /// `W0412 26 113322`: the number of a donation of blood (ISBT 128, 4.1).
    pub(super) fn donation(&mut self, index: usize) {
        let (first, year, last) = (self.t(index), self.t(index + 1), self.t(index + 2));
        let number = |token: &Token, length: usize| token.kind == Kind::Number && token.len() == length;
        let facility = self.bytes(first).first().is_some_and(u8::is_ascii_uppercase)
            && self.bytes(first).iter().skip(1).all(u8::is_ascii_digit);
        if facility
            && number(year, 2)
            && number(last, 6)
            && year.start == first.end + 1
            && last.start == year.end + 1
            && !alphanumeric(self.byte(last.end))
        {
            self.hit(first.start, last.end, I::Other, weight::SHAPE);
        }
    }

    /// `fingerprint template 0a1b2c3d`, `voice print id FP-12`, `palm vein 9f86d081`.
    pub(super) fn template(&mut self, index: usize) {
        let elsewhere = (1..=2).any(|by| self.lower_is(index.wrapping_sub(by), ELSEWHERE));
        if elsewhere && !self.person {
            return;
        }
        let mut next = index + 1;
        let (mut told, mut bodily) = (self.t(index).is(v::LOOK), false);
        while next < index + 6 {
            let token = self.t(next);
            let body = self.lower_is(
                next,
                words![
                    "template",
                    "hash",
                    "print",
                    "scan",
                    "reference",
                    "record",
                    "image",
                    "vein",
                    "minutiae",
                    "embedding",
                    "vector",
                    "capture",
                    "sample",
                    "token",
                    "geometry",
                    "model",
                    "recognition",
                    "enrollment",
                    "enrol",
                    "enroll",
                    "enrolment",
                    "match"
                ],
            );
            let small = self.lower_is(
                next,
                words![
                    "id", "no", "number", "ref", "code", "is", "stored", "saved", "under", "as", "matched",
                    "enrolled", "data", "for", "in", "on", "key", "value", "with", "file", "lookup",
                    "scanned"
                ],
            );
            let sign = token.kind == Kind::Symbol
                && (matches!(token.byte, b':' | b'#' | b'=' | b'"' | b'_' | b'.')
                    || token.byte == b'(' && self.strict);
            if !(body || small || sign) {
                break;
            }
            bodily |= body;
            told |= body || self.lower_is(next, words!["id"]) && self.t(index).is(v::PHOTO);
            next += 1;
        }
        let start = self.t(next).start;
        let token = self.t(next);
        if !matches!(token.kind, Kind::Mixed | Kind::Number | Kind::Word) {
            return;
        }
        let rest = self.text.get(start..).unwrap_or_default();
        // `finger FP-6489-J65R22`: the noun alone, where the number is one of an office or stands right behind it.
        if !told {
            let length =
                rest.iter().take(32).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
            let value = rest.get(..length).unwrap_or_default();
            let beside = start <= self.t(index).end + 2;
            let office = value.len() >= 8
                && value.iter().filter(|b| b.is_ascii_uppercase()).count() > 1
                && (value.contains(&b'-') && super::value::formed(value)
                    || beside && digits::count(value) > 2 && !value.iter().any(u8::is_ascii_lowercase));
            if !office || self.t(index).is(v::PHOTO) {
                return;
            }
        }
        let run = |from: usize| {
            rest.iter()
                .skip(from)
                .take(256)
                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/' | b'+' | b'='))
                .count()
        };
        let mut length = run(0);
        // `tpl:86edb66d242f8a4e`.
        if rest.get(..length).is_some_and(|word| {
            (2..=5).contains(&word.len())
                && word.iter().all(u8::is_ascii_lowercase)
                && word != b"sha"
                && word != b"md"
        }) && at(rest, length) == b':'
            && run(length + 1) >= 8
        {
            length += 1 + run(length + 1);
        }
        let value = rest.get(..length).unwrap_or_default();
        let digest = value.len() < 8 && value.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(b"sha"))
            || at(rest, length) == b':';
        let number = value.iter().all(u8::is_ascii_digit) && (length < 6 || self.measured(start + length));
        // Of a key, a query, an alert.
        let of_a_machine = !self.person
            && (super::value::machine_made(value) && !bodily
                || !super::value::plausible(I::Biometric, value));
        if digits::count(value) >= 2 && length >= 5 && !digest && !number && !of_a_machine {
            self.hit(start, start + length, I::Biometric, weight::CONTEXT);
        }
    }

    /// `photo roe_face.jpg`: the file name of a picture, where the text is about a person.
    pub(super) fn picture(&mut self, index: usize) {
        if !self.back(index, 1).symbol(b'.') {
            return;
        }
        let end = self.t(index).end;
        let mut start = self.back(index, 1).start;
        while start > 0
            && end - start < 128
            && (at(self.text, start - 1).is_ascii_alphanumeric()
                || matches!(at(self.text, start - 1), b'_' | b'-' | b'.' | b'/'))
        {
            start -= 1;
        }
        let place = self.index_at(start);
        if (self.near(place, v::PHOTO, 6) || (place..index).any(|at| self.picture_word(self.t(at))))
            && end > start + 4
            && (self.person || whose(self.text.get(start..end).unwrap_or_default()))
            || self.strict
                && end > start + 4
                && (whose(self.text.get(start..end).unwrap_or_default())
                    || of_somebody(self.text.get(start..end).unwrap_or_default()))
        {
            let Range { start, end } = alone(self.text, start..end);
            self.hit(start, end, I::Photo, weight::CONTEXT);
        }
    }

    /// Whether a word of a file's name tells of a face: `roe_headshot.jpg`.
    pub(super) fn picture_word(&self, token: &Token) -> bool {
        token.is(v::PHOTO)
            && (matches!(self.byte(token.end), b'_' | b'-' | b'.')
                || token.is(v::LOOK) && self.byte(token.end) == b'/')
    }

    /// The name of a picture's file in which a word tells of a face, and another part whose it is.
    pub(super) fn named_picture(&mut self, index: usize) {
        let Some(range) = picture_file(self.text, self.t(index).start) else { return };
        let name = self.text.get(range.clone()).unwrap_or_default();
        if self.person || whose(name) {
            let range = alone(self.text, range);
            self.hit(range.start, range.end, I::Photo, weight::CONTEXT);
        }
    }
}

/// The name of a picture's file around a place.
pub(crate) fn picture_file(text: &[u8], place: usize) -> Option<Range<usize>> {
    let joined = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b':' | b'%');
    let mut start = place;
    while start > 0 && place - start < 128 && joined(at(text, start - 1)) {
        start -= 1;
    }
    let mut end = place;
    while end - place < 128 && joined(at(text, end)) {
        end += 1;
    }
    while end > place && matches!(at(text, end - 1), b'.' | b':') {
        end -= 1;
    }
    let name = text.get(start..end)?;
    let point = name.iter().rposition(|b| *b == b'.')?;
    let kind = name.get(point + 1..)?;
    ["png", "jpg", "jpeg", "heic", "tif", "tiff", "webp", "bmp"]
        .iter()
        .any(|known| kind.eq_ignore_ascii_case(known.as_bytes()))
        .then_some(start..end)
}

/// Whether the parts of a file's name are a name, word or not, and what is pictured of people: `barber_id_front.jpeg`.
fn of_somebody(name: &[u8]) -> bool {
    let shown = words![
        "id",
        "front",
        "profile",
        "face",
        "wound",
        "selfie",
        "portrait",
        "headshot",
        "rash",
        "license",
        "insurance",
        "mole",
        "passport",
        "left",
        "right"
    ];
    let parts = || name.split(|b| !b.is_ascii_alphabetic()).filter(|part| part.len() > 1);
    parts().any(|part| shown.contains(&hash(part)))
        && parts().any(|part| {
            let flags = dictionary().get(hash(part));
            part.len() >= 3
                && flags & (FAMILY | GIVEN) != 0
                && flags & COMMON != 0
                && !shown.contains(&hash(part))
        })
}

/// The name of a camera's file without its directories, if those are words alone and can't tell whose it is.
fn alone(text: &[u8], range: Range<usize>) -> Range<usize> {
    let path = text.get(range.clone()).unwrap_or_default();
    let Some(slash) = path.iter().rposition(|b| *b == b'/') else { return range };
    let words = super::written::of_a_camera(path.get(slash + 1..).unwrap_or_default())
        && path
            .get(..slash)
            .unwrap_or_default()
            .split(|b| !b.is_ascii_alphanumeric())
            .filter(|p| !p.is_empty())
            .all(|part| {
                let flags = dictionary().get(hash(part));
                part.iter().all(u8::is_ascii_alphabetic)
                    && (flags & WORD != 0 || flags & (FAMILY | GIVEN) == 0)
            });
    if words { range.start + slash + 1..range.end } else { range }
}

/// Whether a part of a file's name is a number of some length or a family name.
pub(crate) fn whose(name: &[u8]) -> bool {
    let file =
        name.iter().rposition(|b| *b == b'/').map_or(name, |at| name.get(at + 1..).unwrap_or_default());
    if super::written::of_a_camera(file) {
        return true;
    }
    let number = file.split(|b| !b.is_ascii_digit()).any(|digits| digits.len() >= 5);
    let family = file.split(|b| !b.is_ascii_alphabetic()).any(|part| {
        let flags = dictionary().get(hash(part));
        part.len() >= 4 && flags & (FAMILY | GIVEN) != 0 && flags & WORD == 0
    });
    number || family
}
