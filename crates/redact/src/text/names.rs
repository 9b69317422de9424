//! How far a name goes that begins at a token.

use std::ops::Range;

use super::{
    Reader,
    token::{Case, Kind},
};
use crate::words::words;
use crate::words::{
    CITY, COMMON, FAMILY, GIVEN, WORD, dictionary, hash,
    vocabulary::{self as v, Roles},
};

/// Roles of words that begin something else than a name.
const ELSE: Roles = v::BIRTH
    | v::SSN
    | v::IDWORD
    | v::AGE
    | v::DATE
    | v::EVENT
    | v::FACILITY
    | v::AGENT
    | v::PROSE
    | v::EMAIL
    | v::NETWORK
    | v::ZIP
    | v::MONTH
    | v::WEEKDAY
    | v::PROVIDER;

/// Small words inside of names.
const PARTICLES: &[u64] = words![
    "de", "la", "van", "von", "der", "den", "del", "da", "dos", "di", "du", "le", "bin", "ibn", "al", "el",
    "ter", "ten", "das", "della", "abu", "y",
];

impl Reader<'_> {
    /// One part of a name that begins at a token: a capitalised word with what is joined to it by `'` and `-`, or an
    /// initial with its point. The index after it.
    pub(super) fn atom(&self, index: usize) -> Option<usize> {
        let token = self.t(index);
        if token.kind != Kind::Word || token.case == Case::Lower {
            return None;
        }
        if token.case == Case::Inner && !self.inner_is_a_name(index) {
            return None;
        }
        let mut next = index + 1;
        if token.case == Case::Single {
            // `J.`, `O'Brien`.
            if self.t(next).symbol(b'.') && self.glued(index) {
                return Some(next + 1);
            }
            if !(self.t(next).symbol(b'\'') && self.glued(index)) {
                return Some(next);
            }
        }
        while next < index + 9
            && self.t(next).kind == Kind::Symbol
            && matches!(self.t(next).byte, b'\'' | b'-' | b'`')
            && self.glued(next - 1)
            && self.glued(next)
            && self.t(next + 1).kind == Kind::Word
        {
            let part = self.t(next + 1);
            let possessive = part.len() == 1 && part.case == Case::Lower && self.t(next).byte != b'-';
            let joins = part.case != Case::Lower
                || self.t(next).byte == b'-' && part.known(GIVEN | FAMILY) && !part.known(WORD);
            if possessive || !joins {
                break;
            }
            next += 2;
        }
        Some(next)
    }

    /// `McDonald`, `DeLuca`, `MacArthur`; not `DataNode`, `JavaScript`.
    fn inner_is_a_name(&self, index: usize) -> bool {
        let bytes = self.bytes(self.t(index));
        let prefixed = [
            &b"Mc"[..],
            b"Mac",
            b"De",
            b"Di",
            b"La",
            b"Le",
            b"Van",
            b"Fitz",
            b"O",
            b"Du",
            b"Del",
            b"St",
            b"Da",
        ]
        .iter()
        .any(|prefix| {
            bytes.starts_with(prefix)
                && bytes.get(prefix.len()).is_some_and(u8::is_ascii_uppercase)
                && bytes.get(prefix.len() + 1).is_some_and(u8::is_ascii_lowercase)
        });
        // `DiKim`: a prefix before a family name.
        let joined = || {
            let capital = bytes.iter().skip(1).position(u8::is_ascii_uppercase).map_or(0, |at| at + 1);
            let rest = bytes.get(capital..).unwrap_or_default();
            rest.len() > 2 && dictionary().get(hash(rest)) & FAMILY != 0
        };
        prefixed && (self.t(index).known(FAMILY | GIVEN) || self.strict && joined())
            || bytes.starts_with(b"Mc")
            || bytes.iter().any(|b| *b >= 0xc0)
    }

    /// Whether a token can be a part of a name, by what the vocabulary says.
    fn may_be_part(&self, index: usize, generous: bool) -> bool {
        let token = self.t(index);
        let named = token.known(GIVEN | FAMILY);
        // `Livingston County`.
        if self.strict && token.is(v::PLACE) && self.back(index, 1).capitalised() {
            return false;
        }
        // The key of the next pair is none.
        let is_sign = |by: usize| {
            let sign = self.t(index + by);
            sign.symbol(b':') && self.byte(sign.end) != b':' || sign.symbol(b'=')
        };
        let plain =
            token.roles & !(v::STRONG | v::STREET | v::DIRECTION | v::STATE | v::KNOWN | v::EPONYM) == 0;
        // `Client Ver : 10.4`: a blank before the sign is of a table of keys.
        if !self.strict && self.t(index + 1).symbol(b':') && !self.glued(index) {
            return false;
        }
        // `Smith:` behind `Dear Mr.` is a name, `Name:` and `Phone number:` are keys.
        let column = self.strict && index > 0 && self.back(index, 1).end + 1 < token.start;
        if is_sign(1) && (!(named && plain) || self.t(index + 1).symbol(b'=') || column) {
            return false;
        }
        let compound = is_sign(2)
            && self.t(index + 1).is(v::IDWORD | v::DATE | v::NAMED)
            && !self.t(index + 1).is(v::BIRTH);
        if compound && !plain {
            return false;
        }
        if token.case == Case::Single {
            return !(token.byte == b'M' || token.byte == b'F')
                || !self.lower_is(index.wrapping_sub(1), words!["sex", "gender"]);
        }
        if token.is(ELSE)
            && !(token.is(v::STRONG)
                || (generous || token.is(v::MONTH))
                    && named
                    && token.case != Case::Lower
                    && !self.t(index + 1).symbol(b':')
                    && !token.is(v::BIRTH | v::IDWORD | v::EMAIL | v::SSN | v::FACILITY))
        {
            return false;
        }
        if token.is(v::MRN | v::PLAN | v::PHONE | v::FAX | v::ADDRESS | v::PERSON | v::MACHINE)
            && (!named || token.known(WORD))
        {
            return false;
        }
        if token.is(v::KNOWN) && !named || token.is(v::SUFFIX) && token.case == Case::Upper {
            return false;
        }
        generous || named || !token.known(WORD)
    }

    /// Whether a gap parts a word from the one before, as columns are parted, and it is no name of its own.
    fn stands_apart(&self, index: usize, generous: bool) -> bool {
        let (before, token) = (self.back(index, 1), self.t(index));
        let gap = self.text.get(before.end..token.start).unwrap_or_default();
        let wide = gap.len() > 2 || gap.contains(&b'\t');
        let named = token.known(GIVEN | FAMILY) && (!token.known(WORD) || token.known(COMMON));
        before.kind != Kind::Symbol
            && token.case != Case::Single
            && !named
            && (wide && !self.strict && !generous || gap.len() > 1 && (token.known(WORD) || token.roles != 0))
    }

    /// The name that begins at a token; where it starts and ends. A generous look also takes words that are names of
    /// nobody known, because a key announced a name.
    pub(super) fn name_from(&self, first: usize, generous: bool) -> Option<(usize, usize)> {
        // `SUBSCRIBER'S I.D. NUMBER`.
        if self.lower_is(first, words!["i"])
            && self.t(first + 1).symbol(b'.')
            && self.lower_is(first + 2, words!["d"])
            && self.t(first + 3).symbol(b'.')
        {
            return None;
        }
        let mut index = first;
        let mut titled = false;
        while self.t(index).is(v::TITLE)
            && self.t(index).kind == Kind::Word
            && index < first + 4
            && self.t(index).case != Case::Lower
        {
            index += 1;
            titled = true;
            if self.t(index).symbol(b'.') {
                index += 1;
            }
        }
        let start = self.t(index).start;
        let mut end = None;
        let mut count = 0;
        let mut comma = false;
        while count < 6 {
            if count > 0 && self.stands_apart(index, generous) {
                break;
            }
            if self.particle(index)
                && (count > 0 || self.t(index + 1).capitalised() || self.t(index + 1).symbol(b'.'))
            {
                let mut after = index + 1;
                if self.t(after).symbol(b'.') {
                    after += 1;
                }
                while self.particle(after) && after < index + 3 {
                    after += 1;
                }
                if self.t(after).capitalised() && self.may_be_part(after, true) {
                    index = after;
                    continue;
                }
                break;
            }
            let part = match self.atom(index) {
                Some(next) if self.may_be_part(index, generous || titled) => next,
                _ => break,
            };
            end = Some(self.t(part - 1).end);
            count += 1;
            index = part;
            let next = self.t(index);
            // `Last, First`.
            if next.symbol(b',') && !comma && count <= 3 && self.comma_joins(index, generous) {
                comma = true;
                index += 1;
            } else if next.symbol(b'^') && self.t(index + 1).capitalised() {
                index += 1;
            } else if next.symbol(b'(')
                && self.t(index + 1).capitalised()
                && self.t(index + 2).symbol(b')')
                && self.t(index + 3).capitalised()
            {
                index += 1;
            } else if next.symbol(b'"')
                && self.t(index + 1).capitalised()
                && self.t(index + 2).symbol(b'"')
                && self.t(index + 3).capitalised()
            {
                // Jane "Janie" Roe.
                end = Some(self.t(index + 1).end);
                index += 3;
            } else if next.symbol(b'\n') {
                break;
            }
            if self.t(index).symbol(b'+')
                && self.glued(index - 1)
                && self.glued(index)
                && self.t(index + 1).kind == Kind::Word
            {
                index += 1;
            }
        }
        if count == 0 {
            return None;
        }
        end.map(|end| (start, end))
    }

    fn particle(&self, index: usize) -> bool {
        self.lower_is(index, PARTICLES)
            && self.t(index).kind == Kind::Word
            && self.t(index).case != Case::Upper
            || self.lower_is(index, words!["st"])
                && (self.t(index).case == Case::Capital
                    || self.strict
                        && self.t(index).case == Case::Upper
                        && matches!(self.t(index + 2).case, Case::Upper))
                && self.t(index + 1).symbol(b'.')
    }

    /// Whether what follows a comma is the given name of the family name before it.
    fn comma_joins(&self, comma: usize, generous: bool) -> bool {
        let next = self.t(comma + 1);
        let city = self.back(comma, 1).known(CITY) && next.is(v::STATE);
        if !next.capitalised() || city || self.t(comma).end == next.start && next.is(v::STATE) {
            return false;
        }
        // `Roe, M.D.`
        let letters = next.case == Case::Single
            && self.t(comma + 2).symbol(b'.')
            && self.t(comma + 3).case == Case::Single
            && self.t(comma + 2).end == self.t(comma + 3).start;
        if letters {
            return false;
        }
        let given = next.known(GIVEN)
            || (generous || self.strict) && !next.known(WORD) && !next.is(v::KNOWN) && next.roles == 0
            || next.case == Case::Single && self.t(comma + 2).symbol(b'.');
        let word = next.known(WORD) && !next.is(v::STRONG) && !generous;
        // `Driver Delila House, CDL`: letters of something else.
        if next.case == Case::Upper && !next.known(GIVEN) && self.back(comma, 1).case == Case::Capital {
            return false;
        }
        let state = next.is(v::STATE) && (next.case == Case::Upper && next.len() == 2 || !next.known(GIVEN));
        given && !word && !state && !next.is(v::SUFFIX | v::TITLE)
    }

    /// Whether a range of bytes looks like a name: words of which one is capitalised and no ordinary word.
    pub(super) fn person_like(&self, range: &Range<usize>) -> bool {
        let (mut known, mut unknown, mut words, mut ordinary) = (0, 0, 0, 0);
        let mut index = self.index_at(range.start);
        // `S. Ford`, `E. Nieuwenhuis`: an initial before a family name, whatever that means else.
        let (initial, family) = (self.t(index), self.t(index + 2));
        if initial.case == Case::Single
            && initial.kind == Kind::Word
            && self.t(index + 1).symbol(b'.')
            && self.glued(index)
            && matches!(family.case, Case::Capital | Case::Inner)
            && family.kind == Kind::Word
            && family.len() > 2
            && (family.known(FAMILY) || !family.known(WORD))
            && !family.is(v::MACHINE | v::FACILITY | v::PAYER)
            && self.atom(index + 2).is_some_and(|next| self.t(next - 1).end == range.end)
        {
            return true;
        }
        while self.t(index).start < range.end {
            let token = self.t(index);
            match token.kind {
                Kind::Word => {
                    words += 1;
                    let proper = token.capitalised()
                        && token.case != Case::Single
                        && (token.case != Case::Inner || self.inner_is_a_name(index));
                    let named = token.known(GIVEN | FAMILY);
                    if token.case == Case::Single || self.particle(index) || token.is(v::TITLE | v::SUFFIX) {
                    } else if proper
                        && named
                        && (!token.known(WORD) || token.is(v::STRONG))
                        && !(token.is(v::KNOWN | v::PAYER) && !token.is(v::STRONG))
                    {
                        known += 1;
                    } else if proper
                        && !token.known(WORD)
                        && !token.is(v::KNOWN | v::MACHINE | v::FACILITY | v::PAYER | v::STATE)
                    {
                        unknown += 1;
                    } else if !(proper && named) || token.is(v::MACHINE | v::FACILITY | v::PAYER) {
                        ordinary += 1;
                    }
                }
                Kind::Symbol
                    if matches!(
                        token.byte,
                        b',' | b'.' | b'-' | b'\'' | b'(' | b')' | b'^' | b'"' | b'+' | b'%'
                    ) => {}
                _ => return false,
            }
            index += 1;
        }
        ordinary == 0 && words <= 7 && (known > 0 || unknown > 1 && unknown == words)
    }

    /// End of a run of capitalised words (with particles and joined parts), at most so many.
    pub(super) fn capitals_from(&self, first: usize, most: usize) -> usize {
        let mut end = 0;
        let mut index = first;
        for _ in 0..most {
            if self.lower_is(index, words!["of", "de", "the", "la", "del", "and", "at", "for", "du", "des"])
                && end > 0
                && self.t(index + 1).capitalised()
            {
                index += 1;
            }
            if (self.t(index).symbol(b':')
                || self.t(index + 1).symbol(b':')
                || self.t(index + 1).symbol(b'='))
                && end > 0
            {
                break;
            }
            let Some(next) = self.atom(index) else { break };
            if end > 0
                && self.t(index).is(v::STATE)
                && self.t(index).case == Case::Upper
                && self.t(index).len() == 2
            {
                break;
            }
            end = self.t(next - 1).end;
            let saint = self.lower_is(index, words!["st", "ft", "mt"])
                && self.t(next).symbol(b'.')
                && self.t(next + 1).capitalised();
            index = next + usize::from(saint);
            if self.t(index).symbol(b'\'') && self.lower_is(index + 1, words!["s"]) && self.glued(index) {
                end = self.t(index + 1).end;
                index += 2;
            }
        }
        end
    }
}
