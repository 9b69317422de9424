//! Reads a text, of which nothing is known but that it is one: finds values by shape, by the words around, by
//! dictionaries.

mod about;
mod accounts;
mod addressed;
mod ages;
pub(crate) mod alone;
mod announced;
mod asked;
mod bare;
mod bedside;
mod beside;
pub(crate) mod bodies;
mod borrowed;
pub(crate) mod bound;
mod byways;
mod calls;
mod captions;
pub(crate) mod care;
mod carried;
mod cases;
pub(crate) mod cited;
mod cities;
pub(crate) mod coined;
mod columns;
mod dates;
mod days;
mod demographics;
pub(crate) mod dicom;
mod dictated;
pub(crate) mod direct;
mod echoed;
mod encoded;
mod endings;
mod facilities;
pub(crate) mod filed;
pub(crate) mod files;
mod gaps;
pub(crate) mod handed;
mod handles;
mod institutions;
pub(crate) mod joined;
mod jotted;
pub(crate) mod key;
mod keyed;
mod labels;
mod logged;
mod lowered;
mod meant;
mod medicines;
mod months;
mod names;
mod nouns;
pub(crate) mod numbered;
mod numbers;
mod office;
pub(crate) mod owners;
mod persons;
mod places;
mod practices;
mod printed;
mod prose;
pub(crate) mod queries;
mod roads;
mod rosters;
pub(crate) mod rows;
mod scanned;
mod seen;
mod segments;
mod slips;
mod spared;
mod stated;
pub(crate) mod streets;
mod take;
pub(crate) mod theirs;
mod things;
pub(crate) mod token;
#[cfg(test)]
mod trial;
mod tuples;
pub(crate) mod value;
mod versions;
mod widened;
pub(crate) mod written;

use std::cell::OnceCell;

use crate::{
    Identifier,
    check::digits,
    format::{astm, edifact, ncpdp, x12},
    words::{
        among,
        vocabulary::{self as v, Roles},
    },
};
pub(crate) use about::is_person;
use seen::Seen;
use token::{Kind, NONE, Token, at};
pub(crate) use tuples::values_of_one;

/// A value that was found in a text, before overlaps are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) identifier: Identifier,
    /// The heavier of two that overlap gives the identifier.
    pub(crate) weight: u8,
    /// The value is a number or word of JSON, whose marker needs quotes: 1; one in a string of JSON: 2, and so on.
    pub(crate) quoted: u8,
}

/// Weights: what a key says, a check digit, a shape, a context, a guess.
pub(crate) mod weight {
    pub(crate) const KEY: u8 = 90;
    pub(crate) const CHECKED: u8 = 80;
    pub(crate) const SHAPE: u8 = 60;
    pub(crate) const CONTEXT: u8 = 50;
    pub(crate) const NAME: u8 = 40;
    pub(crate) const PLACE: u8 = 45;
    pub(crate) const GUESS: u8 = 10;
}

/// How a text is read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Manner {
    /// As prose of people, not as what programs write.
    pub(crate) strict: bool,
    /// The text is about a person, as the structure around it tells.
    pub(crate) person: bool,
    /// Only shapes count: the bytes are no text.
    pub(crate) shapes_only: bool,
    /// What the key in front of the text announces.
    pub(crate) hint: Option<Identifier>,
    /// The lines before are about a person, and this is none of a logger.
    pub(crate) block: bool,
    /// The encoding of queries was undone.
    pub(crate) decoded: bool,
}

/// Most hits that are asked what a text is about.
const EVIDENCE: usize = 256;

/// A text while it is read.
pub(crate) struct Reader<'a> {
    text: &'a [u8],
    tokens: &'a [Token],
    seen: Seen,
    strict: bool,
    person: bool,
    /// The text is about care or its cost, whoever's.
    clinical: bool,
    /// A number in the text is of a person.
    told: bool,
    /// Both parts of a name stand in the text behind keys of their own.
    paired: bool,
    hint: Option<Identifier>,
    hits: &'a mut Vec<Hit>,
    /// The first hit of this text: those before are of other parts of the line, whose places are counted otherwise.
    first: usize,
    /// Where the last text in quotes ends that was read as prose: what is quoted inside is not read once more.
    quoted_to: usize,
    /// Whether the text tells of measures, medicines or diseases, once somebody asked.
    care: OnceCell<bool>,
    /// Whether a word of care stands in the text, once somebody asked.
    people: OnceCell<bool>,
}

/// Keeps of the hits from `first` on those that `keep` says: those before are of other texts, and there may be many.
fn retain_from(hits: &mut Vec<Hit>, first: usize, mut keep: impl FnMut(&Hit) -> bool) {
    let mut kept = first;
    for at in first..hits.len() {
        let Some(hit) = hits.get(at).copied() else { break };
        if keep(&hit) {
            if let Some(place) = hits.get_mut(kept) {
                *place = hit;
            }
            kept += 1;
        }
    }
    hits.truncate(kept);
}

/// Finds what identifies in a text; `tokens` is room to work in. Hits come in no order and may overlap.
pub(crate) fn read(text: &[u8], manner: Manner, tokens: &mut Vec<Token>, hits: &mut Vec<Hit>) {
    let before = hits.len();
    if !manner.decoded
        && !manner.shapes_only
        && let Some(decoded) = encoded::decoded(text)
    {
        encoded::read_decoded(&decoded, manner, tokens, hits);
    }
    let first = hits.len();
    token::tokenize(text, tokens);
    let seen = Seen::of(tokens);
    let all = seen.roles;
    let mut reader = Reader {
        text,
        tokens,
        seen,
        strict: manner.strict,
        person: manner.person || manner.strict,
        clinical: false,
        told: false,
        paired: false,
        hint: manner.hint,
        hits,
        first,
        quoted_to: 0,
        care: OnceCell::new(),
        people: OnceCell::new(),
    };
    reader.person = reader.person
        || all & (v::BIRTH | v::MRN | v::SUBJECT) != 0
            && (0..reader.tokens.len()).any(|index| reader.about_person(index));
    reader.clinical = reader.person || all & v::CLINICAL != 0;
    reader.numbers();
    if manner.shapes_only {
        return;
    }
    // What other parts of the line hold tells too; a few are enough.
    reader.person |= reader.hits.iter().rev().take(EVIDENCE).any(|hit| {
        matches!(
            hit.identifier,
            Identifier::Ssn | Identifier::Card | Identifier::Vehicle | Identifier::HealthPlan
        )
    });
    reader.person = reader.person
        || all & v::TITLE != 0 && reader.tokens.windows(2).any(|pair| matches!(pair, [title, next] if title.is(v::TITLE) && title.capitalised() && title.len() < 4 && title.case == token::Case::Capital && (next.symbol(b'.') || next.capitalised())));
    if reader.seen.holds(b"(") {
        reader.dicom();
    }
    reader.scanned();
    reader.wires();
    reader.labels();
    reader.numbered();
    reader.offices();
    // `client` and the like beside a value of a person are people.
    let doubtful = !reader.person && all & v::SUBJECT != 0;
    reader.person |=
        doubtful && reader.hits.iter().rev().take(EVIDENCE).any(|hit| hit.identifier != Identifier::Ip);
    let told = |hit: &Hit| {
        matches!(hit.identifier, Identifier::Mrn | Identifier::HealthPlan | Identifier::Ssn)
            // The number of an order, a claim or a prescription, not the name of an account.
            || hit.identifier == Identifier::Other
                && hit.weight == weight::KEY
                && text.get(hit.start..hit.end).is_some_and(|value| digits::count(value) >= 5)
    };
    if !reader.clinical && reader.hits.iter().rev().take(EVIDENCE).any(told) {
        // One number tells what its neighbours are of.
        (reader.clinical, reader.told) = (true, true);
        reader.labels();
        reader.numbered();
    }
    reader.segments();
    reader.calls();
    reader.cared();
    reader.others();
    reader.stated();
    reader.slips();
    reader.handles();
    reader.beside();
    reader.owners();
    reader.columns();
    reader.bound_values();
    reader.rows();
    if !reader.strict {
        reader.tuples();
        reader.files();
        reader.banded();
        reader.options();
        reader.elements();
        reader.handed();
        reader.echoed();
        reader.filed();
        reader.cited();
        reader.kept_numbers();
        reader.dated_keys();
    }
    reader.dates();
    reader.demographics();
    reader.refused();
    reader.spoken_numbers();
    reader.ages();
    reader.places();
    reader.facilities();
    reader.institutions();
    reader.practices();
    reader.persons();
    if !reader.person && reader.tells_of_a_person() {
        // What was found tells what the rest is of.
        (reader.person, reader.clinical) = (true, true);
        reader.labels();
        reader.numbered();
        reader.dates();
        reader.ages();
        reader.rows();
        reader.persons();
        if !reader.strict {
            reader.cared();
            reader.bound_values();
            reader.tuples();
        }
    }
    if reader.strict {
        reader.theirs(false);
    } else {
        reader.gaps();
        reader.mailed();
        reader.logins();
        reader.cases();
        reader.printed();
        if !manner.decoded {
            reader.sent();
        }
        reader.doers();
        reader.carried_along();
        reader.merged();
        reader.theirs(manner.block);
        reader.repeated();
        reader.commands();
    }
    reader.spared();
    encoded::spare_mails(text, before..first, hits);
    // Fields of a claim begin with ids that make words of their values: what was read of them as words doesn't count.
    let words = hits.len();
    // Ids of segments, and what stands for the end of a field.
    let claims = seen.mixed || seen.holds(b"<\\^-{[\x1c\x1d\x1e");
    if claims && let Some(start) = ncpdp::read(text, hits) {
        let claim = hits.iter().skip(words).map(|hit| hit.end).max().unwrap_or(start);
        let mut index = first;
        retain_from(hits, first, |hit| {
            index += 1;
            index > words || hit.end <= start || hit.start >= claim || hit.weight >= weight::SHAPE
        });
    }
}

impl<'a> Reader<'a> {
    /// The token at an index; one that is nothing beyond the ends.
    fn t(&self, index: usize) -> &'a Token {
        self.tokens.get(index).unwrap_or(&NONE)
    }

    /// The token some places before.
    fn back(&self, index: usize, by: usize) -> &'a Token {
        index.checked_sub(by).map_or(&NONE, |at| self.t(at))
    }

    fn bytes(&self, token: &Token) -> &'a [u8] {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    /// Whether nothing stands between a token and the next.
    fn glued(&self, index: usize) -> bool {
        self.t(index).end == self.t(index + 1).start
    }

    /// Messages of other systems that stand in a text.
    fn wires(&mut self) {
        if self.seen.holds(b"|") {
            astm::read(self.text, self.hits);
        }
        if self.seen.holds(b"*") {
            x12::inside(self.text, self.hits);
        }
        if self.seen.holds(b"+") {
            edifact::read(self.text, self.hits);
        }
    }

    fn hit(&mut self, start: usize, end: usize, identifier: Identifier, weight: u8) {
        // `CGCTCATT,WES`: what was read of a genome begins like a name in capitals.
        let read = || {
            let name = self.text.get(start..end).unwrap_or_default();
            let word = name.iter().take_while(|b| b.is_ascii_alphabetic());
            word.clone().count() >= 8 && word.into_iter().all(|b| b"ACGTN".contains(b))
        };
        let named = matches!(identifier, Identifier::Name | Identifier::City);
        // Not a piece of what was masked before.
        let piece = self.byte(start) == b'[' && token::marker(self.text, start).is_some_and(|to| to > end);
        if start < end && !piece && !(named && (read() || self.no_name(start, end))) {
            self.hits.push(Hit { start, end, identifier, weight, quoted: 0 });
        }
    }

    /// Whether a word with one of these roles stands before a token, in the same clause and at most so many tokens away.
    fn near(&self, index: usize, roles: Roles, reach: usize) -> bool {
        for by in 1..=reach {
            let token = self.back(index, by);
            match token.kind {
                Kind::None => return false,
                Kind::Symbol if matches!(token.byte, b';' | b'\n' | b'|') => return false,
                Kind::Symbol
                    if token.byte == b'.'
                        && self.t(index - by + 1).capitalised()
                        && token.end < self.t(index - by + 1).start =>
                {
                    // `tel. 555`, `no. 12` are no ends of sentences; `. Then` is.
                    return false;
                }
                _ => {}
            }
            if token.is(roles) {
                return true;
            }
        }
        false
    }

    /// The same for words that need no company.
    fn near_sure(&self, index: usize, roles: Roles, reach: usize) -> bool {
        (1..=reach).any(|by| self.back(index, by).is(roles) && self.back(index, by).is(v::LOOK))
    }

    /// Whether the numbers in the text are of persons.
    fn cares(&self) -> bool {
        self.person || self.clinical
    }

    /// Whether a token is one of these words, in whatever case.
    #[inline]
    fn lower_is(&self, index: usize, words: &[u64]) -> bool {
        let token = self.t(index);
        token.kind == Kind::Word && among(words, token.hash)
    }

    /// The index of the first token that begins at a place or after it.
    fn index_at(&self, place: usize) -> usize {
        self.tokens.partition_point(|t| t.start < place)
    }

    /// Whether a token begins a sentence or a line.
    fn begins_sentence(&self, index: usize) -> bool {
        let previous = self.back(index, 1);
        match previous.kind {
            Kind::None => true,
            Kind::Symbol => match previous.byte {
                b'.' => !self.back(index, 2).is(v::TITLE) && self.back(index, 2).case != token::Case::Single,
                b'!' | b'?' | b'\n' | b':' | b'"' | b'*' | b'-' | b'>' | b'(' | b'[' | b'|' | b'#' | b'/'
                | b'=' | b';' => true,
                _ => false,
            },
            Kind::Number => self.back(index, 2).symbol(b'\n') || self.back(index, 2).kind == Kind::None,
            _ => false,
        }
    }

    fn byte(&self, place: usize) -> u8 {
        at(self.text, place)
    }
}
