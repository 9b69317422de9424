//! Requests a second and latency through the ingress, beside a direct plain connection, in one run.
//!
//! Client, ingress and upstream share one process and its cores, so the numbers say what the ingress
//! costs on this machine, not what it can carry alone. `cargo run --release -p ward-ingress --example bench`

#![expect(clippy::print_stdout, reason = "a program whose output is its numbers")]

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use hyper::client::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;
use ward_ingress::{Ingress, IngressConfig, control::Client};
use ward_model::routes::{Certificate, RouteSnapshot};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const HOST: &str = "bench.ward.test";
const CONNECTIONS: usize = 16;
const EACH: usize = 2_000;
const BODY: [u8; 1024] = [b'x'; 1024];

#[tokio::main]
async fn main() -> Outcome<()> {
    let upstream = upstream().await?;
    let folder = tempfile::tempdir()?;
    let stop = CancellationToken::new();
    let (snapshot, socket) = (folder.path().join("routes.json"), folder.path().join("control.sock"));
    let mut config = IngressConfig::new(snapshot.clone(), socket.clone(), stop.clone());
    config.https = vec!["127.0.0.1:0".parse()?];
    config.access_log = Some(folder.path().join("access.log"));
    let ingress = Ingress::bind(config).await?;
    let address = *ingress.https_addresses().first().ok_or("no address")?;
    let serving = tokio::spawn(ingress.serve());
    let made = rcgen::generate_simple_self_signed(vec![HOST.to_owned()])?;
    let mut routes = RouteSnapshot::new(1);
    routes.certificates.push(Certificate {
        names: vec![HOST.into()],
        chain_pem: made.cert.pem(),
        key_pem: made.signing_key.serialize_pem(),
    });
    routes.routes.push(serde_json::from_value(serde_json::json!({
        "host": HOST, "upstreams": [{ "id": "one", "target": { "tcp": upstream.to_string() } }],
    }))?);
    let control = Client::new(socket, snapshot);
    control.publish(&routes).await?;

    println!("{CONNECTIONS} connections, {EACH} requests each, 1 KiB answers");
    for round in 1..=2 {
        println!("round {round}");
        let plain = |_| async move { h1(TcpStream::connect(upstream).await?).await };
        measure("direct, http/1.1 in the clear", plain).await?;
        let (config, root) = (&made.cert.pem(), address);
        let tls = |alpn: &'static str| {
            let pem = config.clone();
            move |_| {
                let pem = pem.clone();
                async move { tls(root, &pem, alpn).await }
            }
        };
        let secure = tls("http/1.1");
        measure("ingress, http/1.1 over TLS 1.3", |n| {
            let stream = secure(n);
            async move { h1(stream.await?).await }
        })
        .await?;
        let secure = tls("h2");
        measure("ingress, h2 over TLS 1.3", |n| {
            let stream = secure(n);
            async move { h2(stream.await?).await }
        })
        .await?;
    }
    println!("log lines dropped: {}", control.status().await?.dropped_log_lines);
    stop.cancel();
    serving.await??;
    Ok(())
}

async fn upstream() -> Outcome<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            let answer = service_fn(|_| async {
                Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(&BODY))))
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer),
            );
        }
    });
    Ok(address)
}

async fn tls(
    address: SocketAddr,
    pem: &str,
    alpn: &str,
) -> Outcome<tokio_rustls::client::TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes())?)?;
    let mut config = ClientConfig::builder_with_provider(Arc::new(ward_ingress::tls::provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(TlsConnector::from(Arc::new(config)).connect(ServerName::try_from(HOST)?, stream).await?)
}

/// Sends the requests of one connection, one after the other; answers each one's time.
async fn h1<S>(stream: S) -> Outcome<Vec<Duration>>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut times = Vec::with_capacity(EACH);
    for _ in 0..EACH {
        let started = Instant::now();
        let request = Request::builder().uri("/").header("host", HOST).body(Empty::<Bytes>::new())?;
        sender.ready().await?;
        check(sender.send_request(request).await?).await?;
        times.push(started.elapsed());
    }
    Ok(times)
}

async fn h2<S>(stream: S) -> Outcome<Vec<Duration>>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut times = Vec::with_capacity(EACH);
    for _ in 0..EACH {
        let started = Instant::now();
        let request = Request::builder().uri(format!("https://{HOST}/")).body(Empty::<Bytes>::new())?;
        check(sender.send_request(request).await?).await?;
        times.push(started.elapsed());
    }
    Ok(times)
}

async fn check(response: Response<hyper::body::Incoming>) -> Outcome<()> {
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    match status.is_success() && body.len() == BODY.len() {
        true => Ok(()),
        false => Err(format!("{status} with {} bytes", body.len()).into()),
    }
}

async fn measure<F, W>(what: &str, work: F) -> Outcome<()>
where
    F: Fn(usize) -> W,
    W: Future<Output = Outcome<Vec<Duration>>> + Send + 'static,
{
    let started = Instant::now();
    let workers: Vec<_> = (0..CONNECTIONS).map(|worker| tokio::spawn(work(worker))).collect();
    let mut times = Vec::new();
    for worker in workers {
        times.extend(worker.await??);
    }
    let took = started.elapsed();
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    let rate = times.len() as f64 / took.as_secs_f64();
    println!("  {what:<32} {rate:>8.0} requests/s   p50 {:>8.2?}   p99 {:>8.2?}", at(50), at(99));
    Ok(())
}
