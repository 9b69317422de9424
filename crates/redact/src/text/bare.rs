//! Values without quotes behind their keys, of which the end must be found.

use std::ops::Range;

use super::{
    Reader,
    key::Class,
    token::{Case, Kind},
    value::plausible,
    weight,
    written::namelike,
};
use crate::{
    Identifier as I,
    shape::{date, internet},
    words::{COMMON, FAMILY, GIVEN, WORD, dictionary, hash, list, vocabulary as v, words},
};

impl Reader<'_> {
    /// A value without quotes, of which the end must be found.
    pub(super) fn bare(&mut self, identifier: I, first: usize, sign: u8, weak: bool) {
        let token = self.t(first);
        let (start, glued_end) = (token.start, self.glued_value(first));
        match identifier {
            I::Name => {
                if let Some(cell) = self.celled(first, sign).filter(|_| self.cares()) {
                    self.hit(cell.start, cell.end, I::Name, weight::KEY);
                }
                if let Some((from, to)) = self
                    .name_from(first, true)
                    .filter(|(_, to)| sign == b':' || !matches!(self.byte(*to), b'%' | b'+'))
                {
                    // `firstName: String is required`.
                    if !plausible(I::Name, self.text.get(from..to).unwrap_or_default()) {
                        return;
                    }
                    self.hit(from, to, I::Name, weight::KEY);
                } else if sign == b'=' && (token.kind == Kind::Word || token.symbol(b'%')) {
                    // Small letters, or an encoded query: `last=o%27brien`, `name=jane+roe`.
                    self.take(Class::Is(I::Name), start..glued_end);
                }
            }
            I::City | I::Facility => {
                if sign == b'=' && !matches!(self.byte(glued_end), b' ') {
                    self.take(Class::Is(identifier), start..glued_end);
                    return;
                }
                let end = self.capitals_from(first, if identifier == I::City { 4 } else { 8 });
                if end > start && (!weak || self.t(first).capitalised()) {
                    self.hit(start, end, identifier, weight::KEY);
                } else if sign == b'=' {
                    self.take(Class::Is(identifier), start..glued_end);
                }
            }
            I::Address if sign == b'=' && self.encoded(start, glued_end) => {
                self.hit(start, glued_end, I::Address, weight::PLACE + 3);
            }
            // `address=AddressDto[line1=…`: what it is made of is read by itself.
            I::Address if token.case == Case::Inner && matches!(self.byte(token.end), b'[' | b'(' | b'{') => {
            }
            I::Address => {
                let end = self.address_from(first, sign);
                let value = self.text.get(start..end).unwrap_or_default();
                if value.iter().any(u8::is_ascii_digit)
                    && value.iter().any(u8::is_ascii_alphabetic)
                    && !value.starts_with(b"0x")
                    && internet::v4(self.text, start).is_none()
                {
                    self.hit(start, end, I::Address, weight::PLACE);
                }
            }
            I::Date => {
                let compact = date::compact(self.text, start)
                    .filter(|end| matches!(*end - start, 8 | 12 | 14) || sign == b'=');
                let end = date::date(self.text, start).map(|d| d.end).or(compact);
                if let Some(end) = end.or_else(|| date::hyphened(self.text, start)) {
                    self.hit(start, end, I::Date, weight::KEY);
                } else if sign == b'='
                    && self
                        .text
                        .get(start..glued_end)
                        .is_some_and(|v| crate::check::digits::count(v) >= 6 && v.len() < 40)
                {
                    self.hit(start, glued_end, I::Date, weight::KEY);
                }
            }
            I::Zip => {
                if let Some(end) = self.postal_code(first) {
                    self.hit(start, end, I::Zip, weight::KEY);
                }
            }
            I::Ip => {
                // In logs the private address of a machine stays; a public one is found by its shape.
                let end = internet::v4(self.text, start)
                    .map(|f| f.0)
                    .or_else(|| internet::v6(self.text, start).map(|f| f.0));
                if let Some(end) = end.filter(|_| self.strict) {
                    self.hit(start, end, I::Ip, weight::KEY);
                }
            }
            // `LS age: 117` of a router.
            I::Age if !self.strict && !self.cares() && self.of_a_thing(first, sign) => {}
            I::Age => self.take(Class::Is(I::Age), start..glued_end),
            I::Email | I::Url => {}
            I::Phone | I::Fax => {
                if let Some(end) =
                    crate::shape::phone::phone(self.text, start, crate::shape::phone::Suspicion::Context)
                {
                    self.hit(start, end, identifier, weight::KEY);
                } else if sign == b'=' {
                    self.take(Class::Is(identifier), start..glued_end);
                }
            }
            I::Photo | I::Biometric => {
                let value = self.text.get(start..glued_end).unwrap_or_default();
                let listed = sign == b'='
                    || value.len() >= 8
                        && value.iter().any(|b| b.is_ascii_digit() || matches!(b, b'.' | b'/'));
                let digest = identifier == I::Biometric && value.iter().filter(|b| **b == b':').count() > 2;
                if listed && !digest && plausible(identifier, value) {
                    self.hit(start, glued_end, identifier, weight::KEY);
                }
            }
            _ => self.bare_number(identifier, first, sign, weak),
        }
    }

    /// Whether a thing stands before the key of this value, whose age it is: `LS age: 117`, `cache age=97`.
    fn of_a_thing(&self, first: usize, sign: u8) -> bool {
        let at = first.wrapping_sub(3);
        let owner = self.t(at);
        let level = self.lower_is(at, words!["info", "warn", "warning", "error", "debug"]);
        owner.symbol(b'<') && sign == b':'
            || owner.kind == Kind::Word
                && !level
                && !self.person_noun(at)
                && (owner.case == Case::Upper && sign == b':'
                    || owner.is(v::MACHINE)
                    || self.lower_is(
                        at,
                        list!("cache cached entry key session token password entry lease file object certificate lock snapshot backup"),
                    ))
    }

    /// Whether points lead from a label to its value here and no sign follows them: `pcp.......... Jane Roe`.
    pub(super) fn led(&self, index: usize) -> bool {
        let next = self.t(index + 1);
        (1..4).all(|by| {
            self.back(index, by).symbol(b'.') && self.back(index, by).end == self.t(index + 1 - by).start
        }) && matches!(next.kind, Kind::Word | Kind::Number | Kind::Mixed)
            && next.start > self.t(index).end
    }

    /// Takes the name that fills a cell, if one does.
    pub(super) fn named_cell(&mut self, first: usize) -> bool {
        let cell = self.celled(first, b':').filter(|cell| cell.len() > self.t(first).len());
        if let Some(cell) = &cell {
            self.hit(cell.start, cell.end, I::Name, weight::NAME);
        }
        cell.is_some()
    }

    /// All of a cell that is written as a name, whatever its words are else: `PATIENT: LARKSPUR,EDMUND T   SSN: …`,
    /// `Attending: 00419  BRANNIGAN, Z`, `Prov: Jessup, NP`.
    fn celled(&self, first: usize, sign: u8) -> Option<Range<usize>> {
        // `INFORMANT=CHARLES PAGE|REL=SON`: strokes part such values.
        if sign == b'=' && !self.seen.holds(b"|") {
            return None;
        }
        let mut start = self.t(first).start;
        let code = self.text.get(start..)?.iter().take(9).take_while(|b| b.is_ascii_digit()).count();
        if code > 1 {
            // The number of who it is, as their office gives it.
            let gap = self
                .text
                .get(start + code..)?
                .iter()
                .take(8)
                .take_while(|b| matches!(b, b' ' | b'-'))
                .count();
            start += code + gap;
            if gap == 0 || !self.byte(start).is_ascii_uppercase() {
                return None;
            }
        }
        let rest = self.text.get(start..)?;
        let ends = |at: usize| match rest.get(at) {
            Some(b'\t' | b'\n' | b'\r' | b'|' | b';' | b'(' | b'[' | b'/') | None => true,
            Some(b' ') => rest.get(at + 1).is_none_or(|next| *next <= b' '),
            _ => false,
        };
        if sign == b'='
            && memchr::memchr3(b'|', b'=', b'&', rest).is_none_or(|at| rest.get(at) != Some(&b'|'))
        {
            return None;
        }
        let mut length =
            (0..rest.len().min(48)).find(|at| ends(*at)).or((rest.len() < 48).then_some(rest.len()))?;
        // `ROE,JANE SSN: …`: the next label begins one blank behind.
        if let Some(colon) = memchr::memchr(b':', rest.get(..length)?) {
            length = rest.get(..colon)?.iter().rposition(|b| *b == b' ')?;
        }
        let cell = rest.get(..length)?;
        let mut name = cell.trim_ascii_end();
        let mut degrees = 0;
        while let Some(blank) = name.iter().rposition(|b| matches!(b, b' ' | b',')) {
            let last = name.get(blank + 1..)?;
            let degree = last.len() > 1
                && (v::vocabulary().get(hash(last)) & (v::SUFFIX | v::TITLE) != 0
                    || list!("md do np pa pac rn lpn cna dds dmd rph pharmd dpt lcsw phd aprn cnm crna fnp")
                        .contains(&hash(last)))
                && dictionary().get(hash(last)) & (FAMILY | GIVEN) & !WORD == 0;
            if !degree {
                break;
            }
            degrees += 1;
            name = name.get(..blank)?.trim_ascii_end();
            name = name.strip_suffix(b",").unwrap_or(name);
        }
        let flags = |part: &[u8]| dictionary().get(hash(part));
        let parts = || name.split(|b| matches!(b, b' ' | b',')).filter(|part| !part.is_empty());
        let capital = |part: &[u8]| part.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3);
        let borne = |part: &[u8]| part.len() > 2 && flags(part) & (FAMILY | GIVEN) != 0;
        let thing = |part: &[u8]| {
            v::vocabulary().get(hash(part)) & (v::MACHINE | v::FACILITY | v::PAYER | v::FACILITYMID) != 0
                && !borne(part)
        };
        let commas = name.iter().filter(|b| **b == b',').count();
        let one = || {
            parts()
                .all(|part| flags(part) & (FAMILY | GIVEN) != 0 && (flags(part) & WORD == 0 || degrees > 0))
                || degrees > 0 && parts().all(|part| flags(part) & WORD == 0)
        };
        let named = match (parts().count(), commas) {
            (1, 0) => self.person && name.len() > 2 && one(),
            (2..=4, 1) => parts().any(|part| part.len() > 2),
            (2..=4, 0) => {
                parts().any(|part| borne(part) && flags(part) & (WORD | COMMON) != WORD)
                    && parts().filter(|part| !borne(part) && part.len() > 2).count() < 2
            }
            _ => false,
        };
        (named && parts().all(capital) && !parts().any(thing) && namelike(name))
            .then_some(start..start + name.len())
    }

    pub(super) fn bare_person(&mut self, first: usize, sign: u8) {
        let start = self.t(first).start;
        if sign == b'=' && self.between_slashes(start..self.glued_value(first)) {
            return;
        }
        if self.person
            && let Some(cell) = self.celled(first, sign)
        {
            self.hit(cell.start, cell.end, I::Name, weight::NAME);
            return;
        }
        if let Some((from, to)) = self.name_from(first, self.strict || sign == b'=')
            && self.person_like(&(from..to))
            && !(!self.strict && to - from <= 2)
        {
            // In a query the parts are joined by `+` and `%20`.
            let joined = sign == b'=' && matches!(self.byte(to), b'+' | b'%');
            let to = if joined { self.glued_value(first).max(to) } else { to };
            self.hit(from, to, I::Name, weight::NAME);
        } else if let Some(range) = self
            .number_of_person(first, sign)
            .filter(|range| plausible(I::Mrn, self.text.get(range.clone()).unwrap_or_default()))
        {
            // `patient=12345678`, `patient:12345678:labs`.
            self.hit(range.start, range.end, I::Mrn, weight::CONTEXT);
        } else if sign == b'=' && self.small_query(start..self.glued_value(first)) {
            self.hit(start, self.glued_value(first), I::Name, weight::NAME);
        } else if sign == b'=' && (self.t(first).capitalised() || self.t(first).symbol(b'%')) {
            let range = start..self.glued_value(first);
            let encoded = self.byte(start) == b'%' && self.person;
            self.take(if encoded { Class::Is(I::Name) } else { Class::Person }, range);
        } else if sign == b'=' && self.person {
            // `surgeon=jroe1962`.
            self.take(Class::Staff, start..self.glued_value(first));
        }
    }

    /// `Roe/Jane/19620317/10306`: the parts of a person, of which one is a day; whether it is so.
    fn between_slashes(&mut self, range: Range<usize>) -> bool {
        let value = self.text.get(range.clone()).unwrap_or_default();
        let mut parts: [Range<usize>; 6] = Default::default();
        let mut count = 0;
        let mut start = 0;
        for end in memchr::memchr_iter(b'/', value).chain([value.len()]) {
            let Some(part) = parts.get_mut(count) else { return false };
            *part = start..end;
            (start, count) = (end + 1, count + 1);
        }
        let get = |part: &Range<usize>| value.get(part.clone()).unwrap_or_default();
        let day = |part: &Range<usize>| part.len() == 8 && date::compact(get(part), 0) == Some(8);
        let parts = parts.get(..count).unwrap_or_default();
        // `BARNES/BELLE/M`.
        let upper = |part: &Range<usize>| {
            !part.is_empty() && get(part).iter().all(|b| b.is_ascii_uppercase() || *b >= 0x80 || *b == b'-')
        };
        let borne = |part: &Range<usize>| dictionary().get(hash(get(part))) & (FAMILY | GIVEN) != 0;
        if self.person
            && matches!(count, 2 | 3)
            && parts.iter().all(upper)
            && parts.iter().take(2).all(|part| namelike(get(part)))
            && parts.iter().take(2).any(borne)
        {
            self.hit(range.start, range.end, I::Name, weight::KEY);
            return true;
        }
        if count < 3 || !parts.iter().any(day) || !parts.first().is_some_and(|part| namelike(get(part))) {
            return false;
        }
        for part in parts {
            let identifier = match get(part) {
                _ if day(part) => I::Date,
                text if namelike(text) => I::Name,
                text if text.len() == 5 && text.iter().all(u8::is_ascii_digit) => I::Zip,
                _ => continue,
            };
            self.hit(range.start + part.start, range.start + part.end, identifier, weight::KEY);
        }
        true
    }

    pub(super) fn bare_day(&mut self, first: usize) {
        let start = self.t(first).start;
        let compact = date::compact(self.text, start).filter(|end| matches!(*end - start, 8 | 12 | 14));
        if let Some(end) = date::date(self.text, start).map(|found| found.end).or(compact) {
            self.hit(start, end, I::Date, weight::KEY);
        } else if self.byte(start + 2) == b'%' || self.byte(start + 1) == b'%' {
            // `01%2F29%2F2003`.
            self.take(Class::Day, start..self.glued_value(first));
        }
    }
}
