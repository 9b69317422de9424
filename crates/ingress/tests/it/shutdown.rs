//! Start and stop: what is in flight finishes, and what is taken is named.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use ward_ingress::{Error, Ingress};

use crate::kit::{Backend, Rig, config, get, get_h2, text};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_flight_finishes_and_nothing_new_begins() {
    let backend = Backend::start("one").await;
    let mut rig = Rig::serving(vec![backend.upstream()]).await;
    let (mut h1, mut h2, idle) = (rig.h1().await, rig.h2().await, rig.connect(&[]).await);
    let slow = tokio::spawn(async move { text(h1.send_request(get("/slow?500")).await.expect("h1")).await });
    let stream =
        tokio::spawn(async move { text(h2.send_request(get_h2("/slow?500")).await.expect("h2")).await });
    while backend.count() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let started = Instant::now();
    rig.stop().await;
    let took = started.elapsed();
    assert!((Duration::from_millis(300)..Duration::from_secs(3)).contains(&took), "{took:?}");
    assert_eq!((slow.await.expect("h1"), stream.await.expect("h2")), ("one".to_owned(), "one".to_owned()));
    assert!(tokio::net::TcpStream::connect(rig.https).await.is_err());
    drop(idle);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_finish_in_time_is_cut() {
    let folder = Arc::new(tempfile::tempdir().expect("folder"));
    let mut config = config(&folder);
    config.limits.shutdown = Duration::from_millis(200);
    let mut rig = Rig::with(folder, config).await;
    let backend = Backend::start("one").await;
    rig.publish(1, vec![backend.upstream()]).await;
    let mut stream = rig.connect(&[]).await;
    stream.write_all(b"GET /slow?60000 HTTP/1.1\r\nHost: app.ward.test\r\n\r\n").await.expect("write");
    while backend.count() < 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let started = Instant::now();
    rig.stop().await;
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert!(matches!(stream.read(&mut [0; 1]).await, Ok(0) | Err(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_or_socket_is_named() {
    let rig = Rig::start().await;
    assert_eq!(
        std::fs::metadata(rig.path("control.sock")).expect("socket").permissions().mode() & 0o777,
        0o600
    );
    let other = tempfile::tempdir().expect("folder");
    let mut taken = config(&other);
    taken.https = vec![rig.https];
    let error = Ingress::bind(taken).await.err().expect("taken");
    assert!(matches!(error, Error::PortTaken(address) if address == rig.https), "{error}");
    let error = Ingress::bind(config(&rig.folder)).await.err().expect("taken");
    assert!(matches!(error, Error::AlreadyRunning(_)), "{error}");
    // A socket that a killed process left behind is replaced.
    let left = other.path().join("control.sock");
    drop(std::os::unix::net::UnixListener::bind(&left).expect("socket"));
    Ingress::bind(config(&other)).await.expect("the leftover is replaced");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_over_the_limit_wait_for_a_place() {
    let folder = Arc::new(tempfile::tempdir().expect("folder"));
    let mut config = config(&folder);
    config.limits.connections = 2;
    let rig = Rig::with(folder, config).await;
    let backend = Backend::start("one").await;
    rig.publish(1, vec![backend.upstream()]).await;
    let (one, _two) = (rig.connect(&[]).await, rig.connect(&[]).await);
    assert_eq!(rig.client.status().await.expect("status").connections, 2);
    let third = rig.get("/");
    tokio::pin!(third);
    assert!(tokio::time::timeout(Duration::from_millis(300), &mut third).await.is_err(), "no place is free");
    drop(one);
    let answer = tokio::time::timeout(Duration::from_secs(3), third).await.expect("a place is free");
    assert_eq!(answer, (200, "one".to_owned()));
}
