//! Encrypted volumes on a real file system with a real kernel.

use std::{
    fs::{self, File},
    io::{Read, Write},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Command,
};

use ward_docker::volumes::{Volumes, prepare, prepare_loop, remove_loop};
use ward_spine::engine::{EngineError, VolumeKey, VolumeSpec};
use zeroize::Zeroizing;

const MARKER: &[u8] = b"WARD-PLAINTEXT-CANARY-7f3a9c";

/// An ext4 image with encryption, mounted; gone when dropped.
struct Disk {
    dir: tempfile::TempDir,
    path: PathBuf,
}

impl Disk {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let prepared = prepare_loop(dir.path(), 256 << 20).await.unwrap();
        assert!(prepared.changed);
        Self { path: prepared.path, dir }
    }

    fn volumes(&self) -> Volumes {
        Volumes::new(self.path.join("ward"), "test")
    }

    /// Whether the marker stands anywhere in the raw image.
    fn holds_marker(&self) -> bool {
        assert!(Command::new("sync").arg("-f").arg(&self.path).status().unwrap().success());
        let mut image = File::open(self.dir.path().join("volumes.img")).unwrap();
        let (mut window, mut kept) = (vec![0; 1 << 20], 0);
        loop {
            let read = image.read(&mut window[kept..]).unwrap();
            if read == 0 {
                return false;
            }
            let filled = &window[..kept + read];
            if filled.windows(MARKER.len()).any(|bytes| bytes == MARKER) {
                return true;
            }
            let tail = filled[filled.len().saturating_sub(MARKER.len())..].to_vec();
            kept = tail.len();
            window[..kept].copy_from_slice(&tail);
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let status = Command::new("umount").arg(&self.path).status().unwrap();
        assert!(status.success() || std::thread::panicking());
    }
}

fn spec(id: &str) -> VolumeSpec {
    VolumeSpec { id: id.into(), uid_base: 300_000, owner: 999 }
}

fn key(byte: u8) -> VolumeKey {
    VolumeKey(Zeroizing::new(std::array::from_fn(|at| byte ^ u8::try_from(at).unwrap())))
}

fn fill(path: &Path) {
    for number in 0..100 {
        let mut file = File::create(path.join(format!("patient-{number}"))).unwrap();
        file.write_all(&MARKER.repeat(10)).unwrap();
        file.sync_all().unwrap();
    }
}

#[tokio::test]
async fn nothing_of_a_volume_is_readable_on_the_device_or_after_locking() {
    let disk = Disk::new().await;
    let volumes = disk.volumes();
    let path = volumes.unlock(&spec("db-1"), &key(1)).await.unwrap();
    let metadata = fs::metadata(&path).unwrap();
    assert_eq!((metadata.uid(), metadata.gid()), (300_999, 300_999));
    assert_eq!(metadata.permissions().mode() & 0o7777, 0o700);
    fill(&path);
    assert!(!disk.holds_marker());

    volumes.lock("db-1").await.unwrap();
    volumes.lock("db-1").await.unwrap();
    let names: Vec<_> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 100);
    assert!(names.iter().all(|name| !name.to_string_lossy().starts_with("patient")));
    assert!(File::open(path.join(&names[0])).is_err(), "a locked file was opened");
    assert!(File::create(path.join("new")).is_err(), "a file was put into a locked volume");
    let seen = volumes.list().await.unwrap();
    assert!(seen.len() == 1 && seen[0].encrypted && !seen[0].unlocked);

    let path = volumes.unlock(&spec("db-1"), &key(1)).await.unwrap();
    assert_eq!(fs::read(path.join("patient-7")).unwrap(), MARKER.repeat(10));
    assert!(volumes.list().await.unwrap()[0].unlocked);

    // Sabotage: the same outside a volume is found, so the search above can fail.
    fill(&disk.path);
    assert!(disk.holds_marker());
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_does_not_stay_in_the_kernel() {
    let disk = Disk::new().await;
    let volumes = disk.volumes();
    let one = volumes.unlock(&spec("one"), &key(1)).await.unwrap();
    volumes.unlock(&spec("two"), &key(2)).await.unwrap();
    let seen = volumes.list().await.unwrap();
    assert_ne!(seen[0].key_identifier, seen[1].key_identifier);
    fill(&one);
    volumes.lock("one").await.unwrap();
    let error = volumes.unlock(&spec("one"), &key(3)).await.unwrap_err();
    assert!(error.to_string().contains("unlocking volume one"), "{error}");
    assert!(!volumes.list().await.unwrap()[0].unlocked);
    assert_eq!(volumes.list().await.unwrap()[0].key_identifier, seen[0].key_identifier);
}

#[tokio::test]
async fn what_a_crash_left_half_made_is_finished_and_plain_files_are_never_taken() {
    let disk = Disk::new().await;
    let volumes = disk.volumes();
    volumes.unlock(&spec("first"), &key(1)).await.unwrap();
    // Killed after mkdir, before the policy.
    fs::create_dir(disk.path.join("ward/half")).unwrap();
    assert!(!volumes.list().await.unwrap().iter().any(|v| v.id == "half" && v.encrypted));
    let path = volumes.unlock(&spec("half"), &key(2)).await.unwrap();
    fill(&path);
    assert!(!disk.holds_marker());
    // Killed after the policy, before the owner.
    std::os::unix::fs::chown(&path, Some(0), Some(0)).unwrap();
    volumes.unlock(&spec("half"), &key(2)).await.unwrap();
    assert_eq!(fs::metadata(&path).unwrap().uid(), 300_999);
    // Somebody's plain files.
    fs::create_dir(disk.path.join("ward/plain")).unwrap();
    fs::write(disk.path.join("ward/plain/file"), "x").unwrap();
    assert!(volumes.unlock(&spec("plain"), &key(3)).await.is_err());
    // A link to elsewhere.
    std::os::unix::fs::symlink("/etc", disk.path.join("ward/link")).unwrap();
    assert!(volumes.unlock(&spec("link"), &key(4)).await.is_err());
    for id in ["", "..", "a/b", "A", ".hidden"] {
        assert!(volumes.unlock(&spec(id), &key(5)).await.is_err(), "{id:?}");
    }
    // Another instance's directory.
    assert!(Volumes::new(disk.path.join("ward"), "other").unlock(&spec("x"), &key(6)).await.is_err());
}

#[tokio::test]
async fn a_volume_in_use_is_not_locked_and_says_who_uses_it() {
    let disk = Disk::new().await;
    let volumes = disk.volumes();
    let path = volumes.unlock(&spec("busy"), &key(1)).await.unwrap();
    fill(&path);
    let open = File::open(path.join("patient-1")).unwrap();
    let text = match volumes.lock("busy").await.unwrap_err() {
        EngineError::Other { source, .. } => source.to_string(),
        other => panic!("{other}"),
    };
    assert!(text.contains(&format!("({})", std::process::id())) && text.contains("patient-1"), "{text}");
    assert!(volumes.destroy("busy").await.is_err());
    assert!(volumes.list().await.unwrap()[0].unlocked, "a refusal changes nothing");
    drop(open);
    volumes.lock("busy").await.unwrap();
    assert!(matches!(volumes.lock("none").await, Err(EngineError::NotFound { .. })));
}

#[tokio::test]
async fn a_volume_is_destroyed_locked_or_not_and_its_key_forgotten() {
    let disk = Disk::new().await;
    let volumes = disk.volumes();
    for (id, lock) in [("open", false), ("shut", true)] {
        let path = volumes.unlock(&spec(id), &key(1)).await.unwrap();
        fs::create_dir(path.join("sub")).unwrap();
        fill(&path.join("sub"));
        if lock {
            volumes.lock(id).await.unwrap();
        }
        volumes.destroy(id).await.unwrap();
        volumes.destroy(id).await.unwrap();
        assert!(!path.exists());
        assert!(volumes.list().await.unwrap().is_empty());
    }
    let path = volumes.unlock(&spec("open"), &key(1)).await.unwrap();
    assert_eq!(fs::read_dir(path).unwrap().count(), 0);
}

#[tokio::test]
async fn a_file_system_without_the_feature_says_how_to_get_it_and_can_be_prepared() {
    let dir = tempfile::tempdir().unwrap();
    let (image, point) = (dir.path().join("plain.img"), dir.path().join("mnt"));
    File::create(&image).unwrap().set_len(64 << 20).unwrap();
    fs::create_dir(&point).unwrap();
    let run = |program: &str, arguments: &[&Path]| {
        assert!(Command::new(program).args(arguments).status().unwrap().success(), "{program}");
    };
    run("mkfs.ext4", &[Path::new("-q"), Path::new("-F"), Path::new("-O"), Path::new("^encrypt"), &image]);
    run("mount", &[Path::new("-o"), Path::new("loop"), &image, &point]);
    let volumes = Volumes::new(point.join("v"), "test");
    let before = volumes.unlock(&spec("a"), &key(1)).await.unwrap_err();
    let capability = volumes.capability().await;
    let first = prepare(&point).await;
    let second = prepare(&point).await;
    let after = volumes.unlock(&spec("a"), &key(1)).await;
    let destroyed = volumes.destroy("a").await;
    run("umount", &[&point]);
    assert!(before.to_string().contains("tune2fs -O encrypt /dev/loop"), "{before}");
    assert!(!capability.present);
    assert!(first.unwrap().changed && !second.unwrap().changed);
    after.unwrap();
    destroyed.unwrap();

    let shm = prepare(Path::new("/dev/shm")).await.unwrap_err();
    assert!(shm.to_string().contains("tmpfs"), "{shm}");
}

#[tokio::test]
async fn the_image_for_hosts_that_cannot_encrypt_is_made_once_and_taken_away() {
    let dir = tempfile::tempdir().unwrap();
    let first = prepare_loop(dir.path(), 64 << 20).await.unwrap();
    let second = prepare_loop(dir.path(), 64 << 20).await.unwrap();
    assert!(first.changed && !second.changed);
    let volumes = Volumes::new(first.path.join("v"), "test");
    volumes.unlock(&spec("a"), &key(1)).await.unwrap();
    volumes.lock("a").await.unwrap();
    remove_loop(dir.path()).await.unwrap();
    remove_loop(dir.path()).await.unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn the_speed_is_measured_and_leaves_nothing() {
    let disk = Disk::new().await;
    let speed = disk.volumes().probe().await.unwrap();
    assert!(speed.write > 0.0 && speed.read > 0.0);
    assert!(disk.volumes().capability().await.present);
    let left: Vec<_> =
        fs::read_dir(disk.path.join("ward")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, [".ward-instance"]);
}
