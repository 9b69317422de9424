//! Ward's PostgreSQL image, run as a managed database is: hardened, on an encrypted volume.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    process::Command,
    time::{Duration, Instant},
};

use ward_docker::{Docker, DockerConfig, volumes};
use ward_spine::engine::{
    ContainerSpec, ContainerState, Engine, ExecSpec, LogOptions, NetworkSpec, SecretBytes, VolumeKey,
    VolumeMount, VolumeSpec,
};
use zeroize::Zeroizing;

use crate::host;

const MARKER: &str = "ssn-123-45-6789-canary";

fn certificate() -> (Vec<u8>, Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    let (key, crt) = (dir.path().join("key"), dir.path().join("crt"));
    let status = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-subj", "/CN=db", "-days", "2", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&crt)
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    (std::fs::read(crt).unwrap(), std::fs::read(key).unwrap())
}

fn spec(config: &DockerConfig) -> ContainerSpec {
    let (crt, key) = certificate();
    ContainerSpec {
        name: "db".into(),
        labels: BTreeMap::new(),
        image: "ward/postgres:15".into(),
        command: Some(["-c", "max_connections=20"].map(str::to_owned).to_vec()),
        env: vec![],
        files: vec![
            ("server.crt".into(), SecretBytes::new(crt)),
            ("server.key".into(), SecretBytes::new(key)),
        ],
        user: Some(999),
        network: 0,
        address: Ipv4Addr::from(u32::from(config.pool.0) + 9),
        hosts: vec![],
        egress: false,
        uid_base: config.uid_range.0,
        memory: 512 << 20,
        cpu_millis: 2000,
        pids: 200,
        mounts: vec![VolumeMount {
            volume: "db".into(),
            target: "/var/lib/postgresql/data".into(),
            read_only: false,
        }],
        tmpfs: vec![("/var/run/postgresql".into(), 16 << 20)],
        grace: Duration::from_secs(20),
    }
}

/// Runs psql in the container: whether it worked, and what it said.
async fn psql(engine: &Docker, connection: &str, sql: &str) -> (bool, String) {
    let command = ["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", connection, "-c", sql];
    let spec = ExecSpec { command: command.map(str::to_owned).to_vec(), user: Some(999), env: vec![] };
    let output = engine.exec("db", &spec, Duration::from_secs(20)).await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.code == 0, String::from_utf8_lossy(&text).trim().to_owned())
}

async fn ready(engine: &Docker) {
    let begin = Instant::now();
    while !psql(engine, "dbname=postgres", "select 1").await.0 {
        if begin.elapsed() > Duration::from_secs(60) {
            panic!("not ready: {}", log(engine).await);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn log(engine: &Docker) -> String {
    use futures::StreamExt;
    let lines = engine.logs("db", &LogOptions::default()).await.unwrap();
    lines.map(|line| line.unwrap().text).collect::<Vec<_>>().await.join("\n")
}

#[tokio::test]
async fn postgres_runs_hardened_on_an_encrypted_volume_with_tls_and_scram_only() {
    let mut config = host::config();
    let disk = tempfile::Builder::new().prefix("ward-disk-").tempdir_in("/var/tmp").unwrap();
    std::fs::set_permissions(disk.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    let prepared = volumes::prepare_loop(disk.path(), 2 << 30).await.unwrap();
    config.volumes_dir = Some(prepared.path.join("volumes"));
    let engine = Docker::start(config.clone()).await.unwrap();
    let result =
        futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(database(&engine, &config))).await;
    let destroyed = engine.destroy().await;
    volumes::remove_loop(disk.path()).await.unwrap();
    let _ = std::fs::remove_dir_all(&config.state_dir);
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
    destroyed.unwrap();
}

async fn database(engine: &Docker, config: &DockerConfig) {
    engine.images().ensure_builtin(&crate::images::cache(), std::sync::Arc::new(|_: &str| {})).await.unwrap();
    engine.apply_network(&NetworkSpec { index: 0, labels: BTreeMap::new() }).await.unwrap();
    let volume = VolumeSpec { id: "db".into(), uid_base: config.uid_range.0, owner: 999 };
    let key = || VolumeKey(Zeroizing::new([7; 64]));
    engine.unlock_volume(&volume, &key()).await.unwrap();
    let spec = spec(config);
    let observed = engine.apply(&spec).await.unwrap();
    ready(engine).await;

    let pid = host::pid(&observed);
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = |name: &str| status.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("CapBnd:").ends_with("\t0000000000000000"), "{status}");
    assert!(line("NoNewPrivs:").ends_with('1'));
    let uid = (config.uid_range.0 + 999).to_string();
    assert!(line("Uid:").split('\t').skip(1).all(|one| one == uid), "{}", line("Uid:"));

    let (ok, _) = psql(
        engine,
        "dbname=postgres",
        "create role app login password 'correct horse'; create database app owner app",
    )
    .await;
    assert!(!ok, "two statements in one -c are one transaction: CREATE DATABASE must not be there");
    for sql in ["create role app login password 'correct horse'", "create database app owner app"] {
        let (ok, text) = psql(engine, "dbname=postgres", sql).await;
        assert!(ok, "{text}");
    }
    let settings = "select current_setting('data_checksums'), current_setting('ssl'), \
        current_setting('ssl_min_protocol_version'), current_setting('wal_compression'), \
        current_setting('log_parameter_max_length'), current_setting('max_connections'), \
        current_setting('shared_preload_libraries'), current_setting('password_encryption')";
    let (_, seen) = psql(engine, "dbname=postgres", settings).await;
    assert_eq!(seen, "on|on|TLSv1.2|lz4|0|20|pgaudit|scram-sha-256");
    let (_, scheme) =
        psql(engine, "dbname=postgres", "select left(rolpassword, 14) from pg_authid where rolname = 'app'")
            .await;
    assert_eq!(scheme, "SCRAM-SHA-256$");

    // Floors can't be taken away from inside.
    let (ok, _) = psql(engine, "dbname=postgres", "alter system set ssl = off").await;
    assert!(ok);
    psql(engine, "dbname=postgres", "select pg_reload_conf()").await;
    assert_eq!(psql(engine, "dbname=postgres", "show ssl").await.1, "on");

    let app = |more: &str| format!("host=127.0.0.1 dbname=app user=app {more}");
    let (ok, text) = psql(
        engine,
        &app("password='correct horse' sslmode=require"),
        "select version from pg_stat_ssl where pid = pg_backend_pid()",
    )
    .await;
    assert!(ok && text == "TLSv1.3", "{text}");
    let (ok, text) = psql(engine, &app("password='correct horse' sslmode=disable"), "select 1").await;
    assert!(!ok && text.contains("no encryption"), "{text}");
    let (ok, text) = psql(engine, &app("password='correct horse' sslmode=require ssl_max_protocol_version=TLSv1.1 ssl_min_protocol_version=TLSv1"), "select 1").await;
    assert!(!ok, "{text}");
    let (ok, _) = psql(engine, &app("password=wrong sslmode=require"), "select 1").await;
    assert!(!ok);
    let (ok, text) =
        psql(engine, "host=127.0.0.1 dbname=postgres user=postgres sslmode=require password=x", "select 1")
            .await;
    assert!(!ok && text.contains("rejects"), "{text}");
    let (ok, _) = psql(engine, "dbname=app user=app", "select 1").await;
    assert!(!ok, "the socket is for the superuser");

    // Nothing of a patient in the log, also not of a statement that fails.
    let own = app("password='correct horse' sslmode=require");
    let insert = format!("insert into patient values ('{MARKER}')");
    assert!(psql(engine, &own, "create table patient (ssn text primary key)").await.0);
    assert!(psql(engine, &own, &insert).await.0);
    assert!(!psql(engine, &own, &insert).await.0, "a duplicate is an error");
    assert!(!psql(engine, &own, &format!("select * from nowhere where ssn = '{MARKER}'")).await.0);
    let text = log(engine).await;
    assert!(text.contains("duplicate key value") && !text.contains(MARKER), "{text}");

    // Killed, and again: the row is there.
    for _ in 0..2 {
        let ContainerState::Running { pid } = host::observe(engine, "db").await.state else {
            panic!("not running")
        };
        host::kill_9(pid);
        host::until("the container ends", async || {
            !matches!(host::observe(engine, "db").await.state, ContainerState::Running { .. })
        })
        .await;
        engine.apply(&spec).await.unwrap();
        ready(engine).await;
        let (ok, text) = psql(engine, &own, "select ssn from patient").await;
        assert!(ok && text == MARKER, "{text}");
    }

    // A clean stop, also with a client connected; then the key can go.
    let begin = Instant::now();
    engine.stop("db", spec.grace).await.unwrap();
    assert!(begin.elapsed() < Duration::from_secs(10), "the stop took {:?}", begin.elapsed());
    assert!(log(engine).await.contains("database system is shut down"));
    engine.lock_volume("db").await.unwrap();
    engine.unlock_volume(&volume, &key()).await.unwrap();
    engine.apply(&spec).await.unwrap();
    ready(engine).await;
    let (_, text) = psql(engine, &own, "select ssn from patient").await;
    assert_eq!(text, MARKER);

    // A volume with other files in it is not taken for an empty one.
    engine.remove("db").await.unwrap();
    let path = engine.volumes().path("db").unwrap();
    std::fs::rename(path.join("PG_VERSION"), path.join("PG_VERSION.away")).unwrap();
    engine.apply(&spec).await.unwrap();
    host::until("it refuses", async || log(engine).await.contains("no cluster")).await;
    assert!(path.join("base").exists());
    engine.remove("db").await.unwrap();
    // A creation that was cut off begins again.
    std::fs::create_dir(path.join(".initdb")).unwrap();
    engine.apply(&spec).await.unwrap();
    ready(engine).await;
    engine.remove("db").await.unwrap();
}
