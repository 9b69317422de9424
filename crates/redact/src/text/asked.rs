//! In logs, numbers with which a program asks for somebody, and numbers behind a key in a sentence: `loadPatient(48213)`,
//! `OrderPlacerId 138569252`.

use super::{
    Reader,
    coined::LONGEST,
    key::{Class, classify, parts},
    token::Case,
    value::{formed, plausible},
    weight,
};
use crate::{
    Identifier as I,
    check::digits,
    words::{among, hash, list},
};

/// What is asked for by its number where a program calls a part of itself: `loadPatient(48213)`.
pub(super) const CALLED: &[u64] = list!(
    "patient patients encounter encounters visit appointment appointments appt claim prescription refill referral mrn accession \
     subscriber enrollee beneficiary guarantor specimen"
);

/// Most arguments of a call that are looked at.
const ARGUMENTS: usize = 4;

/// What is told by a key in a sentence.
const COUNTED: [I; 5] = [I::Mrn, I::HealthPlan, I::Account, I::Licence, I::Other];

impl Reader<'_> {
    /// `loadPatient(48213)`, `get_encounter('5518823')`, `Patient.find(48213)`: numbers with which a program asks for somebody.
    pub(super) fn arguments(&mut self, open: usize) {
        let end = self.t(open).start;
        let head = self.text.get(end.saturating_sub(64)..end).unwrap_or_default();
        let joined = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.');
        let length = head.iter().rev().take_while(joined).count();
        let name = head.get(head.len() - length..).unwrap_or_default();
        if length < 3 || !name.split(|b| *b == b'.').flat_map(parts).any(|part| among(CALLED, hash(part))) {
            return;
        }
        let mut place = self.t(open).end;
        for _ in 0..ARGUMENTS {
            let quote = self.byte(place);
            let from = place + usize::from(matches!(quote, b'\'' | b'"'));
            let rest = self.text.get(from..).unwrap_or_default();
            let length = rest
                .iter()
                .take(LONGEST)
                .take_while(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || **b == b'-')
                .count();
            let value = rest.get(..length).unwrap_or_default();
            let close = from + length + usize::from(from > place);
            let closed = matches!(self.byte(close), b')' | b',')
                && (from == place || self.byte(from + length) == quote);
            let day = crate::shape::date::compact(value, 0) == Some(8);
            if !closed || !formed(value) || day || digits::count(value) < 5 {
                return;
            }
            self.hit(from, from + length, I::Mrn, weight::GUESS + 5);
            place = close + 1 + usize::from(self.byte(close + 1) == b' ');
        }
    }

    /// Whether before a sign stands the name of a call that asks for a person or what happens to one: `GetPatient`.
    pub(super) fn asks_for_a_person(&self, sign: usize) -> bool {
        let verbs = list!(
            "get find load fetch update delete merge lookup search open close read create cancel query"
        );
        let near = self.tokens.get(sign.saturating_sub(24)..sign).unwrap_or_default();
        near.iter().any(|token| {
            token.case == Case::Inner && {
                let mut words = parts(self.bytes(token));
                words.next().is_some_and(|first| among(verbs, hash(first)))
                    && words.next().is_some_and(|second| among(CALLED, hash(second)))
            }
        })
    }

    /// `OrderPlacerId 138569252`, `memId '1EG5TE3MK34'`: a key in a sentence, as templates of messages have them, and behind
    /// it the number.
    pub(super) fn behind_a_key(&mut self, index: usize) {
        let key = self.t(index);
        let identifier = match classify(self.bytes(key), b"") {
            Class::Is(found) | Class::Formed(found) | Class::Weak(found) if COUNTED.contains(&found) => found,
            _ => return,
        };
        let mut place = key.end;
        while place < key.end + 3 && matches!(self.byte(place), b' ' | b'#' | b'\'' | b'"' | b'(') {
            place += 1;
        }
        if place == key.end || self.byte(key.start.wrapping_sub(1)) == b'.' {
            return;
        }
        let Some(range) = self.number_from(self.index_at(place)).filter(|range| range.start == place) else {
            return;
        };
        let value = self.text.get(range.clone()).unwrap_or_default();
        if formed(value)
            && digits::count(value) >= 5
            && plausible(identifier, value)
            && !self.measured(range.end)
        {
            self.hit(range.start, range.end, identifier, weight::CONTEXT);
        }
    }
}
