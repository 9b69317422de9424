//! Whether a text is about a person, and whether a value is a person's name.

use std::cell::OnceCell;

use super::{
    Reader,
    care::CARED_FOR,
    seen::Seen,
    token::{self, Kind, Token},
};
use crate::{
    shape::alphanumeric,
    words::{FAMILY, GIVEN, WORD, vocabulary as v, words},
};

impl Reader<'_> {
    /// Whether a client is one that connects, and a resident what a process has in memory: `client 48213 disconnected`,
    /// `resident=48213377 virt=882133771`.
    fn of_a_connection(&self, index: usize, number: usize) -> bool {
        const ENDS: &[u64] = words![
            "disconnected",
            "connected",
            "connecting",
            "reconnected",
            "closed",
            "subscribed",
            "unsubscribed",
            "evicted",
            "throttled",
            "timeout",
            "joined",
            "consumer",
            "virt",
            "virtual",
            "rss",
            "shared",
            "kb",
            "vsz",
            "swap",
            "heap"
        ];
        self.lower_is(index, words!["client", "resident", "subject", "participant"])
            && self.lower_is(number + 1, ENDS)
    }

    /// Whether a word tells that the text is about a person. `client`, `subject` and the like do so in logs only before a
    /// name or a long number: most of them are of programs.
    pub(super) fn about_person(&self, index: usize) -> bool {
        let token = self.t(index);
        if token.is(v::BIRTH) || token.is(v::MRN) && token.is(v::DIRECT) {
            return true;
        }
        if !token.is(v::SUBJECT) {
            return false;
        }
        if self.lower_is(index, words!["pt", "pts"]) {
            // `pt-BR`, `EBCDIC-PT.so`.
            let language = self.byte(token.end) == b'-'
                && self.t(index + 2).kind == Kind::Word
                && self.t(index + 2).len() == 2;
            let suffix = self.byte(token.start.wrapping_sub(1)) == b'-' && self.byte(token.end) == b'.';
            return !language && !suffix;
        }
        if !self.lower_is(
            index,
            words!["client", "subject", "recipient", "participant", "resident", "donor", "infant"],
        ) {
            return true;
        }
        if matches!(self.byte(token.start.wrapping_sub(1)), b'-' | b'.' | b'/' | b'_' | b'@' | b'\\')
            || matches!(self.byte(token.end), b'-' | b'.' | b'/' | b'@')
                && alphanumeric(self.byte(token.end + 1))
        {
            return false;
        }
        let mut next = index + 1;
        while next < index + 5
            && (self.t(next).kind == Kind::Symbol
                && matches!(self.t(next).byte, b':' | b'=' | b'#' | b'"' | b'\'' | b'_')
                || self.lower_is(next, words!["id", "no", "number", "name", "is", "mr", "mrs", "ms"]))
        {
            next += 1;
        }
        let after = self.t(next);
        let named = |token: &Token| {
            token.capitalised()
                && token.known(GIVEN | FAMILY)
                && !token.is(v::KNOWN)
                && (!token.known(WORD) || token.is(v::STRONG))
        };
        let cared_for = (index.saturating_sub(6)..index + 7).any(|at| self.lower_is(at, CARED_FOR));
        let unknown = |token: &Token| {
            token.case == token::Case::Capital
                && token.kind == Kind::Word
                && !token.known(WORD)
                && token.roles == 0
        };
        cared_for
            || match after.kind {
                Kind::Number => {
                    after.len() >= 5
                        && !self.of_a_connection(index, next)
                        && !matches!(self.byte(after.end), b'.' | b':' if alphanumeric(self.byte(after.end + 1)))
                }
                Kind::Mixed => self.byte(after.start).is_ascii_uppercase() && after.len() >= 5,
                Kind::Word => {
                    named(after)
                        || after.capitalised() && named(self.t(next + 1))
                        || unknown(after) && unknown(self.t(next + 1))
                        || after.case != token::Case::Lower
                            && self.t(next + 1).symbol(b'-')
                            && self.t(next + 2).kind == Kind::Number
                            && self.t(next + 2).len() >= 3
                }
                _ => false,
            }
    }
}

/// Whether a value, as a whole, looks like the name of a person.
pub(crate) fn is_person(value: &[u8], about_person: bool, tokens: &mut Vec<Token>) -> bool {
    token::tokenize(value, tokens);
    let mut none = Vec::new();
    let reader = Reader {
        text: value,
        tokens,
        seen: Seen::ANYTHING,
        strict: false,
        person: true,
        clinical: true,
        told: true,
        paired: false,
        hint: None,
        hits: &mut none,
        first: 0,
        quoted_to: 0,
        care: OnceCell::new(),
        people: OnceCell::new(),
    };
    let names = reader.tokens.iter().filter(|t| t.kind == Kind::Word);
    let written = names.clone().count() >= 2
        && names.clone().count() <= 4
        && names.clone().all(|t| {
            t.capitalised()
                && t.case != token::Case::Inner
                && !t.is(v::MACHINE | v::FACILITY | v::PAYER | v::KNOWN)
        });
    reader.person_like(&(0..value.len()))
        || about_person && written && value.iter().all(|b| !b.is_ascii_digit())
}
