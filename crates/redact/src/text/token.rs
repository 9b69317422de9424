//! Parts a text into words, numbers, markers and symbols.

use crate::{
    Identifier,
    words::{
        Dictionary, dictionary, hash, letters,
        vocabulary::{self, Vocabulary},
    },
};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters, also beyond ASCII.
    Word,
    /// Digits.
    Number,
    /// Letters and digits.
    Mixed,
    /// One character of anything else but blanks.
    Symbol,
    /// A marker that stands for what was masked before.
    Marker,
    /// Nothing: beyond the ends of the text.
    None,
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// Small letters only.
    Lower,
    /// A capital, then small letters.
    Capital,
    /// Capitals only, two or more.
    Upper,
    /// One capital letter.
    Single,
    /// Capitals inside.
    Inner,
}

/// A part of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
    pub(crate) case: Case,
    /// The byte of a symbol; the first byte of others.
    pub(crate) byte: u8,
    /// Roles of the vocabulary; only of words.
    pub(crate) roles: vocabulary::Roles,
    /// Flags of the dictionaries; only of words.
    pub(crate) flags: u8,
    pub(crate) hash: u64,
}

/// Where no token is: behind every text, and so far from the end of all numbers that a few bytes more are no overflow.
pub(crate) const NOWHERE: usize = usize::MAX / 2;

pub(crate) const NONE: Token = Token {
    start: NOWHERE,
    end: NOWHERE,
    kind: Kind::None,
    case: Case::Lower,
    byte: 0,
    roles: 0,
    flags: 0,
    hash: 0,
};

impl Token {
    pub(crate) fn is(&self, roles: vocabulary::Roles) -> bool {
        self.roles & roles != 0
    }

    /// The roles that speak against a name where one is due.
    pub(crate) fn otherwise(&self) -> vocabulary::Roles {
        self.roles & !vocabulary::BORNE
    }

    pub(crate) fn known(&self, flags: u8) -> bool {
        self.flags & flags != 0
    }

    pub(crate) fn symbol(&self, byte: u8) -> bool {
        self.kind == Kind::Symbol && self.byte == byte
    }

    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether it is a word that begins with a capital.
    pub(crate) fn capitalised(&self) -> bool {
        self.kind == Kind::Word && self.case != Case::Lower
    }
}

/// The byte at a place; nought beyond the ends.
#[inline]
pub(crate) fn at(text: &[u8], place: usize) -> u8 {
    text.get(place).copied().unwrap_or(0)
}

/// The byte before a place; nought at the beginning.
#[inline]
pub(crate) fn before(text: &[u8], place: usize) -> u8 {
    if place == 0 { 0 } else { at(text, place - 1) }
}

/// Bytes of the punctuation or blank at this place, if it is one beyond ASCII: U+2000 to U+206F, U+0080 to U+00BF,
/// U+3000 to U+303F.
fn wide_symbol(text: &[u8], place: usize) -> usize {
    match (at(text, place), at(text, place + 1)) {
        (0xe2, 0x80 | 0x81) | (0xe3, 0x80) => 3,
        (0xc2, 0x80..=0xbf) => 2,
        _ => 0,
    }
}

/// End of the marker that begins here: `[SSN]`, `[SSN:***6789]`, `[QUARANTINED:binary]`.
pub(crate) fn marker(text: &[u8], place: usize) -> Option<usize> {
    if at(text, place) != b'[' {
        return None;
    }
    let rest = text.get(place + 1..)?;
    let name = rest.iter().take(12).take_while(|b| b.is_ascii_uppercase() || **b == b'-').count();
    let label = rest.get(..name)?;
    let known = Identifier::ALL.iter().any(|i| i.label().as_bytes() == label) || label == b"QUARANTINED";
    if !known {
        return None;
    }
    let mut end = name;
    if at(rest, end) == b':' {
        end += 1;
        let detail = rest.get(end..)?.iter().take(16);
        end += detail.take_while(|b| b.is_ascii_alphanumeric() || b"*-".contains(b)).count();
    }
    (at(rest, end) == b']').then_some(place + 1 + end + 1)
}

fn case(word: &[u8]) -> Case {
    // Capitals with marks: U+00C0 to U+00DE begin with 0xC3 and a low second byte.
    let marked = matches!(word, [0xc3, 0x80..=0x9e, ..])
        || matches!(word, [0xc4, second, ..] if (*second < 0xb8) == (*second % 2 == 0))
        || matches!(word, [0xc5, second, ..] if match *second {
            0x81..=0x88 | 0xb9..=0xbe => *second % 2 == 1,
            0x8a..=0xb8 => *second % 2 == 0,
            _ => false,
        });
    let first = word.first().is_some_and(u8::is_ascii_uppercase) || marked;
    let (mut letters, mut small, mut capitals) = (0, 0, 0);
    for byte in word {
        small += usize::from(byte.is_ascii_lowercase());
        capitals += usize::from(byte.is_ascii_uppercase());
        letters += usize::from(byte.is_ascii_alphabetic() || *byte >= 0xc0);
    }
    if !first {
        return if capitals > 0 { Case::Inner } else { Case::Lower };
    }
    if letters == 1 {
        return Case::Single;
    }
    let inside = capitals - usize::from(!marked && capitals > 0);
    match (small, inside) {
        (0, _) if capitals > 0 => Case::Upper,
        (_, 0) => Case::Capital,
        _ => Case::Inner,
    }
}

/// Parts a text; `tokens` is cleared first.
pub(crate) fn tokenize(text: &[u8], tokens: &mut Vec<Token>) {
    tokens.clear();
    if text.len() > 16 * 1024 {
        // A window is parted into about so many; growing by doubling would hold twice as much.
        tokens.reserve_exact(text.len() / 6);
    }
    let (dictionary, vocabulary) = (dictionary(), vocabulary::vocabulary());
    let mut place = 0;
    while let Some(byte) = text.get(place).copied() {
        let start = place;
        let (mut kind, mut end) = (Kind::Symbol, place + 1);
        if byte.is_ascii_alphabetic() {
            let (behind, hash, capitals) = letters(text, place);
            if !matches!(at(text, behind), b'0'..=b'9' | 0x80..) {
                // Most words: letters of ASCII and nothing else.
                let case = written(byte.is_ascii_uppercase(), behind - place, capitals);
                let token = Token { start, end: behind, kind: Kind::Word, case, byte, hash, ..NONE };
                tokens.push(meant(text, token, dictionary, vocabulary));
                place = behind;
                continue;
            }
        }
        match byte {
            b' ' | b'\t' => {
                place += 1;
                continue;
            }
            b'[' => {
                if let Some(after) = marker(text, place) {
                    (kind, end) = (Kind::Marker, after);
                }
            }
            // `\n` and `\"` as programs escape them; a path goes on in small letters.
            b'\\' => {
                let (next, after) = (at(text, place + 1), at(text, place + 2));
                if next == b'"' || matches!(next, b'n' | b'r' | b't') && !after.is_ascii_lowercase() {
                    end = place + 2;
                }
            }
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => {
                let wide = wide_symbol(text, place);
                if wide > 0 {
                    end = (place + wide).min(text.len());
                    if byte == 0xc2 && at(text, place + 1) == 0xa0 {
                        place = end;
                        continue;
                    }
                } else {
                    (kind, end) = run(text, place);
                }
            }
            _ => {}
        }
        let mut token = Token { start, end, kind, byte, ..NONE };
        if byte == 0xe2 && kind == Kind::Symbol {
            // Dashes and quotes of typesetting are read as the plain ones.
            token.byte = match at(text, start + 2) {
                0x90..=0x95 => b'-',
                0x98 | 0x99 => b'\'',
                0x9c..=0x9f => b'"',
                _ => 0xe2,
            };
        }
        if byte == b'\r' {
            token.byte = b'\n';
        }
        if byte == b'\\' && end == start + 2 {
            token.byte = if at(text, start + 1) == b'"' { b'"' } else { b'\n' };
        }
        if kind == Kind::Word {
            let word = text.get(start..end).unwrap_or_default();
            token.hash = hash(word);
            token.case = case(word);
            token = meant(text, token, dictionary, vocabulary);
        }
        tokens.push(token);
        place = end;
    }
}

/// A word with what the vocabulary and the dictionaries know of it.
#[inline]
fn meant(text: &[u8], token: Token, dictionary: &Dictionary, vocabulary: &Vocabulary) -> Token {
    // Abbreviations are words of keys, and may be names elsewhere: `Pat`.
    let mut roles = vocabulary.get(token.hash) & !vocabulary::OF_KEYS;
    if roles != 0 && terminal(text, token.start, token.end) {
        roles = 0;
    }
    Token { roles, flags: dictionary.get(token.hash), ..token }
}

/// How a word of ASCII letters is written, by its first letter, its length and how many are capitals.
fn written(first: bool, length: usize, capitals: usize) -> Case {
    match (first, capitals) {
        (false, 0) => Case::Lower,
        (true, 1) if length == 1 => Case::Single,
        (true, 1) => Case::Capital,
        (true, _) if capitals == length => Case::Upper,
        _ => Case::Inner,
    }
}

/// Whether the word is of a terminal: `pts/13` stands for no patients.
fn terminal(text: &[u8], start: usize, end: usize) -> bool {
    text.get(start..end).is_some_and(|word| word.eq_ignore_ascii_case(b"pts")) && at(text, end) == b'/' && {
        let digits =
            text.get(end + 1..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
        (1..=4).contains(&digits) && !at(text, end + 1 + digits).is_ascii_alphanumeric()
    }
}

/// The run of letters and digits that begins here.
fn run(text: &[u8], start: usize) -> (Kind, usize) {
    let (mut letters, mut digits) = (false, false);
    let rest = text.get(start..).unwrap_or_default();
    let mut length = 0;
    for byte in rest {
        match byte {
            b'0'..=b'9' => digits = true,
            b'a'..=b'z' | b'A'..=b'Z' => letters = true,
            0x80.. if wide_symbol(text, start + length) == 0 => letters = true,
            _ => break,
        }
        length += 1;
    }
    let kind = match (letters, digits) {
        (true, false) => Kind::Word,
        (false, _) => Kind::Number,
        _ => Kind::Mixed,
    };
    (kind, start + length.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<(Kind, &str)> {
        let mut tokens = Vec::new();
        tokenize(text.as_bytes(), &mut tokens);
        tokens.iter().map(|t| (t.kind, &text[t.start..t.end])).collect()
    }

    #[test]
    fn words_numbers_symbols_and_markers_are_told_apart() {
        use Kind::{Marker, Mixed, Number, Symbol, Word};
        assert_eq!(
            parts("José’s [SSN] 12 3rd [SSN:***6789] [ssn]"),
            [
                (Word, "José"),
                (Symbol, "’"),
                (Word, "s"),
                (Marker, "[SSN]"),
                (Number, "12"),
                (Mixed, "3rd"),
                (Marker, "[SSN:***6789]"),
                (Symbol, "["),
                (Word, "ssn"),
                (Symbol, "]"),
            ]
        );
    }

    #[test]
    fn the_case_of_a_word_is_seen_also_with_marks() {
        for word in ["smith", "Smith", "SMITH", "S", "s", "McDonald", "patientName", "AB", "aB"] {
            let (end, hash, capitals) = letters(word.as_bytes(), 0);
            assert_eq!((end, hash), (word.len(), super::hash(word.as_bytes())));
            let first = word.as_bytes()[0].is_ascii_uppercase();
            assert_eq!(written(first, end, capitals), case(word.as_bytes()), "{word}");
        }
        for (word, expected) in [
            ("smith", Case::Lower),
            ("Smith", Case::Capital),
            ("SMITH", Case::Upper),
            ("S", Case::Single),
            ("McDonald", Case::Inner),
            ("patientName", Case::Inner),
            ("Ángel", Case::Capital),
            ("ángel", Case::Lower),
            ("Øystein", Case::Capital),
            ("Žilih", Case::Capital),
            ("Łódź", Case::Capital),
            ("ŀas", Case::Lower),
            ("Čapek", Case::Capital),
            ("ńa", Case::Lower),
        ] {
            assert_eq!(case(word.as_bytes()), expected, "{word}");
        }
    }
}
