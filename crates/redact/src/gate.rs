//! The quick look that most lines of logs end with: is there anything that could identify?
//!
//! It passes once over the bytes, allocates nothing, and says yes too often rather than no once too often: whatever the
//! readers find in a log, begins with something that is looked for here.

mod around;
mod block;
mod listed;
mod numbers;
mod triggers;
mod words;

use around::logged_user;
use block::{Block, WIDTH};
use listed::{Listed, listed};
use triggers::NUMBERS;
use words::Letters;

use crate::{
    context::form,
    format::{astm, edifact, header, hl7, ncpdp, x12},
    shape::{
        email,
        phone::{self, Suspicion},
        ssn,
    },
    text::{
        coined, dicom, owners, queries,
        token::{at, before},
    },
};

struct Gate<'a> {
    line: &'a [u8],
    listed: &'static Listed,
    /// Where the word before stands, or the part of a word before; what it means is looked up when it matters.
    last: (usize, usize),
    /// Whether the word before is capitalised.
    capital: bool,
    /// Words so far; a hundred more, so that nothing was just before the first.
    words: u32,
    /// The count when the last one with this role was seen.
    person_at: u32,
    phone_at: u32,
    number_at: u32,
    age_at: u32,
    /// Whether the line was asked for words of care already.
    asked: bool,
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
    // A name in capitals alone on its line.
    let label = line.len() <= 48 && first.is_ascii_uppercase() && form::surname_first(line).is_some();
    if fragment || label || x12::begins(line) {
        return Some(0);
    }
    let mut gate = Gate {
        line,
        listed: listed(),
        last: (0, 0),
        capital: false,
        words: 100,
        person_at: 0,
        phone_at: 0,
        number_at: 0,
        age_at: 0,
        asked: false,
    };
    let mut place = if first == b'{' { 0 } else { header::length(line) };
    while place < line.len() {
        match gate.block(place) {
            Ok(next) => place = next,
            Err(found) => return Some(found),
        }
    }
    None
}

impl Gate<'_> {
    /// Looks at the words, numbers and signs of 64 bytes; where to go on, or where it stopped.
    fn block(&mut self, base: usize) -> Result<usize, usize> {
        let line = self.line;
        let block = Block::read(line, base);
        let letters = block.lower | block.upper;
        let runs = letters | block.digit;
        // Bytes of the block that are done.
        let mut done = 0;
        while done < WIDTH {
            let rest = (runs | block.odd) >> done;
            if rest == 0 {
                break;
            }
            done += rest.trailing_zeros() as usize;
            let place = base + done;
            if block.odd >> done & 1 == 1 {
                done = self.odd(place).ok_or(place)? - base;
                continue;
            }
            let length = (!(runs >> done)).trailing_zeros() as usize;
            let end = place + length;
            if done + length >= WIDTH {
                if done > 0 && end < line.len() {
                    // It goes on in the next block, which begins with it.
                    return Ok(place);
                }
                if length >= WIDTH {
                    return self.long(place).ok_or(place);
                }
            } else if block.odd >> (done + length) & 1 == 1
                && at(line, end) >= 0x80
                && letters >> (done + length - 1) & 1 == 1
            {
                done = self.long(place).ok_or(place)? - base;
                continue;
            }
            let all = (1 << length) - 1;
            let lower = block.lower >> done & all;
            let digit = block.digit >> done & all;
            if lower == all {
                self.small(place, end).ok_or(place)?;
            } else if digit == all {
                done = self.number(place, end).ok_or(place)? - base;
                continue;
            } else if digit == 0 {
                let camel = lower != 0 && (block.upper >> done & all) > 1;
                self.word(Letters { start: place, end, camel }).ok_or(place)?;
            } else {
                self.digits_and_letters(place, end).ok_or(place)?;
            }
            done += length;
        }
        Ok(base + done.max(WIDTH))
    }

    /// Whether it is a number with the letters of an office.
    #[inline(never)]
    fn of_an_office(&mut self, start: usize, end: usize) -> bool {
        (6..=16).contains(&(end - start))
            && before(self.line, end).is_ascii_digit()
            && (coined::kinded(self.line, start).is_some() || self.kept(start))
    }

    /// Goes on after ASCII letters and digits that stand together.
    fn digits_and_letters(&mut self, start: usize, end: usize) -> Option<()> {
        let line = self.line;
        let first = at(line, start);
        // `date=ge2019-03-20`.
        let searched = end - start == 6 && before(line, start) == b'=' && at(line, end) == b'-';
        if searched || self.mixed(start, end) || first.is_ascii_uppercase() && self.of_an_office(start, end) {
            return None;
        }
        if first.is_ascii_digit() {
            if matches!(end - start, 4 | 10..) && ncpdp::heads(line, start) {
                return None;
            }
            self.number_at = self.words;
            return Some(());
        }
        if first == b'C' && ncpdp::born(line, start, end)
            || first == b'A' && matches!(end - start, 4 | 10..) && ncpdp::segment(line, start)
        {
            return None;
        }
        let token = line.get(start..end).unwrap_or_default();
        let small = token.iter().take_while(|b| b.is_ascii_lowercase()).count();
        let length = small
            + token.get(small..).unwrap_or_default().iter().take_while(|b| b.is_ascii_alphabetic()).count();
        if length == small {
            // What the gate asks of other words only is nothing before a digit.
            self.small(start, start + length)?;
        } else {
            let camel = camel(token.get(..length).unwrap_or_default());
            self.word(Letters { start, end: start + length, camel })?;
        }
        if token.get(length..).unwrap_or_default().iter().all(u8::is_ascii_digit) {
            self.number(start + length, end)?;
            return Some(());
        }
        self.number_at = self.words;
        Some(())
    }

    /// Where to go on after letters and digits of any number, of which some may be beyond ASCII.
    fn long(&mut self, start: usize) -> Option<usize> {
        let rest = self.line.get(start..).unwrap_or_default();
        let length = rest.iter().take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
        let tail = rest.iter().skip(length).take_while(|b| b.is_ascii_alphanumeric()).count();
        let (word, end) = (start + length, start + length + tail);
        if length == 0 {
            self.digits_and_letters(start, end)?;
            return Some(end);
        }
        if tail > 0 && self.mixed(start, end) {
            return None;
        }
        self.word(Letters { start, end: word, camel: camel(rest.get(..length).unwrap_or_default()) })?;
        Some(word)
    }

    /// Where to go on after a sign, a control or letters beyond ASCII; nothing if it begins something.
    fn odd(&mut self, place: usize) -> Option<usize> {
        let line = self.line;
        let found = match at(line, place) {
            0xe2 if ncpdp::separator(line, place) > 0 && ncpdp::known(line, place + 3) => true,
            0x80.. => return self.long(place),
            // `sofia/external/4155550123@…`.
            b'@' if before(line, place).is_ascii_digit() && called(line, place) => true,
            b'@' => email::email(line, place, 1).is_some() || email::pointless(line, place).is_some(),
            b'%' => match line.get(place + 1..place + 3) {
                Some(b"40") => email::email(line, place, 3).is_some(),
                Some(b"2B" | b"2b") => crate::shape::digits(line, place + 3, 10) == 10,
                Some(b"20" | b"2C" | b"2c" | b"3D" | b"3d" | b"27" | b"22" | b"26") => {
                    at(line, place - usize::from(place > 0)).is_ascii_alphanumeric()
                        || at(line, place + 3).is_ascii_alphanumeric()
                }
                _ => false,
            },
            b'(' if line.get(place..place + 4) == Some(b"(01)") => true,
            b'(' if dicom::tag(line, place).is_some() => true,
            // `date(1962, 3, 17)`.
            b'(' if at(line, place + 5) == b','
                && matches!(line.get(place + 1..place + 4), Some(b"200" | [b'1', b'9', _])) =>
            {
                true
            }
            b'+' if queries::joined_names(line, place) => true,
            b'+' if place >= 3 && edifact::begins(line, place - 3) => true,
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
            b'*' => ssn::crossed(line, place).is_some() || x12::named(line, place).is_some(),
            b'#' => {
                self.previous() & NUMBERS != 0
                    || ssn::crossed(line, place).is_some()
                    // `Payer claim control # ..... E74900136`: points lead to the number.
                    || line.get(place + 1..place + 4) == Some(b" ..")
            }
            b'|' => place >= 3 && hl7::begins(line, place - 3) || place >= 1 && astm::begins(line, place - 1),
            0x1c..=0x1e => ncpdp::known(line, place + 1),
            b'\\' => match at(line, place + 1) {
                b'u' => true,
                b't' if numbers::tabbed_day(line, place + 2) => true,
                b'x' | b'X' => ncpdp::separator(line, place) == 4 && ncpdp::known(line, place + 4),
                _ => owners::of_a_domain(line, place).is_some(),
            },
            b'\t' | b'\r' | 0x1b | 0x0b => false,
            0..0x20 => true,
            _ => false,
        };
        (!found).then_some(place + 1)
    }
}

/// Whether the digits that end here are as many as of a telephone.
fn called(line: &[u8], end: usize) -> bool {
    let before = line.get(end.saturating_sub(12)..end).unwrap_or_default();
    matches!(before.iter().rev().take_while(|b| b.is_ascii_digit()).count(), 10 | 11)
}

/// Whether there are capitals behind the first letter of a word, and small letters too.
fn camel(word: &[u8]) -> bool {
    word.iter().skip(1).any(u8::is_ascii_uppercase) && word.iter().any(u8::is_ascii_lowercase)
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
            r#"{"level":"info","logger":"ca.uhn.fhir.rest.server.Server","msg":"request completed"}"#,
            r#"{"level":"debug","msg":"cache lookup","key":"policy:455814cd9d2cebba","hit":true}"#,
            "version 1.2.3 build 550e8400-e29b-41d4-a716-446655440000 took 35 ms",
            // Words of care are names of topics, apps and paths too.
            r#"{"level":"info","msg":"batch committed","topic":"policy","partition":13,"offset":445623465,"lag":442}"#,
            r#"{"severity":"WARNING","message":"slow query","labels":{"app":"intake","version":"0.33.23-beta.2"}}"#,
            r#"10.178.8.232 - - [12/Nov/2025:14:31:06 +0000] "PUT /api/v1/orders/77202/items HTTP/1.1" 204 0 "-" "curl/8.5""#,
            r#"10.178.8.232 - - [12/Nov/2025:14:31:06 +0000] "GET /api/v1/appointments?page=13&limit=50 HTTP/1.1" 200 889 "https://portal.example.org/appointments" "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/604.1""#,
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
            "study for ROE^JANE",
            "reminder to Zaylee Lopez",
            "Hello Jane",
            "7|WHITFIELD|MARGARET|19610203",
            "7;Margaret;Whitfield;1961",
            r#"{"key":"policy:455814922"}"#,
            "policy=HX-449281 paid",
        ] {
            assert!(!quiet(line.as_bytes()), "{line}");
        }
    }
}
