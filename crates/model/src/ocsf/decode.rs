//! From bytes back to the recording.
//!
//! Only what [`super::encode`] put there is read, from fixed places: a later Ward may class an action otherwise, and
//! reads old entries all the same.

use serde_json::Value;

use super::{
    Recording,
    encode::{ACTORS, milliseconds},
};
use crate::{
    Timestamp,
    ledger::{Actor, EntryKind, Event, Object, Outcome},
};

/// Why bytes are no entry of Ward.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// No JSON.
    #[error("an entry that is no JSON: {0}")]
    NotJson(String),
    /// An attribute is missing or of another type; its JSON pointer (RFC 6901).
    #[error("an entry without {0}, or with one of another type: no event of Ward")]
    Missing(&'static str),
    /// An attribute has a value that Ward never writes; its JSON pointer.
    #[error("an entry with a {0} that Ward never writes")]
    Unknown(&'static str),
}

/// The recording behind an entry.
///
/// # Errors
/// If the bytes are no entry of Ward.
pub fn decode(bytes: &[u8]) -> Result<Recording, DecodeError> {
    let entry: Value = serde_json::from_slice(bytes).map_err(|e| DecodeError::NotJson(e.to_string()))?;
    let kind = text(&entry, "/unmapped/kind")?;
    let version = text(&entry, "/metadata/log_version")?;
    let event = Event {
        v: version.parse().map_err(|_| DecodeError::Unknown("/metadata/log_version"))?,
        time: time(&entry)?,
        kind: EntryKind::from_name(&kind).ok_or(DecodeError::Unknown("/unmapped/kind"))?,
        attempt: optional(&entry, "/metadata/correlation_uid")?.unwrap_or_default(),
        action: text(&entry, "/api/operation")?,
        actor: actor(&entry)?,
        object: Object {
            kind: text(&entry, "/unmapped/object/kind")?,
            id: text(&entry, "/unmapped/object/id")?,
            organization: optional(&entry, "/metadata/tenant_uid")?,
            project: optional(&entry, "/cloud/account/uid")?,
            environment: optional(&entry, "/unmapped/environment")?,
        },
        request: optional(&entry, "/api/request/uid")?.unwrap_or_default(),
        source: optional(&entry, "/src_endpoint/uid")?
            .map_or_else(|| optional(&entry, "/unmapped/source"), |source| Ok(Some(source)))?
            .unwrap_or_default(),
        policies: policies(&entry)?,
        outcome: optional(&entry, "/status_code")?
            .map(|code| Outcome::from_name(&code).ok_or(DecodeError::Unknown("/status_code")))
            .transpose()?,
        detail: entry.pointer("/unmapped/detail").cloned().unwrap_or(Value::Null),
    };
    let payload = entry.pointer("/unmapped/payload").cloned().map(serde_json::from_value).transpose();
    Ok(Recording {
        event,
        logged_time: entry
            .pointer("/metadata/logged_time")
            .and_then(Value::as_i64)
            .ok_or(DecodeError::Missing("/metadata/logged_time"))?,
        shard: entry.pointer("/unmapped/shard").cloned(),
        payload: payload.map_err(|_| DecodeError::Missing("/unmapped/payload"))?,
    })
}

fn optional(entry: &Value, pointer: &'static str) -> Result<Option<String>, DecodeError> {
    match entry.pointer(pointer) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(DecodeError::Missing(pointer)),
    }
}

fn text(entry: &Value, pointer: &'static str) -> Result<String, DecodeError> {
    optional(entry, pointer)?.ok_or(DecodeError::Missing(pointer))
}

/// The exact time; the one in milliseconds must be the same moment.
fn time(entry: &Value) -> Result<Timestamp, DecodeError> {
    let exact: Timestamp = text(entry, "/time_dt")?.parse().map_err(|_| DecodeError::Unknown("/time_dt"))?;
    let rounded = entry.get("time").and_then(Value::as_i64).ok_or(DecodeError::Missing("/time"))?;
    if milliseconds(exact) != rounded {
        return Err(DecodeError::Unknown("/time"));
    }
    Ok(exact)
}

fn actor(entry: &Value) -> Result<Actor, DecodeError> {
    const TYPE: &str = "/actor/user/type_id";
    let type_id = entry.pointer(TYPE).and_then(Value::as_u64).ok_or(DecodeError::Missing(TYPE))?;
    let kind = match type_id {
        99 => text(entry, "/actor/user/type")?,
        _ => {
            let known = ACTORS.iter().find(|(_, id)| *id == type_id);
            known.map(|(kind, _)| (*kind).to_owned()).ok_or(DecodeError::Unknown(TYPE))?
        }
    };
    let credential = match optional(entry, "/actor/session/uid")? {
        Some(session) => Some(session),
        None => optional(entry, "/actor/user/programmatic_credentials/0/uid")?,
    };
    Ok(Actor { kind, id: optional(entry, "/actor/user/uid")?.unwrap_or_default(), credential })
}

fn policies(entry: &Value) -> Result<Vec<String>, DecodeError> {
    const PLACE: &str = "/authorizations";
    let Some(all) = entry.get("authorizations") else { return Ok(Vec::new()) };
    let all = all.as_array().ok_or(DecodeError::Missing(PLACE))?;
    let named = all.iter().filter_map(|one| one.pointer("/policy/uid"));
    named.map(|uid| uid.as_str().map(str::to_owned).ok_or(DecodeError::Missing(PLACE))).collect()
}
