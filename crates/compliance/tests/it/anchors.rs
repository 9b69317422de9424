//! A whole log that is gone, rolled back or under another key: what only the platform's log can show.

use std::{fs, path::Path, process::Command};

use serde_json::json;
use ward_ledger::{
    Signer,
    source::Folder,
    verify::{Anchors, Finding, LedgerReport, Place, Trust, verify_ledger},
};
use ward_model::{OrganizationId, posture::Verdict};
use ward_spine::Ctx;

use crate::rig::Rig;

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

/// What a stranger finds who has the platform's key and the files.
fn stranger(rig: &Rig) -> Result<LedgerReport, Finding> {
    let trust = Trust {
        keys: vec![rig.probe.ledger_key.clone()],
        anchors: Some(Anchors::of_ward()),
        ..Trust::default()
    };
    verify_ledger(&Folder::new(rig.server.ledger_dir()), &[], &trust, &mut |_| {})
}

/// Something that was seen in an organization.
async fn grow(rig: &Rig, organization: OrganizationId) {
    let audit = &rig.server.core.audit;
    audit
        .notice("alert:raise", ("alert", "test"), Some(organization), json!({ "title": "x" }))
        .await
        .unwrap();
}

/// A rig with an organization whose log is anchored.
async fn anchored() -> (Rig, OrganizationId) {
    let rig = Rig::new().await;
    rig.server.owner().await;
    let ctx: Ctx = rig.server.operator();
    let organization: OrganizationId = ctx.id();
    rig.sql(&format!(
        "insert into organizations (id, name, created_at) values ('{organization}', 'mercy', 1)"
    ))
    .await;
    grow(&rig, organization).await;
    rig.server.core.audit.anchor_now().await.unwrap();
    rig.server.core.audit.settle().await.unwrap();
    (rig, organization)
}

#[tokio::test]
async fn one_key_of_the_platform_vouches_for_all_logs() {
    let (rig, organization) = anchored().await;
    rig.expect("aud.chain-intact", Verdict::Pass).await;
    let report = stranger(&rig).unwrap();
    assert_eq!(report.logs.len(), 2);
    assert_eq!(report.logs[0].0, organization.to_string());
    assert!(report.logs.iter().all(|(_, report)| report.anchored));
}

#[tokio::test]
async fn a_log_that_was_removed_is_missed() {
    let (rig, organization) = anchored().await;
    let log = rig.server.ledger_dir().join(organization.to_string());
    fs::rename(&log, rig.server.dir().join("away")).unwrap();
    let found = stranger(&rig).unwrap_err();
    assert_eq!(found.log.as_deref(), Some(organization.to_string().as_str()));
    assert!(found.expected.contains("of platform") && &*found.found == "no file", "{found}");
    let seen = rig.expect("aud.chain-intact", Verdict::Fail).await;
    assert!(seen.summary.contains(&organization.to_string()), "{}", seen.summary);
    fs::rename(rig.server.dir().join("away"), &log).unwrap();
    rig.expect("aud.chain-intact", Verdict::Pass).await;
}

#[tokio::test]
async fn a_log_that_was_rolled_back_as_a_whole_is_found_by_its_anchor() {
    let (rig, organization) = anchored().await;
    let log = rig.server.ledger_dir().join(organization.to_string());
    let earlier = rig.server.dir().join("earlier");
    copy(&log, &earlier);
    grow(&rig, organization).await;
    grow(&rig, organization).await;
    rig.server.core.audit.anchor_now().await.unwrap();
    rig.server.core.audit.settle().await.unwrap();
    assert!(stranger(&rig).is_ok());
    let newest = rig.server.core.audit.series(&organization.to_string()).unwrap().current().size();
    fs::rename(&log, rig.server.dir().join("away")).unwrap();
    copy(&earlier, &log);
    let found = stranger(&rig).unwrap_err();
    assert!(matches!(&found.place, Place::Anchor(at) if at.size == newest), "{found}");
    assert!(found.found.contains("rolled back"), "{found}");
    rig.expect("aud.chain-intact", Verdict::Fail).await;
}

#[tokio::test]
async fn another_key_in_the_file_of_keys_is_found_by_what_the_platform_said_at_first() {
    let (rig, organization) = anchored().await;
    let keys = rig.server.ledger_dir().join(organization.to_string()).join("keys");
    let text = fs::read_to_string(&keys).unwrap();
    let key = text.split(' ').nth(1).unwrap();
    let other =
        Signer::from_seed(key.split('+').next().unwrap(), [3; 32]).unwrap().verifier_key().to_string();
    fs::write(&keys, text.replace(key, &other)).unwrap();
    let found = stranger(&rig).unwrap_err();
    assert_eq!(found.place, Place::File("keys".to_owned()), "{found}");
    assert!(found.expected.contains(key) && found.expected.contains("of platform"), "{found}");
    let seen = rig.expect("aud.chain-intact", Verdict::Fail).await;
    assert!(seen.summary.contains("keys"), "{}", seen.summary);
}

#[tokio::test]
async fn a_broken_link_between_shards_is_found() {
    let (rig, _) = anchored().await;
    let series = rig.server.core.audit.platform();
    series.roll("2999-1", rig.server.clock_millis()).await.unwrap();
    rig.expect("aud.chain-intact", Verdict::Pass).await;
    assert!(stranger(&rig).is_ok());
    // The second shard under a key that the first one does not vouch for.
    let keys = series.dir().join("keys");
    let text = fs::read_to_string(&keys).unwrap();
    let key = text.lines().last().unwrap().split(' ').nth(1).unwrap();
    let other =
        Signer::from_seed(key.split('+').next().unwrap(), [3; 32]).unwrap().verifier_key().to_string();
    fs::write(&keys, text.replace(key, &other)).unwrap();
    let found = stranger(&rig).unwrap_err();
    assert!(found.expected.contains("closes") && found.expected.contains(&other), "{found}");
    rig.expect("aud.chain-intact", Verdict::Fail).await;
    fs::write(&keys, &text).unwrap();
    rig.expect("aud.chain-intact", Verdict::Pass).await;
    // The first shard is not there any more, and nothing says where it went.
    let first = series.shards()[0].dir.clone();
    fs::rename(&first, rig.server.dir().join("away")).unwrap();
    assert!(stranger(&rig).is_err());
    rig.expect("aud.chain-intact", Verdict::Fail).await;
}
