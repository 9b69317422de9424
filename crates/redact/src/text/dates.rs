//! Dates: in digits, with names of months, and in prose weekdays and what counts from today.

mod named;

use super::{
    Reader,
    key::{Class, classify},
    token::{Case, Kind},
    weight,
};
use crate::words::words;
use crate::{
    Identifier,
    shape::{date, value},
    words::vocabulary as v,
};

impl Reader<'_> {
    /// Finds elements of dates other than the year.
    pub(super) fn dates(&mut self) {
        let mut done = 0;
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.start < done {
                continue;
            }
            let end = match token.kind {
                Kind::Number => self
                    .in_digits(index)
                    .or_else(|| self.day_and_month(index))
                    .or_else(|| self.foreign_day(index)),
                Kind::Mixed => self.day_and_month(index).or_else(|| self.glued_month(index)),
                Kind::Word if token.is(v::MONTH) => self.month_first(index),
                Kind::Word
                    if self.lower_is(index, words!["date", "datetime", "of"])
                        && self.t(index + 1).symbol(b'(') =>
                {
                    self.printed_day(index)
                }
                Kind::Word if self.strict && token.is(v::WEEKDAY) => self.weekday(index),
                Kind::Word if self.strict => self.relative(index),
                _ => None,
            };
            done = end.unwrap_or(done);
        }
    }

    /// Whether a date at this token tells of a person: in prose each, in logs one with a context and without a time of
    /// day, or one of birth or of what happened to a patient.
    pub(super) fn tells(&self, index: usize, time: bool) -> bool {
        if self.strict || self.hint == Some(Identifier::Date) || !time && self.heads_a_sheet(index) {
            return true;
        }
        // `effectiveDateTime 2022-07-19T09:25:32-05:00`: a name of a field, and its value behind a blank.
        let named = self.back(index, 1);
        if named.case == Case::Inner
            && named.end + 1 == self.t(index).start
            && matches!(classify(self.bytes(named), b""), Class::Is(Identifier::Date) | Class::Day)
        {
            return true;
        }
        // `dob must be before 2024-03-14`: what a rule asks.
        let asked = self.lower_is(index.wrapping_sub(1), words!["before", "after", "than", "between"])
            && (2..=4).any(|by| self.lower_is(index.wrapping_sub(by), words!["must", "should"]))
            && !self.near(index, v::EVENT | v::PERSON, 6);
        if asked || self.of_a_process(index) {
            return false;
        }
        let birth = self.near(index, v::BIRTH, 5);
        let event = self.near(index, v::EVENT, 5) && (self.person || self.near_sure(index, v::EVENT, 5));
        birth || event && (self.person || !time) || self.person && !time
    }

    pub(super) fn in_digits(&mut self, index: usize) -> Option<usize> {
        let start = self.t(index).start;
        if let Some(found) = date::date(self.text, start) {
            // `build 2024.3.1` is none, whoever the text is about.
            let dotted = self.text.get(start..found.end).is_some_and(|d| d.contains(&b'.'));
            let lived = date::lived(self.text, start);
            if self.version_before(index) && !lived
                || !self.strict
                    && (self.of_a_release(index, start, found.end) || self.of_an_interface(start, found.end))
                || dotted
                    && self.lower_is(index.wrapping_sub(1), words!["version", "build", "release", "ver"])
            {
                return Some(found.end);
            }
            // A day in quotes as Americans write it is of a form, not of a machine.
            // Go's example of a date, in what cannot be parsed as one.
            if self.text.get(start..found.end) == Some(b"2006-01-02")
                && (1..4).any(|by| self.lower_is(index.wrapping_sub(by), words!["as", "layout", "format"]))
            {
                return Some(found.end);
            }
            let typed = self.text.get(start..found.end).is_some_and(|d| {
                !d.contains(&b'.') && !d.get(..4).is_some_and(|y| y.iter().all(u8::is_ascii_digit))
            });
            let form = typed && self.in_quotes(start, found.end);
            let clock = found.time || date::tabbed(self.text, found.end);
            let time = clock && !date::without_time(self.text, found.end);
            // No logger stops at minutes: `Visit of Jane Roe 2020-03-29T15:20`.
            let minutes = self.person && time && date::to_the_minute(self.text, found.end);
            // In a line about a person a day that is written as people write it is no stamp of a logger.
            let slashed = typed && self.text.get(start..found.end).is_some_and(|d| d.contains(&b'/'));
            let meant = slashed && self.person;
            // `appt on 12/01/2026 09:00`: also with its time; a second one beside it, `to 12/02/2026 10:00`.
            let timed = slashed
                && !self.strict
                && (self.near_sure(index, v::EVENT, 5)
                    || self.hits.iter().skip(self.first).rev().take(2).any(|hit| {
                        hit.identifier == Identifier::Date
                            && (start.saturating_sub(12)..start).contains(&hit.end)
                    }));
            if form
                || meant
                || timed
                || minutes
                || lived
                || date::long_ago(self.text, start)
                || self.tells(index, time)
            {
                self.hit(start, found.end, Identifier::Date, weight::SHAPE);
            }
            return Some(found.end);
        }
        // One more that is compared with it stands further away.
        let found = |hit: &super::Hit| hit.identifier == Identifier::Date;
        let compared = !self.strict && self.hits.iter().skip(self.first).rev().take(8).any(found);
        let reach = if compared { 14 } else { 4 };
        if self.t(index).len() == 8
            && self.near(index, v::BIRTH, reach)
            && date::compact(self.text, start).is_some()
        {
            self.hit(start, start + 8, Identifier::Date, weight::CONTEXT);
            return Some(start + 8);
        }
        let day = match self.byte(self.t(index).end) {
            b'-' => date::hyphened(self.text, start)
                .filter(|end| self.person || self.strict || self.in_quotes(start, *end)),
            b'/' => date::slashed(self.text, start).filter(|end| self.in_quotes(start, *end)),
            _ => None,
        };
        if let Some(end) = day {
            self.hit(start, end, Identifier::Date, weight::SHAPE);
            return Some(end);
        }
        if self.t(index).len() == 8 && self.near(index, v::BIRTH, 4) && date::reversed(self.text, start) {
            self.hit(start, start + 8, Identifier::Date, weight::CONTEXT);
            return Some(start + 8);
        }
        if !self.strict {
            return self.day_of_somebody(index);
        }
        let slash = self.byte(self.t(index).end) == b'/';
        let partial = if slash { date::partial(self.text, start) } else { None };
        if let Some(end) = partial.filter(|end| self.partial_is_a_date(index, start, *end)) {
            self.hit(start, end, Identifier::Date, weight::CONTEXT);
            return Some(end);
        }
        self.jotted(index)
    }

    /// In a line about a person: `part A eff 20190408`, `your visit on Wed 10/27 at`.
    fn day_of_somebody(&mut self, index: usize) -> Option<usize> {
        let (start, before) = (self.t(index).start, self.back(index, 1));
        if !self.person {
            return None;
        }
        let told = words![
            "eff",
            "effective",
            "start",
            "started",
            "begin",
            "begins",
            "beginning",
            "end",
            "ends",
            "ending",
            "term",
            "termed",
            "thru",
            "through",
            "until",
            "since",
            "dos",
            "admitted",
            "discharged"
        ];
        if self.t(index).len() == 8
            && self.lower_is(index.wrapping_sub(1), told)
            && before.end + 1 == start
            && date::compact(self.text, start) == Some(start + 8)
        {
            self.hit(start, start + 8, Identifier::Date, weight::CONTEXT);
            return Some(start + 8);
        }
        if !(before.is(v::WEEKDAY) && before.capitalised() && before.end + 1 == start) {
            return None;
        }
        let end = date::partial(self.text, start)?;
        self.hit(before.start, end, Identifier::Date, weight::CONTEXT);
        Some(end)
    }

    /// Whether quotes stand around these bytes and nothing else: plain ones, or those of typesetting.
    fn in_quotes(&self, start: usize, end: usize) -> bool {
        let before = self.text.get(..start).unwrap_or_default();
        let after = self.text.get(end..).unwrap_or_default();
        let plain = |quote: &[u8]| before.ends_with(quote) && after.starts_with(quote);
        plain(b"'")
            || plain(b"\"")
            || plain(b"\\\"")
            || before.ends_with("\u{201c}".as_bytes()) && after.starts_with("\u{201d}".as_bytes())
            || before.ends_with("\u{2018}".as_bytes()) && after.starts_with("\u{2019}".as_bytes())
    }

    /// `date(1962, 3, 17)`, `LocalDate.of(1962, 3, 17)`: a day as programs print one they hold.
    fn printed_day(&mut self, index: usize) -> Option<usize> {
        let year = self.t(index + 2);
        let number = |at: usize, most: u32| {
            let token = self.t(at);
            token.kind == Kind::Number
                && token.len() <= 2
                && (1..=most).contains(&value(self.text, token.start, 2.min(token.len())))
        };
        // Go writes `time.Date(1962, time.March, 17, …)`.
        let named = self.t(index + 5).symbol(b'.') && self.t(index + 6).is(v::MONTH);
        let last = if named { index + 8 } else { index + 6 };
        let closed = self.t(last + 1).symbol(b')') || self.t(last + 1).symbol(b',') && (self.person || named);
        let whole = self.t(index + 1).symbol(b'(')
            && year.kind == Kind::Number
            && year.len() == 4
            && self.t(index + 3).symbol(b',')
            && (named || number(index + 4, 12))
            && self.t(last - 1).symbol(b',')
            && number(last, 31)
            && closed;
        if !whole {
            return None;
        }
        let end = self.t(last).end;
        if self.person
            || self.hint == Some(Identifier::Date)
            || (1905..2010).contains(&value(self.text, year.start, 4))
        {
            self.hit(year.start, end, Identifier::Date, weight::SHAPE);
        }
        Some(end)
    }

    pub(super) fn version_before(&self, index: usize) -> bool {
        self.lower_is(index.wrapping_sub(1), words!["version", "v", "ver", "release", "build", "rev"])
            && !self.person
    }
}
