//! Logs for the tests.

use std::fs;
use std::path::Path;
use std::time::Duration;

use ward_ledger::verify::{Finding, Report, verify_dir};
use ward_ledger::{Log, LogConfig, Signer, VerifierKey};

pub(crate) const ORIGIN: &str = "ledger.test/log";

/// A directory in memory where there is one: these tests write much, and what they show does not depend on the
/// disk.
pub(crate) fn tempdir() -> std::io::Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }
}

pub(crate) fn signer() -> Signer {
    Signer::from_seed(ORIGIN, [42; 32]).unwrap()
}

pub(crate) fn key() -> VerifierKey {
    signer().verifier_key().clone()
}

/// Publishes only when asked, so that tests decide what has tiles.
pub(crate) fn config() -> LogConfig {
    let mut config = LogConfig::new(signer());
    config.publish_every = Duration::from_secs(3600);
    config
}

/// Entry `index` of every test log.
pub(crate) fn entry(index: u64) -> Vec<u8> {
    format!("entry {index} {}", "-".repeat((index % 40) as usize)).into_bytes()
}

/// Appends entries up to `size`, in batches of `step`.
pub(crate) async fn grow(log: &Log, size: u64, step: u64) {
    while log.size() < size {
        let from = log.size();
        let batch = (from..size.min(from + step)).map(entry).collect();
        assert_eq!(log.append_all(batch).await.unwrap().index, from);
    }
}

/// A closed log of `size` entries in batches of `step`, with small segments.
pub(crate) async fn closed(dir: &Path, size: u64, step: u64) {
    let mut config = config();
    config.segment_bytes = 16 << 10;
    let log = Log::open(dir, config).unwrap();
    grow(&log, size, step).await;
    log.close().await.unwrap();
}

pub(crate) fn verify(dir: &Path) -> Result<Report, Finding> {
    verify_dir(dir, &key(), &mut |_| {})
}

/// Every file under `dir`, with its content.
pub(crate) fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

pub(crate) fn restore(dir: &Path, files: &[(String, Vec<u8>)]) {
    let _ = fs::remove_dir_all(dir);
    for (name, bytes) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
