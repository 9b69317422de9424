//! WebSocket: bytes pass both ways, a refused upgrade does not stop the connection, and drains wait.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::kit::{Backend, Rig};

const UPGRADE: &str = "Host: app.ward.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

async fn head(stream: &mut TlsStream<TcpStream>) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(
            tokio::time::timeout(Duration::from_secs(5), stream.read_u8())
                .await
                .expect("time")
                .expect("byte"),
        );
    }
    String::from_utf8(head).expect("ascii")
}

async fn open(rig: &Rig, early: &[u8]) -> TlsStream<TcpStream> {
    let mut stream = rig.connect(&["http/1.1"]).await;
    let request = [format!("GET /ws HTTP/1.1\r\n{UPGRADE}").as_bytes(), early].concat();
    stream.write_all(&request).await.expect("write");
    let head = head(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 101") && head.contains("upgrade: websocket"), "{head}");
    stream
}

async fn echo(stream: &mut TlsStream<TcpStream>, text: &[u8]) {
    stream.write_all(text).await.expect("write");
    let mut back = vec![0; text.len()];
    stream.read_exact(&mut back).await.expect("read");
    assert_eq!(back, text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_echoes_early_bytes_and_anything_after() {
    let backend = Backend::start("one").await;
    let rig = Rig::serving(vec![backend.upstream()]).await;
    let mut stream = open(&rig, b"early").await;
    let mut early = [0; 5];
    stream.read_exact(&mut early).await.expect("early bytes");
    assert_eq!(&early, b"early");
    echo(&mut stream, b"\n\r\0 not http at all").await;
    echo(&mut stream, &vec![7; 300_000]).await;
    stream.shutdown().await.expect("shutdown");
    let line = &rig.log(1).await[0];
    assert_eq!((&line["status"], &line["upstream"]), (&101.into(), &"one".into()));
    assert_eq!(line["received"], 5 + 19 + 300_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tunnel_of_the_api_passes_under_its_own_name() {
    let backend = Backend::start("one").await;
    let rig = Rig::serving(vec![backend.upstream()]).await;
    let mut stream = rig.connect(&["http/1.1"]).await;
    let request =
        b"GET /ws HTTP/1.1\r\nHost: app.ward.test\r\nConnection: Upgrade\r\nUpgrade: ward-tunnel\r\n\r\n";
    stream.write_all(request).await.expect("write");
    let head = head(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 101") && head.contains("upgrade: ward-tunnel"), "{head}");
    echo(&mut stream, b"no http").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_the_app_refuses_leaves_the_connection_in_order() {
    let backend = Backend::start("one").await;
    let rig = Rig::serving(vec![backend.upstream()]).await;
    let requests = format!("GET /x HTTP/1.1\r\n{UPGRADE}GET /y HTTP/1.1\r\nHost: app.ward.test\r\n\r\n");
    let answer = rig.raw(requests.as_bytes()).await;
    assert_eq!((answer.matches("HTTP/1.1 200").count(), backend.count()), (2, 2), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_upgrade_hides_no_second_request() {
    let backend = Backend::start("one").await;
    let rig = Rig::serving(vec![backend.upstream()]).await;
    let requests =
        format!("GET /x HTTP/1.1\r\n{UPGRADE}GET /y HTTP/1.1\r\nHost: a\r\nHost: app.ward.test\r\n\r\n");
    let answer = rig.raw(requests.as_bytes()).await;
    assert!(answer.contains("HTTP/1.1 400") && backend.count() == 1, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_waits_for_websockets_and_says_when_it_gave_up() {
    let (old, new) = (Backend::start("old").await, Backend::start("new").await);
    let rig = Rig::serving(vec![old.upstream()]).await;
    let mut stream = open(&rig, b"").await;
    rig.publish(2, vec![new.upstream()]).await;
    echo(&mut stream, b"still here").await;
    assert_eq!(rig.client.drained("old", Duration::from_millis(200)).await.expect("drained"), 1);
    assert_eq!(rig.get("/").await.1, "new");
    stream.shutdown().await.expect("shutdown");
    drop(stream);
    assert_eq!(rig.client.drained("old", Duration::from_secs(5)).await.expect("drained"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_websocket_is_closed() {
    let backend = Backend::start("one").await;
    let rig = Rig::start().await;
    let mut snapshot = rig.snapshot(1, vec![backend.upstream()]);
    snapshot.routes[0].timeouts.tunnel_idle_ms = 200;
    rig.client.publish(&snapshot).await.expect("publish");
    let mut stream = open(&rig, b"").await;
    echo(&mut stream, b"x").await;
    let end =
        tokio::time::timeout(Duration::from_secs(3), stream.read(&mut [0; 1])).await.expect("closed in time");
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
    assert_eq!(rig.client.drained("one", Duration::from_secs(1)).await.expect("drained"), 0);
}
