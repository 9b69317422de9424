//! Fails closed, loses nothing, and comes back by itself.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use ward_ledger::{AppendError, Log, Status};

use crate::fixture::{config, entry, grow, tempdir, verify};

const SEGMENT: &str = "wal/00000000000000000000.seg";

/// Appends until it works again; the time it took.
async fn service_returns(log: &Log) -> Duration {
    let begun = Instant::now();
    while log.append(entry(log.size())).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(2), "not back within two seconds");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    begun.elapsed()
}

async fn all_there(log: &Log, dir: &Path) {
    let size = log.size();
    for index in 0..size {
        assert_eq!(log.entry(index).unwrap(), entry(index));
    }
    log.close().await.unwrap();
    assert_eq!(verify(dir).unwrap().size, size);
    let log = Log::open(dir, config()).unwrap();
    assert_eq!(log.size(), size);
    log.close().await.unwrap();
}

/// Does something to the segment under a running log, and expects refusal, then recovery.
async fn meddle(deed: impl Fn(&Path)) -> (TempDir, Log) {
    let dir = tempdir().unwrap();
    let log = Log::open(dir.path(), config()).unwrap();
    grow(&log, 50, 5).await;
    deed(&dir.path().join(SEGMENT));
    let error = log.append(entry(50)).await.unwrap_err();
    assert!(matches!(&error, AppendError::Refused(reason) if reason.contains("seg")), "{error}");
    assert!(matches!(log.status(), Status::Refusing(_)));
    assert_eq!(log.size(), 50);
    service_returns(&log).await;
    assert_eq!(log.status(), Status::Writable);
    assert_eq!(log.size(), 51);
    (dir, log)
}

#[tokio::test]
async fn a_segment_removed_underneath_is_noticed_and_restored() {
    let (dir, log) = meddle(|segment| fs::remove_file(segment).unwrap()).await;
    all_there(&log, dir.path()).await;
}

#[tokio::test]
async fn a_segment_replaced_underneath_is_noticed_and_put_aside() {
    let (dir, log) = meddle(|segment| {
        let copy = segment.with_extension("copy");
        fs::copy(segment, &copy).unwrap();
        fs::rename(&copy, segment).unwrap();
    })
    .await;
    all_there(&log, dir.path()).await;
    assert_eq!(verify(dir.path()).unwrap().notes.len(), 1);
}

#[tokio::test]
async fn a_segment_truncated_underneath_is_noticed_and_restored() {
    let (dir, log) =
        meddle(|segment| OpenOptions::new().write(true).open(segment).unwrap().set_len(5000).unwrap()).await;
    all_there(&log, dir.path()).await;
}

#[tokio::test]
async fn a_segment_whose_entries_are_published_is_restored_from_tiles() {
    let dir = tempdir().unwrap();
    let mut config = config();
    config.publish_every = Duration::from_millis(5);
    let log = Log::open(dir.path(), config).unwrap();
    grow(&log, 1000, 10).await;
    while !dir.path().join("tile/0/002").exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    fs::remove_file(dir.path().join(SEGMENT)).unwrap();
    assert!(log.append(entry(1000)).await.is_err());
    service_returns(&log).await;
    all_there(&log, dir.path()).await;
}

#[tokio::test]
async fn without_its_folder_or_its_lock_the_log_stays_closed_until_they_are_back() {
    let dir = tempdir().unwrap();
    for name in ["wal", "lock"] {
        let root = dir.path().join(format!("log-{name}"));
        let log = Log::open(&root, config()).unwrap();
        grow(&log, 20, 2).await;
        fs::rename(root.join(name), root.join("elsewhere")).unwrap();
        for _ in 0..3 {
            assert!(matches!(log.append(entry(20)).await, Err(AppendError::Refused(_))));
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        fs::rename(root.join("elsewhere"), root.join(name)).unwrap();
        service_returns(&log).await;
        all_there(&log, &root).await;
    }
}

/// A small tmpfs, unmounted at the end.
struct SmallDisk(PathBuf, #[expect(dead_code, reason = "removes the mount point at the end")] TempDir);

impl SmallDisk {
    fn mount(kib: u32) -> Option<Self> {
        let dir = tempdir().unwrap();
        let size = format!("size={kib}k");
        let mounted = Command::new("/usr/bin/mount")
            .args(["-t", "tmpfs", "-o", &size, "none"])
            .arg(dir.path())
            .env_clear()
            .status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(dir.path().to_owned(), dir))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("/usr/bin/umount").arg("-l").arg(&self.0).env_clear().status();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_entries_and_service_returns_with_the_space() {
    let Some(disk) = SmallDisk::mount(2048) else {
        panic!("this test mounts a tmpfs: run it as root");
    };
    let root = disk.0.join("log");
    let log = Log::open(&root, config()).unwrap();
    grow(&log, 100, 10).await;
    let filler = disk.0.join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
    let mut acknowledged = log.size();
    let refusal = loop {
        match log.append(entry(acknowledged)).await {
            Ok(done) => {
                assert_eq!(done.index, acknowledged);
                acknowledged += 1;
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(&refusal, AppendError::Refused(reason) if reason.contains("space")), "{refusal}");
    assert_eq!(log.size(), acknowledged);
    assert!(matches!(log.status(), Status::Refusing(_)));
    // Still refused while the cause lasts, and all that was acknowledged can be read.
    assert!(log.append(entry(acknowledged)).await.is_err());
    assert_eq!(log.entry(acknowledged - 1).unwrap(), entry(acknowledged - 1));
    drop(file);
    fs::remove_file(&filler).unwrap();
    let begun = Instant::now();
    while log.status() != Status::Writable {
        assert!(begun.elapsed() < Duration::from_secs(2), "the status does not follow");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    service_returns(&log).await;
    all_there(&log, &root).await;
}

#[tokio::test]
async fn tiles_that_cannot_be_written_are_shown_and_lose_nothing() {
    let dir = tempdir().unwrap();
    let mut config = config();
    config.publish_every = Duration::from_millis(5);
    let log = Log::open(dir.path(), config).unwrap();
    // A file where the folder must be.
    fs::write(dir.path().join("tile"), "").unwrap();
    grow(&log, 600, 10).await;
    let begun = Instant::now();
    while !matches!(log.status(), Status::Unpublished(_)) {
        assert!(begun.elapsed() < Duration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(log.entry(5).unwrap(), entry(5));
    fs::remove_file(dir.path().join("tile")).unwrap();
    all_there(&log, dir.path()).await;
}

fn run(program: &str, args: &[&str]) {
    let done =
        Command::new(program).args(args).env_clear().env("PATH", "/usr/sbin:/usr/bin").output().unwrap();
    assert!(done.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A file system in an image that its own disk cannot hold: the kernel finds out when it writes back.
struct Overcommitted {
    // Unmounted in this order.
    above: SmallDisk,
    below: SmallDisk,
}

impl Overcommitted {
    fn mount() -> Self {
        let below = SmallDisk::mount(4096).expect("this test mounts a tmpfs: run it as root");
        let image = below.0.join("image");
        fs::File::create(&image).unwrap().set_len(24 << 20).unwrap();
        run("mkfs.ext2", &["-q", "-F", "-m", "0", image.to_str().unwrap()]);
        let point = tempdir().unwrap();
        run("mount", &["-o", "loop", image.to_str().unwrap(), point.path().to_str().unwrap()]);
        Self { above: SmallDisk(point.path().to_owned(), point), below }
    }

    /// Takes what is left below.
    fn fill(&self) {
        let mut filler = fs::File::create(self.below.0.join("filler")).unwrap();
        while filler.write_all(&[1; 4096]).is_ok() {}
    }

    fn relieve(&self) {
        fs::remove_file(self.below.0.join("filler")).unwrap();
        run("mount", &["-o", "remount,size=64m", self.below.0.to_str().unwrap()]);
    }
}

/// Meets an input/output error, and returns whether the first one left its entry uncertain.
async fn input_output_error(segment_bytes: u64) -> bool {
    let disk = Overcommitted::mount();
    let root = disk.above.0.join("log");
    let mut config = config();
    config.segment_bytes = segment_bytes;
    let log = Log::open(&root, config).unwrap();
    grow(&log, 100, 10).await;
    disk.fill();
    let large = |index: u64| [&index.to_be_bytes()[..], &[7; 60_000]].concat();
    let error = loop {
        let next = log.size();
        match log.append(large(next)).await {
            Ok(done) => assert_eq!(done.index, next),
            Err(error) => break error,
        }
    };
    let size = log.size();
    assert!(matches!(log.append(b"refused".to_vec()).await, Err(AppendError::Refused(_))));
    assert_eq!(log.size(), size);
    disk.relieve();
    let begun = Instant::now();
    while log.append(b"after".to_vec()).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(2), "not back within two seconds: {:?}", log.status());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let uncertain = matches!(error, AppendError::Uncertain(_));
    for index in 0..size {
        assert_eq!(log.entry(index).unwrap(), if index < 100 { entry(index) } else { large(index) });
    }
    // An uncertain entry was signed over, so it is there, once, before anything new.
    let next = if uncertain { large(size) } else { b"after".to_vec() };
    assert_eq!(log.entry(size).unwrap(), next, "{error}");
    assert_eq!(log.entry(log.size() - 1).unwrap(), b"after");
    log.close().await.unwrap();
    let report = verify(&root).unwrap();
    assert_eq!(report.size, log.size());
    uncertain
}

#[tokio::test]
async fn an_input_output_error_leaves_the_entry_uncertain_and_the_log_recovers() {
    assert!(input_output_error(16 << 20).await);
}

#[tokio::test]
async fn an_input_output_error_while_a_segment_begins_loses_nothing() {
    input_output_error(64 << 10).await;
}
