//! A Ward on a folder that a test keeps, so that it can be opened again after a crash.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use ward_custody::drains::{self, Drains, Entry};
use ward_model::{
    Action, DrainId, OrganizationId, Principal, Role, SessionId, Target, UserId,
    drains::{CreatedDrain, Destination, Drain, NewDrain},
    principal::Credential,
};
use ward_spine::{
    Clock as _, Core, Ctx, Db, DrainSettings, RequestInfo, Settings, SystemClock, audit::LedgerSettings,
    reconcile,
};
use ward_vault::{RootKeySource, Vault};

pub(crate) struct Rig {
    pub(crate) dir: PathBuf,
    pub(crate) core: Arc<Core>,
    running: Option<(CancellationToken, JoinHandle<()>)>,
}

impl Rig {
    /// Opens what is in the folder, making it the first time.
    pub(crate) async fn open(dir: &Path) -> Self {
        let key = RootKeySource::KeyFile(dir.join("root.key"));
        if !dir.join("root.key").exists() {
            ward_vault::create_key_file(&dir.join("root.key")).unwrap();
            Vault::init(dir.join("vault"), &key).unwrap();
            std::fs::create_dir_all(dir.join("allowed")).unwrap();
            std::fs::create_dir_all(dir.join("data")).unwrap();
        }
        let vault = Vault::open(dir.join("vault")).unwrap();
        vault.unseal(&key).unwrap();
        let ledger = LedgerSettings {
            dir: dir.join("ledger"),
            base_origin: "ward.test/ledger/1".into(),
            create: true,
            publish_every: Duration::from_millis(200),
        };
        let db = Db::open(&format!("sqlite://{}/ward.db?mode=rwc", dir.display())).await.unwrap();
        let settings = Settings {
            domain: "ward.localhost".into(),
            https_port: 8443,
            data_dir: dir.join("data"),
            network_pool: (Ipv4Addr::new(10, 87, 0, 0), 16),
            uid_range: (300_000, 300_000 + 65_536 * 500),
            drains: DrainSettings { directories: vec![dir.join("allowed")], internal_networks: Vec::new() },
        };
        let core = Core::open(db, ledger, Arc::new(vault), Arc::new(SystemClock), settings).await.unwrap();
        Self { dir: dir.to_owned(), core, running: None }
    }

    /// Starts the loop.
    pub(crate) fn start(&mut self) {
        let stop = CancellationToken::new();
        let task = tokio::spawn(reconcile::drive(self.core.clone(), Arc::new(Drains::new()), stop.clone()));
        self.running = Some((stop, task));
    }

    /// Ends the loop with its workers, wherever they are.
    pub(crate) async fn stop(&mut self) {
        if let Some((stop, task)) = self.running.take() {
            stop.cancel();
            task.await.unwrap();
        }
    }

    /// Ends everything, so that the folder can be opened again.
    pub(crate) async fn close(mut self) -> PathBuf {
        self.stop().await;
        self.core.audit.settle().await.unwrap();
        self.core.audit.close().await.unwrap();
        let _ = tokio::time::timeout(Duration::from_millis(300), self.core.db.close()).await;
        self.dir
    }

    pub(crate) fn ctx(&self, who: Principal) -> Ctx {
        Ctx::new(self.core.clone(), who, RequestInfo { address: "127.0.0.1".into(), client: "test".into() })
    }

    pub(crate) fn operator(&self) -> Ctx {
        self.ctx(Principal::Operator)
    }

    /// A user with a role, who gave the second factor just now.
    pub(crate) async fn user(&self, role: Role, scope: &Target) -> Ctx {
        let ctx = self.operator();
        let id: UserId = ctx.id();
        let mut tx = self.write().await;
        let now = ctx.now().micros();
        sqlx::query("insert into users (id, email, display_name, created_at, password_hash, password_must_change, totp_secret) values ($1, $2, 'Test', $3, '', 0, 'x')")
            .bind(id.to_string()).bind(format!("{id}@example.org")).bind(now).execute(tx.conn()).await.unwrap();
        sqlx::query("insert into grants (id, user_id, role, scope_kind, scope_id, organization_id, created_at) values ($1, $2, $3, $4, $5, $6, $7)")
            .bind(ctx.id::<ward_model::GrantId>().to_string()).bind(id.to_string()).bind(role.as_str())
            .bind(scope.kind.as_str()).bind(scope.id.clone()).bind(scope.organization.map(|o| o.to_string())).bind(now)
            .execute(tx.conn()).await.unwrap();
        tx.commit(json!({})).await.unwrap();
        let credential =
            Credential::Session { id: ctx.id::<SessionId>(), second_factor_at: Some(SystemClock.now()) };
        self.ctx(Principal::User { id, credential })
    }

    pub(crate) async fn organization(&self, name: &str) -> OrganizationId {
        let id: OrganizationId = self.operator().id();
        let mut tx = self.write().await;
        sqlx::query("insert into organizations (id, name, created_at) values ($1, $2, 0)")
            .bind(id.to_string())
            .bind(name.to_owned())
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit(json!({})).await.unwrap();
        id
    }

    async fn write(&self) -> ward_spine::WriteTx {
        let permit = self.operator().permit(Action::OrganizationCreate, &Target::platform()).await.unwrap();
        permit.begin().await.unwrap()
    }

    /// Adds entries to the log of the platform, or of an organization.
    pub(crate) async fn enter(&self, organization: Option<OrganizationId>, count: usize) {
        for n in 0..count {
            let detail = json!({ "n": n, "text": "é \"]\\ =|\n line" });
            self.core.audit.notice("test:entry", ("platform", "ward"), organization, detail).await.unwrap();
        }
    }

    pub(crate) async fn create(&self, new: NewDrain) -> CreatedDrain {
        drains::create(&self.operator(), new).await.unwrap()
    }

    /// Waits until the drain has sent all that there is.
    pub(crate) async fn drained(&self, id: DrainId) -> Drain {
        self.core.audit.settle().await.unwrap();
        self.until(id, |drain| drain.progress.behind == 0).await
    }

    /// Waits until something is so of a drain.
    pub(crate) async fn until(&self, id: DrainId, so: impl Fn(&Drain) -> bool) -> Drain {
        let mut last = None;
        for _ in 0..600 {
            let drain = drains::get(&self.operator(), id).await.unwrap();
            if so(&drain) {
                return drain;
            }
            last = Some(drain);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never came to be so: {last:?}");
    }

    /// All entries of a log, as the ledger has them.
    pub(crate) fn entries(&self, log: &str) -> Vec<Entry> {
        let series = self.core.audit.series(log).unwrap();
        let mut all = Vec::new();
        for shard in series.shards() {
            let (mut at, end) = (0, series.size(&shard.name).unwrap());
            while at < end {
                for (index, bytes) in series.entries(&shard.name, at..end).unwrap() {
                    all.push(Entry { log: log.into(), shard: shard.name.clone(), index, bytes });
                    at = index + 1;
                }
            }
        }
        all
    }
}

/// A wish for a drain of the platform.
pub(crate) fn wish(name: &str, destination: Destination) -> NewDrain {
    NewDrain {
        name: name.parse().unwrap(),
        organization: None,
        log: Some("platform".into()),
        destination,
        ca_pem: None,
        client_certificate_pem: None,
        client_key_pem: None,
        headers: Default::default(),
        insecure_plain: false,
        from_now: false,
    }
}

/// What arrived, in its order, with what came again left out; fails if it came again with other bytes.
pub(crate) fn once(arrived: Vec<Entry>) -> Vec<Entry> {
    let mut kept: Vec<Entry> = Vec::new();
    for entry in arrived {
        let again =
            kept.iter().find(|k| (&k.log, &k.shard, k.index) == (&entry.log, &entry.shard, entry.index));
        match again {
            Some(first) => assert_eq!(*first, entry, "the same place, other bytes"),
            None => kept.push(entry),
        }
    }
    kept
}
