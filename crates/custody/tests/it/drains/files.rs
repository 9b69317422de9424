//! JSON lines in files.

use std::{io::Write as _, path::Path};

use ward_custody::drains::{Entry, format::json_lines, pause, resume};
use ward_model::drains::Destination;

use super::rig::{Rig, wish};

fn read(path: &Path) -> Vec<Entry> {
    let bytes = std::fs::read(path).unwrap();
    assert!(bytes.is_empty() || bytes.ends_with(b"\n"));
    bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| json_lines::read(l).unwrap()).collect()
}

#[tokio::test]
async fn each_entry_is_in_the_file_once_over_restarts_torn_ends_and_rotation() {
    let dir = tempfile::tempdir().unwrap();
    let mut rig = Rig::open(dir.path()).await;
    let directory = Some(dir.path().join("allowed").to_str().unwrap().to_owned());
    rig.enter(None, 40).await;
    let id = rig.create(wish("siem", Destination::File { directory })).await.drain.id;
    rig.start();
    rig.drained(id).await;
    let path = dir.path().join("allowed/siem/platform.jsonl");
    assert_eq!(read(&path), rig.entries("platform"));

    // A crash in the middle of a line, and before the store heard of the lines before it.
    let dir_path = rig.close().await;
    let mut rig = Rig::open(&dir_path).await;
    let mut file = std::fs::File::options().append(true).open(&path).unwrap();
    file.write_all(b"{\"log\":\"platform\",\"shard\":\"20").unwrap();
    let mut tx = rig.core.db.bookkeeping().await.unwrap();
    sqlx::query("update drain_cursors set next_index = 3").execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    rig.enter(None, 10).await;
    rig.start();
    rig.drained(id).await;
    assert_eq!(read(&path), rig.entries("platform"));

    // Rotated while it runs.
    let first = read(&path);
    std::fs::rename(&path, path.with_extension("jsonl.1")).unwrap();
    rig.enter(None, 10).await;
    let drain = rig.drained(id).await;
    assert_eq!([first, read(&path)].concat(), rig.entries("platform"));
    assert_eq!(drain.progress.failing_since, None);
    assert!(drain.progress.sent >= 50 && drain.progress.lost == 0, "{drain:?}");
    rig.close().await;
}

#[tokio::test]
async fn a_paused_drain_sends_nothing_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut rig = Rig::open(dir.path()).await;
    rig.enter(None, 5).await;
    let mut new = wish("siem", Destination::File { directory: None });
    new.from_now = true;
    let before = rig.entries("platform").len();
    let id = rig.create(new).await.drain.id;
    rig.start();
    rig.drained(id).await;
    let path = dir.path().join(format!("data/drains/{id}/platform.jsonl"));
    let all = rig.entries("platform");
    let sent = read(&path);
    assert!(!sent.is_empty() && all.ends_with(&sent), "from now on only");
    assert!(sent.len() <= all.len() - before, "{} of {}", sent.len(), all.len());

    let operator = rig.operator();
    pause(&operator, id).await.unwrap();
    assert!(pause(&operator, id).await.is_err());
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    let held = read(&path);
    rig.enter(None, 20).await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(read(&path), held);
    resume(&operator, id).await.unwrap();
    rig.drained(id).await;
    let now = read(&path);
    assert!(rig.entries("platform").ends_with(&now) && now.starts_with(&sent));
    rig.close().await;
}

#[tokio::test]
async fn a_drain_of_all_logs_writes_a_file_for_each() {
    let dir = tempfile::tempdir().unwrap();
    let mut rig = Rig::open(dir.path()).await;
    let organization = rig.organization("mercy").await;
    let mut new = wish("siem", Destination::File { directory: None });
    new.log = None;
    let id = rig.create(new).await.drain.id;
    rig.start();
    rig.enter(Some(organization), 7).await;
    rig.enter(None, 3).await;
    rig.drained(id).await;
    for log in ["platform".to_owned(), organization.to_string()] {
        let path = dir.path().join(format!("data/drains/{id}/{log}.jsonl"));
        assert_eq!(read(&path), rig.entries(&log), "{log}");
    }
    rig.close().await;
}
