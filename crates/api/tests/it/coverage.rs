//! Two tests made from the OpenAPI document: every route is called as every kind of principal.
//!
//! 1. Who may is what `tests/roles.table.txt` says, and what the table of actions in the model says.
//! 2. Every mutating route and every sensitive read leaves its entry, denied calls too; other reads leave none.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
    routing::post,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use ward_model::{
    Action, ResourceKind, Role, Target, UserId,
    action::{Also, Effect},
    ledger::{EntryKind, Event},
};
use ward_vault::RootKeySource;

use crate::{
    document::{matches_snapshot, operations},
    world::{Api, Reply, World, archive},
};

/// Columns of the table.
const PRINCIPALS: [&str; 10] = [
    "platform-owner",
    "owner",
    "admin",
    "developer",
    "auditor",
    "token",
    "other-organization",
    "no-second-factor",
    "anonymous",
    "disabled",
];

/// One call of one route by one principal.
struct Call {
    principal: &'static str,
    reply: Reply,
    entries: Vec<Event>,
}

/// One row: a route, or one of its two forms.
struct Row {
    method: String,
    path: String,
    /// Query that chooses the form.
    form: &'static str,
    /// Nobody is asked who they are.
    open: bool,
    action: Option<Action>,
    otherwise: Option<Action>,
    calls: Vec<Call>,
}

impl Row {
    fn route(&self) -> String {
        format!("{} {}{}", self.method, self.path, self.form)
    }

    fn is_action(&self, event: &Event) -> bool {
        [self.action, self.otherwise].into_iter().flatten().any(|a| a.as_str() == event.action)
    }
}

impl Call {
    fn left(&self, kind: EntryKind) -> bool {
        self.entries.iter().any(|e| e.kind == kind)
    }

    /// What the table says: `allowed`, `open`, or the status of the refusal.
    fn class(&self, row: &Row) -> String {
        let status = self.reply.status.as_u16();
        let denied = self.entries.iter().any(|e| e.kind == EntryKind::Denied && row.is_action(e));
        // Of a write or a sensitive read the record tells; of another read only success does.
        let passed =
            self.left(EntryKind::Attempt) || self.left(EntryKind::Read) || self.reply.status.is_success();
        match row.open {
            _ if denied => status.to_string(),
            true if passed || (status != 401 && status != 403) => "open".into(),
            false if passed => "allowed".into(),
            _ => status.to_string(),
        }
    }
}

/// All rows, by really calling every route. Once for all tests.
async fn rows() -> &'static [Row] {
    static ROWS: OnceCell<Vec<Row>> = OnceCell::const_new();
    ROWS.get_or_init(call_everything).await
}

/// Reads first, and what ends something last: no call takes away what a later one needs.
fn turn(method: &str, path: &str) -> u8 {
    match (method, path) {
        ("GET", _) => 0,
        (_, "/v1/seal") => 4,
        ("DELETE", _) | (_, "/v1/ledger/rotate-key") => 3,
        (_, path) if path.ends_with("/end") || path.ends_with("/disable") || path.starts_with("/v1/me/") => 2,
        _ => 1,
    }
}

struct Principals {
    secrets: Vec<(&'static str, String)>,
    /// Users behind those that are sessions, and whether they gave a second factor.
    sessions: BTreeMap<&'static str, (UserId, bool)>,
}

async fn principals(world: &World) -> Principals {
    let api = &world.api;
    let scope = Target::organization(world.organization);
    let elsewhere = ward_model::organizations::NewOrganization { name: "elsewhere".parse().unwrap() };
    let elsewhere = ward_platform::organizations::create(&api.server.operator(), elsewhere).await.unwrap();
    let stranger = api.user(Role::Owner, &Target::organization(elsewhere.id), true).await;
    let disabled = api.user(Role::Owner, &scope, true).await;
    api.write("update users set disabled_at = 1 where id = $1", |q| q.bind(disabled.user.to_string())).await;
    let mut found = Principals { secrets: Vec::new(), sessions: BTreeMap::new() };
    for principal in PRINCIPALS {
        let of_role = async |role, second_factor| {
            let who = api.user(role, &scope, second_factor).await;
            (who.user, who.secret)
        };
        let session = match principal {
            "platform-owner" => Some((world.platform.user, world.platform.secret.clone())),
            "owner" => Some((world.owner.user, world.owner.secret.clone())),
            "admin" => Some(of_role(Role::Admin, true).await),
            "developer" => Some(of_role(Role::Developer, true).await),
            "auditor" => Some(of_role(Role::Auditor, true).await),
            "other-organization" => Some((stranger.user, stranger.secret.clone())),
            "no-second-factor" => Some(of_role(Role::Owner, false).await),
            _ => None,
        };
        let secret = match (principal, &session) {
            (_, Some((_, secret))) => secret.clone(),
            ("token", _) => world.token().await.1,
            ("disabled", _) => disabled.secret.clone(),
            _ => String::new(),
        };
        if let Some((user, _)) = session {
            found.sessions.insert(principal, (user, principal != "no-second-factor"));
        }
        found.secrets.push((principal, secret));
    }
    found
}

async fn call_everything() -> Vec<Row> {
    let world = World::new().await;
    let check = world.api.get(&world.platform.secret, "/v1/checks").await.json()["items"][0]["id"].clone();
    let check = check.as_str().unwrap_or("none").to_owned();
    let principals = principals(&world).await;
    published(&world).await;
    let mut rows: Vec<Row> =
        operations().into_iter().flat_map(|(method, path, op)| forms(&method, &path, &op)).collect();
    rows.sort_by_key(|row| turn(&row.method, &row.path));
    for row in &mut rows {
        for (principal, secret) in &principals.secrets {
            // Ends the session that calls: a new one for each.
            let ends = row.method == "DELETE" && row.path == "/v1/sessions/current";
            let secret = match principals.sessions.get(principal) {
                Some((user, second_factor)) if ends => world.api.session(*user, *second_factor).await.1,
                _ => secret.clone(),
            };
            let request = request(&world, row, &secret, &check);
            let reply = world.api.send(request).await;
            let entries = world.api.entries(reply.request_id());
            if world.api.server.core.vault.is_sealed() {
                let key = RootKeySource::KeyFile(world.api.server.dir().join("root.key"));
                world.api.server.core.vault.unseal(&key).unwrap();
            }
            row.calls.push(Call { principal, reply, entries });
        }
    }
    rows.sort_by_key(|row| (row.path.clone(), row.method.clone(), row.form));
    rows
}

/// Waits until both logs have published, and puts there what a verifier may ask for beside.
async fn published(world: &World) {
    let shard = world.api.server.shard_dir().file_name().unwrap().to_owned();
    for log in [world.organization.to_string(), "platform".to_owned()] {
        let dir = world.api.server.ledger_dir().join(log).join(&shard);
        while !dir.join("checkpoint").exists() {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        std::fs::copy(dir.join("checkpoint"), dir.join("witnessed")).unwrap();
        std::fs::create_dir_all(dir.join("tile/0/000.p")).unwrap();
        std::fs::write(dir.join("tile/0/000.p/1"), [0; 32]).unwrap();
    }
}

/// The forms of an operation: one, or two where the query decides what is asked for.
fn forms(method: &str, path: &str, op: &Value) -> Vec<Row> {
    let action = |key: &str| op[key].as_str().map(|text| text.parse::<Action>().unwrap());
    let open = op["x-ward-open"] == Value::Bool(true);
    let row = |form, action, otherwise| Row {
        method: method.into(),
        path: path.into(),
        form,
        open,
        action,
        otherwise,
        calls: Vec::new(),
    };
    let of_log = |log: &str, action| Row { path: path.replace("{log}", log), ..row("", action, None) };
    match (action("x-ward-action"), action("x-ward-otherwise")) {
        (first, second) if path.contains("{log}") => {
            vec![of_log("{organization}", first), of_log("platform", second)]
        }
        (first, Some(second)) if method == "GET" || asks_for_organization(op) => {
            vec![row("?organization=", first, None), row("", Some(second), None)]
        }
        (first, second) => vec![row("", first, second)],
    }
}

/// The public key of a witness that nobody runs.
fn witness_key() -> String {
    ward_ledger::note::Cosigner::from_seed("w2.invalid", [9; 32]).unwrap().key().to_string()
}

/// Whether the query says whose it is.
fn asks_for_organization(op: &Value) -> bool {
    let parameters = op["parameters"].as_array().into_iter().flatten();
    parameters.into_iter().any(|p| p["name"] == "organization" && p["in"] == "query")
}

/// A request that a principal with the right would succeed with, or nearly. A new route needs a line here.
fn request(world: &World, row: &Row, secret: &str, check: &str) -> Request<Body> {
    let ids = [
        ("organization", world.organization.to_string()),
        ("project", world.project.to_string()),
        ("environment", world.environment.to_string()),
        ("app", world.app.to_string()),
        ("deployment", world.deployment.to_string()),
        ("database", world.database.to_string()),
        ("backup", world.backup.to_string()),
        ("agreement", world.agreement.to_string()),
        ("hold", world.hold.to_string()),
        ("drain", world.drain.to_string()),
        ("witness", world.witness.to_string()),
        ("user", world.colleague.user.to_string()),
        ("session", world.colleague.session.to_string()),
        ("token", world.colleague.session.to_string().replace("ses_", "tok_")),
        ("grant", world.grant.to_string()),
        ("name", "API_KEY".to_owned()),
        ("check", check.to_owned()),
        ("path", "000.p/1".to_owned()),
        ("file", "keys".to_owned()),
        ("shard", world.api.server.shard_dir().file_name().unwrap().to_str().unwrap().to_owned()),
        ("level", "0".to_owned()),
        ("sha256", "ab".repeat(32)),
        ("index", "0".to_owned()),
    ];
    let mut path = row.path.clone();
    for (name, id) in &ids {
        path = path.replace(&format!("{{{name}}}"), id);
    }
    assert!(!path.contains('{'), "{path}: a parameter that this test does not know");
    let id = |name: &str| ids.iter().find(|(n, _)| *n == name).map(|(_, id)| id.clone()).unwrap();
    if !row.form.is_empty() {
        path = format!("{path}{}{}", row.form, id("organization"));
    }
    if row.path == "/v1/resolve" {
        path.push_str("?path=mercy");
    }
    let scope = json!({ "user": world.colleague.user, "role": "developer", "scope_kind": "environment", "scope_id": id("environment") });
    let end = world.owner.ctx.now().plus(std::time::Duration::from_secs(3600));
    let body = match (row.method.as_str(), row.path.as_str()) {
        ("GET" | "DELETE", _) => Value::Null,
        (_, "/v1/seal" | "/v1/me/factor" | "/v1/me/recovery-codes" | "/v1/ledger/verify") => Value::Null,
        (_, "/v1/apps/{app}/restart" | "/v1/databases/{database}/backups") => Value::Null,
        (_, path) if path.ends_with("/end") || path.ends_with("/disable") => Value::Null,
        (_, "/v1/apps/{app}/deployments") => Value::Null,
        (_, "/v1/ledger/subjects/{user}/erase") => json!({ "reason": "a request of the person" }),
        (_, path) if path.starts_with("/v1/ledger/archive/") => Value::Null,
        (_, "/v1/ledger/rotate-key") => Value::Null,
        (_, "/v1/drains") => {
            json!({ "name": "siem", "organization": id("organization"), "destination": { "kind": "syslog", "url": "tls://siem.invalid" } })
        }
        (_, path) if path.starts_with("/v1/drains/") => Value::Null,
        (_, "/v1/witnesses") => {
            json!({ "name": "second", "url": "https://w2.invalid", "key": witness_key() })
        }
        (_, "/v1/witnesses/policy") => json!({ "needed": 1, "stale_after_minutes": 30 }),
        (_, "/v1/ledger/retention") => json!({ "months": 84 }),
        (_, "/v1/ledger/holds") => json!({ "name": "matter 7", "reason": "a letter of the court" }),
        (_, "/v1/ledger/holds/{hold}/release") => json!({ "reason": "the matter is closed" }),
        // None of them: no loop runs here that would look.
        (_, "/v1/checks/run") => json!({ "checks": [] }),
        (_, "/v1/unseal") => json!({ "passphrase": "wrong" }),
        (_, "/v1/sessions") => json!({ "email": "nobody@example.org", "password": "not the password" }),
        (_, "/v1/sessions/current/second-factor" | "/v1/me/factor/confirm") => {
            json!({ "code": "aaaaa-bbbbb" })
        }
        (_, "/v1/me/password") => json!({ "current": "wrong", "new": "correct horse battery" }),
        (_, "/v1/me/tokens") => {
            json!({ "name": "x", "role": "developer", "scope_kind": "organization", "scope_id": id("organization"), "expires_at": end })
        }
        (_, "/v1/regions") => json!({ "name": "there", "location": "another room", "phi": false }),
        (_, "/v1/organizations") => json!({ "name": "another" }),
        (_, "/v1/organizations/{organization}/users") => {
            json!({ "email": format!("{end}@example.org").replace(':', "-"), "display_name": "New", "role": "auditor" })
        }
        (_, "/v1/organizations/{organization}/grants") => scope,
        (_, "/v1/organizations/{organization}/agreements") => {
            json!({ "counterparty": "X", "document": "cabinet 5" })
        }
        (_, "/v1/organizations/{organization}/projects") => json!({ "name": "another" }),
        (_, "/v1/projects/{project}/environments") => {
            json!({ "name": "test", "data_class": "synthetic", "region": "here" })
        }
        (_, "/v1/environments/{environment}/apps") => json!({ "name": "another" }),
        (_, "/v1/apps/{app}/rollback") => json!({}),
        (_, "/v1/apps/{app}/redaction") => json!({}),
        (_, "/v1/apps/{app}/config") => json!({ "values": { "COLOUR": "blue" } }),
        (_, "/v1/apps/{app}/secrets/{name}") => json!({ "value": "another" }),
        (_, "/v1/environments/{environment}/databases") => json!({ "name": "another" }),
        (_, "/v1/databases/{database}/attach") => json!({ "app": id("app") }),
        (_, "/v1/databases/{database}/restore") => json!({ "backup": id("backup"), "name": "restored" }),
        (method, path) => panic!("{method} {path}: say here what to send"),
    };
    let mut request = Request::builder().method(Method::from_bytes(row.method.as_bytes()).unwrap()).uri(path);
    if !secret.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {secret}"));
    }
    if row.path == "/v1/databases/{database}/connect" {
        request = request.header(header::CONNECTION, "Upgrade").header(header::UPGRADE, "ward-tunnel");
    }
    if row.path == "/v1/apps/{app}/deployments" && row.method == "POST" {
        let source = archive(&[("Dockerfile", "FROM scratch\n")]);
        return request.header(header::CONTENT_TYPE, "application/gzip").body(source.into()).unwrap();
    }
    if body.is_null() {
        return request.body(Body::empty()).unwrap();
    }
    request.header(header::CONTENT_TYPE, "application/json").body(body.to_string().into()).unwrap()
}

/// What the model's table of actions says, worked out apart from the gate.
fn expected(action: Action, principal: &str) -> &'static str {
    let on_platform = action.resource() == ResourceKind::Platform;
    let own = matches!(action.also(), Also::Self_ | Also::SelfBeforeSecondFactor);
    let signed_in = action.also() == Also::SignedIn;
    let by_role = |role: Role| !on_platform && action.roles().contains(&role);
    let allowed = match principal {
        "anonymous" | "disabled" => return "401",
        "platform-owner" => own || action.roles().contains(&Role::Owner),
        "owner" => own || signed_in || by_role(Role::Owner),
        "admin" => own || signed_in || by_role(Role::Admin),
        "developer" => own || signed_in || by_role(Role::Developer),
        "auditor" => own || signed_in || by_role(Role::Auditor),
        "token" => action == Action::SelfRead || signed_in || (by_role(Role::Developer) && !action.step_up()),
        "other-organization" => own || signed_in,
        "no-second-factor" => action.also() == Also::SelfBeforeSecondFactor,
        other => panic!("{other}"),
    };
    match principal {
        _ if allowed => "allowed",
        // Who holds nothing there does not learn that it exists.
        "other-organization" if !on_platform => "404",
        _ => "403",
    }
}

#[tokio::test]
async fn who_may_is_what_the_tables_say() {
    let rows = rows().await;
    let width = rows.iter().map(|r| r.route().len()).max().unwrap();
    let mut table = String::from(
        "# Who may call which route: made by calling every route as each principal, compared by `cargo test -p ward-api`.\n\
         # Roles are held on the organization, the first one on the platform; the token is a developer's.\n\
         # allowed: the gate let it pass. open: nobody is asked. A number: the status of the refusal.\n",
    );
    let columns: Vec<String> = PRINCIPALS.iter().map(|p| format!("{p:<18}")).collect();
    writeln!(table, "{:<width$} {:<24} {}", "route", "action", columns.join(" ").trim_end()).unwrap();
    let mut wrong = Vec::new();
    for row in rows {
        let action = row.action.map_or("-", Action::as_str);
        let cells: Vec<String> = row.calls.iter().map(|c| c.class(row)).collect();
        for (call, cell) in row.calls.iter().zip(&cells) {
            let wanted = match row.action {
                Some(action) if !row.open => expected(action, call.principal),
                _ => "open",
            };
            if cell != wanted {
                wrong.push(format!(
                    "{} as {}: {cell}, but {wanted} by the model: {}",
                    row.route(),
                    call.principal,
                    call.reply.text()
                ));
            }
        }
        let cells: Vec<String> = cells.iter().map(|c| format!("{c:<18}")).collect();
        writeln!(table, "{:<width$} {action:<24} {}", row.route(), cells.join(" ").trim_end()).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    matches_snapshot(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roles.table.txt"), &table);
}

/// What is wrong with the record of a call.
fn finding(row: &Row, call: &Call) -> Option<String> {
    let action = row.action?;
    let left = |kind| call.entries.iter().any(|e| e.kind == kind && row.is_action(e));
    let throttled = action == Action::SessionCreate && call.reply.status == StatusCode::TOO_MANY_REQUESTS;
    let wrong = match call.class(row).as_str() {
        "401" if call.entries.is_empty() => return None,
        "401" => "a call that was not authenticated left an entry",
        // Whoever has to wait was not looked at: the failures before are in the ledger, and these would fill its disk.
        _ if throttled && call.entries.is_empty() => return None,
        _ if throttled => "a sign-in that had to wait took room in the ledger",
        "allowed" | "open" => match action.effect() {
            Effect::Write if !left(EntryKind::Attempt) => "left no attempt",
            Effect::SensitiveRead if !left(EntryKind::Read) => "left no entry of the reading",
            Effect::Read if !call.entries.is_empty() => "is no sensitive read, and left an entry",
            _ => return None,
        },
        _ if left(EntryKind::Denied) => return None,
        _ => "was refused without an entry of the denial",
    };
    Some(format!(
        "{} ({action}) as {}: {wrong}; {} {}",
        row.route(),
        call.principal,
        call.reply.status,
        call.reply.text()
    ))
}

#[tokio::test]
async fn every_effect_every_sensitive_read_and_every_denial_is_in_the_ledger() {
    let rows = rows().await;
    let findings: Vec<String> =
        rows.iter().flat_map(|row| row.calls.iter().filter_map(|call| finding(row, call))).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    for row in rows.iter().filter(|r| !r.open) {
        let allowed = row.calls.iter().any(|c| c.class(row) == "allowed");
        let refused = row.calls.iter().any(|c| c.left(EntryKind::Denied));
        let everybody = row.action.is_some_and(|a| matches!(a.also(), Also::SelfBeforeSecondFactor));
        assert!(allowed, "{}: nobody was allowed, so that nothing was tested", row.route());
        assert!(refused || everybody, "{}: nobody was denied, so that nothing was tested", row.route());
    }
}

#[tokio::test]
async fn a_route_that_asks_no_permit_is_found() {
    let careless = Router::new().route("/v1/careless", post(async || "done"));
    let api = Api::with(careless).await;
    let who = api.user(Role::Owner, &Target::platform(), true).await;
    for (action, wanted) in
        [(Action::AppDeploy, "left no attempt"), (Action::DatabaseUrl, "left no entry of the reading")]
    {
        let mut row = Row {
            method: "POST".into(),
            path: "/v1/careless".into(),
            form: "",
            open: false,
            action: Some(action),
            otherwise: None,
            calls: Vec::new(),
        };
        let reply = api.post(&who.secret, "/v1/careless", Value::Null).await;
        assert_eq!(reply.text(), "done");
        let entries = api.entries(reply.request_id());
        row.calls.push(Call { principal: "platform-owner", reply, entries });
        let found = finding(&row, &row.calls[0]).expect("the careless route is found");
        assert!(found.contains(wanted), "{found}");
    }
    // And a refusal that does not come from the gate.
    let row = Row {
        method: "POST".into(),
        path: "/v1/careless".into(),
        form: "",
        open: false,
        action: Some(Action::AppDeploy),
        otherwise: None,
        calls: Vec::new(),
    };
    let mut reply = api.post(&who.secret, "/v1/careless", Value::Null).await;
    reply.status = StatusCode::FORBIDDEN;
    let call = Call { principal: "auditor", reply, entries: Vec::new() };
    assert!(finding(&row, &call).unwrap().contains("without an entry"));
}
