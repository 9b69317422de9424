//! Reads one line: what it is made of, what is found in its parts, which of two findings that overlap counts.

mod around;
mod beside;
mod cells;
mod document;
mod faces;
mod fields;
mod lists;
mod near;
mod settle;
mod spare;
mod value;
mod versions;

use std::collections::HashSet;

use crate::{
    Binary, Config, Identifier, Mode, Reason, Treatment,
    context::{self, Context},
    custom::Compiled,
    format::{header, hl7, json, x12},
    text::{
        self, Hit, Manner,
        token::{Token, at},
    },
};
pub(crate) use settle::settle;

/// Room to work in; kept between lines so that nothing is allocated once it has grown.
#[derive(Default)]
pub(crate) struct Scratch {
    pub(crate) tokens: Vec<Token>,
    pub(crate) hits: Vec<Hit>,
    leaves: Vec<Vec<json::Leaf>>,
    /// What is open of a document that is walked.
    stack: Vec<json::Frame>,
    /// Texts of which the escapes are undone, and where their bytes came from.
    decoded: Vec<(Vec<u8>, Vec<usize>)>,
    /// What keys announce.
    known: text::key::Known,
    /// What the keys of these leaves announce.
    classes: Vec<Vec<text::key::Class>>,
    /// What rows of a document hold.
    listed: Vec<Vec<Hit>>,
    /// A line behind what announces it.
    joined: Vec<u8>,
    /// A line that is written once more.
    pub(crate) written: Vec<u8>,
}

/// What finds; made from a configuration.
pub(crate) struct Engine {
    strict: bool,
    binary: Binary,
    off: [bool; Identifier::ALL.len()],
    /// Rules for fields, by the hash of the name.
    fields: Vec<(u64, Treatment)>,
    allow: HashSet<u64>,
    custom: Vec<Compiled>,
}

/// Deepest nesting of JSON in strings of JSON.
const NESTED: usize = 4;

impl Engine {
    pub(crate) fn new(config: &Config) -> Result<Self, crate::ConfigError> {
        let mut off = [false; Identifier::ALL.len()];
        for identifier in &config.off {
            if let Some(flag) = off.get_mut(identifier.index()) {
                *flag = true;
            }
        }
        let mut fields = Vec::new();
        for field in &config.fields {
            if !field.name.bytes().any(|b| b.is_ascii_alphanumeric()) {
                return Err(crate::ConfigError::FieldName(field.name.clone()));
            }
            let name = field_hash(field.name.as_bytes());
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(crate::ConfigError::FieldTwice(field.name.clone()));
            }
            fields.push((name, field.treatment));
        }
        let mut allow = HashSet::new();
        for value in &config.allow {
            if value.trim().chars().count() < crate::MIN_ALLOWED {
                return Err(crate::ConfigError::AllowShort(value.clone()));
            }
            allow.insert(allow_hash(value.as_bytes()));
        }
        let custom = config.custom.iter().map(Compiled::new).collect::<Result<_, _>>()?;
        Ok(Self { strict: config.mode == Mode::Strict, binary: config.binary, off, fields, allow, custom })
    }

    /// Whether a rule or a recognizer of one's own could find what the quick look does not know of.
    pub(crate) fn always_reads(&self) -> bool {
        self.strict || !self.custom.is_empty() || !self.fields.is_empty()
    }

    /// Finds what identifies in a line; `scratch.hits` then holds it in order and without overlap. The context adds what
    /// the lines before announce.
    pub(crate) fn read(
        &self,
        line: &[u8],
        context: Option<&Context>,
        scratch: &mut Scratch,
    ) -> Result<(), Reason> {
        scratch.hits.clear();
        let kind = kind(line);
        let mut hits = std::mem::take(&mut scratch.hits);
        let result = match kind {
            LineKind::Wide => Err(Reason::WideText),
            LineKind::Binary if self.binary == Binary::Quarantine => Err(Reason::Binary),
            LineKind::Binary => {
                let manner = Manner { shapes_only: true, ..Manner::default() };
                text::read(line, manner, &mut scratch.tokens, &mut hits);
                // Bytes beyond ASCII are no letters here.
                hits.retain(|hit| line.get(hit.start..hit.end).is_some_and(<[u8]>::is_ascii));
                Ok(())
            }
            LineKind::Text => self.text_line(line, scratch, &mut hits),
        };
        if let Some(context) = context
            && kind == LineKind::Text
            && result.is_ok()
        {
            self.around(line, context, scratch, &mut hits);
        }
        // Names of columns stand side by side as names do.
        if !hits.is_empty() && kind == LineKind::Text {
            context::table::spare_header(line, self, &mut hits);
        }
        self.customs(line, &mut hits);
        scratch.hits = hits;
        result?;
        self.drop_allowed(line, &mut scratch.hits);
        settle(line, &mut scratch.hits);
        if !self.strict && kind == LineKind::Text {
            spare::spare(line, &mut scratch.hits);
        }
        Ok(())
    }

    fn text_line(&self, line: &[u8], scratch: &mut Scratch, hits: &mut Vec<Hit>) -> Result<(), Reason> {
        let body = line.iter().take_while(|b| matches!(b, b' ' | b'\t' | 0x0b)).count();
        let fragment = at(line, body) == b'"' && closes_as_key(line, body + 1);
        if matches!(at(line, body), b'{' | b'[') || fragment {
            match self.json(line, body, 0, scratch, hits)? {
                Some(end) if end >= line.len() => return Ok(()),
                // What stands behind a document, or a document that breaks off, is read as text too.
                Some(end) => {
                    // `[09:15] ann: yes`: what stands before tells who speaks.
                    let clock = self.strict && !line.get(body..end).unwrap_or_default().contains(&b'"');
                    self.plain(line, if clock { body } else { end }, scratch, hits);
                    return Ok(());
                }
                // It is none: a logger's own bracket, behind which anything may stand.
                None => {}
            }
        }
        let trimmed = line.get(body..).unwrap_or_default();
        if x12::begins(trimmed) {
            let first = hits.len();
            x12::read(trimmed, hits);
            for hit in hits.iter_mut().skip(first) {
                hit.start += body;
                hit.end += body;
            }
            let manner = Manner { person: true, ..Manner::default() };
            let elements = hits.len();
            text::read(line, manner, &mut scratch.tokens, hits);
            // What text says reaches over no separator, and a qualifier is no value.
            let mut index = 0;
            hits.retain(|hit| {
                index += 1;
                let value = line.get(hit.start..hit.end).unwrap_or_default();
                let qualifier = value.len() <= 3 && value.iter().all(u8::is_ascii_uppercase);
                index <= elements || !value.contains(&b'*') && !qualifier
            });
            return Ok(());
        }
        if self.hl7(line, scratch, hits) {
            return Ok(());
        }
        let head = if self.strict && header::by_hand(line) { 0 } else { header::length(line) };
        // A document inside of a line: `payload={"a":1}`, `body: [{…}]`. After a broken one the rest is text, so that
        // many openings cost no more than one.
        if let Some(start) = document_start(line, head) {
            let first = hits.len();
            let end = self.json(line, start, 0, scratch, hits)?;
            // What the document is about, the text around it is.
            let person = hits.iter().skip(first).any(|hit| {
                matches!(
                    hit.identifier,
                    Identifier::Name | Identifier::Mrn | Identifier::HealthPlan | Identifier::Ssn
                ) || hit.identifier == Identifier::Phone
            });
            self.part(line, head..start, person, scratch, hits);
            self.part(line, end.unwrap_or(start)..line.len(), person, scratch, hits);
            return Ok(());
        }
        self.plain(line, head, scratch, hits);
        Ok(())
    }

    fn plain(&self, line: &[u8], start: usize, scratch: &mut Scratch, hits: &mut Vec<Hit>) {
        self.plain_part(line, start..line.len(), scratch, hits);
    }

    fn plain_part(
        &self,
        line: &[u8],
        range: std::ops::Range<usize>,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) {
        self.part(line, range, false, scratch, hits);
    }

    /// A part of a line, which may be known to be about a person.
    fn part(
        &self,
        line: &[u8],
        range: std::ops::Range<usize>,
        person: bool,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) {
        let start = range.start;
        let Some(part) = line.get(range).filter(|part| !part.is_empty()) else { return };
        let first = hits.len();
        let manner = Manner { strict: self.strict, person, ..Manner::default() };
        text::read(part, manner, &mut scratch.tokens, hits);
        self.rules(part, &scratch.tokens, hits);
        for hit in hits.iter_mut().skip(first) {
            hit.start += start;
            hit.end += start;
        }
    }

    /// Rules for fields in texts: `key=value`.
    fn rules(&self, part: &[u8], tokens: &[Token], hits: &mut Vec<Hit>) {
        if self.fields.is_empty() {
            return;
        }
        for (index, token) in tokens.iter().enumerate() {
            if !token.symbol(b'=') && !token.symbol(b':') {
                continue;
            }
            let joined = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
            let end = if matches!(at(part, token.start.wrapping_sub(1)), b'"' | b'\'') {
                token.start - 1
            } else {
                token.start
            };
            let begin =
                part.get(..end).unwrap_or_default().iter().rposition(|b| !joined(*b)).map_or(0, |at| at + 1);
            let Some(treatment) = self.treatment(part.get(begin..end).unwrap_or_default()) else { continue };
            let Some(first) = tokens.get(index + 1) else { continue };
            let quoted = first.symbol(b'"') || first.symbol(b'\'');
            let from = if quoted { first.end } else { first.start };
            let stop = |b: &u8| if quoted { *b == first.byte } else { *b <= b' ' || b"&,;)]}".contains(b) };
            let length = part
                .get(from..)
                .unwrap_or_default()
                .iter()
                .position(stop)
                .unwrap_or(part.len().saturating_sub(from));
            let range = from..from + length;
            match treatment {
                Treatment::Pass => hits.retain(|hit| hit.start < range.start || hit.end > range.end),
                Treatment::Is(identifier) | Treatment::Drop(identifier)
                    if length > 0
                        && !text::value::whole_marker(part.get(range.clone()).unwrap_or_default()) =>
                {
                    hits.push(Hit {
                        start: range.start,
                        end: range.end,
                        identifier,
                        weight: u8::MAX,
                        quoted: 0,
                    });
                }
                _ => {}
            }
        }
    }

    pub(crate) fn treatment(&self, key: &[u8]) -> Option<Treatment> {
        if self.fields.is_empty() || key.is_empty() {
            return None;
        }
        let name = field_hash(key);
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, treatment)| *treatment)
    }

    /// HL7 at the beginning of the line, behind an escaped end of a line, or behind what a logger wrote.
    fn hl7(&self, line: &[u8], scratch: &mut Scratch, hits: &mut Vec<Hit>) -> bool {
        let Some(first) =
            memchr::memchr_iter(b'|', line).take(64).filter_map(|bar| bar.checked_sub(3)).find(|start| {
                hl7::begins(line, *start) && !at(line, start.wrapping_sub(1)).is_ascii_alphanumeric()
            })
        else {
            return false;
        };
        let head = header::length(line).min(first);
        self.plain_part(line, head..first, scratch, hits);
        let mut prose = Vec::new();
        let mut place = first;
        while place < line.len() {
            let end = hl7::segment(line, place, hits, &mut prose).unwrap_or_else(|| {
                let rest = line.get(place..).unwrap_or_default();
                let length = rest.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(rest.len());
                let end = place + length.max(1);
                self.shapes(line, place..end, scratch, hits);
                end
            });
            self.shapes(line, place..end, scratch, hits);
            // What ends a segment, written out or not.
            place = end.max(place + 1);
            while matches!(at(line, place), b'\r' | b'\n' | 0x1c | 0x0b) {
                place += 1;
            }
            while at(line, place) == b'\\' && matches!(at(line, place + 1), b'r' | b'n') {
                place += 2;
            }
            place += usize::from(at(line, place) == b' ' && hl7::begins(line, place + 1));
        }
        for range in prose {
            let start = range.start;
            let begin = hits.len();
            let manner = Manner { strict: true, person: true, ..Manner::default() };
            text::read(line.get(range).unwrap_or_default(), manner, &mut scratch.tokens, hits);
            for hit in hits.iter_mut().skip(begin) {
                hit.start += start;
                hit.end += start;
            }
        }
        true
    }

    fn shapes(&self, line: &[u8], range: std::ops::Range<usize>, scratch: &mut Scratch, hits: &mut Vec<Hit>) {
        let start = range.start;
        let Some(part) = line.get(range) else { return };
        let first = hits.len();
        text::read(part, Manner { shapes_only: true, ..Manner::default() }, &mut scratch.tokens, hits);
        for hit in hits.iter_mut().skip(first) {
            hit.start += start;
            hit.end += start;
        }
    }

    fn customs(&self, line: &[u8], hits: &mut Vec<Hit>) {
        for custom in &self.custom {
            custom.find(line, |span, identifier| {
                let value = line.get(span.clone()).unwrap_or_default();
                if !text::value::whole_marker(value) && !span.is_empty() {
                    hits.push(Hit { start: span.start, end: span.end, identifier, weight: 100, quoted: 0 });
                }
            });
        }
    }

    fn drop_allowed(&self, line: &[u8], hits: &mut Vec<Hit>) {
        hits.retain(|hit| {
            let off = self.off.get(hit.identifier.index()).copied().unwrap_or(false);
            let value = line.get(hit.start..hit.end).unwrap_or_default();
            !off && (self.allow.is_empty() || !self.allow.contains(&allow_hash(value)))
        });
    }
}

/// Whether a line holds the beginning of a document of JSON, and where.
fn document_start(line: &[u8], from: usize) -> Option<usize> {
    let rest = line.get(from..)?;
    memchr::memchr2_iter(b'{', b'[', rest).take(32).map(|at| at + from).find(|start| {
        let mut next = start + 1;
        while matches!(at(line, next), b' ' | b'{') {
            next += 1;
        }
        at(line, next) == b'"' && closes_as_key(line, next + 1)
    })
}

/// Whether the string that begins here is followed by a colon, as keys are.
fn closes_as_key(line: &[u8], start: usize) -> bool {
    let rest = line.get(start..).unwrap_or_default();
    let Some(length) = memchr::memchr(b'"', rest.get(..rest.len().min(128)).unwrap_or_default()) else {
        return false;
    };
    let mut next = start + length + 1;
    while at(line, next) == b' ' {
        next += 1;
    }
    at(line, next) == b':'
}

/// What a line is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineKind {
    Text,
    Binary,
    Wide,
}

/// Decides by the bytes of the line alone, so that chunks don't matter: binary is what has NUL among it or a tenth of
/// control characters and bytes that are no UTF-8; wide is text in which every second byte is NUL.
fn kind(line: &[u8]) -> LineKind {
    // Without leaving off at the first, many bytes are looked at at once.
    let odd = |b: &u8| *b >= 0x80 || *b < 0x20 && !matches!(b, b'\t' | b'\r' | 0x1b | 0x0b | 0x1c);
    if !line.iter().fold(false, |found, b| found | odd(b)) {
        return LineKind::Text;
    }
    let nuls = memchr::memchr_iter(0, line).count();
    let printable = line.iter().filter(|b| matches!(b, 0x20..=0x7e)).count();
    if nuls > 1
        && (nuls * 5 >= line.len() * 2 && printable * 5 >= line.len() || nuls * 10 >= line.len() * 7)
        && printable > 3
        && alternates(line)
    {
        return LineKind::Wide;
    }
    let mut odd =
        line.iter().filter(|b| **b < 0x20 && !matches!(b, b'\t' | b'\r' | 0x1b | 0x0b | 0x1c)).count();
    for chunk in line.utf8_chunks() {
        odd += chunk.invalid().len();
    }
    if nuls > 0 && odd * 20 >= line.len() || odd * 10 >= line.len().max(10) {
        LineKind::Binary
    } else {
        LineKind::Text
    }
}

/// Whether letters and NULs take turns, as in UTF-16 and UTF-32.
fn alternates(line: &[u8]) -> bool {
    let turns = line.windows(2).filter(|pair| matches!(pair, [0, 0x20..=0x7e] | [0x20..=0x7e, 0])).count();
    turns * 3 > line.len()
}

/// Names of fields without case and signs.
fn field_hash(name: &[u8]) -> u64 {
    name.iter()
        .filter(|b| b.is_ascii_alphanumeric() || **b >= 0x80)
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, b| {
            (hash ^ u64::from(b.to_ascii_lowercase())).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

fn allow_hash(value: &[u8]) -> u64 {
    value.trim_ascii().iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, b| {
        (hash ^ u64::from(b.to_ascii_lowercase())).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_text_binary_or_wide_by_its_bytes() {
        assert_eq!(kind(b"plain \x1b[32mtext\x1b[0m\r"), LineKind::Text);
        assert_eq!(kind("José sagte ja".as_bytes()), LineKind::Text);
        assert_eq!(kind(b"caf\xe9 au lait, SSN 123-45-6789"), LineKind::Text);
        assert_eq!(kind(b"\x7fELF\x02\x01\x01\0\0\0\0\0"), LineKind::Binary);
        let wide: Vec<u8> = "ssn 123-45-6789".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(kind(&wide), LineKind::Wide);
    }
}
