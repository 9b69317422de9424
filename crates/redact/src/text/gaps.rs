//! In logs, cells that wide gaps part, on lines about a person: `20   5  R Fleming   7039754`, `BABY GIRL ROE   F`.

use std::ops::Range;

use super::{
    Reader,
    value::{formed, loosely_formed},
    weight,
};
use crate::{
    Identifier as I,
    check::digits,
    context::form,
    shape::date,
    words::{COMMON, FAMILY, WORD, dictionary, hash, list, vocabulary as v},
};

/// Most cells of a line.
const CELLS: usize = 48;

impl Reader<'_> {
    /// Finds an initial with a family name, and what the newborn are called by.
    pub(super) fn gaps(&mut self) {
        for index in 0..self.tokens.len().min(400) {
            if self.lower_is(index, list!("girl boy")) {
                self.newborn_of(index);
            }
        }
        self.commented();
        if memchr::memmem::find(self.text, b"  ").is_none() {
            return;
        }
        self.fixed();
        if !self.person {
            return;
        }
        let mut found: Vec<(Range<usize>, I)> = Vec::new();
        let mut numbers: Vec<Range<usize>> = Vec::new();
        let (mut start, mut count) = (0, 0);
        let (mut sexed, mut dated) = (false, false);
        while start < self.text.len() && count < CELLS {
            let rest = self.text.get(start..).unwrap_or_default();
            let length = gap(rest);
            let cell = rest.get(..length).unwrap_or_default();
            sexed |= matches!(cell, b"M" | b"F");
            match () {
                () if initialed(cell) => found.push((start..start + length, I::Name)),
                // `10/21/19` between gaps; a logger's own day stands first and has hyphens.
                () if count > 0
                    && cell.contains(&b'/')
                    && date::date(cell, 0).is_some_and(|day| day.end == cell.len()) =>
                {
                    dated = true;
                    found.push((start..start + length, I::Date));
                }
                // `022924 022724`: when a service began and ended.
                () if cell.len() == 13
                    && cell.get(6) == Some(&b' ')
                    && form::short_day(cell.get(..6).unwrap_or_default())
                    && form::short_day(cell.get(7..).unwrap_or_default()) =>
                {
                    found.push((start..start + 6, I::Date));
                    found.push((start + 7..start + 13, I::Date));
                }
                // `ID 2008175208`.
                () if cell.starts_with(b"ID ") && formed(cell.get(3..).unwrap_or_default()) => {
                    found.push((start + 3..start + length, I::Mrn));
                }
                () if cell.len() >= 6 && loosely_formed(cell) && !cell.contains(&b' ') => {
                    numbers.push(start..start + length);
                }
                () => {}
            }
            let blanks = rest.get(length..).unwrap_or_default().iter().take_while(|b| **b <= b' ').count();
            start += length + blanks.max(1);
            count += 1;
        }
        // `434776    F   03/22/1946` of a band; `0800 ROE,MARTIN   555-0132   441290` of a list.
        let named = || {
            self.hits
                .iter()
                .skip(self.first)
                .any(|hit| hit.identifier == I::Name && hit.weight >= weight::NAME)
        };
        let banded = sexed && dated && count < 7;
        if banded || numbers.len() < 4 && named() {
            // Codes of drugs and numbers of catalogues have hyphens.
            let plain = |range: &Range<usize>| {
                let cell = self.text.get(range.clone()).unwrap_or_default();
                cell.iter().all(u8::is_ascii_alphanumeric) && digits::count(cell) >= 6
            };
            found.extend(
                numbers.into_iter().filter(|range| banded || plain(range)).map(|range| (range, I::Mrn)),
            );
        }
        if count > 2 {
            for (cell, identifier) in found {
                self.hit(cell.start, cell.end, identifier, weight::GUESS + 5);
            }
        }
    }

    /// Days without a year in what somebody wrote about a patient into an image: `(0010,21b0) LT [fall 6/18, head strike]`
    /// (PS3.6: additional history, comments on the patient and on what was requested).
    fn commented(&mut self) {
        const COMMENTS: [&[u8]; 5] =
            [b"(0010,21b0)", b"(0010,21B0)", b"(0010,4000)", b"(0040,1400)", b"(0040,2400)"];
        if !self.seen.holds(b"(")
            || !COMMENTS.iter().any(|tag| memchr::memmem::find(self.text, tag).is_some())
        {
            return;
        }
        for slash in memchr::memchr_iter(b'/', self.text).take(16) {
            let before = self.text.get(slash.saturating_sub(2)..slash).unwrap_or_default();
            let start = slash - before.iter().rev().take_while(|b| b.is_ascii_digit()).count();
            if let Some(end) = date::partial(self.text, start).filter(|_| start < slash) {
                self.hit(start, end, I::Date, weight::CONTEXT);
            }
        }
    }

    /// `00010MIGUEL PARK  19960418M705526052`: a record of fixed width, a name before a day of birth, a sex and a number.
    fn fixed(&mut self) {
        for start in memchr::memmem::find_iter(self.text, b"  ").take(16).map(|gap| gap + 2) {
            let rest = self.text.get(start..).unwrap_or_default();
            let day = rest.iter().take(9).take_while(|b| b.is_ascii_digit()).count() == 8
                && date::compact(self.text.get(start..start + 8).unwrap_or_default(), 0) == Some(8);
            if !day || !matches!(rest.get(8), Some(b'M' | b'F' | b'U')) {
                continue;
            }
            let number =
                rest.get(9..).unwrap_or_default().iter().take(12).take_while(|b| b.is_ascii_digit()).count();
            let before = self.text.get(..start).unwrap_or_default().trim_ascii_end();
            let letter =
                |b: &u8| b.is_ascii_uppercase() || *b >= 0x80 || matches!(b, b' ' | b',' | b'-' | b'\'');
            let from = before.iter().rposition(|b| !letter(b)).map_or(0, |at| at + 1);
            let name = before.get(from..).unwrap_or_default();
            let blanks = name.len() - name.trim_ascii_start().len();
            if number < 8 || name.trim_ascii().len() < 4 {
                continue;
            }
            self.hit(from + blanks, before.len(), I::Name, weight::CONTEXT);
            self.hit(start, start + 8, I::Date, weight::CONTEXT);
            self.hit(start + 9, start + 9 + number, I::Ssn, weight::CONTEXT);
            // What the plan numbers, and from when to when.
            let mut place = start + 9 + number;
            while let Some(rest) =
                self.text.get(place..).filter(|rest| !rest.is_empty() && !rest.starts_with(b"\n"))
            {
                let skip = rest.iter().take_while(|b| **b == b' ').count();
                let length = rest.iter().skip(skip).take_while(|b| **b > b' ').count();
                let range = place + skip..place + skip + length;
                let value = self.text.get(range.clone()).unwrap_or_default();
                if value.len() == 8 && date::compact(value, 0) == Some(8) {
                    self.hit(range.start, range.end, I::Date, weight::CONTEXT);
                } else if formed(value) && value != b"99991231" {
                    self.hit(range.start, range.end, I::HealthPlan, weight::CONTEXT);
                }
                place = range.end;
                if length == 0 {
                    break;
                }
            }
            return;
        }
    }

    /// `BABY GIRL ROE`, `Baby Boy A Roe`, `BB ROE`: the family's name.
    fn newborn_of(&mut self, index: usize) {
        let sign = usize::from(self.back(index, 1).symbol(b':'));
        if !self.lower_is(index.wrapping_sub(1 + sign), list!("baby newborn nb infant")) {
            return;
        }
        let mut next = index + 1;
        if self.lower_is(next, list!("a b c twin")) && self.t(next).len() == 1 {
            next += 1;
        }
        let token = self.t(next);
        let near = token.start <= self.t(next.wrapping_sub(1)).end + 1;
        let fits = token.capitalised()
            && token.len() > 2
            && token.otherwise() == 0
            && (token.known(FAMILY) || !token.known(WORD));
        if near && fits {
            let end = self.atom(next).map_or(token.end, |after| self.t(after - 1).end);
            self.hit(token.start, end, I::Name, weight::NAME);
        }
    }
}

/// Bytes up to two blanks, a tab, a stroke or the end of the line.
fn gap(text: &[u8]) -> usize {
    let ends = |place: usize| match text.get(place) {
        Some(b'\t' | b'\r' | b'\n' | b'|') | None => true,
        Some(b' ') => text.get(place + 1).is_none_or(|next| *next <= b' '),
        _ => false,
    };
    (0..text.len()).find(|place| ends(*place)).unwrap_or(text.len())
}

/// Whether a cell is an initial and a family name, in either order.
fn initialed(cell: &[u8]) -> bool {
    let mut words = cell.split(|b| *b == b' ');
    let (Some(first), Some(second), None) = (words.next(), words.next(), words.next()) else { return false };
    let initial = |word: &[u8]| match word {
        [letter] | [letter, b'.' | b','] => letter.is_ascii_uppercase(),
        _ => false,
    };
    let family = |word: &[u8]| {
        let word = word.strip_suffix(b",").unwrap_or(word);
        let flags =
            word.split(|b| *b == b'-').map(|part| dictionary().get(hash(part))).fold(0, |all, one| all | one);
        word.len() > 2
            && word.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3)
            && word.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b'-' | b'\''))
            && flags & FAMILY != 0
            && (flags & WORD == 0 || flags & COMMON != 0)
            && v::vocabulary().get(hash(word))
                & (v::MACHINE | v::FACILITY | v::KNOWN | v::PAYER | v::MONTH | v::STATE)
                == 0
    };
    initial(first) && family(second) || family(first) && initial(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_beside_a_family_name_fill_a_cell() {
        for cell in ["R Fleming", "R. Fleming", "FLEMING R", "Kowalski, J", "D Cunningham-Francis"] {
            assert!(initialed(cell.as_bytes()), "{cell}");
        }
        for cell in ["R Drive", "Type A", "Fleming", "R 12", "A B", "Vitamin D", "HEPATITIS B", "PHASE I"] {
            assert!(!initialed(cell.as_bytes()), "{cell}");
        }
    }
}
