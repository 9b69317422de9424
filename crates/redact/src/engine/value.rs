//! Reads a string of a document: by what its key announces, then by what stands in it.

use std::ops::Range;

use super::{Engine, NESTED, Scratch, cells::shift, fields};
use crate::{
    Identifier as I, Reason,
    format::{fhir, header, x12},
    shape::phone,
    text::{
        self, Hit, Manner,
        key::Class,
        token::at,
        value::{formed, loosely_formed, machine_made, plate, plausible},
        weight,
        written::{namelike, picture, remarked, social, titled},
    },
    words::users,
};

impl Engine {
    /// A string's value, its escapes undone.
    pub(super) fn value(
        &self,
        value: &[u8],
        class: Class,
        manner: Manner,
        level: usize,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Reason> {
        let whole = |identifier: I, hits: &mut Vec<Hit>| {
            let Range { start, end } =
                if identifier == I::Date { text::written::day_of(value) } else { 0..value.len() };
            hits.push(Hit { start, end, identifier, weight: weight::KEY, quoted: 0 });
        };
        // `E069164^^^&1.3.6.1&ISO`: the number alone (HL7 v2.5.1, 2.A.14).
        if !matches!(class, Class::None | Class::Machine | Class::Prose)
            && let Some(caret) = memchr::memchr(b'^', value)
            && value.get(caret..).is_some_and(|rest| rest.starts_with(b"^^^"))
            && let Some(number) = value.get(..caret).filter(|number| number.iter().any(u8::is_ascii_digit))
        {
            return self.value(number, class, manner, level, scratch, hits);
        }
        if let Some((identifier, Range { start, end })) = fields::number_said(class, manner.person, value) {
            hits.push(Hit { start, end, identifier, weight: weight::KEY, quoted: 0 });
        }
        let mut manner = manner;
        if let Class::Is(identifier) | Class::Formed(identifier) = class
            && let Some(inside) = text::value::refused(value)
            && plausible(identifier, value.get(inside.clone()).unwrap_or_default())
        {
            let (start, end) = (inside.start, inside.end);
            hits.push(Hit { start, end, identifier, weight: weight::KEY, quoted: 0 });
            return Ok(());
        }
        match class {
            // A person's document inside, or a name in parts, is read below.
            // A private address stays in logs, whatever its key.
            Class::Is(I::Ip) if !manner.strict => {}
            // The fingerprint of a certificate, an alert, an error.
            Class::Is(identifier) if plausible(identifier, value) && !matches!(at(value, 0), b'{') => {
                whole(identifier, hits);
                return Ok(());
            }
            Class::Is(identifier) => {
                manner.hint = Some(identifier);
            }
            Class::Weak(I::Facility) => {
                let named = value
                    .split(|b| *b == b' ')
                    .filter(|w| w.first().is_some_and(u8::is_ascii_uppercase))
                    .count()
                    >= 2;
                if named && plausible(I::Facility, value) {
                    whole(I::Facility, hits);
                    return Ok(());
                }
            }
            Class::Weak(I::Phone)
                if phone::phone(value, 0, phone::Suspicion::Context) == Some(value.len())
                    && plausible(I::Phone, value) =>
            {
                whole(I::Phone, hits);
                return Ok(());
            }
            Class::Weak(I::Phone) => {}
            Class::Person | Class::Part(true)
                if manner.person
                    && value.len() <= 40
                    && crate::check::digits::count(value) >= 4
                    && value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-') =>
            {
                whole(I::Mrn, hits);
                return Ok(());
            }
            Class::Formed(identifier)
                if identifier != I::Photo && formed(value)
                    || identifier == I::Vehicle && plate(value)
                    || identifier == I::Photo && picture(value) =>
            {
                whole(identifier, hits);
                return Ok(());
            }
            Class::Loose if manner.person && loosely_formed(value) => {
                whole(I::Other, hits);
                return Ok(());
            }
            Class::Day | Class::Weak(I::Date)
                if (class == Class::Day || manner.person) && text::value::dated(value) =>
            {
                whole(I::Date, hits);
                return Ok(());
            }
            Class::Element if text::value::element(value) || text::value::dated(value) => {
                whole(I::Date, hits);
                return Ok(());
            }
            Class::Weak(I::Date) => {}
            Class::Weak(identifier) | Class::Formed(identifier)
                if manner.person
                    && identifier != I::Photo
                    && plausible(identifier, value)
                    && !(machine_made(value) && !matches!(identifier, I::Mrn | I::Biometric)) =>
            {
                whole(identifier, hits);
                return Ok(());
            }
            Class::Person
                if value.len() < 128 && text::is_person(value, manner.person, &mut scratch.tokens) =>
            {
                whole(I::Name, hits);
                return Ok(());
            }
            Class::User | Class::Staff
                if users::personal(value) && class == Class::User || users::sure(value) =>
            {
                whole(I::Other, hits);
                return Ok(());
            }
            Class::Part(sure) if (sure || manner.person) && namelike(value) => {
                whole(I::Name, hits);
                return Ok(());
            }
            Class::Part(true) if let Some(end) = remarked(value) => {
                hits.push(Hit { start: 0, end, identifier: I::Name, weight: weight::KEY, quoted: 0 });
                if crate::check::digits::count(value) == 0 {
                    return Ok(());
                }
            }
            // `"preferred_provider":"doctor quist"`.
            Class::Person | Class::Staff if let Some(range) = titled(value) => {
                let Range { start, end } = range;
                hits.push(Hit { start, end, identifier: I::Name, weight: weight::KEY, quoted: 0 });
                return Ok(());
            }
            Class::Social(sure) if let Some(identifier) = social(value, sure || manner.person) => {
                whole(identifier, hits);
                return Ok(());
            }
            // `"attending":"Quist"`, of whom one is a patient.
            Class::Person | Class::Staff if manner.person && super::cells::listed_name(value) => {
                whole(I::Name, hits);
                return Ok(());
            }
            Class::User if manner.person && value.iter().all(u8::is_ascii_digit) && loosely_formed(value) => {
                whole(I::Other, hits);
                return Ok(());
            }
            // `"name":"intake.api"` is a logger's.
            Class::User | Class::Staff | Class::Person
                if manner.person
                    && users::account(value)
                    && (class != Class::Person || !value.contains(&b'.') || users::personal(value)) =>
            {
                whole(I::Other, hits);
                return Ok(());
            }
            Class::Prose => manner = Manner { strict: true, person: true, ..manner },
            _ => {}
        }
        if class == Class::Prose && value.starts_with(b"<div") {
            fhir::narrative(value, |range, identifier| {
                if plausible(identifier, value.get(range.clone()).unwrap_or_default()) {
                    let Range { start, end } = range;
                    hits.push(Hit { start, end, identifier, weight: weight::KEY, quoted: 0 });
                }
            });
        }
        // The customer of a service of payment.
        if value.starts_with(b"cus_") && (12..=32).contains(&value.len()) {
            whole(I::Account, hits);
            return Ok(());
        }
        if let Some(id) = fhir::reference(value) {
            hits.push(Hit {
                start: id.start,
                end: id.end,
                identifier: I::Mrn,
                weight: weight::CONTEXT,
                quoted: 0,
            });
        }
        let first = at(value.trim_ascii_start(), 0);
        if level < NESTED && matches!(first, b'{' | b'[') && value.len() > 4 {
            let start = value.len() - value.trim_ascii_start().len();
            if let Some(end) = self.json(value, start, level + 1, scratch, hits)?
                && end >= value.trim_ascii_end().len()
            {
                return Ok(());
            }
        }
        if memchr::memchr(b'|', value).is_some() && self.hl7(value, scratch, hits) {
            return Ok(());
        }
        if x12::begins(value) {
            x12::read(value, hits);
        }
        // `{"log":"2024-06-01 05:09:31,096 INFO …"}`: the stamp of the line inside.
        let head = if class == Class::Prose && !self.strict { header::of_a_program(value) } else { 0 };
        let begin = hits.len();
        let text = value.get(head..).unwrap_or_default();
        text::read(text, manner, &mut scratch.tokens, hits);
        self.rules(text, &scratch.tokens, hits);
        shift(hits, begin, head);
        Ok(())
    }
}
