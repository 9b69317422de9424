//! The access log and the plain listener.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use ward_model::routes::LogPath;

use crate::kit::{Backend, Rig, get, get_h2, text};

async fn plain(address: SocketAddr, bytes: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("connect");
    stream.write_all(bytes.as_bytes()).await.expect("write");
    let mut answer = vec![0; 4096];
    let read = tokio::time::timeout(Duration::from_secs(3), stream.read(&mut answer)).await.expect("in time");
    answer.truncate(read.expect("read"));
    String::from_utf8(answer).expect("ascii")
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_tell_who_asked_what_and_never_what_was_in_it() {
    let backend = Backend::start("one").await;
    let rig = Rig::start().await;
    let mut snapshot = rig.snapshot(1, vec![backend.upstream()]);
    snapshot.routes[0].app = Some("app_1".into());
    rig.client.publish(&snapshot).await.expect("publish");
    let mut request = get("/patients/4711?ssn=078-05-1120");
    request.headers_mut().insert("cookie", "session=topsecret".parse().expect("cookie"));
    let response = rig.h1().await.send_request(request).await.expect("response");
    let id = response.headers()["x-request-id"].to_str().expect("id").to_owned();
    let _ = text(response).await;

    snapshot.version = 2;
    snapshot.routes[0].log_path = LogPath::Full;
    rig.client.publish(&snapshot).await.expect("publish");
    let _ = text(rig.h2().await.send_request(get_h2("/public/page?q=1")).await.expect("response")).await;
    let _ = rig.raw(b"GET /secret HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").await;

    let lines = rig.log(3).await;
    let first = &lines[0];
    assert_eq!(first["request_id"], id.as_str());
    assert_eq!((&first["host"], &first["path"]), (&"app.ward.test".into(), &"/".into()));
    assert_eq!((&first["client"], &first["app"]), (&"127.0.0.1".into(), &"app_1".into()));
    assert_eq!(
        (&first["method"], &first["status"], &first["bytes"]),
        (&"GET".into(), &200.into(), &3.into())
    );
    assert_eq!((&first["upstream"], &first["tls"]), (&"one".into(), &"TLSv1.3".into()));
    assert_eq!(
        (&first["protocol"], &first["cipher"]),
        (&"HTTP/1.1".into(), &"TLS13_AES_256_GCM_SHA384".into())
    );
    assert!(first["time"].as_str().is_some_and(|time| time.ends_with('Z')) && first["duration_ms"].is_u64());
    assert!(first.get("aborted").is_none());
    assert_eq!((&lines[1]["path"], &lines[1]["protocol"]), (&"/public/page".into(), &"HTTP/2.0".into()));
    assert_eq!((&lines[2]["status"], &lines[2]["path"]), (&400.into(), &"".into()));
    let whole = std::fs::read_to_string(rig.path("access.log")).expect("log");
    for secret in ["4711", "078-05-1120", "ssn", "topsecret", "q=1", "secret"] {
        assert!(!whole.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_is_logged_and_frees_its_upstream() {
    let backend = Backend::start("one").await;
    let rig = Rig::serving(vec![backend.upstream()]).await;
    let mut stream = rig.connect(&[]).await;
    stream.write_all(b"GET /slow?5000 HTTP/1.1\r\nHost: app.ward.test\r\n\r\n").await.expect("write");
    while backend.count() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(stream);
    assert_eq!(rig.client.drained("one", Duration::from_secs(2)).await.expect("drained"), 0);
    let line = &rig.log(1).await[0];
    assert_eq!((&line["status"], &line["aborted"]), (&499.into(), &true.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_requests_are_sent_to_https_and_only_for_known_hosts() {
    let backend = Backend::start("one").await;
    let rig = Rig::start().await;
    let mut snapshot = rig.snapshot(1, vec![backend.upstream()]);
    snapshot.acme_challenges.insert("token-1".into(), "token-1.thumbprint".into());
    rig.client.publish(&snapshot).await.expect("publish");
    let answer =
        plain(rig.http, "POST /a?b=c HTTP/1.1\r\nHost: app.ward.test:8080\r\nContent-Length: 0\r\n\r\n")
            .await;
    assert!(answer.starts_with("HTTP/1.1 308 "), "{answer}");
    assert!(answer.contains("location: https://app.ward.test:8443/a?b=c\r\n"), "{answer}");
    let unknown = plain(rig.http, "GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n").await;
    assert!(unknown.starts_with("HTTP/1.1 421 ") && !unknown.contains("location"), "{unknown}");
    let split = plain(rig.http, "GET / HTTP/1.1\nHost: app.ward.test\n\n").await;
    assert!(split.starts_with("HTTP/1.1 400 "), "{split}");
    let challenge = "GET /.well-known/acme-challenge/token-1 HTTP/1.1\r\nHost: new.test\r\n\r\n";
    assert!(plain(rig.http, challenge).await.ends_with("\r\n\r\ntoken-1.thumbprint"));
    let other = "GET /.well-known/acme-challenge/token-2 HTTP/1.1\r\nHost: new.test\r\n\r\n";
    assert!(plain(rig.http, other).await.starts_with("HTTP/1.1 404 "));
    assert_eq!(backend.count(), 0, "nothing is served in the clear");
    assert!(!std::fs::read_to_string(rig.path("access.log")).expect("log").contains("b=c"));
}
