//! Names that stand in quotes or behind letters in logs: `bag B213 "QUIST, Orla" 2 items`, `"Orla Quist|4155550123"`,
//! `critical called to RN Quist`, `Orla's iPhone`.

use std::ops::Range;

use super::{
    Reader,
    rows::{self, whole_name},
    token::{Case, Kind, at},
    value::formed,
    weight,
};
use crate::{
    Identifier as I,
    check::digits,
    shape::{date, phone},
    words::{CITY, COMMON, FAMILY, GIVEN, MEDICAL, PLAIN, WORD, dictionary, hash, list, vocabulary as v},
};

/// Letters of those who care, before a family name.
const LETTERS: &[u64] = list!("rn lpn np cna crna lvn rrt rph cma pa md do dnp pharmd rt");

/// What stands before such letters.
const BEFORE: &[u64] =
    list!("to by with from per called notified nurse paged told via asked informed and cosigned witnessed");

/// What persons wear, carry and have at home.
const THINGS: &[u64] = list!(
    "iphone ipad ipod macbook imac airpods galaxy pixel phone tablet laptop watch kindle echo fitbit android chromebook apple \
     smartwatch mobile pc desktop computer tv roku dexcom glucometer cgm pump"
);

/// What is paired with a person's device, or is one.
const PAIRED: &[u64] = list!(
    "bonded paired phone handset tablet watch wearable peripheral smartphone iphone android mobile meter glucometer pump cgm \
     bonding pairing"
);

impl Reader<'_> {
    /// Finds them.
    pub(super) fn cited(&mut self) {
        let mut done = 0;
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            match token.kind {
                Kind::Symbol if matches!(token.byte, b'"' | b'\'') && token.start >= done => {
                    // A word with an apostrophe opens nothing.
                    if token.byte == b'\''
                        && at(self.text, token.start.wrapping_sub(1)).is_ascii_alphanumeric()
                    {
                        self.called_for(index);
                        continue;
                    }
                    if let Some(range) = self.quoted(token.end, token.byte)
                        && range.len() <= 80
                        && self.of_one_in(range.clone())
                    {
                        done = range.end + 1;
                    }
                }
                Kind::Symbol if token.byte >= 0x80 => self.called_for(index),
                Kind::Word if token.case == Case::Upper && self.lower_is(index, LETTERS) => {
                    self.lettered_carer(index);
                }
                Kind::Word if self.lower_is(index, list!("family")) => self.family_thing(index),
                Kind::Word if self.lower_is(index, PAIRED) => self.paired_with(index),
                _ => {}
            }
        }
    }

    /// What a quoted text holds, if it is of one person: whether it does.
    fn of_one_in(&mut self, range: Range<usize>) -> bool {
        let text = self.text.get(range.clone()).unwrap_or_default();
        if let Some(length) = listed(text, self.cares() || self.of_care()) {
            self.hit(range.start, range.start + length, I::Name, weight::NAME);
            // `"QUIST, ORLA" 20190328`: the day of what is shown.
            let behind = range.end + 1;
            let start = behind + usize::from(at(self.text, behind) == b'\\') + 1;
            if at(self.text, start - 1) == b' ' && date::compact(self.text, start) == Some(start + 8) {
                self.hit(start, start + 8, I::Date, weight::CONTEXT);
            }
            return true;
        }
        // Two fields: `Orla Quist|4155550123`, `Quist\t988492486-02`.
        let escaped = memchr::memmem::find(text, b"\\t").map(|cut| (cut, 2));
        let cut = escaped.or_else(|| {
            text.iter().position(|b| matches!(b, b'|' | b'#' | b'~' | b'\t' | b';')).map(|cut| (cut, 1))
        });
        let Some((cut, length)) = cut else { return false };
        let (one, two) = (text.get(..cut).unwrap_or_default(), text.get(cut + length..).unwrap_or_default());
        let tail = range.start + cut + length;
        let (named, other, name, value) = if whole_name(one) || rows::name(one) {
            (one, two, range.start..range.start + cut, tail..range.end)
        } else {
            (two, one, tail..range.end, range.start..range.start + cut)
        };
        if !(whole_name(named) || rows::name(named)) || other.iter().any(|b| matches!(b, b'|' | b'#' | b'~'))
        {
            return false;
        }
        let identifier = match () {
            () if phone::phone(other, 0, phone::Suspicion::Context) == Some(other.len()) => I::Phone,
            () if rows::day(other).is_some() => I::Date,
            () if formed(other) && digits::count(other) >= 5 => I::Other,
            () => return false,
        };
        // A single name may be a host's.
        if !whole_name(named) && !(self.cares() || identifier != I::Date && digits::count(other) >= 7) {
            return false;
        }
        self.hit(name.start, name.end, I::Name, weight::NAME);
        self.hit(value.start, value.end, identifier, weight::CONTEXT);
        true
    }

    /// `called to RN Quist`: the family name behind letters that a role or a preposition stands before.
    fn lettered_carer(&mut self, index: usize) {
        let (letters, name) = (self.t(index), self.t(index + 1));
        if self.strict
            || !self.lower_is(index.wrapping_sub(1), BEFORE)
            || name.start != letters.end + 1
            || name.kind != Kind::Word
            || !matches!(name.case, Case::Capital | Case::Inner)
            || !name.known(FAMILY)
            || name.known(WORD) && (!name.known(COMMON) || name.known(PLAIN))
            || name.otherwise() != 0
        {
            return;
        }
        let end = self.atom(index + 1).map_or(name.end, |next| self.t(next - 1).end);
        self.hit(name.start, end, I::Name, weight::NAME);
    }

    /// `Orla's iPhone`: a given name that something is called for.
    fn called_for(&mut self, index: usize) {
        let (name, s) = (self.back(index, 1), self.t(index + 1));
        let apostrophe = self.t(index).byte == b'\''
            || self.text.get(self.t(index).start..self.t(index).end) == Some("’".as_bytes());
        let given = name.kind == Kind::Word
            && name.capitalised()
            && name.known(GIVEN | FAMILY)
            && (name.known(COMMON) || !name.known(WORD))
            && name.end == self.t(index).start;
        if apostrophe
            && given
            && self.lower_is(index + 1, list!("s"))
            && s.start == self.t(index).end
            && self.lower_is(index + 2, THINGS)
            && (self.t(index + 2).capitalised()
                || self.t(index + 2).case == Case::Inner
                || self.cares()
                || self.lower_is(index + 2, list!("iphone ipad")))
        {
            self.hit(name.start, name.end, I::Name, weight::NAME);
        }
    }

    /// `"Quist Family Apple TV"`: whose household something belongs to.
    fn family_thing(&mut self, index: usize) {
        let name = self.back(index, 1);
        if !self.strict
            && self.t(index).capitalised()
            && name.kind == Kind::Word
            && name.capitalised()
            && name.known(FAMILY)
            && (name.known(COMMON) || !name.known(WORD))
            && name.end + 1 == self.t(index).start
            && self.lower_is(index + 1, THINGS)
        {
            self.hit(name.start, name.end, I::Name, weight::NAME);
        }
    }

    /// `bonded c0:63:95:9e:dd:bc`: the address of what a patient wears or carries, in a text about care.
    fn paired_with(&mut self, index: usize) {
        let mut next = index + 1;
        while next < index + 4
            && (self.lower_is(next, list!("with phone handset tablet watch to mac addr address device bda"))
                || self.t(next).kind == Kind::Symbol
                    && matches!(self.t(next).byte, b'=' | b':' | b'(' | b'"'))
        {
            next += 1;
        }
        let start = self.t(next).start;
        let rest = self.text.get(start..).unwrap_or_default();
        let hardware = rest.len() >= 17
            && rest.iter().take(17).enumerate().all(|(place, byte)| {
                if place % 3 == 2 { matches!(byte, b':' | b'-') } else { byte.is_ascii_hexdigit() }
            })
            && !matches!(at(rest, 17), b':' | b'-')
            && !at(rest, 17).is_ascii_hexdigit();
        if hardware && (self.cares() || self.of_care()) {
            self.hit(start, start + 17, I::Device, weight::CONTEXT);
        }
    }
}

/// Bytes of `QUIST, ORLA M` as a quoted text holds it and nothing else: a family name, a comma and a given name.
fn listed(text: &[u8], cares: bool) -> Option<usize> {
    let comma = memchr::memchr(b',', text)?;
    let (family, given) = (text.get(..comma)?, text.get(comma + 1..)?);
    let given = given.strip_prefix(b" ").unwrap_or(given);
    let letters = |b: &u8| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b' ' | b'-' | b'\'' | b'.');
    let words = |part: &[u8]| part.split(|b| *b == b' ').filter(|word| !word.is_empty()).count();
    let capital = |part: &[u8]| part.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3);
    if !family.iter().all(letters)
        || !given.iter().all(letters)
        || !(1..=3).contains(&words(family))
        || !(1..=2).contains(&words(given))
        || !capital(given)
        || family.len() < 2
    {
        return None;
    }
    let last = family.rsplit(|b| matches!(b, b' ' | b'-')).next()?;
    let first = given.split(|b| matches!(b, b' ' | b'-')).next()?;
    if !capital(last) || last.len() < 2 || first.len() < 2 {
        return None;
    }
    let flags = |word: &[u8]| dictionary().get(hash(word));
    let roles = v::vocabulary().get(hash(first))
        & (v::STATE | v::KNOWN | v::MONTH | v::MACHINE | v::PAYER | v::SUFFIX);
    let (one, two) = (flags(last), flags(first));
    let town = flags(family) & CITY != 0 && (two & COMMON == 0 || two & GIVEN == 0);
    let bears = one & FAMILY != 0 || one & (WORD | MEDICAL) == 0 && last.len() > 3;
    let called = two & GIVEN != 0 && (two & WORD == 0 || two & COMMON != 0);
    let unknown = two & (WORD | MEDICAL) == 0 && first.len() > 3 && one & FAMILY != 0 && one & WORD == 0;
    let plain = one & WORD != 0 && two & WORD != 0 && one & COMMON == 0;
    // Towns, countries, processors and authors stand side by side as well.
    let towns = one & CITY != 0 && two & CITY != 0
        || list!("israel jordan london paris sydney").contains(&hash(first));
    let loud = last.len() > 3 && last.iter().all(|b| !b.is_ascii_lowercase());
    let sure = (one & FAMILY != 0 && one & (WORD | CITY) == 0 || loud)
        && two & GIVEN != 0
        && two & COMMON != 0
        && (two & CITY == 0 || loud);
    (roles == 0 && !town && !plain && bears && (called || unknown) && (sure || cares && !towns))
        .then_some(text.len())
}

/// Whether a name in quotes begins here, as the quick look asks: `"QUIST, Orla"`, `"Quist|4155550123"`.
pub(crate) fn opens(line: &[u8], start: usize, end: usize) -> bool {
    let quote = at(line, start.wrapping_sub(1));
    if start == 0 || !matches!(quote, b'"' | b'\'') {
        return false;
    }
    let rest = line.get(end..).unwrap_or_default();
    match rest {
        [b'|' | b'#' | b'~', b'0'..=b'9', ..] | [b'\\', b't', b'0'..=b'9', ..] => true,
        [b',', b' ', b'A'..=b'Z', ..] => {
            let text = line.get(start..).unwrap_or_default();
            let length = text.iter().take(60).position(|b| matches!(b, b'"' | b'\'' | b'\\')).unwrap_or(0);
            listed(text.get(..length).unwrap_or_default(), true).is_some()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn names_in_quotes_and_behind_letters_are_found() {
        for (text, values) in [
            ("will-call: bag B213 \"WHITFIELD, Margaret\" 2 items", &["WHITFIELD, Margaret"][..]),
            ("study ccc2118a: \"WHITFIELD, MARGARET\" 20190328 BRAIN", &["WHITFIELD, MARGARET", "20190328"]),
            (
                "ZADD waitlist 1570780107 \"Margaret Whitfield|4155550123\"",
                &["Margaret Whitfield", "4155550123"],
            ),
            ("expected '\\t' before: 'Whitfield\\t988492486-02': (at row 7)", &["Whitfield", "988492486-02"]),
            ("critical called to RN Whitfield, wc=350", &["Whitfield"]),
            ("GlucoRelay/18.15 (Margaret's iPhone; iOS 17.4)", &["Margaret"]),
            ("service \"Whitfield Family Apple TV\" ttl=120", &["Whitfield"]),
            ("glucose relay bonded c0:63:95:9e:dd:bc", &["c0:63:95:9e:dd:bc"]),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.contains(value), "{value} of {text}: {found:?}");
            }
        }
    }

    #[test]
    fn what_is_quoted_of_machines_stays() {
        for text in [
            "log \"Hello, World\" printed",
            "pair \"eth0|1500\" set",
            "list \"Release, Build\" done",
            "sent to RN Cluster",
            "bluetooth bonded c0:63:95:9e:dd:bc",
            "tool \"Jenkins|48213\" started",
            "today's phone call",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
