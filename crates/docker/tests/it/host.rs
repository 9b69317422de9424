//! An instance for one test: own names, addresses, directories; taken away at the end, also of a failed test.

use std::{
    collections::BTreeMap,
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
use ward_docker::{Docker, DockerConfig};
use ward_spine::engine::{ContainerSpec, ContainerState, Engine, NetworkSpec, ObservedContainer};

/// The image that [`with`] imports: busybox and the probe, user `app` (1001).
pub(crate) const IMAGE: &str = "localhost/ward-test:1";

/// Configuration of a new instance.
pub(crate) fn config() -> DockerConfig {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed) % 256;
    let process = std::process::id();
    let instance = format!("t{:04x}{number:02x}", process % 0x10000);
    let state_dir = PathBuf::from(format!("/var/tmp/ward-test-{instance}"));
    fs::create_dir_all(&state_dir).unwrap();
    fs::set_permissions(&state_dir, fs::Permissions::from_mode(0o711)).unwrap();
    let first = 1_000_000 + (process % 100) * 16_777_216 + number % 64 * 262_144;
    let (second, third) = (64 + (process + number / 16) % 128, number % 16 * 16);
    DockerConfig {
        run_dir: PathBuf::from(format!("/run/ward-test-{instance}")),
        instance,
        state_dir,
        volumes_dir: None,
        pool: (Ipv4Addr::from(10 << 24 | second << 16 | third << 8), 20),
        init_binary: init().to_owned(),
        uid_range: (first, first + 262_144),
        build_egress: None,
        build_ca: None,
    }
}

/// Runs a test against an instance with the image and network 0, then destroys it.
pub(crate) async fn with<F: Future<Output = ()>>(test: impl FnOnce(Arc<Docker>, DockerConfig) -> F) {
    let config = config();
    let engine = Docker::start(config.clone()).await.unwrap();
    let result = AssertUnwindSafe(async {
        import(&engine, IMAGE, "USER app").await;
        engine.apply_network(&NetworkSpec { index: 0, labels: BTreeMap::new() }).await.unwrap();
        test(Arc::clone(&engine), config.clone()).await;
    })
    .catch_unwind()
    .await;
    let destroyed = engine.destroy().await;
    let _ = fs::remove_dir_all(&config.state_dir);
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
    destroyed.unwrap();
}

/// A container that sleeps.
pub(crate) fn spec(config: &DockerConfig, name: &str, command: &[&str]) -> ContainerSpec {
    let last = name.bytes().fold(5_u8, |sum, byte| sum.wrapping_mul(37).wrapping_add(byte)) % 200;
    let subnet = u32::from(config.pool.0);
    ContainerSpec {
        name: name.into(),
        labels: BTreeMap::new(),
        image: IMAGE.into(),
        command: Some(command.iter().map(|part| (*part).to_owned()).collect()),
        env: vec![],
        files: vec![],
        user: None,
        network: 0,
        address: Ipv4Addr::from(subnet + u32::from(last) + 10),
        hosts: vec![],
        egress: false,
        uid_base: config.uid_range.0,
        memory: 64 << 20,
        cpu_millis: 1000,
        pids: 64,
        mounts: vec![],
        tmpfs: vec![],
        grace: Duration::from_secs(2),
    }
}

/// Process id of a running container.
pub(crate) fn pid(observed: &ObservedContainer) -> i32 {
    match observed.state {
        ContainerState::Running { pid } => pid,
        ref other => panic!("{} does not run: {other:?}", observed.name),
    }
}

pub(crate) async fn observe(engine: &Docker, name: &str) -> ObservedContainer {
    let all = engine.observe().await.unwrap();
    all.into_iter().find(|one| one.name == name).unwrap_or_else(|| panic!("{name} is not there"))
}

/// Waits until it is so, at most ten seconds.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut check: impl FnMut() -> F) {
    let start = Instant::now();
    while !check().await {
        assert!(start.elapsed() < Duration::from_secs(10), "not within ten seconds: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) fn kill_9(pid: i32) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).unwrap();
}

/// Process id of a container's monitor.
pub(crate) fn monitor(engine: &Docker, container: i32) -> i32 {
    let group = fs::read_to_string(format!("/proc/{container}/cgroup")).unwrap();
    let id = group.lines().next().unwrap().rsplit("libpod-").next().unwrap().trim().to_owned();
    let file = engine.paths().runroot().join("overlay-containers").join(id).join("userdata/conmon.pid");
    fs::read_to_string(file).unwrap().trim().parse().unwrap()
}

/// Imports an image of busybox and the probe.
pub(crate) async fn import(engine: &Docker, name: &str, change: &str) {
    let archive = engine.paths().temporary().join("image.tar");
    let mut tar = tar::Builder::new(fs::File::create(&archive).unwrap());
    let busybox = fs::read("/bin/busybox").expect("install the package busybox-static");
    let file = |tar: &mut tar::Builder<fs::File>, path: &str, mode, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(bytes.len()).unwrap());
        header.set_mode(mode);
        tar.append_data(&mut header, path, bytes).unwrap();
    };
    let directory = |tar: &mut tar::Builder<fs::File>, path: &str, mode| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Directory);
        header.set_size(0);
        header.set_mode(mode);
        tar.append_data(&mut header, path, &[][..]).unwrap();
    };
    for (path, mode) in [("bin/", 0o755), ("etc/", 0o755), ("tmp/", 0o755), ("srv/", 0o755)] {
        directory(&mut tar, path, mode);
    }
    file(&mut tar, "bin/busybox", 0o755, &busybox);
    file(&mut tar, "bin/probe", 0o755, &fs::read(probe()).unwrap());
    file(&mut tar, "etc/passwd", 0o644, b"root:x:0:0::/:/bin/sh\napp:x:1001:1002::/:/bin/sh\n");
    file(&mut tar, "etc/group", 0o644, b"root:x:0:\napp:x:1002:\n");
    for applet in [
        "sh", "ls", "cat", "id", "sleep", "dd", "env", "echo", "touch", "cp", "unshare", "mount", "yes",
        "seq",
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        header.set_mode(0o777);
        tar.append_link(&mut header, format!("bin/{applet}"), "busybox").unwrap();
    }
    tar.into_inner().unwrap().sync_all().unwrap();
    let output = engine
        .paths()
        .command("podman")
        .args(["import", "--quiet", "--change", change])
        .arg(&archive)
        .arg(name)
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::remove_file(archive).unwrap();
}

/// The init program, linked statically as it is in a release.
fn init() -> &'static Path {
    static INIT: OnceLock<PathBuf> = OnceLock::new();
    INIT.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../init/src/main.rs");
        compile("rustc", &["--edition", "2024", "-O", "-C", "target-feature=+crt-static"], &source, "init")
    })
}

fn probe() -> &'static Path {
    static PROBE: OnceLock<PathBuf> = OnceLock::new();
    PROBE.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/probe.c");
        compile("cc", &["-static", "-O1"], &source, "probe")
    })
}

fn compile(compiler: &str, options: &[&str], source: &Path, name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = directory.join(format!("{name}-{}", std::process::id()));
    let status = Command::new(compiler).args(options).arg("-o").arg(&program).arg(source).status().unwrap();
    assert!(status.success(), "{compiler} failed for {}", source.display());
    // One file for all later runs: this run's name is gone when it ends.
    let lasting = directory.join(name);
    fs::rename(&program, &lasting).unwrap();
    lasting
}
