//! In prose: numbers behind nouns that forms and sentences use, with more words between than a label has:
//! `Medicaid Recipient ID (CIN) 3050…`, `the plate of the other car? 7ABC123`, `our ref AB-1234`.

use std::ops::Range;

use super::{
    Reader,
    labels::NUMBERS,
    token::{Case, Kind, Token},
    value::{formed, machine_made, plausible},
    weight,
};
use crate::{
    Identifier as I,
    check::digits,
    shape::alphanumeric,
    words::{list, vocabulary as v, words},
};

/// What makes a number of the nouns before it, and stands for one alone.
const COUNTERS: &[u64] = list!("id number no num nbr nr numero número");

/// Nouns of offices, courts, wards and clubs, and what people hold in their hands.
const NOUNS: &[u64] = list!(
    "eviction matter expediente folio historia legajo band bracelet armband wristband edipi dod oln microchip chip \
     transponder placard complaint folder locker greencard merged dupe uscis alien cdcr doc voucher file visa claim \
     intake grievance cad trip conf confirmation ccf coc sid booking docket tracking fedex ups usps dhl parcel receipt \
     citation warrant recording approval reservation incident requisition manifest lien subpoena cps aps dcf dcfs dhs \
     ombudsman custody precert poliza póliza miembro afiliado referido siniestro cedula cédula curp nss membresia membresía \
     autorizacion autorización solicitud"
);

/// Cars, as people call them: a plate stands behind them.
const CARS: &[u64] = list!(
    "ford toyota honda camry corolla civic accord nissan altima sentra chevy chevrolet silverado malibu gmc dodge \
     jeep subaru hyundai elantra kia mazda volkswagen vw bmw mercedes audi lexus acura tesla buick cadillac \
     chrysler volvo tahoe suburban escalade yukon wrangler cherokee highlander odyssey sienna outback forester rogue \
     equinox traverse sonata tucson sorento sportage murano crv veh f150 rav sedan suv pickup minivan motorcycle hatchback coupe wagon prius tacoma explorer impala \
     plate plates lic"
);

/// Words between a noun and its number.
const BETWEEN: &[u64] = list!(
    "is was of for the my his her their your our patient pt on its it s to changed now be code ending in with w into policy \
     file group feca state ref number no num nr id or says card and \
     de la el es mi su numero número núm"
);

impl Reader<'_> {
    /// Finds what is stated.
    pub(super) fn stated(&mut self) {
        if !self.strict {
            return;
        }
        for index in 0..self.tokens.len() {
            if self.t(index).kind != Kind::Word {
                let opens = self.t(index).symbol(b')') || index == 0 || self.t(index).symbol(b'|');
                if opens {
                    self.beside_a_day(index + usize::from(index > 0));
                }
                continue;
            }
            let hyphened = self.lower_is(index, words!["v"])
                && self.back(index, 1).symbol(b'-')
                && self.lower_is(index.wrapping_sub(2), words!["cr", "hr"]);
            if hyphened || self.lower_is(index, CARS) {
                self.plate_beyond(index);
            } else if self.lower_is(index, COUNTERS) {
                self.counted_noun(index);
            } else if self.lower_is(index, NOUNS) {
                self.stated_noun(index);
            } else if self.t(index).is(NUMBERS)
                && self.t(index + 1).symbol(b',')
                && self.begins_sentence(index)
            {
                // `ACCOUNT, G4834684.`, as it is dictated.
                if let Some(range) = self.stated_value(index + 2, 5)
                    && self.text.get(range.clone()).is_some_and(|value| {
                        // `2039.05947`: an account in two parts.
                        formed(value)
                            || digits::count(value) >= 8 && value.iter().filter(|b| **b == b'.').count() == 1
                    })
                {
                    self.hit(range.start, range.end, I::Other, weight::GUESS + 4);
                }
            } else if self.lower_is(index, words!["last", "ending", "ends"]) {
                self.last_four(index);
            } else if self.lower_is(index, words!["zip"]) {
                self.zip_beyond_words(index);
            }
        }
    }

    /// The index of the first token behind the words between; nothing if the clause ends.
    pub(super) fn beyond(&self, index: usize, most: usize) -> usize {
        let mut next = index;
        while next < index + most {
            let token = self.t(next);
            let sign = token.kind == Kind::Symbol
                && matches!(
                    token.byte,
                    b':' | b'#' | b'.' | b'=' | b'"' | b'\'' | b'(' | b')' | b'/' | b'*' | b'`'
                );
            // `(CIN)`: the short word for it.
            let short =
                token.kind == Kind::Word && self.back(next, 1).symbol(b'(') && self.t(next + 1).symbol(b')');
            if !(sign
                || short
                || token.kind == Kind::Word && self.lower_is(next, BETWEEN) && self.byte(token.end) != b'-')
            {
                break;
            }
            next += 1;
        }
        next
    }

    /// A number that begins here, of so many digits at least, which is no measure, date, time or sum.
    pub(super) fn stated_value(&self, index: usize, least: usize) -> Option<Range<usize>> {
        let range = self.number_from(index)?;
        let value = self.text.get(range.clone())?;
        let before = self.byte(range.start.wrapping_sub(1));
        let unit = value.first().is_some_and(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_lowercase);
        (digits::count(value) >= least
            && value.len() >= 4
            && !machine_made(value)
            && !self.measured(range.end)
            && !unit
            && !value.contains(&b':')
            && !(value.contains(&b'.') && value.iter().filter(|b| **b == b'.').count() > 1)
            && !matches!(before, b'$' | b'.' | b'-' | b'/')
            && !(alphanumeric(before)))
        .then_some(range)
    }

    /// `Enterprise ID: E91421251`, `Medicaid Recipient ID (CIN) 3050…`, `policy group or FECA number 92677`.
    fn counted_noun(&mut self, index: usize) {
        if self.lower_is(index, words!["no"]) && !self.t(index + 1).symbol(b'.') {
            return;
        }
        let noun = self.noun_before(index);
        // Behind a word of its own it is read as the number of that.
        if noun.is_none() && (self.back(index, 1).kind == Kind::Word || !self.lower_is(index, words!["id"])) {
            return;
        }
        let Some(range) = self.stated_value(self.beyond(index + 1, 5), 4) else { return };
        let value = self.text.get(range.clone()).unwrap_or_default();
        let count = digits::count(value);
        let letters = value.iter().any(u8::is_ascii_uppercase);
        if value.starts_with(b"NCT") || !(noun.is_some() || formed(value) && (letters || count >= 6)) {
            return;
        }
        let identifier = noun.map_or(I::Other, |token| match () {
            () if token.is(v::PLAN) => I::HealthPlan,
            () if token.is(v::MRN) => I::Mrn,
            () if token.is(v::ACCOUNT) => I::Account,
            () if token.is(v::LICENCE) => I::Licence,
            () if token.is(v::VEHICLE) => I::Vehicle,
            () if token.is(v::DEVICE) => I::Device,
            () => I::Other,
        });
        self.hit(range.start, range.end, identifier, weight::GUESS + 4);
    }

    /// The noun of a number a few words before, in the same phrase: `INSURED'S I.D. NUMBER`.
    fn noun_before(&self, index: usize) -> Option<&'_ Token> {
        for by in 1..=8 {
            let token = self.back(index, by);
            let ends = match token.kind {
                Kind::None | Kind::Marker => true,
                Kind::Symbol => match token.byte {
                    b'\n' | b';' | b'|' | b'?' | b'!' => true,
                    b'.' => self.back(index, by + 1).case != Case::Single,
                    _ => false,
                },
                _ => false,
            };
            if ends {
                return None;
            }
            if token.is(NUMBERS & !v::PROVIDER) && token.kind == Kind::Word {
                return Some(token);
            }
        }
        None
    }

    /// `our ref AB-1234`, `Expediente 482913`, `microchip 98514…`, `PIN 31127`.
    fn stated_noun(&mut self, index: usize) {
        // `visa no.`, `DoD ID`: the noun alone is of other things.
        let number = (index + 1..index + 3).any(|at| self.lower_is(at, COUNTERS) || self.t(at).symbol(b'#'));
        let needs = self.lower_is(index, words!["visa", "dod", "doc", "locker", "alien", "chip"]);
        let plain = self.lower_is(index, words!["file", "claim", "matter", "merged", "visa"]);
        if needs && !number || self.back(index, 1).is(v::MACHINE) {
            return;
        }
        let Some(range) = self.stated_value(self.beyond(index + 1, 4), 4) else { return };
        let value = self.text.get(range.clone()).unwrap_or_default();
        let count = digits::count(value);
        let letters = value.iter().any(u8::is_ascii_uppercase);
        let (identifier, enough) = match () {
            () if self.lower_is(index, words!["microchip", "chip", "transponder"]) => (I::Device, count >= 9),
            () if self.lower_is(index, words!["placard"]) => (I::Vehicle, count >= 4),
            () if self.lower_is(index, words!["oln"]) => (I::Licence, count >= 5),
            () => (I::Other, count >= 5 || !plain && letters),
        };
        if enough && plausible(identifier, value) {
            self.hit(range.start, range.end, identifier, weight::GUESS + 4);
        }
    }

    /// `A) S82-45-21, 10/22/1975`: a number that opens an entry before a day.
    fn beside_a_day(&mut self, first: usize) {
        let Some(range) = self.stated_value(first, 5) else { return };
        let comma = self.index_at(range.end);
        let value = self.text.get(range.clone()).unwrap_or_default();
        if formed(value)
            && matches!(self.t(comma).byte, b',' | b'|')
            && self.t(comma).kind == Kind::Symbol
            && self.t(comma + 1).kind == Kind::Number
            && crate::shape::date::date(self.text, self.t(comma + 1).start).is_some_and(|day| !day.time)
        {
            self.hit(range.start, range.end, I::Mrn, weight::GUESS + 4);
        }
    }

    /// `Last 4 6692`, `the last four of my social is 2391`, `acct at Chase ending 8814`.
    fn last_four(&mut self, index: usize) {
        let mut next = index + 1;
        let last = self.lower_is(index, words!["last"]);
        if last && !(self.lower_is(next, words!["four"]) || self.bytes(self.t(next)) == b"4") {
            return;
        }
        next += usize::from(last);
        while next < index + 10
            && (matches!(self.t(next).byte, b':' | b'#' | b'=' | b'.') && self.t(next).kind == Kind::Symbol
                || self.lower_is(
                    next,
                    list!(
                        "of in with is are digits my his her the your our pt patient social security ssn ss card \
                         account acct number no phone cell on"
                    ),
                ))
        {
            next += 1;
        }
        let four = self.t(next);
        let of = v::ACCOUNT | v::CARD | v::SSN | v::PHONE | v::PLAN;
        let owned = (1..=6).any(|by| self.back(index, by).is(of));
        // `last 4 of SSN 6692`, `Last 4: 6692`, `last four 6692.`; `last 4 2024 visits` are of something else.
        let said = (index + 2..next).any(|at| {
            self.t(at).is(of)
                || self.t(at).kind == Kind::Symbol
                || self.lower_is(at, list!("digits my his her the your our pt patient social"))
        });
        let after = self.t(self.index_at(four.end));
        let year = matches!(self.bytes(four), [b'1', b'9', ..] | [b'2', b'0', ..]);
        let closes = !year && matches!(after.kind, Kind::None | Kind::Symbol | Kind::Marker);
        let plain = four.kind == Kind::Number
            && four.len() == 4
            && !alphanumeric(self.byte(four.end))
            && !(self.byte(four.end) == b'.' && self.byte(four.end + 1).is_ascii_digit())
            && !self.measured(four.end);
        if plain && (owned || last && (said || closes)) {
            let card = (index.saturating_sub(6)..next).any(|at| self.t(at).is(v::ACCOUNT | v::CARD));
            let identifier = if card { I::Account } else { I::Ssn };
            self.hit(four.start, four.end, identifier, weight::GUESS + 5);
        }
    }

    /// `my zip changed, its 12466 now`.
    fn zip_beyond_words(&mut self, index: usize) {
        let five = (index + 1..index + 7).take_while(|at| {
            let token = self.t(*at);
            // `zip pack, dose 50000`: behind a comma it goes on only where it says so.
            let parts = token.symbol(b',')
                && !self.lower_is(*at + 1, list!("its it's it is now new old was to from formerly"));
            token.kind != Kind::None && !matches!(token.byte, b'\n' | b';' | b'|') && !parts
        });
        if let Some(at) =
            five.into_iter().find(|at| self.t(*at).kind == Kind::Number && self.t(*at).len() == 5)
            && let Some(end) = self.postal_code(at)
            && !self.measured(end)
            && !self.t(self.index_at(end)).is(v::UNIT)
        {
            self.hit(self.t(at).start, end, I::Zip, weight::CONTEXT);
        }
    }

    /// A plate within some words of a car or of the word for one.
    fn plate_beyond(&mut self, index: usize) {
        let plates = self.lower_is(index, words!["plate", "plates"]);
        // `plate count 48213 CFU`, `agar plate 48213`: those of laboratories and of bones.
        let made = list!("count counts reader counter culture cultures assay well wells growth cfu");
        let of_things = list!(
            "agar culture petri well growth blood locking hole bone hot end titanium compression tectonic"
        );
        if plates && (self.lower_is(index + 1, made) || self.lower_is(index.wrapping_sub(1), of_things)) {
            return;
        }
        // `growth plate`, `6-hole plate`; `lic` of a person is read elsewhere.
        if self.lower_is(index, words!["lic"]) && !self.near(index, v::VEHICLE, 8) && !self.car_before(index)
        {
            if let Some(range) = self.stated_value(self.beyond(index + 1, 4), 5) {
                self.hit(range.start, range.end, I::Licence, weight::GUESS + 4);
            }
            return;
        }
        let most = if plates { 14 } else { 6 };
        for at in index + 1..index + 1 + most {
            let token = self.t(at);
            if token.kind == Kind::None || token.symbol(b'\n') {
                return;
            }
            let shaped = matches!(token.kind, Kind::Mixed | Kind::Number)
                || token.kind == Kind::Word && token.case == Case::Upper && token.len() <= 4;
            if !shaped {
                continue;
            }
            let Some(range) = self.plate_from(at) else { continue };
            let value = self.text.get(range.clone()).unwrap_or_default();
            let year = value.len() == 4;
            // `2014 GRY Ford`, `19 MM`: the year of the car and its colour.
            let model = token.kind == Kind::Number && token.len() == 4 && self.t(at + 1).len() != 4 && {
                (1950..=2049).contains(&crate::shape::value(self.text, token.start, 4))
            };
            let measure = value.contains(&b' ') && self.t(at + 1).is(v::UNIT);
            let dated = matches!(self.byte(range.end), b'/' | b'-' | b':' | b'.')
                && self.byte(range.end + 1).is_ascii_digit();
            let word = token.kind == Kind::Word && token.roles & !v::STATE != 0;
            if !(year || model || measure || dated || word) {
                self.hit(range.start, range.end, I::Vehicle, weight::GUESS + 5);
                return;
            }
        }
    }

    fn car_before(&self, index: usize) -> bool {
        (1..=8).any(|by| self.lower_is(index.wrapping_sub(by), CARS))
    }
}
