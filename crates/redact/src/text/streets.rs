//! What ends the name of a street, and what only looks so.

use super::{Reader, token::Kind};
use crate::words::{WORD, list, vocabulary as v, words};

/// Kinds of streets that are written in small letters too.
pub(crate) const PLAIN_STREETS: &[u64] = list!(
    "street st avenue ave road rd boulevard blvd lane ln drive dr terrace parkway highway hwy circle cir ct strase strasse"
);

impl Reader<'_> {
    /// Whether what ends like a street is of a machine: a file (`12 EBCDIC-PT.so`), or in logs words that name no street
    /// (`12 Dry Run`, `3 Open Path`).
    pub(super) fn no_street(&self, first: usize, suffix: usize) -> bool {
        let end = self.t(suffix).end;
        if matches!(self.byte(end), b'.' | b'_' | b'/' | b'=')
            && crate::shape::alphanumeric(self.byte(end + 1))
        {
            return true;
        }
        // `14 de marzo de 2024 con el Dr. Roe`, `1130 To CT`.
        let doctor = self.lower_is(suffix, words!["dr"])
            && self.lower_is(
                suffix.wrapping_sub(1),
                words!["el", "con", "la", "with", "the", "by", "see", "saw"],
            )
            || self.lower_is(suffix, words!["ct"])
                && self.lower_is(suffix.wrapping_sub(1), words!["to", "for", "from", "in", "by"]);
        // `1988 at St. Francis`: a saint.
        let saint = self.strict
            && self.lower_is(suffix, words!["st"])
            && self.t(suffix + 1).symbol(b'.')
            && self.t(suffix + 2).capitalised()
            && suffix == first + 1
            && self.lower_is(suffix.wrapping_sub(1), words!["at", "to", "from", "of", "in", "by", "near"]);
        if saint {
            return true;
        }
        // `RTC 4 wks Dr. Roe`.
        let period = self.lower_is(suffix, words!["dr"])
            && self.lower_is(
                first,
                words![
                    "wk", "wks", "week", "weeks", "mo", "mos", "month", "months", "day", "days", "yr", "yrs",
                    "hr", "hrs", "min"
                ],
            );
        // `10 UNITS SQ`, `201 BGP AS-PATH`.
        let dose = self.lower_is(suffix, words!["sq"])
            && self.lower_is(suffix.wrapping_sub(1), words!["units", "unit", "mg", "mcg", "ml", "u"]);
        let joined = !self.strict && self.byte(self.t(suffix).start.wrapping_sub(1)) == b'-';
        // `September 4, 2022 at Wabash Street`.
        let when =
            self.lower_is(first, words!["at", "in", "on"]) && self.t(first).case == super::token::Case::Lower;
        if doctor || period || dose || joined || when {
            return true;
        }
        let doubtful = words![
            "route", "sq", "path", "point", "pt", "run", "pass", "loop", "trace", "view", "row", "walk",
            "place", "spring", "springs", "station", "square", "cross", "close", "bend", "cr",
        ];
        !self.strict
            && !self.person
            && self.lower_is(suffix, doubtful)
            && !self.near(first, v::ADDRESS, 5)
            && !self.t(suffix + 1).symbol(b',')
            && (first..suffix).all(|at| {
                let word = self.t(at);
                word.kind != Kind::Mixed && (word.kind != Kind::Word || word.known(WORD))
            })
    }

    /// A kind of street that is one also in small letters.
    pub(super) fn plain_street(&self, index: usize) -> bool {
        self.lower_is(index, PLAIN_STREETS)
    }

    pub(super) fn ends_in_street(&self, index: usize) -> bool {
        (1..=3).any(|by| self.plain_street(index + by) && self.t(index + by).kind == Kind::Word)
            && !self.t(index).is(v::PERIOD | v::EVENT | v::DATE)
    }

    pub(super) fn ordinal(&self, index: usize) -> bool {
        let bytes = self.bytes(self.t(index));
        let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
        let suffix = bytes.get(digits..).unwrap_or_default();
        digits > 0 && ["st", "nd", "rd", "th"].iter().any(|s| suffix.eq_ignore_ascii_case(s.as_bytes()))
    }
}
