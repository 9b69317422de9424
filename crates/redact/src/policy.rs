//! A policy as people write it: JSON words for what a [`Config`] holds.
//!
//! ```
//! let policy: ward_redact::Policy = serde_json::from_str(r#"{"mode": "strict", "actions": {"date": "generalise"}}"#).unwrap();
//! let config = policy.config().unwrap();
//! assert_eq!(config.mode, ward_redact::Mode::Strict);
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Action, Binary, Config, Custom, Field, Identifier, Mode, Treatment, Validator};

/// Most rules of a kind.
const MOST: usize = 200;
/// Longest text, in bytes.
const LONGEST: usize = 500;

/// How something is to be masked. Words are those of [`Identifier::word`] and the ones that the errors list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// `log` or `strict`.
    pub mode: String,
    /// `mask`, `keep-last4`, `pseudonym`, `generalise` or `drop`.
    pub action: String,
    /// Another action for some identifiers.
    pub actions: BTreeMap<String, String>,
    /// Identifiers that are not looked for.
    pub off: Vec<String>,
    /// Rules for keys.
    pub fields: Vec<PolicyField>,
    /// Values that may stay.
    pub allow: Vec<String>,
    /// Recognizers of one's own.
    pub recognizers: Vec<PolicyRecognizer>,
    /// Whether bytes that are no text are quarantined.
    pub quarantine_binary: bool,
}

/// A rule for the values of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyField {
    /// The key.
    pub name: String,
    /// `pass`, `log`, `strict`, `drop`, or the identifier that its values are.
    pub treatment: String,
}

/// A recognizer of one's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRecognizer {
    /// Its name, which is also the marker.
    pub name: String,
    /// A regular expression that matches in linear time.
    pub pattern: String,
    /// Identifier that it counts as.
    #[serde(default)]
    pub identifier: Option<String>,
    /// `none`, `luhn`, `npi`, `mod10`, `mod11` or `mod97`.
    #[serde(default)]
    pub validator: Option<String>,
    /// Words of which one must stand near.
    #[serde(default)]
    pub context: Vec<String>,
}

/// A word in a policy that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A word that is none of those that may stand there.
    #[error("{word:?} is no {kind}: write {known}")]
    Word {
        /// What was expected: an action, an identifier…
        kind: &'static str,
        /// What came, cut to 40 characters.
        word: String,
        /// What may stand there.
        known: String,
    },
    /// More than a reader of every line should have to look at.
    #[error("a policy has at most {MOST} rules of a kind, and texts of at most {LONGEST} bytes: shorten it")]
    TooMuch,
}

fn word<T: Copy>(kind: &'static str, word: &str, known: &[(&str, T)]) -> Result<T, PolicyError> {
    known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value).ok_or_else(|| PolicyError::Word {
        kind,
        word: word.chars().take(40).collect(),
        known: known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "),
    })
}

const MODES: [(&str, Mode); 2] = [("log", Mode::Log), ("strict", Mode::Strict)];
const ACTIONS: [(&str, Action); 5] = [
    ("mask", Action::Mask),
    ("keep-last4", Action::KeepLast4),
    ("pseudonym", Action::Pseudonym),
    ("generalise", Action::Generalise),
    ("drop", Action::Drop),
];
const VALIDATORS: [(&str, Validator); 6] = [
    ("none", Validator::None),
    ("luhn", Validator::Luhn),
    ("npi", Validator::Npi),
    ("mod10", Validator::Mod10),
    ("mod11", Validator::Mod11),
    ("mod97", Validator::Mod97),
];

fn identifiers() -> [(&'static str, Identifier); Identifier::ALL.len()] {
    Identifier::ALL.map(|identifier| (identifier.word(), identifier))
}

fn treatment(text: &str) -> Result<Treatment, PolicyError> {
    let said = [
        ("pass", Treatment::Pass),
        ("log", Treatment::Read(Mode::Log)),
        ("strict", Treatment::Read(Mode::Strict)),
        ("drop", Treatment::Drop(Identifier::Other)),
    ];
    let all: Vec<_> =
        said.into_iter().chain(identifiers().map(|(name, i)| (name, Treatment::Is(i)))).collect();
    word("treatment", text, &all)
}

impl Policy {
    /// What a [`Redactor`](crate::Redactor) takes, without the key for pseudonyms. An empty mode is `log`, an empty
    /// action `mask`.
    ///
    /// # Errors
    /// If a word is not understood, or the policy is too large.
    pub fn config(&self) -> Result<Config, PolicyError> {
        let fields = self.fields.iter().map(|field| &field.name);
        let own = self.recognizers.iter().flat_map(|r| [&r.name, &r.pattern].into_iter().chain(&r.context));
        let mut texts = fields.chain(&self.allow).chain(own);
        let sizes = [self.fields.len(), self.allow.len(), self.off.len(), self.recognizers.len()];
        let contexts = self.recognizers.iter().map(|r| r.context.len());
        if sizes.into_iter().chain(contexts).any(|size| size > MOST) || texts.any(|text| text.len() > LONGEST)
        {
            return Err(PolicyError::TooMuch);
        }
        let or =
            |text: &'static str, said: &str| if said.is_empty() { text.to_owned() } else { said.to_owned() };
        let mut config = Config::new(word("mode", &or("log", &self.mode), &MODES)?);
        config.action = word("action", &or("mask", &self.action), &ACTIONS)?;
        let identifiers = identifiers();
        for (name, action) in &self.actions {
            let identifier = word("identifier", name, &identifiers)?;
            config.actions.insert(identifier, word("action", action, &ACTIONS)?);
        }
        for name in &self.off {
            config.off.insert(word("identifier", name, &identifiers)?);
        }
        for field in &self.fields {
            let treatment = treatment(&field.treatment)?;
            config.fields.push(Field { name: field.name.clone(), treatment });
        }
        config.allow.clone_from(&self.allow);
        for own in &self.recognizers {
            config.custom.push(own.custom()?);
        }
        config.binary = if self.quarantine_binary { Binary::Quarantine } else { Binary::Pass };
        Ok(config)
    }
}

impl PolicyRecognizer {
    /// What [`test`](crate::test) and a [`Config`] take.
    ///
    /// # Errors
    /// If a word is not understood.
    pub fn custom(&self) -> Result<Custom, PolicyError> {
        let identifier = self.identifier.as_deref().map(|name| word("identifier", name, &identifiers()));
        Ok(Custom {
            name: self.name.clone(),
            identifier: identifier.transpose()?,
            pattern: self.pattern.clone(),
            validator: word("validator", self.validator.as_deref().unwrap_or("none"), &VALIDATORS)?,
            context: self.context.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, PolicyError> {
        serde_json::from_str::<Policy>(text).unwrap().config()
    }

    #[test]
    fn a_policy_says_all_that_a_configuration_holds() {
        let config = read(
            r#"{"mode": "strict", "action": "pseudonym", "actions": {"date": "generalise"}, "off": ["url"],
                "fields": [{"name": "note", "treatment": "strict"}, {"name": "who", "treatment": "name"}],
                "allow": ["Mercy"], "quarantine_binary": true,
                "recognizers": [{"name": "MEMBER", "pattern": "M[0-9]{8}", "validator": "mod11", "context": ["member"]}]}"#,
        )
        .unwrap();
        assert_eq!(
            (config.mode, config.action, config.binary),
            (Mode::Strict, Action::Pseudonym, Binary::Quarantine)
        );
        assert_eq!(config.actions.get(&Identifier::Date), Some(&Action::Generalise));
        assert!(config.off.contains(&Identifier::Url));
        assert_eq!(config.fields[1].treatment, Treatment::Is(Identifier::Name));
        assert_eq!(config.custom[0].validator, Validator::Mod11);
        let empty = read("{}").unwrap();
        assert_eq!((empty.mode, empty.action, empty.binary), (Mode::Log, Action::Mask, Binary::Pass));
    }

    #[test]
    fn a_word_that_is_not_understood_is_named_with_those_that_are() {
        for (text, expected) in [
            (r#"{"mode": "loud"}"#, "\"loud\" is no mode: write log, strict"),
            (r#"{"off": ["shoe"]}"#, "\"shoe\" is no identifier: write name, address"),
            (
                r#"{"fields": [{"name": "a", "treatment": "eat"}]}"#,
                "\"eat\" is no treatment: write pass, log, strict, drop, name",
            ),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        let long = format!(r#"{{"allow": ["{}"]}}"#, "x".repeat(600));
        assert_eq!(read(&long).unwrap_err(), PolicyError::TooMuch);
    }
}
