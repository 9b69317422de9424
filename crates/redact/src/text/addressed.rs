//! Persons who are spoken to at the beginning of a line, who stand in brackets behind a department, and given names that
//! nobody knows before what is known.

use super::{
    Reader,
    token::{Case, Kind},
};
use crate::words::{COMMON, FAMILY, GIVEN, MEDICAL, PLAIN, WORD, list, vocabulary as v, words};

/// Departments, and who comes from them.
pub(super) const TEAMS: &[u64] = list!(
    "ortho gi cards cardiology cardio neuro neurology neurosurgery surgery renal nephrology id psych \
     psychiatry heme onc oncology pulm pulmonary urology ent gyn ob trauma vascular nurse rn md \
     hospitalist pcp icu anesthesia ir rads radiology derm dermatology endo rheum palliative hospice wound pharmacy \
     pt ot slp sw cm pain peds picu nicu transplant attending resident fellow intern np pa surgeon interpreter chaplain \
     him fam family clerk charge lead lab team desk unit staff registration billing scheduling transport security \
     admitting bed board house supervisor dietary kitchen ems police school daycare office parole po cps collateral"
);

impl Reader<'_> {
    /// In prose: an initial and a family name, `L. Silva`.
    pub(super) fn initialed(&self, index: usize) -> Option<(usize, usize)> {
        if !self.strict || self.t(index).case != Case::Single {
            return None;
        }
        // `M. N. Torres`.
        let mut last = index;
        while last < index + 6
            && self.t(last + 1).symbol(b'.')
            && self.t(last + 2).case == Case::Single
            && self.t(last + 2).kind == Kind::Word
            && self.t(last + 3).symbol(b'.')
        {
            last += 2;
        }
        let (initial, family) = (self.t(index), self.t(last + 2));
        // `FHT cat I. Leopold: vertex`.
        let fits = !self.lower_is(
            index.wrapping_sub(1),
            words!["cat", "category", "class", "type", "stage", "grade", "phase", "level", "tier"],
        ) && self.t(index + 1).symbol(b'.')
            && self.glued(index)
            && matches!(family.case, Case::Capital | Case::Inner)
            && family.kind == Kind::Word;
        // `Q. Where? A. Queen Street`: who answers.
        let answers = matches!(initial.byte, b'A' | b'Q')
            && self.back(index, 1).kind == Kind::Symbol
            && matches!(self.back(index, 1).byte, b'?' | b'.');
        if !fits
            || answers
            || family.is(v::LOOK)
            || !family.known(FAMILY | GIVEN)
            || family.known(WORD) && family.is(v::CARER | v::FACILITY | v::KNOWN)
            || family.is(v::KNOWN) && !family.known(FAMILY)
            || self.eponym(last + 2)
            || family.known(WORD)
                && self.t(last + 3).symbol(b',')
                && self.t(last + 4).case == Case::Lower
                && self.begins_sentence(index)
        {
            return None;
        }
        let next = self.atom(last + 2)?;
        // `Tamerlan S. Godina`: the given name, known or not.
        let given = self.back(index, 1);
        let start = if index > 0 && self.given_before(index) { given.start } else { initial.start };
        Some((start, self.t(next - 1).end))
    }

    /// Whether the word before a part of a name is its given name: capitalised, no word, one space away.
    pub(super) fn given_before(&self, index: usize) -> bool {
        let given = self.back(index, 1);
        given.kind == Kind::Word
            && given.case == Case::Capital
            && given.end + 1 == self.t(index).start
            && given.len() > 2
            && !given.known(WORD)
            && given.roles == 0
            && !given.known(MEDICAL)
            && !self.medical(self.bytes(given))
    }

    /// In prose: who is spoken to at the beginning of a line: `Calandria, your visit is at 3`.
    pub(super) fn addressed(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        let begins = self.back(index, 1).kind == Kind::None || self.back(index, 1).symbol(b'\n');
        if !self.strict || !begins || token.case != Case::Capital {
            return None;
        }
        let known = token.known(GIVEN) && token.known(COMMON) && !token.known(PLAIN);
        let fits = token.len() > 2
            && (known || !token.known(WORD) && token.len() > 3)
            && token.roles & !v::STRONG == 0
            && !token.known(MEDICAL)
            && (token.known(GIVEN) || !self.medical(self.bytes(token)));
        let next = self.atom(index)?;
        let told = self.lower_is(
            next + 1,
            words![
                "your", "you", "can", "could", "this", "it", "please", "i", "we", "what", "how", "thanks",
                "thank", "are", "do", "did", "just", "reply", "when", "where", "would", "will", "have"
            ],
        ) && (self.t(next + 1).case == Case::Lower || self.t(next + 1).case == Case::Single);
        // `Ken ur appt is at 3`.
        let short = self.lower_is(next, words!["ur", "your", "u"]) && self.t(next).case == Case::Lower;
        (fits && (self.t(next).symbol(b',') && told || short)).then(|| (token.start, self.t(next - 1).end))
    }

    /// In prose: who is meant behind a department: `Ortho (Drewniowska) aware`.
    pub(super) fn bracketed(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if !self.strict || !self.back(index, 1).symbol(b'(') || token.case != Case::Capital {
            return None;
        }
        let day = self.dated_before(index);
        let borne = token.known(FAMILY) && token.known(COMMON) && token.otherwise() == 0;
        let fits = token.len() > 2
            && (borne || !token.known(WORD) && token.len() > 3 && token.roles & !v::STRONG == 0)
            && (borne || !token.known(MEDICAL) && !self.medical(self.bytes(token)));
        let next = self.atom(index)?;
        // `pt acct 456156340215 (Wright, DOS …)`: whose number it is.
        let numbered = matches!(self.back(index, 2).kind, Kind::Number | Kind::Mixed)
            && self.back(index, 2).len() >= 6
            || self.back(index, 2).kind == Kind::Marker
                && !self.bytes(self.back(index, 2)).starts_with(b"[NAME");
        let closed = self.t(next).symbol(b')');
        (fits
            && (closed && (day || self.lower_is(index.wrapping_sub(2), TEAMS))
                || numbered && (closed || self.t(next).symbol(b','))))
        .then(|| (token.start, self.t(next - 1).end))
    }

    /// Whether a day stands before the bracket that this word is in: `R IJ 8-21 (Fields)`.
    fn dated_before(&self, index: usize) -> bool {
        let Some(open) = index.checked_sub(1) else { return false };
        self.back(open, 1).kind == Kind::Marker && self.bytes(self.back(open, 1)).starts_with(b"[DATE")
            || self.back(open, 1).kind == Kind::Number
                && self.back(open, 2).kind == Kind::Symbol
                && matches!(self.back(open, 2).byte, b'-' | b'/')
                && self.back(open, 3).kind == Kind::Number
                && self.back(open, 3).len() <= 2
    }
}
