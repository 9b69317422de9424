//! Routes change under load, upstreams die, and no request is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use ward_model::routes::UpstreamTarget;

use crate::kit::{Backend, Rig, get, get_h2, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_swaps_under_load_lose_no_request() {
    let mut backend = Backend::start("web-0").await;
    let rig = Arc::new(Rig::serving(vec![backend.upstream()]).await);
    let (stop, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut load = Vec::new();
    for worker in 0..6 {
        let (rig, stop, served) = (Arc::clone(&rig), Arc::clone(&stop), Arc::clone(&served));
        load.push(tokio::spawn(async move {
            let (mut h1, mut h2) = (rig.h1().await, rig.h2().await);
            while !stop.load(Ordering::SeqCst) {
                let response = match worker % 2 {
                    0 => {
                        h1.ready().await.expect("kept alive");
                        h1.send_request(get("/")).await
                    }
                    _ => h2.send_request(get_h2("/slow?1")).await,
                };
                let response = response.expect("an answer");
                assert_eq!(response.status(), 200);
                assert!(text(response).await.starts_with("web-"));
                served.fetch_add(1, Ordering::SeqCst);
            }
        }));
    }
    for swap in 1..=20u64 {
        let next = Backend::start(&format!("web-{swap}")).await;
        rig.publish(swap + 1, vec![next.upstream()]).await;
        let old = std::mem::replace(&mut backend, next);
        assert_eq!(rig.client.drained(&old.name, Duration::from_secs(5)).await.expect("drained"), 0);
        let count = old.count();
        old.kill();
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert_eq!(old.count(), count, "a drained upstream got another request");
    }
    stop.store(true, Ordering::SeqCst);
    for worker in load {
        worker.await.expect("no request failed");
    }
    let served = served.load(Ordering::SeqCst);
    assert!(served > 1000, "only {served} requests ran: no load to speak of");
    assert_eq!(rig.client.status().await.expect("status").version, 21);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draining_upstream_finishes_what_it_has_and_gets_nothing_new() {
    let (old, new) = (Backend::start("old").await, Backend::start("new").await);
    let rig = Arc::new(Rig::serving(vec![old.upstream()]).await);
    let slow = tokio::spawn({
        let rig = Arc::clone(&rig);
        async move { rig.get("/slow?700").await }
    });
    while old.count() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut leaving = old.upstream();
    leaving.draining = true;
    rig.publish(2, vec![leaving, new.upstream()]).await;
    for _ in 0..5 {
        assert_eq!(rig.get("/").await.1, "new");
    }
    assert_eq!(rig.client.drained("old", Duration::from_millis(50)).await.expect("drained"), 1);
    assert_eq!(rig.client.drained("old", Duration::from_secs(5)).await.expect("drained"), 0);
    assert_eq!(slow.await.expect("joined"), (200, "old".to_owned()));
    assert_eq!(old.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_upstream_is_passed_over_at_once() {
    let (one, two) = (Backend::start("one").await, Backend::start("two").await);
    let rig = Rig::serving(vec![one.upstream(), two.upstream()]).await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..6 {
        seen.insert(rig.get("/").await.1);
    }
    assert_eq!(seen.len(), 2, "both serve: {seen:?}");
    one.kill();
    tokio::time::sleep(Duration::from_millis(50)).await;
    for _ in 0..20 {
        assert_eq!(rig.get("/").await, (200, "two".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_to_a_refused_upstream_reaches_the_next_one_whole() {
    let two = Backend::start("two").await;
    let mut one = two.upstream();
    one.id = "one".into();
    // Nothing listens on this socket.
    one.target = UpstreamTarget::Unix("/nonexistent/socket".into());
    let rig = Rig::serving(vec![one, two.upstream()]).await;
    for _ in 0..4 {
        let request = http::Request::post("/size").header("host", crate::kit::HOST);
        let request = request.body(crate::kit::full(vec![1; 500_000])).expect("request");
        let response = rig.h1().await.send_request(request).await.expect("response");
        assert_eq!(text(response).await, "500000");
    }
    assert_eq!(two.count(), 4);
}
