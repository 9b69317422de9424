//! Bodies: how the log of an app is masked, and how much was.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// How eagerly PHI is looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RedactionMode {
    /// For the logs of machines: few false hits.
    #[default]
    Log,
    /// For free text: names, loose addresses, dates in prose.
    Strict,
}

/// What is done with a value that identifies somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RedactionAction {
    /// A marker in its place: `[SSN]`.
    #[default]
    Mask,
    /// The last four characters stay.
    #[serde(rename = "keep-last4")]
    KeepLast4,
    /// A token: the same for the same value in the same environment, and irreversible without its key.
    Pseudonym,
    /// What Safe Harbor lets stand: the year of a date, three digits of a ZIP.
    Generalise,
    /// Nothing in its place.
    Drop,
}

/// A rule for the values of one key, wherever it occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedactionField {
    /// The key: `patientName`, `note`.
    pub name: String,
    /// `pass`, `log`, `strict`, `drop`, or the identifier that its values are: `mrn`, `name`.
    pub treatment: String,
}

/// A recognizer of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedactionRecognizer {
    /// Its name, which is also the marker: `MEMBER-ID`.
    pub name: String,
    /// A regular expression, without look-around and back-references: matching takes linear time.
    pub pattern: String,
    /// Identifier that it counts as; `other` if absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub identifier: Option<String>,
    /// `none`, `luhn`, `npi`, `mod10`, `mod11` or `mod97`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub validator: Option<String>,
    /// Words of which one must stand near.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub context: Vec<String>,
}

/// How the log of an app is masked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedactionPolicy {
    /// How eagerly PHI is looked for.
    #[serde(default)]
    pub mode: RedactionMode,
    /// What is done with what is found.
    #[serde(default)]
    pub action: RedactionAction,
    /// Another action for some identifiers, by their word: `mrn`, `date`.
    #[serde(default)]
    pub actions: BTreeMap<String, RedactionAction>,
    /// Identifiers that are not looked for. Not in a `phi` environment.
    #[serde(default)]
    pub off: Vec<String>,
    /// Rules for keys.
    #[serde(default)]
    pub fields: Vec<RedactionField>,
    /// Values that may stay.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Recognizers of one's own.
    #[serde(default)]
    pub recognizers: Vec<RedactionRecognizer>,
    /// Whether bytes that are no text are kept sealed aside instead of being stored with the log.
    #[serde(default)]
    pub quarantine_binary: bool,
}

/// How often one identifier was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RedactionCount {
    /// Its word: `ssn`.
    pub identifier: String,
    /// How often, since `since`.
    pub count: u64,
    /// Begin of the newest hour in which it was.
    pub last_hour: Timestamp,
}

/// What the masking of an app's log did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RedactionReport {
    /// From when on this counts.
    pub since: Timestamp,
    /// Lines that were read.
    pub lines: u64,
    /// Lines in which something was masked.
    pub changed: u64,
    /// Lines that could not be read and are kept sealed aside.
    pub quarantined: u64,
    /// What was found, most first.
    pub items: Vec<RedactionCount>,
}

/// A line that could not be handled: kept sealed, never shown with the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuarantinedLine {
    /// When it was written.
    pub time: Timestamp,
    /// Process that wrote it.
    pub process: String,
    /// Container that wrote it.
    pub container: String,
    /// Why it was not let through: `binary`, `wide-text`, `too-deep`, `unsettled`.
    pub reason: String,
    /// Its bytes, base64.
    pub raw: String,
}

/// A list of quarantined lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quarantine {
    /// Lines, oldest first; at most 1,000, the newest.
    pub items: Vec<QuarantinedLine>,
}
