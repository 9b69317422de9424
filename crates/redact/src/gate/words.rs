//! The quick look at words.

use super::{
    Gate,
    around::{many_digits, title_precedes, user_follows, value_is_capital},
    classes::{DIGIT, LETTER, class},
};
use crate::{
    shape::{internet, ssn},
    text::{
        key,
        numbered::NUMBERED,
        token::{at, before},
    },
    words::{
        FAMILY, GIVEN, constant, dictionary, hash,
        vocabulary::{self as v, Roles},
        words,
    },
};

/// Roles after which a capitalised word may be a name.
const PERSONS: Roles = v::PERSON | v::KIN | v::CARER | v::NAMED;
/// Nouns that make a number with `id` or `no`.
pub(super) const NUMBERS: Roles =
    v::MRN | v::PLAN | v::ACCOUNT | v::LICENCE | v::DEVICE | v::VEHICLE | v::OTHER | v::CARD;

/// Kinds of streets that are written in small letters too.
const PLAIN_STREETS: [u64; 18] = [
    constant("street"),
    constant("st"),
    constant("avenue"),
    constant("ave"),
    constant("road"),
    constant("rd"),
    constant("boulevard"),
    constant("blvd"),
    constant("lane"),
    constant("ln"),
    constant("drive"),
    constant("dr"),
    constant("terrace"),
    constant("parkway"),
    constant("highway"),
    constant("circle"),
    constant("ct"),
    constant("hwy"),
];

/// Last words of states of two.
const TWO_WORD_STATES: &[u64] =
    words!["jersey", "york", "mexico", "hampshire", "carolina", "dakota", "island"];

impl Gate<'_> {
    /// Where to go on after a word; nothing if it may identify.
    pub(super) fn word(&mut self, start: usize) -> Option<usize> {
        let line = self.line;
        let rest = line.get(start..).unwrap_or_default();
        let (mut length, mut inner, mut number) = (0, false, false);
        for byte in rest {
            match class(*byte) {
                LETTER => {
                    let upper = byte.is_ascii_uppercase();
                    inner |= upper && length > 0;
                }
                DIGIT => {
                    number = true;
                    break;
                }
                _ => break,
            }
            length += 1;
        }
        let end = start + length;
        if number {
            let tail =
                line.get(end..).unwrap_or_default().iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            if !self.mixed(start, end + tail) {
                return None;
            }
        }
        let word = line.get(start..end).unwrap_or_default();
        let first = at(line, start);
        // Small letters that are in no list: most words end here.
        if first.is_ascii_lowercase()
            && !inner
            && !number
            && at(line, end) != b':'
            && !self.vocabulary.may_hold(rest, length)
            && !matches!((first, length), (b'x', 3))
        {
            self.previous = 0;
            self.capital = false;
            self.words += 1;
            return Some(end);
        }
        let camel = inner && word.iter().any(u8::is_ascii_lowercase);
        if camel {
            let listed = self.vocabulary.may_hold(rest, length);
            let whole = if listed { self.vocabulary.get(hash(word)) } else { 0 };
            if whole & v::LOOK != 0 {
                return None;
            }
            // The parts are keys, or classes of programs; names with a capital inside are looked up as a whole below.
            if whole & v::KNOWN == 0 {
                let mut offset = start;
                for part in key::parts(word) {
                    offset += part.len();
                    self.read(part, false, offset)?;
                }
            }
        }
        let capital = first.is_ascii_uppercase()
            || first == 0xc3 && at(line, start + 1) < 0x9f
            || matches!(first, 0xc4 | 0xc5);
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
            self.read(word, capital, end)?;
        }
        Some(end)
    }

    /// Goes on after a word; nothing if it, with what is around, may announce or be something.
    fn read(&mut self, word: &[u8], capital: bool, end: usize) -> Option<()> {
        let line = self.line;
        let next = at(line, end);
        let from = line.get(end - word.len()..).unwrap_or_default();
        // Most words are in no list, which their first eight letters tell; only others are hashed.
        let listed = word.first().is_some_and(|b| *b >= 0x80) || self.vocabulary.may_hold(from, word.len());
        let roles = if listed { self.vocabulary.get(hash(word)) } else { 0 };
        if roles != 0 {
            let key = matches!(next, b'"' | b'=' | b':' | b'\'' | b'\\' | b'>' | b']');
            // A noun with a number behind it; a path to a person; an account that is named for one.
            let numbered = roles & (v::MRN | v::PLAN | v::ACCOUNT) != 0
                && next == b' '
                && NUMBERED.contains(&hash(word))
                && many_digits(line, end + 1)
                || next == b'/'
                    && roles & (v::SUBJECT | v::PERSON | v::PLAN | v::MRN) != 0
                    && many_digits(line, end + 1)
                || roles & v::USER != 0 && user_follows(line, end)
                || roles & v::CALLED != 0
                    && (next == b'"' || next == b'=')
                    && many_digits(line, end + usize::from(next == b'"') * 2);
            let look = numbered
                || roles & (v::LOOK | v::SSN | v::NINETY | v::ZIP) != 0
                || roles & v::TITLE != 0 && title_precedes(line, end)
                || roles & v::NAMED != 0
                    && (self.previous & (v::NAMEMOD | v::KIN | v::CARER | v::PERSON) != 0
                        || key && self.previous & v::MACHINE == 0 && value_is_capital(line, end))
                || roles & v::IDWORD != 0 && self.previous & NUMBERS != 0
                || roles & (v::PROSE | v::PLACE | v::ADDRESS | v::FACILITY) != 0 && key
                || roles & v::FACILITY != 0 && capital && self.capital
                || roles & v::STREET != 0
                    && self.words - self.number_at <= 6
                    && (capital || self.capital && PLAIN_STREETS.contains(&hash(word)))
                || roles & v::STATE != 0
                    && capital
                    && (word.len() > 3 || word.len() == 2 && (next == b' ' || next == b',' || self.capital))
                || roles & v::SUFFIX != 0
                    && capital
                    && self.capital
                    && word.iter().all(u8::is_ascii_uppercase);
            // `Mobile/15E148` and `Mobile Safari` of browsers are no telephones.
            let browser =
                roles & v::PHONE != 0 && (next == b'/' || line.get(end..end + 7) == Some(b" Safari"));
            if look && !browser {
                return None;
            }
            if roles & PERSONS != 0 {
                self.person_at = self.words;
            }
            if roles & (v::PHONE | v::FAX) != 0 && !browser {
                self.phone_at = self.words;
            }
            if roles & v::AGE != 0 {
                self.age_at = self.words;
            }
        }
        if capital {
            if self.capital && self.previous & v::DIRECTION != 0 && TWO_WORD_STATES.contains(&hash(word)) {
                return None;
            }
            let after_person = self.words - self.person_at <= 5 && roles & PERSONS == 0;
            if after_person && word.len() > 1 && dictionary().get(hash(word)) & (GIVEN | FAMILY) != 0
                || after_person
                    && self.previous & (v::PERSON | v::KIN | v::CARER) != 0
                    && before(line, end - word.len()) == b' '
            {
                return None;
            }
            if word.len() > 1 && (roles & v::KNOWN == 0 || roles & v::STRONG != 0) && self.pair(word, end) {
                return None;
            }
        }
        self.previous = roles;
        self.capital = capital;
        self.words += 1;
        Some(())
    }

    /// Whether a capitalised word and the next one may be a name: `Jane Roe`, `Jane Q. Roe`, `Roe, Jane`.
    fn pair(&self, first: &[u8], end: usize) -> bool {
        let line = self.line;
        let mut next = end;
        let mut comma = false;
        // What may stand between the parts of a name.
        while next < end + 4 {
            match at(line, next) {
                b',' => comma = true,
                b' ' | b'.' | b'\'' | b'-' | b'+' | b'"' | b'(' | b'^' => {}
                _ => break,
            }
            next += 1;
        }
        if next == end {
            return false;
        }
        let second = at(line, next);
        let small = second.is_ascii_lowercase() && !comma;
        if !(second.is_ascii_uppercase() || second >= 0xc3 || small) {
            return false;
        }
        let flags = || dictionary().get(hash(first));
        let word = line.get(next..).unwrap_or_default();
        let length = word.iter().take_while(|b| class(**b) == LETTER).count();
        let word = word.get(..length).unwrap_or_default();
        if small {
            // `Maria de la Cruz`: a small word is of a name if it is a particle.
            let particles: [&[u8]; 16] = [
                b"de", b"la", b"van", b"von", b"der", b"den", b"del", b"da", b"dos", b"di", b"du", b"le",
                b"bin", b"ibn", b"al", b"el",
            ];
            return flags() & GIVEN != 0 && particles.contains(&word);
        }
        if comma {
            return dictionary().get(hash(word)) & GIVEN != 0;
        }
        flags() & GIVEN != 0
    }
}
