//! From a recording to its bytes.

use serde_json::{Map, Value, json};

use super::{Class, MAX_ENTRY_BYTES, Mapping, Recording, VERSION, canonical, mapping_of, subject};
use crate::{
    Timestamp,
    ledger::{Actor, EntryKind, Event, Outcome},
};

/// Last millisecond that RFC 3339 can write with a year of four digits, less a day for all time zones.
const LAST_TIME: i64 = 253_402_214_399_999;
/// Most levels of nesting in a detail; a reader of JSON must not be brought down by an entry.
const LEVELS: usize = 64;

/// Why a recording has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Longer than an entry can be.
    #[error("an entry of {bytes} bytes: the ledger takes {MAX_ENTRY_BYTES}; enter what is large by its hash")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// A time that RFC 3339 can't write.
    #[error("a time before 1970 or after 9999: check the clock of the machine")]
    Time,
    /// The detail or the link is nested too deep.
    #[error("a detail that is nested deeper than {LEVELS} levels: say it with fewer")]
    Deep,
}

/// The canonical bytes of a recording.
///
/// # Errors
/// If it is too large, nested too deep, or outside of time. All else has a form, whatever the texts in it are.
pub fn encode(recording: &Recording) -> Result<Vec<u8>, EncodeError> {
    let bytes = canonical::to_vec(&document(recording)?);
    if bytes.len() > MAX_ENTRY_BYTES {
        return Err(EncodeError::TooLarge { bytes: bytes.len() });
    }
    Ok(bytes)
}

fn document(recording: &Recording) -> Result<Value, EncodeError> {
    let event = &recording.event;
    let mapping = mapping_of(event);
    let deep = |value: &Value| !canonical::is_shallow(value, LEVELS);
    if deep(&event.detail) || recording.shard.as_ref().is_some_and(deep) {
        return Err(EncodeError::Deep);
    }
    let (time, logged_time) = (milliseconds(event.time), recording.logged_time);
    if ![time, logged_time].iter().all(|time| (0..=LAST_TIME).contains(time)) {
        return Err(EncodeError::Time);
    }
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    put("activity_id", json!(mapping.activity));
    if mapping.activity == 99 {
        put("activity_name", json!(mapping.activity_name));
    }
    put("class_uid", json!(mapping.class.uid()));
    put("category_uid", json!(mapping.class.category()));
    put("type_uid", json!(mapping.type_uid()));
    put("time", json!(time));
    put("time_dt", json!(event.time));
    put("metadata", metadata(recording, mapping.class));
    put("severity_id", json!(subject::severity(event, mapping)));
    put("actor", actor(&event.actor));
    let mut api = json!({ "operation": event.action });
    set(&mut api, "request", (!event.request.is_empty()).then(|| json!({ "uid": event.request })));
    put("api", api);
    let mut cloud = json!({ "provider": "Ward" });
    set(&mut cloud, "account", event.object.project.as_ref().map(|project| json!({ "uid": project })));
    put("cloud", cloud);
    if mapping.class.has_source() {
        if !event.source.is_empty() {
            put("src_endpoint", json!({ "uid": event.source }));
        } else if mapping.class.needs_source() {
            put("src_endpoint", json!({ "svc_name": "Ward" }));
        }
    }
    put("unmapped", unmapped(recording, mapping.class));
    status(event, mapping, &mut out);
    decision(event, mapping, &mut out);
    subject::describe(event, mapping, &mut out);
    Ok(Value::Object(out))
}

/// Milliseconds since 1970, rounded down.
pub(super) const fn milliseconds(time: Timestamp) -> i64 {
    time.micros().div_euclid(1000)
}

/// Sets a field of an object, if there is a value.
pub(super) fn set(object: &mut Value, name: &str, value: Option<Value>) {
    if let (Some(fields), Some(value)) = (object.as_object_mut(), value) {
        fields.insert(name.to_owned(), value);
    }
}

fn metadata(recording: &Recording, class: Class) -> Value {
    let event = &recording.event;
    let mut out = json!({
        "version": VERSION,
        "product": { "name": "Ward", "vendor_name": "Ward", "version": env!("CARGO_PKG_VERSION") },
        "profiles": class.profiles(),
        "log_version": event.v.to_string(),
        "logged_time": recording.logged_time,
    });
    if !event.attempt.is_empty() {
        set(&mut out, "uid", Some(json!(format!("{}.{}", event.attempt, event.kind.as_str()))));
        set(&mut out, "correlation_uid", Some(json!(event.attempt)));
    }
    set(&mut out, "tenant_uid", event.object.organization.as_ref().map(|id| json!(id)));
    out
}

/// Kinds of actors, and the type of user that each is in OCSF: a loop is a service account.
pub(super) const ACTORS: [(&str, u64); 4] = [("anonymous", 0), ("user", 1), ("operator", 2), ("loop", 4)];

fn actor(actor: &Actor) -> Value {
    let known = ACTORS.iter().find(|(kind, _)| *kind == actor.kind);
    let mut user = json!({ "type_id": known.map_or(99, |(_, id)| *id) });
    set(&mut user, "type", known.is_none().then(|| json!(actor.kind)));
    // A user of OCSF has an id or a name; the kind stands for whoever has no id.
    if actor.id.is_empty() {
        set(&mut user, "name", Some(json!(actor.kind)));
    } else {
        set(&mut user, "uid", Some(json!(actor.id)));
    }
    let Some(credential) = &actor.credential else { return json!({ "user": user }) };
    if credential.starts_with("ses_") {
        return json!({ "user": user, "session": { "uid": credential } });
    }
    set(&mut user, "programmatic_credentials", Some(json!([{ "uid": credential, "type": "API token" }])));
    json!({ "user": user })
}

fn unmapped(recording: &Recording, class: Class) -> Value {
    let event = &recording.event;
    let mut out = json!({
        "kind": event.kind.as_str(),
        "object": { "kind": event.object.kind, "id": event.object.id },
    });
    set(&mut out, "environment", event.object.environment.as_ref().map(|id| json!(id)));
    set(&mut out, "source", (!class.has_source() && !event.source.is_empty()).then(|| json!(event.source)));
    set(&mut out, "detail", (!event.detail.is_null()).then(|| event.detail.clone()));
    set(&mut out, "shard", recording.shard.clone());
    set(&mut out, "payload", recording.payload.as_ref().map(|payload| json!(payload)));
    out
}

/// What became of it. An attempt has no status yet, so it says that it is one; what was aborted has failed.
fn status(event: &Event, mapping: Mapping, out: &mut Map<String, Value>) {
    let (id, other) = match (event.kind, event.outcome) {
        (EntryKind::Attempt, _) => (99, Some("Attempt")),
        (EntryKind::Outcome, Some(Outcome::Success)) | (EntryKind::Read | EntryKind::Notice, _) => (1, None),
        (EntryKind::Outcome, Some(_)) | (EntryKind::Denied, _) => (2, None),
        (EntryKind::Outcome, None) => (0, None),
    };
    // The status of a finding says how far people are with it.
    let (id, other) = match (mapping.class, id) {
        (Class::Finding, 1) => (if mapping.activity == 3 { 4 } else { 1 }, None),
        (Class::Finding, 2) => (99, Some("Not recorded")),
        _ => (id, other),
    };
    let reason = match (event.kind, event.outcome) {
        (_, Some(Outcome::Aborted)) => {
            Some("the process ended in the middle; nothing was committed".to_owned())
        }
        (EntryKind::Read, _) => Some("permitted, and recorded before the data was handed out".to_owned()),
        _ => subject::text(event, "why"),
    };
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    put("status_id", json!(id));
    if let Some(other) = other {
        put("status", json!(other));
    }
    if let Some(reason) = reason {
        put("status_detail", json!(reason));
    }
    if let Some(outcome) = event.outcome {
        put("status_code", json!(outcome.as_str()));
    }
}

/// What the gate decided, and by which policies. What Ward says by itself was decided by nobody: it is observed. So is
/// a finding, whoever was permitted to record it.
fn decision(event: &Event, mapping: Mapping, out: &mut Map<String, Value>) {
    let denied = event.kind == EntryKind::Denied;
    let (action, disposition) = match (event.kind, mapping.class) {
        (EntryKind::Denied, _) => (2, 2),
        (_, Class::Finding) => (3, 15),
        (EntryKind::Notice, _) => (3, 17),
        _ => (1, 1),
    };
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    put("action_id", json!(action));
    put("disposition_id", json!(disposition));
    let word = if denied { "denied" } else { "allowed" };
    let mut decisions: Vec<Value> =
        event.policies.iter().map(|id| json!({ "decision": word, "policy": { "uid": id } })).collect();
    if decisions.is_empty() && !matches!(event.kind, EntryKind::Outcome | EntryKind::Notice) {
        decisions.push(json!({ "decision": word }));
    }
    if !decisions.is_empty() {
        put("authorizations", Value::Array(decisions));
    }
}
