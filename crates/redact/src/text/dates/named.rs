//! Dates with the name of a month: `3 March 2024`, `March 3rd`, `14Mar2024`, `Dec 04 17:47:36 EST 1923`.

use crate::{
    Identifier,
    shape::{date, digits, value},
    text::{
        Reader,
        token::{Case, Kind},
        weight,
    },
    words::{vocabulary as v, words},
};

impl Reader<'_> {
    /// The year of `Dec 04 17:47:36 EST 1923`, as Java and C print a moment, if it is long ago: someone's day.
    fn year_behind_time(&self, first: usize) -> Option<usize> {
        let mut at = first;
        while at < first + 5
            && (self.t(at).kind == Kind::Number && self.t(at).len() == 2 || self.t(at).symbol(b':'))
        {
            at += 1;
        }
        at += usize::from(
            self.t(at).kind == Kind::Word && self.t(at).case == Case::Upper && self.t(at).len() <= 4,
        );
        let year = self.t(at);
        (at > first + 3
            && year.kind == Kind::Number
            && year.len() == 4
            && (1905..2010).contains(&value(self.text, year.start, 4)))
        .then_some(year.end)
    }

    /// A day before a month: `3 March 2024`, `3rd of March`, `03-MAR-2024`, `3 Mar '99`.
    pub(in crate::text) fn day_and_month(&mut self, index: usize) -> Option<usize> {
        if !self.seen.any(v::MONTH) {
            return None;
        }
        let token = self.t(index);
        let count = digits(self.text, token.start, 3);
        let day = value(self.text, token.start, count);
        let ordinal = self.text.get(token.start + count..token.end).unwrap_or_default();
        let fits = (1..=2).contains(&count)
            && (1..=31).contains(&day)
            && (ordinal.is_empty() || is_ordinal(ordinal));
        if !fits || matches!(self.byte(token.start.wrapping_sub(1)), b'.' | b':' | b'$') {
            return None;
        }
        let mut next = index + 1;
        while next < index + 4
            && (self.lower_is(next, words!["of", "day", "the"])
                || matches!(self.t(next).byte, b'-' | b'/' | b'.' | b',')
                    && self.t(next).kind == Kind::Symbol)
        {
            next += 1;
        }
        // `3-5 March`: the first day of a range.
        if self.t(next).kind == Kind::Number
            && self.t(next).len() <= 2
            && self.back(next, 1).symbol(b'-')
            && self.t(next + 1).is(v::MONTH)
        {
            next += 1;
        }
        let month = self.t(next);
        if month.kind != Kind::Word || !month.is(v::MONTH) || !self.month_is_meant(next, true) {
            return None;
        }
        let (end, _) = self.year_after(next + 1, month.end);
        let time = date::time_follows(self.text, end);
        let form = self.in_quotes(token.start, end) && self.year_after(next + 1, month.end).1;
        if !form
            && (time && !self.strict && !self.near(index, v::BIRTH | v::EVENT, 4) || !self.tells(index, time))
        {
            return Some(end);
        }
        let article = if self.lower_is(index.wrapping_sub(1), words!["the"]) {
            self.back(index, 1).start
        } else {
            token.start
        };
        self.hit(article, end, Identifier::Date, weight::SHAPE);
        Some(end)
    }

    /// Whether a token is a day, the name of a month and a year without signs between.
    pub(in crate::text) fn month_inside(&self, index: usize) -> bool {
        let token = self.t(index);
        if !(6..=9).contains(&token.len()) {
            return false;
        }
        let bytes = self.bytes(token);
        let count = digits(self.text, token.start, 3);
        let name = bytes.get(count..count + 3).unwrap_or_default();
        let year = bytes.get(count + 3..).unwrap_or_default();
        (1..=2).contains(&count)
            && v::month(name).is_some()
            && name.iter().all(u8::is_ascii_alphabetic)
            && matches!(year.len(), 2 | 4)
            && year.iter().all(u8::is_ascii_digit)
    }

    /// `14Mar2024`.
    pub(in crate::text) fn glued_month(&mut self, index: usize) -> Option<usize> {
        let token = self.t(index);
        let fits = self.month_inside(index);
        if fits && self.tells(index, date::time_follows(self.text, token.end)) {
            self.hit(token.start, token.end, Identifier::Date, weight::SHAPE);
        }
        fits.then_some(token.end)
    }

    /// Whether a word is a month here and not `may`, `march` or `mar` as words.
    pub(in crate::text) fn month_is_meant(&self, index: usize, number: bool) -> bool {
        let token = self.t(index);
        let word = self.bytes(token);
        if token.case != Case::Lower {
            return true;
        }
        if !number {
            return false;
        }
        // `may 7 2017`, `from may 1,`; not `you may 2 times` nor `march 3 miles`.
        if self.lower_is(index, words!["may", "march", "mar", "sun", "dec"]) && word.len() > 2 {
            let day = index + 1 + usize::from(self.t(index + 1).symbol(b'.'));
            let behind = self.t(day).kind == Kind::Number
                && (self.year_after(day + 1, 0).1
                    || matches!(self.t(day + 1).kind, Kind::None | Kind::Symbol)
                    || self.lower_is(day + 1, words!["at", "and", "with", "w", "to", "for", "by", "from"]));
            let before = self.back(index, 1);
            let announced = before.is(v::EVENT | v::WEEKDAY | v::BIRTH | v::DATE)
                || self.lower_is(
                    index.wrapping_sub(1),
                    words![
                        "on", "since", "from", "until", "till", "by", "of", "in", "for", "before", "after",
                        "through", "here", "was", "booked", "due", "to", "between"
                    ],
                )
                || matches!(before.kind, Kind::None | Kind::Number);
            let led = before.kind == Kind::Number || announced && behind || self.year_after(day + 1, 0).1;
            return led && !self.lower_is(index, words!["dec", "sun"])
                || word.len() == 3 && !word.eq_ignore_ascii_case(b"may");
        }
        true
    }

    /// A year (or `'99`, `99` after a comma) after a month or a day; its end, or the given one.
    pub(in crate::text) fn year_after(&self, index: usize, end: usize) -> (usize, bool) {
        let mut at = index;
        while at < index + 2
            && self.t(at).kind == Kind::Symbol
            && matches!(self.t(at).byte, b',' | b'.' | b'-' | b'/' | b'\'')
            || self.lower_is(at, words!["of"])
        {
            at += 1;
            if at > index + 3 {
                break;
            }
        }
        let token = self.t(at);
        let apostrophe = self.back(at, 1).symbol(b'\'') && at > index;
        let joined = at > index
            && self.back(at, 1).kind == Kind::Symbol
            && matches!(self.back(at, 1).byte, b'-' | b'/' | b'.')
            && self.glued(at - 1);
        let year = match (token.kind, token.len()) {
            (Kind::Number, 4) => (1880..=2100).contains(&value(self.text, token.start, 4)),
            (Kind::Number, 2) => apostrophe || joined,
            _ => false,
        };
        if year { (token.end, true) } else { (end, false) }
    }

    /// `March 3, 2024`, `March 3rd`, `March 2024`, `March '99`; in prose also a month alone.
    pub(in crate::text) fn month_first(&mut self, index: usize) -> Option<usize> {
        let token = self.t(index);
        let mut next = index + 1;
        while self.t(next).symbol(b'.')
            || self.t(next).symbol(b'-')
            || self.t(next).symbol(b'/')
            || self.lower_is(next, words!["the"])
        {
            next += 1;
            if next > index + 3 {
                break;
            }
        }
        let day_token = self.t(next);
        let count = if matches!(day_token.kind, Kind::Number | Kind::Mixed) {
            digits(self.text, day_token.start, 3)
        } else {
            0
        };
        let ordinal = self.text.get(day_token.start.saturating_add(count)..day_token.end).unwrap_or_default();
        let day = (1..=2).contains(&count)
            && (1..=31).contains(&value(self.text, day_token.start, count))
            && (ordinal.is_empty() || is_ordinal(ordinal));
        if self.strict
            && !day
            && let Some(end) = self.spoken_day(index)
        {
            self.hit(token.start, end, Identifier::Date, weight::SHAPE);
            return Some(end);
        }
        if !self.month_is_meant(index, day) {
            return None;
        }
        let (mut end, mut year) = (token.end, false);
        if day {
            end = day_token.end;
            let mut after = next + 1;
            // `March 3-5, 2024`, `March 3 to 5`.
            if (self.t(after).symbol(b'-') || self.lower_is(after, words!["to", "and", "through"]))
                && self.t(after + 1).kind == Kind::Number
                && self.t(after + 1).len() <= 2
            {
                end = self.t(after + 1).end;
                after += 2;
            }
            (end, year) = self.year_after(after, end);
        } else {
            let found = self.year_after(index + 1, end);
            if found.1 {
                (end, year) = found;
            }
        }
        let time = date::time_follows(self.text, end);
        if day
            && time
            && !year
            && let Some(end) = self.year_behind_time(next + 1)
        {
            // `built Mon Aug 16 13:27:03 2004`: so programs write their own stamps; a value of its own, or midnight, is none.
            let weekday = self.back(index, 1).is(v::WEEKDAY);
            let start = if weekday { self.back(index, 1).start } else { token.start };
            let midnight = self
                .text
                .get(start..end)
                .is_some_and(|text| memchr::memmem::find(text, b" 00:00:00 ").is_some());
            let own = matches!(self.byte(start.wrapping_sub(1)), b'[' | b'(' | b'=' | b'"' | b'\'');
            let somebody = self.person || self.near(index, v::PERSON, 5);
            if self.strict || own || somebody || self.tells(index, !midnight) {
                self.hit(start, end, Identifier::Date, weight::SHAPE);
            }
            return Some(end);
        }
        if !self.strict {
            // The date of syslog has a time and no year.
            let form = day && year && self.in_quotes(token.start, end);
            let stands = form
                || (day || year)
                    && !(time && !self.near(index, v::BIRTH | v::EVENT, 4))
                    && self.tells(index, time);
            if stands {
                // `Tuesday, October 14, 2025`.
                let comma = usize::from(self.back(index, 1).symbol(b','));
                let weekday = self.back(index, 1 + comma);
                let start = if weekday.is(v::WEEKDAY) { weekday.start } else { token.start };
                self.hit(start, end, Identifier::Date, weight::SHAPE);
            }
            return (day || year).then_some(end);
        }
        let alone = token.capitalised()
            && (self.lower_is(
                index.wrapping_sub(1),
                words![
                    "in", "since", "last", "this", "next", "early", "late", "mid", "until", "of", "by",
                    "from", "through", "during", "before", "after", "around", "to", "for",
                ],
            ) || self.back(index, 1).symbol(b'-')
                && self.lower_is(index.wrapping_sub(2), words!["mid", "early", "late"]))
            && token.len() > 2
            && !(self.t(index + 1).capitalised()
                && self.t(index + 1).known(crate::words::FAMILY)
                && !self.t(index + 1).is(v::MONTH));
        if day || year || alone {
            self.hit(token.start, end, Identifier::Date, weight::SHAPE);
            return Some(end);
        }
        None
    }
}

fn is_ordinal(suffix: &[u8]) -> bool {
    [&b"st"[..], b"nd", b"rd", b"th"].iter().any(|known| suffix.eq_ignore_ascii_case(known))
}
