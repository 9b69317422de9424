//! Real handshakes: a real ingress, OpenSSL's server where it must be wrong, a real PostgreSQL.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::{PermissionsExt, chown},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use ward_compliance::{Door, Probe};
use ward_model::posture::Verdict;
use ward_vault::certs::{CertificateAuthority, Scope};

use crate::rig::{CONSOLE, Gate, Rig, YEAR, certificate, today};

async fn served(gate: &Gate, trusted: &str) -> Rig {
    let rig = Rig::new().await;
    Rig { probe: Probe { door: Some(gate.door), trust_pem: Some(trusted.to_owned()), ..rig.probe }, ..rig }
}

#[tokio::test]
async fn the_ingress_passes_and_each_thing_wrong_with_it_is_seen() {
    let gate = Gate::start().await;
    let app = serve(|_| (StatusCode::OK, String::new())).await;
    let good = certificate(CONSOLE, 60);
    let rig = served(&gate, &good.chain_pem).await;
    gate.publish(good.clone(), Some(YEAR), Some(app)).await;
    let seen = rig.expect("tls.external", Verdict::Pass).await;
    assert!(
        seen.evidence["facts"][0]["agreed"]["suite"].as_str().unwrap().contains("GCM"),
        "{:#}",
        seen.evidence
    );
    let aead = rig.expect("tls.aead", Verdict::Pass).await;
    assert!(aead.summary.contains("seen in part"), "{}", aead.summary);

    gate.publish(good.clone(), None, Some(app)).await;
    let seen = rig.expect("tls.external", Verdict::Fail).await;
    assert!(seen.summary.contains("Strict-Transport-Security"), "{}", seen.summary);
    let stranger = certificate(CONSOLE, 60);
    gate.publish(stranger, Some(YEAR), Some(app)).await;
    let seen = rig.expect("tls.external", Verdict::Fail).await;
    assert!(seen.summary.contains("verified handshake"), "{}", seen.summary);
    // The clock of the platform is at 2026-11-01; the certificate ends five days after today.
    let short = certificate(CONSOLE, 5);
    let rig = served(&gate, &short.chain_pem).await;
    gate.publish(short, Some(YEAR), Some(app)).await;
    let now = today();
    let test_clock = Duration::from_micros(u64::try_from(rig.server.operator().now().micros()).unwrap());
    rig.server.clock.advance(now.saturating_sub(test_clock));
    let seen = rig.expect("tls.external", Verdict::Fail).await;
    assert!(seen.summary.contains("more days"), "{}", seen.summary);

    let rig = served(&gate, &good.chain_pem).await;
    gate.publish(good, Some(YEAR), Some(app)).await;
    rig.expect("tls.external", Verdict::Pass).await;
    // Plain HTTP that is served and not redirected.
    let plain = serve(|_| (StatusCode::OK, String::new())).await;
    let door = Door { http: plain, ..gate.door };
    let rig = Rig { probe: Probe { door: Some(door), ..rig.probe }, ..rig };
    let seen = rig.expect("tls.external", Verdict::Fail).await;
    assert!(seen.summary.contains("not redirected"), "{}", seen.summary);
}

/// OpenSSL's test server, which can be told to be wrong.
struct OpenSsl {
    child: Child,
    address: SocketAddr,
    _dir: tempfile::TempDir,
}

impl OpenSsl {
    fn start(options: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (key, cert) = (dir.path().join("key.pem"), dir.path().join("cert.pem"));
        let subject = format!("/CN={CONSOLE}");
        let made = Command::new("openssl")
            .args([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "60", "-subj", &subject, "-keyout",
            ])
            .arg(&key)
            .arg("-out")
            .arg(&cert)
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success());
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = Command::new("openssl")
            .args(["s_server", "-quiet", "-www", "-accept", &address.to_string()])
            .arg("-cert")
            .arg(&cert)
            .arg("-key")
            .arg(&key)
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for(address);
        Self { child, address, _dir: dir }
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_for(address: SocketAddr) {
    let start = Instant::now();
    while std::net::TcpStream::connect(address).is_err() {
        assert!(start.elapsed() < Duration::from_secs(20), "{address} does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test]
async fn a_server_that_accepts_an_old_version_or_a_suite_without_aead_is_seen() {
    let gate = Gate::start().await;
    let good = certificate(CONSOLE, 60);
    let rig = served(&gate, &good.chain_pem).await;
    for (options, id, wanted) in [
        (&["-tls1", "-cipher", "ALL:@SECLEVEL=0"][..], "tls.external", "accepted TLS 1.0"),
        (&["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], "tls.external", "accepted TLS 1.1"),
        (&["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256:@SECLEVEL=0"], "tls.aead", "without AEAD"),
    ] {
        let server = OpenSsl::start(options);
        let door = Door { https: server.address, ..gate.door };
        let wrong = Rig {
            probe: Probe { door: Some(door), trust_pem: Some(good.chain_pem.clone()), ..clone(&rig) },
            server: ward_testkit::TestServer::new().await,
        };
        let seen = wrong.expect(id, Verdict::Fail).await;
        assert!(seen.summary.contains(wanted), "{options:?}: {}", seen.summary);
    }
}

fn clone(rig: &Rig) -> Probe {
    let p = &rig.probe;
    Probe {
        core: p.core.clone(),
        engine: p.engine.clone(),
        door: p.door,
        trust_pem: p.trust_pem.clone(),
        ledger_key: p.ledger_key.clone(),
        ledger_dir: p.ledger_dir.clone(),
        disk_dirs: p.disk_dirs.clone(),
        volumes_dir: p.volumes_dir.clone(),
        root_key: p.root_key.clone(),
        private: p.private.clone(),
    }
}

/// A plain HTTP server that answers by method, path and bearer.
async fn serve(
    answer: impl Fn(&Request<hyper::body::Incoming>) -> (StatusCode, String) + Clone + Send + Sync + 'static,
) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let service = hyper::service::service_fn(move |request| {
                    let (status, body) = answer(&request);
                    async move {
                        Ok::<_, std::convert::Infallible>(
                            Response::builder().status(status).body(Full::new(Bytes::from(body))).unwrap(),
                        )
                    }
                });
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    address
}

#[tokio::test]
async fn a_route_that_answers_a_stranger_is_seen() {
    let gate = Gate::start().await;
    let good = certificate(CONSOLE, 60);
    let rig = served(&gate, &good.chain_pem).await;
    let document = r#"{"paths":{"/v1/health":{"get":{}},"/v1/status":{"get":{}},"/v1/apps/{app}/secrets/{name}":{"put":{},"delete":{}}}}"#;
    let api = |open: &'static str| {
        move |request: &Request<hyper::body::Incoming>| match request.uri().path() {
            "/v1/openapi.json" => (StatusCode::OK, document.to_owned()),
            path if !open.is_empty() && path.starts_with(open) => (StatusCode::NOT_FOUND, String::new()),
            _ => (StatusCode::UNAUTHORIZED, String::new()),
        }
    };
    let closed = serve(api("")).await;
    gate.publish(good.clone(), Some(YEAR), Some(closed)).await;
    rig.expect("acc.default-deny", Verdict::Pass).await;
    for open in ["/v1/status", "/v1/apps/app_"] {
        // Even "not found" says that somebody looked before asking who it is.
        let leaky = serve(api(open)).await;
        gate.publish(good.clone(), Some(YEAR), Some(leaky)).await;
        let seen = rig.expect("acc.default-deny", Verdict::Fail).await;
        assert!(seen.summary.contains("answered with 404"), "{}", seen.summary);
    }
    gate.publish(good, Some(YEAR), Some(closed)).await;
    rig.expect("acc.default-deny", Verdict::Pass).await;
}

/// A PostgreSQL of its own, on a loopback address of its own.
struct Postgres {
    child: Child,
    dir: tempfile::TempDir,
}

/// User that may run a server.
const POSTGRES: u32 = 65_534;

fn bin(name: &str) -> String {
    let mut versions: Vec<_> =
        fs::read_dir("/usr/lib/postgresql").unwrap().map(|e| e.unwrap().path()).collect();
    versions.sort();
    versions.pop().expect("install the package postgresql").join("bin").join(name).display().to_string()
}

fn as_nobody(program: &str) -> Command {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new(program);
    command
        .uid(POSTGRES)
        .gid(POSTGRES)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C")
        .current_dir("/");
    command
}

impl Postgres {
    fn make(chain: &str, key: &str) -> Self {
        let dir = tempfile::tempdir_in("/var/tmp").unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
        chown(dir.path(), Some(POSTGRES), Some(POSTGRES)).unwrap();
        let data = dir.path().join("data");
        let made = as_nobody(&bin("initdb"))
            .args(["-U", "postgres", "--auth=trust", "--no-sync", "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success());
        for (name, text) in [("server.crt", chain), ("server.key", key)] {
            let path = data.join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            chown(&path, Some(POSTGRES), Some(POSTGRES)).unwrap();
        }
        let child = as_nobody("/bin/true").spawn().unwrap();
        Self { child, dir }
    }

    /// Starts it again with these settings and rules.
    fn start(&mut self, address: Ipv4Addr, settings: &str, rules: &str) {
        self.stop();
        let data = self.dir.path().join("data");
        fs::write(data.join("pg_hba.conf"), rules).unwrap();
        let socket = self.dir.path().display().to_string();
        let base = format!(
            "listen_addresses = '{address}'\nport = 5432\nunix_socket_directories = '{socket}'\nfsync = off\n"
        );
        fs::write(data.join("postgresql.conf"), base + settings).unwrap();
        self.child = as_nobody(&bin("postgres"))
            .arg("-D")
            .arg(&data)
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        wait_for((address, 5432).into());
    }

    fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let pid = nix::unistd::Pid::from_raw(i32::try_from(self.child.id()).unwrap());
            let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT);
        }
        let _ = self.child.wait();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_talks_in_clear_or_with_old_tls_is_seen() {
    assert!(Path::new("/usr/lib/postgresql").exists(), "install the package postgresql");
    let rig = Rig::new().await;
    rig.expect("tls.database", Verdict::Empty).await;
    let now = today();
    let clock = rustls_time(now);
    let authority = CertificateAuthority::create(
        "test",
        &Scope::new::<&str, &str>(&["ward.internal"], &[]).unwrap(),
        Duration::from_secs(86_400 * 365),
        clock,
    )
    .unwrap();
    let issued = authority
        .issue(&["main.db.ward.internal".to_owned()], Duration::from_secs(86_400 * 60), clock)
        .unwrap();
    // An address of its own in 127.0.0.0/8, so that two tests never meet.
    let process = std::process::id();
    let address = Ipv4Addr::new(
        127,
        77,
        u8::try_from(process >> 8 & 0xff).unwrap(),
        u8::try_from(process & 0xff | 1).unwrap(),
    );
    rig.sql(&format!(
        "insert into organizations (id, name, created_at) values ('org_1', 'mercy', 1);\n\
         insert into projects (id, organization_id, name, created_at) values ('prj_1', 'org_1', 'p', 1);\n\
         insert into regions (id, name, location, phi, created_at) values ('reg_1', 'here', 'h', 1, 1);\n\
         insert into environments (id, organization_id, project_id, name, data_class, region_id, kek_id, network_index, last_host, created_at) values ('env_1', 'org_1', 'prj_1', 'e', 'phi', 'reg_1', 'k', 0, 1, 1);\n\
         insert into databases (id, organization_id, project_id, environment_id, name, engine, state, dek_id, address, uid_base, backup_every, admin_password, created_at) values ('db_1', 'org_1', 'prj_1', 'env_1', 'main', 'postgres 15', 'ready', 'k', '{address}', 300000, 86400, '', 1)"
    ))
    .await;
    let rig = Rig { probe: Probe { trust_pem: Some(authority.cert_pem().to_owned()), ..rig.probe }, ..rig };
    rig.expect("tls.database", Verdict::Unknown).await;

    let mut postgres = Postgres::make(&issued.cert_chain_pem, &issued.key_pem);
    let tls = "ssl = on\nssl_min_protocol_version = 'TLSv1.2'\nssl_ciphers = 'ECDHE+AESGCM'\n";
    let only_tls = "hostssl all all all scram-sha-256\n";
    postgres.start(address, tls, only_tls);
    rig.expect("tls.database", Verdict::Pass).await;
    postgres.start(address, tls, "host all all all scram-sha-256\n");
    let seen = rig.expect("tls.database", Verdict::Fail).await;
    assert!(seen.summary.contains("without TLS"), "{}", seen.summary);
    postgres.start(
        address,
        "ssl = on\nssl_min_protocol_version = 'TLSv1'\nssl_ciphers = 'ALL:@SECLEVEL=0'\n",
        only_tls,
    );
    let seen = rig.expect("tls.database", Verdict::Fail).await;
    assert!(seen.summary.contains("accepted TLS 1."), "{}", seen.summary);
    postgres.start(address, "ssl = off\n", "host all all all reject\n");
    let seen = rig.expect("tls.database", Verdict::Fail).await;
    assert!(seen.summary.contains("refuses TLS"), "{}", seen.summary);
    postgres.start(address, tls, only_tls);
    rig.expect("tls.database", Verdict::Pass).await;
}

fn rustls_time(now: Duration) -> jiff::Timestamp {
    jiff::Timestamp::from_second(i64::try_from(now.as_secs()).unwrap()).unwrap()
}
