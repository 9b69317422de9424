//! The quick look at words.

use super::{
    Gate,
    around::{aged_name, banded},
    listed::Front,
    triggers::{PERSONS, Word},
};
use crate::{
    shape::{internet, ssn},
    text::{
        cited, key,
        token::{at, before},
    },
    words::{
        COMMON, FAMILY, GIVEN, WORD, dictionary, hash,
        vocabulary::{self as v, Roles},
        words,
    },
};

/// Last words of states of two.
const TWO_WORD_STATES: &[u64] =
    words!["jersey", "york", "mexico", "hampshire", "carolina", "dakota", "island"];

/// Most words between one of persons and a name.
pub(super) const NEAR: u32 = 5;

/// Letters that stand together, as they are written.
#[derive(Clone, Copy)]
pub(super) struct Letters {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether there are capitals behind the first letter, and small letters too.
    pub(super) camel: bool,
}

impl Gate<'_> {
    /// Goes on after a word of small ASCII letters; nothing if it may identify. Most words are in no list and end here.
    #[inline(always)]
    pub(super) fn small(&mut self, start: usize, end: usize) -> Option<()> {
        let rest = self.line.get(start..).unwrap_or_default();
        let length = end - start;
        let front = Front::of(rest, length);
        if self.listed.small(front) || length <= 4 && rest.get(length) == Some(&b':') {
            return self.listed_word(start, end, front);
        }
        self.pass_word(start, end, false);
        Some(())
    }

    /// The same for one that may be in a list, or begin an address.
    #[inline(never)]
    fn listed_word(&mut self, start: usize, end: usize, front: Front) -> Option<()> {
        let line = self.line;
        if end - start <= 4 && at(line, end) == b':' && internet::v6(line, start).is_some() {
            return None;
        }
        // `xxx-xx-6789`.
        if end - start == 3
            && at(line, end) == b'-'
            && at(line, start) == b'x'
            && ssn::crossed(line, start).is_some()
        {
            return None;
        }
        let entry = self.listed.entry(line.get(start..).unwrap_or_default(), front);
        self.trigger(&Word { start, end, roles: entry.roles, asked: entry.asked, capital: false })?;
        self.pass_word(start, end, false);
        Some(())
    }

    /// Goes on after a word; nothing if it may identify.
    pub(super) fn word(&mut self, letters: Letters) -> Option<()> {
        let line = self.line;
        let Letters { start, end, camel } = letters;
        let length = end - start;
        if camel {
            let word = line.get(start..end).unwrap_or_default();
            let whole = self.roles(start, end);
            // `Orla's iPhone`.
            let called = || whole & v::CARED != 0 && line.get(start.saturating_sub(3)..start) == Some(b"'s ");
            if whole & v::LOOK != 0 || called() {
                return None;
            }
            // The parts are keys, or classes of programs; names with a capital inside are looked up as a whole below.
            if whole & v::KNOWN == 0 {
                let mut offset = start;
                for part in key::parts(word) {
                    self.read(offset, offset + part.len(), false)?;
                    offset += part.len();
                }
            }
        }
        let first = at(line, start);
        let capital = first.is_ascii_uppercase()
            || first == 0xc3 && at(line, start + 1) < 0x9f
            || matches!(first, 0xc4 | 0xc5);
        if capital && cited::opens(line, start, end) {
            return None;
        }
        if length <= 4 && at(line, end) == b':' && internet::v6(line, start).is_some() {
            return None;
        }
        if length == 3
            && at(line, end) == b'-'
            && matches!(first, b'X' | b'x')
            && ssn::crossed(line, start).is_some()
        {
            return None;
        }
        if !camel || capital {
            self.read(start, end, capital)?;
        }
        // `55120844   07/08/1966   55Y  F`, `82F Roe`.
        (length > 1 || !matches!(first, b'M' | b'F') || !(banded(line, start) || aged_name(line, start)))
            .then_some(())
    }

    /// The roles of the word before, or of the part of a word before.
    pub(super) fn previous(&self) -> Roles {
        let (start, end) = self.last;
        self.roles(start, end)
    }

    fn roles(&self, start: usize, end: usize) -> Roles {
        self.listed.roles(self.line.get(start..).unwrap_or_default(), end - start)
    }

    #[inline]
    pub(super) fn pass_word(&mut self, start: usize, end: usize, capital: bool) {
        self.last = (start, end);
        self.capital = capital;
        self.words += 1;
    }

    /// Goes on after a word; nothing if it, with what is around, may announce or be something.
    fn read(&mut self, start: usize, end: usize, capital: bool) -> Option<()> {
        let rest = self.line.get(start..).unwrap_or_default();
        let entry = self.listed.entry(rest, Front::of(rest, end - start));
        self.trigger(&Word { start, end, roles: entry.roles, asked: entry.asked, capital })?;
        if capital && self.may_be_name(start, end, entry.roles) {
            return None;
        }
        self.pass_word(start, end, capital);
        Some(())
    }

    /// Whether a capitalised word, with what is around it, may name a person or a place.
    fn may_be_name(&self, start: usize, end: usize, roles: Roles) -> bool {
        let word = self.line.get(start..end).unwrap_or_default();
        if self.capital
            && matches!(word.len(), 4..=9)
            && TWO_WORD_STATES.contains(&hash(word))
            && self.previous() & v::DIRECTION != 0
        {
            return true;
        }
        if self.words - self.person_at <= NEAR && roles & PERSONS == 0 {
            let joined =
                || before(self.line, start) == b' ' && self.previous() & (v::PERSON | v::KIN | v::CARER) != 0;
            if word.len() > 1 && dictionary().get(hash(word)) & (GIVEN | FAMILY) != 0 || joined() {
                return true;
            }
        }
        if self.quoted_name(word, start, end) {
            return true;
        }
        // `M. Tran`.
        if word.len() == 1
            && let [b'.', b' ', rest @ ..] = self.line.get(end..).unwrap_or_default()
            && rest.first().is_some_and(u8::is_ascii_uppercase)
        {
            let length = rest.iter().take(24).take_while(|b| b.is_ascii_alphabetic()).count();
            let flags = dictionary().get(hash(rest.get(..length).unwrap_or_default()));
            return flags & FAMILY != 0 && flags & WORD == 0;
        }
        word.len() > 1 && (roles & v::KNOWN == 0 || roles & v::STRONG != 0) && self.pair(word, end)
    }

    /// A name alone in quotes or brackets, as of a bound value, or at the head of a text: `'Roe'`, `[Jane]`, `"Jane, your…`.
    fn quoted_name(&self, word: &[u8], start: usize, end: usize) -> bool {
        let (opens, next) = (before(self.line, start), at(self.line, end));
        let alone = matches!((opens, next), (b'\'', b'\'') | (b'[', b']'));
        let head = matches!(opens, b'"' | b'\'')
            && next == b','
            && at(self.line, end + 1) == b' '
            && at(self.line, end + 2).is_ascii_lowercase();
        if !(alone || head) || word.len() < 3 {
            return false;
        }
        let flags = dictionary().get(hash(word));
        flags & (GIVEN | FAMILY) != 0 && (flags & COMMON != 0 || flags & WORD == 0)
    }

    /// Whether a capitalised word and the next one may be a name: `Jane Roe`, `Jane Q. Roe`, `Roe, Jane`.
    fn pair(&self, first: &[u8], end: usize) -> bool {
        let line = self.line;
        let mut next = end;
        let mut comma = false;
        let mut fields = false;
        // What may stand between the parts of a name.
        while next < end + 4 {
            match at(line, next) {
                b',' => comma = true,
                // Fields of a row.
                b'|' | b';' | b'\t' => (comma, fields) = (true, true),
                b' ' | b'.' | b'\'' | b'-' | b'+' | b'"' | b'(' | b'^' => {}
                b'_' if next == end => {}
                _ => break,
            }
            next += 1;
        }
        if next == end {
            return false;
        }
        // `"Jane","Roe"`.
        fields |= line.get(end..next) == Some(b"\",\"");
        let second = at(line, next);
        let small = second.is_ascii_lowercase() && !comma;
        if !(second.is_ascii_uppercase() || second >= 0xc3 || small) {
            return false;
        }
        // `ROE^JANE`.
        if at(line, end) == b'^' && next == end + 1 {
            return true;
        }
        // `Roe_Jane` of a file.
        if at(line, end) == b'_' {
            let rest = line.get(next..).unwrap_or_default();
            let length = rest.iter().take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
            let named = |word: &[u8]| {
                let flags = dictionary().get(hash(word));
                flags & (GIVEN | FAMILY) != 0 && flags & WORD == 0
            };
            return !small && (named(first) || named(rest.get(..length).unwrap_or_default()));
        }
        let flags = || dictionary().get(hash(first));
        let word = line.get(next..).unwrap_or_default();
        let length = word.iter().take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
        let word = word.get(..length).unwrap_or_default();
        if small {
            // `Maria de la Cruz`: a small word is of a name if it is a particle.
            let particles: [&[u8]; 16] = [
                b"de", b"la", b"van", b"von", b"der", b"den", b"del", b"da", b"dos", b"di", b"du", b"le",
                b"bin", b"ibn", b"al", b"el",
            ];
            return particles.contains(&word) && flags() & GIVEN != 0;
        }
        if comma {
            let second = dictionary().get(hash(word));
            // `"Roe, J."`.
            if word.len() == 1
                && at(line, next + 1) == b'.'
                && matches!(before(line, end - first.len()), b'"' | b'\'')
            {
                return flags() & FAMILY != 0;
            }
            return second & GIVEN != 0 || fields && second & FAMILY != 0 && flags() & GIVEN != 0;
        }
        // Behind a role or a preposition, an unknown given name before a frequent family name.
        let announces = v::AGENT | v::PERSON | v::KIN | v::CARER | v::USER | v::GREETING;
        flags() & GIVEN != 0
            || dictionary().get(hash(word)) & (FAMILY | COMMON) == FAMILY | COMMON
                && self.previous() & announces != 0
    }
}
