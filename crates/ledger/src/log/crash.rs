//! Recorded writes, cut off wherever a crash can cut them.

use std::collections::HashSet;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::time::Duration;

use super::{Log, LogConfig};
use crate::durable::record::{self, Event};
use crate::durable::replay::{Fate, Replay, restore};
use crate::note::Signer;
use crate::verify::verify_dir;

fn config() -> LogConfig {
    let mut config = LogConfig::new(Signer::from_seed("replay.test/log", [9; 32]).unwrap());
    config.segment_bytes = 12 << 10;
    config.publish_every = Duration::from_millis(8);
    config
}

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index} {}", "-".repeat((index * 37 % 90) as usize)).into_bytes()
}

/// Appends up to `size` in batches of changing length.
async fn grow(log: &Log, size: u64) {
    while log.size() < size {
        let from = log.size();
        let to = size.min(from + 1 + from * 7 % 23);
        log.append_all((from..to).map(entry).collect()).await.unwrap();
    }
}

/// The life of a log with rotations, publications, a stop and a second start.
async fn life(root: &Path) -> Vec<Event> {
    record::begin(root);
    let log = Log::open(root.join("log"), config()).unwrap();
    for size in [40, 120, 270] {
        grow(&log, size).await;
        // Long enough for a publication.
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    log.close().await.unwrap();
    let log = Log::open(root.join("log"), config()).unwrap();
    grow(&log, 340).await;
    log.close().await.unwrap();
    record::end(root)
}

/// Opens what a crash left. The log must be there, whole and valid, and take entries again.
async fn survives(root: &Path, acknowledged: u64, on: bool) {
    let dir = root.join("log");
    let log = Log::open(&dir, config()).unwrap();
    let size = log.size();
    assert!(size >= acknowledged, "{size} entries, {acknowledged} were acknowledged");
    let mut found = Vec::new();
    while found.len() < size as usize {
        let page = log.entries(found.len() as u64..size).unwrap();
        assert!(!page.is_empty(), "entry {} of {size} cannot be read", found.len());
        found.extend(page);
    }
    assert!(found.iter().all(|(index, found)| *found == entry(*index)), "an entry differs");
    if on {
        grow(&log, size + 5).await;
    }
    let size = log.size();
    log.close().await.unwrap();
    let report = verify_dir(&dir, log.verifier_key(), &mut |_| {}).unwrap();
    assert_eq!((report.size, report.notes.len()), (size, 0));
}

fn is_sync(event: &Event) -> bool {
    matches!(event, Event::Sync { .. } | Event::SyncDir(_))
}

/// An event without the bytes that it writes.
fn name(event: &Event) -> String {
    match event {
        Event::Write { file, offset, bytes } => format!("{} bytes at {offset} of file {file}", bytes.len()),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn recorded_writes_cut_off_anywhere_lose_nothing_acknowledged() {
    let memory = Path::new("/dev/shm");
    let base = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let (live, copy) = (base.path().join("live"), base.path().join("copy"));
    fs::create_dir(&live).unwrap();
    let events = life(&live).await;
    let count = |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
    let syncs = count(is_sync);
    let batches = count(|event| matches!(event, Event::Acknowledge(_)));
    assert!(syncs > 80 && batches > 20, "{syncs} syncs and {batches} batches are no life");
    #[expect(clippy::disallowed_methods, reason = "says how much is tried, for whoever has the time")]
    let all = std::env::var_os("REPLAY_ALL").is_some();
    let mut replay = Replay::default();
    let mut seen = HashSet::new();
    for (cut, event) in events.iter().enumerate() {
        replay.step(event);
        // Always right before and after a sync; elsewhere sometimes, or everywhere if asked.
        let next = events.get(cut + 1);
        let boundary = [Some(event), next].into_iter().flatten().any(is_sync);
        if !all && !boundary && !cut.is_multiple_of(8) {
            continue;
        }
        let seed = cut as u64;
        let common = [Fate::Gone, Fate::There, [Fate::Torn(seed), Fate::Any(seed)][cut % 2]];
        let rare = [Fate::Torn(!seed), Fate::Any(!seed), Fate::NamesOnly, Fate::ContentOnly];
        let fates = common.into_iter().chain(rare.into_iter().filter(|_| all));
        for fate in fates {
            let files = replay.crash(fate);
            let mut hasher = DefaultHasher::new();
            (&files, replay.acknowledged).hash(&mut hasher);
            if !seen.insert(hasher.finish()) {
                continue;
            }
            restore(&copy, &files);
            println!("cut {cut} after {}, {fate:?}, {} acknowledged", name(event), replay.acknowledged);
            survives(&copy, replay.acknowledged, seen.len().is_multiple_of(8)).await;
        }
    }
    println!("{} events, {syncs} syncs, {} different states opened", events.len(), seen.len());
}
