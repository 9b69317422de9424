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
    // Another log with the same key: shorter, and with other entries.
    let other = tempfile::tempdir().unwrap();
    let signer = ward_ledger::Signer::from_seed("ward.test/log", [7; 32]).unwrap();
    let log = ward_ledger::Log::open(other.path(), ward_ledger::LogConfig::new(signer)).unwrap();
    log.append(b"{}".to_vec()).await.unwrap();
    log.close().await.unwrap();
    let rig =
        Rig { probe: ward_compliance::Probe { ledger_dir: other.path().to_owned(), ..rig.probe }, ..rig };
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
