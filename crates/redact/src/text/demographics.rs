//! What labels and bands print side by side: a number, a day of birth, an age, a sex.

use super::{
    Reader,
    token::{Case, Kind},
    value::formed,
    weight,
};
use crate::{
    Identifier as I,
    shape::{date, digits},
    words::{vocabulary as v, words},
};

impl Reader<'_> {
    /// Finds the number and the day in `3015399612 04DEC1970 F` and `482913 03/14/1962 (62 yrs) Female`, in texts that
    /// are about a person.
    pub(super) fn demographics(&mut self) {
        if !self.person || !(0..self.tokens.len()).any(|index| self.sex(index)) {
            return;
        }
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if !matches!(token.kind, Kind::Number | Kind::Mixed) {
                continue;
            }
            let end = match date::date(self.text, token.start) {
                Some(found) if !found.time => found.end,
                Some(_) => continue,
                None => match self.glued_month(index).or_else(|| self.day_and_month(index)) {
                    Some(end) => end,
                    None => continue,
                },
            };
            let mut next = self.index_at(end);
            while self.t(next).kind == Kind::Symbol && matches!(self.t(next).byte, b',' | b'(' | b'/' | b'-')
            {
                next += 1;
            }
            if !self.sexed(next) {
                continue;
            }
            self.hit(token.start, end, I::Date, weight::CONTEXT);
            // The number before it.
            let before = self.text.get(..token.start).unwrap_or_default().trim_ascii_end();
            let length = before.iter().rev().take(21).take_while(|b| **b > b' ').count();
            let start = before.len() - length;
            let number = before.get(start..).unwrap_or_default();
            if length <= 20 && formed(number) {
                self.hit(start, before.len(), I::Mrn, weight::CONTEXT);
            }
        }
    }

    /// Finds the number in `Patient with identifier H-5703-99 already exists`, as servers refuse records.
    pub(super) fn refused(&mut self) {
        for index in 1..self.tokens.len() {
            let noun = self.lower_is(index + 1, words!["identifier", "id", "number", "mrn", "identifiers"]);
            if !self.lower_is(index, words!["with", "for"]) || !noun || !self.t(index - 1).is(v::SUBJECT) {
                continue;
            }
            let first = self.skip_signs(index + 2);
            let range = self.t(first).start..self.glued_value(first);
            if self.text.get(range.clone()).is_some_and(formed) {
                self.hit(range.start, range.end, I::Mrn, weight::CONTEXT);
            }
        }
    }

    /// Whether a sex stands here, an age before it or not: `F`, `31Y M`, `62 yrs) Female`.
    fn sexed(&self, index: usize) -> bool {
        let mut next = index;
        let token = self.t(next);
        let count = digits(self.text, token.start, 4);
        if matches!(token.kind, Kind::Number | Kind::Mixed) && (1..=3).contains(&count) {
            next += 1;
            let unit = words!["y", "yo", "yr", "yrs", "years", "year", "mo", "mos", "old"];
            while self.lower_is(next, unit) || self.t(next).symbol(b'/') || self.t(next).symbol(b')') {
                next += 1;
                if next > index + 4 {
                    return false;
                }
            }
        }
        let sex = self.t(next);
        let alone = !matches!(self.byte(sex.end), b'-' | b'/' | b'.' | b'=' | b':' | b'_');
        alone && self.sex(next) && (next > index || !self.lower_is(next, words!["unknown"]))
    }

    /// Whether a word is a sex, or that it is unknown.
    fn sex(&self, index: usize) -> bool {
        let word = self.t(index);
        word.case == Case::Single && matches!(word.byte, b'M' | b'F' | b'U' | b'X') && word.len() == 1
            || self.lower_is(index, words!["male", "female", "unknown"])
    }
}
