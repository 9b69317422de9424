//! The witness over HTTP: statuses, limits, TLS.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use ward_witness::server::{self, LARGEST_BODY};

use crate::{
    crash::post,
    fixture::{Bench, ORIGIN, TestLog},
};

async fn serve(bench: &Bench, tls: Option<Arc<rustls::ServerConfig>>) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(server::serve(listener, tls, bench.witness.clone()));
    port
}

async fn posted(port: u16, path: &'static str, body: Vec<u8>) -> (u16, String) {
    tokio::task::spawn_blocking(move || post(port, path, &body)).await.unwrap().unwrap()
}

async fn raw(port: u16, request: &'static str) -> String {
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        let _ = stream.read_to_string(&mut text);
        text
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_status_reaches_the_client_with_its_media_type() {
    let mut log = TestLog::new(ORIGIN, 1).grow(5).clone();
    let bench = Bench::following(&[&log]);
    let port = serve(&bench, None).await;
    let (status, body) = posted(port, "/add-checkpoint", log.submission(0).to_bytes()).await;
    assert!(
        status == 200 && body.starts_with("\u{2014} witness.example/w1 ") && body.ends_with('\n'),
        "{body}"
    );
    log.grow(8);
    assert_eq!(posted(port, "/add-checkpoint", log.submission(2).to_bytes()).await, (409, "5\n".to_owned()));
    let mut bad = log.submission(5);
    bad.proof.clear();
    assert_eq!(posted(port, "/add-checkpoint", bad.to_bytes()).await.0, 422);
    assert_eq!(posted(port, "/add-checkpoint", b"nonsense".to_vec()).await.0, 400);
    let stranger = TestLog::new("b.example/log", 3).grow(1).clone();
    assert_eq!(posted(port, "/add-checkpoint", stranger.submission(0).to_bytes()).await.0, 404);
    let thief = TestLog::new(ORIGIN, 3).grow(9).clone();
    assert_eq!(posted(port, "/add-checkpoint", thief.submission(5).to_bytes()).await.0, 403);
    assert_eq!(posted(port, "/add-shard", b"shard a/b\nindex 1\n\n{}".to_vec()).await.0, 404);
    assert_eq!(posted(port, "/elsewhere", Vec::new()).await.0, 404);
    let conflict = raw(port, "PUT /add-checkpoint HTTP/1.1\r\nhost: w\r\nconnection: close\r\n\r\n").await;
    assert!(conflict.starts_with("HTTP/1.1 405"), "{conflict}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_names_key_and_logs() {
    let log = TestLog::new(ORIGIN, 1).grow(5).clone();
    let bench = Bench::following(&[&log]);
    bench.cosign(&log, 0);
    let port = serve(&bench, None).await;
    let page = raw(port, "GET / HTTP/1.1\r\nhost: w\r\nconnection: close\r\n\r\n").await;
    for part in [&bench.key().to_string(), ORIGIN, "5 entries", "2027-01-15T08:00:00Z"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_too_long_or_too_slow_is_cut_off() {
    let log = TestLog::new(ORIGIN, 1).grow(5).clone();
    let bench = Bench::following(&[&log]);
    let port = serve(&bench, None).await;
    let (status, _) = posted(port, "/add-checkpoint", vec![b'x'; LARGEST_BODY + 1]).await;
    assert_eq!(status, 413);
    let slow_head = tokio::spawn(raw(port, "POST /add-checkpoint HTTP/1.1\r\nhost: w\r\n"));
    let slow_body = tokio::spawn(raw(
        port,
        "POST /add-checkpoint HTTP/1.1\r\nhost: w\r\nconnection: close\r\ncontent-length: 100\r\n\r\nold",
    ));
    let slow = tokio::time::timeout(Duration::from_secs(25), async {
        (slow_head.await.unwrap(), slow_body.await.unwrap())
    });
    let (head, body) = slow.await.unwrap();
    assert!(head.is_empty() || head.starts_with("HTTP/1.1 408"), "{head}");
    assert!(body.starts_with("HTTP/1.1 408"), "{body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_from_files_serves_and_wrong_files_are_named() {
    let log = TestLog::new(ORIGIN, 1).grow(5).clone();
    let bench = Bench::following(&[&log]);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate =
        rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let (certificate_file, key_file) = (bench.path().join("cert.pem"), bench.path().join("key.pem"));
    std::fs::write(&certificate_file, certificate.pem()).unwrap();
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    let tls = server::load_tls(&certificate_file, &key_file).unwrap();
    let port = serve(&bench, Some(tls)).await;

    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let tcp = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap();
    let body = log.submission(0).to_bytes();
    let head = format!(
        "POST /add-checkpoint HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));

    for (certificates, key) in [(&key_file, &key_file), (&certificate_file, &certificate_file)] {
        let said = server::load_tls(certificates, key).unwrap_err().to_string();
        assert!(said.contains(".pem"), "{said}");
    }
}
