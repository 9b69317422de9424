//! Receivers that are dead, and what they must not do to anybody else.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::net::TcpListener;
use ward_custody::drains;
use ward_model::drains::{Destination, DrainState};

use super::rig::{Rig, wish};
use crate::receiver::{Act, Receiver};

#[tokio::test]
async fn receivers_that_hang_delay_neither_the_gate_nor_other_drains() {
    let hanging = Receiver::start(None, |_| Act::Hang).await;
    // Accepts, and reads nothing, ever.
    let deaf = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deaf_port = deaf.local_addr().unwrap().port();
    let dir = tempfile::tempdir().unwrap();
    let mut rig = Rig::open(dir.path()).await;
    rig.enter(None, 20).await;
    let http =
        rig.create(wish("http", Destination::Webhook { url: hanging.url("http", "/") })).await.drain.id;
    let wire =
        rig.create(wish("wire", Destination::Syslog { url: format!("tcp://127.0.0.1:{deaf_port}") })).await;
    let refused =
        rig.create(wish("refused", Destination::Otlp { url: "http://127.0.0.1:1/v1/logs".into() })).await;
    let file = rig.create(wish("file", Destination::File { directory: None })).await.drain.id;
    rig.start();
    while hanging.connections.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (_held, _) = deaf.accept().await.unwrap();
    // Both hang now, in the middle of a batch. The gate goes on, and so does the drain that can.
    rig.enter(None, 200).await;
    rig.drained(file).await;
    let done = drains::get(&rig.operator(), file).await.unwrap();
    assert_eq!(done.progress.sent as usize, rig.entries("platform").len());
    for id in [http, wire.drain.id, refused.drain.id] {
        let behind = drains::get(&rig.operator(), id).await.unwrap().progress;
        assert!(behind.sent == 0 && behind.behind >= 220 && behind.oldest_unsent_at.is_some(), "{behind:?}");
    }
    let failing = rig.until(refused.drain.id, |d| d.state == DrainState::Failing).await.progress;
    assert!(failing.last_error.as_deref().unwrap().contains("can't be connected to"), "{failing:?}");
    assert!(failing.next_attempt_at.is_some() && failing.failing_since.is_some());
    let tested = drains::test(&rig.operator(), refused.drain.id).await.unwrap();
    assert!(!tested.delivered && tested.next_step.is_some(), "{tested:?}");
    rig.close().await;
}

#[tokio::test]
async fn a_drain_that_fails_for_long_raises_an_alert_until_it_works_again() {
    let receiver = Receiver::start(None, |_| Act::Answer(204, String::new())).await;
    let dir = tempfile::tempdir().unwrap();
    let mut rig = Rig::open(dir.path()).await;
    let id = rig.create(wish("soar", Destination::Webhook { url: receiver.url("http", "/") })).await.drain.id;
    let alerts = async |rig: &Rig| -> Vec<String> {
        let mut read = rig.core.db.read().await.unwrap();
        let rows: Vec<(String,)> =
            sqlx::query_as("select topic from alerts where cleared_at is null and topic like 'drain:%'")
                .fetch_all(read.conn())
                .await
                .unwrap();
        rows.into_iter().map(|(topic,)| topic).collect()
    };
    for (minutes, expected) in [(14, Vec::new()), (16, vec![format!("drain:{id}")])] {
        let since = rig.operator().now().minus(Duration::from_secs(minutes * 60)).micros();
        let mut tx = rig.core.db.bookkeeping().await.unwrap();
        sqlx::query("update drain_status set failing_since = $1, last_error = 'no answer'")
            .bind(since)
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        // One pass is enough, with its workers dropped at once.
        let ctx = rig.ctx(ward_model::Principal::Loop { name: "drains" });
        ward_spine::reconcile::Reconciler::pass(&drains::Drains::new(), &ctx).await.unwrap();
        assert_eq!(alerts(&rig).await, expected, "{minutes}");
    }
    assert_eq!(drains::get(&rig.operator(), id).await.unwrap().state, DrainState::Stuck);
    rig.start();
    rig.drained(id).await;
    rig.core.loops.wake("drains");
    for _ in 0..100 {
        if alerts(&rig).await.is_empty() {
            return drop(rig.close().await);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the alert stays");
}
