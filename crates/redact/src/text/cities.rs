//! Cities with their states and ZIP codes, counties, and cities that the dictionary knows.

use super::{
    Reader,
    token::{Case, Kind, Token},
    weight,
};
use crate::{
    Identifier,
    shape::alphanumeric,
    words::{
        CITY, CITY_BEGINS, FAMILY, GIVEN, HASH_START, WORD, dictionary, hash_extend, list, vocabulary as v,
        words,
    },
};

impl Reader<'_> {
    /// The city, state and ZIP code behind an address; where they end.
    pub(super) fn city_after(&mut self, index: usize) -> Option<usize> {
        let mut next = index;
        while self.t(next).symbol(b',') || self.t(next).symbol(b'\n') || self.lower_is(next, words!["in"]) {
            next += 1;
        }
        if next == index && !self.t(next).capitalised() {
            return None;
        }
        if let Some(end) = self.city_and_state(next) {
            return Some(end);
        }
        if next == index
            && let Some(end) = self.city_beside(next)
        {
            return Some(end);
        }
        // A city of which the state is not told: a dictionary knows it, or it stands between comma and ZIP code.
        let end = self.capitals_from(next, 3);
        let after = self.index_at(end);
        if end > 0
            && next > index
            && (self.t(after).kind == Kind::Number && self.t(after).len() == 5
                || self.t(next).known(CITY | CITY_BEGINS) && self.t(next).start < end)
            && !self.t(next).is(v::BIRTH | v::PHONE | v::UNIT | v::MRN | v::ZIP)
        {
            self.hit(self.t(next).start, end, Identifier::City, weight::PLACE);
            if self.t(after).kind == Kind::Number
                && let Some(zip) = self.postal_code(after)
            {
                self.hit(self.t(after).start, zip, Identifier::Zip, weight::PLACE);
                return Some(zip);
            }
            return Some(self.zip_beyond(after).unwrap_or(end));
        }
        if next > index { self.city_unknown(next) } else { None }
    }

    /// In prose, behind a street: capitalised words that close the line or stand before a comma, and the ZIP code behind
    /// them or behind their country.
    fn city_unknown(&mut self, index: usize) -> Option<usize> {
        let end = self.capitals_from(index, 4);
        let last = self.index_at(end);
        let closes = |at: usize| {
            matches!(self.t(at).kind, Kind::None)
                || self.t(at).kind == Kind::Symbol && matches!(self.t(at).byte, b'\n' | b',' | b'.' | b'?')
        };
        let words = || (index..last).map(|at| self.t(at)).filter(|token| token.kind == Kind::Word);
        let plain = |token: &Token| {
            token.roles & !(v::STATE | v::DIRECTION | v::STREET | v::FACILITYMID | v::STRONG) == 0
        };
        if !self.strict
            || end == 0
            || !closes(last)
            || !words().all(plain)
            || !words().any(|token| token.len() > 2 && (!token.known(WORD) || token.known(CITY)))
        {
            return None;
        }
        self.hit(self.t(index).start, end, Identifier::City, weight::PLACE);
        Some(self.zip_beyond(last).unwrap_or(end))
    }

    /// In prose, behind a city: the ZIP code, also behind a state or a country.
    pub(super) fn zip_beyond(&mut self, index: usize) -> Option<usize> {
        if !self.strict {
            return None;
        }
        let mut next = index;
        let mut capitals = 0;
        while capitals < 4
            && (self.t(next).capitalised() || self.t(next).symbol(b',') || self.t(next).symbol(b'\n'))
        {
            capitals += usize::from(self.t(next).capitalised());
            next += 1;
        }
        let zip = self.t(next);
        if zip.kind == Kind::Number
            && zip.len() == 5
            && let Some(last) = self.postal_code(next)
        {
            self.hit(zip.start, last, Identifier::Zip, weight::PLACE);
            return Some(last);
        }
        None
    }

    /// `Springfield, IL 62701`, `San Jose, California`, `Boston MA 02115`.
    pub(super) fn city_and_state(&mut self, index: usize) -> Option<usize> {
        let first = self.t(index);
        // `In California, Texas and Ohio`.
        let led = first.case == Case::Capital
            && self
                .lower_is(index, words!["in", "at", "from", "to", "near", "and", "or", "of", "for", "both"]);
        // `Roe, MSN, NE-BC`: letters of a nurse, no town in Nebraska.
        let letters = first.is(v::SUFFIX) && first.case == Case::Upper
            || self
                .lower_is(index, words!["birthplace", "hometown", "residence", "location", "lic", "license"]);
        if !first.capitalised() || first.case == Case::Single || first.kind != Kind::Word || led || letters {
            return None;
        }
        let mut next = index;
        let mut words = 0;
        let mut state = None;
        while words < 4 {
            let token = self.t(next);
            if token.symbol(b'.') && self.lower_is(next - 1, words!["st", "ft", "mt"])
                || token.kind == Kind::Symbol
                    && matches!(token.byte, b'\'' | b'-')
                    && words > 0
                    && self.glued(next)
                    && self.t(next - 1).end == token.start
            {
                next += 1;
                continue;
            }
            let part = token.kind == Kind::Word
                && (token.capitalised()
                    || words > 0 && self.lower_is(next, words!["of", "de", "la", "du", "on", "the"]));
            if !part {
                break;
            }
            if words > 0
                && token.is(v::STATE)
                && token.case == Case::Upper
                && token.len() == 2
                && self.zip_at(next + 1)
            {
                state = Some(next);
                break;
            }
            words += 1;
            next += 1;
            let comma = self.t(next).symbol(b',');
            let beyond = if comma { next + 1 } else { next };
            if let Some(last) = self.state_at(beyond)
                && (comma || self.zip_at(last + 1))
                // `San Diego, Oklahoma City`: the next of a list.
                && (!self.lower_is(last + 1, words!["city", "beach"]) || self.lower_is(last, words!["york"]))
            {
                state = Some(last);
                break;
            }
        }
        let state = state?;
        // `California, Texas and Ohio`.
        let row = words == 1
            && first.is(v::STATE)
            && first.len() > 2
            && self.t(state).len() > 2
            && !self.zip_at(state + 1)
            && !self.lower_is(index, words!["washington"])
            && first.hash != self.t(state).hash;
        if row {
            return None;
        }
        let city_end = {
            let mut last = next;
            while last > index
                && (self.t(last).start >= self.t(state).start
                    || self.t(last).symbol(b',')
                    || self.t(last).is(v::STATE) && last >= next && last != index)
            {
                last -= 1;
            }
            self.t(last).end
        };
        let zip = self.zip_index(state + 1);
        let known = {
            let mut hash = HASH_START;
            let mut parts = 0;
            for i in index..next.min(index + 4) {
                let token = self.t(i);
                if token.kind == Kind::Word && token.start < city_end {
                    if parts > 0 {
                        hash = hash_extend(hash, b" ");
                    }
                    hash = hash_extend(hash, self.bytes(token));
                    parts += 1;
                }
            }
            dictionary().get(hash) & CITY != 0
        };
        // `Server ID 12345`, `Done, OK 20000`: in logs a word and two capitals are no place yet.
        let comma = (index..state).any(|at| self.t(at).symbol(b','));
        let word = first.known(WORD) && words == 1;
        let doubtful =
            self.lower_is(state, words!["id", "ok", "in", "or", "me", "hi"]) && self.t(state).len() == 2;
        // `Student ID 60867`: nor is it in prose.
        if !comma && !known && word && self.lower_is(state, words!["id"]) {
            return None;
        }
        // `on a plan with BCBS, ID M8088472450`.
        if self.lower_is(state, words!["id"])
            && matches!(self.t(state + 1).kind, Kind::Number | Kind::Mixed)
            && !self.zip_at(state + 1)
        {
            return None;
        }
        if !self.strict && (!comma && (!known || word && doubtful) || !known && word && doubtful) {
            return None;
        }
        // Without a ZIP code the words must be a city that is known, or unknown in prose; `Smith, MD` is a physician.
        // `Lic MD-99997`.
        if self.t(state + 1).symbol(b'-') && self.glued(state) && zip.is_none() {
            return None;
        }
        let credential = self.t(state).is(v::SUFFIX) && zip.is_none();
        let full = self.t(state).len() > 2;
        if zip.is_none()
            && (credential && !(known && words == 1 && !first.known(GIVEN | FAMILY))
                || !known && !(self.strict && (full || !first.known(WORD)))
                || first.is(v::KNOWN) && !known)
        {
            return None;
        }
        if city_end <= first.start {
            return None;
        }
        self.hit(first.start, city_end, Identifier::City, weight::PLACE);
        if let Some(zip) = zip
            && let Some(end) = self.postal_code(zip)
        {
            self.hit(self.t(zip).start, end, Identifier::Zip, weight::PLACE);
            return Some(end);
        }
        Some(self.t(state).end)
    }

    pub(super) fn zip_index(&self, index: usize) -> Option<usize> {
        let mut next = index;
        while next < index + 2
            && (self.t(next).symbol(b',') || self.t(next).symbol(b'.') || self.t(next).symbol(b'-'))
        {
            next += 1;
        }
        let token = self.t(next);
        let five = token.kind == Kind::Number && token.len() == 5 && !alphanumeric(self.byte(token.end));
        (five || self.lower_is(next, words!["apo", "fpo"])).then_some(next)
    }

    /// `APO AE 09012`: where the armed forces get their post.
    pub(super) fn forces(&mut self, index: usize) -> Option<usize> {
        if !self.lower_is(index, words!["apo", "fpo", "dpo"])
            || self.t(index).case != Case::Upper
            || !self.lower_is(index + 1, words!["aa", "ae", "ap"])
            || self.t(index + 1).case != Case::Upper
        {
            return None;
        }
        let zip = self.zip_index(index + 2)?;
        let end = self.postal_code(zip)?;
        self.hit(self.t(index).start, end, Identifier::Zip, weight::PLACE);
        Some(end)
    }

    pub(super) fn zip_at(&self, index: usize) -> bool {
        self.zip_index(index).is_some()
    }

    /// A state at a token: its abbreviation in capitals or its name (of one or two words); the index of its last word.
    pub(super) fn state_at(&self, index: usize) -> Option<usize> {
        let token = self.t(index);
        if token.kind != Kind::Word {
            return None;
        }
        // Islands and the armed forces have codes that are words of other things: a ZIP code must follow.
        if token.case == Case::Upper
            && self.lower_is(index, words!["vi", "gu", "mp", "as", "fm", "mh", "pw", "ae", "aa", "ap"])
            && self.zip_at(index + 1)
        {
            return Some(index);
        }
        if token.is(v::STATE)
            && (token.case == Case::Upper && token.len() == 2 || token.len() > 3 && token.capitalised())
        {
            return Some(index);
        }
        if token.capitalised()
            && self.lower_is(index, words!["district"])
            && self.lower_is(index + 1, words!["of"])
            && self.lower_is(index + 2, words!["columbia"])
        {
            return Some(index + 2);
        }
        let two = token.capitalised()
            && (self.lower_is(index, words!["new"])
                && self.lower_is(index + 1, words!["york", "jersey", "mexico", "hampshire"])
                || self.lower_is(index, words!["north", "south"])
                    && self.lower_is(index + 1, words!["carolina", "dakota"])
                || self.lower_is(index, words!["west"]) && self.lower_is(index + 1, words!["virginia"])
                || self.lower_is(index, words!["rhode"]) && self.lower_is(index + 1, words!["island"]));
        two.then_some(index + 1)
    }

    /// In prose, after a word of place: `Port Matthew`, `St. Cloud`, `Robinsonshire`, `Coeur d'Alene`.
    fn made_of(&mut self, index: usize) -> Option<usize> {
        let first = self.t(index + 1);
        let point = usize::from(self.t(index + 2).symbol(b'.'));
        let led = first.is(v::DIRECTION) && first.len() > 1
            || self.lower_is(index + 1, words!["coeur", "el", "bay"]);
        // `95M from Rector`, `a woman from War`.
        let native = self.lower_is(
            index.wrapping_sub(1),
            words!["man", "woman", "male", "female", "boy", "girl", "old", "gentleman", "lady", "m", "f"],
        ) || self.back(index, 1).kind == Kind::Mixed && self.back(index, 1).len() < 5;
        if native
            && self.lower_is(index, words!["from"])
            && !first.is(v::TITLE | v::FACILITY | v::FACILITYMID)
        {
            let end = self.capitals_from(index + 1, 3);
            let last = self.index_at(end);
            if end > 0 && !(index + 1..last).any(|at| self.t(at).is(v::FACILITY) && !self.t(at).is(v::STREET))
            {
                self.hit(first.start, end, Identifier::City, weight::PLACE);
                return Some(end);
            }
        }
        // `Hastings-on-Hudson`.
        let hyphen = |at: usize| self.t(at).symbol(b'-') && self.glued(at - 1) && self.glued(at);
        if hyphen(index + 2)
            && self.lower_is(index + 3, words!["on", "by", "in", "upon"])
            && hyphen(index + 4)
        {
            let mut last = index + 5;
            while last < index + 11 && hyphen(last + 1) && self.t(last + 2).kind == Kind::Word {
                last += 2;
            }
            let end = self.t(last).end;
            self.hit(first.start, end, Identifier::City, weight::PLACE);
            return Some(end);
        }
        let mut second = index + 2 + point;
        if self.lower_is(second, words!["d"]) && self.t(second + 1).symbol(b'\'') {
            second += 2;
        }
        let name = self.t(second);
        let proper = name.capitalised()
            && name.len() > 2
            && !name.is(v::KNOWN | v::FACILITY | v::FACILITYMID | v::STREET | v::MONTH | v::TITLE)
            && (!name.known(WORD) || name.known(crate::words::COMMON));
        let facility = |at: usize| {
            let t = self.t(at);
            t.is(v::FACILITY | v::FACILITYMID | v::STREET) && t.capitalised()
        };
        if led
            && proper
            && !facility(second + 1)
            && !(point == 1 && !self.lower_is(index + 1, words!["st", "ft", "mt"]))
        {
            let owner = self.t(second + 1).symbol(b'\'') && self.lower_is(second + 2, words!["s"]);
            let end = if owner && point == 1 { self.t(second + 2).end } else { self.t(second).end };
            self.hit(first.start, end, Identifier::City, weight::PLACE);
            return Some(end);
        }
        let folded = self.bytes(first).to_ascii_lowercase();
        let ends = [
            "ville", "town", "burgh", "shire", "haven", "borough", "stad", "chester", "berg", "bury",
            "mouth", "view", "side", "port", "furt",
        ];
        let made = first.case == Case::Capital
            && first.len() > 6
            && ends.iter().any(|end| folded.ends_with(end.as_bytes()))
            && !first.known(WORD | GIVEN)
            && first.roles == 0
            && !facility(index + 2);
        if made {
            self.hit(first.start, first.end, Identifier::City, weight::PLACE);
            return Some(first.end);
        }
        None
    }

    /// In prose: `Burns County`, `Orange Parish`.
    pub(super) fn county(&mut self, index: usize) -> Option<usize> {
        let kinds = words!["county", "parish", "township", "borough"];
        // `New Madrid County`, `St. Landry Parish`.
        let led = self.t(index).is(v::DIRECTION) && !self.lower_is(index + 1, kinds);
        let point = usize::from(self.t(index + 1).symbol(b'.'));
        let at = if led && self.t(index + 1 + point).capitalised() { index + 2 + point } else { index + 1 };
        let (name, kind) = (self.t(index), self.t(at));
        let county = self.lower_is(at, kinds) && kind.capitalised();
        if !(self.strict || self.lower_is(index.wrapping_sub(1), kinds))
            || !county
            || name.case != Case::Capital
            || self.t(at + 1).is(v::FACILITY)
            || self.lower_is(index, words!["the", "this", "our", "each"])
        {
            return None;
        }
        self.hit(name.start, kind.end, Identifier::City, weight::PLACE + 1);
        Some(kind.end)
    }

    /// In prose: a city that the dictionary knows, after a word of place.
    pub(super) fn city_alone(&mut self, index: usize) -> Option<usize> {
        if !self.strict
            || !self.lower_is(
                index,
                words!["in", "from", "near", "to", "of", "outside", "around", "at", "visiting"],
            )
        {
            return None;
        }
        let first = self.t(index + 1);
        if self.t(index + 2).capitalised()
            && let Some(end) = self.lands(index)
        {
            return Some(end);
        }
        if !first.capitalised() || first.case == Case::Single || first.is(v::TITLE | v::MONTH | v::WEEKDAY) {
            return None;
        }
        // `the critical view of Strasberg`.
        if first.is(v::EPONYM) && self.lower_is(index, words!["of"]) {
            return None;
        }
        // The longest phrase that is a city.
        let mut hash = HASH_START;
        let mut found = None;
        for by in 1..=3 {
            let token = self.t(index + by);
            if token.kind != Kind::Word || !token.capitalised() {
                break;
            }
            if by > 1 {
                hash = hash_extend(hash, b" ");
            }
            hash = hash_extend(hash, self.bytes(token));
            if dictionary().get(hash) & CITY != 0 {
                found = Some(index + by);
            }
        }
        let Some(last) = found else {
            return self.made_of(index);
        };
        let one = last == index + 1;
        let travels = (1..=4).any(|by| {
            self.lower_is(
                index.wrapping_sub(by),
                list!("drove driving drive drives flew flying moved moving move traveling travels traveled relocated relocating trip grew raised born coming joins joined visiting visit"),
            )
        });
        let lives = self.near(index, v::ADDRESS, 3)
            || travels
            || self.lower_is(index, words!["from", "near", "in", "outside"]);
        let word = first.known(WORD) || first.is(v::KNOWN | v::STATE);
        if one && word && !travels && self.lower_is(index, words!["from"]) {
            return self.made_of(index);
        }
        let person = one && first.known(GIVEN) && !lives;
        if one && word && !travels && !self.near(index, v::ADDRESS, 3) && !self.closing_place(index)
            || person
            || self.t(last + 1).is(v::FACILITY | v::FACILITYMID | v::STREET) && self.t(last + 1).capitalised()
        {
            return None;
        }
        let end = self.t(last).end;
        self.hit(first.start, end, Identifier::City, weight::PLACE);
        Some(end)
    }
}
