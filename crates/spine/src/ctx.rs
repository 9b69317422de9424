//! The context: who acts, with what request, and everything a verb may use. First argument of every verb.

use std::sync::Arc;

use tokio::sync::Notify;
use ward_model::{Id, Principal, RequestId, Timestamp};
use ward_vault::Vault;

use crate::{
    Clock, Db, ReadTx, Result,
    alerts::Alerts,
    audit::{Audit, LedgerSettings},
    events::Events,
    keyring::Keyring,
    policy::Policy,
    reconcile::Loops,
};

/// What wings need to know of the installation.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Domain below which apps get their names: `ward.localhost`.
    pub domain: String,
    /// Port that people reach the ingress at, for URLs.
    pub https_port: u16,
    /// Directory for what is larger than a row: sources, backups, logs. Mode 0700.
    pub data_dir: std::path::PathBuf,
    /// Addresses that environments get their networks from: `(10.89.0.0, 16)`. Environment n has the n-th /24.
    pub network_pool: (std::net::Ipv4Addr, u8),
    /// Host ids for containers: first, and first after the last. Each app and database gets 65,536 of them.
    pub uid_range: (u32, u32),
    /// What the operator lets drains do.
    pub drains: DrainSettings,
}

/// What the operator lets drains do. Nothing of it comes from a request.
#[derive(Debug, Clone, Default)]
pub struct DrainSettings {
    /// Folders that the platform's drains may write files to, beside the data directory.
    pub directories: Vec<std::path::PathBuf>,
    /// Internal networks (`10.20.0.0/16`) that receivers named by organizations may be in.
    pub internal_networks: Vec<String>,
}

/// The running platform: one per process.
pub struct Core {
    /// The store.
    pub db: Db,
    /// The record.
    pub audit: Audit,
    /// What needs a person's attention.
    pub alerts: Alerts,
    /// Decisions.
    pub policy: Policy,
    /// Keys.
    pub vault: Arc<Vault>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The event stream.
    pub events: Events,
    /// Status of the loops, and the bells that wake them.
    pub loops: Loops,
    /// Settings.
    pub settings: Settings,
}

impl Core {
    /// Puts the platform together: opens the record and closes what a crash left open.
    pub async fn open(
        db: Db,
        ledger: LedgerSettings,
        vault: Arc<Vault>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Arc<Self>> {
        let events = Events::new(db.clone());
        let alerts = Alerts::open(db.clone(), clock.clone(), events.clone()).await?;
        let audit =
            Audit::open(ledger, db.clone(), Arc::clone(&vault), clock.clone(), alerts.clone()).await?;
        Ok(Arc::new(Self {
            audit,
            alerts,
            policy: Policy::new()?,
            vault,
            clock,
            events,
            loops: Loops::default(),
            settings,
            db,
        }))
    }
}

/// The request that a verb runs for.
#[derive(Debug, Clone, Default)]
pub struct RequestInfo {
    /// Address of the client, as the door saw it.
    pub address: String,
    /// What the client calls itself, cut to 200 characters.
    pub client: String,
}

/// Who acts, with what request.
#[derive(Clone)]
pub struct Ctx {
    core: Arc<Core>,
    who: Principal,
    request: RequestInfo,
    request_id: RequestId,
}

impl Ctx {
    /// Made by a door after authenticating, never by a wing.
    pub fn new(core: Arc<Core>, who: Principal, request: RequestInfo) -> Self {
        let request_id = new_id(core.clock.now());
        Self { core, who, request, request_id }
    }

    /// The same request under another principal: the door calls this when authentication succeeded.
    #[must_use]
    pub fn as_principal(&self, who: Principal) -> Self {
        Self { who, ..self.clone() }
    }

    /// The platform.
    pub fn core(&self) -> &Arc<Core> {
        &self.core
    }
    /// Who acts.
    pub fn who(&self) -> &Principal {
        &self.who
    }
    /// The request.
    pub fn request(&self) -> &RequestInfo {
        &self.request
    }
    /// Id of the request: the same in the answer, the log and the ledger.
    pub fn request_id(&self) -> RequestId {
        self.request_id
    }
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.core.clock.now()
    }
    /// A new id.
    pub fn id<I: Id>(&self) -> I {
        new_id(self.now())
    }
    /// A connection for reading.
    pub async fn read(&self) -> Result<ReadTx> {
        self.core.db.read().await
    }
    /// Settings.
    pub fn settings(&self) -> &Settings {
        &self.core.settings
    }
    /// Keys by their id.
    pub fn keyring(&self) -> Keyring<'_> {
        Keyring::new(&self.core)
    }
    /// Wakes a loop.
    pub fn wake(&self, name: &str) {
        self.core.loops.wake(name);
    }
    /// The bell of a loop.
    pub fn bell(&self, name: &str) -> Arc<Notify> {
        self.core.loops.bell(name)
    }
}

/// An id from a time and 74 random bits (RFC 9562 5.7).
pub(crate) fn new_id<I: Id>(now: Timestamp) -> I {
    let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
    I::from_uuid(
        uuid::Builder::from_unix_timestamp_millis(millis, &ward_vault::random::bytes::<10>()).into_uuid(),
    )
}
