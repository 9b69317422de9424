//! Whose a file or a directory is: `scans/roe_jane_19620317.pdf`, `/home/jane.roe/`, `C:\Users\jroe\`, `CLINIC\jroe`,
//! `/patients/jane-roe/visits`.

use std::ops::Range;

use super::{
    Reader,
    token::{Kind, at},
    value::formed,
    weight,
    written::picture,
};
use crate::{
    Identifier as I,
    shape::{alphanumeric, date},
    words::{
        CITY, COMMON, FAMILY, GIVEN, MEDICAL, WORD, dictionary, hash, list, users,
        vocabulary::{self as v},
        words,
    },
};

/// Kinds of files that hold documents, pictures, sound: the files of programs are named for things.
const KINDS: &[u64] = list!(
    "pdf doc docx rtf odt tif tiff jpg jpeg png heic webp bmp dcm wav mp mpeg m aac ogg dss dictation pages ppt pptx"
);

/// Longest name of a file, in bytes.
const LONGEST: usize = 128;

/// Whether a word ends the name of such a file.
pub(crate) fn kind(word: &[u8]) -> bool {
    KINDS.contains(&hash(word))
}

/// Whether a part of a file's name is a name, and one that is no word.
fn name(part: &[u8]) -> Option<bool> {
    let flags = dictionary().get(hash(part));
    let listed = part.len() >= 3 && flags & (GIVEN | FAMILY) != 0;
    let sure = part.len() >= 4 && flags & WORD == 0;
    (listed && (sure || flags & COMMON != 0)).then_some(sure)
}

/// Whether a part may be a name beside one that is sure: letters, more than three, and no word but what is a name, too.
fn maybe(part: &[u8]) -> bool {
    let flags = dictionary().get(hash(part));
    part.len() > 3
        && part.first().is_some_and(|b| !b.is_ascii_digit())
        && (flags & WORD == 0 || flags & (GIVEN | FAMILY) != 0)
}

/// Whether a part is a town, a state or a firm as well, or has the name of a method: beside a day or another such one it
/// tells of nobody.
fn elsewhere(part: &[u8]) -> bool {
    dictionary().get(hash(part)) & CITY != 0 || called(part)
}

/// Whether a part is what methods, firms, states and fonts are called.
fn called(part: &[u8]) -> bool {
    dictionary().get(hash(part)) & MEDICAL != 0
        || v::vocabulary().get(hash(part)) & (v::STATE | v::EPONYM) != 0
        || words!["kaiser", "doppler"].contains(&hash(part))
        || font(part)
}

/// Whether a part is a family of fonts and hardly a name.
pub(super) fn font(part: &[u8]) -> bool {
    list!("arial tahoma verdana helvetica garamond calibri cambria futura palatino bodoni baskerville")
        .contains(&hash(part))
}

/// What rivers, towns and the like are called behind a name: `victoria-falls`.
const LANDSCAPE: &[u64] = list!(
    "falls river rivers lake lakes beach park hill hills springs valley island islands bay creek city town village \
     mountain forest bridge harbor point canyon ridge heights"
);

/// The parts of a file's name: letters, or digits, that stand together.
fn parts(stem: &[u8]) -> Vec<Range<usize>> {
    let kind = |b: u8| match b {
        b if b.is_ascii_alphabetic() || b >= 0x80 || b == b'\'' => 1,
        b if b.is_ascii_digit() => 2,
        _ => 0,
    };
    let mut parts: Vec<Range<usize>> = Vec::new();
    for (at, byte) in stem.iter().enumerate() {
        let same = parts.last().is_some_and(|part| {
            part.end == at && stem.get(part.start).is_some_and(|first| kind(*first) == kind(*byte))
        });
        match parts.last_mut() {
            Some(part) if same => part.end = at + 1,
            _ if kind(*byte) > 0 => parts.push(at..at + 1),
            _ => {}
        }
    }
    parts
}

/// The end of a date that begins with a part: eight digits, or two signs between.
fn day(stem: &[u8], start: usize) -> Option<usize> {
    let digits = stem.get(start..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 8 {
        let value = stem.get(start..start + 8)?;
        // Day or month first, too.
        let turned: Vec<u8> = value
            .get(4..)
            .into_iter()
            .flatten()
            .chain(value.get(..4).into_iter().flatten())
            .copied()
            .collect();
        let compact = |value: &[u8]| date::compact(value, 0) == Some(8);
        return (compact(value) || compact(&turned)).then_some(start + 8);
    }
    // `_` joins as well as `-`.
    let joined: Vec<u8> = stem
        .get(start..)
        .unwrap_or_default()
        .iter()
        .take(12)
        .map(|b| if *b == b'_' { b'-' } else { *b })
        .collect();
    date::date(&joined, 0).map(|found| start + found.end)
}

/// What of a file's name is somebody's: the range in the name, and what it is.
fn of_a_person(stem: &[u8]) -> Vec<(Range<usize>, I)> {
    let parts = parts(stem);
    let get = |range: &Range<usize>| stem.get(range.clone()).unwrap_or_default();
    let names: Vec<Option<bool>> = parts.iter().map(|part| name(get(part))).collect();
    let mut found = Vec::new();
    let mut index = 0;
    let near = |one: usize| match (parts.get(one), parts.get(one + 1)) {
        (Some(a), Some(b)) => b.start <= a.end + 2,
        _ => false,
    };
    let dated = |at: usize| parts.get(at).is_some_and(|part| day(stem, part.start).is_some());
    let given = |at: usize| parts.get(at).is_some_and(|p| dictionary().get(hash(get(p))) & GIVEN != 0);
    while index < parts.len() {
        let Some(Some(sure)) = names.get(index).copied() else {
            index += 1;
            continue;
        };
        // Two names side by side, of which one is no word; a third with them.
        let mut last = index;
        let mut sures = usize::from(sure);
        while last < index + 3 && near(last) {
            match names.get(last + 1).copied().flatten() {
                Some(next) => sures += usize::from(next),
                // An initial between or behind.
                None if parts
                    .get(last + 1)
                    .is_some_and(|p| p.len() == 1 && get(p).first().is_some_and(u8::is_ascii_alphabetic))
                    && last > index => {}
                // A family name that no list knows, behind a given name and before a day.
                None if last == index
                    && sure
                    && given(index)
                    && parts.get(last + 1).is_some_and(|p| maybe(get(p)))
                    && dated(last + 2) => {}
                None => break,
            }
            last += 1;
        }
        let pair = last > index && sures > 0 && (index..=last).any(given);
        let method = |at: usize| parts.get(at).is_some_and(|p| called(get(p)));
        let owned = |at: usize| parts.get(at).is_some_and(|p| !elsewhere(get(p)));
        let pair = pair && (index..=last).any(owned);
        let shown = parts.get(index + 1).is_some_and(|p| {
            list!("wound headshot selfie lesion rash face profile avatar portrait").contains(&hash(get(p)))
        }) && parts.len() == 2;
        let alone = last == index && sure && near(index) && (dated(index + 1) || shown) && !method(index);
        if pair || alone {
            // The same before it: `oyelaran_jane_19620317`.
            let before = index.checked_sub(1).filter(|before| {
                alone
                    && near(*before)
                    && given(index)
                    && parts.get(*before).is_some_and(|part| maybe(get(part)))
            });
            let (Some(first), Some(end)) = (parts.get(before.unwrap_or(index)), parts.get(last)) else {
                break;
            };
            found.push((first.start..end.end, I::Name));
        }
        index = last + 1;
    }
    if !found.is_empty() {
        let mut done = 0;
        for part in &parts {
            if part.start >= done
                && let Some(end) = day(stem, part.start)
            {
                found.push((part.start..end, I::Date));
                done = end;
            }
        }
        // `roe_jane_W99-94-03`: a number of the same person.
        let mut start = 0;
        for piece in stem.split(|b| matches!(b, b'_' | b' ')) {
            let range = start..start + piece.len();
            start = range.end + 1;
            let taken = found.iter().any(|(one, _)| one.start < range.end && range.start < one.end);
            if !taken && formed(piece) {
                found.push((range, I::Mrn));
            }
        }
    }
    found
}

/// Whether the name of the file that ends before a point is somebody's, as the quick look asks.
pub(crate) fn somebodys(line: &[u8], point: usize) -> bool {
    !of_a_person(line.get(stem(line, point)).unwrap_or_default()).is_empty()
}

/// The name of the file before a point, without its directories.
fn stem(text: &[u8], point: usize) -> Range<usize> {
    let floor = point.saturating_sub(LONGEST);
    let ends = |b: u8| b < b' ' || b"/\\\"'=:*?<>|(){}[];&,".contains(&b);
    let mut start = point;
    let mut blank = None;
    while start > floor && !ends(at(text, start - 1)) {
        start -= 1;
        if at(text, start) == b' ' && blank.is_none() {
            blank = Some(start + 1);
        }
    }
    // Blanks are of the name where a directory or a quote stands before it.
    match blank {
        // A text that is nothing but the name of a file may hold blanks, too.
        Some(behind)
            if !(start == 0 && text.len() <= point + 5)
                && !matches!(at(text, start.wrapping_sub(1)), b'/' | b'\\' | b'"' | b'\'') =>
        {
            behind..point
        }
        _ => start..point,
    }
}

/// The name of an account in a path or behind its domain.
fn account(text: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let length =
        rest.iter().take(64).take_while(|b| alphanumeric(**b) || matches!(b, b'-' | b'_' | b'.')).count();
    let value = rest.get(..length)?;
    let landscape = value.rsplit(|b| *b == b'-').next().is_some_and(|part| LANDSCAPE.contains(&hash(part)));
    if landscape && value.contains(&b'-') {
        return None;
    }
    let mut parts = value.split(|b| !alphanumeric(*b)).map(hash);
    if parts.clone().all(|part| PROGRAMS.contains(&part))
        || parts.next_back().is_some_and(|part| SETTINGS.contains(&part))
    {
        return None;
    }
    (users::personal(value) || users::written(value) && value.contains(&b'.'))
        .then_some(start..start + length)
}

/// Programs whose accounts are called for a person.
const PROGRAMS: &[u64] = list!("travis jenkins");

/// How files end that are no accounts, though they stand where one may.
const SETTINGS: &[u64] = list!("config build settings manifest dll exe sys");

/// The directories below which each person has one.
const HOMES: &[u64] = list!("home users profiles homes u user people staff employees authors");

/// The account that a directory is named for: the one behind `home/`, `Users\`, `u/`.
pub(crate) fn home(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let mut next = word.end;
    if !matches!(at(text, next), b'/' | b'\\')
        || !HOMES.contains(&hash(text.get(word.clone())?))
        || !matches!(at(text, word.start.wrapping_sub(1)), b'/' | b'\\')
        // `/user/jroe`, but `/etc/systemd/user/` and `\grouppolicy\user\`.
        || text.get(word.clone())?.eq_ignore_ascii_case(b"user") && alphanumeric(at(text, word.start.wrapping_sub(2)))
    {
        return None;
    }
    while matches!(at(text, next), b'/' | b'\\') {
        next += 1;
    }
    account(text, next)
}

/// The account behind the name of a domain in capitals and a backslash, `CLINIC\jroe`; written twice in JSON.
pub(crate) fn of_a_domain(text: &[u8], slash: usize) -> Option<Range<usize>> {
    let before = text.get(slash.saturating_sub(16)..slash).unwrap_or_default();
    let capitals = before
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b'-')
        .count();
    let alone = before.len() == capitals
        || !before
            .get(before.len() - capitals - 1)
            .is_some_and(|b| alphanumeric(*b) || matches!(b, b'\\' | b'/' | b':'));
    let start = slash + if at(text, slash + 1) == b'\\' { 2 } else { 1 };
    if capitals < 2 || !alone || before.last().is_some_and(|b| !b.is_ascii_uppercase() && !b.is_ascii_digit())
    {
        return None;
    }
    account(text, start).filter(|range| at(text, range.end) != b'\\')
}

/// A given and a family name joined by a hyphen where a path asks for a person: `/patients/jane-roe`.
pub(crate) fn slug(text: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let length =
        rest.iter().take(48).take_while(|b| b.is_ascii_lowercase() || **b == b'-' || **b >= 0x80).count();
    let value = rest.get(..length)?;
    let value = value.strip_suffix(b"-").unwrap_or(value);
    let flags = |part: &[u8]| dictionary().get(hash(part));
    let (first, last) = value.split_at(value.iter().position(|b| *b == b'-')?);
    let last = last.get(1..)?;
    let family = last.split(|b| *b == b'-');
    let sure = |part: &[u8]| flags(part) & WORD == 0 && part.len() > 2;
    let landscape = family.clone().next_back().is_some_and(|part| LANDSCAPE.contains(&hash(part)));
    (flags(first) & (GIVEN | FAMILY) != 0
        && !landscape
        && family.clone().count() <= 2
        && family.clone().all(|part| flags(part) & (GIVEN | FAMILY) != 0)
        && (sure(first) || family.clone().any(sure)))
    .then_some(start..start + value.len())
}

impl Reader<'_> {
    /// Finds them.
    pub(super) fn owners(&mut self) {
        let paths = memchr::memchr2(b'/', b'\\', self.text).is_some();
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            match token.kind {
                Kind::Word | Kind::Mixed
                    if self.back(index, 1).symbol(b'.')
                        && self.glued(index.wrapping_sub(1))
                        && kind(letters(self.bytes(token))) =>
                {
                    self.file(self.back(index, 1).start, token.end);
                }
                Kind::Word if paths => {
                    if let Some(range) = home(self.text, token.start..token.end) {
                        self.hit(range.start, range.end, I::Other, weight::CONTEXT);
                    }
                    let person = token.is(v::SUBJECT | v::PERSON | v::WHO)
                        || self
                            .lower_is(index, list!("join members member profile profiles providers doctors clients residents records charts people person"));
                    if person
                        && self.byte(token.end) == b'/'
                        && let Some(range) = slug(self.text, token.end + 1)
                    {
                        self.hit(range.start, range.end, I::Name, weight::NAME);
                    }
                }
                Kind::Symbol if token.byte == b'_' && self.person && !self.strict => {
                    self.account_of_two(index)
                }
                Kind::Symbol
                    if paths
                        && token.byte == b','
                        && (self.byte(token.end) == b' ' || self.byte(token.end).is_ascii_uppercase()) =>
                {
                    self.directory(token.start)
                }
                Kind::Symbol if token.byte == b'\\' && self.back(index, 1).end == token.start => {
                    if let Some(range) = of_a_domain(self.text, token.start) {
                        self.hit(range.start, range.end, I::Other, weight::CONTEXT);
                    }
                }
                _ => {}
            }
        }
    }

    /// `jane_roe`, in a line about persons.
    fn account_of_two(&mut self, index: usize) {
        let (first, last) = (self.back(index, 1), self.t(index + 1));
        if first.end != self.t(index).start || last.start != self.t(index).end {
            return;
        }
        let joined = |b: u8| alphanumeric(b) || matches!(b, b'_' | b'.' | b'-' | b'@' | b'/' | b'\\' | b'%');
        let value = self.text.get(first.start..last.end).unwrap_or_default();
        if users::full(value)
            && value.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_')
            && !joined(self.byte(first.start.wrapping_sub(1)))
            && !joined(self.byte(last.end))
        {
            self.hit(first.start, last.end, I::Other, weight::CONTEXT);
        }
    }

    /// `\Roe, Jane Q\`: a directory that is named for a person.
    fn directory(&mut self, comma: usize) {
        let name =
            |b: &u8| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b' ' | b'.' | b'-' | b'\'' | b',');
        let before = self.text.get(comma.saturating_sub(40)..comma).unwrap_or_default();
        let start = comma - before.iter().rev().take_while(|b| name(b)).count();
        let rest = self.text.get(comma..).unwrap_or_default();
        let end = comma + rest.iter().take(40).take_while(|b| name(b)).count();
        let slash = |b: u8| matches!(b, b'/' | b'\\');
        if slash(self.byte(start.wrapping_sub(1)))
            && slash(self.byte(end))
            && !of_a_person(self.text.get(start..end).unwrap_or_default()).is_empty()
        {
            self.hit(start, end, I::Name, weight::NAME);
        }
    }

    fn file(&mut self, point: usize, end: usize) {
        let range = stem(self.text, point);
        // A picture is its whole name.
        if picture(self.text.get(range.start..end).unwrap_or_default()) && somebodys(self.text, point) {
            self.hit(range.start, end, I::Photo, weight::CONTEXT + 1);
            return;
        }
        for (part, identifier) in of_a_person(self.text.get(range.clone()).unwrap_or_default()) {
            self.hit(range.start + part.start, range.start + part.end, identifier, weight::CONTEXT);
        }
    }
}

/// The letters that a kind of file begins with: `mp` of `mp3`.
pub(crate) fn letters(word: &[u8]) -> &[u8] {
    let length = word.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    word.get(..length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn files_and_directories_of_persons_are_found() {
        for (text, values) in [
            (
                "wrote /out/whitfield_margaret_19610203.pdf (4821 bytes)",
                &["whitfield_margaret", "19610203"][..],
            ),
            ("rsync /mnt/rec/Whitfield_20260704.wav done", &["Whitfield", "20260704"]),
            (r"open \\FS02\Scans\Whitfield, Margaret Q\consent.pdf: denied", &["Whitfield, Margaret Q"]),
            (r"upload C:\Users\margaret.whitfield\Desktop\x.docx ok", &["margaret.whitfield"]),
            ("cp /home/mwhitfield/a.txt /tmp", &["mwhitfield"]),
            ("GET /patients/margaret-whitfield/visits 200", &["margaret-whitfield"]),
            (r"logon CLINIC\mwhitfield from web01", &["mwhitfield"]),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.iter().any(|one| one == value), "{value} of {text}: {found:?}");
            }
        }
    }

    #[test]
    fn files_and_directories_of_machines_stay() {
        for text in [
            "wrote /out/monthly_report_20260704.pdf (4821 bytes)",
            "GET /static/img/header_logo.png 200",
            "cp /home/ubuntu/app/config.yml /home/deploy/",
            r"C:\Users\Administrator\AppData\Local\Temp\setup.log",
            r"C:\Windows\System32\drivers\etc\hosts",
            "GET /users/sign-in 200",
            "rotated 20260704_backup.tar.gz",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
