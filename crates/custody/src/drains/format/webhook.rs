//! Webhook: a batch as one JSON object, signed.
//!
//! `{"drain":"drn_…","entries":[{"log":…,"shard":…,"index":…,"entry":{…}},…]}` with the header
//! `Ward-Signature: t=<seconds>,kid=<key id>,v1=<hex>`, where `v1` is HMAC-SHA-256 (RFC 2104) under the drain's key
//! of `<seconds>.<body>`. The time is signed too: a receiver refuses what is older than some minutes, so a body that
//! was recorded once can't be played again for ever.

use ward_model::Timestamp;
use ward_vault::hash::{hmac_sha256, sha256_hex};

use super::{super::Entry, json_lines};

/// Name of the header with the signature.
pub const SIGNATURE: &str = "Ward-Signature";
/// Name of the header that says which entries are in the body: `<log>/<shard>/<first>-<last>`.
pub const RANGE: &str = "Ward-Range";

/// The body that carries these entries.
pub fn body(drain: &str, entries: &[Entry]) -> Vec<u8> {
    let mut out = format!("{{\"drain\":{},\"entries\":[", serde_json::Value::from(drain)).into_bytes();
    for (i, entry) in entries.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        json_lines::object(entry, &mut out);
    }
    out.extend_from_slice(b"]}");
    out
}

/// The body of a test: no entry in it.
pub fn test_body(drain: &str, text: &str) -> Vec<u8> {
    serde_json::json!({ "drain": drain, "test": true, "message": text, "entries": [] })
        .to_string()
        .into_bytes()
}

/// The value of [`RANGE`] for entries of one shard.
pub fn range(entries: &[Entry]) -> String {
    match (entries.first(), entries.last()) {
        (Some(first), Some(last)) => format!("{}/{}/{}-{}", first.log, first.shard, first.index, last.index),
        _ => String::new(),
    }
}

/// The value of [`SIGNATURE`].
pub fn signature(key: &[u8], now: Timestamp, body: &[u8]) -> String {
    let seconds = now.micros() / 1_000_000;
    let mut signed = format!("{seconds}.").into_bytes();
    signed.extend_from_slice(body);
    let mac: String = hmac_sha256(key, &signed).iter().map(|b| format!("{b:02x}")).collect();
    format!("t={seconds},kid={},v1={mac}", key_id(key))
}

/// Public name of a key: the first 16 hex digits of its SHA-256.
pub fn key_id(key: &[u8]) -> String {
    sha256_hex(key).chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::drains::format::sample;

    #[test]
    fn a_body_holds_each_entry_with_its_place() {
        let entries = [sample(3, &json!({ "a": "é\n" })), sample(4, &json!({ "b": 2 }))];
        let text = body("drn_1", &entries);
        let read: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(
            read["entries"][1],
            json!({ "log": "platform", "shard": "2026-1", "index": 4, "entry": { "b": 2 } })
        );
        assert_eq!(range(&entries), "platform/2026-1/3-4");
        let none: Value = serde_json::from_slice(&body("drn_1", &[])).unwrap();
        assert_eq!(none["entries"], json!([]));
    }

    #[test]
    fn a_signature_covers_time_and_body() {
        let now = Timestamp::from_micros(1_795_000_000_999_999);
        let made = signature(b"key", now, b"{}");
        assert!(made.starts_with(&format!("t=1795000000,kid={},v1=", key_id(b"key"))), "{made}");
        // What `printf '1795000000.{}' | openssl dgst -sha256 -hmac key` says.
        let expected = "v1=71f6cd81e7ac967a6bfd8d621347e9ee7792b1fde3a9a64c3161a631437c7fb6";
        assert!(made.ends_with(expected), "{made}");
        for other in [signature(b"key2", now, b"{}"), signature(b"key", now, b"{} ")] {
            assert_ne!(made.rsplit_once("v1="), other.rsplit_once("v1="));
        }
    }
}
