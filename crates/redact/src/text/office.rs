//! Numbers under which somebody is filed, in prose: `bx (S23-78613)`, `UNOS ID AKJ412`, `police report 24-118203`,
//! `Our ref: KLM 48213`, `RN 583842`, a number between a name and a date of birth; places by their degrees.
//!
//! Nouns of numbers that programs use are in the vocabulary; those here announce one where people write, and what is
//! catalogued, versioned or sold is left out.

use std::ops::Range;

use super::{
    Reader,
    token::{Case, Kind},
    value::{formed, plausible},
    weight,
};
use crate::{
    Identifier as I,
    check::digits,
    shape::{alphanumeric, card, date},
    words::{COMMON, FAMILY, GIVEN, WORD, list, vocabulary as v, words},
};

/// What is registered under a number, which stands behind it or in brackets.
const REGISTERED: &[u64] = list!(
    "bx biopsy biopsies spec specimen specimens sample samples autopsy path pathology cytology histology prior report \
     reports pcr accession block blocks slide slides docket warrant citation summons subpoena dnr polst molst most \
     pin passcode passport visa juror inmate booking grp subscr referral precert preauth authorization claimant \
     natera invitae myriad guardant tempus caris genedx ambry bracelet wristband armband band bands \
     proband donor family recipient oscar kit randomization screening irb consent requisition req rx"
);

/// Orders of a court; those of a shop are none.
const COURTS: &[u64] =
    list!("restraining protective protection court custody commitment guardianship probate conservatorship");

/// What has a number, an id or a code that is of no person.
const CATALOGUED: &[u64] = list!(
    "control model lot part catalog catalogue cat item sku product version protocol rev revision section article chapter step \
     grade building flight channel page table figure ext extension cpt icd ndc loinc hcpcs bin pcn payer \
     ticket asset firmware fw software invoice po purchase supply vendor work standing bed room rm suite gate floor \
     drg snomed rxnorm unit area zip postal code codes error port build serial form size type batch poison hotline line \
     batch formulary policy class clause exhibit appendix j q tax store bus route train highway exit key \
     total patient's phone fax telephone cell contact call caller pager toll free back meeting webinar zoom conference"
);

/// Shops and services around whatever is numbered.
const SOLD: &[u64] =
    list!("supply vendor purchase asset inventory work shipping equipment property support it");

impl Reader<'_> {
    /// Finds them.
    pub(super) fn offices(&mut self) {
        if !self.strict {
            return;
        }
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            match token.kind {
                Kind::Symbol if token.byte == b'/' => self.abbreviated_person(index),
                Kind::Number => {
                    if self.byte(token.end) == b'.' {
                        self.degrees(index);
                    }
                    self.called(index);
                }
                Kind::Word => {
                    self.registered(index);
                    self.identified(index);
                    self.licensed(index);
                    self.reference(index);
                    if token.is(v::BIRTH) {
                        self.between(index);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a word for what is numbered is of a shop here: `supply order`, `vendor case`, `asset tag`.
    pub(super) fn sold(&self, index: usize) -> bool {
        self.strict
            && self.lower_is(
                index,
                words!["order", "case", "tag", "ticket", "reference", "confirmation", "tracking"],
            )
            && self.lower_is(index.wrapping_sub(1), SOLD)
    }

    /// `Policy IC-104 rev 7`: a rule of the house.
    pub(super) fn house_rule(&self, index: usize, end: usize) -> bool {
        self.lower_is(index, words!["policy"])
            && self.lower_is(self.index_at(end), words!["rev", "section", "version", "revision"])
    }

    /// A number with the form of an office's that begins here.
    fn office(&self, first: usize, least: usize) -> Option<Range<usize>> {
        let range = self.number_from(first)?;
        let value = self.text.get(range.clone())?;
        let letters = value.iter().any(u8::is_ascii_uppercase);
        let year = value.len() == 4 && matches!(value, [b'1', b'9', ..] | [b'2', b'0', ..]);
        let day = (0..value.len().min(6)).any(|at| date::date(value, at).is_some());
        let enough =
            digits::count(value) >= least || letters && digits::count(value) >= 3 && value.len() >= 6;
        (enough && !year && !day && !self.measured(range.end) && plausible(I::Other, value)).then_some(range)
    }

    /// The index behind signs and small words that stand between a noun and its number.
    fn bridge(&self, from: usize) -> usize {
        let mut next = from;
        while next < from + 4 {
            let token = self.t(next);
            let sign = token.kind == Kind::Symbol && matches!(token.byte, b':' | b'#' | b'(' | b'.' | b'[');
            let word = token.kind == Kind::Word
                && self.byte(token.end) != b'-'
                && (self.lower_is(
                    next,
                    words![
                        "id",
                        "no",
                        "number",
                        "num",
                        "nr",
                        "is",
                        "was",
                        "ref",
                        "form",
                        "order",
                        "under",
                        "case",
                        "identifier",
                        "file",
                        "log"
                    ],
                ) || token.is(v::STATE) && token.len() == 2);
            if !(sign || word) {
                break;
            }
            next += 1;
        }
        next
    }

    /// `biopsy (S23-78613)`, `police report ME-5488-45`, `restraining order (C386836800)`.
    fn registered(&mut self, index: usize) {
        let court = self.lower_is(index, words!["order", "decree", "petition"])
            && self.lower_is(index.wrapping_sub(1), COURTS);
        if !(court || self.lower_is(index, REGISTERED)) || self.lower_is(index.wrapping_sub(1), SOLD) {
            return;
        }
        // The group of a pharmacy's switch is no member's: `BIN 004336 PCN ADV GRP RX4821`.
        let switch = self.lower_is(index, words!["grp"])
            && (1..=3).any(|by| self.lower_is(index.wrapping_sub(by), words!["pcn", "bin"]));
        if switch {
            return;
        }
        let next = self.bridge(index + 1);
        // `prior 55-102-39729`; `prior 12345` may be anything.
        let loose = self.lower_is(index, words!["prior", "family", "kit", "most", "req", "block", "blocks"]);
        let pin = self.lower_is(index, words!["pin", "passcode"]);
        let Some(range) = self.office(next, if pin { 4 } else { 5 }) else { return };
        let value = self.text.get(range.clone()).unwrap_or_default();
        if !(pin || formed(value)) || loose && value.iter().all(u8::is_ascii_digit) {
            return;
        }
        let plan = self.lower_is(index, words!["grp", "subscr", "oscar"]);
        self.hit(range.start, range.end, if plan { I::HealthPlan } else { I::Other }, weight::GUESS + 4);
    }

    /// `UNOS ID AKJ412`, `juror number 007176878`, `Delta Dental ID 717285`: whatever the noun, if nobody sells it.
    fn identified(&mut self, index: usize) {
        if !self.lower_is(index, words!["id", "number", "num", "no", "ids"]) {
            return;
        }
        let mut noun = index;
        while noun > 0 && noun + 3 > index && self.lower_is(noun - 1, words!["id", "number"]) {
            noun -= 1;
        }
        let Some(noun) = noun.checked_sub(1) else { return };
        let before = self.t(noun);
        let negates =
            self.lower_is(index, words!["no"]) && !matches!(self.t(index + 1).byte, b'.' | b':' | b'#');
        let sold = (0..2).any(|by| self.lower_is(noun.wrapping_sub(by), CATALOGUED))
            || self.lower_is(noun.wrapping_sub(1), SOLD)
            || before.is(v::MACHINE | v::PHONE | v::FAX | v::ZIP | v::MONTH | v::STATE);
        if before.kind != Kind::Word || before.end + 1 != self.t(index).start || negates || sold {
            return;
        }
        let Some(range) = self.office(self.bridge(index + 1), 5) else { return };
        let value = self.text.get(range.clone()).unwrap_or_default();
        let lettered = digits::count(value) >= 4
            && value.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'-');
        if formed(value) || lettered {
            let plan = (0..4).any(|by| {
                self.t(noun.wrapping_sub(by)).is(v::PLAN | v::PAYER)
                    || self.lower_is(
                        noun.wrapping_sub(by),
                        words!["ins", "dental", "insurance", "payer", "plan"],
                    )
            });
            self.hit(range.start, range.end, if plan { I::HealthPlan } else { I::Other }, weight::GUESS + 4);
        }
    }

    /// `CDL 3019762`, `lic LCSW 19981`, `driver's license (OR A776-476)`, `Ann Roe LPN ME409524`.
    fn licensed(&mut self, index: usize) {
        let token = self.t(index);
        let licence =
            self.lower_is(index, words!["cdl", "dl", "dln", "lic", "license", "licence", "licensed"]);
        let letters = token.is(v::SUFFIX) && token.case == Case::Upper;
        // `mg/dL`.
        if licence && self.byte(token.start.wrapping_sub(1)) == b'/' {
            return;
        }
        if licence {
            let mut next = self.bridge(index + 1);
            let start = self.t(next).start;
            // `Lic# OPT 48213`, `license LCSW 48213`.
            let degree = (self.t(next).is(v::SUFFIX) || (2..=5).contains(&self.t(next).len()))
                && self.t(next).case == Case::Upper
                && self.t(next).kind == Kind::Word;
            if degree && self.byte(self.t(next).end) == b' ' {
                next += 1;
            }
            if let Some(range) = self.office(next, 5) {
                self.hit(start, range.end, I::Licence, weight::GUESS + 5);
            }
        } else if letters {
            // `Odette Pruitt, PT, DPT, G24914`.
            let mut head = index;
            while head > 0
                && index - head < 6
                && (self.back(head, 1).symbol(b',')
                    || self.back(head, 1).symbol(b'-')
                    || self.back(head, 1).is(v::SUFFIX) && self.back(head, 1).case == Case::Upper)
            {
                head -= 1;
            }
            let next =
                index + 1 + usize::from(self.t(index + 1).symbol(b',') || self.t(index + 1).symbol(b'#'));
            let Some(range) = self.office(next, 6) else { return };
            let value = self.text.get(range.clone()).unwrap_or_default();
            let named = self.back(head, 1).capitalised()
                && (self.back(head, 1).known(FAMILY | GIVEN) || !self.back(head, 1).known(WORD));
            if named && formed(value) && card::card(self.text, range.start, true).is_none() {
                self.hit(range.start, range.end, I::Licence, weight::GUESS + 3);
            }
        }
    }

    /// `Our ref: KLM 48213`, `Your file: 10151711-5`.
    fn reference(&mut self, index: usize) {
        if !self.lower_is(index, words!["our", "your", "my", "their", "his", "her"])
            || !self.lower_is(
                index + 1,
                words!["ref", "reference", "file", "case", "claim", "record", "chart", "no", "id"],
            )
        {
            return;
        }
        let next = self.bridge(index + 2);
        if next > index + 2
            && let Some(range) = self.office(next, 4)
        {
            self.hit(range.start, range.end, I::Mrn, weight::GUESS + 5);
        }
    }

    /// `OKAFOR, JO   48213907   DOB 04/30/00`: what stands between a name and the word for the date of birth.
    fn between(&mut self, birth: usize) {
        let mut last = birth;
        while last > 0
            && last + 2 > birth
            && matches!(self.back(last, 1).byte, b'|' | b',' | b'(' | b';')
            && self.back(last, 1).kind == Kind::Symbol
        {
            last -= 1;
        }
        let Some(last) = last.checked_sub(1) else { return };
        let mut first = last;
        while first > 0 && last - first < 6 && self.glued(first - 1) && !self.t(first - 1).symbol(b'\n') {
            first -= 1;
        }
        while self.t(first).kind == Kind::Symbol && first < last {
            first += 1;
        }
        let Some(range) = self.office(first, 5).filter(|range| range.end == self.t(last).end) else { return };
        let mut before = first;
        while before > 0
            && first - before < 3
            && matches!(self.t(before - 1).byte, b'|' | b',' | b'.' | b'#' | b'(')
            && self.t(before - 1).kind == Kind::Symbol
        {
            before -= 1;
        }
        let named = self.back(before, 1).capitalised()
            && (self.back(before, 1).known(FAMILY | GIVEN)
                || self.back(before, 1).len() == 1
                || !self.back(before, 1).known(WORD))
            && self.back(before, 1).roles & !v::BORNE & !v::STRONG == 0;
        let value = self.text.get(range.clone()).unwrap_or_default();
        if named && formed(value) {
            self.hit(range.start, range.end, I::Mrn, weight::GUESS + 5);
        }
    }

    /// `SW re: ride, 607-8511`, `son Bryan 3373103391`: a telephone without an area code, and one in a run behind who is
    /// called.
    fn called(&mut self, index: usize) {
        let token = self.t(index);
        let start = token.start;
        if start > 0 && !matches!(self.byte(start - 1), b' ' | b'\n' | b'(' | b'\t') {
            return;
        }
        let (end, run) = match token.len() {
            3 => (start + 8, false),
            10 => (start + 10, true),
            _ => return,
        };
        let after = self.byte(end);
        let free = !alphanumeric(after)
            && !(matches!(after, b'-' | b'.' | b'/' | b':') && alphanumeric(self.byte(end + 1)));
        let exchange = |at: usize| matches!(self.byte(at), b'2'..=b'9');
        let local =
            !run && self.byte(start + 3) == b'-' && crate::shape::digits(self.text, start + 4, 5) == 4;
        let numbered = (1..=3).any(|by| {
            let before = self.back(index, by);
            before.is(super::labels::NUMBERS | v::IDWORD) && !before.is(v::SUBJECT | v::PERSON | v::EVENT)
                || before.symbol(b'#')
        }) || self.lower_is(index.wrapping_sub(1), CATALOGUED)
            && !self.back(index, 1).is(v::PHONE);
        // `son Bryan 3373103391`, `wife: 3373103391`.
        let before = self.back(index, 1);
        let whose = (1..=4).any(|by| self.back(index, by).is(v::KIN | v::CARER | v::TITLE | v::PHONE))
            // `glenn rowe 9773813455`.
            || before.kind == Kind::Word
                && before.known(GIVEN | FAMILY)
                && (before.known(COMMON) || !before.known(WORD));
        if free && !numbered && exchange(start) && (local || run && whose && exchange(start + 3)) {
            self.hit(start, end, I::Phone, weight::GUESS);
        }
    }

    /// `39.27888, -107.45177`: where somebody is, to some metres.
    pub(super) fn degrees(&mut self, index: usize) {
        let Some((north, next)) = self.degree(index) else { return };
        let from = next;
        let mut next = next;
        while next < from + 3
            && (self.t(next).symbol(b',') || self.t(next).symbol(b'/') || self.t(next).is(v::DIRECTION))
        {
            next += 1;
        }
        if next == from {
            return;
        }
        let sign = usize::from(self.t(next).symbol(b'-'));
        // Doses have as many decimals.
        let whole = |degree: &Range<usize>| {
            self.text
                .get(degree.clone())
                .is_some_and(|d| d.iter().skip_while(|b| **b == b'-').take_while(|b| **b != b'.').count() > 1)
        };
        if let Some((west, _)) = self.degree(next + sign)
            && (whole(&north) || whole(&west))
        {
            self.hit(north.start, north.end, I::Address, weight::CONTEXT);
            self.hit(west.start, west.end, I::Address, weight::CONTEXT);
        }
    }

    /// A number of degrees with four decimals or more, its sign included, and the index behind.
    fn degree(&self, index: usize) -> Option<(Range<usize>, usize)> {
        let (whole, part) = (self.t(index), self.t(index + 2));
        let fits = whole.kind == Kind::Number
            && whole.len() <= 3
            && crate::shape::value(self.text, whole.start, whole.len()) <= 180
            && self.t(index + 1).symbol(b'.')
            && self.glued(index)
            && self.glued(index + 1)
            && part.kind == Kind::Number
            && (4..=8).contains(&part.len())
            && !(self.byte(part.end) == b'.' && alphanumeric(self.byte(part.end + 1)));
        let before = self.byte(whole.start.wrapping_sub(1));
        let minus = before == b'-' && !alphanumeric(self.byte(whole.start.wrapping_sub(2)));
        (fits && (minus || whole.start == 0 || !alphanumeric(before) && before != b'.'))
            .then(|| (whole.start - usize::from(minus)..part.end, index + 3))
    }
}
