//! The OpenAPI document.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::Value;
use ward_model::Action;

fn document() -> Value {
    serde_json::from_str(ward_api::openapi_json()).unwrap()
}

/// All operations: method, path, body.
pub(crate) fn operations() -> Vec<(String, String, Value)> {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let mut all: Vec<_> = paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(|(method, op)| (method.to_uppercase(), path.clone(), op.clone()))
        })
        .collect();
    all.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    all
}

/// Compares with a file in the repository; `WARD_UPDATE=1` writes it.
pub(crate) fn matches_snapshot(path: &Path, text: &str) {
    #[expect(
        clippy::disallowed_methods,
        reason = "a person asks by the environment that snapshots be written"
    )]
    let update = std::env::var("WARD_UPDATE").is_ok_and(|v| v == "1");
    if update {
        std::fs::write(path, text).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    if stored != text {
        let line = stored
            .lines()
            .zip(text.lines())
            .position(|(a, b)| a != b)
            .unwrap_or(stored.lines().count().min(text.lines().count()));
        panic!(
            "{} is not what the code gives, from line {} on:\n  file: {}\n  code: {}\nIf that is meant: WARD_UPDATE=1 cargo test -p ward-api",
            path.display(),
            line + 1,
            stored.lines().nth(line).unwrap_or("(end)"),
            text.lines().nth(line).unwrap_or("(end)"),
        );
    }
}

#[test]
fn openapi_json_in_the_repository_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
    matches_snapshot(&path, ward_api::openapi_json());
}

#[test]
fn every_operation_names_its_action_or_says_that_it_is_open() {
    let all = operations();
    assert!(all.len() > 70, "{}", all.len());
    let mut names = BTreeSet::new();
    for (method, path, op) in &all {
        let open = op["x-ward-open"] == Value::Bool(true);
        let action = op["x-ward-action"].as_str();
        assert!(open || action.is_some(), "{method} {path} names no action");
        for name in [action, op["x-ward-otherwise"].as_str()].into_iter().flatten() {
            let action: Action = name.parse().unwrap();
            // Verifying reads the ledger, and is POST because it is work.
            let work = path == "/v1/ledger/verify";
            assert!(work || action.mutates() == (method != "GET"), "{method} {path} is {action}");
        }
        assert!(
            names.insert(op["operationId"].as_str().unwrap().to_owned()),
            "{method} {path}: its name is taken"
        );
        let described: BTreeSet<_> = op["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|p| p["in"] == "path")
            .map(|p| p["name"].as_str().unwrap())
            .collect();
        let named: BTreeSet<_> =
            path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(described, named, "{method} {path}");
        assert!(op["summary"].as_str().is_some_and(|s| !s.is_empty()), "{method} {path} has no summary");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &Value, found: &mut BTreeMap<String, usize>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(text)) = map.get("$ref") {
                    *found.entry(text.clone()).or_default() += 1;
                }
                map.values().for_each(|v| walk(v, found));
            }
            Value::Array(items) => items.iter().for_each(|v| walk(v, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeMap::new();
    walk(&document, &mut found);
    assert!(found.len() > 40, "{}", found.len());
    for reference in found.keys() {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn every_action_of_people_has_a_route() {
    let all = operations();
    let named: BTreeSet<_> = all
        .iter()
        .flat_map(|(_, _, op)| [op["x-ward-action"].as_str(), op["x-ward-otherwise"].as_str()])
        .flatten()
        .map(str::to_owned)
        .collect();
    for action in Action::ALL.iter().filter(|a| !a.roles().is_empty()) {
        // Where the thing itself says whose it is (a drain), one route names the organization's action alone.
        let twin = action.as_str().strip_prefix("platform-").is_some_and(|twin| named.contains(twin));
        assert!(twin || named.contains(action.as_str()), "{action} has no route");
    }
}

#[test]
fn routes_are_registered_with_their_documentation_only() {
    let source = include_str!("../../src/router.rs");
    // The one for paths that nobody knows.
    assert_eq!(source.matches(".route(").count(), 1, "a route without an entry in the document");
    assert!(source.contains(".route(\"/v1/{*unknown}\"") && !source.contains("route_service("));
}
