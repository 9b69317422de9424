//! The form of an entry: OCSF in canonical JSON, as `ward_model::ocsf` writes it.

use ward_ledger::series::{ShardLink, Slot};
use ward_model::{
    ledger::Event,
    ocsf::{self, EncodeError, Recording},
};

use crate::{Error, Result};

/// The bytes of an entry.
///
/// An outcome that can't be written down would hold up every one behind it, so what does not fit is left out, and
/// the entry says so.
pub(super) fn encode(event: &Event, slot: &Slot<'_>) -> Result<Vec<u8>> {
    match ocsf::encode(&Recording::new(event.clone(), slot.logged)) {
        Ok(bytes) => Ok(bytes),
        Err(error @ (EncodeError::TooLarge { .. } | EncodeError::Deep)) => {
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
