//! A real engine with Ward's own images, for one test: own names, addresses, directories; taken away at the end, also of
//! a failed test.

use std::{
    fs,
    net::Ipv4Addr,
    os::unix::fs::PermissionsExt,
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use futures::FutureExt;
use ward_docker::{Docker, DockerConfig, volumes};
use ward_spine::engine::{ContainerState, Engine, ObservedContainer};

/// An engine and where it keeps its things.
pub(crate) struct Machine {
    pub(crate) engine: Arc<Docker>,
    pub(crate) config: DockerConfig,
    /// Directory with the image that encrypted volumes lie in.
    pub(crate) disk: PathBuf,
}

impl Machine {
    /// The engine as the platform knows it.
    pub(crate) fn engine(&self) -> Arc<dyn Engine> {
        self.engine.clone()
    }

    /// What the engine says of a container.
    pub(crate) async fn observe(&self, name: &str) -> Option<ObservedContainer> {
        self.engine.observe().await.unwrap().into_iter().find(|c| c.name == name)
    }

    /// Process id of a running container.
    pub(crate) async fn pid(&self, name: &str) -> i32 {
        match self.observe(name).await.map(|c| c.state) {
            Some(ContainerState::Running { pid }) => pid,
            other => panic!("{name} does not run: {other:?}"),
        }
    }
}

/// Kills with SIGKILL.
pub(crate) fn kill_9(pid: i32) {
    let status = Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
    assert!(status.success());
}

/// Waits until it is so.
pub(crate) async fn until(what: &str, longest: Duration, mut check: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !check().await {
        assert!(begin.elapsed() < longest, "not within {longest:?}: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Runs a test on an engine that has Ward's own images, then takes the engine away.
pub(crate) async fn with(test: impl AsyncFnOnce(&Machine)) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let (process, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let instance = format!("p{:05x}{number:x}", process % 0x10_0000);
    // Whatever can fail before there is something to take away.
    let init_binary = init();
    let state_dir = PathBuf::from(format!("/var/tmp/ward-test-{instance}"));
    let disk = PathBuf::from(format!("/var/tmp/ward-disk-{instance}"));
    for directory in [&state_dir, &disk] {
        fs::create_dir_all(directory).unwrap();
        fs::set_permissions(directory, fs::Permissions::from_mode(0o711)).unwrap();
    }
    let prepared = volumes::prepare_loop(&disk, 2 << 30).await.unwrap();
    let config = DockerConfig {
        run_dir: PathBuf::from(format!("/run/ward-test-{instance}")),
        instance,
        state_dir: state_dir.clone(),
        volumes_dir: Some(prepared.path.join("volumes")),
        pool: (Ipv4Addr::from((10 << 24) | ((192 + process % 60) << 16) | ((number % 16) << 12)), 20),
        init_binary,
        uid_range: (300_000, 3_000_000),
        build_egress: None,
        build_ca: None,
    };
    let engine = Docker::start(config.clone()).await.unwrap();
    let machine = Machine { engine, config, disk };
    let result = AssertUnwindSafe(async {
        let log: ward_spine::engine::LineSink = Arc::new(|_: &str| {});
        machine.engine.images().ensure_builtin(&cache(), log).await.unwrap();
        test(&machine).await;
    })
    .catch_unwind()
    .await;
    let destroyed = machine.engine.destroy().await;
    let unmounted = volumes::remove_loop(&machine.disk).await;
    for directory in [&state_dir, &machine.disk] {
        let _ = fs::remove_dir_all(directory);
    }
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
    destroyed.unwrap();
    unmounted.unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a test has no configuration but its environment")]
fn cache() -> PathBuf {
    std::env::var_os("WARD_CACHE").map_or_else(|| "/var/cache/ward".into(), PathBuf::from)
}

/// The init program, linked statically as it is in a release.
pub(crate) fn init() -> PathBuf {
    static INIT: OnceLock<PathBuf> = OnceLock::new();
    INIT.get_or_init(compile).clone()
}

fn compile() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../init/src/main.rs");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ward-init");
    let fresh = program.with_extension(std::process::id().to_string());
    let options = ["--edition", "2024", "-O", "-C", "target-feature=+crt-static", "-o"];
    let status = Command::new("rustc").args(options).arg(&fresh).arg(source).status().unwrap();
    assert!(status.success(), "rustc failed");
    fs::rename(&fresh, &program).unwrap();
    program
}
