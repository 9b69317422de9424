//! What is wrong with a manifest.

use std::fmt;

/// What is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestError {
    /// `ward.toml` or `Procfile`.
    pub file: &'static str,
    /// Line, from 1, if it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub next_step: String,
}

impl ManifestError {
    pub(super) fn new(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { file: "ward.toml", line: None, message: message.into(), next_step: next_step.into() }
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{} line {line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for ManifestError {}

impl From<ManifestError> for ward_spine::Error {
    fn from(error: ManifestError) -> Self {
        Self::invalid(error.to_string(), error.next_step)
    }
}
