//! Names in captions of cases, columns and messages: `OKAFOR v. PRUITT`, `Chair 46  OKAFOR ODETTE  67`, `re JM / 48213907`,
//! `… stable. -Odette`.

use super::{
    Reader,
    token::{Case, Kind},
    weight,
};
use crate::{
    Identifier,
    check::digits,
    words::{COMMON, FAMILY, GIVEN, MEDICAL, PLAIN, WORD, vocabulary as v, words},
};

impl Reader<'_> {
    /// In prose: names of such places.
    pub(super) fn captioned(&self, index: usize) -> Option<(usize, usize)> {
        if !self.strict || self.t(index).kind != Kind::Word || !self.t(index).capitalised() {
            return None;
        }
        self.versus(index).or_else(|| self.columned(index)).or_else(|| self.closing(index))
    }

    /// Whether a capitalised word may be the name of a party or a writer.
    fn borne(&self, index: usize) -> bool {
        let token = self.t(index);
        token.capitalised()
            && token.kind == Kind::Word
            && token.len() > 1
            && token.otherwise() == 0
            && (token.known(FAMILY | GIVEN) && (token.known(COMMON) || !token.known(WORD))
                || !token.known(WORD) && token.len() > 3)
            && (!token.known(MEDICAL) || token.known(COMMON))
            && !(token.is(v::KNOWN) && !token.known(COMMON))
    }

    /// `Okafor v. Pruitt`, `OKAFOR vs. PRUITT`: both parties.
    fn versus(&self, index: usize) -> Option<(usize, usize)> {
        if !self.borne(index) {
            return None;
        }
        let next = self.atom(index)?;
        let sign =
            |at: usize| self.lower_is(at, words!["v", "vs", "versus"]) && self.t(at).case == Case::Lower;
        let found = Some((self.t(index).start, self.t(next - 1).end));
        let point = usize::from(self.t(next + 1).symbol(b'.'));
        let first = sign(next) && point == 1 && self.t(next + 1 + point).capitalised();
        let before = 1 + usize::from(self.back(index, 1).symbol(b'.'));
        let second = before == 2
            && index > 2
            && sign(index - before)
            && (self.back(index - before, 1).capitalised()
                || self.back(index - before, 1).kind == Kind::Marker);
        if first || second { found } else { None }
    }

    /// `OKAFOR ODETTE  67`: two names in capitals with nothing between gaps, before an age or behind a place.
    fn columned(&self, index: usize) -> Option<(usize, usize)> {
        let (one, two) = (self.t(index), self.t(index + 1));
        let loud = |at: usize| {
            let token = self.t(at);
            token.case == Case::Upper
                && token.kind == Kind::Word
                && token.len() > 2
                && token.otherwise() == 0
                && token.known(FAMILY | GIVEN)
        };
        if !loud(index) || !loud(index + 1) || two.start != one.end + 1 {
            return None;
        }
        let gap = one.start == 0
            || one.start >= 2 && self.byte(one.start - 2) == b' '
            || self.back(index, 1).symbol(b'|');
        let mut last = index + 1;
        if self.t(last + 1).case == Case::Single && self.t(last + 1).start == self.t(last).end + 1 {
            last += 1;
        }
        let behind = self.t(last + 1);
        let apart = behind.start >= self.t(last).end.saturating_add(2)
            || behind.symbol(b'|')
            || behind.kind == Kind::None;
        let sure = (!one.known(WORD) || one.known(COMMON))
            && (!two.known(WORD) || two.known(COMMON))
            && !(one.known(PLAIN) && two.known(PLAIN));
        let aged = behind.kind == Kind::Number && behind.len() <= 3
            || behind.kind == Kind::Mixed && behind.len() <= 5
            || behind.case == Case::Single && matches!(behind.byte, b'F' | b'M');
        let placed = self.back(index, 1).kind == Kind::Number || self.back(index, 1).kind == Kind::Mixed;
        (gap && apart && sure && (aged || placed)).then(|| (one.start, self.t(last).end))
    }

    /// `… accepted. -Odette`, `n/a. /Pruitt, NNP`: who wrote it, behind the last sentence.
    fn closing(&self, index: usize) -> Option<(usize, usize)> {
        let sign = self.back(index, 1);
        let marked = sign.kind == Kind::Symbol
            && matches!(sign.byte, b'-' | b'/' | b'~')
            && sign.end == self.t(index).start
            && matches!(self.back(index, 2).byte, b'.' | b'!' | b'?' | b')')
            && self.back(index, 2).kind == Kind::Symbol
            && self.back(index, 2).end < sign.start;
        if !marked || !self.borne(index) {
            return None;
        }
        let next = self.atom(index)?;
        let closes = self.t(next).kind == Kind::None
            || self.t(next).symbol(b'\n')
            || self.t(next).symbol(b',') && self.t(next + 1).is(v::SUFFIX | v::CARER)
            || self.t(next).is(v::SUFFIX);
        closes.then(|| (self.t(index).start, self.t(next - 1).end))
    }

    /// `re JM / 48213907`, `Pt: C.B. / 546833`: the letters of somebody and the number of the record.
    pub(super) fn abbreviated_person(&mut self, slash: usize) {
        let sign = self.t(slash);
        if !self.strict || self.back(slash, 1).kind == Kind::None || self.back(slash, 1).end == sign.start {
            return;
        }
        // `JM`, or `J.M.`
        let last = slash - 1;
        let upper = self.t(last).case == Case::Upper && (2..=3).contains(&self.t(last).len());
        let dotted = self.t(last).symbol(b'.')
            && last >= 3
            && self.t(last - 1).case == Case::Single
            && self.t(last - 2).symbol(b'.')
            && self.t(last - 3).case == Case::Single;
        let first = if dotted { last - 3 } else { last };
        let before = self.back(first, 1);
        let led = matches!(before.kind, Kind::None)
            || before.kind == Kind::Symbol && matches!(before.byte, b':' | b'(' | b'\n')
            || self.lower_is(
                first.wrapping_sub(1),
                words!["re", "on", "for", "pt", "patient", "regarding", "about"],
            );
        let Some(range) = self.number_from(slash + 1).filter(|_| (upper || dotted) && led) else { return };
        let value = self.text.get(range.clone()).unwrap_or_default();
        if digits::count(value) >= 5 && super::value::formed(value) && range.start > sign.end {
            self.hit(range.start, range.end, Identifier::Mrn, weight::GUESS + 5);
            let start = self.t(first).start;
            self.hit(start, self.t(last).end, Identifier::Name, weight::NAME);
        }
    }
}
