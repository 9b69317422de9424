//! Values of query strings.

use std::ops::Range;

use super::{
    Reader,
    key::{self, Class, Side, classify},
    token::Kind,
    value::{formed, machine_made},
    weight,
    written::namelike,
};
use crate::{
    Identifier as I,
    check::digits,
    shape::date,
    words::{COMMON, FAMILY, GIVEN, WORD, dictionary, hash, list, users::account, words},
};

/// Keys of the ends of a span of days.
const SPANS: &[u64] =
    list!("from to since until start end begin slot date dates when at after before thru startdate enddate");

/// Most fields of a text whose label is looked for.
const LABELS: usize = 32;

/// Whether two names in small letters are joined by the sign at a place, as the quick look asks: `maria+lopez`.
pub(crate) fn joined_names(line: &[u8], place: usize) -> bool {
    let small = |b: &&u8| b.is_ascii_lowercase();
    let before = line.get(place.saturating_sub(24)..place).unwrap_or_default();
    let one = before.iter().rev().take_while(small).count();
    let behind = line.get(place + 1..).unwrap_or_default();
    let two = behind.iter().take(24).take_while(small).count();
    let sure = |word: &[u8]| {
        let flags = dictionary().get(hash(word));
        word.len() >= 3 && flags & (GIVEN | FAMILY) != 0 && flags & WORD == 0
    };
    one >= 3
        && two >= 3
        && (sure(before.get(before.len() - one..).unwrap_or_default())
            || sure(behind.get(..two).unwrap_or_default()))
}

impl Reader<'_> {
    /// Whether a value of a query is names in small letters: `jane+roe`.
    pub(super) fn small_names(&self, value: &[u8]) -> bool {
        let parts =
            || value.split(|b| matches!(b, b'+' | b' ' | b'%' | b'2' | b'0')).filter(|part| !part.is_empty());
        let name = |part: &[u8]| {
            let flags = dictionary().get(hash(part));
            part.len() > 2
                && part.iter().all(u8::is_ascii_alphabetic)
                && flags & (GIVEN | FAMILY) != 0
                && flags & WORD == 0
        };
        // `rachel park`: of two, one may be a word that is a frequent name.
        let common = |part: &[u8]| {
            let flags = dictionary().get(hash(part));
            part.len() > 2 && flags & (GIVEN | FAMILY) != 0 && flags & COMMON != 0
        };
        (2..=4).contains(&parts().count())
            && (parts().all(name) || parts().any(name) && parts().all(|part| name(part) || common(part)))
    }

    /// Whether a family name is asked for: `?last=Roe`, `&ln=Roe`.
    pub(super) fn surname_asked(&self, sign: usize) -> bool {
        let (key, value) = (self.back(sign, 1), self.t(sign + 1));
        let before = self.byte(key.start.wrapping_sub(1));
        let letters = value.start == self.t(sign).end
            && value.capitalised()
            && value.len() > 2
            && (!value.known(WORD) || value.known(COMMON) && value.known(FAMILY));
        letters
            && matches!(before, b'?' | b'&')
            && self.lower_is(sign - 1, words!["last", "ln", "first", "family", "given"])
    }

    /// What a value is whose key is of a person: a name, or what stands for one.
    pub(super) fn of_a_person(&self, value: &[u8], range: &Range<usize>) -> Option<I> {
        if self.person_like(range) || self.small_names(value) {
            return Some(I::Name);
        }
        let office = value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
        if self.person && office && digits::count(value) >= 4 && formed(value) {
            return Some(I::Mrn);
        }
        (self.person && account(value)).then_some(I::Other)
    }

    /// `name=maria+lopez`, `q=lopez%20maria`, and where people are searched for `q=lopez`: small letters.
    pub(super) fn small_query(&self, range: Range<usize>) -> bool {
        let value = self.text.get(range).unwrap_or_default();
        let small = |b: &u8| b.is_ascii_lowercase();
        if !(4..=48).contains(&value.len()) || !value.iter().all(|b| small(b) || b"+%20".contains(b)) {
            return false;
        }
        let flags = dictionary().get(hash(value));
        let alone = self.person && value.iter().all(small) && flags & FAMILY != 0 && flags & WORD == 0;
        alone || self.small_names(value)
    }

    /// Whether a value of a query holds several words, of which one is a number.
    pub(super) fn encoded(&self, start: usize, end: usize) -> bool {
        let value = self.text.get(start..end).unwrap_or_default();
        let several = value.contains(&b'+') || memchr::memmem::find(value, b"%20").is_some();
        several
            && value.iter().any(u8::is_ascii_digit)
            && value.iter().filter(|b| b.is_ascii_alphabetic()).count() > 2
    }

    /// `lastName eq 'Roe'`, `dob ge 1962-03-17`: whether a word compares a field with a value (OData 4.01, 5.1.1.1).
    pub(super) fn compares(&self, index: usize) -> bool {
        let (before, after) = (self.back(index, 1), self.t(index + 1));
        self.lower_is(index, list!("eq ne ge gt le lt"))
            && before.kind == Kind::Word
            && before.end + 1 == self.t(index).start
            && after.start == self.t(index).end + 1
            && (after.symbol(b'\'') || after.kind == Kind::Number || after.kind == Kind::Mixed)
    }

    /// A day behind the prefix of a search of FHIR: `date=ge2019-03-20` (FHIR R4, 3.1.1.4.6).
    pub(super) fn prefixed_day(&mut self, sign: usize) {
        let first = self.t(sign + 1);
        let start = first.start;
        let key = self.back(sign, 1);
        if first.kind != Kind::Mixed || !self.glued(sign) || self.byte(key.start.wrapping_sub(1)) == b'_' {
            return;
        }
        let prefix = self.text.get(start..start + 2).unwrap_or_default();
        if [&b"eq"[..], b"ne", b"gt", b"lt", b"ge", b"le", b"sa", b"eb", b"ap"].contains(&prefix)
            && let Some(found) = date::date(self.text.get(start + 2..).unwrap_or_default(), 0)
        {
            self.hit(start + 2, start + 2 + found.end, I::Date, weight::KEY);
        }
    }

    /// `m=4155550123` beside `fn=` and `ln=`, `?a=5989368` beside a day of birth: a number behind a letter or two.
    pub(super) fn brief(&mut self, sign: usize) {
        let key = self.back(sign, 1);
        let before = self.byte(key.start.wrapping_sub(1));
        if key.len() > 2 || !self.person || !matches!(before, b'?' | b'&' | b'"') {
            return;
        }
        let range = self.t(sign).end..self.glued_value(sign + 1);
        let value = self.text.get(range.clone()).unwrap_or_default();
        let called = matches!(value, [b'2'..=b'9', _, _, b'2'..=b'9', ..]) && value.len() == 10;
        let identifier = match () {
            () if !value.iter().all(u8::is_ascii_digit) => return,
            () if called => I::Phone,
            () if before == b'?' && (6..=9).contains(&value.len()) => I::Other,
            () => return,
        };
        self.hit(range.start, range.end, identifier, weight::CONTEXT);
    }

    /// `_id: ObjectId("65f1…")`, `"id"=>"482913"` of Rails: what a store calls the document of a person.
    pub(super) fn of_a_store(&mut self, sign: usize) {
        let quoted = |at: usize| self.t(at).symbol(b'"');
        if self.person
            && quoted(sign.wrapping_sub(1))
            && self.lower_is(sign.wrapping_sub(2), words!["id"])
            && quoted(sign.wrapping_sub(3))
            && self.t(sign + 1).symbol(b'>')
            && quoted(sign + 2)
            && let Some(range) = self.quoted(self.t(sign + 2).end, b'"')
            && let value = self.text.get(range.clone()).unwrap_or_default()
            && (formed(value) || machine_made(value))
        {
            self.hit(range.start, range.end, I::Other, weight::CONTEXT);
        }
        let quote = self.t(sign + 3);
        if self.person
            && self.lower_is(sign.wrapping_sub(1), words!["id", "_id"])
            && self.lower_is(sign + 1, words!["objectid"])
            && self.t(sign + 2).symbol(b'(')
            && matches!(quote.byte, b'"' | b'\'')
            && let Some(range) = self.quoted(quote.end, quote.byte)
            && range.len() == 24
        {
            self.hit(range.start, range.end, I::Other, weight::CONTEXT);
        }
    }

    /// Whether the two parts of a name stand beside each other with keys that mean it only then: `fn=Jane&ln=Roe`.
    pub(super) fn in_parts(&self) -> bool {
        let (mut given, mut family) = (false, false);
        for sign in (1..self.tokens.len()).filter(|at| self.t(*at).symbol(b'=') || self.t(*at).symbol(b':')) {
            match self.key_of(sign).and_then(key::side) {
                Some(Side::Given) => given |= self.named_value(sign),
                Some(Side::Family) => family |= self.named_value(sign),
                None => {}
            }
            if given && family {
                return true;
            }
        }
        false
    }

    /// The letters, digits and signs of a key before a sign, quotes left out.
    fn key_of(&self, sign: usize) -> Option<&[u8]> {
        let quote = self.back(sign, 1);
        let quoted = quote.kind == Kind::Symbol && matches!(quote.byte, b'"' | b'\'');
        let end = if quoted { quote.start } else { self.t(sign).start };
        let joined = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        let before = self.text.get(end.saturating_sub(32)..end)?;
        let length = before.iter().rev().take_while(|b| joined(b)).count();
        self.text.get(end - length..end).filter(|key| !key.is_empty())
    }

    fn named_value(&self, sign: usize) -> bool {
        let mut first = sign + 1;
        while first < sign + 4
            && matches!(self.t(first).byte, b'"' | b'\'' | b'>')
            && self.t(first).kind == Kind::Symbol
        {
            first += 1;
        }
        self.t(first).kind == Kind::Word
            && namelike(self.text.get(self.t(first).start..self.glued_value(first)).unwrap_or_default())
    }

    /// What keys announce that mean something only where the text is about a person: the ends of a span of days; and
    /// fields whose name stands in a field of its own, as in `cs1Label=MRN cs1=00482913` (ArcSight's CEF).
    pub(super) fn beside(&mut self) {
        let somebody =
            self.person
                || self.told
                || self.hits.iter().skip(self.first).take(super::EVIDENCE).any(|hit| {
                    matches!(hit.identifier, I::Mrn | I::HealthPlan | I::Ssn | I::Email | I::Phone)
                });
        // Each look for a label passes over the text: a few are enough.
        let label = |sign: usize| self.text.get(..sign).is_some_and(|head| head.ends_with(b"Label"));
        let mut labels = if memchr::memchr_iter(b'=', self.text).any(label) { LABELS } else { 0 };
        for sign in 1..self.tokens.len() {
            if !self.t(sign).symbol(b'=') && !(self.t(sign).symbol(b':') && self.back(sign, 1).symbol(b'"')) {
                continue;
            }
            let Some(key) = self.key_of(sign) else { continue };
            let mut first = sign + 1;
            while first < sign + 3
                && matches!(self.t(first).byte, b'"' | b'\'')
                && self.t(first).kind == Kind::Symbol
            {
                first += 1;
            }
            if somebody && SPANS.contains(&hash(key)) {
                let start = self.t(first).start;
                // What a program does at a time is no day of a person's.
                let alone =
                    |end: usize| !matches!(self.byte(end), b'T' | b':') || key.eq_ignore_ascii_case(b"slot");
                if let Some(found) = date::date(self.text, start)
                    && alone(found.end)
                {
                    self.hit(start, found.end, I::Date, weight::KEY);
                }
            } else if labels > 0 && key.last().is_some_and(u8::is_ascii_digit) {
                labels -= 1;
                if let Some(class) = self.label_of(key) {
                    let end = self.fields_end(first);
                    self.take(class, self.t(first).start..end);
                }
            }
        }
        self.spot();
    }

    /// What the label of a numbered field announces.
    fn label_of(&self, key: &[u8]) -> Option<Class> {
        let mut label = [0; 40];
        let length = key.len() + 6;
        label.get_mut(..key.len())?.copy_from_slice(key);
        label.get_mut(key.len()..length)?.copy_from_slice(b"Label=");
        let place = memchr::memmem::find(self.text, label.get(..length)?)? + length;
        let end = self.fields_end(self.index_at(place));
        match classify(self.text.get(place..end)?, b"") {
            Class::None | Class::Machine => None,
            Class::Weak(identifier) | Class::Formed(identifier) => Some(Class::Is(identifier)),
            class => Some(class),
        }
    }

    /// The end of a value that goes on until the next key with its `=`.
    fn fields_end(&self, first: usize) -> usize {
        let mut last = first;
        while last < first + 8 && self.t(last + 1).kind != Kind::None {
            let next = self.t(last + 1);
            if next.symbol(b'=') {
                last = last.saturating_sub(1).max(first);
                break;
            }
            if next.kind == Kind::Symbol && matches!(next.byte, b'|' | b';' | b'"' | b'\n') {
                break;
            }
            last += 1;
        }
        self.t(last).end.min(self.text.len())
    }

    /// Where somebody is, to a metre: a latitude and a longitude with five decimals or more.
    fn spot(&mut self) {
        let exact = |value: &[u8]| {
            let value = value.strip_prefix(b"-").unwrap_or(value);
            let whole = value.iter().take_while(|b| b.is_ascii_digit()).count();
            let decimals = value.get(whole + 1..).unwrap_or_default();
            (1..=3).contains(&whole)
                && value.get(whole) == Some(&b'.')
                && (5..=9).contains(&decimals.len())
                && digits::count(decimals) == decimals.len()
        };
        let mut found = [None, None];
        for sign in 1..self.tokens.len() {
            if !self.t(sign).symbol(b'=') && !self.t(sign).symbol(b':') {
                continue;
            }
            let Some(key) = self.key_of(sign) else { continue };
            let Some(last) = key::parts(key).last() else { continue };
            // `lat` alone is of ships, stations and weather, too.
            let asked = matches!(self.byte(self.t(sign).start.wrapping_sub(key.len() + 1)), b'?' | b'&');
            if !(asked || self.person || key::of_somebody(key)) {
                continue;
            }
            let side = match () {
                () if list!("lat latitude").contains(&hash(last)) => 0,
                () if list!("lng lon long longitude").contains(&hash(last)) => 1,
                () => continue,
            };
            let start = self.t(sign + 1).start;
            let rest = self.text.get(start..).unwrap_or_default();
            let length =
                rest.iter().take(16).take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-')).count();
            if exact(rest.get(..length).unwrap_or_default())
                && let Some(slot) = found.get_mut(side)
            {
                *slot = Some(start..start + length);
            }
        }
        if let [Some(one), Some(two)] = found {
            self.hit(one.start, one.end, I::Address, weight::KEY);
            self.hit(two.start, two.end, I::Address, weight::KEY);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn keys_that_need_company_are_read_with_it() {
        for (text, values) in [
            ("GET /find?fn=Tilda&ln=Whitfield&bd=1962-03-17", &["Tilda", "Whitfield", "1962-03-17"][..]),
            ("GET /fhir/Appointment?date=ge2025-03-20&date=le2025-04-21", &["2025-03-20", "2025-04-21"]),
            ("GET /chart/48213377/labs?from=2025-03-20&to=2025-04-21", &["2025-03-20", "2025-04-21"]),
            ("GET /near?lat=32.149116&lng=-75.270501&r=5", &["32.149116", "-75.270501"]),
            (
                "CEF:0|a|b|1|2|c|7|src=10.0.0.9 cs1Label=MRN cs1=00482913 cs2Label=DOB cs2=03/17/1962",
                &["00482913", "03/17/1962"],
            ),
            (
                "GET /odata/P?$filter=LastName eq 'Whitfield' and BirthDate eq 1962-03-17",
                &["Whitfield", "1962-03-17"],
            ),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.contains(value), "{value} of {text}: {found:?}");
            }
        }
    }

    #[test]
    fn the_same_keys_of_machines_tell_nothing() {
        for text in [
            "fn=lookup ln=42 took 3 ms",
            "GET /logs?from=2025-03-20&to=2025-04-21",
            "GET /r/Task?_lastUpdated=gt2025-03-20",
            "pop lat=37.41 lon=-122.08",
            "aircraft lat=37.412345 lon=-122.084321 alt=31000",
            "cs1Label=queue cs1=48213",
            "level eq 3 and code ge 500",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
