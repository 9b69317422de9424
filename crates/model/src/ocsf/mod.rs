//! The canonical form of an entry: OCSF 1.8.0 JSON in RFC 8785 bytes.
//!
//! The tree of the ledger hashes these bytes, so there is one form for one recording, and an auditor or a SIEM reads it
//! with nothing of Ward. [`encode`] puts each fact where OCSF wants it; [`decode`] takes it from there again, without
//! loss. What OCSF has no place for is in `unmapped`. `docs/reference/events.md` shows all of it.

pub mod canonical;
mod class;
mod decode;
mod encode;
mod subject;
mod table;

use serde::{Deserialize, Serialize};

pub use class::Class;
pub use decode::{DecodeError, decode};
pub use encode::{EncodeError, encode};
pub use table::{About, Factor, Mapping, TABLE, mapping};

use crate::{
    Action,
    ledger::{EntryKind, Event},
    posture::Verdict,
};

/// Version of OCSF that entries follow: `metadata.version`.
pub const VERSION: &str = "1.8.0";
/// JSON Schema (draft 2020-12) of an entry, for whoever checks entries without Ward.
pub const SCHEMA: &str = include_str!("../../schema/ward-ocsf-1.8.0.schema.json");
/// Most bytes of an entry (C2SP tlog-tiles: entries have a 16-bit length).
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// An event as the ledger records it: what happened, and when it was written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// What happened.
    pub event: Event,
    /// When the entry was sequenced, in milliseconds since 1970: `metadata.logged_time`.
    pub logged_time: i64,
    /// Link to the shard before or after, on the first and the last entry of a shard: `unmapped.shard`.
    pub shard: Option<serde_json::Value>,
    /// Payload that is too large for an entry: `unmapped.payload`.
    pub payload: Option<Payload>,
}

/// A payload beside the log, entered by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// SHA-256 in hex: the name of its file.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
}

impl Recording {
    /// An event with the time at which it is written down, in milliseconds since 1970.
    pub fn new(event: Event, logged_time: i64) -> Self {
        Self { event, logged_time, shard: None, payload: None }
    }
}

/// Class, activity and subject of an event. The table says it by the action; only a check that failed is a finding, and
/// a check that passed is not.
pub fn mapping_of(event: &Event) -> Mapping {
    let said = mapping(&event.action);
    let failed = event.kind == EntryKind::Outcome
        && event.detail.get("verdict").and_then(|v| v.as_str()) == Some(Verdict::Fail.as_str());
    if event.action == Action::ObservationRecord.as_str() && !failed {
        return Mapping { class: Class::Api, about: About::Object, ..said };
    }
    said
}
