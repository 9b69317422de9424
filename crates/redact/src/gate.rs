//! The quick look that most lines of logs end with: is there anything that could identify?
//!
//! It passes once over the bytes, allocates nothing, and says yes too often rather than no once too often: whatever the
//! readers find in a log, begins with something that is looked for here.

mod around;
mod classes;
mod numbers;
mod words;

use around::logged_user;
use classes::{DIGIT, LETTER, OTHER, SPECIAL, class};
use words::NUMBERS;

use crate::{
    format::{header, hl7, x12},
    shape::{
        email,
        phone::{self, Suspicion},
        ssn,
    },
    text::token::at,
    words::vocabulary::{self as v, Roles, Vocabulary},
};

struct Gate<'a> {
    line: &'a [u8],
    vocabulary: &'static Vocabulary,
    /// Roles of the word before.
    previous: Roles,
    /// Whether the word before is capitalised.
    capital: bool,
    /// Words so far; a hundred more, so that nothing was just before the first.
    words: u32,
    /// The count when the last one with this role was seen.
    person_at: u32,
    phone_at: u32,
    number_at: u32,
    age_at: u32,
}

/// Whether nothing in the line can identify, as logs are read.
pub(crate) fn quiet(line: &[u8]) -> bool {
    stop(line).is_none()
}

/// Where the quick look stopped, because something could identify.
fn stop(line: &[u8]) -> Option<usize> {
    let blank = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let first = at(line, blank);
    // A line of a document that is written over several: what its keys mean depends on the others.
    let fragment = first == b'"' || first == b'{' && (blank > 0 || at(line, 1) == b' ');
    if fragment || x12::begins(line) {
        return Some(0);
    }
    let mut gate = Gate {
        line,
        vocabulary: v::vocabulary(),
        previous: 0,
        capital: false,
        words: 100,
        person_at: 0,
        phone_at: 0,
        number_at: 0,
        age_at: 0,
    };
    let start = if line.starts_with(b"{") { 0 } else { header::length(line) };
    gate.pass(start)
}

impl Gate<'_> {
    fn pass(&mut self, start: usize) -> Option<usize> {
        let mut place = start;
        while let Some(byte) = self.line.get(place).copied() {
            match class(byte) {
                OTHER => place += 1,
                LETTER => match self.word(place) {
                    Some(end) => place = end,
                    None => return Some(place),
                },
                DIGIT => match self.number(place) {
                    Some(end) => place = end,
                    None => return Some(place),
                },
                SPECIAL => match self.special(byte, place) {
                    Some(end) => place = end,
                    None => return Some(place),
                },
                _ => return Some(place),
            }
        }
        None
    }

    /// Where to go on after a sign; nothing if it begins something.
    fn special(&self, byte: u8, place: usize) -> Option<usize> {
        let line = self.line;
        let found = match byte {
            b'@' => email::email(line, place, 1).is_some(),
            b'%' => line.get(place..place + 3) == Some(b"%40") && email::email(line, place, 3).is_some(),
            b'(' if line.get(place..place + 4) == Some(b"(01)") => true,
            b'+' | b'(' => {
                at(line, place + 1).is_ascii_digit()
                    && phone::phone(line, place, Suspicion::Context).is_some()
            }
            // The user of an access log stands before its date.
            b'[' => {
                place > 8
                    && at(line, place - 1) == b' '
                    && at(line, place + 3) == b'/'
                    && logged_user(line, place - 1)
            }
            b'*' => ssn::crossed(line, place).is_some(),
            b'#' => self.previous & NUMBERS != 0 || ssn::crossed(line, place).is_some(),
            b'|' => place >= 3 && hl7::begins(line, place - 3),
            _ => match at(line, place + 1) {
                b'n' | b'r' | b't' => return Some(place + 2),
                b'u' => true,
                _ => false,
            },
        };
        (!found).then_some(place + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_machines_are_quiet() {
        for line in [
            r#"{"ts":"2026-11-22T03:41:38.123Z","level":"info","msg":"request completed","status":200,"duration_ms":12.5,"path":"/api/v1/items/42","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}"#,
            "2026-11-22 03:41:38,123 INFO [main] c.e.App - started in 3.2 s on port 8080",
            "081109 203518 143 INFO dfs.DataNode$DataXceiver: Receiving block blk_-1608999687919862906 src: /10.250.19.102:54106",
            "Nov 22 03:41:38 web-1 sshd[1234]: Connection closed by 10.0.0.9 port 22 [preauth]",
            "version 1.2.3 build 550e8400-e29b-41d4-a716-446655440000 took 35 ms",
        ] {
            let stopped = stop(line.as_bytes()).map(|at| &line[at..]);
            assert_eq!(stopped, None, "{line}");
        }
    }

    #[test]
    fn lines_that_could_identify_are_not() {
        for line in [
            "ssn 123-45-6789",
            "call 415-555-0123",
            "to jane@example.org",
            "from 203.0.113.9",
            "patient 5 created",
            "Jane Roe logged in",
            "ROE, JANE",
            "firstName=x",
            "card 4111 1111 1111 1111",
            "12 Main St",
            "PID|1||5",
            "lives in Boston, Massachusetts",
            "seen by Dr. Roe",
            "she is 93 years old",
            "vin 1M8GDM9AXKP042788",
            "q=a%40b.org",
            r#"{"note":"x"}"#,
            "from 2001:db8::8a2e:370:7334",
            "mother is Ann",
        ] {
            assert!(!quiet(line.as_bytes()), "{line}");
        }
    }
}
