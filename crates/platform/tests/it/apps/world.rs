//! A Ward with a real engine whose loops run.

use std::{
    fs,
    net::Ipv4Addr,
    os::unix::fs::PermissionsExt,
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use futures::FutureExt;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use ward_docker::{Docker, DockerConfig};
use ward_model::{
    DataClass, Name, Role, Target,
    agreements::NewAgreement,
    apps::{App, Deployment, DeploymentState, NewApp},
    environments::{Environment, NewEnvironment},
    organizations::{NewOrganization, NewProject, NewRegion},
};
use ward_platform::{agreements, apps, environments, organizations, projects, regions};
use ward_spine::{
    Ctx,
    engine::{Engine, ObservedContainer, label},
    reconcile::drive,
};
use ward_testkit::TestServer;

use super::front::Front;
use crate::engine::{init, until};

pub(crate) const MANIFEST: &str = "app = \"clinic\"\nkill_timeout = \"2s\"\n[deploy]\nrelease_command = \"/app release\"\n\
    [processes]\nweb = \"/app web\"\nworker = \"/app worker\"\n[egress]\nallow = [\"203.0.113.7:443\"]\n\
    [http_service]\nprocesses = [\"web\"]\n[[http_service.checks]]\npath = \"/healthz\"\ninterval = \"1s\"\n\
    timeout = \"1s\"\ngrace_period = \"2s\"\n[[vm]]\nmemory = \"32mb\"\n";

pub(crate) struct World {
    pub(crate) engine: Arc<Docker>,
    pub(crate) front: Arc<Front>,
    pub(crate) server: TestServer,
    pub(crate) owner: Ctx,
    pub(crate) environment: Environment,
    pub(crate) app: App,
    program: Vec<u8>,
    running: Option<(CancellationToken, Vec<JoinHandle<()>>)>,
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// Runs a test in a new world and takes its engine away, also after a failure.
pub(crate) async fn with(test: impl AsyncFnOnce(&mut World)) {
    let process = std::process::id();
    let instance = format!("q{:05x}", process % 0x10_0000);
    let state_dir = PathBuf::from(format!("/var/tmp/ward-test-{instance}"));
    fs::create_dir_all(&state_dir).unwrap();
    fs::set_permissions(&state_dir, fs::Permissions::from_mode(0o711)).unwrap();
    let config = DockerConfig {
        run_dir: PathBuf::from(format!("/run/ward-test-{instance}")),
        instance,
        state_dir: state_dir.clone(),
        volumes_dir: None,
        pool: (Ipv4Addr::from(10 << 24 | (192 + process % 60) << 16 | 128 << 8), 20),
        init_binary: init(),
        uid_range: (300_000, 3_000_000),
        build_egress: None,
        build_ca: None,
    };
    let engine = Docker::start(config.clone()).await.unwrap();
    let result = AssertUnwindSafe(async {
        let mut world = World::new(engine.clone(), config.pool).await;
        world.start();
        let result = AssertUnwindSafe(test(&mut world)).catch_unwind().await;
        world.stop().await;
        result
    })
    .catch_unwind()
    .await;
    let destroyed = engine.destroy().await;
    let _ = fs::remove_dir_all(&state_dir);
    if let Err(panic) = result.and_then(|inner| inner) {
        std::panic::resume_unwind(panic);
    }
    destroyed.unwrap();
}

impl World {
    async fn new(engine: Arc<Docker>, pool: (Ipv4Addr, u8)) -> Self {
        let server = TestServer::in_pool(pool).await;
        let operator = server.operator();
        let org = organizations::create(&operator, NewOrganization { name: name("mercy") }).await.unwrap().id;
        let owner = server.user_with(Role::Owner, &Target::organization(org)).await;
        let region = NewRegion { name: name("here"), location: "this machine".into(), phi: true };
        regions::create(&operator, region).await.unwrap();
        let agreement = NewAgreement {
            counterparty: "Mercy Clinic".into(),
            document: "cabinet 4".into(),
            document_sha256: None,
            effective_at: None,
            expires_at: None,
        };
        agreements::create(&owner, org, agreement).await.unwrap();
        let project = projects::create(&owner, org, NewProject { name: name("records") }).await.unwrap().id;
        let new = NewEnvironment { name: name("prod"), data_class: DataClass::Phi, region: name("here") };
        let environment = environments::create(&owner, project, new).await.unwrap();
        let app = apps::create(&owner, environment.id, NewApp { name: name("clinic") }).await.unwrap();
        let front = Arc::new(Front::default());
        Self { engine, front, server, owner, environment, app, program: program(), running: None }
    }

    /// Starts all loops, as a new process would.
    pub(crate) fn start(&mut self) {
        let stop = CancellationToken::new();
        let loops =
            ward_platform::loops(self.engine.clone(), self.front.clone(), "/run/ward/test.sock".into());
        let spawn = |one| tokio::spawn(drive(self.server.core.clone(), one, stop.clone()));
        self.running = Some((stop.clone(), loops.into_iter().map(spawn).collect()));
    }

    /// Stops them in the middle of whatever they do.
    pub(crate) async fn stop(&mut self) {
        if let Some((_, tasks)) = self.running.take() {
            for task in tasks {
                task.abort();
                let _ = task.await;
            }
        }
    }

    /// Source whose `/version` says so; `lines` are added to the manifest.
    pub(crate) fn source(&self, version: &str, lines: &str) -> Vec<u8> {
        let dockerfile =
            "FROM scratch\nCOPY version /version\nCOPY app /app\nUSER 10001:10001\nCMD [\"/app\"]\n";
        let manifest = format!("{MANIFEST}{lines}");
        let files: [(&str, u32, &[u8]); 4] = [
            ("Dockerfile", 0o644, dockerfile.as_bytes()),
            ("ward.toml", 0o644, manifest.as_bytes()),
            ("version", 0o644, version.as_bytes()),
            ("app", 0o755, &self.program),
        ];
        archive(&files)
    }

    pub(crate) async fn deploy(&self, archive: &[u8]) -> Deployment {
        apps::deploy(&self.owner, self.app.id, &mut &*archive).await.unwrap()
    }

    pub(crate) async fn state(&self, deployment: &Deployment) -> Deployment {
        apps::get_deployment(&self.owner, self.app.id, deployment.id).await.unwrap()
    }

    /// Waits for the end of a deployment.
    pub(crate) async fn ended(&self, deployment: &Deployment) -> Deployment {
        until("the deployment ends", Duration::from_secs(90), async || {
            self.state(deployment).await.state.ended()
        })
        .await;
        self.state(deployment).await
    }

    pub(crate) async fn succeeded(&self, deployment: &Deployment) {
        let ended = self.ended(deployment).await;
        assert_eq!(ended.state, DeploymentState::Succeeded, "{:?}", ended.failure);
    }

    pub(crate) async fn body(&self, path: &str) -> Result<String, String> {
        self.front.get("clinic.ward.localhost", path).await
    }

    /// Names of all images in the engine's own store.
    pub(crate) async fn images(&self) -> String {
        let mut podman = self.engine.paths().command("podman");
        let output = podman.args(["images", "--format", "{{.Repository}}:{{.Tag}}"]).output().await.unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    }

    /// Containers of the app that are there.
    pub(crate) async fn containers(&self) -> Vec<ObservedContainer> {
        let all = self.engine.observe().await.unwrap();
        all.into_iter().filter(|c| c.labels.contains_key(label::APP)).collect()
    }
}

pub(crate) fn archive(files: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, mode, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(*mode);
        tar.append_data(&mut header, path, *bytes).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// The app of the tests, linked statically so that an empty image can hold it.
fn program() -> Vec<u8> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/apps/program.rs");
    let into = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("app-{}", std::process::id()));
    let options =
        ["--edition", "2024", "-O", "-C", "target-feature=+crt-static", "-C", "strip=symbols", "-o"];
    let status = Command::new("rustc").args(options).arg(&into).arg(source).status().unwrap();
    assert!(status.success(), "rustc failed");
    let bytes = fs::read(&into).unwrap();
    fs::remove_file(into).unwrap();
    bytes
}
