//! Street addresses, and cities with their states and ZIP codes.

use super::{
    Reader,
    token::{Case, Kind},
    weight,
};
use crate::{
    Identifier,
    words::{list, vocabulary as v, words},
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
                    .or_else(|| self.located_at(index))
                    .or_else(|| self.calle(index))
                    .or_else(|| self.vive(index))
                    .or_else(|| self.lives(index))
                    .or_else(|| self.street_without_number(index))
                    .or_else(|| self.city_and_state(index))
                    .or_else(|| self.city_alone(index)),
                _ => None,
            };
            done = end.unwrap_or(done);
        }
    }

    /// In prose: `CITY NEWFANE  STATE NY`: the box of a form, which ends where its blanks are wide.
    pub(super) fn city_of_a_form(&mut self, index: usize) -> Option<usize> {
        let label = self.t(index);
        let first = self.t(index + 1);
        let form = self.strict
            && self.lower_is(index, words!["city", "town", "ciudad"])
            && label.case != Case::Lower
            && first.kind == Kind::Word
            && first.case == label.case
            && !first.is(v::FACILITY | v::STATE)
            && (index + 2..index + 7)
                .any(|at| self.lower_is(at, words!["state", "zip", "st"]) && self.t(at).case == label.case);
        if !form {
            return None;
        }
        let mut last = index + 1;
        while last < index + 4
            && self.t(last + 1).start == self.t(last).end + 1
            && self.t(last + 1).kind == Kind::Word
            && self.t(last + 1).capitalised()
            && !self.lower_is(last + 1, words!["state", "zip"])
        {
            last += 1;
        }
        let end = self.t(last).end;
        self.hit(first.start, end, Identifier::City, weight::PLACE + 1);
        Some(end)
    }

    /// In prose, behind a street: `95696 79th St. Oak Harbor`, a city that is known with nothing before it.
    pub(super) fn city_beside(&mut self, index: usize) -> Option<usize> {
        let end = self.capitals_from(index, 3);
        let last = self.index_at(end);
        if !self.strict
            || end == 0
            || last <= index
            || !self.known_city(index, last - 1)
            || self.t(last).capitalised()
        {
            return None;
        }
        self.hit(self.t(index).start, end, Identifier::City, weight::PLACE);
        Some(self.zip_beyond(last).unwrap_or(end))
    }

    /// In prose: `Provider location: Willow Lake, SD`: what a label and a state enclose.
    fn located_at(&mut self, index: usize) -> Option<usize> {
        let label = self.strict
            && self.t(index + 1).symbol(b':')
            && self
                .lower_is(index, words!["location", "city", "town", "hometown", "birthplace", "residence"]);
        let end = if label { self.capitals_from(index + 2, 3) } else { 0 };
        let last = self.index_at(end);
        let state = self.t(last).symbol(b',') && self.state_at(last + 1).is_some();
        let word = self.t(index + 2).is(v::FACILITY | v::TITLE | v::CARER);
        (end > 0 && state && !word).then(|| {
            self.hit(self.t(index + 2).start, end, Identifier::City, weight::PLACE);
            end
        })
    }

    /// In prose: `pt lives Meadow Woods, wife helps`: where, without a preposition.
    fn lives(&mut self, index: usize) -> Option<usize> {
        let told = self.strict
            && self.lower_is(index, words!["lives", "resides"])
            && self.t(index).case == Case::Lower;
        let head = self.t(index + 1);
        let end = if told && head.case == Case::Capital { self.capitals_from(index + 1, 4) } else { 0 };
        let last = self.index_at(end);
        let closes = matches!(self.t(last).kind, Kind::None)
            || self.t(last).kind == Kind::Symbol
                && matches!(self.t(last).byte, b'.' | b',' | b';' | b')' | b'\n');
        let own = head.otherwise() & !v::FACILITYMID == 0 && !head.is(v::TITLE | v::KIN);
        (end > 0 && closes && own).then(|| {
            self.hit(head.start, end, Identifier::City, weight::PLACE);
            end
        })
    }

    /// In prose: `vivo en Frost`, where a Spaniard lives.
    fn vive(&mut self, index: usize) -> Option<usize> {
        let told = self.strict
            && self.lower_is(index, words!["en"])
            && self.lower_is(
                index.wrapping_sub(1),
                list!("vivo vive viven vivimos vivía nací nació nacio trabajo trabaja"),
            );
        let end = if told { self.capitals_from(index + 1, 3) } else { 0 };
        (end > 0).then(|| {
            self.hit(self.t(index + 1).start, end, Identifier::City, weight::PLACE);
            end
        })
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
        // `Wound #1 L heel st 3`, `15:22 at St. Mary's`, `1  Medtronic Azure XT DR`.
        let before = self.byte(token.start.wrapping_sub(1));
        let following = self.t(index + 1);
        if self.strict
            && (before == b'#'
                || before == b':' && self.byte(token.start.wrapping_sub(2)).is_ascii_digit()
                || following.start > token.end + 1 && following.is(v::KNOWN | v::EPONYM))
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
