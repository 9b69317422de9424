//! The file as it is written: keys and types, nothing else.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ManifestError, span::Span};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) app: Option<String>,
    pub(super) kill_timeout: Option<Span>,
    pub(super) build: Build,
    pub(super) deploy: Deploy,
    pub(super) env: BTreeMap<String, String>,
    pub(super) processes: BTreeMap<String, String>,
    pub(super) http_service: Option<HttpService>,
    pub(super) vm: Vec<Vm>,
    pub(super) egress: Egress,
    pub(super) mounts: Option<toml::Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Build {
    pub(super) dockerfile: Option<String>,
    pub(super) args: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Deploy {
    pub(super) release_command: Option<String>,
    pub(super) release_command_timeout: Option<Span>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HttpService {
    pub(super) internal_port: Option<u16>,
    pub(super) force_https: Option<bool>,
    pub(super) processes: Vec<String>,
    pub(super) checks: Vec<Check>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Check {
    pub(super) method: Option<String>,
    pub(super) path: Option<String>,
    pub(super) interval: Option<Span>,
    pub(super) timeout: Option<Span>,
    pub(super) grace_period: Option<Span>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Vm {
    pub(super) memory: Option<Memory>,
    pub(super) cpus: Option<Number>,
    pub(super) processes: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Egress {
    pub(super) allow: Vec<String>,
}

/// `256` (megabytes), `"256mb"`, `"1gb"`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Memory {
    Megabytes(u64),
    Text(String),
}

/// `1` or `0.5`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(super) enum Number {
    Whole(u32),
    Broken(f64),
}

pub(super) fn parse(text: &str) -> Result<File, ManifestError> {
    toml::from_str(text).map_err(|error| {
        let line =
            error.span().and_then(|s| text.get(..s.start)).map(|before| before.matches('\n').count() + 1);
        let (message, next_step) = explain(error.message());
        ManifestError { line, ..ManifestError::new(message, next_step) }
    })
}

/// Makes "unknown field `a`, expected one of `b`, `c`" a sentence with a suggestion.
fn explain(message: &str) -> (String, String) {
    let mut quoted = message.split('`').skip(1).step_by(2);
    if !message.starts_with("unknown field") {
        return (message.to_owned(), "see the manifest's reference in docs".to_owned());
    }
    let unknown = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.collect();
    let close = known.iter().map(|k| (closeness(unknown, k), k)).max_by(|a, b| a.0.total_cmp(&b.0));
    let meant = close.filter(|(score, _)| *score >= 0.7).map(|(_, k)| format!("; did you mean {k}?"));
    let next_step = format!("use one of: {}", known.join(", "));
    (format!("there is no key {unknown} here{}", meant.unwrap_or_default()), next_step)
}

fn closeness(a: &str, b: &str) -> f64 {
    strsim::jaro_winkler(a, b)
}
