//! Names as they stand on lists of a ward: beside age and sex, a room or a bed, in what labels a specimen, in
//! brackets behind another.

use super::{
    Reader,
    token::{Case, Kind},
};
use crate::{
    shape::digits,
    words::{COMMON, FAMILY, GIVEN, MEDICAL, PLAIN, WORD, list, vocabulary as v, words},
};

/// Adjectives of persons that are family names, too.
const ADJECTIVES: &[u64] = list!(
    "black white brown asian young old single fit english french german irish strong short small large frail healthy"
);

impl Reader<'_> {
    /// In prose: `Okafor 71F`, `Rm 12 Pruitt: NPO`, `Lowell 503-2.`, `jo lindqvist, 44, here`.
    pub(super) fn bedside(&self, index: usize) -> Option<(usize, usize)> {
        if !self.strict || self.t(index).kind != Kind::Word || self.t(index).len() < 2 {
            return None;
        }
        if self.t(index).case == Case::Lower {
            return self.small_and_aged(index).or_else(|| self.typed(index));
        }
        self.tagged(index)
            .or_else(|| self.labelled(index))
            .or_else(|| self.lettered(index))
            .or_else(|| self.nicknamed(index))
            .or_else(|| self.asked_to(index))
    }

    /// A capitalised name before age and sex, behind a room or before a bed.
    fn tagged(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if !matches!(token.case, Case::Capital | Case::Inner) {
            return None;
        }
        let over = self.over_particles(index);
        let first = if over > index && self.t(over).capitalised() { over } else { index };
        let head = self.t(first);
        let fits = matches!(head.case, Case::Capital | Case::Inner)
            && (head.known(FAMILY | GIVEN) || !head.known(WORD) && head.len() > 3)
            && head.otherwise() & !v::UNIT == 0
            && (!head.is(v::KNOWN | v::MONTH | v::STATE | v::SUFFIX)
                || head.known(COMMON) && !head.is(v::SUFFIX))
            && (!head.known(MEDICAL) || head.known(COMMON))
            && !self.lower_is(first, ADJECTIVES)
            && !self.gauged(first)
            && !self.eponym(first)
            && (head.known(FAMILY | GIVEN) || !self.medical(self.bytes(head)));
        if !fits {
            return None;
        }
        let mut next = self.atom(first)?;
        // A given name behind.
        let second = self.t(next);
        if second.case == Case::Capital
            && second.kind == Kind::Word
            && second.known(GIVEN)
            && second.otherwise() == 0
            && second.start == self.t(next - 1).end + 1
            && !(second.known(PLAIN) && second.known(WORD))
        {
            next = self.atom(next)?;
        }
        let found = Some((token.start, self.t(next - 1).end));
        let word = head.known(WORD) && !head.is(v::STRONG);
        let begins = self.begins_sentence(index);
        let comma = usize::from(self.t(next).symbol(b','));
        let aged = self.age_and_sex(next + comma)
            || comma == 0 && self.t(next).symbol(b'(') && self.age_and_sex(next + 1);
        let roomed = self.behind_room(index);
        if aged
            && (begins || roomed || head.known(FAMILY) && (!word || head.known(COMMON) && !head.known(PLAIN)))
        {
            return found;
        }
        let after = self.t(next);
        let sign = after.kind == Kind::Symbol && matches!(after.byte, b':' | b';')
            || matches!(after.kind, Kind::None);
        let lower =
            after.kind == Kind::Word && after.case == Case::Lower || after.symbol(b'-') || after.symbol(b',');
        if roomed
            && head.known(FAMILY | GIVEN)
            && (sign || lower && (!word || head.known(COMMON) && !head.known(PLAIN)))
        {
            return found;
        }
        // `Porter / rm 226`.
        if begins
            && head.known(FAMILY)
            && (self.t(next).symbol(b'/') || self.t(next).symbol(b'|') || comma > 0)
            && self.lower_is(next + 1, words!["rm", "room", "bed"])
            && matches!(self.t(next + 2).kind, Kind::Number | Kind::Mixed)
        {
            return found;
        }
        // `Ramsey in 417`.
        let room = self.t(next + 1);
        let in_room = self.lower_is(next, words!["in"])
            && head.known(FAMILY)
            && (head.known(COMMON) && !head.known(PLAIN) || !word)
            && (room.kind == Kind::Number && room.len() == 3
                || self.lower_is(next + 1, words!["room", "rm", "bed", "bay"])
                    && self.t(next + 2).kind != Kind::Word)
            && !self.t(next + 2).is(v::PERIOD | v::UNIT | v::AGE);
        if in_room {
            return found;
        }
        // `Lowell 503-2.`: a bed.
        let bed = begins
            && head.known(FAMILY)
            && after.kind == Kind::Number
            && (2..=4).contains(&after.len())
            && self.t(next + 1).symbol(b'-')
            && self.glued(next)
            && self.glued(next + 1)
            && self.t(next + 2).len() == 1
            && matches!(self.t(next + 3).byte, b'.' | b':' | b',' | b';')
            && self.t(next + 3).kind == Kind::Symbol
            && self.t(next + 2).end == self.t(next + 3).start;
        if bed { found } else { None }
    }

    /// `71F`, `F/71`, `71/F`, `71 yo`, `71yoF`, `71 F`.
    pub(super) fn age_and_sex(&self, index: usize) -> bool {
        let token = self.t(index);
        let sex = |at: usize| {
            self.t(at).case == Case::Single
                && self.t(at).kind == Kind::Word
                && matches!(self.t(at).byte, b'F' | b'M')
        };
        let age = |at: usize| self.t(at).kind == Kind::Number && self.t(at).len() <= 3;
        match token.kind {
            Kind::Mixed => {
                let bytes = self.bytes(token);
                let count = digits(self.text, token.start, 4);
                let unit = bytes.get(count..).unwrap_or_default();
                (1..=3).contains(&count)
                    && [
                        &b"f"[..],
                        b"m",
                        b"yo",
                        b"yof",
                        b"yom",
                        b"y",
                        b"yr",
                        b"mo",
                        b"wo",
                        b"do",
                        b"d",
                        b"wk",
                        b"mos",
                    ]
                    .iter()
                    .any(|known| unit.eq_ignore_ascii_case(known))
            }
            Kind::Number if token.len() <= 3 => {
                self.t(index + 1).symbol(b'/') && self.glued(index) && sex(index + 2)
                    || sex(index + 1) && !self.t(index + 2).symbol(b'.')
                    || self.lower_is(index + 1, words!["yo", "yof", "yom", "y"])
            }
            Kind::Word => {
                sex(index)
                    && self.t(index + 1).symbol(b'/')
                    && self.glued(index)
                    && self.glued(index + 1)
                    && age(index + 2)
            }
            _ => false,
        }
    }

    /// `rm 7B Okafor`, `Bed 4 Okafor`, `room 12: Okafor`.
    fn behind_room(&self, index: usize) -> bool {
        let by = 1 + usize::from(self.back(index, 1).symbol(b':') || self.back(index, 1).symbol(b'-'));
        let number = self.back(index, by);
        matches!(number.kind, Kind::Number | Kind::Mixed)
            && number.len() <= 4
            && self.lower_is(index.wrapping_sub(by + 1), words!["rm", "room", "bed", "bay", "chair", "pod"])
    }

    /// `jo lindqvist, 44, c/o cough`: two names in small letters, and an age.
    fn small_and_aged(&self, index: usize) -> Option<(usize, usize)> {
        let (one, two) = (self.t(index), self.t(index + 1));
        let part = |at: usize| {
            let token = self.t(at);
            token.kind == Kind::Word
                && token.case == Case::Lower
                && token.len() > 1
                && token.otherwise() == 0
                && token.known(GIVEN | FAMILY)
        };
        let sure = |at: usize| !self.t(at).known(WORD);
        let begins = matches!(self.back(index, 1).kind, Kind::None | Kind::Symbol)
            && !matches!(self.back(index, 1).byte, b'\'' | b'/' | b'@');
        let last = index + 1;
        let age = self.t(last + 2);
        let aged = self.t(last + 1).symbol(b',')
            && (age.kind == Kind::Number
                && age.len() <= 3
                && matches!(self.t(last + 3).byte, b',' | b';' | b'.')
                || self.age_and_sex(last + 2));
        (begins
            && part(index)
            && part(last)
            && two.start == one.end + 1
            && (sure(index) || sure(last))
            && aged)
            .then_some((one.start, two.end))
    }

    /// `labeled "Okafor, cecum"`: what stands on a specimen's container.
    fn labelled(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        let quote = self.back(index, 1);
        let told = matches!(quote.byte, b'"' | b'\'')
            && quote.kind == Kind::Symbol
            && self.lower_is(index.wrapping_sub(2), words!["labeled", "labelled", "designated", "marked"]);
        let name = matches!(token.case, Case::Capital | Case::Inner)
            && (token.known(FAMILY | GIVEN) || !token.known(WORD))
            && !(token.known(MEDICAL) && !token.known(COMMON))
            && token.otherwise() == 0;
        if !told || !name {
            return None;
        }
        let next = self.atom(index)?;
        (self.t(next).symbol(b',')).then(|| (token.start, self.t(next - 1).end))
    }

    /// `(initials JR`, `01 BS 03 Oct 1961`: the letters of a person in a study.
    fn lettered(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if token.case != Case::Upper || !(2..=3).contains(&token.len()) {
            return None;
        }
        let by = 1 + usize::from(
            self.back(index, 1).symbol(b':') || self.lower_is(index.wrapping_sub(1), words!["are", "of"]),
        );
        let told = self.lower_is(index.wrapping_sub(by), words!["initials", "initial"]);
        let number = self.back(index, 1);
        let listed = number.kind == Kind::Number
            && (2..=4).contains(&number.len())
            && number.end + 1 == token.start
            && !self.lower_is(index, words!["mg", "ml", "mcg", "iu", "kg", "cm", "mm", "gm", "day", "age"])
            && self.t(index + 1).kind == Kind::Number
            && self.t(index + 1).len() <= 2
            && self.t(index + 2).is(v::MONTH)
            && self.t(index + 3).kind == Kind::Number;
        (told || listed).then_some((token.start, token.end))
    }

    /// `Carlos Okafor ("Ruby" to friends)`: what somebody is called.
    fn nicknamed(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        let quote =
            |at: usize| self.t(at).kind == Kind::Symbol && matches!(self.t(at).byte, b'"' | b'\'' | 0xe2);
        let open = index.wrapping_sub(2);
        if !quote(index.wrapping_sub(1)) || token.case != Case::Capital {
            return None;
        }
        let behind = self.t(open).symbol(b'(')
            && self.back(open, 1).capitalised()
            && (self.back(open, 1).known(FAMILY | GIVEN) || !self.back(open, 1).known(WORD))
            && self.back(open, 1).roles & (v::FACILITY | v::MACHINE | v::TITLE) == 0;
        let next = self.atom(index)?;
        (behind
            && quote(next)
            && (token.known(FAMILY | GIVEN) || !token.known(WORD))
            && token.roles & !v::BORNE & !v::TITLE == 0)
            .then(|| (token.start, self.t(next - 1).end))
    }

    /// `Okafor to call IR`: who has to do what.
    fn asked_to(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        let named = token.case == Case::Capital
            && (token.known(FAMILY | GIVEN) && (token.known(COMMON) || !token.known(WORD))
                || !token.known(WORD) && token.len() > 3)
            && token.otherwise() == 0
            && !token.is(v::KNOWN)
            && !token.known(MEDICAL)
            && !self.medical(self.bytes(token));
        if !named {
            return None;
        }
        let next = self.atom(index)?;
        let task = self.lower_is(next, words!["to"])
            && self.lower_is(
                next + 1,
                list!(
                    "call follow see discuss page notify order check review sign speak bring arrange fax send update \
                     confirm obtain schedule contact reach email text talk consent evaluate reassess"
                ),
            );
        (!token.known(PLAIN) && task && self.begins_sentence(index))
            .then(|| (token.start, self.t(next - 1).end))
    }

    /// `T: marlow  J#48213`: who typed a report.
    fn typed(&self, index: usize) -> Option<(usize, usize)> {
        if !self.back(index, 1).symbol(b':') {
            return None;
        }
        let (token, next, label) = (self.t(index), self.t(index + 1), self.back(index, 2));
        let told = label.kind == Kind::Word
            && (label.case == Case::Single && matches!(label.byte, b'T' | b'D')
                || self
                    .lower_is(index.wrapping_sub(2), words!["transcriptionist", "typist", "trans", "typed"]));
        let named = token.case == Case::Lower
            && token.len() > 2
            && token.known(FAMILY | GIVEN)
            && (token.known(COMMON) || !token.known(WORD))
            && token.otherwise() == 0
            && !(next.kind == Kind::Word && next.case == Case::Lower && next.start == token.end + 1);
        (told && named).then_some((token.start, token.end))
    }
}
