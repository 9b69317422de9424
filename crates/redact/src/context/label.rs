//! A label whose value stands on the next line: `Patient Name:`, `Date of Birth`, and in prose `… seen by Dr.`

use super::opening::{self, LABEL};
use crate::{
    Identifier as I,
    engine::Engine,
    format::header,
    text::key::{Class, classify},
    words::{
        hash,
        vocabulary::{self as v, Roles},
    },
};

/// Longest phrase that is kept.
const PHRASE: usize = 64;

/// What parts several labels of a line.
pub(crate) const SLASH: &[u8] = b" / ";

/// Lines of an address below its label, or below a name.
const BLOCK: u8 = 3;

/// What stands between a street and the line below it.
const BELOW: &[u8] = b"\n";

/// What stands between a field and its value in a list that numbers both.
pub(crate) const NUMBERED: &[u8] = b"=";

/// What stands between a question and its answer.
pub(crate) const ANSWER: &[u8] = b":  ";

/// Words that announce what may be cut from them by the end of a line.
const ANNOUNCE: Roles = v::TITLE
    | v::MRN
    | v::PLAN
    | v::ACCOUNT
    | v::LICENCE
    | v::DEVICE
    | v::VEHICLE
    | v::OTHER
    | v::SSN
    | v::PROVIDER
    | v::BIRTH
    | v::PHONE
    | v::FAX
    | v::IDWORD;

/// What the line before announces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Label {
    phrase: [u8; PHRASE],
    length: usize,
    /// What stands between the phrase and the value.
    pub(crate) glue: &'static [u8],
    /// Blank lines that may come between.
    blanks: u8,
    /// Lines that may follow behind the first.
    block: u8,
}

impl Label {
    fn new(phrase: &[u8], glue: &'static [u8], block: u8) -> Option<Self> {
        let mut kept = [0; PHRASE];
        kept.get_mut(..phrase.len())?.copy_from_slice(phrase);
        Some(Self { phrase: kept, length: phrase.len(), glue, blanks: 1, block })
    }

    pub(crate) fn phrase(&self) -> &[u8] {
        self.phrase.get(..self.length).unwrap_or_default()
    }

    pub(super) fn below_blank(self) -> Option<Self> {
        let blanks = self.blanks.checked_sub(1)?;
        (self.glue == b": ").then_some(Self { blanks, ..self })
    }

    /// What is announced after a line.
    pub(super) fn after(before: Option<Self>, engine: &Engine, line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii_end();
        let from = header::length(line).min(line.len());
        let body = line.get(from..).unwrap_or_default();
        let found = if let Some((number, key)) = opening::numbered(line) {
            // A list of fields and values, one below the other (HGETALL of Redis).
            let key = line.get(key).unwrap_or_default();
            let telling = number % 2 == 1 && !matches!(classify(key, b""), Class::None | Class::Machine);
            telling.then(|| Self::new(key, NUMBERED, 0)).flatten()
        } else if let Some(field) = form_field(line) {
            Some(field)
        } else if let Some(several) = several(body) {
            Some(several)
        } else if engine.strict() && body.ends_with(b"?") {
            asked(body)
        } else if body.ends_with(b":") || body.ends_with(b"=") {
            labelled(body)
        } else if engine.strict() || opening::header_like(line) {
            alone(line, engine.strict()).or_else(|| {
                // Prose that goes on below.
                (engine.strict() && from == 0).then(|| cut_off(line)).flatten()
            })
        } else {
            None
        };
        found
            .or_else(|| engine.strict().then(|| Self::below_street(before.as_ref(), line)).flatten())
            .or_else(|| before.and_then(|label| label.next(line)))
    }

    /// In prose: below a street stand a city, then a state or a country with a ZIP code, on lines of their own.
    fn below_street(before: Option<&Self>, line: &[u8]) -> Option<Self> {
        let below = before.filter(|label| label.glue == BELOW);
        if before.is_some_and(|label| label.glue != BELOW && label.block > 0) {
            return None;
        }
        if line.strip_suffix(b",").unwrap_or(line).ends_with(b"[ADDRESS]") {
            return Self::new(b"1 Main St", BELOW, 0);
        }
        let below = below?;
        if line.ends_with(b"[CITY]") {
            return Self::new(b"1 Main St\nDover", BELOW, 1);
        }
        let block = below.block.checked_sub(1)?;
        let state = line.len() < 40 && !line.iter().any(|b| b.is_ascii_digit() || matches!(b, b':' | b'='));
        state.then_some(Self { block, blanks: 0, ..*below })
    }

    /// The same label for the next line of an address.
    fn next(self, line: &[u8]) -> Option<Self> {
        let block = self.block.checked_sub(1)?;
        if own_key(line) || line.len() > PHRASE {
            return None;
        }
        Some(Self { block, blanks: 0, ..Self::new(b"Address: 1 Main St", b", ", block)? })
    }
}

/// Whether a line has a key of its own: `DOB: 1970-01-31`, `mrn=12345`; the label above it has no value.
pub(crate) fn own_key(line: &[u8]) -> bool {
    let start = line.iter().take_while(|b| **b <= b' ').count();
    let rest = line.get(start..).unwrap_or_default();
    let key = |b: &u8| b.is_ascii_alphanumeric() || b" _-.'/#()".contains(b);
    let length = rest.iter().take(48).take_while(|b| key(b)).count();
    match rest.get(length) {
        Some(b':') => rest.get(length + 1).is_none_or(|b| *b <= b' '),
        Some(b'=') => length > 0,
        Some(b'{' | b'[' | b'<' | b'}' | b']' | b'|') => true,
        _ => false,
    }
}

/// A label that ends its line with a colon: the shortest phrase of up to four words that is one, or a longer one that is
/// surer.
fn labelled(body: &[u8]) -> Option<Label> {
    let phrase = body.get(..body.len() - 1)?.trim_ascii_end();
    let (mut start, mut found) = (phrase.len(), None);
    let mut sure = false;
    for _ in 0..4 {
        let before = phrase.get(..start)?.trim_ascii_end();
        if before.is_empty() || sure {
            break;
        }
        start = before.iter().rposition(|b| *b <= b' ').map_or(0, |at| at + 1);
        let words = phrase.get(start..)?;
        if words.len() > PHRASE || !words.iter().all(|b| b.is_ascii_alphabetic() || b" /#'-_.&".contains(b)) {
            break;
        }
        let class = classify(words, b"");
        sure = matches!(class, Class::Is(_));
        if let Some(block) = announces(class)
            && (sure || found.is_none())
        {
            found = Some((words, block));
        }
    }
    let (words, block) = found?;
    Label::new(words, b": ", block)
}

/// What a question asks for: `May I have your account number?`
fn asked(body: &[u8]) -> Option<Label> {
    let asked = body.get(body.len().saturating_sub(160)..)?;
    if [&b"last four"[..], b"last 4"].iter().any(|words| memchr::memmem::find(asked, words).is_some()) {
        return Label::new(b"last four of SSN", ANSWER, 0);
    }
    let begins: Vec<usize> = (0..asked.len())
        .filter(|at| asked.get(*at) > Some(&b' ') && asked.get(at.wrapping_sub(1)) <= Some(&b' '))
        .collect();
    for (word, start) in begins.iter().enumerate() {
        // Three words, two, or one.
        for last in (word..word + 3).rev() {
            let Some(rest) = begins.get(last).and_then(|at| asked.get(*at..)) else { continue };
            let length =
                rest.iter().take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'\'' | b'-')).count();
            let end = asked.len() - rest.len() + length;
            let phrase = asked.get(*start..end).unwrap_or_default();
            let plain = phrase.iter().all(|b| b.is_ascii_alphabetic() || b" '-".contains(b));
            let certain = matches!(
                classify(phrase, b""),
                Class::Is(
                    I::Name
                        | I::Ssn
                        | I::Mrn
                        | I::HealthPlan
                        | I::Account
                        | I::Licence
                        | I::Phone
                        | I::Date
                        | I::Zip
                        | I::Card
                        | I::Vehicle
                        | I::Other
                ) | Class::Formed(_)
            );
            if plain && certain {
                return Label::new(phrase, ANSWER, 0);
            }
        }
    }
    None
}

/// Where the answer begins in a line: behind who speaks, and behind words that answer nothing.
pub(crate) fn answer(line: &[u8]) -> usize {
    const FILLERS: [&[u8]; 22] = [
        b"it's", b"its", b"it", b"is", b"yes", b"yeah", b"sure", b"ok", b"okay", b"um", b"uh", b"so", b"my",
        b"the", b"i", b"think", b"of", b"course", b"that's", b"name", b"number", b"no",
    ];
    let mut place = line.len() - line.trim_ascii_start().len();
    // `[09:15] Caller: `, `00:01:12 SPEAKER_01 `, `A. `.
    if let Some(colon) = line.windows(2).take(48).position(|pair| pair == b": ") {
        place = colon + 2;
    } else if line.get(place..place + 3).is_some_and(|head| head == b"A. ") {
        place += 3;
    }
    for _ in 0..6 {
        let rest = line.get(place..).unwrap_or_default();
        let skip = rest.iter().take_while(|b| **b == b' ' || matches!(b, b',' | b'.' | b'-')).count();
        let rest = rest.get(skip..).unwrap_or_default();
        let length = rest.iter().take_while(|b| b.is_ascii_alphabetic() || **b == b'\'').count();
        let word = rest.get(..length).unwrap_or_default();
        if !FILLERS.iter().any(|filler| word.eq_ignore_ascii_case(filler)) {
            return place + skip;
        }
        place += skip + length;
    }
    place
}

/// How many lines may follow the value of a label of this class; nothing if it announces nothing.
fn announces(class: Class) -> Option<u8> {
    match class {
        Class::None
        | Class::Machine
        | Class::Prose
        | Class::User
        | Class::Staff
        | Class::Loose
        | Class::Social(_) => None,
        Class::Is(I::Name | I::Address) | Class::Weak(I::Address) | Class::Person | Class::Part(_) => {
            Some(BLOCK)
        }
        Class::Is(_) | Class::Weak(_) | Class::Formed(_) | Class::Day | Class::Element => Some(0),
    }
}

/// Several labels of a form: `City / State / ZIP`.
fn several(body: &[u8]) -> Option<Label> {
    let words = body.strip_suffix(b":").unwrap_or(body).trim_ascii();
    if words.len() > PHRASE || memchr::memmem::find(words, SLASH).is_none() {
        return None;
    }
    let mut start = 0;
    let mut sure = 0;
    for end in memchr::memmem::find_iter(words, SLASH).chain([words.len()]) {
        let part = words.get(start..end)?;
        if !part.iter().all(|b| b.is_ascii_alphabetic() || b" #'-.".contains(b)) {
            return None;
        }
        sure += usize::from(matches!(classify(part, b""), Class::Is(_) | Class::Person | Class::Part(_)));
        start = end + SLASH.len();
    }
    if sure > 1 { Label::new(words, SLASH, 0) } else { None }
}

/// A part of a form that is sent: its value stands below a blank line.
fn form_field(line: &[u8]) -> Option<Label> {
    let head = line.get(..opening::FORM.len())?;
    if !head.eq_ignore_ascii_case(opening::FORM) {
        return None;
    }
    let name = memchr::memmem::find(line, b" name=\"")? + 7;
    let length = memchr::memchr(b'"', line.get(name..)?)?;
    Label::new(line.get(name..name + length)?, b": ", 0)
}

/// A label alone on its line.
fn alone(line: &[u8], strict: bool) -> Option<Label> {
    let words = line.trim_ascii();
    if words.len() > LABEL
        || words.split(|b| *b == b' ').count() > 4
        || !words.first().is_some_and(u8::is_ascii_uppercase)
        || !words.iter().all(|b| b.is_ascii_alphabetic() || b" /#'-()_.".contains(b))
    {
        return None;
    }
    let class = classify(words, b"");
    let certain = match class {
        Class::Is(I::City | I::Facility | I::Ip | I::Url | I::Device | I::Photo | I::Biometric) => strict,
        Class::Is(_) => true,
        _ => false,
    };
    if !certain {
        return None;
    }
    Label::new(words, b": ", announces(class)?)
}

/// Whether a line may be one of prose that goes on below, by its ends.
pub(super) fn may_be_cut(line: &[u8]) -> bool {
    let last = line.trim_ascii_end().last().copied().unwrap_or(0);
    (last.is_ascii_alphabetic() || matches!(last, b'.' | b'#' | b']' | b',' | b'?'))
        && !line.starts_with(b"{")
}

/// The last words of a line of prose, if what they announce may stand on the next.
fn cut_off(line: &[u8]) -> Option<Label> {
    let line = line.trim_ascii_end();
    let bare = line.strip_suffix(b".").or_else(|| line.strip_suffix(b"#")).unwrap_or(line);
    let start = |text: &[u8]| text.iter().rposition(|b| !b.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    let from = start(bare);
    let word = bare.get(from..)?;
    if word.is_empty() {
        return None;
    }
    let roles = v::vocabulary().get(hash(word));
    // `seen by Dr.`, but no sentence that ends with a doctor.
    if roles & ANNOUNCE == 0 || line.ends_with(b".") && (roles & v::TITLE == 0 || word.len() > 5) {
        return None;
    }
    let before = bare.get(..from)?.trim_ascii_end();
    let phrase = line.get(start(before)..)?;
    let phrase = if phrase.len() > PHRASE { line.get(from..)? } else { phrase };
    Label::new(phrase, b" ", 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, Mode};

    fn label(line: &str, mode: Mode) -> Option<String> {
        let engine = Engine::new(&Config::new(mode)).unwrap();
        Label::after(None, &engine, line.as_bytes())
            .map(|label| String::from_utf8(label.phrase().to_vec()).unwrap())
    }

    #[test]
    fn labels_at_the_end_of_a_line_are_known() {
        for (line, phrase) in [
            ("Patient Name:", "Patient Name"),
            ("  Date of Birth :", "Birth"),
            ("2026-11-22 03:41:38 INFO created for patient name:", "patient name"),
            ("MRN", "MRN"),
            ("Social Security Number", "Social Security Number"),
        ] {
            assert_eq!(label(line, Mode::Log).as_deref(), Some(phrase), "{line}");
        }
        assert_eq!(label("He was seen by Dr.", Mode::Strict).as_deref(), Some("by Dr."));
        assert_eq!(label("and her MRN", Mode::Strict).as_deref(), Some("her MRN"));
    }

    #[test]
    fn below_a_street_stands_a_city() {
        let engine = Engine::new(&Config::new(Mode::Strict)).unwrap();
        let street = Label::after(None, &engine, b"Send it to [ADDRESS]").unwrap();
        assert_eq!((street.phrase(), street.glue), (&b"1 Main St"[..], BELOW));
        let city = Label::after(Some(street), &engine, b"[CITY]").unwrap();
        assert_eq!(city.phrase(), b"1 Main St\nDover");
        let state = Label::after(Some(city), &engine, b", AZ").unwrap();
        assert_eq!(state.phrase(), b"1 Main St\nDover");
        assert!(Label::after(Some(state), &engine, b"Gabon [ZIP]").is_none());
        assert_eq!(label("[ADDRESS]", Mode::Log), None);
    }

    #[test]
    fn other_lines_are_none() {
        for line in [
            "Traceback (most recent call last):",
            "Caused by:",
            "Starting Server",
            "Listening on:",
            "Name",
            "Options",
            "def handler(self):",
            "status:",
        ] {
            assert_eq!(label(line, Mode::Log), None, "{line}");
        }
        assert_eq!(label("He was seen by the doctor.", Mode::Strict), None);
    }

    #[test]
    fn a_line_with_a_key_of_its_own_is_no_value() {
        for line in ["DOB: 1970-01-31", "mrn=5", "  Phone:", "{", "<a>"] {
            assert!(own_key(line.as_bytes()), "{line}");
        }
        for line in ["Jane Roe", "01/31/1970", "10:30", "Roe, Jane"] {
            assert!(!own_key(line.as_bytes()), "{line}");
        }
    }
}
