//! In prose: how far a name goes that was found, and names that stand before a telephone number, an age or the next
//! field: `X. Passamani`, `Tamar Bean`, `On call: Hunter 823-937-8488`, `Downs, Julieann   Chart 25741`.

use super::{
    Hit, Reader,
    token::{Case, Kind},
    weight,
};
use crate::{
    Identifier as I,
    words::{COMMON, FAMILY, GIVEN, MEDICAL, PLAIN, WORD, list, vocabulary as v, words},
};

/// Most names of a text that are looked at.
const MOST: usize = 1024;

/// What a single letter belongs to, and no name.
const LETTERED: &[u64] = list!(
    "hep hepatitis vitamin vit type category class grade stage influenza strep plan part group unit wing cat section item"
);

impl Reader<'_> {
    /// Widens the names found since, and finds those beside what was found.
    pub(super) fn widened(&mut self, first_hit: usize) {
        if !self.strict {
            return;
        }
        for at in first_hit..self.hits.len().min(first_hit + MOST) {
            let Some(hit) = self.hits.get(at).copied() else { break };
            if hit.identifier != I::Name {
                continue;
            }
            let (start, end) = self.wide(&hit);
            if let Some(hit) = self.hits.get_mut(at) {
                (hit.start, hit.end) = (start, end);
            }
            self.aged_behind(end);
            self.number_behind_age(end);
        }
        for at in self.first..self.hits.len().min(self.first + MOST) {
            let Some(hit) = self.hits.get(at).copied() else { break };
            if hit.identifier == I::Phone {
                self.before_phone(&hit);
            }
        }
    }

    /// Beside a name: `Roe and Grace`, `Allen/Hill`, `Ann, Will and Joy`.
    pub(super) fn companions(&mut self, first_hit: usize) {
        if !self.strict {
            return;
        }
        // `Marziyet Rushisvili listed`: a given name that nobody knows opens the sentence.
        for at in first_hit..self.hits.len() {
            let Some(hit) = self.hits.get(at).copied() else { break };
            let index = self.index_at(hit.start);
            if hit.identifier == I::Name
                && index > 0
                && self.t(index).case == Case::Capital
                && self.begins_sentence(index - 1)
                && self.given_before(index)
                && let Some(hit) = self.hits.get_mut(at)
            {
                hit.start = self.tokens.get(index - 1).map_or(hit.start, |token| token.start);
            }
        }
        let mut ends: Vec<(usize, usize)> = self
            .hits
            .iter()
            .skip(first_hit)
            .filter(|h| h.identifier == I::Name)
            .map(|h| (h.start, h.end))
            .collect();
        ends.sort_unstable();
        ends.dedup();
        let mut found: Vec<Hit> = Vec::new();
        let mut at = 0;
        // Forward, and what was found goes on.
        while let Some((_, end)) = ends.get(at).copied() {
            at += 1;
            let mut index = self.index_at(end);
            let joined = self.joint(&mut index);
            if joined && let Some((start, end)) = self.companion(index) {
                found.push(Hit { start, end, identifier: I::Name, weight: weight::GUESS + 1, quoted: 0 });
                if at < 512 && !ends.contains(&(start, end)) {
                    ends.insert(at, (start, end));
                }
            }
        }
        // `Grace and Roe`, `Hill/Allen`: the one before.
        for (start, _) in ends {
            let index = self.index_at(start);
            let sign = self.back(index, 1);
            let by = if sign.symbol(b',')
                || sign.symbol(b'/')
                || sign.symbol(b'&')
                || self.lower_is(index.wrapping_sub(1), words!["and", "or"])
            {
                2
            } else {
                continue;
            };
            let Some(before) = index.checked_sub(by) else { continue };
            if sign.symbol(b',') && !self.t(before).known(PLAIN) == self.t(before).known(WORD) {
                continue;
            }
            if let Some((start, end)) = self.companion(before) {
                found.push(Hit { start, end, identifier: I::Name, weight: weight::GUESS + 1, quoted: 0 });
            }
        }
        self.hits.extend(found);
    }

    /// Goes over what joins names of a list.
    fn joint(&self, index: &mut usize) -> bool {
        let from = *index;
        if self.t(*index).symbol(b',') {
            *index += 1;
        }
        if self.lower_is(*index, words!["and", "or"]) && !self.t(*index).capitalised()
            || self.t(*index).symbol(b'&')
            || self.t(*index).symbol(b'/')
        {
            *index += 1;
        }
        *index > from
    }

    fn companion(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        let place = token.is(v::STATE)
            || token.known(crate::words::CITY)
                && !token.known(GIVEN)
                && !(token.known(COMMON) && !self.back(index, 1).symbol(b','));
        if !self.may_be_meant(index)
            || self.t(index + 1).symbol(b':')
            || !token.known(COMMON) && (token.known(WORD) || !token.known(GIVEN | FAMILY))
            || place
            || token.is(v::KNOWN) && !(token.known(COMMON) && self.back(index, 1).symbol(b'/'))
        {
            return None;
        }
        let next = self.atom(index)?;
        Some((token.start, self.t(next - 1).end))
    }

    /// Whether a capitalised word is a family name that may follow a given one, whatever it means else.
    fn family_behind(&self, index: usize) -> bool {
        let token = self.t(index);
        token.kind == Kind::Word
            && matches!(token.case, Case::Capital | Case::Inner)
            && token.known(FAMILY)
            && token.known(COMMON)
            && token.len() > 1
            && token.otherwise() & !v::FACILITYMID == 0
            && !self.eponym(index)
            && (!self.t(index + 1).symbol(b':') || self.back(index, 2).kind == Kind::None)
            && !self.t(index + 1).is(v::FACILITY | v::STREET)
    }

    /// Where a name begins and ends with its initials, the given name before it and the family name behind it.
    fn wide(&self, hit: &Hit) -> (usize, usize) {
        let (mut first, mut end) = (self.index_at(hit.start), hit.end);
        let head = self.t(first);
        if head.start != hit.start || !matches!(head.case, Case::Capital | Case::Inner) {
            return (hit.start, hit.end);
        }
        let last = self.index_at(end);
        // `Tamar Bean`: one part, and the next word is a family name.
        let middle = self.t(last).case == Case::Single
            && self.t(last).kind == Kind::Word
            && self.t(last).start == end + 1
            && self.t(last + 1).symbol(b'.')
            && self.glued(last);
        let last = if middle { last + 2 } else { last };
        // `Mildred Henrietta West: yes`, who speaks.
        let speaks = last == first + 2
            && !middle
            && self.t(first + 1).case == Case::Capital
            && self.back(first, 1).kind == Kind::None
            && self.t(last + 1).symbol(b':');
        if (speaks || last == first + if middle { 3 } else { 1 })
            && (head.known(GIVEN) || !head.known(WORD) && head.roles == 0)
            && self.t(last).start == self.t(last - 1).end + 1
            && self.family_behind(last)
            && let Some(next) = self.atom(last)
        {
            end = self.t(next - 1).end;
        }
        // `"Smokey" Johansen`: the family name behind what somebody is called.
        let quote = self.index_at(end);
        if self.t(quote).symbol(b'"')
            && self.back(first, 1).symbol(b'"')
            && self.t(quote + 1).start == self.t(quote).end + 1
            && (self.family_behind(quote + 1)
                || self.t(quote + 1).case == Case::Capital
                    && self.t(quote + 1).known(FAMILY)
                    && !self.t(quote + 1).known(WORD))
            && let Some(next) = self.atom(quote + 1)
        {
            end = self.t(next - 1).end;
        }
        for _ in 0..3 {
            let before = self.back(first, 1);
            // `van der Shepard`, `St. Wilson`.
            let saint = before.symbol(b'.')
                && self.lower_is(first.wrapping_sub(2), words!["st"])
                && self.back(first, 2).case == Case::Capital
                && first >= 2;
            let particle = self.lower_is(
                first.wrapping_sub(1),
                words!["van", "von", "der", "den", "di", "del", "della", "de", "la", "da", "dos", "du", "le"],
            ) && before.case == Case::Lower;
            // `X. Passamani`, `J Workman`: an initial.
            let initial = |by: usize| {
                let token = self.back(first, by);
                token.case == Case::Single
                    && token.kind == Kind::Word
                    && first >= by
                    && !self.lower_is(first.wrapping_sub(by + 1), LETTERED)
                    && !matches!(self.byte(token.start.wrapping_sub(1)), b'-' | b'\'' | b'/' | b'.')
                    // `Q. Where? A. April Fields`: who answers.
                    && !(matches!(token.byte, b'A' | b'Q')
                        && (matches!(self.back(first, by + 1).byte, b'?' | b'\n') || self.back(first, by + 1).kind == Kind::None))
            };
            let pointed = before.symbol(b'.')
                && before.end <= self.t(first).start
                && initial(2)
                && self.glued(first - 2);
            // `O'Kennedy`, `D'Angelo`.
            let joined = before.symbol(b'\'')
                && before.end == self.t(first).start
                && initial(2)
                && self.glued(first - 2);
            // `Stokes-Pearson`: a double name of which one part is of a sign, too.
            let double = before.symbol(b'-')
                && before.end == self.t(first).start
                && first >= 2
                && self.glued(first - 2)
                && self.back(first, 2).case == Case::Capital
                && self.back(first, 2).known(FAMILY);
            if saint || pointed || joined || double {
                first -= 2;
                // `Özler B. Tomašević`: the given name that nobody knows.
                if pointed && self.given_before(first) && self.begins_sentence(first - 1) {
                    first -= 1;
                }
            } else if particle {
                first -= 1;
            } else {
                break;
            }
        }
        // `Hunter Boone`: the given name is a word too.
        let given = self.back(first, 1);
        let borne = given.kind == Kind::Word
            && given.case == Case::Capital
            && given.known(GIVEN)
            && given.known(COMMON)
            && !(given.known(PLAIN) && self.begins_sentence(first - 1))
            && given.otherwise() == 0
            && given.end + 1 == self.t(first).start
            && !(given.is(v::MONTH | v::STATE | v::STREET | v::DIRECTION)
                && self.back(first, 2).kind == Kind::Word
                && self.back(first, 2).case == Case::Lower)
            && !self.eponym_alone(first - 1);
        if borne && first > 0 && self.t(first).known(FAMILY) {
            first -= 1;
        }
        (self.t(first).start.min(hit.start), end)
    }

    /// `Roe, Jane   92 M`, `Jane Roe is 92,`: an age over 89 behind a name.
    fn aged_behind(&mut self, end: usize) {
        let from = self.index_at(end);
        let told = self.lower_is(from, words!["is", "now", "turned", "turns"])
            || self.t(from).symbol(b',')
            || self.t(from).symbol(b'(') && self.t(from + 2).symbol(b')');
        let index = from + usize::from(told || self.t(from).symbol(b'|'));
        let age = self.t(index);
        let old = age.kind == Kind::Number
            && matches!(self.bytes(age), [b'9', b'0'..=b'9'] | [b'1', b'0' | b'1', b'0'..=b'9']);
        if !old {
            return;
        }
        let next = self.t(index + 1);
        let apart = next.start > age.end;
        let sex = next.case == Case::Single && matches!(next.byte, b'M' | b'F') && apart;
        let closes = next.kind == Kind::Symbol && matches!(next.byte, b',' | b')' | b';')
            || next.symbol(b'.') && !self.byte(next.end).is_ascii_digit()
            || told && self.lower_is(index + 1, words!["and", "with", "who", "but", "now"]);
        let column =
            age.start >= end + 2 && next.start >= age.end.saturating_add(2) && !self.t(from).symbol(b',');
        let cell = self.t(from).symbol(b'|') && next.symbol(b'|');
        // `Mother 92 G2P2`.
        if sex && !matches!(self.byte(next.end), b'.' | b'/') || told && closes || column || cell {
            self.hit(age.start, age.end, I::Age, weight::CONTEXT);
        }
    }

    /// `FLETCHER, GARRETT  72M  H024278`: the number of a record behind age and sex.
    fn number_behind_age(&mut self, end: usize) {
        let from = self.index_at(end);
        let first = from + usize::from(self.t(from).symbol(b','));
        if !self.age_and_sex(first) {
            return;
        }
        let width = if self.t(first).kind == Kind::Mixed { 1 } else { 2 };
        let next = first + width + usize::from(self.t(first + width).symbol(b','));
        if let Some(range) = self.number_from(next)
            && super::value::formed(self.text.get(range.clone()).unwrap_or_default())
            && crate::check::digits::count(self.text.get(range.clone()).unwrap_or_default()) >= 5
            && !self.measured(range.end)
        {
            self.hit(range.start, range.end, I::Mrn, weight::GUESS + 4);
        }
    }

    /// `Ride: Dean 518-5141`, `fraud?? Loïc 722-406-3286`: who answers the telephone.
    fn before_phone(&mut self, phone: &Hit) {
        let index = self.index_at(phone.start);
        let by = 1 + usize::from(self.back(index, 1).symbol(b'(') || self.back(index, 1).symbol(b','));
        let Some(at) = index.checked_sub(by) else { return };
        let token = self.t(at);
        let begins = self.back(at, 1).kind == Kind::Symbol || self.back(at, 1).kind == Kind::None;
        let borne = token.kind == Kind::Word
            && token.case == Case::Capital
            && token.len() > 2
            && token.otherwise() == 0
            && !token.is(v::KNOWN | v::STATE | v::STREET | v::SUFFIX)
            && (token.known(GIVEN)
                && (token.known(COMMON) && !token.known(PLAIN)
                    || !token.known(WORD)
                    || begins && token.known(COMMON))
                || begins && token.known(FAMILY) && token.known(COMMON) && !token.known(PLAIN)
                || begins && !token.known(WORD | MEDICAL) && token.len() > 3 && token.roles == 0)
            && !self.medical(self.bytes(token));
        if borne {
            self.hit(token.start, token.end, I::Name, weight::GUESS + 2);
        }
    }

    /// `Downs, Julieann   Chart`, `SMITH, DANIEL | DOB`, `Spotman, Clemêncio   3 M`: family and given name before the next field.
    pub(super) fn fielded(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        let greets = list!(
            "thx thanks ty thank hi hey hello dear best cheers love regards fyi ps pls ok yes no also well so gracias saludos \
             atentamente hola estimada estimado buenas buenos"
        );
        if !self.strict || token.kind != Kind::Word || !token.capitalised() || self.lower_is(index, greets) {
            return None;
        }
        let over = self.over_particles(index);
        let head = if over > index && self.t(over).capitalised() { over } else { index };
        let comma = self.atom(head)?;
        let (family, given) = (self.t(head), self.t(comma + 1));
        let part = |at: usize, names: u8| {
            let token = self.t(at);
            let joined = token.len() == 1 && self.atom(at).is_some_and(|next| next > at + 2);
            token.kind == Kind::Word
                && (token.len() > 1 || joined)
                && token.otherwise() & !(v::UNIT | v::PERIOD | v::MACHINE) == 0
                && !(token.is(v::KNOWN | v::SUFFIX | v::STATE) && !token.known(COMMON))
                && (token.known(names)
                    || !token.known(WORD | MEDICAL) && token.roles == 0 && !self.medical(self.bytes(token)))
        };
        let cased = |token: &super::token::Token, upper: bool| match token.case {
            Case::Upper => upper,
            Case::Capital | Case::Inner => !upper,
            Case::Single => true,
            Case::Lower => false,
        };
        let upper = family.case == Case::Upper;
        let fits = self.t(comma).symbol(b',')
            // `Richard,Alliaume D`: as one hospital's system writes it.
            && given.start <= self.t(comma).end + 1
            && cased(family, upper)
            && cased(given, upper)
            // `OS, IOP`, `CRRT, UF`: abbreviations.
            && (!upper || family.len() > 2 && given.len() > 2 && (family.known(FAMILY) && family.known(COMMON) || given.known(GIVEN) && given.known(COMMON) || family.len() > 3 && given.len() > 3 && (family.known(FAMILY) || given.known(GIVEN))))
            && part(head, FAMILY | GIVEN)
            && part(comma + 1, GIVEN)
            && !(family.known(crate::words::CITY) && given.is(v::STATE) && !self.back(index, 1).symbol(b':'))
            && !(upper && given.is(v::STATE) && given.len() == 2)
            && (family.known(COMMON) || given.known(COMMON) || !family.known(WORD) && !given.known(WORD))
            && !(family.known(PLAIN) && given.known(PLAIN) && !(family.known(COMMON) && given.known(COMMON)));
        if !fits {
            return None;
        }
        let mut last = self.atom(comma + 1)?;
        if self.t(last).case == Case::Single
            && self.t(last).kind == Kind::Word
            && self.t(last).start == self.t(last - 1).end + 1
        {
            last = self.atom(last)?;
        }
        let (end, next, before) = (self.t(last - 1).end, self.t(last), self.back(index, 1));
        let opens = matches!(before.kind, Kind::None)
            || before.end.saturating_add(2) <= token.start
            || before.kind == Kind::Symbol
                && matches!(before.byte, b'\n' | b'|' | b':' | b'#' | b'>' | b'[' | b'(' | b'.')
            || matches!(before.kind, Kind::Number | Kind::Marker | Kind::Mixed)
            || self.person_noun(index.wrapping_sub(1))
            || self.lower_is(
                index.wrapping_sub(1),
                list!("result printed rider prescriber guardian identified for of ptt pt wrong re member"),
            );
        let field = next.start >= end + 2 && next.kind != Kind::None
            || matches!(next.kind, Kind::None | Kind::Number | Kind::Mixed | Kind::Marker)
            || next.kind == Kind::Symbol
                && matches!(next.byte, b'|' | b'/' | b'(' | b'\n' | b'[' | b';' | b'#')
            || next.symbol(b':') && upper
            || next.is(v::BIRTH | v::MRN | v::PROVIDER)
            || next.symbol(b',') && (self.t(last + 1).kind == Kind::Number || self.t(last + 1).is(v::SUFFIX));
        // `50M NORTH, DAAN arr by`.
        let aged = upper && before.kind == Kind::Mixed && self.age_and_sex(index.wrapping_sub(1));
        (opens && (field || aged)).then_some((token.start, end))
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found_in_prose as found;

    #[test]
    fn names_go_as_far_as_they_are_written() {
        for (text, value) in [
            ("assisted by Q. Lindqvist in room two", "Q. Lindqvist"),
            ("seen with Y. van der Hoek today", "Y. van der Hoek"),
            ("on call is Bertha 415-555-0123 until six", "Bertha"),
            ("Contact: Odile 555-0187", "Odile"),
            ("09/03/2024   Frost, Bertha   Chart 48213", "Frost, Bertha"),
            ("LOWE, GRANT | DOB 3/4/1960", "LOWE, GRANT"),
            ("Lindqvist, Bertha   94 F  62 kg", "94"),
            ("Bertha Lindqvist is 97, a retired teacher", "97"),
        ] {
            assert!(found(text).contains(&value), "{value} of {text}: {:?}", found(text));
        }
    }

    #[test]
    fn what_only_stands_like_a_name_stays() {
        for text in ["Liver, Spleen | normal", "Sodium, Potassium   94  mmol/L", "Heart, Lungs (clear)"] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
