//! In prose: schools, churches, shelters, firms and clinics by what is told of them: `works for Acme Freight LLC`,
//! `attends Roosevelt High`, `seen at Riverside Methodist`.

use super::{
    Reader,
    token::{Case, Kind},
    weight,
};
use crate::{
    Identifier,
    words::{CITY, COMMON, FAMILY, GIVEN, PLAIN, WORD, list, vocabulary as v, words},
};

/// What ends the name of an institution or a firm.
const ENDS: &[u64] = list!(
    "school elementary academy college university church synagogue mosque cathedral chapel ministries shelter \
     preschool kindergarten daycare seminary llc inc corp ltd company corporation industries logistics freight \
     motors pediatrics associates manor rehab dialysis hospice foundation monastery convent parish temple \
     dermatology orthopedics cardiology dental dentistry mission ymca library brewery bakery farms foods co \
     nursery tabernacle fellowship"
);

/// What begins one, with `of` behind it.
const BEGINS: &[u64] =
    words!["university", "church", "college", "bank", "temple", "diocese", "institute", "school", "our"];

/// Verbs and nouns after which `at`, `to`, `from`, `for`, `by` name an institution.
const ATTENDS: &[u64] = list!(
    "works worked working work employed job employee attends attended attending student teaches taught teacher \
     studies studied enrolled graduated member church worships seen admitted transferred followed placed \
     staying stays lives living discharged resident hospitalized treated presented dialysis born \
     volunteers retired hd rehab inpatient residing goes snf \
     cook"
);

impl Reader<'_> {
    /// `Queen of the Valley`, `Little Company of Mary`.
    fn of_our_lady(&self, index: usize) -> Option<(usize, usize)> {
        let head = self.t(index);
        let one = self.lower_is(index, words!["queen", "sisters", "daughters", "shrine"]);
        let two = self.lower_is(index, words!["our", "little"])
            && self.lower_is(index + 1, words!["lady", "company"]);
        let mut of = index + if two { 2 } else { 1 };
        if !head.capitalised() || !(one || two) || !self.lower_is(of, words!["of"]) {
            return None;
        }
        of += usize::from(self.lower_is(of + 1, words!["the"]));
        let far = self.index_at(self.capitals_from(of + 1, 4));
        let kind = (of + 2..far).find(|at| self.t(*at).is(v::FACILITY));
        let end = kind.map_or_else(|| self.back(far, 1).end, |at| self.t(at).end);
        (far > of + 1 && self.t(of + 1).capitalised()).then_some((head.start, end))
    }

    /// Finds institutions.
    pub(super) fn institutions(&mut self) {
        if !self.strict {
            return;
        }
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.kind != Kind::Word {
                continue;
            }
            if let Some((start, end)) = self.of_our_lady(index) {
                self.hit(start, end, Identifier::Facility, weight::PLACE + 1);
                continue;
            }
            let found = if token.capitalised() && self.lower_is(index, ENDS) {
                self.institution(index)
            } else if token.case == Case::Lower {
                self.attended(index)
            } else if token.capitalised() && self.lower_is(index, BEGINS) {
                self.institution_of(index)
            } else if self.lower_is(index, words!["employer", "school", "church", "daycare", "preschool"])
                && self.t(index + 1).symbol(b':')
            {
                self.place_from(index + 2)
            } else {
                None
            };
            if let Some((start, end)) = found {
                self.hit(start, end, Identifier::Facility, weight::PLACE + 1);
            }
        }
    }

    /// Whether a capitalised word names one rather than a kind.
    fn own(&self, index: usize) -> bool {
        let token = self.t(index);
        let generic =
            token.is(v::KNOWN | v::CARER | v::PERSON | v::MACHINE | v::FACILITY | v::MONTH | v::WEEKDAY)
                && !(token.known(COMMON) && token.known(FAMILY | GIVEN));
        let roles =
            token.roles & !(v::STRONG | v::STREET | v::DIRECTION | v::FACILITYMID | v::STATE | v::EPONYM);
        token.capitalised()
            && token.kind == Kind::Word
            && token.len() > 2
            && !generic
            && roles == 0
            && !self.thing(index)
            && (token.known(COMMON) && !token.known(PLAIN)
                || token.known(CITY) && !token.known(PLAIN) && !token.is(v::FACILITYMID)
                || !token.known(WORD) && !self.medical(self.bytes(token)))
    }

    /// `Jefferson Middle School`, `First Baptist Church`: the words before its last.
    fn institution(&self, last: usize) -> Option<(usize, usize)> {
        let mut first = last;
        let mut named = false;
        let mut words = 0;
        while let Some(before) = first.checked_sub(1) {
            let token = self.t(before);
            let point = token.symbol(b'.') && self.lower_is(before.wrapping_sub(1), words!["st", "mt", "ft"])
                || matches!(token.byte, b'\'' | b'-' | b'&') && token.kind == Kind::Symbol
                || self.lower_is(before, words!["s"]) && self.back(before, 1).symbol(b'\'');
            let word = token.kind == Kind::Word
                && token.capitalised()
                && !self.lower_is(
                    before,
                    words![
                        "the", "at", "her", "his", "my", "to", "from", "in", "use", "see", "via", "by",
                        "call", "with"
                    ],
                );
            // What stands two blanks away is another column.
            if words > 5 || !(word || point) || token.end + 1 < self.t(first).start {
                break;
            }
            if word {
                words += 1;
                // `Baptist`, `First`, `Sunrise` name a church, not a school.
                named |= self.own(before)
                    || self.lower_is(
                        before,
                        words![
                            "mercy",
                            "baptist",
                            "methodist",
                            "presbyterian",
                            "lutheran",
                            "adventist",
                            "saint",
                            "st",
                            "sacred",
                            "samaritan",
                            "holy",
                            "grace",
                            "hope",
                            "trinity",
                            "sunrise"
                        ],
                    );
            }
            first = before;
        }
        while self.t(first).kind == Kind::Symbol && first < last {
            first += 1;
        }
        // `Attends Westfield School`: a verb that begins the sentence.
        if self.begins_sentence(first)
            && self.t(first).known(WORD)
            && !self.t(first).known(COMMON)
            && words > 1
            && !self.t(first).is(v::FACILITYMID | v::DIRECTION)
        {
            first += 1;
        }
        let mut end = self.t(last).end;
        if self.t(last + 1).symbol(b'.') && self.t(last).len() <= 4 {
            end = self.t(last + 1).end;
        }
        (named && words > 0 && first < last).then(|| (self.t(first).start, end))
    }

    /// `University of Toledo`.
    fn institution_of(&self, index: usize) -> Option<(usize, usize)> {
        if !self.lower_is(index + 1, words!["of"]) || !self.t(index + 2).capitalised() {
            return None;
        }
        let end = self.capitals_from(index + 2, 4);
        (end > 0).then(|| (self.t(index).start, end))
    }

    /// A place that begins here: capitalised words of which one is its own.
    fn place_from(&self, first: usize) -> Option<(usize, usize)> {
        let head = self.t(first);
        if !head.capitalised()
            || head.case == Case::Single
            || head.is(v::TITLE | v::MONTH | v::WEEKDAY | v::STATE | v::KIN) && !head.is(v::FACILITYMID)
        {
            return None;
        }
        let mut end = self.capitals_from(first, 5);
        // `Cedar Ridge Hospital for CHF`: what follows the last word of the name is none.
        if let Some(at) = (first..self.index_at(end)).find(|at| {
            self.lower_is(*at, words!["for", "and", "at", "the"]) && self.t(*at).case == Case::Lower
        }) {
            end = self.back(at, 1).end;
        }
        let last = self.index_at(end);
        let own = (first..last).any(|at| self.own(at));
        let several = (first..last).filter(|at| self.t(*at).kind == Kind::Word).count() > 1;
        // `Interventional Radiology`, `Step Down Unit`: a department.
        let department = last.checked_sub(1).is_some_and(|at| {
            let bytes = self.bytes(self.t(at));
            bytes.ends_with(b"logy")
                || self.lower_is(
                    at,
                    words![
                        "surgery",
                        "medicine",
                        "care",
                        "therapy",
                        "unit",
                        "ward",
                        "icu",
                        "department",
                        "service",
                        "services",
                        "team",
                        "lab",
                        "imaging",
                        "room",
                        "desk",
                        "office",
                        "supervisor",
                        "management"
                    ],
                )
        });
        if department {
            return None;
        }
        let acronym = (first..last).all(|at| self.t(at).case == Case::Upper);
        let single = !head.known(WORD) && !head.known(GIVEN) && (head.known(CITY) || !head.known(FAMILY));
        (end > 0 && !acronym && own && (several || single)).then_some((head.start, end))
    }

    /// `works for Acme Freight`, `attends Roosevelt High`.
    fn attended(&self, index: usize) -> Option<(usize, usize)> {
        let attends = self.lower_is(index, words!["attends", "attended"]);
        let preposition = self.lower_is(index, words!["at", "for", "by", "from", "to", "of", "with"])
            && (1..=4).any(|by| self.lower_is(index.wrapping_sub(by), ATTENDS));
        if !(attends || preposition) {
            return None;
        }
        let by = self.lower_is(index, words!["for", "by", "of", "with"]);
        let of_work = (1..=4).any(|back| {
            self.lower_is(
                index.wrapping_sub(back),
                words![
                    "works",
                    "worked",
                    "working",
                    "employed",
                    "employee",
                    "job",
                    "member",
                    "volunteers",
                    "student",
                    "resident",
                    "retired"
                ],
            )
        });
        if !(attends || preposition && (!by || of_work)) {
            return None;
        }
        let mut next = index + 1;
        if self.lower_is(next, words!["the"]) {
            next += 1;
        }
        // `works for Dr. Roe`, `employed by Ann`: persons.
        if by && !self.lower_is(index, words!["for", "by"]) && !of_work {
            return None;
        }
        let (start, end) = self.place_from(next)?;
        let several = self.index_at(end) - next > 1;
        let person = self.t(next).known(GIVEN)
            && several
            && self.t(next + 1).known(FAMILY)
            && self.index_at(end) == next + 2
            && !self.t(next + 1).known(WORD);
        (!person).then_some((start, end))
    }
}
