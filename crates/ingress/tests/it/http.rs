//! Requests and answers over HTTP/1.1 and HTTP/2.

use bytes::Bytes;
use http::{Request, Version};
use http_body_util::BodyExt;
use hyper::body::Frame;

use crate::kit::{Backend, Body, HOST, Rig, full, get, get_h2, route, text};

fn post(path: &str, body: Body) -> Request<Body> {
    Request::post(path).header("host", HOST).body(body).expect("request")
}

/// A body of so many bytes whose size is not announced.
fn streamed(size: usize) -> Body {
    let pieces = (0..size / 65_536).map(|_| Ok(Frame::data(Bytes::from(vec![b'y'; 65_536]))));
    http_body_util::StreamBody::new(futures::stream::iter(pieces)).boxed()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_protocols_reach_the_upstream() {
    let backend = Backend::start("one").await;
    let rig = Rig::serving(vec![backend.upstream()]).await;
    let mut h1 = rig.h1().await;
    for _ in 0..3 {
        let response = h1.send_request(get("/")).await.expect("h1");
        assert_eq!((response.version(), response.status().as_u16()), (Version::HTTP_11, 200));
        assert_eq!(text(response).await, "one");
        h1.ready().await.expect("kept alive");
    }
    let mut h2 = rig.h2().await;
    let (a, b) = tokio::join!(h2.clone().send_request(get_h2("/slow?50")), h2.send_request(get_h2("/")));
    assert_eq!((a.expect("a").version(), text(b.expect("b")).await), (Version::HTTP_2, "one".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_stream_both_ways_without_being_announced() {
    const SIZE: usize = 24 * 1024 * 1024;
    let backend = Backend::start("one").await;
    let rig = Rig::serving(vec![backend.upstream()]).await;
    let size = |response: http::Response<hyper::body::Incoming>| async move {
        response.into_body().collect().await.expect("body").to_bytes().len()
    };
    let echoed = rig.h1().await.send_request(post("/echo", streamed(SIZE))).await.expect("h1");
    assert_eq!(size(echoed).await, SIZE);
    let mut request = post(&format!("https://{HOST}/echo"), streamed(SIZE));
    request.headers_mut().clear();
    let echoed = rig.h2().await.send_request(request).await.expect("h2");
    assert_eq!(size(echoed).await, SIZE);
    let big = rig.h1().await.send_request(get(&format!("/big?{SIZE}"))).await.expect("big");
    assert_eq!(size(big).await, SIZE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_refused_announced_or_not() {
    let backend = Backend::start("one").await;
    let rig = Rig::start().await;
    let mut snapshot = rig.snapshot(1, vec![backend.upstream()]);
    snapshot.routes[0].max_body_bytes = 100_000;
    rig.client.publish(&snapshot).await.expect("publish");
    let fits = rig.h1().await.send_request(post("/size", streamed(65_536))).await.expect("fits");
    assert_eq!(text(fits).await, "65536");
    assert_eq!(refused(&rig, || full(vec![0; 100_001])).await, 413);
    assert_eq!(refused(&rig, || streamed(131_072)).await, 413);
    let mut request = post(&format!("https://{HOST}/size"), streamed(131_072));
    request.headers_mut().clear();
    assert_eq!(rig.h2().await.send_request(request).await.expect("h2").status(), 413);
}

/// Status that a body too large gets over HTTP/1.1. The connection is closed without reading it all, so a client
/// that still writes may see that instead of the answer; then it is asked again.
async fn refused(rig: &Rig, body: impl Fn() -> Body) -> http::StatusCode {
    for _ in 0..10 {
        match rig.h1().await.send_request(post("/size", body())).await {
            Ok(answer) => return answer.status(),
            Err(error) => assert!(!error.is_timeout(), "{error:?}"),
        }
    }
    panic!("no answer in ten attempts");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_learns_who_asks_from_the_ingress_alone() {
    let backend = Backend::start("one").await;
    let rig = Rig::serving(vec![backend.upstream()]).await;
    let mut request = get("/headers");
    for (name, value) in [
        ("x-forwarded-for", "6.6.6.6"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "for=6.6.6.6"),
        ("x-real-ip", "6.6.6.6"),
        ("x_forwarded_for", "6.6.6.6"),
        ("connection", "x-drop-me"),
        ("x-drop-me", "1"),
        ("te", "trailers"),
        ("proxy", "http://6.6.6.6"),
        ("x-keep-me", "1"),
    ] {
        request.headers_mut().insert(name, value.parse().expect("value"));
    }
    let seen = text(rig.h1().await.send_request(request).await.expect("response")).await;
    assert!(!seen.contains("6.6.6.6") && !seen.contains("drop-me") && !seen.contains("te:"), "{seen}");
    for line in [
        "x-forwarded-for: 127.0.0.1\n",
        "x-forwarded-proto: https\n",
        "x-forwarded-host: app.ward.test\n",
        "forwarded: for=127.0.0.1;host=app.ward.test;proto=https\n",
        "x-keep-me: 1\n",
        "host: app.ward.test\n",
    ] {
        assert!(seen.contains(line), "{line} is missing in {seen}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_lose_what_is_internal_and_gain_hsts_and_an_id() {
    let backend = Backend::start("one").await;
    let rig = Rig::start().await;
    let mut snapshot = rig.snapshot(1, vec![backend.upstream()]);
    snapshot.routes[0].hsts =
        Some(ward_model::routes::Hsts { max_age: 31_536_000, include_subdomains: true });
    rig.client.publish(&snapshot).await.expect("publish");
    for response in [
        rig.h1().await.send_request(get("/leaky")).await.expect("h1"),
        rig.h2().await.send_request(get_h2("/leaky")).await.expect("h2"),
    ] {
        let headers = response.headers();
        for gone in ["server", "keep-alive", "connection", "x-internal"] {
            assert!(!headers.contains_key(gone), "{gone}");
        }
        assert_eq!(headers["x-kept"], "yes");
        assert_eq!(headers["strict-transport-security"], "max-age=31536000; includeSubDomains");
        assert_eq!(headers["x-request-id"].len(), 32);
    }
    let mut request = get("/headers");
    request.headers_mut().insert("x-request-id", "trace-0001-abc".parse().expect("value"));
    let response = rig.h1().await.send_request(request).await.expect("response");
    assert_eq!(response.headers()["x-request-id"], "trace-0001-abc");
    assert!(text(response).await.contains("x-request-id: trace-0001-abc\n"));

    // What the ingress says while the app is away carries it too, for as long as the route has it.
    snapshot.routes[0].upstreams[0].draining = true;
    for (version, expected) in [(2, Some("max-age=31536000; includeSubDomains")), (3, None)] {
        snapshot.version = version;
        rig.client.publish(&snapshot).await.expect("publish");
        let response = rig.h1().await.send_request(get("/")).await.expect("response");
        assert_eq!(response.status(), 503);
        let sent = response.headers().get("strict-transport-security").map(|v| v.to_str().expect("text"));
        assert_eq!(sent, expected);
        snapshot.routes[0].hsts = None;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn host_and_server_name_must_agree() {
    let backend = Backend::start("one").await;
    let rig = Rig::start().await;
    let mut snapshot = rig.snapshot(1, vec![backend.upstream()]);
    snapshot.routes.push(route("a.wild.test", vec![backend.upstream()]));
    rig.client.publish(&snapshot).await.expect("publish");
    for host in ["a.wild.test", "unknown.test"] {
        let mut request = get("/");
        request.headers_mut().insert("host", host.parse().expect("host"));
        assert_eq!(rig.h1().await.send_request(request).await.expect("response").status(), 421, "{host}");
        let request = Request::builder().uri(format!("https://{host}/")).body(full("")).expect("request");
        assert_eq!(rig.h2().await.send_request(request).await.expect("response").status(), 421, "{host}");
    }
    assert_eq!(backend.count(), 0);
    let config = rig.tls(&[&rustls::version::TLS13], &[]);
    rig.connect_with(config.clone(), "a.wild.test").await.expect("the same host by its own name");
    // A name under the wildcard of the certificate, but without a route.
    let stream = rig.connect_with(config, "b.wild.test").await.expect("handshake");
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(stream)).await.expect("http");
    tokio::spawn(connection);
    let mut request = get("/");
    request.headers_mut().insert("host", "b.wild.test".parse().expect("host"));
    assert_eq!(sender.send_request(request).await.expect("response").status(), 421);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_problems_that_tell_nothing_of_the_inside() {
    let rig = Rig::start().await;
    let mut dead = Backend::start("dead-upstream").await.upstream();
    let mut snapshot = rig.snapshot(1, vec![dead.clone()]);
    rig.client.publish(&snapshot).await.expect("publish");
    let (status, body) = rig.get("/").await;
    let problem: serde_json::Value = serde_json::from_str(&body).expect("problem");
    assert_eq!((status, &problem["status"]), (502, &502.into()));
    assert_eq!(problem["request_id"].as_str().map(str::len), Some(32));
    assert!(!body.contains("dead-upstream") && !body.contains("127.0.0.1"), "{body}");

    dead.draining = true;
    rig.publish(2, vec![dead]).await;
    assert_eq!(rig.get("/").await.0, 503);

    let slow = Backend::start("slow").await;
    snapshot = rig.snapshot(3, vec![slow.upstream()]);
    snapshot.routes[0].timeouts.response_ms = 100;
    rig.client.publish(&snapshot).await.expect("publish");
    assert_eq!(rig.get("/slow?1500").await.0, 504);
    assert_eq!(rig.get("/slow?1").await.0, 200);

    let mut page = get("/slow?1500");
    page.headers_mut().insert("accept", "text/html,*/*".parse().expect("accept"));
    let page = rig.h1().await.send_request(page).await.expect("page");
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert!(text(page).await.contains("Request id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_are_routed_by_prefix_and_never_leave_it() {
    let (root, api) = (Backend::start("root").await, Backend::start("api").await);
    let rig = Rig::start().await;
    let mut snapshot = rig.snapshot(1, vec![root.upstream()]);
    snapshot.routes.push(route(HOST, vec![api.upstream()]));
    snapshot.routes[1].path_prefix = "/api".into();
    rig.client.publish(&snapshot).await.expect("publish");
    assert_eq!(rig.get("/api/x").await.1, "api");
    assert_eq!(rig.get("/apix").await.1, "root");
    assert_eq!(rig.get("/x").await.1, "root");
    for path in ["/api/../x", "/api/%2e%2e/x", "/api/..%2fx", "/x%00"] {
        assert_eq!(rig.get(path).await.0, 400, "{path}");
    }
    snapshot.version = 2;
    snapshot.routes.remove(0);
    rig.client.publish(&snapshot).await.expect("publish");
    assert_eq!(rig.get("/x").await.0, 404);
    let trace =
        Request::builder().method("TRACE").uri("/api").header("host", HOST).body(full("")).expect("trace");
    assert_eq!(rig.h1().await.send_request(trace).await.expect("response").status(), 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn http2_has_the_same_limits_as_http1() {
    let backend = Backend::start("one").await;
    let rig = Rig::serving(vec![backend.upstream()]).await;
    let mut many = get_h2("/");
    for number in 0..150 {
        let name = http::HeaderName::try_from(format!("x-{number}")).expect("name");
        many.headers_mut().insert(name, "y".parse().expect("value"));
    }
    let mut h2 = rig.h2().await;
    assert_eq!(h2.send_request(many).await.expect("response").status(), 431);
    let long = get_h2(&format!("/{}", "y".repeat(9_000)));
    assert_eq!(h2.send_request(long).await.expect("response").status(), 414);
    let mut two = get_h2("/");
    two.headers_mut().insert("host", "evil.test".parse().expect("host"));
    assert_eq!(h2.send_request(two).await.expect("response").status(), 400);
    let mut connect = Request::builder().method("CONNECT").uri(HOST).body(full("")).expect("connect");
    connect.headers_mut().clear();
    assert_eq!(h2.send_request(connect).await.expect("response").status(), 405);
    assert_eq!(
        (backend.count(), text(h2.send_request(get_h2("/")).await.expect("after")).await),
        (0, "one".into())
    );
}
