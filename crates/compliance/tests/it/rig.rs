//! What the tests stand on: a whole Ward in a directory, a real ingress, and ways to do things wrong.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use futures::stream::BoxStream;
use sqlx::AssertSqlSafe;
use tokio_util::sync::CancellationToken;
use ward_compliance::{Door, Probe, checks};
use ward_ingress::{Ingress, IngressConfig, control::Client};
use ward_model::{
    Action, Target,
    posture::{Observation, Verdict},
    routes::{Certificate, Hsts, Route, RouteSnapshot},
};
use ward_spine::{Clock as _, engine::*};
use ward_testkit::TestServer;

/// Name of the console in tests.
pub(crate) const CONSOLE: &str = "console.ward.localhost";

/// An engine whose socket is dead: what depends on it can't be observed.
pub(crate) struct DeadEngine;

fn dead<T>() -> Result<T, EngineError> {
    Err(EngineError::Unavailable("no socket".into()))
}

#[async_trait]
impl Engine for DeadEngine {
    async fn capabilities(&self) -> Result<Vec<Capability>, EngineError> {
        dead()
    }
    async fn build(&self, _: &BuildSpec, _: LineSink) -> Result<String, EngineError> {
        dead()
    }
    async fn image(&self, _: &str) -> Result<Option<String>, EngineError> {
        dead()
    }
    async fn remove_image(&self, _: &str) -> Result<(), EngineError> {
        dead()
    }
    async fn apply_network(&self, _: &NetworkSpec) -> Result<(), EngineError> {
        dead()
    }
    async fn remove_network(&self, _: u16) -> Result<(), EngineError> {
        dead()
    }
    async fn networks(&self) -> Result<Vec<u16>, EngineError> {
        dead()
    }
    fn subnet(&self, _: u16) -> (Ipv4Addr, u8) {
        (Ipv4Addr::UNSPECIFIED, 24)
    }
    async fn apply_flows(&self, _: &[Flow]) -> Result<(), EngineError> {
        dead()
    }
    async fn flows(&self) -> Result<Option<Vec<Flow>>, EngineError> {
        dead()
    }
    async fn unlock_volume(&self, _: &VolumeSpec, _: &VolumeKey) -> Result<PathBuf, EngineError> {
        dead()
    }
    async fn lock_volume(&self, _: &str) -> Result<(), EngineError> {
        dead()
    }
    async fn destroy_volume(&self, _: &str) -> Result<(), EngineError> {
        dead()
    }
    async fn volumes(&self) -> Result<Vec<ObservedVolume>, EngineError> {
        dead()
    }
    async fn apply(&self, _: &ContainerSpec) -> Result<ObservedContainer, EngineError> {
        dead()
    }
    async fn observe(&self) -> Result<Vec<ObservedContainer>, EngineError> {
        dead()
    }
    async fn run(&self, _: &ContainerSpec, _: Duration) -> Result<ExecOutput, EngineError> {
        dead()
    }
    async fn exec(&self, _: &str, _: &ExecSpec, _: Duration) -> Result<ExecOutput, EngineError> {
        dead()
    }
    async fn exec_stream(&self, _: &str, _: &ExecSpec) -> Result<ExecStream, EngineError> {
        dead()
    }
    async fn logs(
        &self,
        _: &str,
        _: &LogOptions,
    ) -> Result<BoxStream<'static, Result<LogLine, EngineError>>, EngineError> {
        dead()
    }
    async fn stop(&self, _: &str, _: Duration) -> Result<(), EngineError> {
        dead()
    }
    async fn remove(&self, _: &str) -> Result<(), EngineError> {
        dead()
    }
}

/// A Ward with a probe.
pub(crate) struct Rig {
    pub(crate) server: TestServer,
    pub(crate) probe: Probe,
}

impl Rig {
    pub(crate) async fn new() -> Self {
        Self::over(TestServer::new().await, Arc::new(DeadEngine))
    }

    pub(crate) fn over(server: TestServer, engine: Arc<dyn Engine>) -> Self {
        let probe = Probe {
            core: server.core.clone(),
            engine,
            door: None,
            trust_pem: None,
            ledger_key: server.core.audit.platform().current().verifier_key().clone(),
            ledger_dir: server.ledger_dir(),
            disk_dirs: vec![server.dir().to_owned()],
            volumes_dir: server.dir().join("volumes"),
            root_key: None,
            private: Vec::new(),
        };
        Self { server, probe }
    }

    /// Runs one check once.
    pub(crate) async fn look(&self, id: &str) -> Observation {
        let check =
            checks::all().into_iter().find(|c| c.id() == id).unwrap_or_else(|| panic!("no check {id}"));
        checks::observe(&self.probe, check.as_ref()).await
    }

    /// Runs one check and insists on its verdict.
    pub(crate) async fn expect(&self, id: &str, verdict: Verdict) -> Observation {
        let seen = self.look(id).await;
        assert_eq!(seen.verdict, verdict, "{id}: {} {:#}", seen.summary, seen.evidence);
        seen
    }

    /// Writes into the store, as a thief or a defect would.
    pub(crate) async fn sql(&self, text: &str) {
        write(&self.server, text).await;
    }
}

pub(crate) async fn write(server: &TestServer, text: &str) {
    let ctx = server.operator();
    let permit = ctx.permit(Action::RegionCreate, &Target::platform()).await.unwrap();
    let mut tx = permit.begin().await.unwrap();
    for statement in text.split(";\n").map(str::trim).filter(|s| !s.is_empty()) {
        sqlx::query(AssertSqlSafe(statement.to_owned()))
            .execute(tx.conn())
            .await
            .unwrap_or_else(|e| panic!("{statement}: {e}"));
    }
    tx.commit(serde_json::json!({ "by": "test" })).await.unwrap();
}

/// A real ingress on loopback.
pub(crate) struct Gate {
    pub(crate) door: Door,
    client: Client,
    stop: CancellationToken,
    folder: tempfile::TempDir,
    version: std::sync::atomic::AtomicU64,
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Gate {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stop = CancellationToken::new();
        let (snapshot, socket) = (folder.path().join("routes.json"), folder.path().join("control.sock"));
        let mut config = IngressConfig::new(snapshot.clone(), socket.clone(), stop.clone());
        config.https = vec!["127.0.0.1:0".parse().unwrap()];
        config.http = vec!["127.0.0.1:0".parse().unwrap()];
        let ingress = Ingress::bind(config).await.unwrap();
        let door = Door { https: ingress.https_addresses()[0], http: ingress.http_addresses()[0] };
        tokio::spawn(ingress.serve());
        let client = Client::new(socket, snapshot);
        Self { door, client, stop, folder, version: std::sync::atomic::AtomicU64::new(0) }
    }

    pub(crate) async fn publish(
        &self,
        certificate: Certificate,
        hsts: Option<Hsts>,
        upstream: Option<SocketAddr>,
    ) {
        let mut route: Route = serde_json::from_value(serde_json::json!({ "host": CONSOLE })).unwrap();
        route.hsts = hsts;
        route.upstreams.extend(upstream.map(|address| ward_model::routes::Upstream {
            id: address.to_string(),
            target: ward_model::routes::UpstreamTarget::Tcp(address),
            weight: 1,
            draining: false,
        }));
        let version = self.version.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
        let snapshot = RouteSnapshot {
            routes: vec![route],
            certificates: vec![certificate],
            ..RouteSnapshot::new(version)
        };
        self.client.publish(&snapshot).await.unwrap();
        assert!(self.folder.path().exists());
    }
}

pub(crate) const YEAR: Hsts = Hsts { max_age: 31_536_000, include_subdomains: false };

/// A certificate for the console that ends in so many days.
pub(crate) fn certificate(host: &str, days: i64) -> Certificate {
    let mut params = rcgen::CertificateParams::new(vec![host.to_owned()]).unwrap();
    let now = today().as_secs();
    let at = |days: i64| {
        let days = i64::try_from(now).unwrap() / 86_400 + days;
        let (y, m, d) = civil(days);
        rcgen::date_time_ymd(y, m, d)
    };
    params.not_before = at(-30);
    params.not_after = at(days);
    let key = rcgen::KeyPair::generate().unwrap();
    let made = params.self_signed(&key).unwrap();
    Certificate { names: vec![host.to_owned()], chain_pem: made.pem(), key_pem: key.serialize_pem() }
}

/// Year, month and day of a day since 1970 (Hinnant's algorithm).
fn civil(day: i64) -> (i32, u8, u8) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    let y = yoe + era * 400 + i64::from(m <= 2);
    (i32::try_from(y).unwrap(), u8::try_from(m).unwrap(), u8::try_from(doy - (153 * mp + 2) / 5 + 1).unwrap())
}

/// Time since 1970 by the machine's clock: certificates are verified by it.
pub(crate) fn today() -> Duration {
    Duration::from_micros(u64::try_from(ward_spine::SystemClock.now().micros()).unwrap())
}
