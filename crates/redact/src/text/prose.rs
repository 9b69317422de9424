//! Names in prose that no title and no key announces.

use super::{
    Reader,
    lowered::JOINTS,
    token::{Case, Kind, Token},
    weight,
};
use crate::{
    Identifier,
    words::{COMMON, FAMILY, GIVEN, MEDICAL, PLAIN, WORD, vocabulary as v, words},
};

/// Verbs that a person is the subject of.
const SPEAKS: &[u64] = words![
    "states",
    "reports",
    "denies",
    "says",
    "said",
    "called",
    "presents",
    "presented",
    "complains",
    "returned",
    "notes",
    "lives",
    "reported",
    "stated",
    "denied",
    "is",
    "was",
    "has",
    "had",
    "will",
    "would",
    "underwent",
    "verbalized",
    "agreed",
    "asked",
    "understands",
    "tolerated",
    "describes",
    "came",
    "wants",
    "needs",
    "arrived",
    "feels",
    "felt",
    "requests",
    "requested",
    "comes",
    "can",
    "does",
    "did",
    "thinks",
    "believes",
    "agrees",
    "disagrees",
    "refuses",
    "refused",
    "declined",
    "declines",
    "admits",
    "endorses",
    "endorsed",
    "expressed",
    "expresses",
    "shared",
    "joined",
    "brought",
    "fell",
    "lived",
    "works",
    "worked",
    "visits",
    "visited",
    "attended",
    "attends",
    "appears",
    "appeared",
    "seems",
    "seemed",
    "received",
    "began",
    "started",
    "remains",
    "remained",
    "continues",
    "continued",
    "takes",
    "took",
    "loves",
    "likes",
    "enjoys",
    "hopes",
    "plans",
    "went",
    "got",
    "gave",
    "told",
    "wrote",
    "texted",
    "emailed",
    "phoned",
    "contacted",
    "signed",
    "consented",
    "prefers",
    "recalls",
    "explained",
    "mentioned",
    "noticed",
    "paged",
    "assisted",
    "stayed",
    "moved",
    "died",
    "passed",
    "cried",
    "threw",
    "vomited",
    "slept",
    "ate",
    "drank",
    "refusing",
    "walked",
    "missed",
    "left",
    "texts",
    "calls",
    "drives",
    "drove",
    "picked",
    "dropped",
    "speaks",
    "spoke",
    "complained",
    "woke",
    "sat",
    "took",
    "tripped",
    "slipped",
    "coughed",
    "bit",
    "ran",
    "scheduled",
    "cancelled",
    "canceled",
    "confirmed",
    "verified",
    "approved",
    "acknowledged",
    "advised",
    "apologized",
];

/// What is named for whoever described or made it, and never a patient's own.
const THINGS: &[u64] = words![
    "criteria",
    "criterion",
    "sign",
    "score",
    "scale",
    "classification",
    "syndrome",
    "maneuver",
    "manoeuvre",
    "method",
    "effect",
    "regression",
    "correction",
    "technique",
    "incision",
    "retractor",
    "catheter",
    "forceps",
    "boot",
    "curve",
    "staging",
    "grading",
    "equation",
    "formula",
    "triad",
    "tetralogy",
    "tumor",
    "tumour",
    "sarcoma",
    "lymphoma",
    "thyroiditis",
    "reflex",
    "biplane",
    "esophagus",
    "contracture",
    "palsy",
    "phenomenon",
    "cannula",
    "speculum",
    "suture",
    "sutures",
    "clamp",
    "dressing",
    "lesion",
    "hernia",
    "nodes",
    "bodies",
    "cells",
    "stain",
    "agar",
    "distribution",
    "theorem",
    "coefficient",
    "plot",
    "pump",
    "scope",
    "scanner",
    "scanners",
    "ventilator",
    "staple",
    "stapler",
    "stent",
    "valve",
    "graft",
    "prosthesis",
    "implant",
    "brace",
    "splint",
    "collar",
    "walker",
];

impl Reader<'_> {
    /// A name in small letters: known, and no word.
    pub(super) fn lower_name(&self, index: usize) -> bool {
        let token = self.t(index);
        token.kind == Kind::Word
            && token.case == Case::Lower
            && token.len() > 2
            && token.known(GIVEN | FAMILY)
            && !token.known(WORD)
            && token.roles == 0
    }

    /// In prose: who speaks in a chat, `Maria: hello` at the beginning of a line.
    pub(super) fn speaker(&self, index: usize) -> Option<(usize, usize)> {
        if !self.strict {
            return None;
        }
        let token = self.t(index);
        // `called. Mclean: IVIG at 1800`: the next of a list that goes on in one line.
        let sentence = self.back(index, 1).symbol(b'.')
            && self.back(index, 2).len() > 1
            && self.back(index, 1).end < token.start
            && token.case == Case::Capital
            && token.known(FAMILY)
            && token.known(COMMON)
            && !self.eponym_alone(index)
            && !token.known(MEDICAL);
        let begins = matches!(self.back(index, 1).kind, Kind::None)
            || self.back(index, 1).symbol(b'\n')
            || self.back(index, 1).symbol(b']')
            // `9:02 AM - Odette: ok`, `> Odette: ok`, `09:02 Odette: ok`.
            || self.back(index, 1).symbol(b'-')
                && (self.back(index, 2).kind == Kind::Number
                    || self.lower_is(index.wrapping_sub(2), words!["am", "pm"])
                    || self.back(index, 2).kind == Kind::Mixed)
            || self.back(index, 1).symbol(b'>') && self.back(index, 2).kind == Kind::None
            || self.back(index, 1).kind == Kind::Number
                && self.back(index, 2).symbol(b':')
                && self.back(index, 3).kind == Kind::Number
            || sentence;
        if !begins {
            return None;
        }
        let known = token.known(GIVEN | FAMILY)
            && (!token.known(WORD) || token.is(v::STRONG))
            && token.roles & !v::STRONG == 0;
        let colon = self.t(index + 1).symbol(b':') && self.byte(self.t(index + 1).end) == b' ';
        // `Odette M: ok`, `odette [9:02 AM]: ok`.
        let initial = self.t(index + 1).case == Case::Single
            && self.t(index + 1).kind == Kind::Word
            && self.t(index + 2).symbol(b':')
            && self.byte(self.t(index + 2).end) == b' ';
        let clocked = self.t(index + 1).symbol(b'[')
            && self.t(index + 2).kind == Kind::Number
            && self.t(index + 3).symbol(b':');
        if known && token.known(GIVEN) && (initial || clocked) && token.len() > 2 {
            let last = if initial { index + 1 } else { index };
            return Some((token.start, self.t(last).end));
        }
        let small = token.case != Case::Lower || token.known(COMMON);
        if !sentence && let Some(end) = self.full_speaker(index) {
            return Some((token.start, end));
        }
        // `[09:15] verdiana: yes`: behind the time whoever it is.
        let timed = (self.back(index, 1).symbol(b']') || self.back(index, 1).symbol(b')'))
            && self.back(index, 2).kind == Kind::Number
            && self.back(index, 3).symbol(b':')
            && token.roles & !v::STRONG == 0
            && !token.known(WORD)
            && token.len() > 3
            && matches!(token.case, Case::Lower | Case::Capital);
        ((known && small || timed) && colon && token.len() > 2).then_some((token.start, token.end))
    }

    /// `jane roe: yes` at the beginning of a line: both words are names, or none at all.
    fn full_speaker(&self, index: usize) -> Option<usize> {
        let (given, family) = (self.t(index), self.t(index + 1));
        let mut last = index + 1;
        while last < index + 1 + 2 * JOINTS
            && self.t(last + 1).symbol(b'-')
            && self.glued(last)
            && self.t(last + 2).kind == Kind::Word
        {
            last += 2;
        }
        let colon = self.t(last + 1).symbol(b':') && self.byte(self.t(last + 1).end) == b' ';
        let part = |token: &Token, names: u8| {
            let borne = token.known(names) && token.known(COMMON) && token.case == Case::Capital;
            let plain = token.otherwise() == 0 || borne && token.is(v::PERIOD | v::STRONG);
            token.kind == Kind::Word
                && token.len() > 2
                && matches!(token.case, Case::Lower | Case::Capital)
                && plain
                && (token.known(names) && (!token.known(WORD) || token.known(COMMON))
                    || !token.known(WORD) && token.roles == 0 && !self.medical(self.bytes(token)))
        };
        let sure = !given.known(WORD) || !family.known(WORD);
        (colon && sure && part(given, GIVEN) && part(family, FAMILY) && family.start == given.end + 1)
            .then(|| self.t(last).end)
    }

    /// A name that is all of a string, beside another one: `'Wallace', 'Leo'`.
    pub(super) fn quoted_name(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        let quote = self.back(index, 1);
        if quote.kind != Kind::Symbol
            || !matches!(quote.byte, b'"' | b'\'' | b'(' | b',' | b'|' | b';')
            || !self.person
            || token.case != Case::Capital && token.case != Case::Inner
            || !token.known(GIVEN | FAMILY)
            || self.strict && (self.eponym_alone(index) || self.thing(index))
        {
            return None;
        }
        let next = self.atom(index)?;
        let closing = self.t(next);
        let closes = closing.kind == Kind::Symbol
            && (closing.byte == quote.byte && closing.byte != b'('
                || matches!(closing.byte, b',' | b')')
                    && matches!(quote.byte, b'(' | b',')
                    && self.t(index).start == quote.end);
        let proper = !token.known(WORD) || token.is(v::STRONG);
        // Beside another name: a word counts too.
        let beside =
            [index.wrapping_sub(4), next + 3, index.wrapping_sub(2), next + 1].into_iter().any(|other| {
                let other = self.t(other);
                other.kind == Kind::Word
                    && other.capitalised()
                    && other.known(GIVEN | FAMILY)
                    && !other.known(WORD)
            });
        (closes && (proper || beside) && !token.is(v::KNOWN | v::STATE))
            .then(|| (token.start, self.t(next - 1).end))
    }

    /// In prose: a capitalised given or family name before a verb of persons, or with a possessive.
    pub(super) fn spoken(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if !self.strict
            || !matches!(token.case, Case::Capital | Case::Inner)
            || !token.known(GIVEN | FAMILY)
                && (token.known(WORD)
                    || token.roles != 0
                    || token.len() < 4
                    || self.medical(self.bytes(token))
                    || token.case == Case::Inner)
            || token.is(v::KNOWN | v::PAYER) && !token.is(v::STRONG)
            || self.eponym_alone(index)
            || self.qualifies(index)
            || self.thing(index)
        {
            return None;
        }
        let next = self.atom(index)?;
        let after = next;
        let speaks = self.lower_is(after, SPEAKS) && self.t(after).case == Case::Lower;
        if self.names_a_thing(after) {
            return None;
        }
        let ambiguous = token.known(WORD) && !token.is(v::STRONG);
        let first = self.begins_sentence(index);
        let roles_else =
            token.is(!(v::STRONG | v::MONTH | v::DIRECTION | v::STREET | v::NAMEMOD)) && token.known(WORD);
        let enough = if ambiguous {
            speaks && !first && !roles_else
                || speaks && !roles_else && token.known(GIVEN) && self.t(after).len() > 3
        } else {
            speaks || !first
        };
        (enough && !token.is(v::STATE)).then(|| (token.start, self.t(next - 1).end))
    }

    /// Whether what stands behind a name makes it the name of a thing: `Sgarbossa criteria`, `Simpson's biplane`.
    fn names_a_thing(&self, next: usize) -> bool {
        let mut after = next;
        if self.t(after).symbol(b'\'') && self.lower_is(after + 1, words!["s"]) {
            after += 2;
        }
        self.t(after).case == Case::Lower && self.lower_is(after, THINGS)
    }

    /// In prose: capitalised words that are no English words, no medicines, no places, and don't begin a sentence.
    pub(super) fn unknown(&mut self) {
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.kind != Kind::Word
                || !matches!(token.case, Case::Capital | Case::Inner)
                || token.len() < 3
                || token.known(WORD) && !token.is(v::STRONG)
            {
                continue;
            }
            let else_known = self.eponym_alone(index)
                || self.thing(index)
                || self.scored(index)
                || !token.known(GIVEN | FAMILY) && self.in_heading(index)
                || self.bound(index)
                || self.qualifies(index) && !self.back(index, 1).is(v::TITLE | v::PERSON | v::KIN | v::CARER)
                || token.is(v::KNOWN
                    | v::PAYER
                    | v::MONTH
                    | v::WEEKDAY
                    | v::STATE
                    | v::TITLE
                    | v::SUFFIX
                    | v::FACILITY
                    | v::CARER
                    | v::STREET)
                || token.roles != 0 && !token.known(GIVEN | FAMILY);
            let first = self.begins_sentence(index);
            let joined =
                matches!(self.byte(token.start.wrapping_sub(1)), b'.' | b'/' | b'_' | b'@' | b'\\' | b'-')
                    || matches!(self.byte(token.end), b'_' | b'@' | b'/' | b'(')
                    || self.byte(token.end) == b'.' && crate::shape::alphanumeric(self.byte(token.end + 1));
            let name = token.known(GIVEN | FAMILY);
            // `Don't`.
            let short = self.t(index + 1).symbol(b'\'')
                && self.glued(index)
                && self.lower_is(index + 2, words!["t", "ll", "re", "ve", "d", "m", "l"])
                && self.t(index + 2).case == Case::Lower;
            if short
                || else_known
                || joined
                || first && !name
                || self.medical(self.bytes(token))
                || token.case == Case::Inner && !name
            {
                continue;
            }
            // A heading of several capitalised words at the beginning of a line.
            if first
                && (self.t(index + 1).symbol(b':')
                    || self.t(index + 1).capitalised() && !self.t(index + 1).known(GIVEN | FAMILY))
            {
                continue;
            }
            if first && (!token.known(GIVEN) || token.known(PLAIN) && !self.name_goes_on(index)) {
                continue;
            }
            let Some(next) = self.atom(index) else { continue };
            if self.names_a_thing(next) {
                continue;
            }
            let end = self.t(next - 1).end;
            self.hit(token.start, end.max(token.end), Identifier::Name, weight::GUESS);
        }
    }

    /// Whether what follows a word that begins a sentence is what follows names: a verb of persons, a comma, `'s`.
    fn name_goes_on(&self, index: usize) -> bool {
        let next = self.atom(index).unwrap_or(index + 1);
        let after = self.t(next);
        after.kind == Kind::None
            || matches!(after.byte, b',' | b'\'' | b')' | b'(') && after.kind == Kind::Symbol
            || self.lower_is(next, SPEAKS) && after.case == Case::Lower && after.len() > 3
            || self.lower_is(next, words!["and"])
                && self.t(next + 1).known(GIVEN)
                && self.t(next + 1).capitalised()
            || after.capitalised() && after.known(FAMILY | GIVEN) && !after.is(v::KNOWN)
    }
}
