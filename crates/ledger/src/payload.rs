//! Payloads too large for an entry: stored beside the log, entered by hash.
//!
//! The file is `payload/<SHA-256 in hex>` inside the shard. It is durable before its entry is appended, so an
//! acknowledged entry never names a payload that is not there. The entry says
//! `{"unmapped":{"payload":{"bytes":n,"sha256":hex}}}`.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use crate::durable;
use crate::tree::{HASH_BYTES, Hash, plain_hash};

/// Folder of the payloads inside the shard's.
pub const FOLDER: &str = "payload";

/// A payload, as an entry names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payload {
    /// SHA-256 of its bytes; no tree prefix.
    pub hash: Hash,
    /// How many bytes it has.
    pub bytes: u64,
}

/// The form in entries.
#[derive(Serialize, Deserialize)]
struct Form {
    bytes: u64,
    sha256: String,
}

impl Payload {
    /// Measures and hashes what `reader` gives, without holding it.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn of(reader: &mut dyn Read) -> io::Result<Self> {
        let mut context = Context::new(&SHA256);
        let mut buffer = vec![0; 1 << 16];
        let mut bytes = 0;
        loop {
            let count = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            context.update(buffer.get(..count).unwrap_or_default());
            bytes += count as u64;
        }
        let mut hash = [0; HASH_BYTES];
        hash.copy_from_slice(context.finish().as_ref());
        Ok(Self { hash: Hash(hash), bytes })
    }

    /// The hash in hex, 64 digits.
    pub fn sha256(&self) -> String {
        self.hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads a hash of 64 lower-case hex digits.
    pub(crate) fn parse_hash(text: &str) -> Option<Hash> {
        let bytes = text.as_bytes();
        if bytes.len() != 2 * HASH_BYTES || bytes.iter().any(|b| !matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let mut hash = [0; HASH_BYTES];
        for (byte, at) in hash.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
        }
        Some(Hash(hash))
    }

    /// Where it lies inside the shard's folder.
    pub fn path(&self) -> String {
        format!("{FOLDER}/{}", self.sha256())
    }

    /// Where the payload with this hash (64 lower-case hex digits) lies inside the shard's folder; `None` for any other text.
    pub fn path_of(sha256: &str) -> Option<String> {
        Self::parse_hash(sha256).map(|hash| Self { hash, bytes: 0 }.path())
    }

    /// What an entry says of it, to be put at `unmapped.payload`.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "bytes": self.bytes, "sha256": self.sha256() })
    }
}

/// The hash in hex.
impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sha256())
    }
}

/// Stores a payload in the folder of a shard and returns when it is durable: what to enter in the log next.
/// Blocks on the disk. Storing the same bytes again is no error.
///
/// # Errors
/// Those of the file system. Nothing half written is ever found under the name.
pub fn store(shard: &Path, bytes: &[u8]) -> io::Result<Payload> {
    let payload = Payload { hash: plain_hash(bytes), bytes: bytes.len() as u64 };
    let folder = shard.join(FOLDER);
    durable::make_folder(&folder)?;
    let path = shard.join(payload.path());
    // Two writers of the same payload must not write into one draft.
    static DRAFTS: AtomicU64 = AtomicU64::new(0);
    let mut draft = path.clone().into_os_string();
    draft.push(format!(".{}-{}", std::process::id(), DRAFTS.fetch_add(1, Ordering::Relaxed)));
    let draft = durable::draft_of(Path::new(&draft));
    let file = durable::create(&draft)?;
    let written = durable::write(&file, 0, bytes)
        .and_then(|()| durable::sync(&file))
        .and_then(|()| durable::rename(&draft, &path));
    if let Err(error) = written {
        // Gives back the space, which may be what is missing.
        let _ = durable::remove(&draft);
        return Err(error);
    }
    durable::sync_dir(&folder)?;
    durable::sync_dir(shard)?;
    Ok(payload)
}

/// The bytes of a payload, compared with what the entry says.
///
/// # Errors
/// If it is not there, cannot be read, or has other bytes ([`io::ErrorKind::InvalidData`]).
pub fn load(shard: &Path, payload: &Payload) -> io::Result<Vec<u8>> {
    let bytes = fs::read(shard.join(payload.path()))?;
    if plain_hash(&bytes) != payload.hash || bytes.len() as u64 != payload.bytes {
        let text = format!("{} does not have the bytes that were entered", payload.path());
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    Ok(bytes)
}

/// The payload that an entry names, if it names one.
pub fn reference(entry: &[u8]) -> Option<Payload> {
    #[derive(Deserialize)]
    struct Entry {
        unmapped: Unmapped,
    }
    #[derive(Deserialize)]
    struct Unmapped {
        payload: Form,
    }
    let form = serde_json::from_slice::<Entry>(entry).ok()?.unmapped.payload;
    Some(Payload { hash: Payload::parse_hash(&form.sha256)?, bytes: form.bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_stored_named_by_its_hash_and_found_through_the_entry() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = vec![7; 100_000];
        let payload = store(dir.path(), &bytes).unwrap();
        assert_eq!(store(dir.path(), &bytes).unwrap(), payload);
        assert_eq!(Payload::of(&mut &bytes[..]).unwrap(), payload);
        let entry = serde_json::json!({"unmapped": {"payload": payload.to_json()}}).to_string();
        assert_eq!(reference(entry.as_bytes()), Some(payload));
        assert_eq!(load(dir.path(), &payload).unwrap(), bytes);
        // The name is what sha256sum says.
        let sum =
            std::process::Command::new("sha256sum").arg(dir.path().join(payload.path())).output().unwrap();
        assert!(String::from_utf8(sum.stdout).unwrap().starts_with(&payload.sha256()));
        fs::write(dir.path().join(payload.path()), b"other").unwrap();
        assert_eq!(load(dir.path(), &payload).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn what_is_no_reference_is_none() {
        for entry in
            ["", "{}", r#"{"unmapped":{"payload":{"bytes":1}}}"#, r#"{"payload":{"bytes":1,"sha256":"00"}}"#]
        {
            assert_eq!(reference(entry.as_bytes()), None);
        }
        let upper = format!(r#"{{"unmapped":{{"payload":{{"bytes":1,"sha256":"{}"}}}}}}"#, "AB".repeat(32));
        assert_eq!(reference(upper.as_bytes()), None);
        assert_eq!(Payload::parse_hash(&"é".repeat(32)), None);
    }

    #[test]
    fn a_payload_that_cannot_be_written_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FOLDER), b"in the way").unwrap();
        assert!(store(dir.path(), b"x").is_err());
    }
}
