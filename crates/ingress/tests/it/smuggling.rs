//! Requests that two readers could read differently, byte for byte. None may reach an app.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::kit::{Backend, Rig, config};

const H: &str = "Host: app.ward.test\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn ambiguous_requests_are_refused_and_reach_no_app() {
    let backend = Backend::start("one").await;
    let rig = Arc::new(Rig::serving(vec![backend.upstream()]).await);
    let corpus: Vec<(&str, u16, String)> = vec![
        ("two Host headers", 400, format!("GET / HTTP/1.1\r\n{H}{H}\r\n")),
        ("two different Hosts", 400, format!("GET / HTTP/1.1\r\n{H}Host: evil.test\r\n\r\n")),
        ("no Host", 400, "GET / HTTP/1.1\r\n\r\n".into()),
        ("an empty Host", 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n".into()),
        ("a Host with a user", 400, "GET / HTTP/1.1\r\nHost: u@app.ward.test\r\n\r\n".into()),
        ("bare LF everywhere", 400, "GET / HTTP/1.1\nHost: app.ward.test\n\n".into()),
        ("one bare LF", 400, format!("GET / HTTP/1.1\r\n{H}X: a\nY: b\r\n\r\n")),
        ("a bare CR", 400, format!("GET / HTTP/1.1\r\n{H}X: a\rY: b\r\n\r\n")),
        ("NUL in a value", 400, format!("GET / HTTP/1.1\r\n{H}X: a\0b\r\n\r\n")),
        ("NUL in the target", 400, format!("GET /\0 HTTP/1.1\r\n{H}\r\n")),
        ("bytes over 127 in the target", 400, format!("GET /é HTTP/1.1\r\n{H}\r\n")),
        ("an encoded NUL", 400, format!("GET /%00 HTTP/1.1\r\n{H}\r\n")),
        ("a fragment", 400, format!("GET /#x HTTP/1.1\r\n{H}\r\n")),
        (
            "length and coding",
            400,
            format!("POST / HTTP/1.1\r\n{H}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ),
        (
            "coding and length",
            400,
            format!("POST / HTTP/1.1\r\n{H}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
        ),
        (
            "two lengths",
            400,
            format!("POST / HTTP/1.1\r\n{H}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"),
        ),
        (
            "two equal lengths",
            400,
            format!("POST / HTTP/1.1\r\n{H}Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"),
        ),
        ("a list of lengths", 400, format!("POST / HTTP/1.1\r\n{H}Content-Length: 4, 4\r\n\r\nabcd")),
        ("a signed length", 400, format!("POST / HTTP/1.1\r\n{H}Content-Length: +4\r\n\r\nabcd")),
        ("a hexadecimal length", 400, format!("POST / HTTP/1.1\r\n{H}Content-Length: 0x4\r\n\r\nabcd")),
        ("a huge length", 400, format!("POST / HTTP/1.1\r\n{H}Content-Length: 99999999999999999999\r\n\r\n")),
        (
            "two codings",
            400,
            format!("POST / HTTP/1.1\r\n{H}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        ),
        (
            "a coding twice",
            400,
            format!(
                "POST / HTTP/1.1\r\n{H}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
        ),
        (
            "a coding that only looks chunked",
            400,
            format!("POST / HTTP/1.1\r\n{H}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ),
        (
            "a coding behind a tabulator",
            400,
            format!("POST / HTTP/1.1\r\n{H}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n"),
        ),
        (
            "a coding on HTTP/1.0",
            400,
            format!("POST / HTTP/1.0\r\n{H}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ),
        (
            "space before a colon",
            400,
            format!("POST / HTTP/1.1\r\n{H}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
        ),
        ("a folded line", 400, format!("GET / HTTP/1.1\r\n{H}X: a\r\n b\r\n\r\n")),
        ("a line that starts with space", 400, format!("GET / HTTP/1.1\r\n {H}{H}\r\n")),
        ("a field without colon", 400, format!("GET / HTTP/1.1\r\n{H}Nonsense\r\n\r\n")),
        ("a field without name", 400, format!("GET / HTTP/1.1\r\n{H}: x\r\n\r\n")),
        ("two spaces in the request line", 400, format!("GET  / HTTP/1.1\r\n{H}\r\n")),
        ("a tabulator in the request line", 400, format!("GET\t/ HTTP/1.1\r\n{H}\r\n")),
        ("no version", 400, "GET /\r\n\r\n".into()),
        ("an unknown version", 505, format!("GET / HTTP/1.2\r\n{H}\r\n")),
        ("HTTP/2 without its protocol", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into()),
        ("another host in the target", 400, format!("GET http://evil.test/ HTTP/1.1\r\n{H}\r\n")),
        ("a target with a user", 400, format!("GET http://u@app.ward.test/ HTTP/1.1\r\n{H}\r\n")),
        ("another scheme", 400, format!("GET ftp://app.ward.test/ HTTP/1.1\r\n{H}\r\n")),
        ("an authority as target", 400, format!("CONNECT app.ward.test:443 HTTP/1.1\r\n{H}\r\n")),
        ("a star", 400, format!("OPTIONS * HTTP/1.1\r\n{H}\r\n")),
        ("dot segments", 400, format!("GET /a/../b HTTP/1.1\r\n{H}\r\n")),
        (
            "a body on an upgrade",
            400,
            format!(
                "GET / HTTP/1.1\r\n{H}Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc"
            ),
        ),
        ("a second empty line first", 400, format!("\r\n\r\nGET / HTTP/1.1\r\n{H}\r\n")),
        ("too many fields", 431, format!("GET / HTTP/1.1\r\n{H}{}\r\n", "X: y\r\n".repeat(150))),
        ("too large a field", 431, format!("GET / HTTP/1.1\r\n{H}X: {}\r\n\r\n", "y".repeat(40_000))),
        ("too long a target", 414, format!("GET /{} HTTP/1.1\r\n{H}\r\n", "y".repeat(9_000))),
        ("an endless target", 414, format!("GET /{}", "y".repeat(40_000))),
    ];
    let tests = corpus.into_iter().map(|(what, status, bytes)| {
        let rig = Arc::clone(&rig);
        tokio::spawn(async move {
            let answer = rig.raw(bytes.as_bytes()).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {answer:?}");
            assert_eq!(answer.matches("\r\n\r\n").count(), 1, "{what}: {answer:?}");
            let id = answer.split("x-request-id: ").nth(1).and_then(|rest| rest.split("\r\n").next());
            assert_eq!(id.map(str::len), Some(32), "{what}: {answer:?}");
        })
    });
    for test in tests.collect::<Vec<_>>() {
        test.await.expect("refused");
    }
    assert_eq!(backend.count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_ends_the_connection_and_what_was_hidden_behind_it() {
    let backend = Backend::start("one").await;
    let rig = Rig::serving(vec![backend.upstream()]).await;
    let hidden = format!(
        "GET /ok HTTP/1.1\r\n{H}\r\nPOST / HTTP/1.1\r\n{H}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n\
                          0\r\n\r\nGET /hidden HTTP/1.1\r\n{H}\r\n"
    );
    let answer = rig.raw(hidden.as_bytes()).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 400").count(), 1, "{answer}");
    assert_eq!((answer.matches("HTTP/1.1 ").count(), backend.count()), (2, 1), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunked_body_that_lies_never_becomes_a_second_request() {
    let backend = Backend::start("one").await;
    let rig = Rig::serving(vec![backend.upstream()]).await;
    for body in [
        "5\r\nabcdeX\r\n0\r\n\r\n",
        "5\nabcde\r\n0\r\n\r\n",
        "0x5\r\nabcde\r\n0\r\n\r\n",
        "5 \r\nabcde\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\nabcde\r\n0\r\n\r\n",
        "0\r\nbad trailer\r\n\r\n",
    ] {
        let request = format!(
            "POST /size HTTP/1.1\r\n{H}Transfer-Encoding: chunked\r\n\r\n{body}GET /hidden HTTP/1.1\r\n{H}\r\n"
        );
        let answer = rig.raw(request.as_bytes()).await;
        assert!(!answer.contains("HTTP/1.1 200"), "{body:?}: {answer}");
    }
    let honest = format!(
        "POST /size HTTP/1.1\r\n{H}Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nabcde\r\n0\r\nT: v\r\n\r\nGET / HTTP/1.1\r\n{H}\r\n"
    );
    let answer = rig.raw(honest.as_bytes()).await;
    assert!(answer.contains("\r\n\r\n5") && answer.ends_with("one"), "the honest one passes: {answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn legal_variety_passes() {
    let backend = Backend::start("one").await;
    let rig = Rig::serving(vec![backend.upstream()]).await;
    for request in [
        format!("\r\nGET / HTTP/1.1\r\n{H}\r\n"),
        "GET / HTTP/1.1\r\nhOsT:APP.ward.test:8443 \t\r\n\r\n".to_owned(),
        format!("GET https://app.ward.test/x?y=%2e%2e HTTP/1.1\r\n{H}\r\n"),
        format!("GET / HTTP/1.0\r\n{H}\r\n"),
        format!("POST / HTTP/1.1\r\n{H}Content-Length: 0\r\n\r\n"),
        format!("GET / HTTP/1.1\r\n{H}X: h\u{e9}llo\r\n\r\n"),
    ] {
        let answer = rig.raw(request.as_bytes()).await;
        assert!(answer.contains(" 200 OK\r\n") && answer.ends_with("one"), "{request:?}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_are_let_go() {
    let folder = Arc::new(tempfile::tempdir().expect("folder"));
    let mut config = config(&folder);
    config.limits.head = Duration::from_millis(300);
    config.limits.idle = Duration::from_millis(600);
    config.limits.handshake = Duration::from_millis(300);
    let rig = Rig::with(folder, config).await;
    let backend = Backend::start("one").await;
    let mut snapshot = rig.snapshot(1, vec![backend.upstream()]);
    snapshot.routes[0].timeouts.idle_ms = 300;
    rig.client.publish(&snapshot).await.expect("publish");
    let end = |bytes: String| {
        let rig = &rig;
        async move {
            let mut stream = rig.connect(&[]).await;
            stream.write_all(bytes.as_bytes()).await.expect("write");
            let (mut answer, started) = (Vec::new(), Instant::now());
            let read = tokio::time::timeout(Duration::from_secs(3), stream.read_to_end(&mut answer)).await;
            let _ = read.expect("let go in time");
            (String::from_utf8_lossy(&answer).into_owned(), started.elapsed())
        }
    };
    let (head, after) = end("GET / HT".into()).await;
    assert!(head.starts_with("HTTP/1.1 408") && after > Duration::from_millis(200), "{head}");
    assert_eq!(end(String::new()).await.0, "", "an idle connection is closed without a word");
    let (body, _) = end(format!("POST /size HTTP/1.1\r\n{H}Content-Length: 10\r\n\r\nabc")).await;
    assert!(body.starts_with("HTTP/1.1 408"), "{body}");
    // Not even a handshake.
    let mut silent = tokio::net::TcpStream::connect(rig.https).await.expect("connect");
    let read = tokio::time::timeout(Duration::from_secs(3), silent.read(&mut [0; 8])).await.expect("in time");
    assert!(matches!(read, Ok(0) | Err(_)));
    // A request that waits for its upstream is not idle.
    assert_eq!(rig.get("/slow?900").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_no_bytes_gives_its_upstream_back() {
    let folder = Arc::new(tempfile::tempdir().expect("folder"));
    let mut config = config(&folder);
    config.limits.stall = Duration::from_millis(400);
    let rig = Rig::with(folder, config).await;
    let backend = Backend::start("one").await;
    rig.publish(1, vec![backend.upstream()]).await;
    let mut one = rig.connect(&[]).await;
    one.write_all(format!("GET /big?300000000 HTTP/1.1\r\n{H}\r\n").as_bytes()).await.expect("write");
    let mut two = rig.h2().await;
    let answer = two.send_request(crate::kit::get_h2("/big?300000000")).await.expect("head");
    while backend.count() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(rig.client.drained("one", Duration::from_millis(100)).await.expect("drained"), 2);
    assert_eq!(rig.client.drained("one", Duration::from_secs(5)).await.expect("drained"), 0);
    drop(answer);
}
