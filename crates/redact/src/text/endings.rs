//! What stands at the end of a name: further parts, `Jr.`, letters of degrees.

use super::{
    Reader,
    token::{Case, Kind},
};
use crate::words::{COMMON, FAMILY, GIVEN, MEDICAL, WORD, vocabulary as v, words};

impl Reader<'_> {
    /// The index behind small words of names: `van der`, `de la`, `St.`
    pub(super) fn over_particles(&self, first: usize) -> usize {
        let mut next = first;
        while next < first + 3
            && self.lower_is(
                next,
                words![
                    "van", "von", "der", "den", "de", "la", "del", "da", "di", "du", "ter", "ten", "bin",
                    "al", "el", "st", "dos"
                ],
            )
            && self.t(next).kind == Kind::Word
        {
            let saint = self.lower_is(next, words!["st"]);
            if saint && !self.t(next).capitalised() {
                break;
            }
            next += 1;
            if saint && self.t(next).symbol(b'.') {
                next += 1;
            }
        }
        next
    }

    /// `Jr.`, `III` behind a name belong to it.
    pub(super) fn generation(&self, end: usize) -> usize {
        let mut next = self.index_at(end);
        let mut end = end;
        let last = self.back(next, 1);
        // `Wandrille St. Bravi`, `Ann van der Berg`.
        if self.strict && last.capitalised() && self.t(next).start == end + 1 {
            let over = self.over_particles(next);
            if over > next
                && self.t(over).capitalised()
                && self.t(over).case == last.case
                && !self.t(over).is(v::FACILITY | v::STREET)
            {
                next = self.atom(over).unwrap_or(over + 1);
                return self.t(next - 1).end;
            }
        }
        let more = self.t(next);
        // A family name that is a word, or an instrument: `Minh Dial`, `Ann Beck`.
        let roles = more.roles & !(v::STRONG | v::STREET | v::DIRECTION | v::EPONYM | v::NAMEMOD);
        if self.strict
            && more.start == end + 1
            && more.case == Case::Capital
            && matches!(last.case, Case::Capital | Case::Inner)
            && last.kind == Kind::Word
            && more.len() > 2
            && roles == 0
            && (more.known(FAMILY | GIVEN) && (more.known(COMMON) || !more.known(WORD))
                || last.known(GIVEN)
                    && !last.known(WORD)
                    && !self.t(next + 1).capitalised()
                    && !self.t(next + 1).symbol(b':'))
            && (!more.known(MEDICAL) || more.known(COMMON))
        {
            end = more.end;
            next += 1;
        }
        if self.t(next).symbol(b',') {
            next += 1;
        }
        let token = self.t(next);
        let numeral = self.lower_is(next, words!["ii", "iii", "iv"]) && token.case == Case::Upper;
        let word = self.lower_is(next, words!["jr", "sr", "junior"]) && token.capitalised();
        if numeral || word { token.end } else { end }
    }

    /// `Jane Roe, MD`, `J. Roe RN`.
    pub(super) fn credentialed(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if !token.is(v::SUFFIX)
            || token.case == Case::Lower
            || token.len() < 2
            || token.case == Case::Capital
                && !self.lower_is(index, words!["phd", "jr", "sr", "psyd", "pharmd"])
        {
            return None;
        }
        // `Palo Alto PA-850`: a model.
        if self.byte(token.end) == b'-' && self.byte(token.end + 1).is_ascii_digit() {
            return None;
        }
        // `Baltimore, MD 21201` is a place.
        if token.is(v::STATE) && self.t(index + 1).kind == Kind::Number {
            return None;
        }
        let mut last = index.checked_sub(1)?;
        if self.t(last).symbol(b',') {
            last = last.checked_sub(1)?;
        }
        let mut first = None;
        let mut count = 0;
        let mut at = last;
        loop {
            let part = self.t(at);
            let point = part.symbol(b'.')
                && self.back(at, 1).case == Case::Single
                && self.back(at, 1).kind == Kind::Word;
            // `D Quinn MD`.
            let initial = part.case == Case::Single && part.kind == Kind::Word && count == 1 && self.strict;
            let joint = part.kind == Kind::Symbol && matches!(part.byte, b'-' | b'\'') && count > 0;
            let word = part.kind == Kind::Word
                && part.capitalised()
                && !part.is(v::TITLE | v::SUFFIX)
                && !(part.is(v::CARER) && self.strict)
                && (!part.known(WORD) || part.known(FAMILY | GIVEN))
                && !(part.is(v::KNOWN) && !part.known(FAMILY | GIVEN));
            if word || initial {
                count += 1;
                first = Some(at);
            } else if !(point || joint) {
                break;
            }
            let Some(before) = at.checked_sub(1) else { break };
            if count >= 4 {
                break;
            }
            at = before;
        }
        let first = first?;
        let head = self.t(first);
        let numeral = self.lower_is(index, words!["ii", "iii", "iv"]);
        let thing = self.eponym_alone(first) || self.eponym(first) || head.known(MEDICAL);
        if thing && (count == 1 || numeral) || numeral && count < 2 {
            return None;
        }
        let alone = self.strict && (head.known(COMMON) || !head.known(WORD) && head.len() > 3);
        let proper = (first..=last).any(|i| self.t(i).known(GIVEN | FAMILY) && !self.t(i).known(WORD))
            || self.strict && count > 1
            || alone;
        (proper && (count > 1 || self.strict && !head.is(v::KNOWN)) && !head.is(v::MACHINE))
            .then(|| (head.start, self.t(last).end))
    }
}
