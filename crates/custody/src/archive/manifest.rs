//! The manifest: what an archived object is, in clear, for whoever finds it without Ward.

use serde::{Deserialize, Serialize};
use ward_model::{Timestamp, retention::LogName};

use super::Kept;

/// What an archived object is. Nothing in it is secret, and nothing in it changes while the object stays the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this form: 1.
    pub v: u32,
    /// Which log.
    pub log: LogName,
    /// Name of the shard.
    pub shard: String,
    /// Origin of its checkpoints (C2SP tlog-checkpoint).
    pub origin: String,
    /// Its verifier key (vkey).
    pub key: String,
    /// When its first entry was made.
    pub opened_at: Timestamp,
    /// When its last entry was made.
    pub closed_at: Timestamp,
    /// Number of its entries.
    pub entries: u64,
    /// Root over them, base64.
    pub root: String,
    /// Its final checkpoint: a signed note.
    pub checkpoint: String,
    /// Until when the record is kept at least, as it was when this was written.
    pub kept_until: Timestamp,
    /// The sealed object.
    pub sealed: Sealed,
}

/// The sealed object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Its name.
    pub object: String,
    /// Its bytes.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// Which version of the object, if the store keeps versions.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<String>,
    /// How it is sealed.
    pub form: String,
    /// Id of the key that it is sealed under; the key itself is in Ward's store, wrapped by the root key.
    pub dek: String,
    /// What the seal is bound to.
    pub bound_to: String,
}

/// Form of the sealed stream (crates/vault/README.md).
const FORM: &str = "tar, sealed as WARDSTR version 1 (AES-256-GCM, chunks of 1 MiB)";

impl Manifest {
    pub(super) fn of(kept: &Kept, key: &str, checkpoint: String, kept_until: Timestamp) -> Self {
        Self {
            v: 1,
            log: kept.log,
            shard: kept.shard.clone(),
            origin: kept.origin.clone(),
            key: key.to_owned(),
            opened_at: kept.opened,
            closed_at: kept.closed,
            entries: kept.entries,
            root: kept.root.clone(),
            checkpoint,
            kept_until,
            sealed: Sealed {
                object: kept.object.clone(),
                bytes: kept.bytes.unwrap_or(0),
                sha256: kept.sha256.clone().unwrap_or_default(),
                version: kept.version.clone(),
                form: FORM.to_owned(),
                dek: kept.dek.to_string(),
                bound_to: kept.aad(),
            },
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}
