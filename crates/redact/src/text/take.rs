//! Takes a value whose bounds are known, if it can be what was announced.

use std::ops::Range;

use super::{
    Reader,
    key::Class,
    labels::NUMBERED,
    value::{formed, loosely_formed, machine_made, plate, plausible},
    weight,
    written::{namelike, number_in, picture, social, sure_name},
};
use crate::{
    Identifier as I,
    shape::phone::{Suspicion, phone},
    words::users::{account, personal, sure},
};

impl Reader<'_> {
    /// All of a value that is delimited.
    pub(super) fn take(&mut self, class: Class, range: Range<usize>) {
        let mut range = range;
        // `E069164^^^&1.3.6.1&ISO`: the number alone (HL7 v2.5.1, 2.A.14).
        if matches!(
            class,
            Class::Is(I::Mrn | I::HealthPlan | I::Account | I::Other)
                | Class::Weak(_)
                | Class::Formed(_)
                | Class::Loose
        ) && let Some(caret) =
            memchr::memmem::find(self.text.get(range.clone()).unwrap_or_default(), b"^^^")
            && caret > 0
        {
            range.end = range.start + caret;
        }
        // `80333451^EPC`: the number, and who gave it (HL7 v2.5.1, 2.A.28).
        if matches!(class, Class::Is(I::Mrn | I::Account | I::Other) | Class::Formed(_) | Class::Loose)
            && let Some(caret) = memchr::memchr(b'^', self.text.get(range.clone()).unwrap_or_default())
            && formed(self.text.get(range.start..range.start + caret).unwrap_or_default())
        {
            range.end = range.start + caret;
        }
        // `RG780411 name mismatch: …`: what is said of the number is none.
        if matches!(
            class,
            Class::Is(I::Mrn | I::HealthPlan | I::Account | I::Licence | I::Device)
                | Class::Weak(_)
                | Class::Formed(_)
        ) && let Some(number) = number_in(self.text.get(range.clone()).unwrap_or_default())
        {
            range = range.start + number.start..range.start + number.end;
        }
        let value = self.text.get(range.clone()).unwrap_or_default();
        let taken = match class {
            Class::Is(identifier) => plausible(identifier, value).then_some(identifier),
            Class::Weak(I::Name) if !self.person => sure_name(value).then_some(I::Name),
            Class::Weak(I::Date) => {
                ((self.person || self.told) && super::value::dated(value)).then_some(I::Date)
            }
            Class::Weak(I::Phone) if !self.person => (phone(value, 0, Suspicion::Low) == Some(value.len())
                && plausible(I::Phone, value))
            .then_some(I::Phone),
            Class::Weak(identifier) => (self.person && plausible(identifier, value) && !machine_made(value)
                || self.clinical && NUMBERED.contains(&identifier) && formed(value))
            .then_some(identifier),
            // `pat="Roe, Jane"`: whose number it could be is named.
            Class::Formed(I::Mrn) if !formed(value) && value.contains(&b' ') && self.person_like(&range) => {
                Some(I::Name)
            }
            Class::Formed(identifier) => {
                let form = match identifier {
                    I::Photo => picture(value),
                    I::Vehicle => plate(value) || formed(value),
                    _ => formed(value),
                };
                (form
                    || self.person
                        && identifier != I::Photo
                        && plausible(identifier, value)
                        && (identifier == I::Biometric || !machine_made(value)))
                .then_some(identifier)
            }
            // `script=7713204 drug=lisinopril`: a medicine, a measure or a payer tells as well.
            Class::Loose => ((self.person
                || self.told
                || self.clinical && formed(value)
                || self.of_care() && formed(value))
                && loosely_formed(value))
            .then_some(I::Other),
            Class::Person => self.of_a_person(value, &range),
            Class::Day if super::value::dated(value) => Some(I::Date),
            // `matched_appt=253433`: what happened has a number.
            Class::Day => ((self.person || self.told)
                && loosely_formed(value)
                && value.iter().any(u8::is_ascii_digit)
                && !value.contains(&b'/'))
            .then_some(I::Other),
            Class::Element => (super::value::element(value) || super::value::dated(value)).then_some(I::Date),
            Class::Staff if sure(value) || self.person && account(value) => Some(I::Other),
            Class::Staff => self.person_like(&range).then_some(I::Name),
            Class::Part(sure) => ((sure || self.person || self.paired) && namelike(value)).then_some(I::Name),
            Class::Social(sure) => social(value, sure || self.person),
            Class::User => (personal(value)
                // What measures a person knows its users by number: `user_id=369308 source=healthkit`.
                || self.cares() && value.iter().all(u8::is_ascii_digit) && loosely_formed(value))
            .then_some(I::Other),
            _ => None,
        };
        if let Some(identifier) = taken {
            self.hit(range.start, range.end, identifier, weight::KEY);
        }
    }
}
