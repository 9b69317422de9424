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

#[expect(clippy::print_stdout, reason = "a figure to read with --nocapture")]
fn back_after(what: &str, begun: Instant) {
    let test = std::thread::current();
    println!("{}: {what} back after {:?}", test.name().unwrap_or_default(), begun.elapsed());
}

/// Appends until it works again; the time it took.
async fn service_returns(log: &Log) -> Duration {
    let begun = Instant::now();
    while log.append(entry(log.size())).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(2), "not back within two seconds");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    back_after("appends", begun);
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
async fn a_file_made_for_the_next_segment_may_vanish_or_be_swapped() {
    for swapped in [false, true] {
        let dir = tempdir().unwrap();
        let mut config = config();
        config.segment_bytes = 64 << 10;
        let log = Log::open(dir.path(), config).unwrap();
        let spare = dir.path().join("wal/next.tmp");
        let begun = Instant::now();
        while !fs::metadata(&spare).is_ok_and(|meta| meta.len() == 64 << 10) {
            assert!(begun.elapsed() < Duration::from_secs(5), "nothing is made ahead");
            log.append(entry(log.size())).await.unwrap();
        }
        if swapped {
            fs::write(dir.path().join("other"), "something else").unwrap();
            fs::rename(dir.path().join("other"), &spare).unwrap();
        } else {
            fs::remove_file(&spare).unwrap();
        }
        let mut refused = 0;
        while log.size() < 800 {
            match log.append_all((log.size()..log.size() + 10).map(entry).collect()).await {
                Ok(_) => {}
                Err(AppendError::Refused(_)) => refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
        assert!(refused <= 1, "refused {refused} times");
        assert!(verify(dir.path()).is_ok_and(|report| report.segments > 1));
        all_there(&log, dir.path()).await;
        assert!(!spare.exists());
    }
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
    back_after("status", begun);
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
    back_after("appends", begun);
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

/// An ext4 file system in an image, whose error makes it read-only, as on a real disk.
struct LoopDisk {
    image: PathBuf,
    point: PathBuf,
    _dir: TempDir,
}

impl LoopDisk {
    fn mount() -> Self {
        let dir = tempdir().unwrap();
        let (image, point) = (dir.path().join("image"), dir.path().join("point"));
        fs::File::create(&image).unwrap().set_len(32 << 20).unwrap();
        fs::create_dir(&point).unwrap();
        run("mkfs.ext4", &["-q", "-F", "-m", "0", "-E", "lazy_itable_init=0", image.to_str().unwrap()]);
        let disk = Self { image, point, _dir: dir };
        disk.mount_again();
        disk
    }

    fn mount_again(&self) {
        let options = "loop,errors=remount-ro";
        run("mount", &["-o", options, self.image.to_str().unwrap(), self.point.to_str().unwrap()]);
    }

    /// What the kernel does when it meets an error in the file system, with files open for writing.
    fn turn_read_only(&self) {
        run("mount", &["-o", "remount,abort", self.point.to_str().unwrap()]);
    }

    /// Unmounts it, as for a check and repair. Only works when nobody has files open on it.
    async fn unmount(&self) -> Duration {
        let begun = Instant::now();
        loop {
            let point = self.point.to_str().unwrap();
            if Command::new("/usr/bin/umount").arg(point).env_clear().output().unwrap().status.success() {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < Duration::from_secs(2), "the log keeps the file system busy");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for LoopDisk {
    fn drop(&mut self) {
        let _ = Command::new("/usr/bin/umount").arg("-l").arg(&self.point).env_clear().output();
    }
}

#[tokio::test]
async fn a_file_system_gone_read_only_is_let_go_of_and_service_returns_when_it_is_mounted_again() {
    let disk = LoopDisk::mount();
    let root = disk.point.join("log");
    let mut config = config();
    config.publish_every = Duration::from_millis(50);
    let log = Log::open(&root, config).unwrap();
    grow(&log, 700, 7).await;
    disk.turn_read_only();
    let error = log.append(entry(700)).await.unwrap_err();
    let uncertain = matches!(error, AppendError::Uncertain(_));
    let Status::Refusing(reason) = log.status() else { panic!("{:?}", log.status()) };
    assert!(reason.to_lowercase().contains("read-only"), "{reason}");
    assert!(matches!(log.append(entry(700)).await, Err(AppendError::Refused(_))));
    assert_eq!(log.size(), 700);
    disk.unmount().await;
    // What is not mounted is not written to.
    for _ in 0..3 {
        assert!(matches!(log.append(entry(700)).await, Err(AppendError::Refused(_))));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert_eq!(crate::fixture::files(&disk.point), vec![]);
    assert_eq!(fs::read_dir(&disk.point).unwrap().count(), 0);
    let checked = Command::new("/usr/sbin/e2fsck").arg("-fy").arg(&disk.image).env_clear().output().unwrap();
    assert!(matches!(checked.status.code(), Some(0 | 1)), "{checked:?}");
    disk.mount_again();
    let begun = Instant::now();
    while log.status() != Status::Writable {
        assert!(begun.elapsed() < Duration::from_secs(2), "not back: {:?}", log.status());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    back_after("status", begun);
    // The uncertain entry was signed, so it is there.
    assert_eq!(log.size(), 700 + u64::from(uncertain));
    grow(&log, 720, 1).await;
    all_there(&log, &root).await;
}

#[tokio::test]
async fn a_log_that_somebody_wrote_to_while_its_file_system_was_lost_stays_closed() {
    let disk = LoopDisk::mount();
    let root = disk.point.join("log");
    let log = Log::open(&root, config()).unwrap();
    grow(&log, 40, 4).await;
    disk.turn_read_only();
    assert!(log.append(entry(40)).await.is_err());
    disk.unmount().await;
    // Mounted elsewhere, so that this log does not see it.
    let elsewhere = tempdir().unwrap();
    run("mount", &["-o", "loop", disk.image.to_str().unwrap(), elsewhere.path().to_str().unwrap()]);
    let other = Log::open(elsewhere.path().join("log"), config()).unwrap();
    grow(&other, 60, 5).await;
    other.close().await.unwrap();
    run("umount", &[elsewhere.path().to_str().unwrap()]);
    disk.mount_again();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let error = log.append(entry(41)).await.unwrap_err();
        assert!(error.to_string().contains("somebody else wrote"), "{error}");
    }
    assert!(log.close().await.is_err());
    assert_eq!(verify(&root).unwrap().size, 60);
}

#[tokio::test]
async fn a_head_that_this_log_did_not_write_stops_it_until_its_own_is_back() {
    let dir = tempdir().unwrap();
    let mut config = config();
    config.publish_every = Duration::from_millis(5);
    let log = Log::open(dir.path(), config).unwrap();
    let head = dir.path().join("head");
    let first = fs::read(&head).unwrap();
    grow(&log, 30, 5).await;
    let published = |size: u64| {
        let text = fs::read_to_string(&head).unwrap();
        text.lines().nth(1) == Some(size.to_string().as_str())
    };
    let begun = Instant::now();
    while !published(30) {
        assert!(begun.elapsed() < Duration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // An older head of this very log, well signed; and none at all.
    for other in [Some(first), None] {
        let own = fs::read(&head).unwrap();
        match &other {
            Some(bytes) => fs::write(&head, bytes).unwrap(),
            None => fs::remove_file(&head).unwrap(),
        }
        let begun = Instant::now();
        let error = loop {
            match log.append(entry(log.size())).await {
                Err(error) => break error,
                Ok(_) => assert!(begun.elapsed() < Duration::from_secs(2), "the head is not compared"),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        assert!(matches!(&error, AppendError::Refused(reason) if reason.contains("head")), "{error}");
        assert!(matches!(log.status(), Status::Refusing(_)));
        assert_eq!(fs::read(&head).ok(), other, "the head was overwritten");
        fs::write(&head, &own).unwrap();
        service_returns(&log).await;
        let begun = Instant::now();
        while !published(log.size()) {
            assert!(begun.elapsed() < Duration::from_secs(2));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    all_there(&log, dir.path()).await;
}
