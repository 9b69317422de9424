//! Tests of the log store on a real store, ledger and vault. Collecting from containers is in `tests/it`.

use std::time::Duration;

use futures::StreamExt;
use ward_model::{
    AppId, ErrorCode, Role, Timestamp, apps::AppLogLine, ledger::LedgerQuery, redaction::QuarantinedLine,
};
use ward_spine::{Ctx, Result};
use ward_testkit::TestServer;

use super::{store::Store, *};
use crate::testing;

const SECRET: &str = "patient Ada Lovelace";

fn line(time: i64, process: &str, text: &str) -> AppLogLine {
    AppLogLine {
        time: Timestamp::from_micros(time),
        process: process.into(),
        container: format!("c-{process}"),
        stderr: false,
        text: text.into(),
    }
}

async fn write(server: &TestServer, store: &Store, app: AppId, lines: Vec<AppLogLine>) {
    let last = lines.last().unwrap();
    let to = (last.container.clone(), Taken { time: last.time.micros(), same: 1 });
    store.append(&server.as_loop(LOOP), app, (lines, Vec::new()), to).await.unwrap();
}

async fn texts(ctx: &Ctx, app: AppId, query: LogQuery) -> Result<Vec<String>> {
    let lines: Vec<Result<AppLogLine>> = read(ctx, app, query).await?.collect().await;
    lines.into_iter().map(|line| Ok(line?.text)).collect()
}

#[tokio::test]
async fn lines_come_back_in_order_by_tail_time_and_process_also_after_a_restart() {
    let server = TestServer::new().await;
    let (owner, app) = testing::app(&server, "mercy").await;
    assert!(texts(&owner, app.id, LogQuery::default()).await.unwrap().is_empty());
    let store = Store::default();
    write(&server, &store, app.id, vec![line(1, "web", "one"), line(2, "web", "two")]).await;
    write(&server, &store, app.id, vec![line(3, "worker", "three\u{1b}[31m")]).await;
    // Another process begins a new segment and knows how far each container was taken.
    let store = Store::default();
    let ctx = server.as_loop(LOOP);
    assert_eq!(store.taken(&ctx, app.id, "c-web").await.unwrap(), Some(Taken { time: 2, same: 1 }));
    assert_eq!(store.taken(&ctx, app.id, "c-none").await.unwrap(), None);
    write(&server, &store, app.id, vec![line(4, "web", "four")]).await;
    let all = texts(&owner, app.id, LogQuery::default()).await.unwrap();
    assert_eq!(all, ["one", "two", "three\u{1b}[31m", "four"]);
    let query = LogQuery { tail: Some(2), process: Some("web".into()), ..LogQuery::default() };
    assert_eq!(texts(&owner, app.id, query).await.unwrap(), ["two", "four"]);
    let query = LogQuery { since: Some(Timestamp::from_micros(2)), ..LogQuery::default() };
    assert_eq!(texts(&owner, app.id, query).await.unwrap(), ["three\u{1b}[31m", "four"]);
    assert!(
        texts(&owner, app.id, LogQuery { tail: Some(0), ..LogQuery::default() }).await.unwrap().is_empty()
    );
}

#[tokio::test]
async fn who_follows_gets_each_new_line_once_also_into_a_new_segment() {
    let server = TestServer::new().await;
    let (owner, app) = testing::app(&server, "mercy").await;
    let store = Store::default();
    let query = LogQuery { follow: true, ..LogQuery::default() };
    let mut stream = read(&owner, app.id, query).await.unwrap();
    for n in 0..20 {
        let store = if n == 10 { &Store::default() } else { &store };
        write(&server, store, app.id, vec![line(n, "web", &n.to_string())]).await;
        let next = tokio::time::timeout(Duration::from_secs(5), stream.next()).await.unwrap();
        assert_eq!(next.unwrap().unwrap().text, n.to_string());
        if n == 10 {
            break;
        }
    }
}

#[tokio::test]
async fn reading_is_recorded_and_only_for_those_who_may() {
    let server = TestServer::new().await;
    let (owner, app) = testing::app(&server, "mercy").await;
    let (stranger, _) = testing::app(&server, "other").await;
    let auditor = testing::colleague(&server, &app, Role::Auditor).await;
    let of = |code: ward_spine::Error| code.code();
    assert_eq!(
        read(&stranger, app.id, LogQuery::default()).await.map(drop).map_err(of),
        Err(ErrorCode::NotFound)
    );
    assert_eq!(
        read(&auditor, app.id, LogQuery::default()).await.map(drop).map_err(of),
        Err(ErrorCode::Forbidden)
    );
    // Outcomes of what was done before are on their way.
    server.core.audit.settle().await.unwrap();
    drop(read(&owner, app.id, LogQuery::default()).await.unwrap());
    server.core.audit.settle().await.unwrap();
    let reads =
        LedgerQuery { action: Some("log:read".into()), kind: Some("read".into()), ..Default::default() };
    assert_eq!(server.core.audit.search(None, &reads).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_tail_that_would_fill_the_memory_is_refused() {
    let server = TestServer::new().await;
    let (owner, app) = testing::app(&server, "mercy").await;
    let endless = LogQuery { tail: Some(usize::MAX), ..LogQuery::default() };
    assert_eq!(read(&owner, app.id, endless).await.map(drop).unwrap_err().code(), ErrorCode::Invalid);
    let wordy = LogQuery { process: Some("x".repeat(70_000)), ..LogQuery::default() };
    assert_eq!(read(&owner, app.id, wordy).await.map(drop).unwrap_err().code(), ErrorCode::Invalid);
}

#[tokio::test]
async fn no_plain_line_is_on_the_disk_and_a_changed_or_moved_record_is_found() {
    let server = TestServer::new().await;
    let (owner, app) = testing::app(&server, "mercy").await;
    for n in 0..2 {
        let store = Store::default();
        write(&server, &store, app.id, vec![line(n, "web", SECRET)]).await;
    }
    let directory = directory(&owner, app.id);
    let (one, two) = (segment::path(&directory, 1), segment::path(&directory, 2));
    let good = std::fs::read(&one).unwrap();
    assert!(good.len() > SECRET.len());
    assert!(!good.windows(7).any(|w| w == &SECRET.as_bytes()[..7]), "a line is on the disk in clear");
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    std::fs::write(&one, bad).unwrap();
    assert!(texts(&owner, app.id, LogQuery::default()).await.is_err(), "a flipped bit");
    std::fs::copy(&two, &one).unwrap();
    assert!(texts(&owner, app.id, LogQuery::default()).await.is_err(), "another segment in its place");
    // What a power failure tore off is passed over.
    std::fs::write(&one, &good[..good.len() - 1]).unwrap();
    assert_eq!(texts(&owner, app.id, LogQuery::default()).await.unwrap(), [SECRET]);
    // A log of another app opens nowhere else.
    let (other, elsewhere) = testing::app(&server, "other").await;
    write(&server, &Store::default(), elsewhere.id, vec![line(1, "web", "other")]).await;
    std::fs::copy(&two, segment::path(&super::directory(&other, elsewhere.id), 1)).unwrap();
    assert!(texts(&other, elsewhere.id, LogQuery::default()).await.is_err());
}

#[tokio::test]
async fn the_oldest_segments_go_when_the_ring_is_full() {
    let server = TestServer::new().await;
    let (owner, app) = testing::app(&server, "mercy").await;
    write(&server, &Store::default(), app.id, vec![line(1, "web", "old")]).await;
    let directory = directory(&owner, app.id);
    for n in 2..20 {
        let file = std::fs::File::create(segment::path(&directory, n)).unwrap();
        file.set_len(4 << 20).unwrap();
    }
    write(&server, &Store::default(), app.id, vec![line(2, "web", "new")]).await;
    let left = segment::list(&directory).await.unwrap();
    assert!(left.iter().map(|(_, bytes)| bytes).sum::<u64>() <= 64 << 20);
    assert!(left[0].0 > 1 && left.last().unwrap().0 == 20);
}

#[tokio::test]
async fn what_was_quarantined_is_read_apart_by_those_who_may_and_that_is_recorded() {
    let server = TestServer::new().await;
    let (owner, app) = testing::app(&server, "mercy").await;
    let store = Store::default();
    let aside = QuarantinedLine {
        time: Timestamp::from_micros(1),
        process: "web".into(),
        container: "c-web".into(),
        reason: "binary".into(),
        raw: "AAE=".into(),
    };
    let to = ("c-web".to_owned(), Taken { time: 1, same: 1 });
    let lines = (vec![line(1, "web", "[QUARANTINED:binary]")], vec![aside.clone()]);
    store.append(&server.as_loop(LOOP), app.id, lines, to).await.unwrap();
    assert_eq!(texts(&owner, app.id, LogQuery::default()).await.unwrap(), ["[QUARANTINED:binary]"]);
    assert_eq!(quarantined(&owner, app.id).await.unwrap(), [aside]);
    let developer = testing::colleague(&server, &app, Role::Developer).await;
    assert_eq!(quarantined(&developer, app.id).await.unwrap_err().code(), ErrorCode::Forbidden);
    server.core.audit.settle().await.unwrap();
    let query = LedgerQuery { action: Some("log:read-quarantine".into()), ..LedgerQuery::default() };
    let entries = server.core.audit.search(None, &query).await.unwrap().items;
    assert_eq!(entries.iter().map(|e| e.event.kind.as_str()).collect::<Vec<_>>(), ["denied", "read"]);
}
