//! A small HTTPS server that answers as it is told and keeps what it was asked, and the program run against it.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::SocketAddr,
    os::fd::OwnedFd,
    path::Path,
    process::{Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio_rustls::TlsAcceptor;

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What to answer.
pub(crate) enum Answer {
    Json(u16, Value),
    Bytes(u16, &'static str, Vec<u8>),
    /// 101, then each line comes back with `echo ` before it.
    Echo,
    /// 101, then the bytes go to this port of the loopback interface and back.
    Carry(u16),
}

/// An answer as Ward's errors are.
pub(crate) fn problem(status: u16, code: &str, title: &str) -> Answer {
    Answer::Json(
        status,
        json!({
            "type": format!("urn:ward:error:{code}"), "status": status, "code": code, "title": title,
            "next_step": "do this next", "request_id": "req_00000000000000000000000000000001",
        }),
    )
}

type Told = Arc<dyn Fn(&Asked, usize) -> Answer + Send + Sync>;

/// The server, and a folder for the program's profile.
pub(crate) struct StandIn {
    pub(crate) url: String,
    pub(crate) dir: tempfile::TempDir,
    asked: Arc<Mutex<Vec<Asked>>>,
    _runtime: tokio::runtime::Runtime,
}

impl StandIn {
    /// Starts it. The closure gets each request and how many like it came before.
    pub(crate) fn start(told: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener =
            runtime.block_on(tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))).unwrap();
        let url = format!("https://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let unix =
            runtime.block_on(async { tokio::net::UnixListener::bind(dir.path().join("api.sock")) }).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls(&dir.path().join("ca.pem"))));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (told, kept): (Told, _) = (Arc::new(told), Arc::clone(&asked));
        runtime.spawn(async move {
            loop {
                let (told, kept) = (Arc::clone(&told), Arc::clone(&kept));
                tokio::select! {
                    Ok((tcp, _)) = listener.accept() => {
                        let acceptor = acceptor.clone();
                        tokio::spawn(async move { if let Ok(tls) = acceptor.accept(tcp).await { serve(tls, told, kept).await } });
                    }
                    Ok((socket, _)) = unix.accept() => { tokio::spawn(serve(socket, told, kept)); }
                }
            }
        });
        Self { url, dir, asked, _runtime: runtime }
    }

    /// Signed in already, in the context acme/clinic/prod.
    pub(crate) fn signed_in(told: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static) -> Self {
        let server = Self::start(told);
        let ca = server.dir.path().join("ca.pem");
        let config = format!(
            "server = {:?}\nca = {ca:?}\norganization = \"acme\"\nproject = \"clinic\"\nenvironment = \"prod\"\n",
            server.url
        );
        server.write("profile/config.toml", &config, 0o600);
        server.write("profile/token", &format!("server = {:?}\ntoken = \"s3cret\"\n", server.url), 0o600);
        server
    }

    pub(crate) fn write(&self, name: &str, text: &str, mode: u32) {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    }

    /// Requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Method and path of the requests so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    fn program(&self, arguments: &[&str], env: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ward"));
        command.args(arguments).env_clear().current_dir(self.dir.path());
        command.env("WARD_CONFIG_DIR", self.dir.path().join("profile"));
        command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", self.dir.path().display()));
        command.envs(env.iter().copied());
        command
    }

    /// Runs the program without a terminal.
    pub(crate) fn ward(&self, arguments: &[&str], env: &[(&str, &str)]) -> Ran {
        Ran::of(self.program(arguments, env).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs it with this on its standard input.
    pub(crate) fn ward_reading(&self, arguments: &[&str], input: &str, env: &[(&str, &str)]) -> Ran {
        let mut command = self.program(arguments, env);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    }

    /// Runs it on a terminal; types each answer once its question has been asked. Gives all that was shown.
    pub(crate) fn ward_on_terminal(&self, arguments: &[&str], answers: &[(&str, &str)]) -> (i32, String) {
        let size = nix::pty::Winsize { ws_row: 40, ws_col: 200, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = nix::pty::openpty(&size, None).unwrap();
        let slave = |fd: &OwnedFd| Stdio::from(fd.try_clone().unwrap());
        let mut command = self.program(arguments, &[("TERM", "xterm")]);
        command.stdin(slave(&pty.slave)).stdout(slave(&pty.slave)).stderr(slave(&pty.slave));
        let mut child = command.spawn().unwrap();
        drop((command, pty.slave));
        let mut master = std::fs::File::from(pty.master);
        let (shown, mut from) = (Arc::new(Mutex::new(String::new())), master.try_clone().unwrap());
        let kept = Arc::clone(&shown);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = from.read(&mut buffer) {
                kept.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..n]));
            }
        });
        for (question, answer) in answers {
            let asked = (0..200).any(|_| {
                std::thread::sleep(Duration::from_millis(50));
                shown.lock().unwrap().contains(question)
            });
            if !asked {
                child.kill().unwrap();
                panic!("{question:?} was not asked in: {}", shown.lock().unwrap());
            }
            master.write_all(format!("{answer}\r").as_bytes()).unwrap();
        }
        let status = child.wait().unwrap();
        reader.join().unwrap();
        let shown = shown.lock().unwrap().clone();
        (status.code().unwrap_or(-1), shown)
    }
}

/// How a run went.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// A new authority and a certificate of it for one name: the authority in PEM, the certificate, its key.
pub(crate) fn certificate(name: &str) -> (String, rcgen::Certificate, KeyPair) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // OpenSSL takes a certificate whose issuer has its own name for one that signed itself.
    authority.distinguished_name.push(rcgen::DnType::CommonName, "the authority");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.into()]).unwrap().signed_by(&key, &authority).unwrap();
    (authority.as_ref().pem(), leaf, key)
}

fn tls(ca_file: &Path) -> rustls::ServerConfig {
    let (authority, leaf, key) = certificate("127.0.0.1");
    std::fs::write(ca_file, authority).unwrap();
    rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap()
}

async fn serve(
    io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    told: Told,
    kept: Arc<Mutex<Vec<Asked>>>,
) {
    let service = service_fn(move |request: http::Request<Incoming>| {
        let (told, kept) = (Arc::clone(&told), Arc::clone(&kept));
        async move { Ok::<_, hyper::Error>(answer(request, &told, &kept).await) }
    });
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(io), service)
        .with_upgrades()
        .await;
}

async fn answer(
    mut request: http::Request<Incoming>,
    told: &Told,
    kept: &Mutex<Vec<Asked>>,
) -> http::Response<Full<Bytes>> {
    let line = format!("{} {}", request.method(), request.uri());
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let body = request.body_mut().collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
    let asked = Asked { line, headers, body };
    let before = {
        let mut kept = kept.lock().unwrap();
        kept.push(asked.clone());
        kept.iter().filter(|other| other.line == asked.line).count() - 1
    };
    let response = |status: u16, kind: &str, body: Vec<u8>| {
        http::Response::builder().status(status).header("content-type", kind).body(Full::from(body)).unwrap()
    };
    match told(&asked, before) {
        Answer::Json(status, value) => response(status, "application/json", value.to_string().into_bytes()),
        Answer::Bytes(status, kind, body) => response(status, kind, body),
        Answer::Echo => {
            tokio::spawn(async move {
                let mut io = BufReader::new(TokioIo::new(hyper::upgrade::on(request).await.unwrap()));
                let mut line = String::new();
                while io.read_line(&mut line).await.unwrap_or(0) > 0 {
                    io.write_all(format!("echo {line}").as_bytes()).await.unwrap();
                    line.clear();
                }
            });
            switching()
        }
        Answer::Carry(port) => {
            tokio::spawn(async move {
                let mut io = TokioIo::new(hyper::upgrade::on(request).await.unwrap());
                let mut there = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut io, &mut there).await;
            });
            switching()
        }
    }
}

fn switching() -> http::Response<Full<Bytes>> {
    let answer = http::Response::builder()
        .status(101)
        .header("connection", "upgrade")
        .header("upgrade", "ward-tunnel");
    answer.body(Full::default()).unwrap()
}

/// An id with a number in it.
pub(crate) fn id(prefix: &str, number: u32) -> String {
    format!("{prefix}_{number:032x}")
}

/// A program of the test's own, first on the path of the run.
pub(crate) fn fake(server: &StandIn, name: &str, script: &str) {
    server.write(name, script, 0o755);
}
