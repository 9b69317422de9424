//! What the tests stand on: an ingress, upstreams that answer over TCP, and clients that speak TLS.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::sync::CancellationToken;
use ward_ingress::control::Client;
use ward_ingress::{Ingress, IngressConfig};
use ward_model::routes::{Certificate, Route, RouteSnapshot, Upstream, UpstreamTarget};

pub(crate) type Body = BoxBody<Bytes, Infallible>;
pub(crate) const HOST: &str = "app.ward.test";

/// A certificate for these names, signed by itself.
pub(crate) fn certificate(names: &[&str]) -> Certificate {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names.clone()).expect("certificate");
    Certificate { names, chain_pem: made.cert.pem(), key_pem: made.signing_key.serialize_pem() }
}

/// An HTTP/1.1 server that answers what the path asks for, and can be killed.
pub(crate) struct Backend {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    pub(crate) requests: Arc<AtomicUsize>,
    stop: CancellationToken,
}

impl Backend {
    pub(crate) async fn start(name: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let address = listener.local_addr().expect("address");
        let (stop, requests) = (CancellationToken::new(), Arc::new(AtomicUsize::new(0)));
        let backend = Self { name: name.into(), address, requests, stop };
        let (name, requests, stop) =
            (backend.name.clone(), Arc::clone(&backend.requests), backend.stop.clone());
        tokio::spawn(async move {
            while let Some(Ok((stream, _))) = stop.run_until_cancelled(listener.accept()).await {
                let (name, requests, stop) = (name.clone(), Arc::clone(&requests), stop.clone());
                tokio::spawn(async move {
                    let service = hyper::service::service_fn(move |request| {
                        requests.fetch_add(1, Ordering::SeqCst);
                        let name = name.clone();
                        async move { Ok::<_, Infallible>(reply(&name, request).await) }
                    });
                    let served = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .with_upgrades();
                    let _ = stop.run_until_cancelled(served).await;
                });
            }
        });
        backend
    }

    pub(crate) fn upstream(&self) -> Upstream {
        Upstream {
            id: self.name.clone(),
            target: UpstreamTarget::Tcp(self.address),
            weight: 1,
            draining: false,
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn kill(&self) {
        self.stop.cancel();
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub(crate) fn full(text: impl Into<Bytes>) -> Body {
    Full::new(text.into()).boxed()
}

async fn reply(name: &str, mut request: Request<Incoming>) -> Response<Body> {
    let number = |request: &Request<Incoming>| -> u64 {
        request.uri().query().and_then(|query| query.parse().ok()).unwrap_or(0)
    };
    match request.uri().path() {
        "/echo" => {
            let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Frame<Bytes>, Infallible>>(4);
            tokio::spawn(async move {
                while let Some(Ok(frame)) = request.body_mut().frame().await {
                    if sender.send(Ok(frame)).await.is_err() {
                        return;
                    }
                }
            });
            Response::new(StreamBody::new(Stream(receiver)).boxed())
        }
        "/size" => {
            let size = request.into_body().collect().await.map(|body| body.to_bytes().len()).unwrap_or(0);
            Response::new(full(size.to_string()))
        }
        "/big" => {
            let size = number(&request);
            let (sender, receiver) = tokio::sync::mpsc::channel(4);
            tokio::spawn(async move {
                let piece = Bytes::from(vec![b'x'; 64 * 1024]);
                let mut left = size;
                while left > 0 {
                    let take = left.min(64 * 1024);
                    left -= take;
                    if sender.send(Ok(Frame::data(piece.slice(..take as usize)))).await.is_err() {
                        return;
                    }
                }
            });
            Response::new(StreamBody::new(Stream(receiver)).boxed())
        }
        "/headers" => {
            let text: String = request
                .headers()
                .iter()
                .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap_or("?")))
                .collect();
            Response::new(full(text))
        }
        "/slow" => {
            tokio::time::sleep(Duration::from_millis(number(&request))).await;
            Response::new(full(name.to_owned()))
        }
        "/leaky" => Response::builder()
            .header("server", "Backend/1.2.3")
            .header("keep-alive", "timeout=5")
            .header("connection", "x-internal")
            .header("x-internal", "10.0.0.1")
            .header("x-kept", "yes")
            .body(full("leaky"))
            .expect("response"),
        "/ws" if request.headers().contains_key("upgrade") => {
            let protocol = request.headers()["upgrade"].clone();
            tokio::spawn(async move {
                let Ok(upgraded) = hyper::upgrade::on(request).await else { return };
                let (mut reads, mut writes) = tokio::io::split(TokioIo::new(upgraded));
                let _ = tokio::io::copy(&mut reads, &mut writes).await;
                let _ = writes.shutdown().await;
            });
            Response::builder()
                .status(StatusCode::SWITCHING_PROTOCOLS)
                .header("connection", "upgrade")
                .header("upgrade", protocol)
                .body(full(""))
                .expect("response")
        }
        _ => Response::new(full(name.to_owned())),
    }
}

struct Stream(tokio::sync::mpsc::Receiver<Result<Frame<Bytes>, Infallible>>);

impl futures::Stream for Stream {
    type Item = Result<Frame<Bytes>, Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}

/// A running ingress in a folder of its own.
pub(crate) struct Rig {
    pub(crate) folder: Arc<tempfile::TempDir>,
    pub(crate) https: SocketAddr,
    pub(crate) http: SocketAddr,
    pub(crate) client: Client,
    pub(crate) certificate: Certificate,
    pub(crate) stop: CancellationToken,
    pub(crate) running: Option<JoinHandle<Result<(), ward_ingress::Error>>>,
}

pub(crate) fn config(folder: &tempfile::TempDir) -> IngressConfig {
    let path = |name: &str| folder.path().join(name);
    let mut config = IngressConfig::new(path("routes.json"), path("control.sock"), CancellationToken::new());
    config.https = vec!["127.0.0.1:0".parse().expect("address")];
    config.http = vec!["127.0.0.1:0".parse().expect("address")];
    config.access_log = Some(path("access.log"));
    config.public_https_port = 8443;
    config
}

impl Rig {
    /// An ingress without routes.
    pub(crate) async fn start() -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("folder"));
        let config = config(&folder);
        Self::with(folder, config).await
    }

    pub(crate) async fn with(folder: Arc<tempfile::TempDir>, config: IngressConfig) -> Self {
        let stop = config.shutdown.clone();
        let client = Client::new(config.control_socket.clone(), config.snapshot.clone());
        let ingress = Ingress::bind(config).await.expect("bind");
        let (https, http) = (ingress.https_addresses()[0], ingress.http_addresses()[0]);
        let running = Some(tokio::spawn(ingress.serve()));
        let certificate = certificate(&[HOST, "*.wild.test"]);
        Self { folder, https, http, client, certificate, stop, running }
    }

    /// An ingress that routes [`HOST`] to these upstreams.
    pub(crate) async fn serving(upstreams: Vec<Upstream>) -> Self {
        let rig = Self::start().await;
        rig.publish(1, upstreams).await;
        rig
    }

    pub(crate) fn snapshot(&self, version: u64, upstreams: Vec<Upstream>) -> RouteSnapshot {
        RouteSnapshot {
            routes: vec![route(HOST, upstreams)],
            certificates: vec![self.certificate.clone()],
            ..RouteSnapshot::new(version)
        }
    }

    pub(crate) async fn publish(&self, version: u64, upstreams: Vec<Upstream>) {
        self.client.publish(&self.snapshot(version, upstreams)).await.expect("publish");
    }

    pub(crate) async fn stop(&mut self) {
        self.stop.cancel();
        if let Some(running) = self.running.take() {
            running.await.expect("joined").expect("served");
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The access log, when at least `lines` are in it.
    pub(crate) async fn log(&self, lines: usize) -> Vec<serde_json::Value> {
        for _ in 0..100 {
            let text = std::fs::read_to_string(self.path("access.log")).unwrap_or_default();
            if text.lines().count() >= lines {
                return text.lines().map(|line| serde_json::from_str(line).expect("json line")).collect();
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        panic!("the access log stays short: {:?}", std::fs::read_to_string(self.path("access.log")));
    }

    /// A TLS client configuration that trusts the rig's certificate.
    pub(crate) fn tls(&self, versions: &[&'static SupportedProtocolVersion], alpn: &[&str]) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        let der = CertificateDer::from_pem_slice(self.certificate.chain_pem.as_bytes()).expect("pem");
        roots.add(der).expect("root");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        config
    }

    pub(crate) async fn connect_with(
        &self,
        config: ClientConfig,
        name: &str,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.https).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from(name.to_owned()).expect("name");
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }

    pub(crate) async fn connect(&self, alpn: &[&str]) -> TlsStream<TcpStream> {
        let versions = [&rustls::version::TLS13, &rustls::version::TLS12];
        self.connect_with(self.tls(&versions, alpn), HOST).await.expect("handshake")
    }

    pub(crate) async fn h1(&self) -> hyper::client::conn::http1::SendRequest<Body> {
        let stream = self.connect(&["http/1.1"]).await;
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("http/1.1");
        tokio::spawn(connection.with_upgrades());
        sender
    }

    pub(crate) async fn h2(&self) -> hyper::client::conn::http2::SendRequest<Body> {
        let stream = self.connect(&["h2"]).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
        let (sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
                .await
                .expect("h2");
        tokio::spawn(connection);
        sender
    }

    /// One GET on a connection of its own: status and text.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let response = self.h1().await.send_request(get(path)).await.expect("response");
        let status = response.status().as_u16();
        (status, text(response).await)
    }

    /// Sends raw bytes over TLS and reads until the ingress closes or falls silent.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect(&[]).await;
        stream.write_all(bytes).await.expect("write");
        stream.flush().await.expect("flush");
        let mut answer = Vec::new();
        let mut piece = [0; 4096];
        while let Ok(Ok(size)) =
            tokio::time::timeout(Duration::from_millis(400), stream.read(&mut piece)).await
        {
            if size == 0 {
                break;
            }
            answer.extend_from_slice(&piece[..size]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub(crate) fn route(host: &str, upstreams: Vec<Upstream>) -> Route {
    let mut route: Route = serde_json::from_value(serde_json::json!({ "host": host })).expect("route");
    route.upstreams = upstreams;
    route
}

pub(crate) fn get(path: &str) -> Request<Body> {
    Request::builder().uri(path).header("host", HOST).body(full("")).expect("request")
}

pub(crate) fn get_h2(path: &str) -> Request<Body> {
    Request::builder().uri(format!("https://{HOST}{path}")).body(full("")).expect("request")
}

pub(crate) async fn text(response: Response<Incoming>) -> String {
    let bytes = response.into_body().collect().await.expect("body").to_bytes();
    String::from_utf8_lossy(&bytes).into_owned()
}
