//! What a redactor is told: mode, actions, rules for fields, allow-list, custom recognizers, key.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{Identifier, custom::Custom};

/// How suspicious a redactor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// For what programs write: few false hits. Timestamps, versions, hashes, ports, private addresses and numbers
    /// without a context stay.
    #[default]
    Log,
    /// For what people write: also unknown capitalised words, loose addresses, weekdays and relative dates.
    Strict,
}

/// What becomes of a value that was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Action {
    /// A marker stands in its place: `[SSN]`.
    #[default]
    Mask,
    /// The marker tells the last four letters and digits: `[CARD:***1111]`. Shorter values are masked.
    KeepLast4,
    /// The marker tells a token, which is the same for the same value under the same key: `[NAME:k3v…]`.
    Pseudonym,
    /// The marker tells what Safe Harbor lets stay: the year of a date, three digits of a ZIP code (`000` where fewer
    /// than 20,000 people live), `90` of an age. Other identifiers are masked.
    Generalise,
    /// The value goes without a marker; in structures the value becomes empty, so that they stay valid.
    Drop,
}

/// What a rule does with the value of a field that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Treatment {
    /// Nothing is looked for in it.
    Pass,
    /// It is read in this mode.
    Read(Mode),
    /// All of it is this identifier.
    Is(Identifier),
    /// All of it is this identifier, and it is dropped.
    Drop(Identifier),
}

/// A rule for the fields of a name, in any structure: JSON key, logfmt key, query parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name of the field. Case, `_`, `-`, `.` and spaces don't count: `patientNote` is `patient_note`.
    pub name: String,
    /// What becomes of its value.
    pub treatment: Treatment,
}

/// What becomes of a record that is not text: mostly control characters and bytes that are no UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Binary {
    /// It passes; only values with a shape of their own (SSN, e-mail, card) are looked for in it.
    #[default]
    Pass,
    /// It is quarantined.
    Quarantine,
}

/// The keyed hash that pseudonyms are made with: HMAC-SHA-256 under a key that the environment keeps.
///
/// The crate names no cryptography; the caller gives the function.
pub type Keyed = Box<dyn Fn(&[u8]) -> [u8; 32] + Send + Sync>;

/// The configuration of a [`crate::Redactor`].
#[derive(Default)]
pub struct Config {
    /// Mode of everything that no rule for a field names.
    pub mode: Mode,
    /// Action of every identifier that [`Config::actions`] does not name.
    pub action: Action,
    /// Actions of single identifiers.
    pub actions: BTreeMap<Identifier, Action>,
    /// Identifiers that are not looked for.
    pub off: BTreeSet<Identifier>,
    /// Rules for fields.
    pub fields: Vec<Field>,
    /// Values that stay, whatever finds them. Case does not count.
    pub allow: Vec<String>,
    /// Recognizers of one's own.
    pub custom: Vec<Custom>,
    /// What becomes of binary records.
    pub binary: Binary,
    /// Makes pseudonyms; needed if an action is [`Action::Pseudonym`].
    pub key: Option<Keyed>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("mode", &self.mode)
            .field("action", &self.action)
            .field("actions", &self.actions)
            .field("off", &self.off)
            .field("fields", &self.fields.len())
            .field("allow", &self.allow.len())
            .field("custom", &self.custom.len())
            .field("binary", &self.binary)
            .field("key", &self.key.is_some())
            .finish()
    }
}

impl Config {
    /// The defaults in a mode.
    pub fn new(mode: Mode) -> Self {
        Self { mode, ..Self::default() }
    }

    /// What of this configuration is below the floor for environments that hold PHI, as sentences; none if nothing is.
    ///
    /// There no identifier may be turned off, no field may pass unread, and neither an SSN nor a name may show a part
    /// of itself: the last four digits of an SSN are a part of an identifier (45 CFR 164.514(b)(2)(i)).
    pub fn below_floor(&self) -> Vec<String> {
        let mut found: Vec<String> =
            self.off.iter().map(|i| format!("{i} is turned off; remove it from the list")).collect();
        for field in self.fields.iter().filter(|f| f.treatment == Treatment::Pass) {
            found.push(format!("field {} passes unread; give it a mode instead", field.name));
        }
        for identifier in [Identifier::Ssn, Identifier::Name] {
            if self.action_of(identifier) == Action::KeepLast4 {
                found.push(format!("{identifier} keeps its last four; mask it or give it a pseudonym"));
            }
        }
        found
    }

    pub(crate) fn action_of(&self, identifier: Identifier) -> Action {
        self.actions.get(&identifier).copied().unwrap_or(self.action)
    }
}

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// An action makes pseudonyms and there is no key.
    #[error(
        "{0} is to become a pseudonym, but there is no key: give the environment's key or choose another action"
    )]
    NoKey(Identifier),
    /// A rule for a field has a name without letters and digits.
    #[error("a rule for a field has the name {0:?}: write the key whose value it is for")]
    FieldName(String),
    /// Two rules name one field.
    #[error("two rules name the field {0}: keep one")]
    FieldTwice(String),
    /// An entry of the allow-list is too short to be meant.
    #[error("the allow-list holds {0:?}, which is under {min} characters: write the whole value that may stay", min = crate::MIN_ALLOWED)]
    AllowShort(String),
    /// A custom recognizer can't be used.
    #[error("the recognizer {name}: {why}")]
    Custom {
        /// Name of the recognizer.
        name: String,
        /// What is wrong, and what to do.
        why: String,
    },
}
