//! The part of an entry that its class asks for: the user, the entity, the resources, the process, the finding.

use serde_json::{Map, Value, json};

use super::{About, Class, Factor, Mapping, canonical, encode::set};
use crate::{
    alerts::Severity,
    ledger::{EntryKind, Event, Object, Outcome},
};

/// Most characters of what is repeated from the detail.
const REPEATED: usize = 200;
/// `severity_id` of an alert (OCSF: 1 informational to 6 fatal).
const SEVERITIES: [(Severity, u64); 3] =
    [(Severity::Info, 1), (Severity::Warning, 3), (Severity::Critical, 5)];

/// `severity_id`: what was denied or failed is low, what was aborted medium, a check that failed high; an alert says it
/// itself. All else is informational.
pub(super) fn severity(event: &Event, mapping: Mapping) -> u64 {
    if mapping.class == Class::Finding && event.kind != EntryKind::Denied {
        let said = text(event, "severity").and_then(|name| Severity::from_name(&name));
        return SEVERITIES.iter().find(|(severity, _)| Some(*severity) == said).map_or(4, |(_, id)| *id);
    }
    match (event.kind, event.outcome) {
        (_, Some(Outcome::Aborted)) => 3,
        (EntryKind::Denied, _) | (_, Some(Outcome::Failed)) => 2,
        _ => 1,
    }
}

/// Adds what the class asks for.
pub(super) fn describe(event: &Event, mapping: Mapping, out: &mut Map<String, Value>) {
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    let object = &event.object;
    match mapping.class {
        Class::Api => {
            put("resources", json!([resource(object)]));
        }
        Class::Entity => {
            put("entity", entity(event, mapping));
        }
        Class::Account | Class::Authentication | Class::Access => user(event, mapping, put),
        Class::Process => {
            put("device", json!({ "type_id": 1, "name": "Ward" }));
            put("process", json!({ "uid": object.id }));
        }
        Class::Ssh => {
            put("dst_endpoint", json!({ "uid": object.id }));
        }
        Class::Finding => {
            put("finding_info", finding(event, mapping));
            put("resources", json!([resource(object)]));
            put("is_alert", json!(mapping.activity != 3));
        }
    }
}

/// A text of the detail, cut.
pub(super) fn text(event: &Event, name: &str) -> Option<String> {
    let text = event.detail.get(name).and_then(canonical::text)?;
    Some(text.chars().take(REPEATED).collect())
}

fn resource(object: &Object) -> Value {
    json!({ "uid": object.id, "type": object.kind, "role_id": 1 })
}

/// The managed thing. What is created has an id from its outcome on; until then it is named as new.
fn entity(event: &Event, mapping: Mapping) -> Value {
    let object = &event.object;
    let (kind, uid) = match mapping.about {
        About::Policy(name) => {
            return json!({ "type_id": 5, "type": "Policy", "name": name, "policy": { "name": name } });
        }
        About::Other(kind) => (kind, text(event, kind)),
        _ => (object.kind.as_str(), Some(object.id.clone())),
    };
    let name = (mapping.activity == 1).then(|| text(event, "name")).flatten();
    let stand_in = if mapping.activity == 1 { format!("new {kind}") } else { kind.to_owned() };
    let name = if uid.is_none() { Some(name.unwrap_or(stand_in)) } else { name };
    let mut out = json!({});
    set(&mut out, "uid", uid.map(Value::from));
    set(&mut out, "name", name.map(Value::from));
    // OCSF has a place of its own for an organization.
    let org = (kind == "organization").then(|| out.clone());
    let (type_id, kind) = if org.is_some() { (4, "Organization") } else { (99, kind) };
    set(&mut out, "org", org);
    set(&mut out, "type_id", Some(json!(type_id)));
    set(&mut out, "type", Some(json!(kind)));
    out
}

/// The user, and what changes about them.
fn user(event: &Event, mapping: Mapping, mut put: impl FnMut(&str, Value) -> Option<Value>) {
    let object = &event.object;
    let uid = if object.kind == "user" { Some(object.id.clone()) } else { text(event, "user") };
    let user = uid.map_or_else(
        // Known from the outcome on, or from the entry that correlates.
        || json!({ "name": "unknown", "type_id": 0 }),
        |uid| json!({ "uid": uid, "type_id": 1 }),
    );
    put("user", user);
    if mapping.class == Class::Authentication {
        put("service", json!({ "name": "Ward" }));
        if let Some(session) = text(event, "session") {
            put("session", json!({ "uid": session }));
        }
    }
    let factor = match mapping.about {
        About::SignIn(factor) => {
            put("is_mfa", json!(factor != Factor::Password));
            Some(factor)
        }
        About::Account(factor) => factor,
        About::Grant => {
            let scope = text(event, "scope").map(|scope| json!({ "uid": scope, "role_id": 1 }));
            put("resources", json!([scope.unwrap_or_else(|| resource(object))]));
            put("privileges", json!(text(event, "role").into_iter().collect::<Vec<_>>()));
            None
        }
        _ => None,
    };
    if let Some(factor) = factor {
        put("auth_factors", json!([auth_factor(factor)]));
    }
}

fn auth_factor(factor: Factor) -> Value {
    match factor {
        Factor::Password => json!({ "factor_type_id": 11 }),
        Factor::Totp => json!({ "factor_type_id": 7, "is_totp": true }),
        Factor::Second => json!({ "factor_type_id": 99, "factor_type": "Authenticator or recovery code" }),
    }
}

fn finding(event: &Event, mapping: Mapping) -> Value {
    let (uid, title) = match mapping.about {
        About::Alert => (Some(event.object.id.clone()), text(event, "title")),
        _ => (text(event, "observation"), text(event, "summary")),
    };
    let mut out = json!({ "uid": uid.unwrap_or_else(|| event.attempt.clone()) });
    set(&mut out, "title", title.map(Value::from));
    set(&mut out, "desc", text(event, "text").map(Value::from));
    let rule = |check| json!({ "type_id": 1, "type": "Rule", "uid": check });
    set(&mut out, "analytic", text(event, "check").map(rule));
    out
}
