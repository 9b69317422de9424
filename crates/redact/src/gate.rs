//! The quick look that most lines of logs end with: is there anything that could identify?
//!
//! It passes once over the bytes, allocates nothing, and says yes too often rather than no once too often: whatever the
//! readers find in a log, begins with something that is looked for here.

mod around;

use around::{logged_user, many_digits, title_precedes, user_follows, value_is_capital};

use crate::{
    check::digits,
    format::{header, hl7, x12},
    shape::{
        self, card, email, internet,
        phone::{self, Suspicion},
        ssn,
    },
    text::{
        key,
        numbered::NUMBERED,
        token::{at, before},
    },
    words::{
        FAMILY, GIVEN, constant, dictionary, hash,
        vocabulary::{self as v, Roles, Vocabulary},
        words,
    },
};

const OTHER: u8 = 0;
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const SPECIAL: u8 = 3;
const CONTROL: u8 = 4;

const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(
            clippy::indexing_slicing,
            reason = "a table made by the compiler; an index beyond it would not compile"
        )]
        {
            table[byte] = match byte as u8 {
                b'a'..=b'z' | b'A'..=b'Z' | 0x80..=0xff => LETTER,
                b'0'..=b'9' => DIGIT,
                b'@' | b'%' | b'+' | b'(' | b'*' | b'|' | b'\\' | b'#' | b'[' => SPECIAL,
                b'\t' | b'\r' | 0x1b | 0x0b | 0x1c => OTHER,
                0..=0x1f => CONTROL,
                _ => OTHER,
            };
        }
        byte += 1;
    }
    table
}

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(OTHER)
}

/// Roles after which a capitalised word may be a name.
const PERSONS: Roles = v::PERSON | v::KIN | v::CARER | v::NAMED;
/// Nouns that make a number with `id` or `no`.
const NUMBERS: Roles =
    v::MRN | v::PLAN | v::ACCOUNT | v::LICENCE | v::DEVICE | v::VEHICLE | v::OTHER | v::CARD;

/// Kinds of streets that are written in small letters too.
const PLAIN_STREETS: [u64; 18] = [
    constant("street"),
    constant("st"),
    constant("avenue"),
    constant("ave"),
    constant("road"),
    constant("rd"),
    constant("boulevard"),
    constant("blvd"),
    constant("lane"),
    constant("ln"),
    constant("drive"),
    constant("dr"),
    constant("terrace"),
    constant("parkway"),
    constant("highway"),
    constant("circle"),
    constant("ct"),
    constant("hwy"),
];

/// Last words of states of two.
const TWO_WORD_STATES: &[u64] =
    words!["jersey", "york", "mexico", "hampshire", "carolina", "dakota", "island"];

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

    fn number(&mut self, start: usize) -> Option<usize> {
        let line = self.line;
        let rest = line.get(start..).unwrap_or_default();
        let mut length = 0;
        let mut letters = false;
        for byte in rest {
            match class(*byte) {
                DIGIT => {}
                LETTER if *byte < 0x80 => letters = true,
                _ => break,
            }
            length += 1;
        }
        let end = start + length;
        self.number_at = self.words;
        if letters {
            return self.mixed(start, end).then_some(end);
        }
        let next = at(line, end);
        let after = at(line, end + 1);
        let joined = matches!(next, b'-' | b'.' | b' ' | b'/' | b')')
            && (after.is_ascii_digit() || after == b' ' || after == b'(');
        let found = match next {
            b'.' if length <= 3 && after.is_ascii_digit() => {
                internet::v4(line, start).is_some_and(|(_, address)| internet::public(address.into()))
                    || length == 3 && phone::phone(line, start, Suspicion::Low).is_some()
            }
            b':' if length <= 4 => {
                internet::v6(line, start).is_some_and(|(_, address)| internet::public(address.into()))
            }
            b'-' if length == 3 => {
                ssn::ssn(line, start, false).is_some() || phone::phone(line, start, Suspicion::Low).is_some()
            }
            b'/' if length <= 2 && matches!(before(line, start), b'\'' | b'"') => {
                shape::date::date(line, start).is_some()
            }
            b'-' | b' ' if length == 4 => card::card(line, start, true).is_some(),
            b'-' | b'.' | b' ' if length == 1 => phone::phone(line, start, Suspicion::Low).is_some(),
            _ => length >= 12 && card::card(line, start, true).is_some(),
        };
        let called = self.words - self.phone_at <= 6 && (joined || (7..=15).contains(&length));
        let aged = matches!(length, 2 | 3) && {
            let value = shape::value(line, start, length);
            let unit =
                matches!(next, b'y' | b'Y') || matches!(next, b'-' | b' ') && matches!(after, b'y' | b'Y');
            (90..=130).contains(&value) && (unit || self.words - self.age_at <= 3)
        };
        (!(found || called || aged)).then_some(end)
    }

    /// Whether letters and digits without a sign between stay.
    fn mixed(&self, start: usize, end: usize) -> bool {
        let line = self.line;
        let token = line.get(start..end).unwrap_or_default();
        if !shape::begins(line, start) {
            return true;
        }
        let length = token.len();
        let vehicle = length == 17 && digits::vin(token);
        let plan = matches!(length, 4 | 11)
            && (b'1'..=b'9').contains(&at(line, start))
            && shape::mbi::mbi(line, start).is_some();
        let bank = length >= 4 && shape::iban::iban(line, start).is_some();
        let sixth = length <= 4 && matches!(at(line, end), b':') && internet::v6(line, start).is_some();
        let aged = length <= 8
            && shape::digits(token, 0, 4) > 1
            && (90..=130).contains(&shape::value(token, 0, shape::digits(token, 0, 3)))
            && token.iter().any(|b| matches!(b, b'y' | b'Y'));
        !(vehicle || plan || bank || sixth || aged)
    }

    fn word(&mut self, start: usize) -> Option<usize> {
        let line = self.line;
        let rest = line.get(start..).unwrap_or_default();
        let (mut length, mut inner, mut number) = (0, false, false);
        for byte in rest {
            match class(*byte) {
                LETTER => {
                    let upper = byte.is_ascii_uppercase();
                    inner |= upper && length > 0;
                }
                DIGIT => {
                    number = true;
                    break;
                }
                _ => break,
            }
            length += 1;
        }
        let end = start + length;
        if number {
            let tail =
                line.get(end..).unwrap_or_default().iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            if !self.mixed(start, end + tail) {
                return None;
            }
        }
        let word = line.get(start..end).unwrap_or_default();
        let first = at(line, start);
        // Small letters that are in no list: most words end here.
        if first.is_ascii_lowercase()
            && !inner
            && !number
            && at(line, end) != b':'
            && !self.vocabulary.may_hold(rest, length)
            && !matches!((first, length), (b'x', 3))
        {
            self.previous = 0;
            self.capital = false;
            self.words += 1;
            return Some(end);
        }
        let camel = inner && word.iter().any(u8::is_ascii_lowercase);
        if camel {
            let listed = self.vocabulary.may_hold(rest, length);
            let whole = if listed { self.vocabulary.get(hash(word)) } else { 0 };
            if whole & v::LOOK != 0 {
                return None;
            }
            // The parts are keys, or classes of programs; names with a capital inside are looked up as a whole below.
            if whole & v::KNOWN == 0 {
                let mut offset = start;
                for part in key::parts(word) {
                    offset += part.len();
                    self.read(part, false, offset)?;
                }
            }
        }
        let capital = first.is_ascii_uppercase()
            || first == 0xc3 && at(line, start + 1) < 0x9f
            || matches!(first, 0xc4 | 0xc5);
        if length <= 4 && at(line, end) == b':' && internet::v6(line, start).is_some() {
            return None;
        }
        if length == 3
            && at(line, end) == b'-'
            && matches!(first, b'X' | b'x')
            && ssn::crossed(line, start).is_some()
        {
            return None;
        }
        if !camel || capital {
            self.read(word, capital, end)?;
        }
        Some(end)
    }

    /// Goes on after a word; nothing if it, with what is around, may announce or be something.
    fn read(&mut self, word: &[u8], capital: bool, end: usize) -> Option<()> {
        let line = self.line;
        let next = at(line, end);
        let from = line.get(end - word.len()..).unwrap_or_default();
        // Most words are in no list, which their first eight letters tell; only others are hashed.
        let listed = word.first().is_some_and(|b| *b >= 0x80) || self.vocabulary.may_hold(from, word.len());
        let roles = if listed { self.vocabulary.get(hash(word)) } else { 0 };
        if roles != 0 {
            let key = matches!(next, b'"' | b'=' | b':' | b'\'' | b'\\' | b'>' | b']');
            // A noun with a number behind it; a path to a person; an account that is named for one.
            let numbered = roles & (v::MRN | v::PLAN | v::ACCOUNT) != 0
                && next == b' '
                && NUMBERED.contains(&hash(word))
                && many_digits(line, end + 1)
                || next == b'/'
                    && roles & (v::SUBJECT | v::PERSON | v::PLAN | v::MRN) != 0
                    && many_digits(line, end + 1)
                || roles & v::USER != 0 && user_follows(line, end)
                || roles & v::CALLED != 0
                    && (next == b'"' || next == b'=')
                    && many_digits(line, end + usize::from(next == b'"') * 2);
            let look = numbered
                || roles & (v::LOOK | v::SSN | v::NINETY | v::ZIP) != 0
                || roles & v::TITLE != 0 && title_precedes(line, end)
                || roles & v::NAMED != 0
                    && (self.previous & (v::NAMEMOD | v::KIN | v::CARER | v::PERSON) != 0
                        || key && self.previous & v::MACHINE == 0 && value_is_capital(line, end))
                || roles & v::IDWORD != 0 && self.previous & NUMBERS != 0
                || roles & (v::PROSE | v::PLACE | v::ADDRESS | v::FACILITY) != 0 && key
                || roles & v::FACILITY != 0 && capital && self.capital
                || roles & v::STREET != 0
                    && self.words - self.number_at <= 6
                    && (capital || self.capital && PLAIN_STREETS.contains(&hash(word)))
                || roles & v::STATE != 0
                    && capital
                    && (word.len() > 3 || word.len() == 2 && (next == b' ' || next == b',' || self.capital))
                || roles & v::SUFFIX != 0
                    && capital
                    && self.capital
                    && word.iter().all(u8::is_ascii_uppercase);
            // `Mobile/15E148` and `Mobile Safari` of browsers are no telephones.
            let browser =
                roles & v::PHONE != 0 && (next == b'/' || line.get(end..end + 7) == Some(b" Safari"));
            if look && !browser {
                return None;
            }
            if roles & PERSONS != 0 {
                self.person_at = self.words;
            }
            if roles & (v::PHONE | v::FAX) != 0 && !browser {
                self.phone_at = self.words;
            }
            if roles & v::AGE != 0 {
                self.age_at = self.words;
            }
        }
        if capital {
            if self.capital && self.previous & v::DIRECTION != 0 && TWO_WORD_STATES.contains(&hash(word)) {
                return None;
            }
            let after_person = self.words - self.person_at <= 5 && roles & PERSONS == 0;
            if after_person && word.len() > 1 && dictionary().get(hash(word)) & (GIVEN | FAMILY) != 0
                || after_person
                    && self.previous & (v::PERSON | v::KIN | v::CARER) != 0
                    && before(line, end - word.len()) == b' '
            {
                return None;
            }
            if word.len() > 1 && (roles & v::KNOWN == 0 || roles & v::STRONG != 0) && self.pair(word, end) {
                return None;
            }
        }
        self.previous = roles;
        self.capital = capital;
        self.words += 1;
        Some(())
    }

    /// Whether a capitalised word and the next one may be a name: `Jane Roe`, `Jane Q. Roe`, `Roe, Jane`.
    fn pair(&self, first: &[u8], end: usize) -> bool {
        let line = self.line;
        let mut next = end;
        let mut comma = false;
        // What may stand between the parts of a name.
        while next < end + 4 {
            match at(line, next) {
                b',' => comma = true,
                b' ' | b'.' | b'\'' | b'-' | b'+' | b'"' | b'(' | b'^' => {}
                _ => break,
            }
            next += 1;
        }
        if next == end {
            return false;
        }
        let second = at(line, next);
        let small = second.is_ascii_lowercase() && !comma;
        if !(second.is_ascii_uppercase() || second >= 0xc3 || small) {
            return false;
        }
        let flags = || dictionary().get(hash(first));
        let word = line.get(next..).unwrap_or_default();
        let length = word.iter().take_while(|b| class(**b) == LETTER).count();
        let word = word.get(..length).unwrap_or_default();
        if small {
            // `Maria de la Cruz`: a small word is of a name if it is a particle.
            let particles: [&[u8]; 16] = [
                b"de", b"la", b"van", b"von", b"der", b"den", b"del", b"da", b"dos", b"di", b"du", b"le",
                b"bin", b"ibn", b"al", b"el",
            ];
            return flags() & GIVEN != 0 && particles.contains(&word);
        }
        if comma {
            return dictionary().get(hash(word)) & GIVEN != 0;
        }
        flags() & GIVEN != 0
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
