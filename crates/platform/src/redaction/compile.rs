//! From a policy, as the API has it, to what the library takes.

use ward_model::redaction::RedactionPolicy;
use ward_redact::{Config, Policy};
use ward_spine::{Error, Result};

/// The library's configuration, without the key for pseudonyms.
///
/// # Errors
/// `invalid`, naming the word that is not understood and those that are.
pub(super) fn compile(policy: &RedactionPolicy) -> Result<Config> {
    // The words are the same; the library reads its own form of them, so that it works alone on files too.
    let words = serde_json::to_value(policy).map_err(|e| Error::internal("reading a policy", e))?;
    let policy: Policy = serde_json::from_value(words).map_err(|e| Error::internal("reading a policy", e))?;
    policy
        .config()
        .map_err(|e| Error::invalid(e.to_string(), "docs/concepts/redaction.md lists what a policy holds"))
}
