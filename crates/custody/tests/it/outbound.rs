//! What leaves: trusted, bounded, never led astray.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::io::AsyncWriteExt as _;
use ward_custody::outbound::{Limits, Outbound, OutboundError, Reach, Request, Target, Trust};

use crate::receiver::{Act, Certificates, Receiver};

fn limits() -> Limits {
    Limits { connect: Duration::from_secs(2), total: Duration::from_secs(2), answer_bytes: 1000 }
}

fn client(ca: Option<&str>, reach: Reach) -> Outbound {
    Outbound::new(&Trust { ca_pem: ca.map(str::to_owned), identity: None }, reach, limits()).unwrap()
}

fn target(text: &str) -> Target {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_request_arrives_whole_under_tls_and_the_answer_comes_back() {
    let certificates = Certificates::new();
    let mut receiver = Receiver::start(Some(&certificates), |_| Act::Answer(200, "taken".into())).await;
    let client = client(Some(&certificates.ca), Reach::operator());
    let request = Request::post("application/json", "{}").header("x-key", "v");
    let answer = client.send(&target(&receiver.url("https", "/in?a=1")), request).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, &b"taken"[..]));
    let (arrived, _) = receiver.arrived.recv().await.unwrap();
    assert!(arrived.head.starts_with("POST /in?a=1 HTTP/1.1"), "{}", arrived.head);
    assert_eq!(arrived.header("host"), Some(format!("127.0.0.1:{}", receiver.port).as_str()));
    assert_eq!((arrived.header("x-key"), &arrived.body[..]), (Some("v"), &b"{}"[..]));
    assert!(arrived.header("user-agent").unwrap().starts_with("ward/"));
}

#[tokio::test]
async fn a_certificate_of_nobody_trusted_is_refused_before_anything_is_sent() {
    let (ours, theirs) = (Certificates::new(), Certificates::new());
    let mut receiver = Receiver::start(Some(&theirs), |_| Act::Answer(200, String::new())).await;
    for ca in [Some(ours.ca.as_str()), None] {
        let error =
            client(ca, Reach::operator()).get(&target(&receiver.url("https", "/"))).await.unwrap_err();
        assert!(matches!(error, OutboundError::Tls { .. }), "{error}");
    }
    assert!(receiver.arrived.try_recv().is_err());
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let mut receiver = Receiver::start(None, |_| Act::Redirect("/elsewhere".into())).await;
    let answer = client(None, Reach::operator()).get(&target(&receiver.url("http", "/"))).await.unwrap();
    assert_eq!(answer.status.as_u16(), 302);
    receiver.arrived.recv().await.unwrap();
    assert!(receiver.arrived.try_recv().is_err());
}

#[tokio::test]
async fn hanging_half_and_endless_answers_are_errors_within_the_limits() {
    for (act, expected) in [
        (Act::Hang, "within 2 s"),
        (Act::Close, "broke off"),
        (Act::Half, "broke off"),
        (Act::Answer(200, "x".repeat(1001)), "larger than 1000 bytes"),
    ] {
        let receiver = Receiver::start(None, move |_| act.clone()).await;
        let error =
            client(None, Reach::operator()).get(&target(&receiver.url("http", "/"))).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.is_final());
    }
    let error = client(None, Reach::operator()).get(&target("http://127.0.0.1:1/")).await.unwrap_err();
    assert!(matches!(error, OutboundError::Connect { .. }), "{error}");
}

#[tokio::test]
async fn a_tenant_dials_nothing_inside_by_no_spelling() {
    let receiver = Receiver::start(None, |_| Act::Answer(200, String::new())).await;
    let (port, client) = (receiver.port, client(None, Reach::tenant(Vec::new())));
    for host in
        ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "0.0.0.0"]
    {
        for scheme in ["http", "https"] {
            let error = client.get(&target(&format!("{scheme}://{host}:{port}/"))).await.unwrap_err();
            // Some resolvers don't know the odd spellings, which is as good.
            let refused = matches!(error, OutboundError::Internal { .. } | OutboundError::Resolve { .. });
            assert!(refused, "{scheme}://{host}: {error}");
        }
        let error = client.stream(&target(&format!("tcp://{host}:{port}"))).await.err().unwrap();
        assert!(matches!(error, OutboundError::Internal { .. } | OutboundError::Resolve { .. }), "{error}");
    }
    assert_eq!(receiver.connections.load(Ordering::SeqCst), 0);
    let opened = Reach::tenant(vec!["127.0.0.0/8".parse().unwrap()]);
    let answer = crate::outbound::client(None, opened).get(&target(&receiver.url("http", "/"))).await;
    assert!(answer.is_ok());
}

#[tokio::test]
async fn without_tls_only_this_machine_is_sent_to() {
    let error = client(None, Reach::operator()).get(&target("http://198.51.100.7/")).await.unwrap_err();
    assert!(matches!(error, OutboundError::Plain { .. }), "{error}");
    let error =
        client(None, Reach::operator()).stream(&target("tcp://198.51.100.7:514")).await.err().unwrap();
    assert!(matches!(error, OutboundError::Plain { .. }), "{error}");
    let receiver = Receiver::start(None, |_| Act::Answer(204, String::new())).await;
    let mut stream = client(None, Reach::operator()).stream(&target(&receiver.url("tcp", ""))).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
}

#[tokio::test]
async fn a_header_that_is_none_is_refused_without_showing_its_value() {
    let request = Request::get().header("authorization", "Bearer s3cret\r\nx: y");
    let error =
        client(None, Reach::operator()).send(&target("http://127.0.0.1:1/"), request).await.unwrap_err();
    assert!(matches!(error, OutboundError::Request(_)) && !error.to_string().contains("s3cret"), "{error}");
}
