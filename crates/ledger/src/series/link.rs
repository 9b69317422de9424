//! What ties the shards of a log together, and what the crate reads of an entry.

use serde::{Deserialize, Serialize};

use crate::note::VerifierKey;

/// A shard as another shard names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardRef {
    /// Origin of its checkpoints.
    pub origin: String,
    /// Its verifier key (vkey).
    pub key: String,
}

/// A closed shard as its successor names it: with its last state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedShard {
    /// Origin of its checkpoints.
    pub origin: String,
    /// Its verifier key (vkey).
    pub key: String,
    /// Number of its entries.
    pub size: u64,
    /// Root over them, base64.
    pub root: String,
}

/// Stands at `unmapped.shard` in the first entry of a shard and in the last entry of a closed one.
///
/// The old key vouches for the new one (`closed`), and the new shard commits to the end of the old one
/// (`opened`): from one trusted key the whole series verifies, forwards and backwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum ShardLink {
    /// Entry 0 of a shard.
    Opened {
        /// Name of this shard.
        shard: String,
        /// Its origin.
        origin: String,
        /// Its verifier key.
        key: String,
        /// The shard before it; none in the first.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        previous: Option<ClosedShard>,
    },
    /// Last entry of a shard.
    Closed {
        /// Name of this shard.
        shard: String,
        /// The shard after it.
        next: ShardRef,
    },
}

impl ShardRef {
    /// Names a shard by its key.
    pub fn of(key: &VerifierKey) -> Self {
        Self { origin: key.name().to_owned(), key: key.to_string() }
    }
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    unmapped: Unmapped,
}

#[derive(Default, Deserialize)]
struct Metadata {
    logged_time: Option<i64>,
}

#[derive(Default, Deserialize)]
struct Unmapped {
    shard: Option<ShardLink>,
}

/// The link in an entry, if it is one.
pub fn shard_link(entry: &[u8]) -> Option<ShardLink> {
    serde_json::from_slice::<Entry>(entry).ok()?.unmapped.shard
}

/// When an entry was sequenced, in milliseconds since the epoch: `metadata.logged_time`. `None` if the entry is
/// no JSON object or has no such member.
pub fn logged_time(entry: &[u8]) -> Option<i64> {
    serde_json::from_slice::<Entry>(entry).ok()?.metadata.logged_time
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_found_in_an_entry_and_nowhere_else() {
        let link = ShardLink::Closed {
            shard: "2026-1".to_owned(),
            next: ShardRef { origin: "o".to_owned(), key: "k".to_owned() },
        };
        let text =
            serde_json::json!({"metadata": {"logged_time": 7}, "unmapped": {"shard": link}}).to_string();
        assert_eq!(shard_link(text.as_bytes()), Some(link));
        assert_eq!(logged_time(text.as_bytes()), Some(7));
        assert_eq!(shard_link(br#"{"unmapped":{"detail":{"shard":{"event":"closed"}}}}"#), None);
        assert_eq!(shard_link(b"no json"), None);
        assert_eq!(logged_time(br#"{"logged_time":7}"#), None);
    }
}
