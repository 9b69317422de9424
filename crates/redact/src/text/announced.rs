//! Names of persons behind what announces them: a title, a word for a person, a word such as `by`.

use super::{
    Reader,
    token::{Case, Kind},
};
use crate::words::{COMMON, FAMILY, GIVEN, MEDICAL, WORD, list, vocabulary as v, words};

impl Reader<'_> {
    /// `Dr. Roe`, `Mrs Jane Roe`, `Mr. O'Brien`.
    pub(super) fn titled(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if !token.is(v::TITLE)
            || token.case == Case::Lower
                && !self.lower_is(index, words!["dr", "mr", "mrs", "ms", "senora", "senor"])
        {
            return None;
        }
        // `MR KNEE R`: what an examination looks at, not who comes.
        let next = self.t(index + 1);
        if self.lower_is(index, words!["mr", "dr"])
            && token.case == Case::Upper
            && next.case == Case::Upper
            && (next.known(MEDICAL) || next.known(WORD))
            && !next.known(COMMON)
        {
            return None;
        }
        // `MS Windows`, `SRA Previous Speed`: abbreviations of programs.
        if token.case == Case::Upper
            && !self.strict
            && next.case == Case::Capital
            && next.known(WORD)
            && !next.known(COMMON)
        {
            return None;
        }
        // `Mild MR. AV Vmax`: of a valve.
        if token.case == Case::Upper
            && self.lower_is(index, words!["mr", "ms"])
            && self.lower_is(
                index.wrapping_sub(1),
                list!("mild moderate severe trace trivial mod no significant sev"),
            )
            && !self.bears(index)
        {
            return None;
        }
        // `48 ms Billed`.
        if token.case == Case::Lower
            && self.back(index, 1).kind == Kind::Number
            && self.lower_is(index, words!["ms"])
        {
            return None;
        }
        // `Dr` at the end of a street, `MS` a disease, `Col` a column: a title has a name after it.
        let mut next = index + 1;
        if self.t(next).symbol(b'.') {
            next += 1;
        }
        let sure = self.lower_is(
            index,
            words![
                "dr",
                "mr",
                "mrs",
                "ms",
                "miss",
                "prof",
                "drs",
                "professor",
                "mx",
                "doctor",
                "judge",
                "rev",
                "senora",
                "senor",
                "sra",
                "srta",
                "herr",
                "frau",
                "monsieur",
                "madame",
            ],
        );
        let after = self.t(next);
        // `Dr. van der Berg`.
        let over = self.over_particles(next);
        if sure && self.strict && over > next && self.t(over).capitalised() && self.t(over).len() > 2 {
            let end = self.atom(over).map_or(0, |last| self.t(last - 1).end);
            return Some((after.start, end)).filter(|(start, end)| end > start);
        }
        // `question for dr nakamura`, `to=dr.sutton`.
        let small = !self.strict
            && self.lower_is(index, words!["dr", "mr"])
            && token.case == Case::Lower
            && after.case == Case::Lower
            && after.known(FAMILY)
            && after.known(COMMON)
            && !after.known(WORD)
            && after.roles & !v::STRONG == 0
            && after.start <= token.end + 2
            && !matches!(self.byte(token.start.wrapping_sub(1)), b'.' | b'-' | b'_' | b'/')
            && !matches!(self.byte(after.end), b'.' | b'-' | b'_' | b'/' | b'(');
        if small {
            return Some((after.start, after.end));
        }
        let lower = !token.capitalised() && after.case == Case::Lower;
        if lower || !after.capitalised() || token.case == Case::Upper && token.len() == 2 && !sure {
            return None;
        }
        // `Ofc. Carpenter`: a frequent family name behind a rank.
        let ranked = self.strict
            && self.lower_is(
                index,
                words!["ofc", "officer", "sgt", "capt", "captain", "pastor", "reverend", "rabbi"],
            )
            && after.known(FAMILY)
            && after.known(COMMON)
            && after.case == Case::Capital
            && after.otherwise() == 0;
        if !sure && !ranked && !(after.known(GIVEN | FAMILY) && (!after.known(WORD) || after.is(v::STRONG))) {
            return None;
        }
        // `Rev C`, `Rev: A1`.
        if self.lower_is(index, words!["rev"]) && (after.case == Case::Single || after.case == Case::Upper) {
            return None;
        }
        let street = self.lower_is(index, words!["dr"])
            && self.back(index, 1).capitalised()
            && self.back(index, 2).kind == Kind::Number;
        if street || after.is(v::KNOWN) && !after.known(FAMILY | GIVEN) {
            return None;
        }
        // `Dear Dr. Bean:`, `Dear Ms. Branch,`: whatever the word means else.
        let greeted = self.strict
            && sure
            && (1..=2).any(|by| self.lower_is(index.wrapping_sub(by), words!["dear", "hi", "hello"]))
            && matches!(after.case, Case::Capital | Case::Inner)
            && after.len() > 1;
        if greeted
            && let Some(last) = self.atom(next)
            && (matches!(self.t(last).kind, Kind::None)
                || self.t(last).kind == Kind::Symbol
                    && matches!(self.t(last).byte, b':' | b',' | b'\n' | b'-' | b'!'))
        {
            return Some((after.start, self.t(last - 1).end));
        }
        let (start, end) = self.name_from(next, sure && self.t(next).case != Case::Upper)?;
        Some((start, end))
    }

    /// Whether a name follows the title and its point: `no MR. Lopez`, `no MS. Young today`.
    fn bears(&self, index: usize) -> bool {
        let name = self.t(index + 2);
        let acts = || {
            self.lower_is(
                index + 3,
                list!("today is was has had here seen came arrived reports states says called denies will"),
            )
        };
        self.t(index + 1).symbol(b'.')
            && name.case == Case::Capital
            && name.known(FAMILY)
            && (!name.known(WORD) || name.known(COMMON) && acts())
    }

    /// A name after a word for a person: `patient Jane Roe`, `mother, Ann`, `seen by J. Roe`, `name is Jane`.
    pub(super) fn announced(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        let person = token.is(v::PERSON | v::KIN | v::CARER) && !(token.known(GIVEN) && token.capitalised())
            || self.strict
                && self
                    .lower_is(index, words!["saw", "dr", "mr", "mrs", "ms", "boss", "fiancee", "attorney"]);
        let agent = token.is(v::AGENT | v::GREETING) && self.agent_is_meant(index);
        let self_named = self.strict
            && (self.lower_is(index, words!["is"])
                && self.lower_is(index.wrapping_sub(1), words!["this", "name"])
                || self.lower_is(index, words!["im"])
                || self.lower_is(index, words!["m", "am"])
                    && (self.back(index, 2).byte | 0x20 == b'i' && self.back(index, 2).len() == 1
                        || self.lower_is(index.wrapping_sub(1), words!["i"])));
        if self_named && self.lower_name(index + 1) {
            let last = if self.lower_name(index + 2) { index + 2 } else { index + 1 };
            return Some((self.t(index + 1).start, self.t(last).end));
        }
        let named = token.is(v::NAMED) || self.lower_is(index, words!["called", "aka", "nee"]);
        if !person && !agent && !named {
            return None;
        }
        // `Server name: ISE-TAC`, `access-group name Ping`.
        let thing = self.back(index, 1);
        if named && !self.strict && !self.person && thing.kind == Kind::Word && thing.is(v::MACHINE) {
            return None;
        }
        let mut next = index + 1;
        let mut bridge = 0;
        while bridge < 3 {
            let between = self.t(next);
            let sign = between.kind == Kind::Symbol
                && matches!(between.byte, b':' | b',' | b'(' | b'"' | b'\'' | b'=' | b'#')
                && !(named && between.byte == b'"');
            let word = self.lower_is(
                next,
                words!["is", "was", "named", "name", "called", "s", "identified", "as", "md", "rn"],
            ) && between.kind == Kind::Word
                // `Other names used: Burris`.
                || named && self.strict && self.lower_is(next, words!["used", "known"]);
            if between.symbol(b',') && agent || !(sign || word) {
                break;
            }
            next += 1;
            bridge += 1;
        }
        let after = self.t(next);
        if named
            && self.lower_is(next - 1, words!["is", "was"])
            && after.case == Case::Lower
            && after.known(GIVEN | FAMILY)
            && (!after.known(WORD) || after.is(v::STRONG))
        {
            // People who type small letters: `my name is jane roe`.
            let mut last = next;
            while last < next + 2
                && self.t(last + 1).known(FAMILY | GIVEN)
                && self.t(last + 1).kind == Kind::Word
                && (!self.t(last + 1).known(WORD)
                    || last == next
                        && !self.t(last + 1).is(v::PERSON | v::DATE | v::AGENT)
                        && self.t(last + 1).roles == 0
                        && !self.lower_is(
                            last + 1,
                            words![
                                "and", "i", "my", "the", "is", "but", "so", "in", "am", "have", "was",
                                "need", "want",
                            ],
                        ))
            {
                last += 1;
            }
            return Some((after.start, self.t(last).end));
        }
        if self.strict && (person || token.is(v::TITLE)) && self.lower_name(next) {
            let last = if self.lower_name(next + 1) { next + 1 } else { next };
            return Some((after.start, self.t(last).end));
        }
        if !after.capitalised() || after.kind != Kind::Word {
            return None;
        }
        if let Some(found) = self.fielded(next) {
            return Some(found);
        }
        // Heads of tables (`NAME  MAJ:MIN RM`) and abbreviations (`proxy ARP`, `client OK`).
        if !self.strict
            && after.case == Case::Upper
            && (named && token.case == Case::Upper && !self.person
                || after.len() <= 4 && !self.t(next + 1).capitalised() && !self.t(next + 1).symbol(b','))
        {
            return None;
        }
        let (start, end) = self.name_from(next, false)?;
        let first = self.t(self.index_at(start));
        // One word alone must be more than an ordinary word that is capitalised.
        let several = self.index_at(end) - self.index_at(start) > 1;
        let proper = first.known(GIVEN | FAMILY) && (!first.known(WORD) || first.is(v::STRONG));
        let unknown = !first.known(WORD)
            && !first.is(v::KNOWN | v::MACHINE)
            && !first.is(v::STATE)
            && first.case != Case::Upper
            && first.case != Case::Inner;
        let single_letter = first.case == Case::Single && !several;
        // `seen for CHF`.
        let acronym = agent && !several && first.case == Case::Upper && first.len() <= 4;
        let other_place = first.is(v::STATE) && first.case == Case::Capital
            || first.known(crate::words::CITY) && agent && self.lower_is(index, words!["from"]);
        if single_letter
            || other_place && !several
            || self.strict && agent && (self.qualifies(next) || self.eponym(next))
            || acronym
        {
            return None;
        }
        let enough = if self.strict {
            proper && !first.is(v::KNOWN)
                || proper && several
                || unknown
                || several && first.known(GIVEN | FAMILY) && !first.is(v::KNOWN)
        } else {
            // In logs an agent (`by Jackson`) is a program more often than a person.
            (person || named || self.person)
                && (proper && !first.is(v::KNOWN) && (!agent || several)
                    || unknown && !agent && self.person_noun(index) && several)
        };
        enough.then_some((start, end))
    }

    pub(super) fn person_noun(&self, index: usize) -> bool {
        self.t(index).is(v::PERSON | v::KIN | v::CARER)
    }

    /// Whether `by`, `with`, `from` … here come before a person.
    pub(super) fn agent_is_meant(&self, index: usize) -> bool {
        self.strict
            || self.t(index).is(v::GREETING)
            || self.back(index, 1).is(v::EVENT)
            || self.lower_is(
                index.wrapping_sub(1),
                words![
                    "signed",
                    "reviewed",
                    "ordered",
                    "prescribed",
                    "dictated",
                    "created",
                    "updated",
                    "approved",
                ],
            )
    }
}
