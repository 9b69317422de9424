//! Six years, legal holds, and what leaves this machine.

use std::fs;

use proptest::{prelude::*, test_runner::TestRunner};
use ward_custody::{archive, holds, retention};
use ward_ledger::{
    source::Folder,
    verify::{Trust, verify_series},
};
use ward_model::{
    Action, ErrorCode, OrganizationId, Principal, Role, Target, Timestamp,
    retention::{LogQuery, NewHold, Pruning, ReleaseHold, Retention, SetRetention, ShardState},
};
use ward_testkit::TestServer;

use crate::archivist::{Archivist, DAY, SIX_YEARS};

fn months(months: u32) -> SetRetention {
    SetRetention { months: Some(months), ..SetRetention::default() }
}

fn pruning(pruning: Pruning, local_months: Option<u32>) -> SetRetention {
    SetRetention { pruning: Some(pruning), local_months, ..SetRetention::default() }
}

fn new_hold(name: &str) -> NewHold {
    NewHold { name: name.into(), reason: "matter 7".into(), from: None, to: None }
}

fn because() -> ReleaseHold {
    ReleaseHold { reason: "the matter is closed".into() }
}

/// Writes what no verb would.
async fn sabotage(server: &TestServer, statement: &'static str) -> Result<(), ward_spine::Error> {
    let mut tx = server.core.db.bookkeeping().await?;
    sqlx::query(statement).execute(tx.conn()).await?;
    tx.commit().await
}

async fn organization(server: &TestServer) -> OrganizationId {
    let ctx = server.operator();
    let id: OrganizationId = ctx.id();
    let permit = ctx.permit(Action::OrganizationCreate, &Target::platform()).await.unwrap();
    let mut tx = permit.begin().await.unwrap();
    sqlx::query("insert into organizations (id, name, created_at) values ($1, $2, $3)")
        .bind(id.to_string())
        .bind(id.to_string())
        .bind(ctx.now().micros())
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit(serde_json::json!({})).await.unwrap();
    id
}

#[tokio::test]
async fn no_role_gets_a_retention_below_six_years_and_the_try_is_recorded() {
    let world = Archivist::new().await;
    for wish in [months(71), months(0), pruning(Pruning::Local, Some(11))] {
        let error = retention::set(&world.owner(), None, wish).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Floor);
        assert_eq!(error.safeguard(), Some("45 CFR 164.316(b)(2)(i)"));
    }
    for wish in [months(1201), pruning(Pruning::Local, None), pruning(Pruning::Never, Some(12))] {
        assert_eq!(retention::set(&world.owner(), None, wish).await.unwrap_err().code(), ErrorCode::Invalid);
    }
    let operator = world.server.as_principal(Principal::Operator);
    assert_eq!(retention::set(&operator, None, months(12)).await.unwrap_err().code(), ErrorCode::Floor);
    assert_eq!(retention::show(&world.owner(), None).await.unwrap().months, Retention::FLOOR);
    let entries = world.entries("platform-retention:write").await;
    assert_eq!(entries.iter().filter(|e| *e == "outcome failed").count(), 7, "{entries:?}");
    assert_eq!(retention::set(&world.owner(), None, months(120)).await.unwrap().months.months(), 120);
    assert_eq!(retention::set(&world.owner(), None, months(72)).await.unwrap().months, Retention::FLOOR);
}

#[tokio::test]
async fn only_an_owner_with_a_fresh_second_factor_sets_it_or_releases_a_hold() {
    let world = Archivist::new().await;
    let hold = holds::create(&world.owner(), None, new_hold("h")).await.unwrap();
    let admin = world.server.user_with(Role::Admin, &Target::platform()).await;
    assert_eq!(retention::set(&admin, None, months(84)).await.unwrap_err().code(), ErrorCode::Forbidden);
    assert_eq!(holds::release(&admin, hold.id, because()).await.unwrap_err().code(), ErrorCode::Forbidden);
    assert!(holds::create(&admin, None, new_hold("of an admin")).await.is_ok());
    let owner = world.owner();
    world.server.clock.advance(DAY);
    assert_eq!(retention::set(&owner, None, months(84)).await.unwrap_err().code(), ErrorCode::StepUpRequired);
    assert_eq!(
        holds::release(&owner, hold.id, because()).await.unwrap_err().code(),
        ErrorCode::StepUpRequired
    );
    let auditor = world.server.user_with(Role::Auditor, &Target::platform()).await;
    assert_eq!(holds::list(&auditor, &LogQuery::default()).await.unwrap().items.len(), 2);
    assert_eq!(holds::create(&auditor, None, new_hold("x")).await.unwrap_err().code(), ErrorCode::Forbidden);
}

#[tokio::test]
async fn an_organization_sees_its_own_holds_and_no_other() {
    let server = TestServer::new().await;
    let (one, two) = (organization(&server).await, organization(&server).await);
    let owner = server.user_with(Role::Owner, &Target::organization(one)).await;
    let theirs = || new_hold("theirs");
    let made = holds::create(&owner, Some(one), theirs()).await.unwrap();
    assert_eq!(holds::create(&owner, Some(two), theirs()).await.unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(holds::create(&owner, None, new_hold("x")).await.unwrap_err().code(), ErrorCode::Forbidden);
    let stranger = server.user_with(Role::Owner, &Target::organization(two)).await;
    assert_eq!(holds::release(&stranger, made.id, because()).await.unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(retention::set(&owner, Some(two), months(84)).await.unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(retention::set(&owner, Some(one), months(84)).await.unwrap().months.months(), 84);
    assert_eq!(retention::show(&server.owner().await, None).await.unwrap().months, Retention::FLOOR);
}

#[tokio::test]
async fn a_hold_needs_a_name_a_reason_and_a_range_and_is_released_once() {
    let world = Archivist::new().await;
    let owner = world.owner();
    let now = owner.now();
    let bad = [
        NewHold { name: " ".into(), ..new_hold("h") },
        NewHold { reason: String::new(), ..new_hold("h") },
        NewHold { reason: "a\nb".into(), ..new_hold("h") },
        NewHold { from: Some(now), to: Some(now), ..new_hold("h") },
    ];
    for new in bad {
        assert_eq!(holds::create(&owner, None, new).await.unwrap_err().code(), ErrorCode::Invalid);
    }
    let hold = holds::create(&owner, None, new_hold("h")).await.unwrap();
    let silent = ReleaseHold { reason: String::new() };
    assert_eq!(holds::release(&owner, hold.id, silent).await.unwrap_err().code(), ErrorCode::Invalid);
    let released = holds::release(&owner, hold.id, because()).await.unwrap();
    assert_eq!(released.release_reason.as_deref(), Some("the matter is closed"));
    assert_eq!(holds::release(&owner, hold.id, because()).await.unwrap_err().code(), ErrorCode::Conflict);
    assert_eq!(world.entries("platform-hold:release").await.last().unwrap(), "outcome failed");
    assert_eq!(world.entries("platform-hold:create").await.last().unwrap(), "outcome success");
}

#[tokio::test]
async fn the_store_refuses_a_row_below_the_floor_and_a_damaged_one_counts_as_six_years() {
    let world = Archivist::new().await;
    let below = "insert into retention_policies (log, months, pruning, set_at) values ('platform', 1, 'after-retention', 0)";
    assert!(sabotage(&world.server, below).await.is_err());
    if world.server.core.db.backend() != ward_spine::db::Backend::Sqlite {
        return;
    }
    let shard = world.archived_shard().await;
    sabotage(&world.server, "pragma ignore_check_constraints = on").await.unwrap();
    for _ in 0..20 {
        // Whichever connection of the pool has the pragma.
        if sabotage(&world.server, below).await.is_ok() {
            break;
        }
        sabotage(&world.server, "pragma ignore_check_constraints = on").await.unwrap();
    }
    world.server.clock.advance(DAY * 365);
    let said = world.prune().await;
    assert!(said.contains("Six years"), "{said}");
    assert_eq!(world.status(&shard).await.state, ShardState::Archived);
    assert_eq!(retention::show(&world.owner(), None).await.unwrap().months, Retention::FLOOR);
    let alerts = world.server.core.alerts.list(None, true).await.unwrap();
    assert!(alerts.iter().any(|a| a.topic == "retention:damaged"), "{alerts:?}");
    retention::set(&world.owner(), None, months(72)).await.unwrap();
    world.prune().await;
    assert!(world.server.core.alerts.list(None, true).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_shard_leaves_after_six_years_unless_it_is_held_and_can_be_brought_back() {
    let world = Archivist::new().await;
    let shard = world.archived_shard().await;
    let dir = world.series().shard(&shard).unwrap().dir;
    world.server.clock.advance(SIX_YEARS);
    assert_eq!(world.prune().await, "", "nobody said that anything is pruned");
    retention::set(&world.owner(), None, pruning(Pruning::AfterRetention, None)).await.unwrap();
    let opened = world.status(&shard).await.opened_at;
    let hold = NewHold { to: Some(opened.plus(DAY)), ..new_hold("subpoena") };
    let hold = holds::create(&world.owner(), None, hold).await.unwrap();
    assert_eq!(world.prune().await, "", "held");
    assert_eq!(world.status(&shard).await.held_by, ["subpoena"]);
    assert!(dir.is_dir());
    holds::release(&world.owner(), hold.id, because()).await.unwrap();
    let elsewhere = NewHold { from: Some(opened.plus(DAY * 400)), ..new_hold("later") };
    holds::create(&world.owner(), None, elsewhere).await.unwrap();
    let said = world.prune().await;
    assert!(said.contains("removed from this machine"), "{said}");
    assert!(!dir.exists());
    let status = world.status(&shard).await;
    assert_eq!(status.state, ShardState::Pruned);
    assert!(status.pruned_at.is_some());
    assert_eq!(world.entries("platform-shard:prune").await, ["attempt", "outcome success"]);
    let marker: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.with_file_name(format!("{shard}.archived"))).unwrap()).unwrap();
    assert_eq!(marker["sha256"].as_str(), status.sha256.as_deref());
    // The log goes on to verify, the links over the gap too.
    let series = world.series();
    let trust = Trust { keys: vec![series.shards()[0].key.clone()], live: true, ..Trust::default() };
    let report = verify_series(&Folder::new(series.dir()), &trust, &mut |_| {}).unwrap();
    assert!(report.shards[0].report.is_none() && report.shards[1].report.is_some());
    // What left is deleted, what is archived comes back.
    world.archive().await;
    assert!(!world.server.dir().join("data/archive/removing").exists());
    archive::restore(&world.owner(), None, &shard).await.unwrap();
    assert!(world.archive().await.contains("brought back"));
    assert!(archive::fetch(&world.owner(), None, &shard).await.unwrap().bytes > 0);
    assert_eq!(world.prune().await, "");
    // After a start it is still known to be gone, and nothing complains.
    let world = world.restart().await;
    assert_eq!(world.status(&shard).await.state, ShardState::Pruned);
    assert_eq!((world.prune().await, world.archive().await), (String::new(), String::new()));
}

#[tokio::test]
async fn local_pruning_removes_nothing_that_only_a_directory_keeps() {
    let world = Archivist::new().await;
    let shard = world.archived_shard().await;
    retention::set(&world.owner(), None, pruning(Pruning::Local, Some(12))).await.unwrap();
    world.server.clock.advance(DAY * 800);
    assert_eq!(world.prune().await, "");
    assert_eq!(world.status(&shard).await.state, ShardState::Archived);
    world.server.clock.advance(SIX_YEARS);
    assert!(world.prune().await.contains("removed"));
}

#[tokio::test]
async fn a_damaged_archive_keeps_the_shard_here_however_old_it_is() {
    let world = Archivist::new().await;
    let shard = world.archived_shard().await;
    retention::set(&world.owner(), None, pruning(Pruning::AfterRetention, None)).await.unwrap();
    let object = world.object(&world.status(&shard).await);
    let mut bytes = fs::read(&object).unwrap();
    bytes[100] ^= 1;
    fs::write(&object, bytes).unwrap();
    world.server.clock.advance(SIX_YEARS);
    let said = world.prune().await;
    assert!(said.contains("stays") && said.contains("SHA-256"), "{said}");
    assert_eq!(world.status(&shard).await.state, ShardState::Archived);
    assert!(world.series().shard(&shard).unwrap().dir.is_dir());
}

#[tokio::test]
async fn a_crash_while_pruning_leaves_the_shard_or_the_marker() {
    let world = Archivist::new().await;
    let shard = world.archived_shard().await;
    let here = world.series().shard(&shard).unwrap();
    let log = world.series().dir().to_owned();
    let marker = log.join(format!("{shard}.archived"));
    retention::set(&world.owner(), None, pruning(Pruning::AfterRetention, None)).await.unwrap();
    world.server.clock.advance(SIX_YEARS);
    // Killed after the marker: the folder counts.
    fs::write(&marker, "{}").unwrap();
    let world = world.restart().await;
    assert_eq!(world.status(&shard).await.state, ShardState::Archived);
    // Killed after the folder went: the marker counts, and the end is recorded.
    fs::create_dir_all(world.server.dir().join("data/archive/removing")).unwrap();
    fs::rename(&here.dir, world.server.dir().join("data/archive/removing").join(format!("platform-{shard}")))
        .unwrap();
    let world = world.restart().await;
    assert_eq!(world.status(&shard).await.pruned_at, None);
    assert!(world.prune().await.contains("its removal is recorded"));
    let status = world.status(&shard).await;
    assert!(status.state == ShardState::Pruned && status.pruned_at.is_some());
    assert_eq!(world.entries("platform-shard:prune").await, ["attempt", "outcome success"]);
    world.archive().await;
    assert!(!world.server.dir().join("data/archive/removing").exists());
}

#[tokio::test]
async fn the_year_turns_into_a_new_shard_by_itself() {
    use ward_custody::shards::ShardsLoop;
    use ward_spine::reconcile::Reconciler as _;
    let world = Archivist::new().await;
    let pass = || async { ShardsLoop.pass(&world.server.as_loop("shards")).await.unwrap() };
    assert_eq!(pass().await, "");
    world.server.clock.advance(DAY * 61);
    assert!(pass().await.contains("2027-1"));
    assert_eq!(pass().await, "");
    assert_eq!(&*world.series().current_shard(), "2027-1");
    let shard = world.series().shard("2026-1").unwrap();
    assert!(shard.closed.is_some() && !shard.dir.join("key.json").exists(), "nobody can sign it again");
    assert_eq!(world.entries("platform-shard:roll").await, ["attempt", "outcome success"]);
}

/// What somebody may try, in any order.
#[derive(Debug, Clone)]
enum Try {
    Months(u32),
    Prune(u8, Option<u32>),
    Hold(Option<u16>, Option<u16>),
    Release(usize),
    Wait(u16),
    Loops,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = prop_oneof![
        prop::sample::select(vec![0, 1, 12, 71, 72, 73, 120, 5000]).prop_map(Try::Months),
        (0u8..3, proptest::option::of(0u32..30)).prop_map(|(p, l)| Try::Prune(p, l)),
        (proptest::option::of(0u16..3000), proptest::option::of(0u16..3000))
            .prop_map(|(f, t)| Try::Hold(f, t)),
        (0usize..4).prop_map(Try::Release),
        (1u16..1500).prop_map(Try::Wait),
        Just(Try::Loops),
        Just(Try::Loops),
    ];
    prop::collection::vec(one, 10..25)
}

#[test]
fn no_sequence_of_calls_lowers_the_floor_or_prunes_what_is_young_or_held() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 6, max_shrink_iters: 0, ..ProptestConfig::default() });
    runner
        .run(&tries(), |tries| {
            runtime.block_on(sequence(tries));
            Ok(())
        })
        .unwrap();
}

async fn sequence(tries: Vec<Try>) {
    let world = Archivist::new().await;
    let shard = world.archived_shard().await;
    let begin = world.owner().now();
    let mut held = Vec::new();
    for one in tries {
        let owner = world.owner();
        match one {
            Try::Months(wish) => drop(retention::set(&owner, None, months(wish)).await),
            Try::Prune(kind, local) => {
                let kind = [Pruning::Never, Pruning::AfterRetention, Pruning::Local][usize::from(kind)];
                drop(retention::set(&owner, None, pruning(kind, local)).await);
            }
            Try::Hold(from, to) => {
                let at = |days: Option<u16>| days.map(|d| begin.minus(DAY * 1000).plus(DAY * u32::from(d)));
                let hold = NewHold { from: at(from), to: at(to), ..new_hold("h") };
                held.extend(holds::create(&owner, None, hold).await.ok());
            }
            Try::Release(which) if which < held.len() => {
                drop(holds::release(&owner, held.remove(which).id, because()).await);
            }
            Try::Release(_) => {}
            Try::Wait(days) => world.server.clock.advance(DAY * u32::from(days)),
            Try::Loops => {
                let before = world.status(&shard).await.state;
                world.prune().await;
                world.archive().await;
                let status = world.status(&shard).await;
                let now: Timestamp = world.owner().now();
                if status.state == ShardState::Pruned && before != ShardState::Pruned {
                    let closed = status.closed_at.unwrap();
                    assert!(
                        now >= Retention::FLOOR.until(closed),
                        "a directory has no lock: not before six years"
                    );
                    assert!(!held.iter().any(|h| h.covers(status.opened_at, Some(closed))), "{held:?}");
                }
            }
        }
        let policy = retention::show(&world.owner(), None).await.unwrap();
        assert!(policy.months >= Retention::FLOOR);
        assert!(policy.local_months.is_none_or(|months| months >= 12));
    }
}

#[tokio::test]
async fn the_only_copy_that_is_damaged_stays_an_alert_until_it_is_whole_again() {
    let world = Archivist::new().await;
    let shard = world.archived_shard().await;
    retention::set(&world.owner(), None, pruning(Pruning::AfterRetention, None)).await.unwrap();
    world.server.clock.advance(SIX_YEARS);
    assert!(world.prune().await.contains("removed"));
    let object = world.object(&world.status(&shard).await);
    let whole = fs::read(&object).unwrap();
    fs::write(&object, &whole[1..]).unwrap();
    archive::verify(&world.owner(), None, &shard).await.unwrap();
    assert!(world.archive().await.contains("bytes were put"));
    world.archive().await;
    world.archive().await;
    let alerts = world.server.core.alerts.list(None, true).await.unwrap();
    assert!(alerts.iter().any(|a| a.severity == ward_spine::alerts::Severity::Critical), "{alerts:?}");
    assert!(world.status(&shard).await.problem.is_some());
    fs::write(&object, &whole).unwrap();
    world.server.clock.advance(DAY);
    assert!(world.archive().await.contains("verified again"));
    assert_eq!(world.status(&shard).await.problem, None);
    assert!(world.server.core.alerts.list(None, true).await.unwrap().is_empty());
}
