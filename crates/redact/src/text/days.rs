//! Days that are not written in full: weekdays, holidays, `yesterday`, `03/14`, days in words.

use super::{Reader, token::Kind, weight};
use crate::{
    Identifier,
    shape::{date, value},
    words::{list, vocabulary as v, words},
};

impl Reader<'_> {
    /// Whether a line is the title of a sheet about patients: `OPERATING ROOM SCHEDULE FOR 03/01/2026`.
    pub(super) fn heads_a_sheet(&self, index: usize) -> bool {
        let sheets = list!(
            "schedule census record board roster report rounds handoff manifest waitlist list log sheet sign"
        );
        let clinical = list!(
            "operating patient patients clinic clinical medication surgery surgical appointment appointments nursing ward icu \
             dialysis infusion therapy admissions admission discharge census chart charts lab accession triage handoff transfusion"
        );
        let any = |words: &[u64]| (0..index.min(10)).any(|at| self.lower_is(at, words));
        index <= 16
            && self.tokens.len() <= 40
            && self.t(0).capitalised()
            && (0..index.min(3)).all(|at| self.t(at).capitalised() || self.t(at).kind != Kind::Word)
            && any(sheets)
            && any(clinical)
    }

    /// `worker died at 2024-03-14`, `birth time 2024-03-14 inode 7`, `Birth: 2024-03-14 03:14:22.000000000`: the day on which
    /// a program ended or a file was made.
    pub(super) fn of_a_process(&self, index: usize) -> bool {
        let died =
            (1..=3).map(|by| index.wrapping_sub(by)).find(|at| self.lower_is(*at, words!["died", "born"]));
        if let Some(died) = died {
            return self.lower_is(
                died.wrapping_sub(1),
                list!("worker workers process thread child node server daemon container pod instance job broker leader"),
            );
        }
        let birth = (1..=3).map(|by| index.wrapping_sub(by)).find(|at| self.lower_is(*at, words!["birth"]));
        birth.is_some_and(|birth| {
            let timed = self.lower_is(birth + 1, words!["time"]);
            let file = (index + 1..index + 12)
                .any(|at| self.lower_is(at, words!["inode", "mtime", "ctime", "atime", "crtime"]));
            // Nanoseconds: `stat` writes nine digits of them.
            let fine = (index + 1..index + 14).any(|at| {
                self.t(at).kind == Kind::Number && self.t(at).len() == 9 && self.back(at, 1).symbol(b'.')
            });
            timed && file || fine
        })
    }

    /// `03/14`: a date after a word that takes one, or if it can't well be a fraction, a score or a pressure.
    pub(super) fn partial_is_a_date(&self, index: usize, start: usize, end: usize) -> bool {
        let next = self.index_at(end);
        let measured = words![
            "strength",
            "pain",
            "murmur",
            "tablet",
            "tab",
            "tabs",
            "scale",
            "systolic",
            "diastolic",
            "edema",
            "of",
            "in",
            "cm",
            "mm",
            "mg",
            "ml",
            "cup",
            "dose",
            "reflexes",
            "pulses",
            "power",
            "cores",
            "nodes",
            "items",
            "full",
            "bilaterally",
            "throughout",
            "motor",
            "points",
            "hpf",
            "image",
            "images",
            "slice",
            "slices",
            "frames",
            "weeks",
            "wks",
            "wk",
            "wga",
            "gestation",
            "inch",
            "inches",
            "score",
            "teaspoon",
            "pitting",
            "ejection",
            "vision",
            "od",
            "os",
            "on",
            "intensity",
            "severity",
            "ppd",
            "pack",
            "packs",
            "half",
            "strips",
            "positive",
            "for",
            "would",
        ];
        let rated = words![
            "pain",
            "naming",
            "recall",
            "score",
            "scored",
            "rated",
            "rates",
            "strength",
            "murmur",
            "grade",
            "gcs",
            "apgar",
            "apgars",
            "reflexes",
            "vision",
            "bp",
            "pulses",
            "motor",
            "mmse",
            "moca",
            "is",
            "at",
            "phq",
            "gad",
            "level",
            "power",
            "a",
            "an",
            "was",
            "took",
            "take",
            "takes",
            "severity",
            "intensity",
        ];
        let announced = self.lower_is(
            index.wrapping_sub(1),
            words![
                "on",
                "since",
                "from",
                "until",
                "till",
                "through",
                "thru",
                "by",
                "dated",
                "between",
                "before",
                "after",
                "to",
                "due",
                "starting",
                "effective",
                "date",
                "dos",
                "fu",
                "seen",
                "admitted",
                "discharged",
                "last",
                "ending",
                "week",
                "and",
            ],
        ) || self.back(index, 1).is(v::EVENT | v::BIRTH | v::WEEKDAY | v::DATE)
            || self.back(index, 1).symbol(b',') && self.back(index, 2).is(v::WEEKDAY)
            || self.back(index, 1).symbol(b':') && self.back(index, 2).is(v::EVENT | v::DATE | v::BIRTH);
        // `s/p lap appy 9/29`.
        let announced = announced
            || (2..=6).any(|by| {
                self.lower_is(index.wrapping_sub(by), words!["p"])
                    && self.back(index, by + 1).symbol(b'/')
                    && self.lower_is(index.wrapping_sub(by + 2), words!["s"])
            });
        if self.clock_behind(next) && !self.lower_is(next, measured) {
            let of_ten =
                self.text.get(start..end).is_some_and(|part| part.ends_with(b"/10") || part.ends_with(b"/5"));
            if !of_ten || announced {
                return true;
            }
        }
        if self.lower_is(next, measured) && !announced || self.lower_is(index.wrapping_sub(1), rated) {
            return false;
        }
        if self.counts(index, start, next) {
            return false;
        }
        let slash = (start..end).find(|place| self.byte(*place) == b'/').unwrap_or(start);
        let (first, second) = (slash - start, end - slash - 1);
        let (a, b) = (value(self.text, start, first), value(self.text, slash + 1, second));
        if second == 4 {
            return true;
        }
        // Fractions, ratings and grades are small: `1/2`, `3/4`, `2/6`, `7/10`; others are dates.
        announced && b != 0 && !(a < 5 && b == 10 && first == 1)
            || first == 2 && second == 2 && (a <= 12 && b <= 31) && b != 10 && (a < 10 || b > 12)
            || b != 0 && (a > b && a != 20 || b > 6 && b != 10)
            || self.back(index, 1).symbol(b'(') && self.byte(end) == b')' && b > 10
    }

    /// `Visit 7/12  1/1/2024`, `Session 12/20`, `2+1+3=6/9`, `lot K482 exp 04/2026`: one of so many, and no day of a person.
    pub(super) fn counts(&self, index: usize, start: usize, next: usize) -> bool {
        let dated = date::date(self.text, self.t(next).start).is_some();
        let turn =
            self.lower_is(index.wrapping_sub(2), words!["last", "next", "prior", "previous", "first", "on"]);
        let one_of = !turn
            && self.lower_is(
                index.wrapping_sub(1),
                words![
                    "session",
                    "fraction",
                    "fractions",
                    "fx",
                    "page",
                    "part",
                    "day",
                    "cup",
                    "straw",
                    "spoon"
                ],
            );
        // The number of a visit at the end of a heading.
        let heading = !turn
            && self.lower_is(index.wrapping_sub(1), words!["visit", "tx"])
            && self.t(index.wrapping_sub(1)).start >= self.back(index, 2).end.saturating_add(3)
            && self.t(next).kind == Kind::None;
        let sum = self.back(index, 1).symbol(b'=') && self.back(index, 1).end == start;
        let lot = self.lower_is(index.wrapping_sub(1), words!["exp", "expires", "expiration"])
            && (2..=5).any(|by| self.lower_is(index.wrapping_sub(by), words!["lot", "batch"]));
        // `RTC 3/12`, `RTC 4/12 or sooner`: in three of twelve months; `RTC 3/12 with Lopez` is a day.
        let behind = self.t(next);
        let months = self.lower_is(index.wrapping_sub(1), words!["rtc"])
            && self.text.get(start..start + 5).is_some_and(|part| {
                part.split(|b| *b == b'/').nth(1).is_some_and(|months| months.starts_with(b"12"))
            })
            && (behind.kind == Kind::None
                || behind.kind == Kind::Symbol && matches!(behind.byte, b'.' | b',' | b';' | b')' | b'\n')
                || self.lower_is(next, words!["or", "prn", "sooner", "unless", "if"]));
        dated || one_of || heading || sum || lot || months
    }

    /// Whether a time of day stands here, also behind `at` or `@`: `8:15`, `@ 2p`, `at 9:15a`.
    pub(super) fn clock_behind(&self, index: usize) -> bool {
        let led = self.t(index).symbol(b'@') || self.lower_is(index, words!["at"]);
        let hour = self.t(index + usize::from(led));
        let minutes = self.t(index + usize::from(led) + 1);
        let bytes = self.bytes(hour);
        let half = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
        let noon = bytes.get(half..).is_some_and(|rest| {
            [&b"a"[..], b"p", b"am", b"pm"].iter().any(|known| rest.eq_ignore_ascii_case(known))
        });
        (1..=2).contains(&half)
            && (hour.kind == Kind::Number && minutes.symbol(b':') && minutes.start == hour.end
                || hour.kind == Kind::Mixed && noon && led)
    }

    /// End of a day in words behind a month: `march third`, `June twenty-first`, `may the fifth`.
    pub(super) fn spoken_day(&self, index: usize) -> Option<usize> {
        let ordinals = words![
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
            "thirtieth"
        ];
        let mut next = index + 1;
        if self.lower_is(next, words!["the"]) {
            next += 1;
        }
        if self.lower_is(next, words!["twenty", "thirty"]) {
            next += 1;
            if self.t(next).symbol(b'-') {
                next += 1;
            }
        }
        self.lower_is(next, ordinals).then(|| self.t(next).end)
    }

    /// A weekday or a holiday, by name.
    pub(super) fn weekday(&mut self, index: usize) -> Option<usize> {
        let token = self.t(index);
        let taken = words![
            "on", "next", "last", "this", "every", "each", "by", "until", "since", "before", "after",
            "coming", "from", "thru", "through", "and", "or", "to", "for", "till",
        ];
        // `SAT 94`: oxygen.
        let next = self.t(index + 1);
        if self.lower_is(index, words!["sat"])
            && next.kind == Kind::Number
            && (2..=3).contains(&next.len())
            && value(self.text, next.start, next.len()) > 31
        {
            return None;
        }
        let full = token.len() > 5;
        // `3pm thursday`: behind an hour.
        let taken_hour = self.back(index, 1).kind == Kind::Mixed
            && self.back(index, 1).len() <= 4
            && self.bytes(self.back(index, 1)).ends_with(b"m");
        let announced = self.lower_is(index.wrapping_sub(1), taken)
            || matches!(self.t(index + 1).byte, b',' | b'.' | b'/')
                && (self.t(index + 2).is(v::MONTH) || self.t(index + 2).kind == Kind::Number)
            || self.t(index + 1).is(v::MONTH)
            || self.t(index + 1).kind == Kind::Number;
        let written = if full {
            token.capitalised() || taken_hour || self.lower_is(index.wrapping_sub(1), taken)
        } else {
            token.capitalised() && announced
        };
        // `Monday through Friday`, `every Sunday`, `the first Wednesday of each month`, `Mondays` are days of no one.
        let joins = |at: usize| self.lower_is(at, words!["through", "thru", "to"]) || self.t(at).symbol(b'-');
        let ranged = joins(index + 1) && self.t(index + 2).is(v::WEEKDAY)
            || joins(index.wrapping_sub(1)) && self.back(index, 2).is(v::WEEKDAY);
        let again = self.lower_is(index.wrapping_sub(1), words!["every", "each"])
            || self.lower_is(index + 1, words!["of"])
                && self.lower_is(index + 2, words!["each", "every", "the"])
                && self.lower_is(index.wrapping_sub(1), words!["first", "second", "third", "fourth", "last"])
            || self.bytes(token).to_ascii_lowercase().ends_with(b"days");
        if !written || self.strict && (ranged || again) {
            return None;
        }
        self.hit(token.start, token.end, Identifier::Date, weight::CONTEXT);
        Some(token.end)
    }

    /// `yesterday`, `last week`, `three days ago`, `in two weeks`, `next month`.
    pub(super) fn relative(&mut self, index: usize) -> Option<usize> {
        let token = self.t(index);
        // `el jueves`, `anoche`, `desde el lunes`.
        let dia = self
            .lower_is(index, list!("lunes martes miércoles miercoles jueves viernes sábado sabado domingo"))
            && self.lower_is(
                index.wrapping_sub(1),
                list!("el este próximo proximo pasado del desde hasta los para"),
            );
        if dia || self.lower_is(index, words!["anoche", "anteayer", "antier"]) {
            self.hit(token.start, token.end, Identifier::Date, weight::CONTEXT);
            return Some(token.end);
        }
        if self.lower_is(index, words!["yesterday", "tomorrow"]) {
            // `the day before yesterday`.
            let led = self.lower_is(index.wrapping_sub(1), words!["before", "after"])
                && self.lower_is(index.wrapping_sub(2), words!["day"]);
            let mut start = if led { self.back(index, 2).start } else { token.start };
            if led && self.lower_is(index.wrapping_sub(3), words!["the"]) {
                start = self.back(index, 3).start;
            }
            self.hit(start, token.end, Identifier::Date, weight::CONTEXT);
            return Some(token.end);
        }
        if self.lower_is(index, words!["weekend"])
            && self.lower_is(index.wrapping_sub(1), words!["the", "this"])
        {
            let over = self.lower_is(index.wrapping_sub(2), words!["over", "during", "on"]);
            let first = if over { self.back(index, 2) } else { self.back(index, 1) };
            self.hit(first.start, token.end, Identifier::Date, weight::CONTEXT);
            return Some(token.end);
        }
        if self.lower_is(index, words!["last", "next", "this", "coming", "past"]) {
            let next = self.t(index + 1);
            let period = self.lower_is(
                index + 1,
                words!["week", "month", "night", "weekend", "spring", "summer", "fall", "autumn", "winter"],
            ) || next.is(v::WEEKDAY) && next.len() > 5;
            let this = self.lower_is(index, words!["this"])
                && self.lower_is(index + 1, words!["fall", "week", "month"])
                && !self.lower_is(index + 1, words!["week", "month"]);
            if period && !this && !self.lower_is(index.wrapping_sub(1), words!["the", "per"]) {
                self.hit(token.start, next.end, Identifier::Date, weight::CONTEXT);
                return Some(next.end);
            }
        }
        // `3 days ago`, `two weeks ago`, `a week ago`, `10 days earlier`.
        if self.lower_is(index, words!["ago", "earlier", "prior", "hence"])
            && self.back(index, 1).is(v::PERIOD)
            && !self.lower_is(index.wrapping_sub(1), words!["years", "year", "day", "summer", "spring"])
        {
            let count = self.back(index, 2);
            let spelled = self.lower_is(
                index.wrapping_sub(2),
                words![
                    "a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
                    "eleven", "twelve", "few", "several", "couple",
                ],
            );
            if count.kind == Kind::Number || spelled {
                self.hit(count.start, token.end, Identifier::Date, weight::CONTEXT);
                return Some(token.end);
            }
        }
        None
    }
}
