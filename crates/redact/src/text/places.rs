//! Street addresses, and cities with their states and ZIP codes.

use super::{
    Reader,
    token::{Case, Kind},
    weight,
};
use crate::{
    Identifier,
    words::{vocabulary as v, words},
};

impl Reader<'_> {
    /// Finds addresses and what follows them.
    pub(super) fn places(&mut self) {
        let mut done = 0;
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.start < done {
                continue;
            }
            let end = match token.kind {
                Kind::Number | Kind::Mixed => {
                    self.highway(index).or_else(|| self.street(index)).or_else(|| self.abroad(index))
                }
                Kind::Word => self
                    .box_of_post(index)
                    .or_else(|| self.forces(index))
                    .or_else(|| self.unit_alone(index))
                    .or_else(|| self.military(index))
                    .or_else(|| self.crossing(index))
                    .or_else(|| self.numbered_in_words(index))
                    .or_else(|| self.county(index))
                    .or_else(|| self.city_of_a_form(index))
                    .or_else(|| self.city_and_state(index))
                    .or_else(|| self.city_alone(index)),
                _ => None,
            };
            done = end.unwrap_or(done);
        }
    }

    /// `123 Main St`, `45-12 31st Avenue, Apt 4B`, `7 Rue de la Paix` with the city that follows.
    pub(super) fn street(&mut self, index: usize) -> Option<usize> {
        let token = self.t(index);
        let number = self.bytes(token);
        let digits = crate::check::digits::count(number);
        if !(1..=6).contains(&digits)
            || number.len() > digits + 1
            || number.first() == Some(&b'0') && !(self.strict && digits >= 3)
            || !number.first().is_some_and(u8::is_ascii_digit)
        {
            return None;
        }
        if matches!(self.byte(token.start.wrapping_sub(1)), b'.' | b'/' | b':' | b'$' | b'=' | b'_')
            && !matches!(self.byte(token.start.wrapping_sub(1)), b'=' | b':')
        {
            return None;
        }
        // `14 de marzo de 2019 con el Dr. Roe`.
        if number.len() == 4 && self.lower_is(index.wrapping_sub(1), words!["de", "del"]) {
            return None;
        }
        // `/*!50001 DROP VIEW`.
        if self.byte(token.start.wrapping_sub(1)) == b'!' {
            return None;
        }
        let mut start = token.start;
        let mut next = index + 1;
        // `45-12 31st Avenue`: Queens; `123 1/2 Main St`.
        if self.t(next).symbol(b'-')
            && self.glued(index)
            && self.glued(next)
            && self.t(next + 1).kind == Kind::Number
        {
            next += 2;
        } else if self.back(index, 1).symbol(b'-')
            && self.back(index, 2).kind == Kind::Number
            && self.back(index, 2).end + 1 == token.start
        {
            start = self.back(index, 2).start;
        }
        if self.bytes(self.t(next)) == b"1" && self.t(next + 1).symbol(b'/') {
            next += 3;
        }
        let encoded = self.t(next).symbol(b'+') || self.t(next).symbol(b'%');
        if encoded {
            return None;
        }
        let first = next;
        let mut suffix = None;
        let mut rare = None;
        let (mut capitals, mut proper) = (0, false);
        while next < first + 6 {
            let word = self.t(next);
            match word.kind {
                Kind::Word => {
                    let capital = word.capitalised();
                    let last_word = word.is(v::STREET) && next > first;
                    let is_street = last_word && (capital || self.plain_street(next))
                        || next > first && self.byway(first, next)
                        || next == first && self.lower_is(next, words!["broadway", "rue", "fm", "cr"]);
                    if is_street {
                        suffix = Some(next);
                        // `Park Avenue`, `Mill Run Road`: the last of several counts.
                        let goes_on = self.t(next + 1).is(v::STREET)
                            && self.t(next + 1).kind == Kind::Word
                            && (self.t(next + 1).capitalised() || !capital)
                            || self.byway(first, next + 1);
                        if !goes_on {
                            break;
                        }
                    }
                    if suffix.is_none() && next > first && capital && proper && self.rare_street(next) {
                        rare = Some(next);
                    }
                    let small = self.lower_is(
                        next,
                        words![
                            "of", "the", "de", "la", "el", "du", "des", "n", "s", "e", "w", "north", "south",
                            "east", "west", "st", "saint",
                        ],
                    );
                    if !capital
                        && !small
                        && !(self.strict
                            && !word.is(v::AGENT | v::AGE | v::PERIOD)
                            && self.ends_in_street(next))
                    {
                        break;
                    }
                    capitals += usize::from(capital);
                    proper |= capital && !word.is(v::MACHINE | v::KNOWN);
                }
                // `5th Avenue`.
                Kind::Mixed if self.ordinal(next) => proper = true,
                // A point ends a sentence, but for `St.`, `N.`, `Jr.`
                Kind::Symbol
                    if word.symbol(b'.')
                        && self.t(next - 1).len() > 1
                        && !self.t(next - 1).is(v::DIRECTION | v::TITLE)
                        && word.end < self.t(next + 1).start =>
                {
                    break;
                }
                Kind::Symbol if matches!(word.byte, b'.' | b'\'' | b'-') && next > first => {}
                _ => break,
            }
            next += 1;
        }
        let suffix = suffix.or(rare)?;
        if self.no_street(first, suffix) {
            return None;
        }
        // `Rue de la Paix`: the kind of street comes first.
        let mut end = self.t(suffix).end;
        // `County Road 404`, `State Route 414`, `FM 683`.
        if self.lower_is(suffix, words!["road", "route", "rte", "highway", "hwy", "fm", "cr", "rd"])
            && self.t(suffix + 1).kind == Kind::Number
            && self.t(suffix + 1).len() <= 4
        {
            end = self.t(suffix + 1).end;
        }
        if self.lower_is(suffix, words!["rue", "calle", "via"]) {
            end = self.capitals_from(suffix + 1, 4).max(end);
        }
        let lower = capitals == 0 && !(first..suffix).any(|i| self.t(i).kind == Kind::Mixed);
        if lower && !self.strict || !lower && !proper && !self.strict {
            return None;
        }
        if lower && suffix == first
            || self.lower_is(suffix, words!["st"])
                && self.t(suffix + 1).symbol(b'.')
                && self.t(suffix + 2).capitalised()
                && suffix == first
        {
            return None;
        }
        let mut after = self.index_at(end);
        if self.t(after).symbol(b'.')
            && (self.t(suffix).len() <= 4)
            && (self.t(after + 1).symbol(b',')
                || self.t(after + 1).kind != Kind::None && !self.begins_new_sentence(after))
        {
            end = self.t(after).end;
            after += 1;
        }
        if self.t(after).is(v::DIRECTION) && self.t(after).capitalised() && self.t(after).len() <= 2 {
            end = self.t(after).end;
            after += 1;
        }
        let (end, after) = self.unit(after, end);
        // `Bldg 4, Apt 3`.
        let (end, after) = if self.strict { self.unit(after, end) } else { (end, after) };
        self.hit(start, end, Identifier::Address, weight::PLACE);
        Some(self.city_after(after).unwrap_or(end))
    }

    pub(super) fn begins_new_sentence(&self, point: usize) -> bool {
        self.t(point + 1).capitalised() && !self.t(point + 1).is(v::UNIT | v::DIRECTION)
    }

    /// `, Apt 4B`, `#12`, `Suite 200`; the end, and the index after it.
    pub(super) fn unit(&self, index: usize, end: usize) -> (usize, usize) {
        let mut next = index;
        if self.t(next).symbol(b',') {
            next += 1;
        }
        // `7th Floor`.
        if self.t(next).kind == Kind::Mixed
            && self.ordinal(next)
            && self.lower_is(next + 1, words!["floor", "fl", "flr"])
        {
            return (self.t(next + 1).end, next + 2);
        }
        if self.t(next).symbol(b'#')
            && self.t(next + 1).kind != Kind::None
            && self.t(next).end == self.t(next + 1).start
        {
            return (self.t(next + 1).end, next + 2);
        }
        if !self.t(next).is(v::UNIT) || self.t(next).kind != Kind::Word {
            return (end, index);
        }
        let mut value = next + 1;
        while self.t(value).symbol(b'.') || self.t(value).symbol(b'#') {
            value += 1;
        }
        let token = self.t(value);
        let fits = matches!(token.kind, Kind::Number | Kind::Mixed)
            || token.kind == Kind::Word && token.len() <= 2 && token.capitalised();
        if !fits {
            return (end, index);
        }
        if self.t(value + 1).symbol(b'-')
            && self.t(value).end == self.t(value + 1).start
            && matches!(self.t(value + 2).kind, Kind::Number | Kind::Mixed | Kind::Word)
            && self.t(value + 1).end == self.t(value + 2).start
        {
            return (self.t(value + 2).end, value + 3);
        }
        (token.end, value + 1)
    }

    /// `P.O. Box 12`, `PO Box 12`, `RR 2 Box 45`.
    pub(super) fn box_of_post(&mut self, index: usize) -> Option<usize> {
        let mut next = index;
        if self.lower_is(next, words!["po", "pob", "post"]) {
            next += 1;
        } else if self.lower_is(next, words!["psc", "cmr", "unit"]) && self.t(next + 1).kind == Kind::Number {
            // Posts of the armed forces: `PSC 3813, Box 6853`, `Unit 5160 Box 9754`.
            next += if self.t(next + 2).symbol(b',') { 3 } else { 2 };
            if !self.lower_is(next, words!["box"]) {
                return None;
            }
        } else if self.lower_is(next, words!["p"])
            && self.t(next + 1).symbol(b'.')
            && self.lower_is(next + 2, words!["o"])
        {
            next += 3;
            if self.t(next).symbol(b'.') {
                next += 1;
            }
        } else if self.lower_is(next, words!["rr", "hc"])
            || self.lower_is(next, words!["rural"]) && self.lower_is(next + 1, words!["route"])
        {
            next += if self.lower_is(next, words!["rural"]) { 2 } else { 1 };
            if self.t(next).kind != Kind::Number {
                return None;
            }
            next += 1;
            if self.t(next).symbol(b',') {
                next += 1;
            }
            if !self.lower_is(next, words!["box"]) {
                return None;
            }
        } else {
            return None;
        }
        if self.lower_is(next, words!["office"]) {
            next += 1;
        }
        if !self.lower_is(next, words!["box"]) {
            return None;
        }
        next += 1;
        if self.t(next).symbol(b'#') {
            next += 1;
        }
        let number = self.t(next);
        if !matches!(number.kind, Kind::Number | Kind::Mixed) {
            return None;
        }
        self.hit(self.t(index).start, number.end, Identifier::Address, weight::PLACE);
        Some(self.city_after(next + 1).unwrap_or(number.end))
    }

    /// End of the address that a key announced: to the next key, or what closes the value.
    pub(super) fn address_from(&self, first: usize, sign: u8) -> usize {
        let mut end = self.t(first).end;
        let mut index = first;
        while index < first + 24 {
            let token = self.t(index);
            if token.kind == Kind::None
                || token.kind == Kind::Symbol
                    && matches!(
                        token.byte,
                        b'\n' | b';' | b'|' | b'"' | b'<' | b'>' | b'}' | b')' | b'&' | b'='
                    )
            {
                break;
            }
            let next = self.t(index + 1);
            let key = token.kind == Kind::Word && (next.symbol(b':') || next.symbol(b'='))
                || token.kind == Kind::Word && next.kind == Kind::Word && self.t(index + 2).symbol(b':');
            let verb = token.kind == Kind::Word
                && token.case == Case::Lower
                && index > first + 1
                && !self.plain_street(index)
                && !self.lower_is(index, words!["of", "the", "apt", "unit", "floor", "de", "la"])
                && sign == b':'
                && !self.ends_in_street(index);
            if key
                || verb
                || token.symbol(b'.')
                    && next.capitalised()
                    && token.end < next.start
                    && self.back(index, 1).len() > 4
            {
                break;
            }
            if token.kind == Kind::Marker && index == first {
                break;
            }
            if !token.symbol(b',') && !token.symbol(b'.') {
                end = token.end;
            }
            // After a ZIP code nothing follows.
            let zip = token.kind == Kind::Number && token.len() == 5 && self.back(index, 1).is(v::STATE);
            index += 1;
            if zip {
                end = self.postal_code(index - 1).unwrap_or(end);
                break;
            }
        }
        if end == super::token::NOWHERE { 0 } else { end }
    }
}
