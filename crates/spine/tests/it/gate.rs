use ward_model::{
    Action, ErrorCode, Role, Target,
    ledger::{EntryKind, LedgerEntry, LedgerQuery, Outcome},
};
use ward_spine::{Ctx, Result};
use ward_testkit::TestServer;

pub(crate) async fn entries(server: &TestServer) -> Vec<LedgerEntry> {
    server.core.audit.settle().await.unwrap();
    let mut items = server
        .core
        .audit
        .search(None, &LedgerQuery { limit: Some(200), ..LedgerQuery::default() })
        .await
        .unwrap()
        .items;
    items.reverse();
    items
}

/// A verb: writes one row under a permit.
pub(crate) async fn write_row(ctx: &Ctx, action: Action, target: &Target) -> Result<()> {
    let permit = ctx.permit(action, target).await?;
    let mut tx = permit.begin().await?;
    sqlx::query("insert into throttles (subject, failures, last_at, blocked_until) values ($1, 0, 0, 0)")
        .bind(format!("effect {}", ctx.id::<ward_model::AttemptId>()))
        .execute(tx.conn())
        .await?;
    tx.commit(serde_json::json!({ "made": "row" })).await
}

pub(crate) async fn effects(server: &TestServer) -> i64 {
    let mut read = server.core.db.read().await.unwrap();
    let (n,): (i64,) = sqlx::query_as("select count(*) from throttles where subject like 'effect %'")
        .fetch_one(read.conn())
        .await
        .unwrap();
    n
}

#[tokio::test]
async fn a_permitted_write_leaves_an_attempt_and_its_outcome() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap();
    let entries = entries(&server).await;
    let mine: Vec<_> = entries.into_iter().filter(|e| e.event.action == "region:create").collect();
    let [attempt, outcome] = mine.as_slice() else { panic!("{mine:?}") };
    assert_eq!(attempt.event.kind, EntryKind::Attempt);
    assert_eq!(attempt.event.action, "region:create");
    assert_eq!(attempt.event.actor.id, owner.who().label().1);
    assert!(attempt.event.policies.iter().any(|p| p.starts_with("grt_")), "{attempt:?}");
    assert_eq!(outcome.event.outcome, Some(Outcome::Success));
    assert_eq!(outcome.event.attempt, attempt.event.attempt);
    assert_eq!(outcome.event.request, owner.request_id().to_string());
}

#[tokio::test]
async fn a_denied_action_is_an_entry_and_no_effect() {
    let server = TestServer::new().await;
    let auditor = server.user_with(Role::Auditor, &Target::platform()).await;
    let error = write_row(&auditor, Action::RegionCreate, &Target::platform()).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Forbidden);
    let mine: Vec<_> =
        entries(&server).await.into_iter().filter(|e| e.event.action == "region:create").collect();
    assert_eq!(mine.len(), 1);
    assert_eq!(mine[0].event.kind, EntryKind::Denied);
    assert_eq!(effects(&server).await, 0);
}

#[tokio::test]
async fn another_organizations_resource_reads_as_not_there() {
    let server = TestServer::new().await;
    let ctx = server.operator();
    let (mine, other) = (Target::organization(ctx.id()), Target::organization(ctx.id()));
    let admin = server.user_with(Role::Admin, &mine).await;
    assert_eq!(
        admin.permit(Action::ProjectCreate, &other).await.err().map(|e| e.code()),
        Some(ErrorCode::NotFound)
    );
    assert!(admin.permit(Action::ProjectCreate, &mine).await.is_ok());
    // The denial is in the platform's log: nobody makes a log of an organization that there is not by naming it.
    let named = [&mine, &other].map(|target| server.ledger_dir().join(&target.id).exists());
    assert_eq!(named, [true, false]);
    let denied = entries(&server).await.into_iter().find(|e| e.event.kind == EntryKind::Denied).unwrap();
    assert_eq!((denied.log.as_str(), denied.event.object.id), ("platform", other.id));
}

#[tokio::test]
async fn an_operation_that_fails_is_recorded_as_failed() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    drop(owner.permit(Action::RegionCreate, &Target::platform()).await.unwrap());
    let outcome = entries(&server)
        .await
        .into_iter()
        .find(|e| e.event.action == "region:create" && e.event.kind == EntryKind::Outcome)
        .unwrap();
    assert_eq!(outcome.event.outcome, Some(Outcome::Failed));
}

#[tokio::test]
async fn an_outcome_too_long_for_the_record_is_refused_and_holds_up_nothing() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    let tx = owner.permit(Action::RegionCreate, &Target::platform()).await.unwrap().begin().await.unwrap();
    let refused = tx.commit(serde_json::json!({ "changed": "x".repeat(1_100_000) })).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Internal);
    write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap();
    // Without the refusal the clerk would try the same entry for ever.
    let entries = tokio::time::timeout(std::time::Duration::from_secs(20), entries(&server)).await.unwrap();
    let outcomes: Vec<_> = entries.iter().filter_map(|e| e.event.outcome).collect();
    assert!(outcomes.contains(&Outcome::Failed) && outcomes.contains(&Outcome::Success), "{outcomes:?}");
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_no_attempt_without_an_outcome() {
    use std::future::Future;
    let server = TestServer::new().await;
    let owner = server.owner().await;
    for polls in 1..20 {
        let platform = Target::platform();
        let mut work = Box::pin(write_row(&owner, Action::RegionCreate, &platform));
        for _ in 0..polls {
            let done =
                std::future::poll_fn(|cx| std::task::Poll::Ready(work.as_mut().poll(cx).is_ready())).await;
            if done {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        drop(work);
    }
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let entries = entries(&server).await;
    let count =
        |kind| entries.iter().filter(|e| e.event.action == "region:create" && e.event.kind == kind).count();
    assert_eq!(count(EntryKind::Attempt), count(EntryKind::Outcome));
    let done = entries
        .iter()
        .filter(|e| e.event.action == "region:create" && e.event.outcome == Some(Outcome::Success));
    assert_eq!(i64::try_from(done.count()).unwrap(), effects(&server).await);
}

#[tokio::test]
async fn a_sensitive_read_is_recorded_before_the_data_leaves() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    server.core.audit.settle().await.unwrap();
    let before = server.core.audit.size();
    owner.permit(Action::PlatformLedgerRead, &Target::platform()).await.unwrap();
    assert_eq!(server.core.audit.size(), before + 1);
    // And one that is not sensitive is not.
    owner.permit(Action::RegionList, &Target::platform()).await.unwrap();
    assert_eq!(server.core.audit.size(), before + 1);
}

#[tokio::test]
async fn a_read_permit_opens_no_write() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    let permit = owner.permit(Action::RegionList, &Target::platform()).await.unwrap();
    assert!(permit.begin().await.is_err());
}

#[tokio::test]
async fn if_the_ledger_cannot_be_written_nothing_is_done() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    server.core.audit.close().await.unwrap();
    let error = write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::LedgerUnavailable);
    assert_eq!(effects(&server).await, 0);
}

#[tokio::test]
async fn a_sealed_vault_permits_nothing() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    server.core.vault.seal();
    let error = write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Sealed);
}

#[tokio::test]
async fn search_finds_by_each_filter() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap();
    server.core.audit.settle().await.unwrap();
    let find = |query: LedgerQuery| {
        let audit = server.core.audit.clone();
        async move { audit.search(None, &query).await.unwrap().items.len() }
    };
    assert_eq!(find(LedgerQuery { action: Some("region".into()), ..LedgerQuery::default() }).await, 2);
    assert_eq!(find(LedgerQuery { action: Some("regio".into()), ..LedgerQuery::default() }).await, 0);
    assert_eq!(find(LedgerQuery { actor: Some(owner.who().label().1), ..LedgerQuery::default() }).await, 2);
    assert_eq!(find(LedgerQuery { outcome: Some("failed".into()), ..LedgerQuery::default() }).await, 0);
    let page = server
        .core
        .audit
        .search(None, &LedgerQuery { limit: Some(1), ..LedgerQuery::default() })
        .await
        .unwrap();
    let next = server
        .core
        .audit
        .search(None, &LedgerQuery { limit: Some(1), cursor: page.next.clone(), ..LedgerQuery::default() })
        .await
        .unwrap();
    assert!(next.items[0].index < page.items[0].index);
}

#[tokio::test]
async fn a_request_too_large_for_its_record_is_refused_with_a_reason() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    let detail = serde_json::json!({ "names": vec!["x".repeat(100); 1000] });
    let refused = owner.permit_with(Action::RegionCreate, &Target::platform(), detail).await.err().unwrap();
    assert_eq!(refused.code(), ErrorCode::Invalid);
}
