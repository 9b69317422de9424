//! The process is killed while it archives and prunes: nothing is lost, nothing is done twice.

use std::{
    io::{BufRead, BufReader, Read as _},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use ward_custody::{archive, retention};
use ward_ledger::{
    source::Folder,
    verify::{Trust, verify_series},
};
use ward_model::{
    ledger::{EntryKind, LedgerQuery},
    retention::{Pruning, SetRetention, ShardState},
};
use ward_testkit::TestServer;

use crate::archivist::{Archivist, SIX_YEARS};

/// How often it is killed. `cargo test` must stay quick; the number is not a limit.
const KILLS: u64 = 14;
const SHARDS: usize = 3;
const DIR: &str = "WARD_TEST_DIR";

async fn world(dir: &Path) -> Archivist {
    Archivist::keeping(TestServer::at(&dir.join("ward")).await, &dir.join("archive")).await
}

/// What is killed: opens everything, archives, prunes.
#[tokio::test]
#[ignore = "run by the test below, in a process of its own"]
#[expect(clippy::disallowed_methods, reason = "a program for one test")]
async fn archives_and_prunes_until_it_is_killed() {
    let dir = std::env::var(DIR).unwrap();
    let world = world(Path::new(&dir)).await;
    world.server.clock.advance(SIX_YEARS);
    println!("begins");
    for _ in 0..3 {
        println!("{} {}", world.archive().await, world.prune().await);
    }
    println!("ends");
}

#[tokio::test]
async fn killed_at_any_moment_each_shard_is_here_or_archived_and_in_the_end_all_are() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("archive")).unwrap();
    let before = world(dir.path()).await;
    let mut shards = Vec::new();
    for _ in 0..SHARDS {
        shards.push(before.close_shard().await);
    }
    let wish = SetRetention { pruning: Some(Pruning::AfterRetention), ..SetRetention::default() };
    retention::set(&before.owner(), None, wish).await.unwrap();
    before.server.core.audit.settle().await.unwrap();
    let log = before.series().dir().to_owned();
    before.server.core.audit.close().await.unwrap();
    before.server.core.db.close().await;
    drop(before);
    let mut dice = 0x9e37_79b9_7f4a_7c15u64;
    let mut ended = 0;
    for kill in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["killed::archives_and_prunes_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
            .env_clear()
            .env(DIR, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.ends_with("begins\n") {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0, "it did not begin");
        }
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(u64::from(child.id()) + kill);
        std::thread::sleep(Duration::from_millis((dice >> 33) % 700));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        ended += usize::from(rest.contains("ends\n"));
        for shard in &shards {
            let marked = log.join(format!("{shard}.archived")).is_file();
            assert!(
                marked || log.join(shard).join("checkpoint").is_file(),
                "{shard} is neither here nor archived"
            );
        }
    }
    let world = world(dir.path()).await;
    world.server.clock.advance(SIX_YEARS);
    for _ in 0..3 {
        world.archive().await;
        world.prune().await;
    }
    for shard in &shards {
        let status = world.status(shard).await;
        assert_eq!((status.state, status.problem.clone()), (ShardState::Pruned, None));
        archive::restore(&world.owner(), None, shard).await.unwrap();
        assert!(world.archive().await.contains("brought back"), "{shard}");
    }
    let series = world.series();
    let trust = Trust { keys: vec![series.shards()[0].key.clone()], live: true, ..Trust::default() };
    verify_series(&Folder::new(series.dir()), &trust, &mut |_| {}).unwrap();
    // Every attempt that is still here has exactly one outcome.
    world.server.core.audit.settle().await.unwrap();
    let query = LedgerQuery { limit: Some(200), ..LedgerQuery::default() };
    let entries = world.server.core.audit.search(None, &query).await.unwrap().items;
    for attempt in entries.iter().filter(|e| e.event.kind == EntryKind::Attempt) {
        let outcomes = entries
            .iter()
            .filter(|e| e.event.kind == EntryKind::Outcome && e.event.attempt == attempt.event.attempt);
        assert_eq!(outcomes.count(), 1, "{:?}", attempt.event);
    }
    let objects = std::fs::read_dir(world.archive_dir()).unwrap().count();
    assert_eq!(objects, 1, "one installation");
    assert!(ended < usize::try_from(KILLS).unwrap(), "it was never killed at work");
}
