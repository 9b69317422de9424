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
    words::{CITY, COMMON, FAMILY, WORD, list, vocabulary as v, words},
};

/// What ends the name of one.
const ENDS: &[u64] = list!(
    "imaging radiology oncology cardiology neurology urology nephrology dermatology gastroenterology pulmonology \
     rheumatology endocrinology ophthalmology orthopedics orthopaedics pediatrics paediatrics cardiovascular vascular \
     psychiatric psychiatry psychology counseling regional memorial living village terrace facility system systems \
     services nursing rehab rehabilitation wellness dental dentistry smiles eyecare optometry obgyn surgery surgical \
     medicine management house network infusion hematology allergy podiatry audiology chiropractic physicians partners \
     specialists neuro ortho women's womens endoscopy dialysis recovery hospice care health healthcare home behavioral associates laboratory laboratories labs diagnostics orthodontics manor \
     endodontics periodontics optical optometrists acupuncture aesthetics"
);

/// How firms close their names.
const FIRMS: &[u64] = list!("pc pa llc llp pllc inc ltd psc apc md dds");

/// Who keeps the peace of a town, puts out its fires and drives its ambulances.
const OF_TOWNS: &[u64] = list!("pd fd police fire sheriff ems ambulance rescue isd courthouse");

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

/// Shops with branches in many places, each with its number.
pub(super) const SHOPS: &[u64] = list!(
    "costco walmart walgreens walgreen cvs target kroger publix safeway riteaid wegmans heb meijer hyvee giant albertsons"
);

/// Laboratories, clinics and makers of aids with such branches.
const BRANCHES: &[u64] = list!(
    "quest labcorp apria lincare optum concentra davita fresenius adapthealth rotech lenscrafters pearle aspen \
     minuteclinic patientfirst carenow rite"
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
                if token.kind == Kind::Word && token.case == Case::Upper && self.of_a_chain(index) {
                    self.branch(index);
                }
                continue;
            }
            if self.of_a_chain(index) {
                self.branch(index);
            }
            self.of_a_town(index);
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
        self.towns_behind();
    }

    /// Whether a word is the name of a firm with branches in many places.
    pub(super) fn of_a_chain(&self, index: usize) -> bool {
        self.lower_is(index, SHOPS) || self.lower_is(index, BRANCHES)
    }

    /// `to Little Funeral Home, Boulder City.`: the town behind the name of a place.
    fn towns_behind(&mut self) {
        for at in self.first..self.hits.len().min(self.first + 256) {
            let Some(hit) = self.hits.get(at).copied() else { break };
            let comma = self.index_at(hit.end);
            if hit.identifier != Identifier::Facility || !self.t(comma).symbol(b',') {
                continue;
            }
            let end = self.capitals_from(comma + 1, 3);
            let last = self.index_at(end);
            let closes = matches!(self.t(last).kind, Kind::None)
                || self.t(last).kind == Kind::Symbol
                    && matches!(self.t(last).byte, b'.' | b',' | b';' | b')' | b'\n');
            if end > 0
                && last > comma + 1
                && closes
                && self.known_city(comma + 1, last - 1)
                && self.t(comma + 1).otherwise() & !v::FACILITYMID == 0
                && !self.t(comma + 1).is(v::STATE | v::SUFFIX)
            {
                self.hit(self.t(comma + 1).start, end, Identifier::City, weight::PLACE);
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
            if !(joint || word) || words > 4 || token.end + 1 < self.t(first).start {
                break;
            }
            if word {
                words += 1;
                let generic = self.lower_is(at, KINDS) || self.lower_is(at, ENDS);
                land |= self.lower_is(at, LAND)
                    || self.plain_street(at) && self.back(at, 1).case == Case::Capital;
                own |= !generic
                    && !token.is(v::PAYER)
                    && (token.known(CITY) && !token.known(WORD)
                        || !token.known(WORD) && !token.is(v::KNOWN) && !adjective(self.bytes(token))
                        || token.known(FAMILY) && !token.known(WORD)
                        // `Pate Dental:` at the head of a message.
                        || token.known(FAMILY) && token.known(COMMON) && self.t(last + 1).symbol(b':'));
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
            let firm = last + 1 + usize::from(next.symbol(b','));
            let closed = self.lower_is(firm, FIRMS) && self.t(firm).case != Case::Lower;
            let end = self.t(if closed { firm } else { last }).end;
            self.hit(self.t(first).start, end, Identifier::Facility, weight::PLACE + 1);
        }
    }

    /// `Round Top PD`, `the Oak Harbor police`: whose they are.
    fn of_a_town(&mut self, index: usize) {
        let end = self.capitals_from(index, 4);
        let last = self.index_at(end);
        // The run of capitals takes the word for them in, or ends before it.
        let closed = (index + 1..=last).find(|at| self.lower_is(*at, OF_TOWNS));
        let Some(closed) = closed.filter(|at| *at < index + 4 && *at > index) else { return };
        let begins =
            !(self.back(index, 1).capitalised() && self.back(index, 1).end + 1 == self.t(index).start);
        // `Leighton PD Ofc. Delaney`: no list knows it, but who serves there is named.
        let served = closed == index + 1
            && self.t(closed).case == Case::Upper
            && !self.t(index).known(WORD)
            && (self.t(closed + 1).is(v::TITLE)
                || self.t(closed + 1).symbol(b'#')
                || self.lower_is(closed + 1, words!["officer", "case", "report", "badge", "ofc"]));
        let city = served || self.known_city(index, closed - 1);
        let word = closed == index + 1
            && self.t(index).known(WORD)
            && !(self.t(closed).case == Case::Upper && !self.t(index).known(crate::words::MEDICAL));
        if begins && city && !word && !self.t(index).is(v::TITLE) {
            self.hit(self.t(index).start, self.t(closed - 1).end, Identifier::City, weight::PLACE);
        }
    }

    /// `Rite Aid (Anthem)`, `Kroger, Weeping Water.`: the town of a shop, in brackets or behind a comma.
    fn shop_in(&mut self, index: usize) {
        let skip = self.lower_is(index, words!["pharmacy", "aid", "drug", "drugs", "rx"]);
        let sign = index + usize::from(skip);
        let bracket = self.t(sign).symbol(b'(');
        if !bracket && !self.t(sign).symbol(b',') {
            return;
        }
        let end = self.capitals_from(sign + 1, 4);
        let last = self.index_at(end);
        let closes =
            if bracket { self.t(last).symbol(b')') } else { matches!(self.t(last).byte, b'.' | b',' | b';') };
        if end > 0
            && last > sign + 1
            && closes
            && self.known_city(sign + 1, last - 1)
            && self.t(sign + 1).otherwise() & !v::FACILITYMID == 0
        {
            self.hit(self.t(sign + 1).start, end, Identifier::City, weight::PLACE);
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
        self.shop_in(index + 1);
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
