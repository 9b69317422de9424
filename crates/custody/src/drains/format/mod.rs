//! How an entry looks outside: pure functions from entries to bytes.
//!
//! Every form carries log, shard and index, so that a receiver which gets an entry twice (a connection that broke
//! before it was acknowledged) can tell, and count it once. JSON lines, syslog, webhook and OTLP carry the bytes
//! that the tree hashes, unchanged; CEF is a summary with their SHA-256.

pub mod cef;
pub mod json_lines;
pub mod otlp;
pub mod syslog;
pub mod webhook;

/// What Ward calls itself.
pub const PRODUCT: &str = "Ward";
/// Its version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// An entry of which all parts are of the test's choosing.
#[cfg(test)]
pub(crate) fn sample(index: u64, event: &serde_json::Value) -> super::Entry {
    super::Entry {
        log: "platform".into(),
        shard: "2026-1".into(),
        index,
        bytes: event.to_string().into_bytes(),
    }
}
