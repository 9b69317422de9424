//! Names and cities in text that has no capitals, as people dictate and type: `discharge summary on jane roe date of …`.

use super::{
    Reader,
    token::{Case, Kind},
    weight,
};
use crate::{
    Identifier,
    words::{
        CITY, COMMON, FAMILY, GIVEN, HASH_START, MEDICAL, PLAIN, WORD, dictionary, hash_extend, list,
        vocabulary as v, words,
    },
};

/// Most hyphens and apostrophes that join the parts of one name.
pub(super) const JOINTS: usize = 3;

/// Relatives and others, before their name.
pub(super) const RELATIVES: &[u64] = list!(
    "daughter son wife husband mother father sister brother mom dad aunt uncle niece nephew cousin grandma grandpa \
     grandson granddaughter partner fiance fiancee girlfriend boyfriend dtr dgtr hubby wifey twins twin kids \
     children sons daughters sisters brothers siblings parents stepdad stepmom stepson stepdaughter attorney \
     kid kiddo lawyer caregiver neighbor friend roommate guardian hijo hija esposo esposa madre padre hermano hermana abuela \
     abuelo"
);

/// Words before a person in what is dictated or typed.
const BEFORE: &[u64] =
    list!("on with for to by from and about regarding re of is its call tell ask see page text email n w");

/// Words of calling before a person.
const CALLS: &[u64] =
    list!("call called tell told ask asked page paged text texted email emailed phone phoned ping");

/// What no city goes on with.
const STOPS: &[u64] = list!(
    "phone telephone number zip date and the with his her their he she who for on at in since by is was they we i \
     but so then copy end period comma thank thanks patient please until about where when because"
);

impl Reader<'_> {
    /// Finds them; `first_hit` is the first of the hits that names added.
    pub(super) fn lowered(&mut self) {
        if !self.strict {
            return;
        }
        let (mut words, mut capitals) = (0, 0);
        for token in self.tokens.iter().filter(|token| token.kind == Kind::Word && token.len() > 1) {
            words += 1;
            capitals += usize::from(token.case != Case::Lower);
        }
        let flat = words >= 5 && capitals * 8 <= words;
        let mut done = 0;
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.start < done {
                continue;
            }
            if token.kind == Kind::Number && token.len() == 5 {
                self.typed_place(index);
            }
            if token.kind != Kind::Word || token.case != Case::Lower {
                continue;
            }
            let found = self
                .dictates(index)
                .or_else(|| self.small_pair(index, flat))
                .or_else(|| self.small_relative(index, flat))
                .or_else(|| self.small_called(index))
                .or_else(|| self.small_in_bed(index))
                .or_else(|| self.small_of_a_family(index));
            if let Some((start, end)) = found {
                self.hit(start, end, Identifier::Name, weight::NAME - 2);
                done = end;
            } else if let Some(end) = self
                .typed_home(index)
                .or_else(|| self.small_branch(index))
                .or_else(|| self.small_city(index, flat))
            {
                done = end;
            }
        }
    }

    /// Whether a word in small letters is a name and nothing else.
    pub(super) fn small_sure(&self, index: usize) -> bool {
        let token = self.t(index);
        token.known(GIVEN | FAMILY) && !token.known(WORD) && self.small_plain(index)
    }

    /// Whether a word in small letters could be a part of a name.
    pub(super) fn small_plain(&self, index: usize) -> bool {
        let token = self.t(index);
        token.kind == Kind::Word
            && token.case == Case::Lower
            && token.len() > 2
            && token.otherwise() == 0
            && !self.medical(self.bytes(token))
    }

    /// Whether a word in small letters is in no dictionary.
    pub(super) fn small_unknown(&self, index: usize) -> bool {
        let token = self.t(index);
        token.roles == 0
            && !token.known(WORD | MEDICAL | GIVEN | FAMILY)
            && token.len() > 3
            && self.small_plain(index)
    }

    /// The index behind a part with what hyphens and apostrophes join to it, up to a bound.
    pub(super) fn small_end(&self, index: usize) -> usize {
        let mut next = index + 1;
        while next < index + 2 * JOINTS
            && matches!(self.t(next).byte, b'-' | b'\'')
            && self.t(next).kind == Kind::Symbol
            && self.glued(next - 1)
            && self.glued(next)
            && self.t(next + 1).kind == Kind::Word
            && self.t(next + 1).len() > 1
        {
            next += 2;
        }
        next
    }

    /// Whether what is dictated names whom it is about just before: `summary on`, `letter to`, `follow up with`.
    fn strongly_led(&self, index: usize) -> bool {
        let word = |by: usize, words: &[u64]| self.lower_is(index.wrapping_sub(by), words);
        word(1, words!["on", "for", "regarding", "about", "of", "to"])
            && word(
                2,
                list!(
                    "summary note letter dictating dictation report consult record message referral progress copy"
                ),
            )
            || word(1, words!["with"])
                && word(2, words!["up", "followup", "appointment", "spoke", "visit", "meeting"])
            || word(1, words!["patient", "attorney", "named", "doctor", "client"])
            || word(1, words!["is"]) && word(2, words!["this", "name"])
    }

    /// `doctor day dictating`: whoever dictates.
    fn dictates(&self, index: usize) -> Option<(usize, usize)> {
        if !self.lower_is(index.wrapping_sub(1), words!["doctor", "dr"]) {
            return None;
        }
        let mut last = index;
        while last < index + 5
            && !self.lower_is(last + 1, words!["dictating"])
            && (self.t(last + 1).kind == Kind::Word && self.t(last + 1).case == Case::Lower
                || matches!(self.t(last + 1).byte, b'\'' | b'-') && self.t(last + 1).kind == Kind::Symbol)
        {
            last += 1;
        }
        (self.lower_is(last + 1, words!["dictating"]) && self.t(index).kind == Kind::Word)
            .then(|| (self.t(index).start, self.t(last).end))
    }

    /// `salvatore matsuda`, `tom hardy`: a given name and a family name.
    fn small_pair(&self, index: usize, flat: bool) -> Option<(usize, usize)> {
        let given = self.t(index);
        if !(given.known(GIVEN) && self.small_plain(index) || self.small_unknown(index)) {
            return None;
        }
        let second = self.small_end(index);
        let family = self.t(second);
        if family.start != self.t(second - 1).end + 1 || !self.small_plain(second) {
            return None;
        }
        let told = self.strongly_led(index);
        let led = told
            || (1..=2).any(|by| self.lower_is(index.wrapping_sub(by), BEFORE))
            || self.lower_is(index.wrapping_sub(1), RELATIVES)
            || self.back(index, 1).is(v::TITLE | v::PERSON | v::CARER | v::NAMED);
        let sure_given = given.known(GIVEN) && !given.known(WORD);
        let word_given = given.known(GIVEN) && given.known(COMMON) && !given.known(PLAIN);
        let sure_family = family.known(FAMILY) && !family.known(WORD);
        let word_family = family.known(FAMILY) && family.known(COMMON);
        let enough = match () {
            () if told
                && (given.known(GIVEN) || self.small_unknown(index))
                && (family.known(FAMILY) || self.small_unknown(second)) =>
            {
                flat && !(given.known(MEDICAL) && family.known(MEDICAL))
                    && (!given.known(PLAIN) || !family.known(PLAIN))
                    && (!given.known(WORD)
                        || !family.known(WORD)
                        || given.known(COMMON) && family.known(COMMON))
            }
            () if sure_given && sure_family => flat || led || given.known(COMMON) && family.known(COMMON),
            () if sure_given && word_family => {
                given.known(COMMON) && (flat || led) && (led || !family.known(PLAIN))
            }
            () if word_given && sure_family => flat && led,
            () if word_given && word_family => flat && led && !family.known(PLAIN),
            () if sure_given && self.small_unknown(second) => flat && led && given.known(COMMON),
            () if self.small_unknown(index) && sure_family => flat && led && family.known(COMMON),
            () => false,
        };
        enough.then(|| (given.start, self.t(self.small_end(second) - 1).end))
    }

    /// `his daughter vianney`, `the twins anton n christinia`.
    fn small_relative(&self, index: usize, flat: bool) -> Option<(usize, usize)> {
        if !self.lower_is(index, RELATIVES) {
            return None;
        }
        let name = |at: usize| {
            let token = self.t(at);
            self.small_sure(at)
                || flat && self.small_unknown(at)
                || self.small_plain(at) && token.known(GIVEN) && token.known(COMMON) && !token.known(PLAIN)
        };
        let first = index + 1;
        if !name(first) {
            return None;
        }
        let mut last = self.small_end(first);
        for _ in 0..4 {
            let joined = self.t(last).symbol(b',')
                || self.lower_is(last, words!["and", "n"])
                || self.t(last).symbol(b'&');
            let at = last + usize::from(joined);
            if !(name(at) && (joined || self.small_sure(at))) {
                break;
            }
            last = self.small_end(at);
        }
        Some((self.t(first).start, self.t(last - 1).end))
    }

    /// `call mark back`, `tell lucas to come`.
    fn small_called(&self, index: usize) -> Option<(usize, usize)> {
        if !self.lower_is(index, CALLS) {
            return None;
        }
        let token = self.t(index + 1);
        let calls = self.small_plain(index + 1);
        let given = token.known(GIVEN) && token.known(COMMON);
        let back = self.lower_is(index + 2, words!["back", "at", "to", "that", "if", "asap", "re", "about"]);
        let sure = self.small_sure(index + 1) || given && !token.known(PLAIN) && back;
        let unknown = self.small_unknown(index + 1) && self.lower_is(index + 2, words!["back"]);
        let word = given && self.lower_is(index + 2, words!["back"]);
        let end = self.small_end(index + 1);
        (calls && (sure || unknown || word)).then(|| (token.start, self.t(end - 1).end))
    }

    /// `when bell in 12 is going to CT`: who lies in a room.
    fn small_in_bed(&self, index: usize) -> Option<(usize, usize)> {
        if !self.lower_is(index + 1, words!["in"]) {
            return None;
        }
        let token = self.t(index);
        let room = self.t(index + 2);
        let number = matches!(room.kind, Kind::Number | Kind::Mixed) && room.len() <= 4;
        let place = number
            || self.lower_is(index + 2, words!["room", "rm", "bed"]) && self.t(index + 3).kind != Kind::Word;
        let after = self.t(index + 3);
        let counted = number
            && (after.is(v::PERIOD | v::AGE)
                || self.lower_is(
                    index + 3,
                    list!("hours hour hrs hr min mins minutes mg ml cc doses days units steps divided out of cm mm inches percent"),
                )
                || after.symbol(b'%')
                || after.symbol(b'-')
                || after.symbol(b'/')
                || self.byte(room.end) == b'.' && self.byte(room.end + 1).is_ascii_digit());
        let who = self.lower_is(
            index.wrapping_sub(1),
            list!("when if is has for and did why where that think with saw see does will about hows whos get move moving seen"),
        ) || matches!(self.back(index, 1).kind, Kind::None | Kind::Symbol);
        let family = self.small_plain(index)
            && token.known(FAMILY | GIVEN)
            && (token.known(COMMON) || !token.known(WORD))
            && token.len() > 2;
        (place && !counted && who && family).then_some((token.start, token.end))
    }

    /// In text without capitals, or behind a word of living: the longest city of the dictionary behind a word of place; where it ends.
    fn small_city(&mut self, index: usize, flat: bool) -> Option<usize> {
        if !self.lower_is(index, words!["in", "from", "near", "to", "outside"])
            || !flat && !self.near(index, v::ADDRESS, 3)
        {
            return None;
        }
        let lives = self.near(index, v::ADDRESS | v::FACILITY, 8)
            || (1..=5).any(|by| self.back(index, by).is(v::TITLE))
            || self.lower_is(index, words!["from"]);
        let mut hash = HASH_START;
        let mut found = None;
        for by in 1..=3 {
            let token = self.t(index + by);
            if token.kind != Kind::Word || token.case != Case::Lower || self.lower_is(index + by, STOPS) {
                break;
            }
            if by > 1 {
                hash = hash_extend(hash, b" ");
            }
            hash = hash_extend(hash, self.bytes(token));
            if dictionary().get(hash) & CITY != 0 {
                found = Some(by);
            }
        }
        let by = found?;
        let first = self.t(index + 1);
        let word = first.known(WORD)
            || first.known(MEDICAL)
            || first.is(v::CARER | v::PERSON | v::FACILITY | v::EVENT);
        let person = first.known(GIVEN) && first.known(COMMON) && !lives;
        let closes = {
            let after = self.t(index + by + 1);
            matches!(after.kind, Kind::None | Kind::Symbol | Kind::Number)
                || after.is(v::MONTH | v::PHONE | v::STATE | v::DATE)
                || self.lower_is(index + by + 1, STOPS)
        };
        let enough =
            if by > 1 { lives || !word } else { !word && !person || lives && closes && !first.known(PLAIN) };
        if !enough {
            return None;
        }
        let end = self.t(index + by).end;
        self.hit(first.start, end, Identifier::City, weight::PLACE);
        Some(end)
    }

    /// `7 south 52nd cir netawaka KS 66516`: an address in small letters before a state and its ZIP code.
    fn typed_place(&mut self, zip: usize) {
        self.zip_behind_state(zip);
        let state = self.back(zip, 1);
        let comma = usize::from(self.back(zip, 2).symbol(b','));
        let last = zip.wrapping_sub(2 + comma);
        if !state.is(v::STATE)
            || state.len() != 2
            || !matches!(state.case, Case::Upper | Case::Lower)
            || self.t(last).kind != Kind::Word
            || self.t(last).case != Case::Lower
            || state.case == Case::Lower
                && self.lower_is(
                    zip.wrapping_sub(1),
                    words!["in", "or", "me", "hi", "ok", "id", "oh", "de", "la"],
                )
                && comma == 0
        {
            return;
        }
        let Some(end) = self.postal_code(zip) else { return };
        let known = (last.saturating_sub(2)..=last).any(|at| self.known_city(at, last));
        let mut first = last;
        while let Some(before) = first.checked_sub(1) {
            let token = self.t(before);
            let part = token.kind == Kind::Word
                && token.case == Case::Lower
                && token.len() > 1
                && !self.lower_is(before, STOPS)
                && !token.is(v::UNIT)
                && last - before < 3;
            // The kind of street ends the street, unless the city goes on with it.
            if !part || self.plain_street(before) || token.is(v::STREET) && self.t(before + 1).is(v::STREET) {
                break;
            }
            let street = token.is(v::STREET) && !token.is(v::DIRECTION) && !self.known_city(before, last);
            if street {
                break;
            }
            first = before;
        }
        // The number that the street begins with, a few words before.
        let number = self.typed_street(first);
        let led = self.lower_is(first.wrapping_sub(1), words!["in", "from", "to", "near"])
            || self.back(first, 2).is(v::UNIT);
        // `dark blue camry NV 55106`: a plate.
        let word =
            self.lower_is(zip.wrapping_sub(1), words!["id", "in", "or", "me", "ok", "hi"]) && comma == 0;
        let idaho = self.lower_is(zip.wrapping_sub(1), words!["id"]);
        if !(known || !idaho && number.is_some() || !word && led) {
            return;
        }
        self.hit(self.t(zip).start, end, Identifier::Zip, weight::PLACE);
        self.hit(self.t(first).start, self.t(last).end, Identifier::City, weight::PLACE);
        if let Some(number) = number {
            let mut before = first - 1;
            while self.t(before).symbol(b',') {
                before -= 1;
            }
            self.hit(self.t(number).start, self.t(before).end, Identifier::Address, weight::PLACE);
        }
    }

    /// The index of the number of a street in small letters that ends before this token.
    fn typed_street(&self, first: usize) -> Option<usize> {
        (1..=8).map(|by| first.wrapping_sub(by)).take_while(|at| *at < first).find(|at| {
            let token = self.t(*at);
            token.kind == Kind::Number
                && token.len() <= 6
                && !self.back(*at, 1).is(v::UNIT)
                && !self.back(*at, 1).symbol(b'#')
                && self.t(at + 1).kind != Kind::Symbol
                && (*at + 1..first).any(|street| self.t(street).is(v::STREET))
        })
    }

    /// `South Park Township, PA 19096`: a ZIP code behind the letters of a state.
    fn zip_behind_state(&mut self, zip: usize) {
        let state = self.back(zip, 1);
        let comma = self.back(zip, 2).symbol(b',');
        let word = self.lower_is(
            zip.wrapping_sub(1),
            words!["id", "in", "or", "me", "ok", "hi", "ms", "md", "pa", "ct", "ma"],
        );
        // `San Jose ca 95133`.
        let small = state.case == Case::Lower
            && !self.lower_is(zip.wrapping_sub(1), words!["de", "la", "al", "mi", "mo"])
            && (!word || (3..=4).any(|by| self.known_city(zip.wrapping_sub(by), zip.wrapping_sub(2))))
            && self.t(zip).start == state.end + 1;
        let stands = state.is(v::STATE)
            && (state.case == Case::Upper || small)
            && state.len() == 2
            && (comma || !word && self.back(zip, 2).case == Case::Capital);
        if stands && let Some(end) = self.postal_code(zip) {
            self.hit(self.t(zip).start, end, Identifier::Zip, weight::PLACE);
        }
    }

    /// `lives at 5 west pine ridge ln #403 in north granby phone number`: a street and its city in small letters.
    fn typed_home(&mut self, index: usize) -> Option<usize> {
        if !self.lower_is(index, words!["in"]) {
            return None;
        }
        let number = self.typed_street(index)?;
        let street = self.back(index, 1).is(v::STREET)
            || matches!(self.back(index, 1).kind, Kind::Number | Kind::Mixed)
                && (self.back(index, 2).is(v::UNIT) || self.back(index, 2).symbol(b'#'));
        let mut last = index;
        while last < index + 3 {
            let token = self.t(last + 1);
            let part = token.kind == Kind::Word
                && token.case == Case::Lower
                && token.len() > 2
                && !self.lower_is(last + 1, STOPS)
                && token.otherwise() == 0;
            if !part {
                break;
            }
            last += 1;
        }
        if !street || last == index {
            return None;
        }
        let end = self.t(last).end;
        self.hit(self.t(number).start, self.back(index, 1).end, Identifier::Address, weight::PLACE);
        self.hit(self.t(index + 1).start, end, Identifier::City, weight::PLACE);
        Some(end)
    }

    /// `at the lawton store`: which of several.
    fn small_branch(&mut self, index: usize) -> Option<usize> {
        if !self.lower_is(index, words!["the", "our", "your"]) {
            return None;
        }
        let kinds = words![
            "store",
            "location",
            "branch",
            "office",
            "pharmacy",
            "clinic",
            "campus",
            "cvs",
            "walgreens"
        ];
        let last = (index + 1..index + 3).find(|at| self.lower_is(at + 1, kinds))?;
        let first = self.t(index + 1);
        let city = self.known_city(index + 1, last) && !first.known(PLAIN) && !first.known(MEDICAL);
        let word = first.known(WORD) && !first.known(COMMON);
        let led = self.lower_is(index.wrapping_sub(1), words!["at", "from", "to", "in", "near"]);
        if !city || word || !led {
            return None;
        }
        let end = self.t(last).end;
        self.hit(first.start, end, Identifier::City, weight::PLACE);
        Some(end)
    }

    /// Whether the words from one to another are a city that the dictionary knows.
    pub(super) fn known_city(&self, first: usize, last: usize) -> bool {
        let mut hash = HASH_START;
        for at in first..=last {
            if at > first {
                hash = hash_extend(hash, b" ");
            }
            hash = hash_extend(hash, self.bytes(self.t(at)));
        }
        dictionary().get(hash) & CITY != 0
    }
}
