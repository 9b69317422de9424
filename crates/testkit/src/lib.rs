//! A whole Ward in a temporary directory, for tests: real store, real ledger, real vault, a clock to set.
//!
//! `WARD_TEST_STORE=postgres` runs the same tests on PostgreSQL; `WARD_TEST_POSTGRES_URL` names a server where the
//! role may create databases (`postgres://postgres@127.0.0.1:5433/postgres`).
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a fixture of tests: a failure here is a failed test"
)]

mod files;

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use ward_model::{Action, Principal, Role, SessionId, Target, Timestamp, UserId, principal::Credential};
use ward_spine::{Clock, Core, Ctx, Db, DrainSettings, RequestInfo, Settings, audit::LedgerSettings};
use ward_vault::{RootKeySource, Vault};

pub use files::all_files;

/// A clock that tests set.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Moves on.
    pub fn advance(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        // A microsecond a look, so that no two events share a time.
        Timestamp::from_micros(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// Where a Ward is.
enum Home {
    /// Removed with the server.
    Temporary(tempfile::TempDir),
    /// Stays.
    Kept(PathBuf),
}

impl Home {
    fn path(&self) -> &Path {
        match self {
            Self::Temporary(dir) => dir.path(),
            Self::Kept(path) => path,
        }
    }
}

/// A Ward in a temporary directory.
pub struct TestServer {
    dir: Home,
    store: String,
    pool: (Ipv4Addr, u8),
    /// The platform.
    pub core: Arc<Core>,
    /// Its clock: starts at 2026-11-01T00:00:00Z.
    pub clock: Arc<TestClock>,
}

impl TestServer {
    /// Starts one.
    pub async fn new() -> Self {
        Self::in_pool((Ipv4Addr::new(10, 87, 0, 0), 16)).await
    }

    /// Starts one whose environments have their networks in this pool: that of a test's engine.
    pub async fn in_pool(pool: (Ipv4Addr, u8)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let key = dir.path().join("root.key");
        ward_vault::create_key_file(&key).unwrap();
        Vault::init(dir.path().join("vault"), &RootKeySource::KeyFile(key)).unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(1_793_491_200_000_000)));
        let store = store_url(dir.path()).await;
        let core = open(dir.path(), &store, pool, clock.clone()).await;
        Self { dir: Home::Temporary(dir), store, pool, core, clock }
    }

    /// Starts one in a directory that stays, or goes on in it: for tests that kill the process it is in. Its store is
    /// a SQLite file.
    pub async fn at(dir: &Path) -> Self {
        let key = dir.join("root.key");
        if !key.exists() {
            std::fs::create_dir_all(dir).unwrap();
            ward_vault::create_key_file(&key).unwrap();
            Vault::init(dir.join("vault"), &RootKeySource::KeyFile(key)).unwrap();
        }
        let clock = Arc::new(TestClock(AtomicI64::new(1_793_491_200_000_000)));
        let pool = (Ipv4Addr::new(10, 87, 0, 0), 16);
        let store = format!("sqlite://{}/ward.db?mode=rwc", dir.display());
        let core = open(dir, &store, pool, clock.clone()).await;
        Self { dir: Home::Kept(dir.to_owned()), store, pool, core, clock }
    }

    /// Directory of everything.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Directory of the ledger.
    pub fn ledger_dir(&self) -> PathBuf {
        self.dir.path().join("ledger")
    }

    /// Directory of the shard of the platform's log that takes entries.
    pub fn shard_dir(&self) -> PathBuf {
        self.core.audit.platform().current().dir().to_owned()
    }

    /// Milliseconds since 1970, by its clock.
    pub fn clock_millis(&self) -> i64 {
        self.clock.now().micros() / 1000
    }

    /// Stops and starts again on the same files, as after a crash: nothing is flushed first.
    pub async fn restart(self) -> Self {
        let Self { dir, store, pool, core, clock } = self;
        core.audit.close().await.unwrap();
        // A test may have left a connection open on purpose, as a killed process does.
        let _ = tokio::time::timeout(Duration::from_millis(300), core.db.close()).await;
        drop(core);
        let core = open(dir.path(), &store, pool, clock.clone()).await;
        Self { dir, store, pool, core, clock }
    }

    /// Context of the operator at the machine.
    pub fn operator(&self) -> Ctx {
        self.as_principal(Principal::Operator)
    }

    /// Context of nobody.
    pub fn anonymous(&self) -> Ctx {
        self.as_principal(Principal::Anonymous)
    }

    /// Context of a loop.
    pub fn as_loop(&self, name: &'static str) -> Ctx {
        self.as_principal(Principal::Loop { name })
    }

    /// Context of any principal.
    pub fn as_principal(&self, who: Principal) -> Ctx {
        Ctx::new(self.core.clone(), who, RequestInfo { address: "127.0.0.1".into(), client: "test".into() })
    }

    /// Context of a user who gave the second factor just now.
    pub fn as_user(&self, id: UserId) -> Ctx {
        let credential = Credential::Session {
            id: self.operator().id::<SessionId>(),
            second_factor_at: Some(self.clock.now()),
        };
        self.as_principal(Principal::User { id, credential })
    }

    /// A new user with one role, and its context. The organization of the scope is made if there is none.
    pub async fn user_with(&self, role: Role, scope: &Target) -> Ctx {
        let ctx = self.operator();
        let id: UserId = ctx.id();
        let permit = ctx.permit(Action::OrganizationCreate, &Target::platform()).await.unwrap();
        let mut tx = permit.begin().await.unwrap();
        let now = ctx.now().micros();
        sqlx::query(
            "insert into users (id, email, display_name, created_at, password_hash, password_must_change, totp_secret) values ($1, $2, 'Test', $3, '', 0, 'x')",
        )
        .bind(id.to_string())
        .bind(format!("{id}@example.org"))
        .bind(now)
        .execute(tx.conn())
        .await
        .unwrap();
        if let Some(organization) = scope.organization {
            let id = organization.to_string();
            let name = format!("org-{}", &id[id.len() - 20..]);
            let made = "insert into organizations (id, name, created_at) values ($1, $2, $3) on conflict (id) do nothing";
            sqlx::query(made).bind(id).bind(name).bind(now).execute(tx.conn()).await.unwrap();
        }
        sqlx::query("insert into grants (id, user_id, role, scope_kind, scope_id, organization_id, created_at) values ($1, $2, $3, $4, $5, $6, $7)")
            .bind(ctx.id::<ward_model::GrantId>().to_string())
            .bind(id.to_string())
            .bind(role.as_str())
            .bind(scope.kind.as_str())
            .bind(scope.id.clone())
            .bind(scope.organization.map(|o| o.to_string()))
            .bind(now)
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit(serde_json::json!({})).await.unwrap();
        self.as_user(id)
    }

    /// The first owner: of the platform.
    pub async fn owner(&self) -> Ctx {
        self.user_with(Role::Owner, &Target::platform()).await
    }
}

async fn open(dir: &Path, store: &str, network_pool: (Ipv4Addr, u8), clock: Arc<TestClock>) -> Arc<Core> {
    let vault = Vault::open(dir.join("vault")).unwrap();
    vault.unseal(&RootKeySource::KeyFile(dir.join("root.key"))).unwrap();
    let ledger = LedgerSettings {
        dir: dir.join("ledger"),
        base_origin: "ward.test/ledger/1".into(),
        create: true,
        // Tests wait for it.
        publish_every: Duration::from_millis(200),
    };
    let db = Db::open(store).await.unwrap();
    let data_dir = dir.join("data");
    std::fs::create_dir_all(&data_dir).unwrap();
    let settings = Settings {
        domain: "ward.localhost".into(),
        https_port: 8443,
        data_dir,
        network_pool,
        uid_range: (300_000, 300_000 + 65_536 * 500),
        drains: DrainSettings::default(),
    };
    Core::open(db, ledger, Arc::new(vault), clock, settings).await.unwrap()
}

#[expect(clippy::disallowed_methods, reason = "tests choose the store by the environment")]
async fn store_url(dir: &Path) -> String {
    if std::env::var("WARD_TEST_STORE").as_deref() != Ok("postgres") {
        return format!("sqlite://{}/ward.db?mode=rwc", dir.display());
    }
    let server = std::env::var("WARD_TEST_POSTGRES_URL")
        .expect("WARD_TEST_STORE=postgres needs WARD_TEST_POSTGRES_URL");
    let name = format!("ward_test_{}", hex(&ward_vault::random::bytes::<8>()));
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(&server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&pool).await.unwrap();
    pool.close().await;
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
