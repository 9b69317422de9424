//! Closed shards in a directory: sealed, read back, verified, brought back.

use std::{fs, path::Path};

use tokio::io::AsyncReadExt as _;
use ward_custody::archive::{self, Manifest};
use ward_ledger::{bundle, verify::Trust};
use ward_model::{ErrorCode, Role, Target, retention::ShardState};
use ward_testkit::TestServer;

use crate::archivist::{Archivist, DAY};

/// Verifies a bundle with nothing but the key of its shard.
fn verify(path: &Path, key: &str, shard: &str) -> Result<u64, String> {
    let trust = Trust { keys: vec![key.parse().unwrap()], ..Trust::default() };
    let source = bundle::open(path).map_err(|e| e.to_string())?;
    let report = bundle::verify(&*source, &trust, &mut |_| {}).map_err(|e| e.to_string())?;
    let of = report.shards.into_iter().find(|s| s.line.shard == shard).unwrap();
    Ok(of.report.unwrap().entries)
}

async fn brought_back(world: &Archivist, shard: &str) -> tempfile::NamedTempFile {
    archive::restore(&world.owner(), None, shard).await.unwrap();
    let said = world.archive().await;
    assert!(said.contains("brought back"), "{said}");
    let mut fetched = archive::fetch(&world.owner(), None, shard).await.unwrap();
    let mut bytes = Vec::new();
    fetched.file.read_to_end(&mut bytes).await.unwrap();
    assert_eq!(bytes.len() as u64, fetched.bytes);
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    file
}

#[tokio::test]
async fn a_closed_shard_is_sealed_read_back_and_verified_and_stays_here() {
    let world = Archivist::new().await;
    let shard = world.close_shard().await;
    assert_eq!(world.status(&shard).await.state, ShardState::Closed);
    let said = world.archive().await;
    let status = world.status(&shard).await;
    assert_eq!((status.state, status.problem.as_deref()), (ShardState::Archived, None), "{said}");
    let sealed = fs::read(world.object(&status)).unwrap();
    assert_eq!(status.bytes, Some(sealed.len() as u64));
    assert_eq!(status.sha256, Some(ward_vault::hash::sha256_hex(&sealed)));
    assert!(!sealed.windows(8).any(|w| w == b"platform"), "nothing of it can be read");
    let manifest = world.object(&status).with_extension("json");
    let manifest: Manifest = serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap();
    assert_eq!(Some(manifest.entries), status.entries);
    assert_eq!(manifest.sealed.sha256, status.sha256.clone().unwrap());
    assert_eq!(manifest.kept_until, status.kept_until.unwrap());
    assert!(status.closed_at.unwrap().plus(DAY * 2190) < manifest.kept_until, "six years");
    let series = world.series().shard(&shard).unwrap();
    assert!(series.dir.is_dir() && !series.archived);
    assert!(status.object.unwrap().ends_with(&format!("platform/{shard}.ward")));
    // The attempt before the row and its outcome; and those of the end.
    let entries = world.entries("platform-shard:archive").await;
    assert_eq!(entries, ["attempt", "outcome success", "attempt", "outcome success"]);
    // A second pass finds nothing to do.
    assert_eq!(world.archive().await, "");
    assert_eq!(fs::read(world.object(&world.status(&shard).await)).unwrap(), sealed);
}

#[tokio::test]
async fn what_is_brought_back_verifies_with_the_key_alone_and_is_recorded() {
    let world = Archivist::new().await;
    let shard = world.archived_shard().await;
    let key = world.series().shard(&shard).unwrap().key.to_string();
    let early = archive::fetch(&world.owner(), None, &shard).await.unwrap_err();
    assert_eq!(early.code(), ErrorCode::Conflict);
    let file = brought_back(&world, &shard).await;
    assert_eq!(verify(file.path(), &key, &shard).unwrap(), world.status(&shard).await.entries.unwrap());
    assert_eq!(world.entries("platform-shard:fetch").await.last().unwrap(), "read");
    // One bit, and it does not.
    let mut bytes = fs::read(file.path()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file.path(), bytes).unwrap();
    assert!(verify(file.path(), &key, &shard).is_err());
    // It lies there for a day.
    world.server.clock.advance(DAY);
    world.archive().await;
    let late = archive::fetch(&world.owner(), None, &shard).await.unwrap_err();
    assert_eq!(late.code(), ErrorCode::Conflict);
}

#[tokio::test]
async fn a_damaged_object_is_found_when_it_is_read_back_and_archived_anew_from_here() {
    let world = Archivist::new().await;
    let shard = world.archived_shard().await;
    let status = world.status(&shard).await;
    let object = world.object(&status);
    let whole = fs::read(&object).unwrap();
    let mut bytes = whole.clone();
    bytes[whole.len() / 2] ^= 1;
    fs::write(&object, &bytes).unwrap();
    archive::verify(&world.owner(), None, &shard).await.unwrap();
    let said = world.archive().await;
    assert!(said.contains("is not what was archived"), "{said}");
    let damaged = world.status(&shard).await;
    assert_eq!(damaged.state, ShardState::Archiving);
    let alerts = world.server.core.alerts.list(None, true).await.unwrap();
    assert!(alerts.iter().any(|a| a.topic == format!("archive:platform/{shard}")), "{alerts:?}");
    // Nothing is overwritten: somebody has to look at it.
    world.archive().await;
    assert!(world.status(&shard).await.problem.unwrap().contains("another object stands"));
    fs::remove_file(&object).unwrap();
    fs::remove_file(object.with_extension("json")).unwrap();
    let said = world.archive().await;
    assert_eq!(world.status(&shard).await.state, ShardState::Archived, "{said}");
    assert!(world.server.core.alerts.list(None, true).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_object_that_is_gone_cut_short_or_another_is_no_archive() {
    let world = Archivist::new().await;
    let first = world.archived_shard().await;
    let second = world.archived_shard().await;
    let (one, two) = (world.status(&first).await, world.status(&second).await);
    let whole = fs::read(world.object(&two)).unwrap();
    let other = fs::read(world.object(&one)).unwrap();
    for bytes in [None, Some(&whole[..whole.len() - 1]), Some(&other[..])] {
        match bytes {
            Some(bytes) => fs::write(world.object(&two), bytes).unwrap(),
            None => fs::remove_file(world.object(&two)).unwrap(),
        }
        archive::verify(&world.owner(), None, &second).await.unwrap();
        world.archive().await;
        let status = world.status(&second).await;
        assert!(status.archived_at.is_none() && status.problem.is_some(), "{status:?}");
        let _ = fs::remove_file(world.object(&two));
        let _ = fs::remove_file(world.object(&two).with_extension("json"));
        world.archive().await;
        assert_eq!(world.status(&second).await.state, ShardState::Archived);
    }
    // The manifest is looked at too.
    let manifest = world.object(&one).with_extension("json");
    fs::copy(world.object(&two).with_extension("json"), &manifest).unwrap();
    archive::verify(&world.owner(), None, &first).await.unwrap();
    let said = world.archive().await;
    assert!(said.contains("tells of another object"), "{said}");
}

#[tokio::test]
async fn an_archive_that_is_not_there_is_told_and_used_when_it_comes() {
    let world = Archivist::new().await;
    let shard = world.close_shard().await;
    let path = world.archive_dir().to_owned();
    let away = path.with_extension("away");
    fs::rename(&path, &away).unwrap();
    let said = world.archive().await;
    assert!(said.contains("is no directory"), "{said}");
    let shown = ward_custody::retention::show(&world.owner(), None).await.unwrap();
    assert!(shown.archive_problem.unwrap().contains("mounted"));
    assert_eq!(world.server.core.alerts.list(None, true).await.unwrap().len(), 1);
    fs::rename(&away, &path).unwrap();
    world.archive().await;
    assert_eq!(world.status(&shard).await.state, ShardState::Archived);
    assert!(world.server.core.alerts.list(None, true).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_archive_is_verified_again_by_itself_after_a_quarter() {
    let world = Archivist::new().await;
    let shard = world.archived_shard().await;
    let before = world.status(&shard).await.verified_at;
    world.server.clock.advance(DAY * 30);
    assert_eq!(world.archive().await, "");
    world.server.clock.advance(DAY * 61);
    assert!(world.archive().await.contains("verified again"));
    assert!(world.status(&shard).await.verified_at > before);
}

#[tokio::test]
async fn who_may_not_gets_nothing_and_unknown_shards_are_not_found() {
    let world = Archivist::new().await;
    let shard = world.archived_shard().await;
    let owner = world.owner();
    for wrong in ["2025-1", "../..", "", "2026-1.archived"] {
        assert_eq!(archive::restore(&owner, None, wrong).await.unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(archive::verify(&owner, None, wrong).await.unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(archive::fetch(&owner, None, wrong).await.unwrap_err().code(), ErrorCode::NotFound);
    }
    let auditor = world.server.user_with(Role::Auditor, &Target::platform()).await;
    assert_eq!(archive::restore(&auditor, None, &shard).await.unwrap_err().code(), ErrorCode::Forbidden);
    let open = world.series().current_shard().to_string();
    assert_eq!(archive::verify(&owner, None, &open).await.unwrap_err().code(), ErrorCode::Conflict);
}

#[tokio::test]
async fn without_a_configured_archive_nothing_is_begun() {
    let server = TestServer::new().await;
    let owner = server.owner().await;
    assert_eq!(archive::run(&owner, None).await.unwrap_err().code(), ErrorCode::Conflict);
    let shown = ward_custody::retention::show(&owner, None).await.unwrap();
    assert_eq!((shown.months.months(), shown.archive), (72, None));
}
