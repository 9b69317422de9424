//! Events to try: an example of every action and kind, and arbitrary ones.

use proptest::prelude::*;
use serde_json::{Value, json};
use ward_model::{
    Action, Timestamp,
    action::Effect,
    ledger::{Actor, EntryKind, Event, Object, Outcome},
    ocsf::Recording,
};

/// When all examples happen, in microseconds since 1970.
const TIME: i64 = 1_795_000_000_123_456;

fn id(prefix: &str, number: u32) -> String {
    format!("{prefix}_0198c0de00007000800000000000{number:04x}")
}

/// What can become of an action.
pub(crate) const OUTCOMES: [(EntryKind, Option<Outcome>); 7] = [
    (EntryKind::Attempt, None),
    (EntryKind::Outcome, Some(Outcome::Success)),
    (EntryKind::Outcome, Some(Outcome::Failed)),
    (EntryKind::Outcome, Some(Outcome::Aborted)),
    (EntryKind::Denied, None),
    (EntryKind::Read, None),
    (EntryKind::Notice, None),
];

/// What the gate and the verb say of an action that succeeded.
fn outcome_detail(action: &str) -> Value {
    match action.strip_prefix("platform-").unwrap_or(action) {
        "region:create" => json!({ "region": id("reg", 1), "name": "north", "phi": true }),
        "organization:create" => json!({ "organization": id("org", 1), "name": "clinic" }),
        "observation:record" => json!({
            "observation": id("obs", 1), "check": "enc.volumes", "verdict": "fail",
            "summary": "1 of 3 volumes is not encrypted", "evidence_sha256": "00".repeat(32),
        }),
        "certificate:issue" => json!({ "names": ["api.example.org"], "not_after": "2027-01-01" }),
        "user:create" => {
            json!({ "user": "sub_90aa3e5c71d2f846", "grant": id("grt", 2), "role": "developer" })
        }
        "user:disable" => json!({ "user": "sub_90aa3e5c71d2f846" }),
        "grant:create" | "grant:revoke" => {
            json!({ "grant": id("grt", 2), "user": "sub_90aa3e5c71d2f846", "role": "developer", "scope": id("prj", 1) })
        }
        "agreement:create" | "agreement:end" => json!({ "agreement": id("agr", 1) }),
        "project:create" => json!({ "project": id("prj", 1), "name": "records" }),
        "environment:create" => json!({ "environment": id("env", 1), "name": "production" }),
        "app:create" => json!({ "app": id("app", 1), "name": "web" }),
        "database:create" => json!({ "database": id("db", 1), "name": "main" }),
        "backup:restore" => json!({ "database": id("db", 2), "name": "main-2", "backup": id("bak", 1) }),
        "backup:create" => json!({ "backup": id("bak", 1), "reason": "asked for" }),
        "app:deploy" | "app:rollback" | "app:restart" => json!({ "deployment": id("dep", 1) }),
        "session:create" | "session:end" => json!({ "session": id("ses", 1) }),
        "session:verify" => json!({ "session": id("ses", 1), "by": "totp" }),
        "token:create" | "token:revoke" => json!({ "token": id("tok", 1) }),
        "hold:create" | "hold:release" => {
            json!({ "hold": id("hld", 1) })
        }
        "shard:archive" | "shard:restore" | "shard:prune" | "shard:roll" => json!({ "shard": "2026-1" }),
        "drain:create" | "drain:change" | "drain:remove" => {
            json!({ "drain": id("drn", 1), "name": "siem" })
        }
        "witness:add" | "witness:remove" => json!({ "witness": id("wit", 1) }),
        "ledger:close-shard" => json!({ "entries": 412 }),
        "alert:raise" | "alert:clear" => json!({
            "severity": "critical", "title": "The disk of the ledger is nearly full",
            "text": "1 % is left",
        }),
        _ => Value::Null,
    }
}

/// An example of an action, with what became of it.
pub(crate) fn example(action: &str, (kind, outcome): (EntryKind, Option<Outcome>)) -> Recording {
    let known = action.parse::<Action>().ok();
    let by_itself = kind == EntryKind::Notice;
    let on = known.map_or_else(
        || match action.split_once(':') {
            Some(("alert", _)) => "alert",
            Some(("ledger", _)) => "ledger-shard",
            _ => "app",
        },
        |action| action.resource().as_str(),
    );
    let in_organization = !matches!(on, "platform" | "user" | "alert" | "ledger-shard");
    let (object, project) = match on {
        "platform" => ("ward".to_owned(), false),
        "organization" => (id("org", 1), false),
        "project" => (id("prj", 1), true),
        "environment" => (id("env", 1), true),
        "database" => (id("db", 1), true),
        "user" => ("sub_2b51c7d09e6f4a83".to_owned(), false),
        "alert" => ("ledger:unwritable".to_owned(), false),
        "ledger-shard" => ("2026-1".to_owned(), false),
        _ => (id("app", 1), true),
    };
    let a_loop = known.is_some_and(|a| a.roles().is_empty() && a.resource().as_str() != "user");
    let detail = match (kind, outcome) {
        (EntryKind::Outcome, Some(Outcome::Success)) | (EntryKind::Notice, _) => outcome_detail(action),
        (EntryKind::Outcome, Some(Outcome::Failed)) => json!({ "why": "credentials" }),
        (EntryKind::Outcome, Some(Outcome::Aborted)) => json!({ "attempt_index": 41 }),
        (EntryKind::Denied, _) => json!({ "why": "forbidden", "request": null }),
        _ => Value::Null,
    };
    let actor = if a_loop || by_itself {
        Actor { kind: "loop".into(), id: "checks".into(), credential: None }
    } else if action == "session:create" {
        Actor { kind: "anonymous".into(), id: String::new(), credential: None }
    } else if known.is_some_and(|a| a.effect() == Effect::Read) {
        Actor { kind: "user".into(), id: "sub_2b51c7d09e6f4a83".into(), credential: Some(id("tok", 1)) }
    } else {
        Actor { kind: "user".into(), id: "sub_2b51c7d09e6f4a83".into(), credential: Some(id("ses", 1)) }
    };
    let event = Event {
        v: 1,
        time: Timestamp::from_micros(TIME),
        kind,
        attempt: if by_itself { String::new() } else { id("att", 1) },
        action: action.into(),
        actor,
        object: Object {
            kind: on.into(),
            id: object,
            organization: in_organization.then(|| id("org", 1)),
            project: project.then(|| id("prj", 1)),
            environment: (project && on != "project").then(|| id("env", 1)),
        },
        request: if by_itself { String::new() } else { id("req", 1) },
        source: if a_loop || by_itself { String::new() } else { "adr_7d0c6b1e5f9a4c38".into() },
        policies: if by_itself || kind == EntryKind::Outcome { Vec::new() } else { vec![id("grt", 1)] },
        outcome,
        detail,
    };
    Recording::new(event, TIME / 1000 + 1)
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z]{1,8}_[0-9a-f]{32}",
        "(user|loop|operator|anonymous|unknown)",
        any::<String>()
    ]
}

/// Any JSON that a detail may hold.
pub(crate) fn any_detail() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any_text().prop_map(Value::from),
    ];
    let key = prop_oneof!["(verdict|why|user|name|scope|role|key|severity|title)", any::<String>()];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Any event that the types allow, from 1970 to 9999.
pub(crate) fn any_recording() -> impl Strategy<Value = Recording> {
    let action = prop_oneof![
        prop::sample::select(
            ward_model::ocsf::TABLE.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>()
        ),
        any_text(),
    ];
    let kind = prop::sample::select(vec![
        EntryKind::Attempt,
        EntryKind::Outcome,
        EntryKind::Denied,
        EntryKind::Read,
        EntryKind::Notice,
    ]);
    let outcome =
        prop::option::of(prop::sample::select(vec![Outcome::Success, Outcome::Failed, Outcome::Aborted]));
    let times = (0_i64..253_402_000_000_000_000, 0_i64..253_402_000_000_000);
    let actor = (any_text(), any_text(), prop::option::of(prop_oneof!["(ses|tok)_[0-9a-f]{32}", any_text()]));
    let object = (any_text(), any_text(), prop::array::uniform3(prop::option::of(any_text())));
    let texts = (any_text(), any_text(), any_text(), prop::collection::vec(any_text(), 0..4));
    let links = (prop::option::of(any_detail()), prop::option::of(("[0-9a-f]{64}", 0_u64..1 << 53)));
    ((any::<u32>(), action, kind, outcome), times, actor, object, texts, any_detail(), links).prop_map(
        |(
            (v, action, kind, outcome),
            (time, logged_time),
            actor,
            object,
            texts,
            detail,
            (shard, payload),
        )| {
            let (attempt, request, source, policies) = texts;
            let [organization, project, environment] = object.2;
            let event = Event {
                v,
                time: Timestamp::from_micros(time),
                kind,
                attempt,
                action,
                actor: Actor { kind: actor.0, id: actor.1, credential: actor.2 },
                object: Object { kind: object.0, id: object.1, organization, project, environment },
                request,
                source,
                policies,
                outcome,
                detail,
            };
            let payload = payload.map(|(sha256, bytes)| ward_model::ocsf::Payload { sha256, bytes });
            Recording { event, logged_time, shard, payload }
        },
    )
}
