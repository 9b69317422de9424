//! Recognizers of one's own: a pattern, a validator, words that must stand near.

use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

use crate::{ConfigError, Identifier, check::digits};

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
    /// The digits weighted 1, 2, 3 … from the right give a multiple of 11 (`X` counts ten), as in ISBN-10.
    Mod11,
    /// The remainder by 97 is one, as in ISO 7064 MOD 97-10.
    Mod97,
}

impl Validator {
    /// Every validator with its word in configuration.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::None, "none"),
        (Self::Luhn, "luhn"),
        (Self::Npi, "npi"),
        (Self::Mod10, "mod10"),
        (Self::Mod11, "mod11"),
        (Self::Mod97, "mod97"),
    ];

    /// Finds a validator by its word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == word).map(|(validator, _)| validator)
    }

    fn accepts(self, value: &[u8]) -> bool {
        let any = digits::count(value) > 0;
        match self {
            Self::None => true,
            Self::Luhn => any && digits::luhn(value),
            Self::Npi => digits::npi(value),
            Self::Mod10 => any && digits::mod10(value),
            Self::Mod11 => any && digits::mod11(value),
            Self::Mod97 => any && digits::mod97(value),
        }
    }
}

/// A recognizer of one's own.
#[derive(Clone, Debug, Default)]
pub struct Custom {
    /// Its name, for messages.
    pub name: String,
    /// What it finds; [`Identifier::Other`] if none is given.
    pub identifier: Option<Identifier>,
    /// A regular expression in the syntax of the `regex` crate, which has no look-around and no back-references and so
    /// matches in linear time. A group named `value` is what is masked; without one, the whole match.
    pub pattern: String,
    /// How a match is checked.
    pub validator: Validator,
    /// Words of which one must stand in the same line, before or after; case does not count. None if a match needs no
    /// company.
    pub context: Vec<String>,
}

/// Most bytes that a pattern may take when it is compiled.
const PATTERN_SIZE: usize = 1 << 20;

pub(crate) struct Compiled {
    pattern: Regex,
    context: Option<Regex>,
    validator: Validator,
    identifier: Identifier,
}

impl Compiled {
    pub(crate) fn new(custom: &Custom) -> Result<Self, ConfigError> {
        let fault = |why: String| ConfigError::Custom { name: custom.name.clone(), why };
        if custom.name.trim().is_empty() {
            return Err(fault("it has no name; give it one for messages".to_owned()));
        }
        let pattern = RegexBuilder::new(&custom.pattern).size_limit(PATTERN_SIZE).build().map_err(|error| {
            fault(format!("its pattern can't be read: {error}; the syntax is that of the regex crate, without look-around"))
        })?;
        if pattern.is_match(b"") {
            return Err(fault(
                "its pattern matches nothing at all; let it ask for at least one character".to_owned(),
            ));
        }
        let context = if custom.context.is_empty() {
            None
        } else {
            let words: Vec<String> = custom.context.iter().map(|word| regex::escape(word.trim())).collect();
            if words.iter().any(String::is_empty) {
                return Err(fault("one of its context words is empty; remove it".to_owned()));
            }
            let any = format!(r"(?i)(?:^|[^\pL\pN])(?:{})(?:[^\pL\pN]|$)", words.join("|"));
            Some(
                RegexBuilder::new(&any)
                    .size_limit(PATTERN_SIZE)
                    .build()
                    .map_err(|error| fault(format!("its context words can't be read: {error}")))?,
            )
        };
        let identifier = custom.identifier.unwrap_or(Identifier::Other);
        Ok(Self { pattern, context, validator: custom.validator, identifier })
    }

    fn spans<'a>(&'a self, line: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let named = self.pattern.capture_names().flatten().any(|name| name == "value");
        let plain = (!named).then(|| self.pattern.find_iter(line).map(|found| found.range()));
        let groups = named.then(|| {
            self.pattern.captures_iter(line).filter_map(|found| found.name("value").map(|v| v.range()))
        });
        plain.into_iter().flatten().chain(groups.into_iter().flatten())
    }

    pub(crate) fn find(&self, line: &[u8], mut found: impl FnMut(Range<usize>, Identifier)) {
        if self.context.as_ref().is_some_and(|context| !context.is_match(line)) {
            return;
        }
        for span in self.spans(line) {
            if self.validator.accepts(line.get(span.clone()).unwrap_or_default()) {
                found(span, self.identifier);
            }
        }
    }
}

/// What [`test`] found in a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What matched the pattern, in bytes of the sample.
    pub span: Range<usize>,
    /// Whether the validator accepts it.
    pub valid: bool,
    /// Whether one of the context words stands in its line, or none is asked for.
    pub context: bool,
}

impl Trial {
    /// Whether it would be masked.
    pub fn counts(&self) -> bool {
        self.valid && self.context
    }
}

/// Tries a recognizer on a sample; tells every match of the pattern, also those that are not accepted.
///
/// # Errors
///
/// If the recognizer can't be used; the error tells why.
pub fn test(custom: &Custom, sample: &[u8]) -> Result<Vec<Trial>, ConfigError> {
    let compiled = Compiled::new(custom)?;
    let mut trials = Vec::new();
    let mut start = 0;
    for line in sample.split(|b| *b == b'\n') {
        let context = compiled.context.as_ref().is_none_or(|context| context.is_match(line));
        for span in compiled.spans(line) {
            let valid = compiled.validator.accepts(line.get(span.clone()).unwrap_or_default());
            trials.push(Trial { span: start + span.start..start + span.end, valid, context });
        }
        start += line.len() + 1;
    }
    Ok(trials)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study() -> Custom {
        Custom {
            name: "study".to_owned(),
            pattern: r"\bST-(?<value>\d{4})\b".to_owned(),
            validator: Validator::Luhn,
            context: vec!["trial".to_owned()],
            ..Custom::default()
        }
    }

    #[test]
    fn a_trial_tells_what_matched_and_why_it_does_not_count() {
        let trials = test(&study(), b"trial ST-1230\ntrial ST-1231\nother ST-1230").unwrap();
        let told: Vec<_> = trials.iter().map(|t| (t.span.clone(), t.valid, t.context)).collect();
        assert_eq!(told, [(9..13, true, true), (23..27, false, true), (37..41, true, false)]);
    }

    #[test]
    fn a_recognizer_that_cannot_be_used_says_why() {
        for (pattern, why) in [
            ("(", "can't be read"),
            ("a*", "matches nothing"),
            (r"(?=x)", "can't be read"),
            (r"\w{1000}{1000}", "can't be read"),
        ] {
            let error = test(&Custom { pattern: pattern.to_owned(), ..study() }, b"").unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
        }
        assert!(test(&Custom { context: vec![" ".to_owned()], ..study() }, b"").is_err());
        assert!(test(&Custom { name: String::new(), ..study() }, b"").is_err());
    }
}
