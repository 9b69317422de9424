//! Crashes: a killed writer, and the write-ahead log cut at every byte.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use ward_ledger::wal::{Decoded, decode_batch};
use ward_ledger::{Log, LogConfig, OpenError, Signer, verify};

use crate::fixture::{config, entry, files, grow, restore, tempdir, verify};

/// How often the writer is killed: `KILLS` in the environment, or few enough for a quick test.
fn kills() -> u32 {
    #[expect(clippy::disallowed_methods, reason = "says how much is tried, for whoever has the time")]
    let asked = std::env::var("KILLS").ok();
    asked.map_or(60, |text| text.parse().expect("KILLS is a number"))
}

fn writer() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join("examples/ledger-writer")
}

#[tokio::test]
async fn a_killed_writer_loses_nothing_acknowledged() {
    let dir = tempdir().unwrap();
    let log = dir.path().join("log");
    let signer = || Signer::from_seed("crash.test/log", [7; 32]).unwrap();
    let mut acknowledged: BTreeMap<u64, String> = BTreeMap::new();
    let mut dice = 0x9e37_79b9_7f4a_7c15u64;
    let mut cuts = 0;
    let kills = kills();
    for kill in 0..kills {
        let mut child = Command::new(writer()).arg(&log).env_clear().stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let read = std::thread::spawn(move || {
            let mut text = String::new();
            lines.read_line(&mut text).unwrap();
            (text, lines)
        });
        // Most kills hit the writer at work, some while it opens the log.
        if kill % 8 != 7 {
            while !read.is_finished() {
                std::thread::sleep(Duration::from_micros(200));
            }
        }
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(u64::from(child.id()));
        std::thread::sleep(Duration::from_micros((dice >> 33) % 40_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let (mut text, mut lines) = read.join().unwrap();
        lines.read_to_string(&mut text).unwrap();
        // A line that the kill cut short acknowledges nothing.
        for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            let (index, content) = line.split_once(' ').unwrap();
            assert_eq!(acknowledged.insert(index.parse().unwrap(), content.to_owned()), None);
        }
        if kill % kills.div_ceil(10) == 0 && log.join("head").exists() {
            let report = verify::verify_dir(&log, signer().verifier_key(), &mut |_| {}).unwrap();
            cuts += report.notes.len();
        }
    }
    let log = Log::open(&log, LogConfig::new(signer())).unwrap();
    let mut found = BTreeMap::new();
    while let Some((last, _)) = log.entries(found.len() as u64..u64::MAX).unwrap().last() {
        let from = found.len() as u64;
        found.extend(log.entries(from..last + 1).unwrap());
    }
    for (index, content) in &acknowledged {
        assert_eq!(found[index], content.as_bytes(), "entry {index}");
    }
    assert!(acknowledged.len() > kills as usize, "the writer did not get to work");
    log.close().await.unwrap();
    let report = verify::verify_dir(log.dir(), signer().verifier_key(), &mut |_| {}).unwrap();
    assert_eq!(report.size, found.len() as u64);
    println!(
        "{kills} kills, {} acknowledged, {} found, 0 lost, {cuts} torn batches seen",
        acknowledged.len(),
        found.len()
    );
}

/// Ends of the batches of a segment.
fn ends(segment: &[u8]) -> Vec<usize> {
    let mut ends = vec![4096];
    while let Decoded::Batch(batch) = decode_batch(segment, *ends.last().unwrap()) {
        ends.push(batch.end);
    }
    ends
}

#[tokio::test]
async fn the_write_ahead_log_cut_at_any_byte_opens_at_the_last_whole_batch() {
    let dir = tempdir().unwrap();
    let (live, copy) = (dir.path().join("live"), dir.path().join("copy"));
    let log = Log::open(&live, config()).unwrap();
    grow(&log, 300, 50).await;
    log.close().await.unwrap();
    let log = Log::open(&live, config()).unwrap();
    grow(&log, 309, 3).await;
    // As a crash would leave it: nothing published since.
    let snapshot = files(&live);
    log.close().await.unwrap();
    let name = "wal/00000000000000000000.seg";
    let segment = &snapshot.iter().find(|(path, _)| path == name).unwrap().1;
    let ends = ends(segment);
    let tail = &ends[ends.len() - 4..];
    for cut in tail[0]..=tail[3] {
        // Zeros after the cut, as in a segment that was zeroed ahead, take longer to look through.
        for zeros in [false].into_iter().chain((cut % 8 == 0 || tail.contains(&(cut + 1))).then_some(true)) {
            restore(&copy, &snapshot);
            let mut cut_segment = segment[..cut].to_vec();
            if zeros {
                cut_segment.resize(segment.len(), 0);
            }
            fs::write(copy.join(name), &cut_segment).unwrap();
            // With zeros after the cut, a batch that ends in a zero byte is whole one byte early.
            let is_whole = |end: &&usize| cut_segment.get(..**end) == segment.get(..**end);
            let whole = tail.iter().filter(is_whole).count() as u64 - 1;
            let report = verify(&copy).unwrap();
            assert_eq!(report.size, 300 + 3 * whole);
            let rest = cut_segment.get(tail[whole as usize]..).unwrap();
            assert_eq!(report.notes.is_empty(), rest.iter().all(|byte| *byte == 0), "cut at {cut}");
            let log = Log::open(&copy, config()).unwrap();
            assert_eq!(log.size(), 300 + 3 * whole, "cut at {cut}");
            if cut % 16 == 0 {
                // And goes on from there.
                grow(&log, 320, 4).await;
                assert_eq!(log.entry(319).unwrap(), entry(319));
                log.close().await.unwrap();
                assert_eq!(verify(&copy).unwrap().size, 320);
            } else {
                log.close().await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_damaged_batch_before_valid_ones_is_named_and_never_cut_off() {
    let dir = tempdir().unwrap();
    let (live, copy) = (dir.path().join("live"), dir.path().join("copy"));
    let log = Log::open(&live, config()).unwrap();
    grow(&log, 12, 3).await;
    let snapshot = files(&live);
    log.close().await.unwrap();
    let name = "wal/00000000000000000000.seg";
    let segment = &snapshot.iter().find(|(path, _)| path == name).unwrap().1;
    let ends = ends(segment);
    for at in (ends[1]..ends[2]).step_by(5) {
        restore(&copy, &snapshot);
        let mut damaged = segment.clone();
        damaged[at] ^= 1;
        fs::write(copy.join(name), &damaged).unwrap();
        let error = Log::open(&copy, config()).unwrap_err();
        let OpenError::Damaged { place, entry, .. } = &error else { panic!("{error}") };
        assert_eq!((place.as_str(), *entry), (format!("{name} at byte {}", ends[1]).as_str(), 3));
        assert!(fs::read(copy.join(name)).unwrap() == damaged, "the damaged segment was changed");
        let finding = verify(&copy).unwrap_err();
        assert!(finding.entry.is_some_and(|entry| (3..6).contains(&entry)), "{finding}");
    }
}

#[tokio::test]
async fn a_log_shorter_than_its_head_is_refused() {
    let dir = tempdir().unwrap();
    let log = Log::open(dir.path(), config()).unwrap();
    grow(&log, 40, 4).await;
    log.close().await.unwrap();
    let path = dir.path().join("wal/00000000000000000000.seg");
    let ends = ends(&fs::read(&path).unwrap());
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(ends[ends.len() - 2] as u64).unwrap();
    let error = Log::open(dir.path(), config()).unwrap_err();
    assert!(matches!(error, OpenError::RolledBack { expected: 40, found: 36, .. }), "{error}");
    fs::remove_file(dir.path().join("head")).unwrap();
    assert!(matches!(Log::open(dir.path(), config()), Err(OpenError::HeadMissing)));
}

#[tokio::test]
async fn an_entry_that_looks_like_a_batch_does_not_make_a_torn_write_look_like_damage() {
    let dir = tempdir().unwrap();
    let (live, copy) = (dir.path().join("live"), dir.path().join("copy"));
    let log = Log::open(&live, config()).unwrap();
    grow(&log, 9, 3).await;
    let name = "wal/00000000000000000000.seg";
    let before = fs::read(live.join(name)).unwrap();
    let ends_before = ends(&before);
    // A batch that this very log signed, as the content of an entry.
    log.append(before[ends_before[0]..ends_before[1]].to_vec()).await.unwrap();
    let snapshot = files(&live);
    log.close().await.unwrap();
    let torn_at = *ends_before.last().unwrap();
    restore(&copy, &snapshot);
    let mut torn = fs::read(copy.join(name)).unwrap();
    // The sector with the head of the batch did not reach the disk, the rest did.
    torn[torn_at..torn_at + 24].fill(0);
    fs::write(copy.join(name), &torn).unwrap();
    let log = Log::open(&copy, config()).unwrap();
    assert_eq!(log.size(), 9);
    grow(&log, 20, 1).await;
    log.close().await.unwrap();
    assert_eq!(verify(&copy).unwrap().size, 20);
}
