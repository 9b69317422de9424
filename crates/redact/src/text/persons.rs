//! Names of persons in a text: who looks at each word, and names that dictionaries tell.

use std::collections::HashSet;

use super::{
    Hit, Reader,
    token::{Case, Kind},
    weight,
};
use crate::words::{list, words};
use crate::{
    Identifier,
    words::{COMMON, FAMILY, GIVEN, PLAIN, WORD, technical::TECHNICAL, vocabulary as v},
};

impl Reader<'_> {
    /// Finds names of persons.
    pub(super) fn persons(&mut self) {
        let first_hit = self.hits.len();
        let mut done = 0;
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.start < done || token.kind != Kind::Word {
                continue;
            }
            // Most words are small, and half of the readers look at capitalised ones alone.
            let small = token.case == Case::Lower;
            let found =
                self.titled(index)
                    .or_else(|| self.small_name(index))
                    .or_else(|| self.logged(index))
                    .or_else(|| self.placed(index))
                    .or_else(|| self.announced(index))
                    .or_else(|| if small { None } else { self.named(index).or_else(|| self.alone(index)) })
                    .or_else(|| self.speaker(index))
                    .or_else(|| if small { None } else { self.spoken(index).or_else(|| self.careted(index)) })
                    .or_else(|| self.meant(index))
                    .or_else(|| if small { None } else { self.told(index).or_else(|| self.signed(index)) })
                    .or_else(|| self.initials(index))
                    .or_else(|| self.spelled_out(index))
                    .or_else(|| {
                        if small { None } else { self.addressed(index).or_else(|| self.bracketed(index)) }
                    })
                    .or_else(|| self.bedside(index))
                    .or_else(|| self.captioned(index));
            let Some((start, end)) = found else { continue };
            // `L as in Larry`: how a letter is spelled.
            let spells = self.strict
                && self.lower_is(index.wrapping_sub(1), words!["in"])
                && self.lower_is(index.wrapping_sub(2), words!["as"])
                && self.back(index, 3).len() == 1;
            let owned = || {
                self.strict
                    && !token.is(v::TITLE)
                    && !self.person_noun(index)
                    && (index..self.index_at(end)).any(|at| self.t(at).is(v::EPONYM))
                    && self.owned(self.index_at(end))
            };
            if !spells && !self.caption(start, end) && !owned() {
                let end = self.generation(end);
                self.hit(start, end, Identifier::Name, weight::NAME);
                self.number_behind(end);
                done = end;
            }
        }
        self.rosters();
        self.again(first_hit);
        if self.strict {
            self.unknown();
        }
        self.companions(first_hit);
        self.widened(first_hit);
        self.lowered();
        self.display_names();
    }

    /// A name that begins at a capitalised word and needs nothing before it.
    fn named(&self, index: usize) -> Option<(usize, usize)> {
        self.full_name(index)
            .or_else(|| self.last_first(index))
            .or_else(|| self.fielded(index))
            .or_else(|| self.credentialed(index))
            .or_else(|| self.initialed(index))
            .or_else(|| self.quoted_name(index))
    }

    /// A given name and a family name, both capitalised: `Jane Q. Roe`, `JANE ROE`.
    pub(super) fn full_name(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        // About a person, an unknown word before a family name is a given name.
        let following = self.t(index + 1);
        let likely = self.person
            && token.case == Case::Capital
            && !token.known(WORD)
            && token.roles == 0
            && token.len() > 2
            && !self.medical(self.bytes(token))
            && following.kind == Kind::Word
            && following.case == Case::Capital
            && following.start == token.end + 1
            && following.known(FAMILY)
            && !following.known(WORD)
            && following.roles == 0;
        if !(token.known(GIVEN) || likely)
            || self.lower_is(index, words!["baby", "boy", "girl", "last", "first", "middle"])
            || !token.capitalised()
            || token.case == Case::Single
            || token.is(v::TITLE) && !token.is(v::STRONG)
        {
            return None;
        }
        // What is joined to a path, a class or a key is none.
        if matches!(self.byte(token.start.wrapping_sub(1)), b'.' | b'/' | b'_' | b'\\' | b'$' | b'@' | b'-') {
            return None;
        }
        let weak = token.known(WORD) && !token.is(v::STRONG);
        if token.is(v::KNOWN) && !token.is(v::STRONG)
            || weak && token.is(!(v::STRONG | v::MONTH | v::STREET | v::STATE | v::DIRECTION))
        {
            return None;
        }
        // `Max Speed`, `Hong Kong`.
        if self.strict && self.bound(index)
            || !self.strict
                && !self.person
                && self.t(index + 1).known(WORD)
                && self.lower_is(index + 1, TECHNICAL)
            || self.lower_is(index, words!["hong"]) && self.lower_is(index + 1, words!["kong"])
            || self.lower_is(index, words!["rio"]) && self.lower_is(index + 1, words!["grande"])
            || !self.person && self.named_for_saints(index)
        {
            return None;
        }
        let (start, end) = self.name_from(index, false)?;
        // One part, also of two joined, is not yet a given and a family name.
        let first_end = self.atom(index).map_or(0, |next| self.t(next - 1).end);
        if end <= first_end {
            return None;
        }
        let last_index = self.index_at(end).checked_sub(1)?;
        if last_index == index {
            return None;
        }
        // The last word that is no point.
        let mut last = last_index;
        while last > index && self.t(last).kind == Kind::Symbol {
            last -= 1;
        }
        let family = self.t(last);
        if last == index || family.case == Case::Single && !self.strict {
            return None;
        }
        if self.strict
            && (self.eponym_alone(index) && self.eponym(index)
                || self.t(index).is(v::EPONYM) && !token.known(COMMON) && family.is(v::EPONYM))
        {
            return None;
        }
        let common = family.known(WORD);
        let upper = token.case == Case::Upper;
        let known = family.known(FAMILY | GIVEN);
        // `MIN RM  SIZE RO`: heads of columns.
        if upper && family.len() <= 2 && !self.strict && !self.person {
            return None;
        }
        // `Max IKE`, `Add ACS`, `Del Trunk`: a word and an abbreviation, a verb and what it is done to.
        let frequent = family.known(FAMILY) && family.known(COMMON) && !family.known(WORD);
        let brief = token.case == Case::Capital && family.case == Case::Upper && family.len() <= 4;
        let verb =
            self.lower_is(index, words!["max", "add", "del", "ver", "conn", "ok", "pim", "map", "sid"]);
        if !self.strict
            && !self.person
            && self.byte(family.start.wrapping_sub(1)) != b'+'
            && !(verb && family.known(FAMILY) && self.acts(index, last + 1))
            && (brief && (verb || !frequent && !token.known(COMMON)) || verb && !frequent)
        {
            return None;
        }
        // `Eli Lilly and Company`.
        let after = self.index_at(end);
        let joined = usize::from(self.lower_is(after, words!["and"]) || self.t(after).symbol(b'&'));
        if self.lower_is(
            after + joined,
            words!["company", "co", "inc", "llc", "corp", "corporation", "gmbh", "laboratories"],
        ) && self.t(after + joined).capitalised()
            && (joined > 0 || !self.person)
        {
            return None;
        }
        let blocked = family.is(v::MACHINE | v::STREET | v::FACILITY | v::KNOWN | v::FACILITYMID | v::PAYER)
            && (common || family.is(v::KNOWN))
            && !(self.strict
                && family.known(FAMILY)
                && !weak
                && !family.is(v::FACILITY | v::STREET | v::FACILITYMID | v::MACHINE));
        if blocked
            || matches!(self.byte(end), b'.' | b'/' | b'\\') && crate::shape::alphanumeric(self.byte(end + 1))
        {
            return None;
        }
        let enough = match (weak, common) {
            (false, false) => known || self.strict,
            (false, true) => {
                known
                    && (!upper || token.is(v::STRONG) || self.person)
                    && (self.person || !token.known(WORD) || token.is(v::STRONG))
            }
            (true, false) => {
                known
                    && (self.strict && !self.begins_sentence(index)
                        || self.person
                        || self.back(index, 1).symbol(b':') && family.known(FAMILY))
            }
            (true, true) => false,
        };
        (enough && (!upper || family.case == Case::Upper || family.case == Case::Single))
            .then_some((start, end))
    }

    /// Whether a word for a person stands before two words, or what persons do behind them: `user Max LEE`, `Sid KAY logged in`.
    fn acts(&self, index: usize, behind: usize) -> bool {
        self.person_noun(index.wrapping_sub(1))
            || self.lower_is(index.wrapping_sub(1), words!["user", "by", "for"])
            || self.lower_is(
                behind,
                list!(
                    "logged signed approved denied opened viewed reviewed accessed called ordered arrived requested \
                     admitted discharged checked asked said reports cancelled canceled"
                ),
            )
    }

    /// `San Jose`, `Palo Alto`, `Santa Clara`: cities whose first word is a name elsewhere.
    fn named_for_saints(&self, index: usize) -> bool {
        let second = |words: &[u64]| self.lower_is(index + 1, words);
        self.lower_is(index, words!["san"])
            && second(words![
                "jose",
                "diego",
                "francisco",
                "antonio",
                "mateo",
                "marcos",
                "juan",
                "carlos",
                "bruno",
                "rafael",
                "leandro",
                "luis",
                "salvador",
                "marino",
                "ramon"
            ])
            || self.lower_is(index, words!["santa"])
                && second(words!["clara", "barbara", "monica", "ana", "rosa", "cruz", "fe"])
            || self.lower_is(index, words!["palo"]) && second(words!["alto"])
    }

    /// `Roe, Jane`, `ROE, JANE Q`.
    pub(super) fn last_first(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if !token.capitalised()
            || self.lower_is(
                index,
                words!["last", "first", "name", "thx", "thanks", "hi", "hey", "dear", "best", "cheers"],
            )
            || token.case == Case::Single
            || !token.known(FAMILY) && token.known(WORD)
            || token.is(v::KNOWN | v::TITLE | v::CARER | v::KIN | v::PERSON)
                && !(self.strict && token.known(COMMON) && self.back(index, 1).kind == Kind::None)
        {
            return None;
        }
        if matches!(self.byte(token.start.wrapping_sub(1)), b'.' | b'/' | b'_' | b'\\' | b'$') {
            return None;
        }
        let next = self.atom(index)?;
        let given = self.t(next + 1);
        let glued = self.t(next).end == given.start;
        // `Torres-Kondo, Grace / 1266064 / 94`: a list of those who come.
        if !self.strict
            && self.t(next).symbol(b',')
            && !glued
            && given.capitalised()
            && given.known(GIVEN)
            && token.known(FAMILY)
            && !token.known(WORD)
            && let Some((start, end)) = self.name_from(index, true)
        {
            let sign = self.index_at(end);
            let number = self.t(sign + 1);
            if self.t(sign).symbol(b'/') && number.kind == Kind::Number && number.len() >= 5 {
                return Some((start, end));
            }
        }
        if !self.t(next).symbol(b',')
            || !given.capitalised()
            || !given.known(GIVEN)
                && !(self.strict
                    && token.case == Case::Upper
                    && given.len() > 3
                    && token.known(COMMON)
                    && !token.known(WORD)
                    && !given.known(WORD)
                    && given.roles == 0)
            || given.is(v::KNOWN) && !given.is(v::STRONG)
            || given.is(v::SUFFIX | v::TITLE)
            || token.is(v::MONTH) && given.is(v::MONTH)
            || given.case == Case::Single
        {
            return None;
        }
        if given.is(v::STATE) && (given.len() == 2 || self.t(index).known(crate::words::CITY))
            || glued && !self.person
        {
            return None;
        }
        // At the head of a line: `Wagner, Dean`, `Ward, Alice`.
        let heads = self.strict
            && (self.back(index, 1).kind == Kind::None || self.back(index, 1).symbol(b'\n'))
            && token.known(FAMILY)
            && token.known(COMMON)
            && given.known(COMMON)
            && (!token.known(WORD) || !given.known(WORD))
            && !self.t(next + 2).symbol(b',');
        let proper = heads
            || (!token.known(WORD) || token.known(FAMILY) && self.person && token.roles == 0)
                && (!given.known(WORD)
                    || given.is(v::STRONG)
                    || self.strict && token.case == Case::Upper && given.known(COMMON));
        // `Okafor, CORALIE`.
        let loud = self.strict
            && token.case == Case::Capital
            && given.case == Case::Upper
            && given.known(GIVEN)
            && given.known(COMMON)
            && token.known(FAMILY)
            && !token.known(WORD)
            && given.len() > 3;
        let same_case = (token.case == Case::Upper) == (given.case == Case::Upper) || loud;
        // In a list of given names (`Ann, Bob and Carl`) each is one all the same.
        if !proper || !same_case || !(self.person || token.known(FAMILY)) {
            return None;
        }
        self.name_from(index, false)
    }

    /// Parts of names that were found are names wherever else they stand capitalised.
    pub(super) fn again(&mut self, first_hit: usize) {
        let mut parts = HashSet::new();
        let hits: Vec<Hit> =
            self.hits.iter().skip(self.first).filter(|h| h.identifier == Identifier::Name).copied().collect();
        for hit in &hits {
            let mut index = self.index_at(hit.start);
            while self.t(index).start < hit.end {
                let token = self.t(index);
                if token.kind == Kind::Word
                    && token.len() > 2
                    && !token.is(v::TITLE | v::SUFFIX)
                    && (!token.known(WORD) || token.is(v::STRONG) || token.known(FAMILY) && self.strict)
                {
                    parts.insert(token.hash);
                }
                index += 1;
            }
        }
        if parts.is_empty() || first_hit > self.hits.len() {
            return;
        }
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            // `Hunter's mom. Hunter threw up`.
            let goes_on = self.strict
                && token.known(GIVEN)
                && !token.known(PLAIN)
                && self.t(index + 1).case == Case::Lower
                && self.t(index + 1).kind == Kind::Word;
            let sentence =
                token.known(WORD) && !token.is(v::STRONG) && self.begins_sentence(index) && !goes_on;
            // `hey it's raymond`, behind the name as the telephone shows it.
            let small = self.strict
                && token.case == Case::Lower
                && token.len() > 3
                && !token.known(WORD)
                && !matches!(self.byte(token.end), b'_' | b'@' | b'.' | b'-' | b'0'..=b'9');
            if token.kind == Kind::Word
                && (token.capitalised() || small)
                && parts.contains(&token.hash)
                && !sentence
                && !matches!(self.byte(token.start.wrapping_sub(1)), b'.' | b'/' | b'_' | b'@')
            {
                let weight = if token.capitalised() { weight::NAME - 1 } else { weight::GUESS };
                // `Leonard: leonard ottanelli, 8/3/07`.
                let family = self.t(index + 1);
                let on = !token.capitalised()
                    && family.start == token.end + 1
                    && (self.small_unknown(index + 1) || self.small_sure(index + 1));
                let end = if on { self.t(self.small_end(index + 1) - 1).end } else { token.end };
                self.hit(token.start, end, Identifier::Name, weight);
            }
        }
    }
}
