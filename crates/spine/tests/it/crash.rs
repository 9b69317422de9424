//! Crashes at each step between attempt and commit: no effect without an entry, no attempt without an outcome.

use ward_model::{
    Action, Target,
    ledger::{EntryKind, Outcome},
};
use ward_testkit::TestServer;

use crate::gate::{effects, entries, write_row};

#[tokio::test]
async fn a_crash_between_attempt_and_commit_is_closed_as_aborted() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    let permit = owner.permit(Action::RegionCreate, &Target::platform()).await.unwrap();
    let mut tx = permit.begin().await.unwrap();
    sqlx::query(
        "insert into throttles (subject, failures, last_at, blocked_until) values ('effect x', 0, 0, 0)",
    )
    .execute(tx.conn())
    .await
    .unwrap();
    // The process is gone: neither commit nor drop runs.
    abandon(tx).await;
    drop(owner);
    let server = server.restart().await;
    let entries = entries(&server).await;
    let attempt = entries.iter().rev().find(|e| e.event.kind == EntryKind::Attempt).unwrap();
    let outcome = entries
        .iter()
        .find(|e| e.event.kind == EntryKind::Outcome && e.event.attempt == attempt.event.attempt)
        .unwrap();
    assert_eq!(outcome.event.outcome, Some(Outcome::Aborted));
    assert_eq!(effects(&server).await, 0);
    // Closed once, not at every start.
    let count = entries.len();
    let server = server.restart().await;
    assert_eq!(crate::gate::entries(&server).await.len(), count);
}

/// Rolls the connection back as a killed process would leave it, without the destructors of the transaction.
async fn abandon(mut tx: ward_spine::WriteTx) {
    sqlx::query("rollback").execute(tx.conn()).await.unwrap();
    std::mem::forget(tx);
}

#[tokio::test]
async fn an_outcome_that_waits_in_the_outbox_reaches_the_ledger_once() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    for _ in 0..5 {
        write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap();
    }
    drop(owner);
    // Whatever the clerk had done by now, after a restart each attempt has exactly one outcome.
    let server = server.restart().await;
    let entries = entries(&server).await;
    for attempt in entries.iter().filter(|e| e.event.kind == EntryKind::Attempt) {
        let outcomes: Vec<_> = entries
            .iter()
            .filter(|e| e.event.kind == EntryKind::Outcome && e.event.attempt == attempt.event.attempt)
            .collect();
        assert_eq!(outcomes.len(), 1, "{attempt:?}");
        assert_eq!(outcomes[0].event.outcome, Some(Outcome::Success));
    }
    assert_eq!(effects(&server).await, 5);
}

#[tokio::test]
async fn an_outcome_written_but_not_yet_deleted_is_not_written_twice() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap();
    let before = entries(&server).await;
    let outcome = before.last().unwrap().event.clone();
    // A crash between append and deletion: the row is still there at the next start. The clerk of this run can
    // write no more.
    server.core.audit.close().await.unwrap();
    let mut tx = server.core.db.bookkeeping().await.unwrap();
    sqlx::query("insert into outbox (sequence, attempt, event) values (1000, $1, $2)")
        .bind(outcome.attempt.clone())
        .bind(String::from_utf8(outcome.canonical()).unwrap())
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    drop(owner);
    let server = server.restart().await;
    let after = entries(&server).await;
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_lost_index_is_rebuilt_from_the_log() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap();
    let before = entries(&server).await;
    let mut tx = server.core.db.bookkeeping().await.unwrap();
    sqlx::query("delete from ledger_index").execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    drop(owner);
    let server = server.restart().await;
    assert_eq!(entries(&server).await, before);
}

#[tokio::test]
async fn a_commit_that_fails_is_recorded_as_failed() {
    let server = TestServer::new().await;
    if server.core.db.backend() != ward_spine::db::Backend::Sqlite {
        return; // PostgreSQL checks this constraint at the statement already.
    }
    let owner = server.owner().await;
    let mut tx =
        owner.permit(Action::RegionCreate, &Target::platform()).await.unwrap().begin().await.unwrap();
    sqlx::query("pragma defer_foreign_keys = on").execute(tx.conn()).await.unwrap();
    sqlx::query("insert into recovery_codes (user_id, hash) values ('nobody', 'x')")
        .execute(tx.conn())
        .await
        .unwrap();
    assert!(tx.commit(serde_json::json!({})).await.is_err());
    for _ in 0..40 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let mine: Vec<_> =
            entries(&server).await.into_iter().filter(|e| e.event.action == "region:create").collect();
        if let [_, outcome] = mine.as_slice() {
            assert_eq!(outcome.event.outcome, Some(Outcome::Failed));
            return;
        }
    }
    panic!("the attempt has no outcome");
}
