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
    words::{COMMON, FAMILY, GIVEN, MEDICAL, PLAIN, WORD, list, vocabulary as v, words},
};

impl Reader<'_> {
    /// In prose: names of such places.
    pub(super) fn captioned(&self, index: usize) -> Option<(usize, usize)> {
        if !self.strict || self.t(index).kind != Kind::Word || !self.t(index).capitalised() {
            return None;
        }
        self.versus(index)
            .or_else(|| self.columned(index))
            .or_else(|| self.closing(index))
            .or_else(|| self.reached(index))
            .or_else(|| self.above_a_message(index))
    }

    /// `Will sign off. Mccarthy, pager 49756`, `That's all. Shaw, urology.`: who wrote it, and how they are reached.
    fn reached(&self, index: usize) -> Option<(usize, usize)> {
        if !self.borne(index) || !self.begins_sentence(index) {
            return None;
        }
        let next = self.atom(index)?;
        let how = list!("pager pgr beeper ext x cell vocera ascom spectralink mobile phone");
        let field = list!(
            "urology cardiology neurology nephrology surgery ortho orthopedics medicine psychiatry oncology hematology \
             radiology anesthesia pulmonology gastroenterology dermatology ophthalmology pediatrics obgyn ent neurosurgery \
             hospitalist pharmacy dietary chaplaincy endocrinology rheumatology pathology palliative"
        );
        let ends = matches!(self.t(next + 2).kind, Kind::None)
            || matches!(self.t(next + 2).byte, b'.' | b'\n') && self.t(next + 2).kind == Kind::Symbol;
        let told = self.lower_is(next + 1, how) || self.lower_is(next + 1, field) && ends;
        let after = self.t(next);
        let bytes = self.bytes(after);
        // `Klein PGY2 p53019`, `Moody ID x45090`, `Patterson/BUN`.
        let trained = after.kind == Kind::Mixed
            && after.start == self.t(next - 1).end + 1
            && (["PGY", "MS", "CA", "R"]
                .iter()
                .any(|year| bytes.starts_with(year.as_bytes()) && bytes.len() == year.len() + 1)
                || matches!(bytes, [b'x' | b'p', rest @ ..] if (4..=5).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit)));
        let service = after.case == Case::Upper
            && after.len() <= 5
            && matches!(self.bytes(self.t(next + 1)), [b'x' | b'p', rest @ ..] if (4..=5).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit));
        let typed = after.symbol(b'/')
            && self.glued(next - 1)
            && self.t(next + 1).case == Case::Upper
            && matches!(self.t(next + 1).len(), 2 | 3)
            && matches!(self.t(next + 2).kind, Kind::None);
        // `McDaniel/Howe` at the end of all.
        if after.symbol(b'/')
            && self.glued(next - 1)
            && self.glued(next)
            && self.borne(next + 1)
            && let Some(last) = self.atom(next + 1)
            && matches!(self.t(last).kind, Kind::None)
        {
            return Some((self.t(index).start, self.t(last - 1).end));
        }
        (after.symbol(b',') && told && self.t(next + 1).case == Case::Lower || trained || service || typed)
            .then(|| (self.t(index).start, self.t(next - 1).end))
    }

    /// `Hunter Knight-Bates 19:37`, `Odette Pruitt  9:04 AM`: the line above what somebody wrote, whole.
    fn above_a_message(&self, index: usize) -> Option<(usize, usize)> {
        let opens = self.back(index, 1).kind == Kind::None || self.back(index, 1).symbol(b'\n');
        if !opens || self.t(index).case != Case::Capital {
            return None;
        }
        let (mut last, mut parts, mut known) = (index, 0, false);
        while parts < 4
            && matches!(self.t(last).case, Case::Capital | Case::Inner | Case::Single)
            && self.t(last).kind == Kind::Word
        {
            let token = self.t(last);
            let named = token.known(FAMILY | GIVEN);
            if token.otherwise() != 0 || !named && token.known(WORD) && token.len() > 1 {
                return None;
            }
            known |= named && (token.known(COMMON) || !token.known(WORD));
            last = self.atom(last)?;
            parts += 1;
        }
        let half = self.lower_is(last + 3, words!["am", "pm", "a", "p"]);
        let clock = self.t(last).kind == Kind::Number
            && self.t(last).len() <= 2
            && self.t(last + 1).symbol(b':')
            && self.t(last + 2).kind == Kind::Number
            && self.t(last + 2).len() == 2;
        let end = self.t(last + 3 + usize::from(half));
        let whole = matches!(end.kind, Kind::None) || end.symbol(b'\n');
        (parts >= 2 && known && clock && whole).then(|| (self.t(index).start, self.t(last - 1).end))
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
                && (token.known(FAMILY | GIVEN)
                    || !token.known(WORD | MEDICAL) && token.roles == 0 && token.len() > 3)
        };
        let known = one.known(FAMILY | GIVEN) || two.known(FAMILY | GIVEN);
        if !loud(index) || !loud(index + 1) || !known || two.start != one.end + 1 {
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
            && matches!(self.back(index, 2).byte, b'.' | b'!' | b'?' | b')' | b',')
            && self.back(index, 2).kind == Kind::Symbol
            && self.back(index, 2).end < sign.start;
        if !marked || !self.borne(index) {
            return None;
        }
        let next = self.atom(index)?;
        let closes = self.t(next).kind == Kind::None
            || self.t(next).symbol(b'\n')
            || self.t(next).symbol(b'"')
            || self.t(next).symbol(b'(') && self.byte(self.t(next).end) == b'x'
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
