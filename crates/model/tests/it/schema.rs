//! Entries are OCSF 1.8.0: checked by a JSON Schema made from the schema of OCSF, with a validator of its own.

use std::{collections::BTreeMap, path::PathBuf};

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use ward_model::{
    ledger::EntryKind,
    ocsf::{Class, Payload, Recording, SCHEMA, TABLE, VERSION, encode},
};

use crate::events::{OUTCOMES, any_recording, example};

/// The part of OCSF's schema that is beside (tests/ocsf/README.md).
#[derive(Deserialize)]
struct Ocsf {
    version: String,
    types: BTreeMap<String, Type>,
    classes: BTreeMap<String, Item>,
    objects: BTreeMap<String, Item>,
}

#[derive(Deserialize)]
struct Type {
    #[serde(rename = "type")]
    base: Option<String>,
    regex: Option<String>,
    max_len: Option<u64>,
    range: Option<[i64; 2]>,
}

#[derive(Deserialize)]
struct Item {
    caption: String,
    uid: Option<u32>,
    category_uid: Option<u32>,
    attributes: BTreeMap<String, Attribute>,
    #[serde(default)]
    constraints: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Attribute {
    #[serde(rename = "type")]
    kind: String,
    object_type: Option<String>,
    #[serde(default)]
    is_array: bool,
    requirement: String,
    #[serde(default)]
    profiles: Vec<String>,
    #[serde(rename = "enum")]
    values: Option<BTreeMap<String, String>>,
}

fn ocsf() -> Ocsf {
    serde_json::from_str(include_str!("../ocsf/ocsf-1.8.0.json")).unwrap()
}

/// The class of OCSF behind a class of Ward.
fn class_of(ocsf: &Ocsf, class: Class) -> (&String, &Item) {
    ocsf.classes.iter().find(|(_, item)| item.uid == Some(class.uid())).unwrap()
}

fn base(name: &str) -> Value {
    match name {
        "string_t" => json!({ "type": "string" }),
        "integer_t" | "long_t" => json!({ "type": "integer" }),
        "float_t" => json!({ "type": "number" }),
        "boolean_t" => json!({ "type": "boolean" }),
        "json_t" => json!({}),
        other => panic!("OCSF has a type {other} that is not known here"),
    }
}

fn type_schema(name: &str, kind: &Type) -> Value {
    let mut out = base(kind.base.as_deref().unwrap_or(name));
    if let Some(regex) = &kind.regex {
        out["pattern"] = json!(regex);
    }
    if let Some(length) = kind.max_len {
        out["maxLength"] = json!(length);
    }
    if let Some([least, most]) = kind.range {
        (out["minimum"], out["maximum"]) = (json!(least), json!(most));
    }
    out
}

fn attribute_schema(attribute: &Attribute) -> Value {
    let one = match (&attribute.object_type, &attribute.values) {
        (Some(object), _) => json!({ "$ref": format!("#/$defs/{object}") }),
        (None, Some(values)) => {
            let numbers = attribute.kind != "string_t";
            let value =
                |text: &String| if numbers { json!(text.parse::<i64>().unwrap()) } else { json!(text) };
            let mut all: Vec<Value> = values.keys().map(value).collect();
            all.sort_by_key(Value::as_i64);
            json!({ "enum": all })
        }
        (None, None) => json!({ "$ref": format!("#/$defs/{}", attribute.kind) }),
    };
    if attribute.is_array { json!({ "type": "array", "items": one }) } else { one }
}

/// An object or a class, with the attributes of the profiles that are applied.
fn item_schema(item: &Item, profiles: &[&str]) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, attribute) in &item.attributes {
        if attribute.profiles.is_empty() || attribute.profiles.iter().any(|p| profiles.contains(&p.as_str()))
        {
            properties.insert(name.clone(), attribute_schema(attribute));
            if attribute.requirement == "required" {
                required.push(name.clone());
            }
        }
    }
    let mut out = json!({
        "title": item.caption, "type": "object", "properties": properties, "additionalProperties": false,
    });
    if !required.is_empty() {
        out["required"] = json!(required);
    }
    for (constraint, names) in &item.constraints {
        let each: Vec<Value> = names.iter().map(|name| json!({ "required": [name] })).collect();
        match constraint.as_str() {
            "at_least_one" => out["anyOf"] = json!(each),
            "just_one" => out["oneOf"] = json!(each),
            other => panic!("OCSF has a constraint {other} that is not known here"),
        }
    }
    out
}

/// What Ward asks for beyond OCSF: what it takes to read the entry back.
fn promised(mut class: Value, uid: u32, activities: &BTreeMap<String, String>) -> Value {
    let mut required: Vec<String> = serde_json::from_value(class["required"].take()).unwrap();
    required.extend(
        ["action_id", "actor", "api", "disposition_id", "status_id", "time_dt", "unmapped"].map(Into::into),
    );
    required.sort();
    required.dedup();
    class["required"] = json!(required);
    class["properties"]["class_uid"] = json!({ "const": uid });
    // Class and activity in one number.
    let mut pairs: Vec<u32> = activities.keys().map(|activity| activity.parse().unwrap()).collect();
    pairs.sort_unstable();
    let pair = |activity: u32| {
        json!({ "properties": {
            "activity_id": { "const": activity }, "type_uid": { "const": uid * 100 + activity },
        } })
    };
    let pairs: Vec<Value> = pairs.into_iter().map(pair).collect();
    class["allOf"] = json!([{ "oneOf": pairs }]);
    class
}

fn unmapped() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "title": "What OCSF has no place for",
        "type": "object",
        "required": ["kind", "object"],
        "properties": {
            "kind": { "enum": ["attempt", "outcome", "denied", "read", "notice"] },
            "object": {
                "type": "object", "required": ["kind", "id"],
                "properties": { "kind": text, "id": text }, "additionalProperties": false,
            },
            "environment": text,
            "source": text,
            "detail": {},
            "shard": { "type": "object", "required": ["event", "shard"], "properties": {
                "event": { "enum": ["opened", "closed"] }, "shard": text,
            } },
            "payload": {
                "type": "object", "required": ["sha256", "bytes"], "additionalProperties": false,
                "properties": {
                    "sha256": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
                    "bytes": { "type": "integer", "minimum": 0 },
                },
            },
        },
    })
}

fn compile() -> Value {
    let ocsf = ocsf();
    let mut defs = Map::new();
    for (name, kind) in &ocsf.types {
        defs.insert(name.clone(), type_schema(name, kind));
    }
    for (name, item) in ocsf.objects.iter().filter(|(name, _)| *name != "object") {
        defs.insert(name.clone(), item_schema(item, &["cloud", "datetime", "host", "security_control"]));
    }
    defs.insert("object".into(), unmapped());
    let metadata = defs.get_mut("metadata").unwrap();
    metadata["required"] = json!(["log_version", "logged_time", "product", "profiles", "version"]);
    metadata["properties"]["version"] = json!({ "const": VERSION });
    let mut cases = Vec::new();
    for class in Class::ALL {
        let (name, item) = class_of(&ocsf, class);
        let activities = item.attributes["activity_id"].values.as_ref().unwrap();
        let mut schema = promised(item_schema(item, class.profiles()), class.uid(), activities);
        schema["properties"]["metadata"] = json!({
            "allOf": [
                { "$ref": "#/$defs/metadata" },
                { "properties": { "profiles": { "const": class.profiles() } } },
            ],
        });
        defs.insert(name.clone(), schema);
        cases.push(json!({
            "if": { "properties": { "class_uid": { "const": class.uid() } } },
            "then": { "$ref": format!("#/$defs/{name}") },
        }));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:ward:ocsf:1.8.0",
        "title": "Entry of the ledger of Ward, OCSF 1.8.0",
        "description": "Made from the schema of OCSF 1.8.0 (Apache License 2.0), and stricter: an attribute that Ward never \
            writes is refused. Only `unmapped` is open.",
        "type": "object",
        "required": ["class_uid"],
        "properties": { "class_uid": { "enum": Class::ALL.map(Class::uid) } },
        "allOf": cases,
        "$defs": defs,
    })
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the switch that writes the schema")]
fn the_schema_for_auditors_is_the_one_of_ocsf() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schema/ward-ocsf-1.8.0.schema.json");
    let wanted = format!("{}\n", serde_json::to_string_pretty(&sorted(compile())).unwrap());
    if std::env::var_os("WARD_UPDATE").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == wanted,
        "the schema is not what OCSF says; run `WARD_UPDATE=1 cargo test -p ward-model`"
    );
}

/// The same in the order of keys, whatever order maps keep in this build.
pub(crate) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<String, Value> = fields.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// A validator of JSON Schema with the schema for auditors.
struct Validator(boon::Schemas, boon::SchemaIndex);

impl Validator {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
        let schema = serde_json::from_str(SCHEMA).unwrap();
        compiler.add_resource("ward.json", schema).unwrap();
        let index = compiler.compile("ward.json", &mut schemas).unwrap();
        Self(schemas, index)
    }

    fn verdict(&self, entry: &Value) -> Result<(), String> {
        self.0.validate(entry, self.1).map_err(|error| format!("{error:#}\n{entry:#}"))
    }
}

fn entry(recording: &Recording) -> Value {
    serde_json::from_slice(&encode(recording).unwrap()).unwrap()
}

#[test]
fn every_action_is_ocsf_whatever_became_of_it() {
    let validator = Validator::new();
    let mut classes = std::collections::BTreeSet::new();
    for (action, _) in TABLE {
        for became in OUTCOMES {
            let entry = entry(&example(action, became));
            if let Err(error) = validator.verdict(&entry) {
                panic!("{action} {became:?}: {error}");
            }
            classes.insert(entry["class_uid"].as_u64().unwrap());
        }
    }
    assert_eq!(classes.len(), Class::ALL.len());
}

#[test]
fn classes_and_activities_have_the_names_of_ocsf() {
    let ocsf = ocsf();
    assert_eq!(ocsf.version, VERSION);
    for class in Class::ALL {
        let (_, item) = class_of(&ocsf, class);
        assert_eq!((item.caption.as_str(), item.category_uid), (class.caption(), Some(class.category())));
    }
    for (action, mapping) in TABLE {
        let (_, item) = class_of(&ocsf, mapping.class);
        let activities = item.attributes["activity_id"].values.as_ref().unwrap();
        match activities.get(&mapping.activity.to_string()) {
            // A name of Ward's own.
            Some(_) if mapping.activity == 99 => {}
            name => assert_eq!(name.map(String::as_str), Some(mapping.activity_name), "{action}"),
        }
    }
}

#[test]
fn what_is_not_ocsf_is_refused() {
    let validator = Validator::new();
    let good = entry(&example("app:read", OUTCOMES[0]));
    assert_eq!(validator.verdict(&good), Ok(()));
    let set = |pointer: &str, value: Value| {
        let mut entry = good.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        entry.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.into(), value);
        validator.verdict(&entry)
    };
    assert_eq!(set("/unmapped/more", json!("is open")), Ok(()));
    for (pointer, value) in [
        // Outside of an enumeration, or of another class.
        ("/activity_id", json!(77)),
        ("/severity_id", json!(7)),
        ("/status_id", json!(3)),
        ("/disposition_id", json!(100)),
        ("/actor/user/type_id", json!(5)),
        ("/class_uid", json!(6004)),
        ("/class_uid", json!(3002)),
        ("/category_uid", json!(3)),
        ("/metadata/version", json!("1.7.0")),
        ("/unmapped/kind", json!("guess")),
        // Class and activity do not make the type.
        ("/type_uid", json!(600_301)),
        // Of another type.
        ("/time", json!("2026-11-22")),
        ("/time_dt", json!("yesterday")),
        ("/resources", json!({})),
        ("/resources/0/uid", json!(7)),
        ("/src_endpoint/ip", json!("no address")),
        // Nowhere in OCSF, or only in another class or profile.
        ("/colour", json!("blue")),
        ("/actor/user/colour", json!("blue")),
        ("/entity", json!({ "name": "web" })),
        ("/device", json!({ "name": "a", "type_id": 1 })),
        ("/metadata/profiles", json!(["cloud"])),
        // At least one of its attributes is needed.
        ("/src_endpoint", json!({})),
        ("/actor", json!({})),
    ] {
        assert!(set(pointer, value.clone()).is_err(), "{pointer} = {value}");
    }
    for pointer in [
        "/activity_id",
        "/actor",
        "/api",
        "/api/operation",
        "/category_uid",
        "/class_uid",
        "/cloud",
        "/cloud/provider",
        "/metadata",
        "/metadata/logged_time",
        "/metadata/product",
        "/metadata/version",
        "/severity_id",
        "/src_endpoint",
        "/time",
        "/time_dt",
        "/type_uid",
        "/unmapped",
        "/unmapped/kind",
    ] {
        let mut entry = good.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        assert!(
            entry.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).is_some(),
            "{pointer}"
        );
        assert!(validator.verdict(&entry).is_err(), "without {pointer}");
    }
}

#[test]
fn what_a_class_requires_is_missed() {
    let validator = Validator::new();
    for (action, required) in [
        ("app:restart", &["device", "process", "actor"][..]),
        ("observation:record", &["finding_info"]),
        ("user:create", &["user"]),
        ("session:create", &["user", "service"]),
        ("project:create", &["entity"]),
        ("grant:create", &["user", "privileges"]),
        ("app:shell", &["src_endpoint"]),
    ] {
        let mut good = entry(&example(action, OUTCOMES[1]));
        // One of the two endpoints would do.
        if action == "app:shell" {
            good.as_object_mut().unwrap().remove("dst_endpoint");
        }
        assert_eq!(validator.verdict(&good), Ok(()));
        for name in required {
            let mut bad = good.clone();
            assert!(bad.as_object_mut().unwrap().remove(*name).is_some(), "{action} {name}");
            assert!(validator.verdict(&bad).is_err(), "{action} without {name}");
        }
    }
}

#[test]
fn links_of_shards_and_payloads_are_checked_too() {
    let validator = Validator::new();
    let previous = json!({ "origin": "o/2026-1", "key": "vkey", "size": 412, "root": "base64" });
    for (link, right) in [
        (json!({ "event": "opened", "shard": "2026-1", "origin": "o/2026-1", "key": "vkey" }), true),
        (
            json!({ "event": "opened", "shard": "2027-1", "origin": "o/2027-1", "key": "vkey", "previous": previous }),
            true,
        ),
        (
            json!({ "event": "closed", "shard": "2026-1", "next": { "origin": "o/2027-1", "key": "vkey" } }),
            true,
        ),
        (json!({ "event": "moved", "shard": "2026-1" }), false),
        (json!({ "event": "closed" }), false),
        (json!("2026-1"), false),
    ] {
        let mut recording = example("ledger:close-shard", (EntryKind::Notice, None));
        recording.shard = Some(link.clone());
        assert_eq!(validator.verdict(&entry(&recording)).is_ok(), right, "{link}");
    }
    for (sha256, right) in
        [("ab".repeat(32), true), ("AB".repeat(32), false), ("../../key".to_owned(), false)]
    {
        let mut recording = example("app:read", OUTCOMES[0]);
        recording.payload = Some(Payload { sha256, bytes: 70_000 });
        assert_eq!(validator.verdict(&entry(&recording)).is_ok(), right);
    }
}

proptest! {
    #[test]
    fn any_event_is_ocsf(mut recording in any_recording()) {
        // The links are made by the ledger.
        recording.shard = None;
        thread_local!(static VALIDATOR: Validator = Validator::new());
        let verdict = VALIDATOR.with(|validator| validator.verdict(&entry(&recording)));
        prop_assert_eq!(verdict, Ok(()));
    }
}
