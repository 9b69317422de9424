//! In prose: practices and hospitals that only their last word and a place before it tell: `at Canyon Rim Imaging`,
//! `(Pine Hollow Senior Living)`, `brought from Mesa Skilled Nursing`; and shops with the place they are in.

use super::{
    Reader,
    facilities::KINDS,
    token::{Case, Kind},
    weight,
};
use crate::{
    Identifier,
    words::{CITY, FAMILY, WORD, list, vocabulary as v, words},
};

/// What ends the name of one.
const ENDS: &[u64] = list!(
    "imaging radiology oncology cardiology neurology urology nephrology dermatology gastroenterology pulmonology \
     rheumatology endocrinology ophthalmology orthopedics orthopaedics pediatrics paediatrics cardiovascular vascular \
     psychiatric psychiatry psychology counseling regional memorial living village terrace facility system systems \
     services nursing rehab rehabilitation wellness dental dentistry smiles eyecare optometry obgyn surgery surgical \
     medicine management house network infusion hematology allergy podiatry audiology chiropractic physicians partners \
     specialists neuro ortho women's womens endoscopy dialysis recovery hospice care health healthcare home behavioral"
);

/// Words of names of places, which no department has.
const LAND: &[u64] = list!(
    "canyon rim valley river bend ocean creek mountain mount hill hills lake lakes view vista ridge hollow park strand \
     coast coastal shore shores shoreline harbor bay island beach prairie mesa desert forest woods grove meadow meadows \
     spring springs falls rock stone oak oaks pine pines cedar maple elm willow birch fox eagle hawk bear deer wolf \
     sunrise sunset golden silver blue green red white cathedral redeemer faith hope grace mercy trinity holy sacred \
     saint lady heritage keystone liberty pioneer frontier piedmont heartland lakeside riverside hillside seaside \
     northside southside eastside westside tri twin summit crest point pointe gateway crossing landing saguaro magnolia \
     evergreen redwood sequoia juniper cypress palm bluff bluffs glen dale cove sound delta plains highland highlands \
     northwest southwest northeast southeast east west north south grand royal imperial overland"
);

/// What the names of towns end in.
const GROUND: &[u64] = list!(
    "creek valley acres farm farms ridge hill hills falls springs grove park lake lakes beach heights city point village \
     township mills bluff bluffs bay cove harbor island haven junction landing meadows oaks pines plains prairie rapids \
     river rock shores terrace view woods crossing corners station estates gap glen hollow delta fork forks afb"
);

/// What comes before one.
const BEFORE: &[u64] = words![
    "at", "to", "from", "by", "of", "in", "with", "via", "per", "near", "biba", "through", "and", "or",
    "called"
];

/// Shops, laboratories and makers of aids with branches in many places.
const CHAINS: &[u64] = list!(
    "quest labcorp apria lincare costco walmart walgreens cvs target kroger publix safeway optum concentra davita \
     fresenius adapthealth rotech riteaid wegmans heb meijer lenscrafters pearle aspen minuteclinic patientfirst carenow"
);

impl Reader<'_> {
    /// Finds them.
    pub(super) fn practices(&mut self) {
        if !self.strict {
            return;
        }
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.kind != Kind::Word || token.case != Case::Capital {
                if token.kind == Kind::Word && token.case == Case::Upper && self.lower_is(index, CHAINS) {
                    self.branch(index);
                }
                continue;
            }
            if self.lower_is(index, CHAINS) {
                self.branch(index);
            }
            if self.lower_is(index.wrapping_sub(1), words!["city", "town", "village"])
                && self.back(index, 1).case == Case::Lower
            {
                self.town(index);
            }
            if self.lower_is(index.wrapping_sub(1), words!["the", "our", "your"])
                && self.t(index).known(CITY | crate::words::CITY_BEGINS)
            {
                self.located(index);
            }
            if self.lower_is(index, ENDS) {
                self.practice(index);
            } else if self.t(index + 1).symbol(b'\'') && self.lower_is(index + 2, words!["s"]) {
                self.saint(index);
            }
        }
    }

    /// The capitalised words before its last, if they are of a place and something leads to them.
    fn practice(&mut self, last: usize) {
        let next = self.t(last + 1);
        if next.kind == Kind::Word && next.case == Case::Capital && self.lower_is(last + 1, ENDS) {
            return;
        }
        let (mut first, mut words, mut land, mut own) = (last, 0, false, false);
        while let Some(at) = first.checked_sub(1) {
            let token = self.t(at);
            let joint = token.kind == Kind::Symbol && matches!(token.byte, b'\'' | b'-' | b'&')
                || self.lower_is(at, words!["s"]) && self.back(at, 1).symbol(b'\'')
                || self.lower_is(at, words!["and", "of", "the"])
                    && words > 0
                    && self.back(at, 1).case == Case::Capital
                    && self.lower_is(at + 1, ENDS)
                || token.symbol(b'.') && self.lower_is(at.wrapping_sub(1), words!["st", "mt", "ft"]);
            let word = token.kind == Kind::Word
                && token.case == Case::Capital
                && !token.is(v::TITLE & !v::STREET | v::MONTH | v::WEEKDAY);
            if !(joint || word) || words > 4 {
                break;
            }
            if word {
                words += 1;
                let generic = self.lower_is(at, KINDS) || self.lower_is(at, ENDS);
                land |= self.lower_is(at, LAND);
                own |= !generic
                    && (token.known(CITY) && !token.known(WORD)
                        || !token.known(WORD) && !token.is(v::KNOWN) && !adjective(self.bytes(token))
                        || token.known(FAMILY) && !token.known(WORD));
            }
            first = at;
        }
        while self.t(first).kind == Kind::Symbol && first < last {
            first += 1;
        }
        let before = self.back(first, 1);
        let led = self.lower_is(first.wrapping_sub(1), BEFORE)
            || self.lower_is(first.wrapping_sub(1), words!["the"])
                && self.lower_is(first.wrapping_sub(2), BEFORE)
            || before.kind == Kind::Symbol && matches!(before.byte, b'(' | b',' | b':' | b'\n' | b'@')
            || matches!(before.kind, Kind::None);
        // Weak words need more before them: `Lake Street Health`, not `Blue Care`.
        let weak = self.lower_is(
            last,
            words![
                "care",
                "health",
                "home",
                "house",
                "services",
                "system",
                "systems",
                "network",
                "management",
                "partners"
            ],
        );
        if led && words > usize::from(weak && !own) && (own || land && words >= 2 || land && !weak) {
            let end = self.t(last).end;
            self.hit(self.t(first).start, end, Identifier::Facility, weight::PLACE + 1);
        }
    }

    /// `at St. Hedwig's`.
    fn saint(&mut self, index: usize) {
        let point = usize::from(self.back(index, 1).symbol(b'.'));
        let Some(first) = index.checked_sub(1 + point) else { return };
        if self.lower_is(first, words!["st", "saint"])
            && self.t(first).capitalised()
            && self.lower_is(first.wrapping_sub(1), words!["at", "to", "from", "by", "via"])
            && !self.t(index + 3).capitalised()
        {
            self.hit(self.t(first).start, self.t(index + 2).end, Identifier::Facility, weight::PLACE + 1);
        }
    }

    /// `in Liberal.`, `in Sparks (`: a city that is a word too, capitalised in the middle of a sentence and closing a clause.
    pub(super) fn closing_place(&self, index: usize) -> bool {
        let (city, next) = (self.t(index + 1), self.t(index + 2));
        let closes = matches!(next.kind, Kind::None)
            || next.kind == Kind::Symbol
                && matches!(next.byte, b'.' | b',' | b';' | b'(' | b')' | b'!' | b'?' | b'\n');
        closes
            && self.t(index).case == Case::Lower
            && self.lower_is(index, words!["in", "near", "outside"])
            && city.case == Case::Capital
            && city.otherwise() == 0
            && !city.is(v::KNOWN)
            && !self.lower_is(index + 1, KINDS)
    }

    /// `in Mill Creek`, `near Fuller Acres`: what ends as places do, and no list knows.
    pub(super) fn lands(&mut self, index: usize) -> Option<usize> {
        if !self.lower_is(index, words!["in", "near", "from", "outside", "visiting", "to"])
            || self.t(index).case != Case::Lower
        {
            return None;
        }
        let mut last = index + 1;
        while last < index + 4
            && self.t(last).kind == Kind::Word
            && (self.t(last).case == Case::Capital || self.lower_is(last, words!["afb"]))
        {
            last += 1;
        }
        let end = last.checked_sub(1).filter(|end| *end > index + 1 && self.lower_is(*end, GROUND))?;
        let proper = (index + 1..end).all(|at| {
            self.t(at).otherwise() & !v::FACILITYMID == 0 && !self.lower_is(at, KINDS) && self.t(at).len() > 2
        });
        if !proper || self.t(last).capitalised() {
            return None;
        }
        let (start, end) = (self.t(index + 1).start, self.t(end).end);
        self.hit(start, end, Identifier::City, weight::PLACE);
        Some(end)
    }

    /// `same city Upper Jay`: capitalised words behind a word for one, at the end of a clause.
    fn town(&mut self, index: usize) {
        let end = self.capitals_from(index, 3);
        let last = self.index_at(end);
        let next = self.t(last);
        let closes = matches!(next.kind, Kind::None)
            || next.kind == Kind::Symbol && matches!(next.byte, b'.' | b',' | b';' | b')' | b'\n');
        let own = (index..last).all(|at| {
            let token = self.t(at);
            token.kind != Kind::Word || token.otherwise() & !v::FACILITYMID == 0 && !self.lower_is(at, KINDS)
        });
        if end > 0 && closes && own {
            self.hit(self.t(index).start, end, Identifier::City, weight::PLACE);
        }
    }

    /// `at the Meadow Woods location`: which of several.
    fn located(&mut self, index: usize) {
        let end = self.capitals_from(index, 3);
        let last = self.index_at(end);
        let own = (index..last).all(|at| {
            self.t(at).otherwise() & !v::FACILITYMID == 0
                && !self.t(at).is(v::KNOWN)
                && !self.lower_is(at, KINDS)
        });
        if end > 0 && own && self.lower_is(last, words!["location", "branch", "campus", "store"]) {
            self.hit(self.t(index).start, end, Identifier::City, weight::PLACE);
        }
    }

    /// `Quest Elmwood`, `(Costco Elk Grove)`: the place behind the name of a chain.
    fn branch(&mut self, index: usize) {
        let head = self.t(index + 1);
        let end = self.capitals_from(index + 1, 3);
        let last = self.index_at(end);
        let plain = end > 0
            && head.case == Case::Capital
            && head.start == self.t(index).end + 1
            && (index + 1..last).all(|at| {
                let token = self.t(at);
                token.kind != Kind::Word
                    || token.len() == 1
                    || token.roles & !(v::BORNE | v::FACILITYMID) == 0
                        && !token.is(v::KNOWN)
                        && !self.lower_is(at, KINDS)
                        && !self.lower_is(
                            at,
                            words!["pharmacy", "diagnostics", "optical", "vision", "labs", "extra", "rx"],
                        )
            });
        let placed = head.known(CITY | crate::words::CITY_BEGINS)
            || !head.known(WORD) && head.len() > 3
            || (index + 1..last).any(|at| self.lower_is(at, LAND));
        if plain && placed {
            self.hit(head.start, end, Identifier::City, weight::PLACE);
        }
    }
}

/// Whether a word that no list knows ends as adjectives of departments do: `Interventional`, `Neurovascular`.
fn adjective(word: &[u8]) -> bool {
    [&b"al"[..], b"ic", b"ive", b"ory", b"ary", b"ar", b"ous", b"ology", b"itional"]
        .iter()
        .any(|end| word.ends_with(end))
}
