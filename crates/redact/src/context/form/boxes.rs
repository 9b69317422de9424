//! Fields that stand behind their numbers and have no other label: a bill's locators (UB-04, NUBC's data specifications),
//! items of a claim (CMS-1500, NUCC's instructions), items of an assessment at home (OASIS, CMS).

use std::ops::Range;

use super::locator;
use crate::{
    Identifier as I,
    shape::date,
    text::{token::at, value::plausible},
    words::{
        hash, list,
        vocabulary::{self as v},
    },
};

/// What is told of a line: an identifier and where its value stands.
type Tell<'a> = &'a mut dyn FnMut(I, Range<usize>);

/// What a field holds, by letters: `n` names, `d` days, `a` an address, `c` a town, `z` a ZIP code, `f` a facility, `m` `p` `b` `o` `s` `i` the
/// number of a record, a plan, a bill, another, social security, a provider.
const LOCATORS: &[(&str, &str)] = &[
    ("f", "1"),
    ("b", "3a"),
    ("m", "3b"),
    ("d", "6 10 12 31 32 33 34 35 36 45 74 74a 74b 74c 74d 74e"),
    ("n", "8 8b 58 58a 58b"),
    ("a", "9 9a"),
    ("c", "9b"),
    ("z", "9d"),
    ("i", "56"),
    ("p", "60 60a 60b"),
    ("o", "8a 63 63a 63b 64 64a 64b"),
];

const ITEMS: &[(&str, &str)] = &[
    ("p", "1a 9a 11"),
    ("n", "2 4 9 17"),
    ("d", "3 9b 11a 12 13 14 15 16 18"),
    ("a", "5 7"),
    ("i", "17b 24j 32a 33a"),
    ("o", "17a 22 23"),
    ("dl", "24"),
    ("b", "26"),
    ("nd", "31"),
    ("f", "32 33"),
];

const ASSESSED: &[(&str, &str)] = &[
    ("i", "18"),
    ("m", "20"),
    ("d", "30 32 66 90 102 104 903 906"),
    ("n", "40"),
    ("z", "60"),
    ("p", "63 65"),
    ("s", "64"),
];

/// What a number of a field says that it holds.
fn holds(table: &'static [(&'static str, &'static str)], number: &[u8]) -> &'static [u8] {
    let listed = |all: &str| all.split(' ').any(|one| one.as_bytes().eq_ignore_ascii_case(number));
    table.iter().find(|(_, all)| listed(all)).map_or(b"", |(kinds, _)| kinds.as_bytes())
}

/// The field whose number begins here: bytes of the number, and what it holds.
fn field(line: &[u8], start: usize) -> Option<(usize, &'static [u8])> {
    let begins = start == 0 || at(line, start - 1) == b' ' || at(line, start - 1) == b'\t';
    if !begins {
        return None;
    }
    let rest = line.get(start..)?;
    match rest {
        [b'F', b'L', ..] => {
            let length = locator(line, start);
            let number = rest.get(2..length)?.trim_ascii();
            Some((length, holds(LOCATORS, number)))
        }
        // But no `P.O. BOX 32`.
        [b'B', b'O' | b'o', b'X' | b'x', b' ', ..] if !posted(line, start) => {
            let number = rest.get(4..)?;
            let digits = number.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
            let letter = usize::from(number.get(digits).is_some_and(u8::is_ascii_alphabetic));
            let ends = number.get(digits + letter).is_none_or(|b| matches!(b, b' ' | b':' | b'.'));
            ((1..=2).contains(&digits) && ends).then(|| {
                (4 + digits + letter, holds(ITEMS, number.get(..digits + letter).unwrap_or_default()))
            })
        }
        // `9b SKYLINE VIEW  9c PA  9d 18510`, parts of the address of a bill.
        [b'9', letter @ (b'b'..=b'e'), b' ', ..] if memchr::memmem::find(line, b"FL9a ").is_some() => {
            Some((2, holds(LOCATORS, &[b'9', *letter])))
        }
        [b'M', b'0', a, b, c, b' ', ..] if [a, b, c].iter().all(|b| b.is_ascii_digit()) => {
            let number = rest.get(2..5)?;
            let zeros = number.iter().take_while(|b| **b == b'0').count();
            Some((5, holds(ASSESSED, number.get(zeros..)?)))
        }
        _ => None,
    }
}

/// Whether a box of the post is meant.
fn posted(line: &[u8], start: usize) -> bool {
    let before = line.get(..start).unwrap_or_default().trim_ascii_end();
    let before = before.strip_suffix(b".").unwrap_or(before);
    matches!(before.last(), Some(b'O' | b'o'))
        && before
            .get(before.len().saturating_sub(5)..)
            .is_some_and(|end| end.iter().any(|b| matches!(b, b'P' | b'p')))
        || list!("post office box ste suite apt")
            .contains(&hash(before.rsplit(|b| *b == b' ').next().unwrap_or_default()))
}

/// Tells the values of the fields of a line that stand behind their numbers, and gives back where the numbers stand.
pub(crate) fn values(line: &[u8], tell: Tell<'_>) -> Vec<Range<usize>> {
    let mut numbers = Vec::new();
    let mut open: Option<(usize, &'static [u8])> = None;
    let starts = line.iter().enumerate().filter(|(_, b)| matches!(b, b'F' | b'B' | b'9' | b'M'));
    for (start, _) in starts.map(|(at, b)| (at, *b)).chain([(line.len(), 0)]) {
        let found = field(line, start);
        if found.is_none() && start < line.len() {
            continue;
        }
        if let Some((from, kinds)) = open.take() {
            let value = line.get(from..start).unwrap_or_default();
            let from = from + value.len() - value.trim_ascii_start().len();
            for kind in kinds {
                told(line, from..from + value.trim_ascii().len(), *kind, tell);
            }
        }
        open = found.map(|(length, kinds)| (start + length, kinds));
        if let Some((length, _)) = found {
            // `BOX 17 DN ROE`: what kind of provider it is.
            let rest = line.get(start + length..).unwrap_or_default();
            let kind = [&b" DN "[..], b" DK ", b" DQ "].iter().any(|kind| rest.starts_with(kind));
            numbers.push(start..start + length + if kind { 3 } else { 0 });
        }
    }
    numbers
}

/// Tells what a field of one kind holds.
fn told(line: &[u8], range: Range<usize>, kind: u8, tell: Tell<'_>) {
    let text = line.get(range.clone()).unwrap_or_default();
    let identifier = match kind {
        b'n' => {
            if let Some(name) = name(text) {
                tell(I::Name, range.start + name.start..range.start + name.end);
            }
            return;
        }
        b'd' => return days(text, range.start, tell),
        b'a' => return address(text, range.start, tell),
        b'f' => {
            let length = text.iter().position(u8::is_ascii_digit).unwrap_or(text.len());
            let length = memchr::memmem::find(text, b"  ").map_or(length, |gap| gap.min(length));
            let office = text.get(..length).unwrap_or_default().trim_ascii_end();
            if office.len() > 4 && office.first().is_some_and(u8::is_ascii_uppercase) {
                tell(I::Facility, range.start..range.start + office.len());
            }
            return telephone(text, range.start, tell);
        }
        b'c' => {
            let length = memchr::memmem::find(text, b"  ").unwrap_or(text.len());
            if length > 2 && text.iter().take(length).all(|b| !b.is_ascii_digit()) {
                tell(I::City, range.start..range.start + length);
            }
            return;
        }
        b'z' => I::Zip,
        b'm' => I::Mrn,
        b'p' => I::HealthPlan,
        b'b' => I::Account,
        b's' => I::Ssn,
        b'i' | b'l' => I::Npi,
        _ => I::Other,
    };
    // The last word with digits of those that belong together: `PAT CNTL # 7259-967123`.
    let mut start = 0;
    for end in memchr::memchr_iter(b' ', text).chain([text.len()]) {
        let word = text.get(start..end).unwrap_or_default();
        let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
        let written = word.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'^'));
        if digits > 3 && written && plausible(identifier, word) {
            tell(identifier, range.start + start..range.start + end);
            if kind != b'l' {
                return;
            }
        }
        start = end + 1;
    }
}

/// The name that a field holds, behind words of a label or a qualifier, before degrees.
fn name(text: &[u8]) -> Option<Range<usize>> {
    let mut start = 0;
    let word_at = |start: usize| {
        let rest = text.get(start..).unwrap_or_default();
        rest.get(..memchr::memchr(b' ', rest).unwrap_or(rest.len())).unwrap_or_default()
    };
    loop {
        let word = word_at(start);
        let label = list!(
            "patient name insured insureds policyholder holder responsible party dn dk dq subscriber physician"
        );
        if word.is_empty() || !label.contains(&hash(word)) {
            break;
        }
        start += word.len() + 1;
    }
    let mut end = start;
    while let Some(byte) = text.get(end).copied() {
        let letter = byte.is_ascii_uppercase() || byte >= 0x80 || matches!(byte, b',' | b'-' | b'\'' | b'.');
        let blank = byte == b' ' && at(text, end + 1) > b' ' && !at(text, end + 1).is_ascii_digit();
        if !(letter || blank) {
            break;
        }
        end += 1;
    }
    let mut value = text.get(start..end)?.trim_ascii_end();
    while let Some(blank) = value.iter().rposition(|b| *b == b' ')
        && (v::vocabulary().get(hash(value.get(blank + 1..)?)) & v::SUFFIX != 0
            || list!("md do np pa rn dds dpm").contains(&hash(value.get(blank + 1..)?)))
    {
        value = value.get(..blank)?.trim_ascii_end();
    }
    let words = value.split(|b| matches!(b, b' ' | b',')).filter(|word| !word.is_empty()).count();
    ((2..=5).contains(&words) && value.len() < 48).then_some(start..start + value.len())
}

/// Days in six or eight digits, or with signs.
fn days(text: &[u8], from: usize, tell: Tell<'_>) {
    let mut place = 0;
    while place < text.len() {
        let digits = text.get(place..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            place += 1;
            continue;
        }
        if let Some(day) = date::date(text, place) {
            tell(I::Date, from + place..from + day.end);
            place = day.end;
            continue;
        }
        if short_day(text.get(place..place + digits).unwrap_or_default())
            && !at(text, place.wrapping_sub(1)).is_ascii_alphanumeric()
            && !at(text, place + digits).is_ascii_alphanumeric()
        {
            tell(I::Date, from + place..from + place + digits);
        }
        place += digits;
    }
}

/// Whether six or eight digits are a day with its month first, as bills have it: `093022`, `09291949`.
pub(crate) fn short_day(digits: &[u8]) -> bool {
    let number = |range: Range<usize>| {
        digits
            .get(range)
            .unwrap_or_default()
            .iter()
            .fold(0_u32, |all, b| all * 10 + u32::from(b.wrapping_sub(b'0')))
    };
    let first = (1..=12).contains(&number(0..2)) && (1..=31).contains(&number(2..4));
    digits.iter().all(u8::is_ascii_digit)
        && match digits.len() {
            6 => first,
            8 => first && (1880..2100).contains(&number(4..8)) || date::compact(digits, 0) == Some(8),
            _ => false,
        }
}

/// A street, and behind strokes a town with its ZIP code and a telephone.
fn address(text: &[u8], from: usize, tell: Tell<'_>) {
    let mut start = 0;
    for (index, end) in memchr::memmem::find_iter(text, b" / ").chain([text.len()]).enumerate() {
        let part = text.get(start..end).unwrap_or_default();
        let length = memchr::memmem::find(part, b"  ").unwrap_or(part.len());
        let part = part.get(..length).unwrap_or_default();
        let numbered = part.first().is_some_and(u8::is_ascii_digit) || part.starts_with(b"P");
        if index == 0 && numbered && part.iter().any(u8::is_ascii_alphabetic) {
            tell(I::Address, from + start..from + start + part.len());
        } else if index > 0 && part.iter().all(u8::is_ascii_digit) && part.len() == 10 {
            tell(I::Phone, from + start..from + start + 10);
        } else if index > 0
            && let Some(zip) = part.iter().rposition(|b| *b == b' ').map(|blank| blank + 1)
            && matches!(part.len() - zip, 5 | 9 | 10)
            && part.get(zip..).unwrap_or_default().iter().all(|b| b.is_ascii_digit() || *b == b'-')
            && zip > 5
        {
            tell(I::Zip, from + start + zip..from + start + part.len());
            tell(I::City, from + start..from + start + zip - 4);
        }
        start = end + 3;
    }
}

/// Ten digits that end a field.
fn telephone(text: &[u8], from: usize, tell: Tell<'_>) {
    if let Some(start) = text.len().checked_sub(10)
        && at(text, start.wrapping_sub(1)) == b' '
        && text.get(start..).unwrap_or_default().iter().all(u8::is_ascii_digit)
    {
        tell(I::Phone, from + start..from + text.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_of(line: &str) -> Vec<(I, &str)> {
        let mut all = Vec::new();
        values(line.as_bytes(), &mut |identifier, range| all.push((identifier, &line[range])));
        all
    }

    #[test]
    fn fields_of_bills_stand_behind_their_locators() {
        assert_eq!(
            told_of("FL8b QUIST, ORLA J   FL9a 5 WEST ELM AVE  9b OTIS  9c OR  9d 97368"),
            [
                (I::Name, "QUIST, ORLA J"),
                (I::Address, "5 WEST ELM AVE"),
                (I::City, "OTIS"),
                (I::Zip, "97368")
            ]
        );
        assert_eq!(
            told_of("FL10 09291949  FL11 M  FL12 101522  FL13 12  FL60 8EC0XT4RF06"),
            [(I::Date, "09291949"), (I::Date, "101522"), (I::HealthPlan, "8EC0XT4RF06")]
        );
        assert_eq!(told_of("FL3a PAT CNTL # 7259-967123   FL4 0131"), [(I::Account, "7259-967123")]);
        assert_eq!(told_of("FL250 4821   FLOOR 12"), []);
    }

    #[test]
    fn items_of_claims_stand_behind_their_boxes() {
        assert_eq!(
            told_of("BOX 2  QUIST,ORLA M        BOX 3  02041956 F"),
            [(I::Name, "QUIST,ORLA M"), (I::Date, "02041956")]
        );
        assert_eq!(
            told_of("BOX 5  79 FIRST LANE #2 / DUNBAR WV 25365 / 7095550144"),
            [
                (I::Address, "79 FIRST LANE #2"),
                (I::Zip, "25365"),
                (I::City, "DUNBAR"),
                (I::Phone, "7095550144")
            ]
        );
        assert_eq!(
            told_of("BOX 31 TREVOR PAUL MD 022022      BOX 26 ACC-1302810"),
            [(I::Name, "TREVOR PAUL"), (I::Date, "022022"), (I::Account, "ACC-1302810")]
        );
        assert_eq!(told_of("BOX 10 EMPLOYMENT N AUTO N"), []);
        for line in ["PO BOX 3 OTIS", "P. O. Box 32 02041956", "P.O. BOX 12"] {
            assert_eq!(told_of(line), [], "{line}");
        }
    }

    #[test]
    fn items_of_assessments_stand_behind_theirs() {
        assert_eq!(
            told_of("M0020 969-32-07  M0030 09/25/2014  M0040 LIDA S BECK  M0050 WA  M0060 98742"),
            [(I::Mrn, "969-32-07"), (I::Date, "09/25/2014"), (I::Name, "LIDA S BECK"), (I::Zip, "98742")]
        );
        assert_eq!(told_of("M1033 risk  M0150 1"), []);
    }
}
