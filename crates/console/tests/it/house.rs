//! A Ward with something in it, and people who can sign in.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;
use ward_console::ConsoleState;
use ward_identity::{factors, sessions, users};
use ward_model::{
    Action, AppId, BackupId, DataClass, DatabaseId, DeploymentId, EnvironmentId, KeyId, Name, ObservationId,
    OrganizationId, ReleaseId, Role, Target,
    agreements::NewAgreement,
    apps::{ConfigChange, NewApp, SecretValue},
    databases::NewDatabase,
    environments::NewEnvironment,
    organizations::{NewOrganization, NewProject, NewRegion},
    posture::{Observation, Verdict},
    users::{NewUser, SecondFactor, SignIn},
};
use ward_platform::{agreements, apps, databases, environments, organizations, projects, regions};
use ward_spine::{Clock as _, Ctx};
use ward_testkit::TestServer;

pub(crate) const HOST: &str = "console.ward.test";
pub(crate) const OWNER: &str = "ada@example.org";
pub(crate) const PASSWORD: &str = "granite willow teapot";
/// What a name, a log line or a detail must never do.
pub(crate) const MARKUP: &str =
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

pub(crate) struct House {
    pub(crate) server: TestServer,
    pub(crate) router: Router,
    pub(crate) organization: OrganizationId,
    /// Where the app and the database are.
    pub(crate) environment: EnvironmentId,
    pub(crate) app: AppId,
    pub(crate) database: DatabaseId,
    /// Secret of the owner's authenticator.
    pub(crate) factor: String,
}

impl House {
    /// An owner with a second factor, an organization with an app, a database and observations.
    pub(crate) async fn new() -> Self {
        let server = TestServer::new().await;
        let operator = server.operator();
        let first = users::FirstOwner {
            email: OWNER.into(),
            display_name: format!("Ada {MARKUP}").chars().take(100).collect(),
            password: PASSWORD.into(),
        };
        users::create_first_owner(&operator, first).await.unwrap();
        let begun =
            sessions::begin(&server.anonymous(), SignIn { email: OWNER.into(), password: PASSWORD.into() })
                .await
                .unwrap();
        let pending = sessions::authenticate(&server.anonymous(), &begun.token).await.unwrap();
        let factor = factors::enroll(&pending).await.unwrap().secret;
        factors::confirm(&pending, SecondFactor { code: code_at(&server, &factor) }).await.unwrap();
        let owner = sessions::authenticate(&server.anonymous(), &begun.token).await.unwrap();
        let (organization, environment, app, database) = furnish(&server, &owner).await;
        sessions::end_current(&owner).await.unwrap();
        server.clock.advance(Duration::from_secs(60));
        let router = ward_console::router(ConsoleState::new(server.core.clone()));
        Self { server, router, organization, environment, app, database, factor }
    }

    /// The shard that the platform's log is in.
    pub(crate) fn shard(&self) -> String {
        self.server.core.audit.platform().current_shard().to_string()
    }

    /// A code that was not used yet.
    pub(crate) fn code(&self) -> String {
        self.server.clock.advance(Duration::from_secs(31));
        code_at(&self.server, &self.factor)
    }

    /// The code of a secret, now.
    pub(crate) fn code_of(&self, secret: &str) -> String {
        self.server.clock.advance(Duration::from_secs(31));
        code_at(&self.server, secret)
    }

    /// A new user of the organization and the first password.
    pub(crate) async fn newcomer(&self, email: &str, role: Role) -> String {
        let owner = self.server.owner().await;
        let new = NewUser { email: email.into(), display_name: "Grace Newcomer".into(), role };
        users::create(&owner, self.organization, new).await.unwrap().first_password
    }

    /// A browser without scripts.
    pub(crate) fn client(&self) -> Client {
        Client { router: self.router.clone(), cookies: BTreeMap::new() }
    }

    /// One that is signed in as a newcomer, for the first time.
    pub(crate) async fn enrolled(&self, email: &str, first: &str) -> Client {
        let mut client = self.client();
        client.submit("/sign-in", "/sign-in", &[("email", email), ("password", first)]).await;
        let new = "lantern orbit cobalt";
        let fields = [("current", first), ("new", new), ("again", new)];
        client.submit("/sign-in/password", "/sign-in/password", &fields).await;
        let answer = client.submit("/sign-in/factor", "/sign-in/factor", &[]).await;
        let (secret, csrf) = (answer.between("id=\"secret\">", "<").to_owned(), answer.csrf());
        let code = self.code_of(&secret);
        client.post("/sign-in/factor/confirm", &csrf, &[("code", &code)]).await;
        client
    }

    /// One that is signed in as the owner.
    pub(crate) async fn signed_in(&self) -> Client {
        let mut client = self.client();
        let answer = client.submit("/sign-in", "/sign-in", &[("email", OWNER), ("password", PASSWORD)]).await;
        assert_eq!(answer.location(), "/sign-in/code");
        let code = self.code();
        let answer = client.submit("/sign-in/code", "/sign-in/code", &[("code", &code)]).await;
        assert_eq!(answer.location(), "/", "{}", answer.body);
        client
    }
}

pub(crate) fn code_at(server: &TestServer, secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_secret(secret)
        .with_account_name("x")
        .with_issuer(Some("Ward"))
        .build()
        .unwrap();
    totp.generate(u64::try_from(server.clock.now().micros() / 1_000_000).unwrap()).to_string()
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

async fn furnish(server: &TestServer, owner: &Ctx) -> (OrganizationId, EnvironmentId, AppId, DatabaseId) {
    let organization =
        organizations::create(owner, NewOrganization { name: name("mercy") }).await.unwrap().id;
    organizations::create(owner, NewOrganization { name: name("riverside") }).await.unwrap();
    regions::create(owner, NewRegion { name: name("here"), location: "this room".into(), phi: true })
        .await
        .unwrap();
    let baa = NewAgreement {
        counterparty: "Mercy".into(),
        document: "cabinet 4".into(),
        document_sha256: None,
        effective_at: None,
        expires_at: None,
    };
    agreements::create(owner, organization, baa).await.unwrap();
    let project =
        projects::create(owner, organization, NewProject { name: name("records") }).await.unwrap().id;
    let of = |called, data_class| NewEnvironment { name: name(called), data_class, region: name("here") };
    let production = environments::create(owner, project, of("production", DataClass::Phi)).await.unwrap().id;
    environments::create(owner, project, of("staging", DataClass::Synthetic)).await.unwrap();
    let app = apps::create(owner, production, NewApp { name: name("clinic") }).await.unwrap().id;
    apps::create(owner, production, NewApp { name: name("portal") }).await.unwrap();
    let values = BTreeMap::from([("GREETING".to_owned(), Some("hello-value".to_owned()))]);
    apps::change_config(owner, app, ConfigChange { values }).await.unwrap();
    apps::set_secret(owner, app, "API_KEY", SecretValue { value: "s3cret-value-of-it".into() })
        .await
        .unwrap();
    let new = NewDatabase { name: name("patients"), backup_every: None };
    let database = databases::create(owner, production, new).await.unwrap().id;
    lived(server, owner, app, database).await;
    observed(server, owner).await;
    // A detail that tries to be markup, as any reason that a person gives may.
    let permit = owner
        .permit_with(Action::OrganizationCreate, &Target::platform(), json!({ "reason": MARKUP }))
        .await
        .unwrap();
    permit.fail(json!({ "why": MARKUP }));
    server.core.audit.settle().await.unwrap();
    (organization, production, app, database)
}

/// What the loops would have written: releases, a failed deployment, processes, a backup.
async fn lived(server: &TestServer, owner: &Ctx, app: AppId, database: DatabaseId) {
    let permit = owner.permit(Action::OrganizationCreate, &Target::platform()).await.unwrap();
    let mut tx = permit.begin().await.unwrap();
    let now = server.clock.now().micros();
    let (release, deployment) = (owner.id::<ReleaseId>(), owner.id::<DeploymentId>());
    let run = async |tx: &mut ward_spine::WriteTx, sql: &'static str, values: &[&str]| {
        let mut query = sqlx::query(sql);
        for value in values {
            query = query.bind((*value).to_owned());
        }
        query.execute(tx.conn()).await.unwrap();
    };
    let sql = format!(
        "insert into releases (id, app_id, number, image, manifest, config_version, secrets, reason, created_at, served_at) \
         values ($1, $2, 1, 'sha256:{}', '{{}}', 1, '{{}}', $3, {now}, {now})",
        "ab".repeat(32)
    );
    run(&mut tx, sql.leak(), &[&release.to_string(), &app.to_string(), MARKUP]).await;
    let sql = format!(
        "insert into deployments (id, app_id, kind, state, release_id, reason, created_at, ended_at) \
         values ($1, $2, 'restart', 'succeeded', $3, 'deploy', {now}, {})",
        now + 42_000_000
    );
    run(&mut tx, sql.leak(), &[&deployment.to_string(), &app.to_string(), &release.to_string()]).await;
    let sql = format!(
        "insert into instances (name, app_id, deployment_id, release_id, process, address, created_at, draining, observed, \
         healthy, started_at, restarts) values ($1, $2, $3, $4, 'web', '10.0.0.2', {now}, 0, 'running', 1, {now}, 0)"
    );
    for called in ["web-1", "web-2"] {
        run(
            &mut tx,
            sql.clone().leak(),
            &[called, &app.to_string(), &deployment.to_string(), &release.to_string()],
        )
        .await;
    }
    run(
        &mut tx,
        "update apps set current_release = $1, public = 1 where id = $2",
        &[&release.to_string(), &app.to_string()],
    )
    .await;
    run(&mut tx, "update databases set state = 'ready' where id = $1", &[&database.to_string()]).await;
    let sql = format!(
        "insert into backups (id, database_id, dek_id, state, reason, bytes, sha256, asked_at, started_at, ended_at) \
         values ($1, $2, $3, 'complete', 'asked', 5242880, '{}', {now}, {now}, {})",
        "cd".repeat(32),
        now + 3_000_000
    );
    let ids = (owner.id::<BackupId>().to_string(), owner.id::<KeyId>().to_string());
    run(&mut tx, sql.leak(), &[&ids.0, &database.to_string(), &ids.1]).await;
    tx.commit(json!({})).await.unwrap();
}

/// Observations as the checks would have made them.
async fn observed(server: &TestServer, ctx: &Ctx) {
    for (at, check) in ward_compliance::checks::all().iter().enumerate() {
        let (verdict, summary) = match at % 8 {
            3 => (Verdict::Fail, format!("one door stood open {MARKUP}")),
            5 => (Verdict::Unknown, "the engine did not answer".to_owned()),
            6 => (Verdict::Empty, "there is none of these yet".to_owned()),
            _ => (Verdict::Pass, "all 4 doors were found closed".to_owned()),
        };
        let observation = Observation {
            id: ctx.id::<ObservationId>(),
            check: check.id().to_owned(),
            verdict,
            summary,
            evidence: json!({ "tried": 4, "answers": ["refused", "refused"], "note": MARKUP }),
            observed_at: server.clock.now(),
            took_ms: 12,
        };
        ward_compliance::checks::save(ctx, &observation, None).await.unwrap();
    }
}

/// A browser without scripts: it keeps cookies and sends what browsers send.
pub(crate) struct Client {
    pub(crate) router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers.get("location").map_or("", |v| v.to_str().unwrap())
    }

    /// The token of the first form.
    pub(crate) fn csrf(&self) -> String {
        self.between("name=\"csrf\" value=\"", "\"").to_owned()
    }

    pub(crate) fn between(&self, start: &str, end: &str) -> &str {
        let (_, rest) = self.body.split_once(start).unwrap_or_else(|| panic!("no {start} in {}", self.body));
        rest.split_once(end).unwrap().0
    }
}

impl Client {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[("sec-fetch-site", "same-origin")], String::new()).await
    }

    /// Loads a page and sends its form to `action`.
    pub(crate) async fn submit(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.get(page).await.csrf();
        self.post(action, &csrf, fields).await
    }

    pub(crate) async fn post(&mut self, action: &str, csrf: &str, fields: &[(&str, &str)]) -> Answer {
        let form = form(csrf, fields);
        self.send("POST", action, &[("sec-fetch-site", "same-origin"), ("origin", "null")], form).await
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let path = path.split('#').next().unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", HOST)
            .header("x-forwarded-for", "192.0.2.7");
        request = request.header("user-agent", format!("Test {MARKUP}"));
        if method == "POST" {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

pub(crate) fn form(csrf: &str, fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("csrf", csrf);
    for (name, value) in fields {
        form.append_pair(name, value);
    }
    form.finish()
}
