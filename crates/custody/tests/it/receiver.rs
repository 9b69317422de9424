//! Receivers as they are met: HTTP with or without TLS, which answer, hang, break off or redirect.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

/// An authority and a certificate for 127.0.0.1, in PEM.
pub(crate) struct Certificates {
    pub(crate) ca: String,
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Certificates {
    pub(crate) fn new() -> Self {
        let ca_key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "Authority of a test");
        let ca = params.self_signed(&ca_key).unwrap();
        let issuer = Issuer::new(params, ca_key);
        let key = KeyPair::generate().unwrap();
        let mut params =
            CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "receiver");
        let certificate = params.signed_by(&key, &issuer).unwrap();
        Self { ca: ca.pem(), certificate: certificate.pem(), key: key.serialize_pem() }
    }

    fn acceptor(&self) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let chain = vec![CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// What the receiver does with a request that it has read whole.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Answers with a status and a body.
    Answer(u16, String),
    /// Redirects.
    Redirect(String),
    /// Never answers.
    Hang,
    /// Closes without an answer.
    Close,
    /// Promises a body, sends half of it and closes.
    Half,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    /// First line and headers, lower case names.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Arrived {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (n, value) = line.split_once(':')?;
            n.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// A running receiver. Dropping it closes its port.
pub(crate) struct Receiver {
    pub(crate) port: u16,
    pub(crate) arrived: mpsc::UnboundedReceiver<(Arrived, Act)>,
    pub(crate) connections: Arc<AtomicUsize>,
    _serving: JoinSet<()>,
}

impl Receiver {
    /// Serves; `act` is asked for each request, which is then told to the test.
    pub(crate) async fn start(
        tls: Option<&Certificates>,
        act: impl Fn(&Arrived) -> Act + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, arrived) = mpsc::unbounded_channel();
        let connections = Arc::new(AtomicUsize::new(0));
        let acceptor = tls.map(Certificates::acceptor);
        let act = Arc::new(act);
        let counted = Arc::clone(&connections);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let (acceptor, act, tell) = (acceptor.clone(), Arc::clone(&act), tell.clone());
                open.spawn(async move {
                    match acceptor {
                        Some(acceptor) => {
                            let Ok(stream) = acceptor.accept(stream).await else { return };
                            one(stream, &*act, &tell).await;
                        }
                        None => one(stream, &*act, &tell).await,
                    }
                });
            }
        });
        Self { port, arrived, connections, _serving: serving }
    }

    pub(crate) fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://127.0.0.1:{}{path}", self.port)
    }
}

async fn one(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    act: &(dyn Fn(&Arrived) -> Act + Send + Sync),
    tell: &mpsc::UnboundedSender<(Arrived, Act)>,
) {
    let mut bytes = Vec::new();
    let arrived = loop {
        let mut chunk = [0; 8192];
        let Ok(n) = stream.read(&mut chunk).await else { return };
        if n == 0 {
            return;
        }
        bytes.extend_from_slice(&chunk[..n]);
        let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let arrived = Arrived { head, body: bytes[end + 4..].to_vec() };
        let length: usize = arrived.header("content-length").map_or(0, |l| l.parse().unwrap());
        if arrived.body.len() >= length {
            break arrived;
        }
    };
    let what = act(&arrived);
    let answer = match &what {
        Act::Answer(status, body) => {
            format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        }
        Act::Redirect(to) => format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"),
        Act::Half => "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_owned(),
        Act::Hang | Act::Close => String::new(),
    };
    let _ = tell.send((arrived, what.clone()));
    if matches!(what, Act::Hang) {
        std::future::pending::<()>().await;
    }
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}
