//! The ledger, damaged.

use std::{fs, path::PathBuf};

use ward_compliance::checks;
use ward_model::{Action, Target, posture::Verdict};

use crate::rig::Rig;

/// The newest segment of the write-ahead log.
fn segment(rig: &Rig) -> PathBuf {
    let mut all: Vec<PathBuf> =
        fs::read_dir(rig.server.shard_dir().join("wal")).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    all.pop().unwrap()
}

#[tokio::test]
async fn a_flipped_bit_of_the_ledger_is_seen_and_the_right_bytes_pass_again() {
    let rig = Rig::new().await;
    rig.server.owner().await;
    rig.server.core.audit.settle().await.unwrap();
    rig.expect("aud.chain-intact", Verdict::Pass).await;
    let path = segment(&rig);
    let whole = fs::read(&path).unwrap();
    let mut bent = whole.clone();
    // The file is made larger than what is in it.
    let at = bent.iter().rposition(|b| *b != 0).unwrap() / 2;
    bent[at] ^= 1;
    fs::write(&path, &bent).unwrap();
    let seen = rig.expect("aud.chain-intact", Verdict::Fail).await;
    assert!(seen.summary.contains("does not verify"), "{}", seen.summary);
    fs::write(&path, &whole).unwrap();
    rig.expect("aud.chain-intact", Verdict::Pass).await;
}

#[tokio::test]
async fn a_ledger_that_lost_what_was_seen_before_fails() {
    let rig = Rig::new().await;
    rig.server.owner().await;
    rig.server.core.audit.settle().await.unwrap();
    let good = rig.expect("aud.chain-intact", Verdict::Pass).await;
    checks::save(&rig.probe.ctx(), &good, None).await.unwrap();
    rig.server.core.audit.settle().await.unwrap();
    let again = rig.expect("aud.chain-intact", Verdict::Pass).await;
    assert_eq!(again.evidence["earlier_checkpoints_compared"], 1);
    // Another log in its place: shorter, with other entries and another key.
    let other = tempfile::tempdir().unwrap();
    let signer = ward_ledger::Signer::from_seed("ward.test/log", [7; 32]).unwrap();
    let log = ward_ledger::Log::open(other.path(), ward_ledger::LogConfig::new(signer)).unwrap();
    log.append(b"{}".to_vec()).await.unwrap();
    log.close().await.unwrap();
    let dir = rig.server.shard_dir();
    fs::rename(&dir, dir.with_extension("away")).unwrap();
    fs::rename(other.path(), &dir).unwrap();
    rig.expect("aud.chain-intact", Verdict::Fail).await;
    rig.expect("aud.retention", Verdict::Fail).await;
}

#[tokio::test]
async fn evidence_that_was_changed_after_signing_is_seen() {
    let rig = Rig::new().await;
    rig.expect("gov.evidence-signed", Verdict::Empty).await;
    rig.server.owner().await;
    let good = rig.look("idn.unique-accounts").await;
    checks::save(&rig.probe.ctx(), &good, None).await.unwrap();
    rig.expect("gov.evidence-signed", Verdict::Pass).await;
    rig.sql("update observations set verdict = 'unknown'").await;
    rig.expect("gov.evidence-signed", Verdict::Fail).await;
    rig.sql(&format!("update observations set verdict = '{}'", good.verdict.as_str())).await;
    rig.expect("gov.evidence-signed", Verdict::Pass).await;
    rig.sql("update observations set evidence = '{}', evidence_sha256 = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'").await;
    rig.expect("gov.evidence-signed", Verdict::Fail).await;
    rig.sql("delete from observations;\ninsert into observations (id, check_id, verdict, summary, evidence, evidence_sha256, observed_at, took_ms) values ('obs_1', 'a.b', 'pass', '', '{}', '', 1, 1)").await;
    let seen = rig.expect("gov.evidence-signed", Verdict::Fail).await;
    assert_eq!(seen.summary, "an observation is not in the ledger");
}

#[tokio::test]
async fn an_entry_that_does_not_say_who_or_what_is_seen() {
    let rig = Rig::new().await;
    rig.server.owner().await;
    rig.expect("aud.event-schema", Verdict::Pass).await;
    rig.server.core.audit.platform().current().append(b"{\"note\":\"nobody\"}".to_vec()).await.unwrap();
    let seen = rig.expect("aud.event-schema", Verdict::Fail).await;
    assert_eq!(seen.summary, "an entry is not an event of Ward");
}

#[tokio::test]
async fn an_attempt_without_an_outcome_is_seen() {
    let rig = Rig::new().await;
    let owner = rig.server.owner().await;
    let permit = owner.permit(Action::RegionCreate, &Target::platform()).await.unwrap();
    rig.expect("aud.event-schema", Verdict::Pass).await;
    rig.server.core.audit.settle().await.unwrap();
    rig.server.clock.advance(std::time::Duration::from_secs(31 * 60));
    let seen = rig.expect("aud.event-schema", Verdict::Fail).await;
    assert!(seen.summary.contains("no outcome"), "{}", seen.summary);
    drop(permit);
    rig.server.core.audit.settle().await.unwrap();
    rig.expect("aud.event-schema", Verdict::Pass).await;
}

#[tokio::test]
async fn a_closed_ledger_is_seen_and_a_record_that_begins_too_late_too() {
    let rig = Rig::new().await;
    rig.server.owner().await;
    rig.expect("aud.capacity-failclosed", Verdict::Pass).await;
    rig.server.clock.advance(std::time::Duration::from_secs(6));
    rig.server.core.audit.settle().await.unwrap();
    rig.expect("aud.retention", Verdict::Pass).await;
    rig.sql("insert into organizations (id, name, created_at) values ('org_1', 'old', 1000000)").await;
    rig.expect("aud.retention", Verdict::Fail).await;
    rig.sql("delete from organizations").await;
    rig.expect("aud.retention", Verdict::Pass).await;
    rig.server.core.audit.close().await.unwrap();
    rig.expect("aud.capacity-failclosed", Verdict::Fail).await;
}

#[tokio::test]
async fn a_retention_below_the_floor_and_a_shard_that_left_too_early_are_seen() {
    let rig = Rig::new().await;
    let owner = rig.server.owner().await;
    rig.server.core.audit.settle().await.unwrap();
    rig.expect("aud.retention", Verdict::Pass).await;
    let set =
        "insert into retention_policies (log, months, pruning, set_at) values ('platform', 120, 'never', 0)";
    rig.sql(set).await;
    let seen = rig.expect("aud.retention", Verdict::Pass).await;
    assert_eq!(seen.evidence["policies"][0]["months"], 120);
    // A table without the guard, as whoever owns the store could make it.
    rig.sql("alter table retention_policies rename to guarded").await;
    rig.sql("create table retention_policies as select * from guarded").await;
    rig.sql("update retention_policies set months = 71").await;
    let seen = rig.expect("aud.retention", Verdict::Fail).await;
    assert!(seen.summary.contains("below six years"), "{}", seen.summary);
    rig.sql("update retention_policies set months = 72").await;
    rig.expect("aud.retention", Verdict::Pass).await;
    // A closed shard leaves: without a marker, without a copy, without its years, under a hold.
    let series = rig.server.core.audit.platform();
    let shard = series.current_shard().to_string();
    series.roll("2026-2", rig.server.clock_millis()).await.unwrap();
    drop(owner);
    rig.expect("aud.retention", Verdict::Pass).await;
    let dir = series.shard(&shard).unwrap().dir;
    fs::rename(&dir, rig.server.dir().join("away")).unwrap();
    let why = async || {
        rig.expect("aud.retention", Verdict::Fail).await.evidence["why"].as_str().unwrap().to_owned()
    };
    assert!(why().await.contains("nothing says"));
    fs::write(series.dir().join(format!("{shard}.archived")), "{}").unwrap();
    assert!(why().await.contains("no archived copy"));
    let closed = series.shard(&shard).unwrap().closed.unwrap() * 1000;
    rig.sql(&format!(
        "insert into archived_shards (log, shard, dek_id, place, object, origin, opened_at, closed_at, entries, root, asked_at) \
         values ('platform', '{shard}', 'k', 'p', 'o', 'x', {}, {closed}, 1, 'r', 0)",
        closed - 1_000_000
    ))
    .await;
    assert!(why().await.contains("never verified"));
    rig.sql(&format!("update archived_shards set verified_at = {closed}, pruned_at = {closed}")).await;
    assert!(why().await.contains("not locked until then"));
    rig.sql("update archived_shards set locked_until = 4000000000000000").await;
    rig.expect("aud.retention", Verdict::Pass).await;
    rig.sql(&format!(
        "insert into legal_holds (id, log, name, reason, created_at) values ('hld_1', 'platform', 'h', 'r', {})",
        closed - 5
    ))
    .await;
    assert!(why().await.contains("legal hold"));
    rig.sql("update legal_holds set from_at = 4000000000000000").await;
    rig.expect("aud.retention", Verdict::Pass).await;
}

#[tokio::test]
async fn a_closed_shard_that_no_lock_keeps_or_that_can_be_signed_again_is_seen() {
    let rig = Rig::new().await;
    rig.expect("aud.immutable", Verdict::Empty).await;
    let series = rig.server.core.audit.platform();
    let shard = series.current_shard().to_string();
    series.roll("2026-2", rig.server.clock_millis()).await.unwrap();
    rig.expect("aud.immutable", Verdict::Pass).await;
    rig.server.clock.advance(std::time::Duration::from_secs(86_400 * 3));
    let why = async || {
        let seen = rig.expect("aud.immutable", Verdict::Fail).await;
        seen.evidence["wrong"][0]["why"].as_str().unwrap().to_owned()
    };
    assert!(why().await.contains("no archive"));
    let (now, closed) =
        (rig.server.clock_millis() * 1000, series.shard(&shard).unwrap().closed.unwrap() * 1000);
    rig.sql(&format!(
        "insert into archived_shards (log, shard, dek_id, place, object, origin, opened_at, closed_at, entries, root, \
         asked_at, verified_at) values ('platform', '{shard}', 'k', 'p', 'o', 'x', 0, {closed}, 1, 'r', 0, {now})"
    ))
    .await;
    assert!(why().await.contains("not locked"));
    rig.sql("update archived_shards set locked_until = 4000000000000000").await;
    rig.expect("aud.immutable", Verdict::Pass).await;
    fs::write(series.shard(&shard).unwrap().dir.join("key.json"), "{}").unwrap();
    assert!(why().await.contains("private key"));
}
