//! The record in several logs: pseudonyms, erasure, shards, alerts.

use std::{fs, os::unix::fs::FileExt as _, time::Duration};

use ward_ledger::series::{logged_time, shard_link};
use ward_model::{
    Action, ErrorCode, OrganizationId, Target,
    ledger::{EntryKind, Event, LedgerQuery, Outcome},
    ocsf,
};
use ward_spine::{Ctx, alerts::Severity};
use ward_testkit::TestServer;

use crate::gate::{entries, write_row};

/// An organization with an owner, and its first entries.
async fn organization(server: &TestServer) -> (OrganizationId, Ctx) {
    let id: OrganizationId = server.operator().id();
    let mut tx = server.core.db.bookkeeping().await.unwrap();
    sqlx::query("insert into organizations (id, name, created_at) values ($1, $1, 1)")
        .bind(id.to_string())
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let owner = server.user_with(ward_model::Role::Owner, &Target::organization(id)).await;
    write_row(&owner, Action::ProjectCreate, &Target::organization(id)).await.unwrap();
    server.core.audit.settle().await.unwrap();
    (id, owner)
}

/// All bytes below the ledger's folder, as an attacker who took it has them.
fn everything(server: &TestServer) -> Vec<u8> {
    ward_testkit::all_files(&server.ledger_dir()).into_iter().flat_map(|(_, bytes)| bytes).collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn an_organization_has_a_log_of_its_own_that_the_platforms_log_vouches_for() {
    let server = TestServer::new().await;
    let (id, _) = organization(&server).await;
    let series = server.core.audit.series(&id.to_string()).expect("its log");
    assert_ne!(series.current().dir(), server.core.audit.platform().current().dir());
    let found = server.core.audit.search(Some(id), &LedgerQuery::default()).await.unwrap().items;
    assert!(found.iter().any(|e| e.event.action == "project:create"));
    assert!(found.iter().all(|e| e.log == id.to_string()), "nothing of the platform is in it");
    let vouched = entries(&server).await.into_iter().find(|e| e.event.action == "ledger:open-log").unwrap();
    assert_eq!((vouched.log.as_str(), vouched.event.object.id.clone()), ("platform", id.to_string()));
    assert_eq!(vouched.event.detail["keys"][0], series.shards()[0].key.to_string());
}

#[tokio::test]
async fn people_and_addresses_are_not_in_the_ledger_and_an_erasure_makes_them_unknown_for_good() {
    let server = TestServer::new().await;
    let (_, owner) = organization(&server).await;
    let user = owner.who().user().unwrap();
    let bytes = everything(&server);
    assert!(!contains(&bytes, &user.to_string()), "the id of a user");
    assert!(!contains(&bytes, "127.0.0.1"), "the address of a client");
    let by_user = LedgerQuery { actor: Some(user.to_string()), ..LedgerQuery::default() };
    let before = server.core.audit.search(None, &by_user).await.unwrap().items;
    assert!(!before.is_empty() && before.iter().all(|e| e.event.actor.id == user.to_string()));
    assert!(before.iter().all(|e| e.event.source == "127.0.0.1"));
    let pseudonym = server.core.audit.pseudonym(user).await.unwrap().expect("one");
    assert!(contains(&bytes, &pseudonym));

    let permit = server.operator().permit(Action::RegionCreate, &Target::platform()).await.unwrap();
    let mut tx = permit.begin().await.unwrap();
    assert!(server.core.audit.erase_subject(&mut tx, &pseudonym).await.unwrap());
    // Somebody reads before it took effect: that must not stay in memory.
    server.core.audit.search(None, &by_user).await.unwrap();
    tx.commit(serde_json::json!({ "subject": pseudonym })).await.unwrap();
    server.core.audit.settle().await.unwrap();
    for restarted in [false, true] {
        assert_eq!(server.core.audit.pseudonym(user).await.unwrap(), None, "restarted: {restarted}");
        let anonymous = LedgerQuery { actor: Some(pseudonym.clone()), ..LedgerQuery::default() };
        let after = server.core.audit.search(None, &anonymous).await.unwrap().items;
        assert_eq!(after.len(), before.len(), "no entry is lost");
        assert!(after.iter().all(|e| e.event.actor.id == pseudonym), "and none tells who it was");
    }
    assert!(server.core.audit.verify(&[]).await.unwrap().is_ok());
    // What the same person does later stands under another pseudonym.
    write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap_err();
    assert_ne!(server.core.audit.pseudonym(user).await.unwrap().expect("a new one"), pseudonym);
}

#[tokio::test]
async fn entries_are_ocsf_and_their_stamps_never_decrease() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    for _ in 0..5 {
        write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap();
    }
    server.core.audit.settle().await.unwrap();
    let log = server.core.audit.platform().current();
    let mut last = 0;
    for (index, bytes) in log.entries(0..log.size()).unwrap() {
        ocsf::decode(&bytes).unwrap_or_else(|e| panic!("entry {index}: {e}"));
        let logged = logged_time(&bytes).unwrap();
        assert!(logged >= last, "entry {index}");
        last = logged;
        assert_eq!(shard_link(&bytes).is_some(), index == 0);
    }
}

#[tokio::test]
async fn the_damaged_log_of_one_organization_stops_only_that_one() {
    let server = TestServer::new().await;
    let (broken, _) = organization(&server).await;
    let (sound, _) = organization(&server).await;
    let segment = server.ledger_dir().join(broken.to_string());
    let shard = fs::read_dir(&segment).unwrap().map(|e| e.unwrap().path()).find(|p| p.is_dir()).unwrap();
    server.core.audit.close().await.unwrap();
    let file = fs::read_dir(shard.join("wal")).unwrap().next().unwrap().unwrap().path();
    let file = fs::OpenOptions::new().write(true).open(file).unwrap();
    file.write_at(b"damage", 300).unwrap();
    fs::remove_dir_all(shard.join("tile")).ok();
    fs::remove_file(shard.join("checkpoint")).ok();
    let server = server.restart().await;
    let owner = server.owner().await;
    write_row(&owner, Action::ProjectCreate, &Target::organization(sound)).await.unwrap();
    let refused = write_row(&owner, Action::ProjectCreate, &Target::organization(broken)).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::LedgerUnavailable);
    // And one that is gone altogether is not made anew.
    fs::remove_dir_all(server.ledger_dir().join(broken.to_string())).unwrap();
    drop(owner);
    let server = server.restart().await;
    let owner = server.owner().await;
    let refused = write_row(&owner, Action::ProjectCreate, &Target::organization(broken)).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::LedgerUnavailable);
}

#[tokio::test]
async fn a_rolled_log_is_searched_through_all_its_shards_also_after_a_restart() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap();
    server.core.audit.settle().await.unwrap();
    let now = server.clock_millis();
    server.core.audit.platform().roll("2027-1", now).await.unwrap();
    write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap();
    let all = entries(&server).await;
    let shards: Vec<_> =
        all.iter().filter(|e| e.event.action == "region:create").map(|e| e.shard.as_str()).collect();
    assert_eq!(shards, ["2026-1", "2026-1", "2027-1", "2027-1"]);
    assert!(server.core.audit.verify(&[]).await.unwrap().is_ok());
    drop(owner);
    let server = server.restart().await;
    assert_eq!(entries(&server).await, all);
    server.core.audit.rebuild_index().await.unwrap();
    assert_eq!(entries(&server).await, all);
}

#[tokio::test]
async fn words_find_entries_and_wildcards_are_words() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap();
    server.core.audit.settle().await.unwrap();
    let find = |text: &str| {
        let (audit, query) =
            (server.core.audit.clone(), LedgerQuery { text: Some(text.into()), ..LedgerQuery::default() });
        async move { audit.search(None, &query).await.map(|page| page.items.len()) }
    };
    assert_eq!(find("MADE row").await.unwrap(), 1);
    assert_eq!(find("made nothing").await.unwrap(), 0);
    assert_eq!(find("100%").await.unwrap(), 0);
    assert_eq!(find("%").await.unwrap(), 0);
    assert!(find("a b c d").await.is_err());
}

#[tokio::test]
async fn the_platforms_log_anchors_the_others() {
    let server = TestServer::new().await;
    let (id, owner) = organization(&server).await;
    server.core.audit.anchor_now().await.unwrap();
    server.core.audit.settle().await.unwrap();
    let anchor = entries(&server).await.into_iter().rfind(|e| e.event.action == "ledger:anchor").unwrap();
    assert_eq!(anchor.log, "platform");
    let log = server.core.audit.series(&id.to_string()).unwrap().current();
    assert_eq!(anchor.event.detail["anchors"][id.to_string()]["checkpoint"], log.checkpoint());
    let count = entries(&server).await.len();
    server.core.audit.anchor_now().await.unwrap();
    assert_eq!(entries(&server).await.len(), count, "nothing new, no anchor");
    // The next shard is anchored too when it has as many entries as the one before had.
    let series = server.core.audit.series(&id.to_string()).unwrap();
    let size = log.size();
    series.roll("2026-2", server.clock_millis()).await.unwrap();
    while series.current().size() < size {
        write_row(&owner, Action::ProjectCreate, &Target::organization(id)).await.unwrap();
        server.core.audit.settle().await.unwrap();
    }
    assert_eq!(series.current().size(), size);
    server.core.audit.anchor_now().await.unwrap();
    let anchor = entries(&server).await.into_iter().rfind(|e| e.event.action == "ledger:anchor").unwrap();
    let said = &anchor.event.detail["anchors"][id.to_string()];
    assert_eq!(
        (said["shard"].as_str(), said["checkpoint"].as_str()),
        (Some("2026-2"), Some(&*series.current().checkpoint()))
    );
}

/// Puts a row into the outbox, as a transaction of an effect does.
async fn put_outbox(server: &TestServer, event: &Event) {
    let mut tx = server.core.db.bookkeeping().await.unwrap();
    let insert = "insert into outbox (sequence, attempt, event) values ((select coalesce(max(sequence), 0) + 1000 from outbox), $1, $2)";
    let text = serde_json::to_string(event).unwrap();
    sqlx::query(insert).bind(event.attempt.clone()).bind(text).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn run(server: &TestServer, query: &'static str, log: &str) {
    let mut tx = server.core.db.bookkeeping().await.unwrap();
    sqlx::query(query).bind(log.to_owned()).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn of(server: &TestServer, organization: OrganizationId) -> Vec<Event> {
    let found = server.core.audit.search(Some(organization), &LedgerQuery::default()).await.unwrap().items;
    found.into_iter().map(|entry| entry.event).collect()
}

#[tokio::test]
async fn an_outcome_that_waits_is_no_aborted_one_and_holds_up_only_its_own_log() {
    let server = TestServer::new().await;
    let (stuck, owner) = organization(&server).await;
    let (other, _) = organization(&server).await;
    let first = of(&server, stuck).await.into_iter().find(|e| e.kind == EntryKind::Outcome).unwrap();
    // What the log does not take, in front of what it would.
    let attempt = format!("att_{}", "0c".repeat(16));
    put_outbox(&server, &Event { attempt, request: "x".repeat(70_000), ..first }).await;
    write_row(&owner, Action::ProjectCreate, &Target::organization(stuck)).await.unwrap();
    drop(owner);
    let server = server.restart().await;
    let owner = server.owner().await;
    write_row(&owner, Action::ProjectCreate, &Target::organization(other)).await.unwrap();
    let done = async || {
        let all = of(&server, other).await;
        all.iter().filter(|e| e.kind == EntryKind::Outcome && e.action == "project:create").count()
    };
    let begun = std::time::Instant::now();
    while done().await < 2 {
        assert!(begun.elapsed() < Duration::from_secs(5), "the other organization's outcome is not found");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    run(&server, "delete from outbox where length(event) > length($1) + 70000", "").await;
    server.core.audit.settle().await.unwrap();
    let outcomes: Vec<_> = of(&server, stuck).await.into_iter().filter_map(|e| e.outcome).collect();
    assert_eq!(outcomes, [Outcome::Success, Outcome::Success]);
}

#[tokio::test]
async fn a_log_that_is_opened_late_is_looked_through_before_an_outcome_is_taken_to_it() {
    let server = TestServer::new().await;
    let (id, owner) = organization(&server).await;
    let log = id.to_string();
    // As a crash leaves it right after the append: not indexed, and still in the outbox.
    let written = of(&server, id).await.into_iter().find(|e| e.kind == EntryKind::Outcome).unwrap();
    drop(owner);
    server.core.audit.close().await.unwrap();
    run(&server, "delete from ledger_index where log = $1", &log).await;
    run(&server, "delete from ledger_indexed where log = $1", &log).await;
    put_outbox(&server, &written).await;
    let (dir, aside) = (server.ledger_dir().join(&log), server.ledger_dir().join("aside"));
    fs::rename(&dir, &aside).unwrap();
    let server = server.restart().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    fs::rename(&aside, &dir).unwrap();
    server.core.audit.settle().await.unwrap();
    let count = of(&server, id).await.iter().filter(|e| e.attempt == written.attempt).count();
    assert_eq!(count, 2, "the attempt and one outcome");
}

#[tokio::test]
async fn a_ledger_that_is_closed_on_purpose_raises_no_alert() {
    let server = TestServer::new().await;
    let (_, owner) = organization(&server).await;
    server.core.audit.close().await.unwrap();
    let refused = write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::LedgerUnavailable);
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(server.core.alerts.list(None, true).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_index_made_anew_while_entries_come_is_whole_and_keeps_what_was_archived() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap();
    server.core.audit.settle().await.unwrap();
    let series = server.core.audit.platform();
    series.roll("2027-1", server.clock_millis()).await.unwrap();
    server.core.audit.settle().await.unwrap();
    let archived = series.shard("2026-1").unwrap();
    fs::rename(&archived.dir, server.dir().join("away")).unwrap();
    fs::write(ward_ledger::series::marker(series.dir(), "2026-1"), "{}").unwrap();
    series.archived("2026-1");
    for _ in 0..20 {
        let audit = server.core.audit.clone();
        let writer = tokio::spawn(async move {
            for _ in 0..20 {
                audit.notice("test:notice", ("test", "it"), None, serde_json::Value::Null).await.unwrap();
            }
        });
        for _ in 0..3 {
            server.core.audit.rebuild_index().await.unwrap();
        }
        writer.await.unwrap();
    }
    server.core.audit.settle().await.unwrap();
    let count = async |shard: &'static str| -> i64 {
        let count = sqlx::query_as("select count(*) from ledger_index where log = 'platform' and shard = $1");
        let (n,): (i64,) =
            count.bind(shard).fetch_one(server.core.db.read().await.unwrap().conn()).await.unwrap();
        n
    };
    assert_eq!(count("2027-1").await, i64::try_from(series.size("2027-1").unwrap()).unwrap());
    assert!(count("2026-1").await > 3, "what is known of an archived shard");
}

#[tokio::test]
async fn the_oldest_of_many_alerts_is_closed_too() {
    let server = TestServer::new().await;
    for number in 0..203 {
        server.clock.advance(Duration::from_secs(1));
        server.core.alerts.raise(&format!("test:{number}"), Severity::Info, "t", "t").await.unwrap();
    }
    server.core.alerts.clear("test:0").await.unwrap();
    let server = server.restart().await;
    for number in 1..100 {
        server.core.alerts.clear(&format!("test:{number}")).await.unwrap();
    }
    assert_eq!(server.core.alerts.list(None, true).await.unwrap().len(), 103);
}

#[tokio::test]
async fn an_alert_is_open_once_told_and_recorded_and_ends() {
    let server = TestServer::new().await;
    let alerts = &server.core.alerts;
    for text in ["first", "second", "second"] {
        alerts.raise("test:topic", Severity::Warning, "Something", text).await.unwrap();
    }
    let open = alerts.list(None, true).await.unwrap();
    assert_eq!(open.iter().map(|a| a.text.as_str()).collect::<Vec<_>>(), ["second"]);
    let server = server.restart().await;
    server.core.alerts.raise("test:topic", Severity::Warning, "Something", "third").await.unwrap();
    assert_eq!(server.core.alerts.list(None, true).await.unwrap().len(), 1, "still the same one");
    server.core.alerts.clear("test:topic").await.unwrap();
    assert!(server.core.alerts.list(None, true).await.unwrap().is_empty());
    assert_eq!(server.core.alerts.list(None, false).await.unwrap().len(), 1);
    let told: Vec<_> =
        entries(&server).await.into_iter().filter(|e| e.event.action.starts_with("alert:")).collect();
    assert_eq!(
        told.iter().map(|e| e.event.action.as_str()).collect::<Vec<_>>(),
        ["alert:raise", "alert:clear"]
    );
    assert!(told.iter().all(|e| e.event.kind == EntryKind::Notice));
}

#[tokio::test]
async fn a_ledger_that_cannot_be_written_raises_an_alert_and_service_returns_by_itself() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap();
    server.core.audit.settle().await.unwrap();
    let wal = server.shard_dir().join("wal");
    let aside = server.shard_dir().join("wal.aside");
    fs::rename(&wal, &aside).unwrap();
    let refused = write_row(&owner, Action::RegionCreate, &Target::platform()).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::LedgerUnavailable);
    let open = async || {
        for _ in 0..100 {
            let open = server.core.alerts.list(None, true).await.unwrap();
            if let Some(alert) = open.into_iter().find(|a| a.topic == "ledger:unwritable") {
                return Some(alert);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        None
    };
    assert_eq!(open().await.expect("an alert").severity, Severity::Critical);
    // Nothing but the cause goes away.
    fs::rename(&aside, &wal).unwrap();
    let begun = std::time::Instant::now();
    while write_row(&owner, Action::RegionCreate, &Target::platform()).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(10), "service did not return");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for _ in 0..200 {
        if server.core.alerts.list(None, true).await.unwrap().is_empty() {
            let recorded = entries(&server).await;
            assert!(recorded.iter().any(|e| e.event.action == "alert:raise"));
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the alert is still open");
}

#[tokio::test]
async fn phi_that_somebody_types_into_a_reason_is_masked_before_the_ledger() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    let detail = serde_json::json!({ "reason": "asked by the patient, ssn 123-45-6789" });
    let permit = owner.permit_with(Action::RegionCreate, &Target::platform(), detail).await.unwrap();
    permit.begin().await.unwrap().commit(serde_json::json!({ "note": "ssn 123-45-6789" })).await.unwrap();
    server.core.audit.settle().await.unwrap();
    assert!(!contains(&everything(&server), "123-45-6789"));
    let found = entries(&server).await.into_iter().find(|e| e.event.action == "region:create").unwrap();
    assert_eq!(found.event.detail["reason"], "asked by the patient, ssn [SSN]");
}

#[tokio::test]
async fn what_is_too_large_for_an_entry_is_stored_beside_and_entered_by_its_hash() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    let tx = owner.permit(Action::RegionCreate, &Target::platform()).await.unwrap().begin().await.unwrap();
    let long: Vec<String> = (0..9000).map(|n| format!("item {n}")).collect();
    tx.commit(serde_json::json!({ "changed": long })).await.unwrap();
    let all = entries(&server).await;
    let outcome =
        all.iter().find(|e| e.event.action == "region:create" && e.event.outcome.is_some()).unwrap();
    assert_eq!(outcome.event.detail["changed"][8999], "item 8999");
    let bytes = server.core.audit.platform().entry(&outcome.shard, outcome.index).unwrap();
    assert!(bytes.len() < 4000 && !contains(&bytes, "item 8999"));
    let folder = server.shard_dir().join("payload");
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    assert!(server.core.audit.verify(&[]).await.unwrap().is_ok());
    fs::write(&file, b"something else").unwrap();
    assert!(server.core.audit.verify(&[]).await.unwrap().is_err(), "a changed payload is found");
}

#[tokio::test]
async fn an_organization_that_does_not_exist_gets_no_log_whoever_asks_for_it() {
    let server = TestServer::new().await;
    let nobody: OrganizationId = server.operator().id();
    let owner = server.owner().await;
    owner.permit(Action::LedgerRead, &Target::organization(nobody)).await.unwrap();
    let stranger =
        server.user_with(ward_model::Role::Owner, &Target::organization(server.operator().id())).await;
    assert!(stranger.permit(Action::LedgerRead, &Target::organization(nobody)).await.is_err());
    server.core.audit.settle().await.unwrap();
    assert_eq!(server.core.audit.logs(), ["platform"]);
    let asked = entries(&server).await.into_iter().filter(|e| e.event.action == "ledger:read");
    assert_eq!(asked.map(|e| e.log).collect::<Vec<_>>(), ["platform", "platform"], "and it is on record");
}
