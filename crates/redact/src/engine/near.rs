//! Reads lines of forms, labels and cards: pairs without colons, and what stands below a line that told of a person.

use super::{Engine, Scratch, around::behind};
use crate::{
    Identifier as I,
    context::form,
    text::{self, Hit, Manner, key::Class, value::loosely_formed, weight},
};

/// Most words of a name in a cell.
const WORDS: usize = 5;

/// How much of a cell is a name of a person or a place, up to a bracket or a state: words that begin with capitals.
fn worded(value: &[u8]) -> Option<usize> {
    let end = value.iter().position(|b| *b == b'(').unwrap_or(value.len());
    let text = value.get(..end)?.trim_ascii_end();
    let word = |word: &[u8]| {
        word.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0x80 || word.len() <= 3)
            && word
                .iter()
                .all(|b| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b'.' | b'\'' | b'-' | b','))
    };
    let words = || text.split(|b| *b == b' ').filter(|word| !word.is_empty());
    let fits = (1..=WORDS).contains(&words().count()) && words().all(word);
    (fits && text.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0x80)).then_some(text.len())
}

/// Takes back what was found on a label, of hits of at most this weight.
fn trim(hits: &mut Vec<Hit>, label: &std::ops::Range<usize>, most: u8) {
    hits.retain_mut(|hit| {
        if hit.weight <= most && hit.start < label.end && hit.end > label.start {
            if hit.start >= label.start {
                hit.start = label.end + 1;
            } else {
                hit.end = label.start;
            }
        }
        hit.start < hit.end
    });
}

impl Engine {
    /// Adds what a line tells as one of a form; `near` is whether lines above told of a person.
    pub(super) fn near(&self, line: &[u8], near: bool, scratch: &mut Scratch, hits: &mut Vec<Hit>) {
        if !form::possible(line) {
            return;
        }
        let manner = Manner { strict: self.strict, person: true, ..Manner::default() };
        let mut joined = std::mem::take(&mut scratch.joined);
        let labels = form::values(line, near, &mut |label, class, range| {
            let value = line.get(range.clone()).unwrap_or_default().trim_ascii_end();
            if let Class::Is(identifier @ (I::Name | I::City)) = class
                && let Some(length) = worded(value)
            {
                let end = range.start + length;
                hits.push(Hit { start: range.start, end, identifier, weight: weight::KEY, quoted: 0 });
                return;
            }
            // `STATEMENT COVERS  010523  011423` of a bill.
            if matches!(class, Class::Day | Class::Is(I::Date))
                && matches!(value.len(), 6 | 8)
                && value.iter().all(u8::is_ascii_digit)
            {
                let end = range.start + value.len();
                hits.push(Hit {
                    start: range.start,
                    end,
                    identifier: I::Date,
                    weight: weight::KEY,
                    quoted: 0,
                });
                return;
            }
            joined.clear();
            joined.extend_from_slice(label);
            joined.extend_from_slice(b": ");
            let length = joined.len();
            joined.extend_from_slice(value);
            let first = hits.len();
            text::read(&joined, manner, &mut scratch.tokens, hits);
            behind(hits, first, length, range.start, value.len());
        });
        scratch.joined = joined;
        let numbers = form::numbered_values(line, &mut |identifier, range| {
            let std::ops::Range { start, end } = range;
            hits.push(Hit { start, end, identifier, weight: weight::KEY, quoted: 0 });
        });
        if let Some((city, zip)) = form::town(line) {
            for (range, identifier) in [(city, I::City), (zip, I::Zip)] {
                let std::ops::Range { start, end } = range;
                hits.push(Hit { start, end, identifier, weight: weight::CONTEXT, quoted: 0 });
            }
        }
        if let Some(std::ops::Range { start, end }) = form::called_below(line) {
            hits.push(Hit { start, end, identifier: I::Phone, weight: weight::CONTEXT, quoted: 0 });
        }
        if let Some(range) = form::surname_first(line) {
            hits.push(Hit {
                start: range.start,
                end: range.end,
                identifier: I::Name,
                weight: weight::NAME,
                quoted: 0,
            });
        }
        if near && !self.strict {
            self.under_a_person(line, scratch, hits);
        }
        for number in &numbers {
            trim(hits, number, weight::KEY - 1);
        }
        // Labels look like names: `CITY ANDERSON STATE`. What stands behind them is theirs.
        for label in &labels {
            trim(hits, label, weight::NAME);
        }
    }

    /// What stands below a line that told of a person.
    fn under_a_person(&self, line: &[u8], scratch: &mut Scratch, hits: &mut Vec<Hit>) {
        // Ten digits with the check digit of a provider are one's.
        let manner = Manner { person: true, hint: Some(I::Npi), ..Manner::default() };
        text::read(line, manner, &mut scratch.tokens, hits);
        // A number alone on a line of a label.
        let start = line.len() - line.trim_ascii_start().len();
        let value = line.trim_ascii();
        if loosely_formed(value) && !value.contains(&b' ') && text::value::plausible(I::Other, value) {
            let end = start + value.len();
            hits.push(Hit { start, end, identifier: I::Other, weight: weight::CONTEXT, quoted: 0 });
        }
    }
}
