//! The form of an entry: OCSF in canonical JSON, as `ward_model::ocsf` writes it.

use std::path::Path;

use ward_ledger::{
    payload,
    series::{ShardLink, Slot},
};
use ward_model::{
    ledger::Event,
    ocsf::{self, EncodeError, Payload, Recording},
};

use crate::{Error, Result};

/// The bytes of an entry.
///
/// A detail that is too large for an entry is stored beside the shard and entered by its hash. One that has no canonical
/// form would hold up every outcome behind it, so it is left out, and the entry says so.
pub(super) fn encode(event: &Event, slot: &Slot<'_>) -> Result<Vec<u8>> {
    match ocsf::encode(&Recording::new(event.clone(), slot.logged)) {
        Ok(bytes) => Ok(bytes),
        Err(EncodeError::TooLarge { .. }) => {
            let detail = event.detail.to_string();
            let stored = payload::store(slot.dir, detail.as_bytes())
                .map_err(|e| Error::unavailable("a large entry of the ledger can't be stored", e))?;
            let beside = Some(Payload { sha256: stored.sha256(), bytes: stored.bytes });
            let event = Event { detail: serde_json::Value::Null, ..event.clone() };
            finish(&Recording { payload: beside, ..Recording::new(event, slot.logged) })
        }
        Err(error @ EncodeError::Deep) => {
            let detail = serde_json::json!({ "left_out": error.to_string() });
            finish(&Recording::new(Event { detail, ..event.clone() }, slot.logged))
        }
        Err(error) => Err(Error::internal("writing an entry", error)),
    }
}

/// The bytes of the first or last entry of a shard.
pub(super) fn link(event: &Event, logged: i64, link: &ShardLink) -> Result<Vec<u8>> {
    let shard =
        serde_json::to_value(link).map_err(|e| Error::internal("writing a link between shards", e))?;
    finish(&Recording { shard: Some(shard), ..Recording::new(event.clone(), logged) })
}

fn finish(recording: &Recording) -> Result<Vec<u8>> {
    ocsf::encode(recording).map_err(|e| Error::internal("writing an entry", e))
}

/// What an entry says; `None` if it is none of Ward's.
pub(super) fn decode(bytes: &[u8]) -> Option<Recording> {
    ocsf::decode(bytes).ok()
}

/// The same, with the detail that is stored beside the shard in `dir`.
pub(super) fn decode_whole(bytes: &[u8], dir: &Path) -> Option<Recording> {
    let mut found = decode(bytes)?;
    if let Some(beside) = payload::reference(bytes) {
        found.event.detail = match payload::load(dir, &beside) {
            Ok(detail) => serde_json::from_slice(&detail).unwrap_or_default(),
            Err(error) => {
                tracing::error!(%error, "a payload of the ledger can't be read");
                serde_json::json!({ "payload": beside.sha256(), "unreadable": error.to_string() })
            }
        };
    }
    Some(found)
}
