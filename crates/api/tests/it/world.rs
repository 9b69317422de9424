//! A Ward with an API, and an organization with everything in it.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::ServiceExt as _;
use ward_api::{ApiState, Parts};
use ward_custody::{drains, holds, witnesses};
use ward_identity::{sessions, tokens};
use ward_ledger::note::Cosigner;
use ward_model::{
    Action, AgreementId, AppId, BackupId, DataClass, DatabaseId, DeploymentId, DrainId, EnvironmentId,
    GrantId, HoldId, Name, OrganizationId, PageQuery, ProjectId, ResourceKind, Role, SessionId, Target,
    TokenId, UserId, WitnessId,
    agreements::NewAgreement,
    apps::{NewApp, SecretValue},
    databases::NewDatabase,
    environments::NewEnvironment,
    ledger::Event,
    ocsf,
    organizations::{NewOrganization, NewProject, NewRegion},
    retention::NewHold,
    users::{NewGrant, NewToken},
    witnesses::NewWitness,
};
use ward_platform::{agreements, apps, databases, environments, organizations, projects, regions};
use ward_spine::Ctx;
use ward_testkit::TestServer;

/// A Ward with its API.
pub(crate) struct Api {
    pub(crate) server: TestServer,
    pub(crate) router: Router,
    pub(crate) sealed: Arc<Notify>,
}

/// An answer, read to its end (but of streams only the head).
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.body)))
    }
    /// Stable code of a problem.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{}", self.text());
        self.json()["code"].as_str().unwrap().to_owned()
    }
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    pub(crate) fn request_id(&self) -> &str {
        self.headers["x-request-id"].to_str().unwrap()
    }
}

pub(crate) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

impl Api {
    pub(crate) async fn new() -> Self {
        Self::with(Router::new()).await
    }

    /// With more routes.
    pub(crate) async fn with(more: Router<ApiState>) -> Self {
        let server = TestServer::new().await;
        let sealed = Arc::new(Notify::new());
        let state = ApiState::new(Parts {
            core: server.core.clone(),
            capabilities: Vec::new(),
            version: "0.0.0-test".into(),
            started_at: server.operator().now(),
            sealed: sealed.clone(),
            recheck: Duration::from_millis(100),
        });
        Self { server, router: ward_api::router_with(more, state), sealed }
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let stream = parts.headers.get(header::CONTENT_TYPE).is_some_and(|t| t == "text/event-stream");
        let body =
            if stream { Vec::new() } else { axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec() };
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// Sends JSON, or nothing for null.
    pub(crate) async fn call(&self, secret: &str, method: Method, path: &str, body: Value) -> Reply {
        self.call_with(secret, method, path, body, &[]).await
    }

    pub(crate) async fn call_with(
        &self,
        secret: &str,
        method: Method,
        path: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if !secret.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {secret}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        };
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&self, secret: &str, path: &str) -> Reply {
        self.call(secret, Method::GET, path, Value::Null).await
    }

    pub(crate) async fn post(&self, secret: &str, path: &str, body: Value) -> Reply {
        self.call(secret, Method::POST, path, body).await
    }

    /// Entries of one request, of those after an index.
    pub(crate) fn entries(&self, request_id: &str) -> Vec<Event> {
        let audit = &self.server.core.audit;
        let mut found = Vec::new();
        for name in audit.logs() {
            let series = audit.series(&name).unwrap();
            for shard in series.shards() {
                let size = series.size(&shard.name).unwrap();
                let newest = series.entries(&shard.name, size.saturating_sub(500)..size).unwrap();
                let events = newest.into_iter().map(|(_, bytes)| ocsf::decode(&bytes).unwrap().event);
                found.extend(events.filter(|event| event.request == request_id));
            }
        }
        found
    }

    /// A user with a role, and the secret of a session that gave its second factor now, if wanted.
    pub(crate) async fn user(&self, role: Role, scope: &Target, second_factor: bool) -> Who {
        let ctx = self.server.user_with(role, scope).await;
        let user = ctx.who().user().unwrap();
        let (session, secret) = self.session(user, second_factor).await;
        Who { ctx, user, session, secret }
    }

    /// A session of a user.
    pub(crate) async fn session(&self, user: UserId, second_factor: bool) -> (SessionId, String) {
        let ctx = self.server.operator();
        let (id, now) = (ctx.id::<SessionId>(), ctx.now());
        let secret = ward_vault::random::token(sessions::PREFIX).to_string();
        self.write(
            "insert into sessions (id, user_id, secret_hash, created_at, last_used_at, expires_at, second_factor_at, address, client) \
             values ($1, $2, $3, $4, $4, $5, $6, 'local', 'test')",
            |q| {
                q.bind(id.to_string())
                    .bind(user.to_string())
                    .bind(ward_vault::hash::sha256_hex(secret.as_bytes()))
                    .bind(now.micros())
                    .bind(now.plus(sessions::ABSOLUTE).micros())
                    .bind(second_factor.then(|| now.micros()))
            },
        )
        .await;
        (id, secret)
    }

    /// Writes what a loop or a person would have written.
    pub(crate) async fn write<'q>(
        &self,
        statement: &'static str,
        bind: impl FnOnce(
            sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>,
        ) -> sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>,
    ) {
        let permit =
            self.server.operator().permit(Action::OrganizationCreate, &Target::platform()).await.unwrap();
        let mut tx = permit.begin().await.unwrap();
        bind(sqlx::query(statement)).execute(tx.conn()).await.unwrap();
        tx.commit(json!({})).await.unwrap();
    }
}

/// A user and a session.
pub(crate) struct Who {
    pub(crate) ctx: Ctx,
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) secret: String,
}

/// An organization with everything in it.
pub(crate) struct World {
    pub(crate) api: Api,
    /// Owner of the platform.
    pub(crate) platform: Who,
    /// Owner of the organization.
    pub(crate) owner: Who,
    pub(crate) organization: OrganizationId,
    pub(crate) agreement: AgreementId,
    pub(crate) hold: HoldId,
    pub(crate) drain: DrainId,
    pub(crate) witness: WitnessId,
    pub(crate) project: ProjectId,
    pub(crate) environment: EnvironmentId,
    pub(crate) app: AppId,
    pub(crate) deployment: DeploymentId,
    pub(crate) database: DatabaseId,
    pub(crate) backup: BackupId,
    /// A colleague whom the tests do things to, and a grant of theirs.
    pub(crate) colleague: Who,
    pub(crate) grant: GrantId,
}

impl World {
    pub(crate) async fn new() -> Self {
        let api = Api::new().await;
        let platform = api.user(Role::Owner, &Target::platform(), true).await;
        let organization =
            organizations::create(&api.server.operator(), NewOrganization { name: name("mercy") })
                .await
                .unwrap()
                .id;
        let scope = Target::organization(organization);
        let owner = api.user(Role::Owner, &scope, true).await;
        let region = NewRegion { name: name("here"), location: "this room".into(), phi: true };
        regions::create(&platform.ctx, region).await.unwrap();
        let new = NewAgreement {
            counterparty: "Mercy Clinic".into(),
            document: "cabinet 4".into(),
            document_sha256: None,
            effective_at: None,
            expires_at: None,
        };
        let ctx = &owner.ctx;
        let agreement = agreements::create(ctx, organization, new).await.unwrap().id;
        let new = NewHold { name: "matter 6".into(), reason: "a letter".into(), from: None, to: None };
        let hold = holds::create(ctx, Some(organization), new).await.unwrap().id;
        let new = json!({
            "name": "first", "organization": organization,
            "destination": { "kind": "webhook", "url": "https://siem.invalid/in" },
        });
        let drain = drains::create(ctx, serde_json::from_value(new).unwrap()).await.unwrap().drain.id;
        let key = Cosigner::from_seed("w.invalid", [8; 32]).unwrap().key().to_string();
        let new = NewWitness { name: name("first"), url: "https://w.invalid".into(), key, ca_pem: None };
        let witness = witnesses::add(&platform.ctx, new).await.unwrap().id;
        let project =
            projects::create(ctx, organization, NewProject { name: name("records") }).await.unwrap().id;
        let new = NewEnvironment { name: name("prod"), data_class: DataClass::Phi, region: name("here") };
        let environment = environments::create(ctx, project, new).await.unwrap().id;
        let app = apps::create(ctx, environment, NewApp { name: name("clinic") }).await.unwrap().id;
        apps::set_secret(ctx, app, "API_KEY", SecretValue { value: "s3cret-of-the-app".into() })
            .await
            .unwrap();
        let mut source = archive(&[("Dockerfile", "FROM scratch\n")]).into_iter().collect::<Vec<u8>>();
        let deployment = apps::deploy(ctx, app, &mut source.as_slice()).await.unwrap().id;
        source.clear();
        let new = NewDatabase { name: name("main"), backup_every: None };
        let database = databases::create(ctx, environment, new).await.unwrap().id;
        // What the loop does when the server accepts connections.
        api.write("update databases set state = 'ready' where id = $1", |q| q.bind(database.to_string()))
            .await;
        let backup = databases::backups::create(ctx, database).await.unwrap().id;
        let colleague = api.user(Role::Developer, &scope, true).await;
        let new = NewGrant {
            user: colleague.user,
            role: Role::Auditor,
            scope_kind: ResourceKind::Organization,
            scope_id: organization.to_string(),
        };
        let grant = ward_identity::grants::create(ctx, organization, new, scope).await.unwrap().id;
        Self {
            platform,
            owner,
            organization,
            agreement,
            hold,
            drain,
            witness,
            project,
            environment,
            app,
            deployment,
            database,
            backup,
            colleague,
            grant,
            api,
        }
    }

    /// An API token of the owner: a developer in the organization.
    pub(crate) async fn token(&self) -> (TokenId, String) {
        let new = NewToken {
            name: "ci".into(),
            role: Role::Developer,
            scope_kind: ResourceKind::Organization,
            scope_id: self.organization.to_string(),
            expires_at: self.owner.ctx.now().plus(Duration::from_secs(86_400)),
        };
        let made =
            tokens::create(&self.owner.ctx, new, Target::organization(self.organization)).await.unwrap();
        (made.token.id, made.secret)
    }

    /// How many apps there are.
    pub(crate) async fn apps(&self) -> usize {
        apps::list(&self.owner.ctx, self.environment, &PageQuery::default()).await.unwrap().items.len()
    }
}

/// A tar.gz of text files.
pub(crate) fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}
