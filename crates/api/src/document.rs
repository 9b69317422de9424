//! The OpenAPI document: what the code says, completed with what holds for every route.
//!
//! Each operation names its action (`x-ward-action`), or that it is open (`x-ward-open`); the coverage tests are made
//! from that. `x-ward-secret` marks routes that carry a secret in the request or the answer.

use std::{
    collections::{BTreeMap, HashSet},
    sync::LazyLock,
};

use serde_json::{Value, json};
use utoipa::OpenApi as _;

use crate::router;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Ward",
        description = "The REST API of Ward. Errors are problem details (RFC 9457) with a stable code and a next step; the \
            request id in them is also in the ledger. Lists are paged by cursor. Text is UTF-8, times are RFC 3339 in UTC.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ward_model::Problem, ward_model::ErrorCode))
)]
struct Base;

static DOCUMENT: LazyLock<Value> = LazyLock::new(build);
static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = serde_json::to_string_pretty(&*DOCUMENT).unwrap_or_default();
    text.push('\n');
    text
});

/// The document, as JSON text. The same on every start: `openapi.json` in the repository is this.
pub fn openapi_json() -> &'static str {
    &TEXT
}

/// Method and path of the routes that carry a secret.
pub(crate) fn secret_routes() -> HashSet<(String, String)> {
    let mut found = HashSet::new();
    for (path, item) in DOCUMENT.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if operation.get("x-ward-secret") == Some(&Value::Bool(true)) {
                found.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    found
}

fn build() -> Value {
    let document = router::with_document(Base::openapi()).into_openapi();
    let mut value = serde_json::to_value(document).unwrap_or_default();
    let bearer = json!({
        "type": "http", "scheme": "bearer",
        "description": "The secret of a session (`POST /v1/sessions`) or of an API token (`POST /v1/me/tokens`)."
    });
    if let Some(components) = value.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("securitySchemes".into(), json!({ "bearer": bearer }));
    }
    if let Some(paths) = value.get_mut("paths").and_then(Value::as_object_mut) {
        // The router's mark for "and all that follows" is no part of a name in OpenAPI.
        *paths =
            std::mem::take(paths).into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    }
    for (path, item) in value.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            complete(path, method, operation);
        }
    }
    sorted(value)
}

/// The same with all keys in order: what the library gives differs from run to run.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let fields: BTreeMap<String, Value> =
                map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// Adds what every operation has: a unique name, its path's parameters, authentication, errors, idempotency.
fn complete(path: &str, method: &str, operation: &mut Value) {
    let Some(operation) = operation.as_object_mut() else { return };
    let tag =
        operation.get("tags").and_then(|t| t.get(0)).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    operation.insert("operationId".into(), format!("{tag}_{name}").into());
    let open = operation.get("x-ward-open") == Some(&Value::Bool(true));
    operation.insert("security".into(), if open { json!([]) } else { json!([{ "bearer": [] }]) });
    let mut parameters = parameters_of(path);
    let mutates = method != "get";
    if mutates && !open && !operation.contains_key("x-ward-secret") {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "A repeat with the same key and body within 24 hours is answered with the first success.",
            "schema": { "type": "string", "maxLength": 200 }
        }));
    }
    let given = operation.remove("parameters");
    parameters.extend(given.and_then(|p| p.as_array().cloned()).into_iter().flatten());
    if !parameters.is_empty() {
        operation.insert("parameters".into(), parameters.into());
    }
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        for (status, response) in responses.iter_mut() {
            let text = match status.as_str() {
                "101" => "The connection is a tunnel from here on.",
                "201" => "Created.",
                "202" => "Accepted: a loop carries it out; follow it with the event stream.",
                "204" => "Done.",
                _ => "The answer.",
            };
            if let Some(response) = response.as_object_mut() {
                response.insert("description".into(), text.into());
            }
        }
        let problem = json!({
            "description": "What went wrong, and what to do next.",
            "content": { crate::problem::PROBLEM: { "schema": { "$ref": "#/components/schemas/Problem" } } }
        });
        responses.insert("default".into(), problem);
    }
}

/// The parameters in a path, described by their names.
fn parameters_of(path: &str) -> Vec<Value> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(parameter).collect()
}

fn parameter(name: &str) -> Value {
    let prefix = match name {
        "organization" => "org",
        "project" => "prj",
        "environment" => "env",
        "app" => "app",
        "deployment" => "dep",
        "database" => "db",
        "backup" => "bak",
        "agreement" => "agr",
        "user" => "usr",
        "session" => "ses",
        "token" => "tok",
        "grant" => "grt",
        _ => "",
    };
    let (schema, text) = if prefix.is_empty() {
        let text = match name {
            "check" => "Id of the check.",
            "path" => "Rest of the path of the tile, as C2SP tlog-tiles names it: `x001/234.p/5`.",
            "log" => "Log: `platform`, or the id of an organization.",
            "file" => "`keys`, or `<shard>.archived`.",
            "shard" => "Name of the shard: `2026-1`.",
            "level" => "Level of the tile, from 0.",
            "sha256" => "SHA-256 of the payload, 64 hex digits.",
            "index" => "Index of the entry in the shard, from 0.",
            _ => "Name of the environment variable.",
        };
        (json!({ "type": "string" }), text.to_owned())
    } else {
        (
            json!({ "type": "string", "pattern": format!("^{prefix}_[0-9a-f]{{32}}$") }),
            format!("Id of the {name}."),
        )
    };
    json!({ "name": name, "in": "path", "required": true, "description": text, "schema": schema })
}
