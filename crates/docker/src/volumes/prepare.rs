//! Makes a file system able to encrypt directories. Only the install step calls this, and says so.

use std::{
    fs,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::{Path, PathBuf},
    time::Duration,
};

use nix::{
    errno::Errno,
    sys::stat::{Mode, SFlag, major, makedev, minor, mknod},
};
use ward_spine::engine::EngineError;

use super::kernel;
use crate::{child, podman::broken};

const LIMIT: Duration = Duration::from_secs(120);

/// Where encrypted volumes can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Directory on a file system that can encrypt.
    pub path: PathBuf,
    /// Its device, as far as it is known.
    pub device: String,
    /// Whether this call changed something.
    pub changed: bool,
    /// What was found or done, for people.
    pub detail: String,
}

/// Whether directories below `path` can be encrypted; the error says what to do.
pub(super) fn check(path: &Path) -> Result<(), EngineError> {
    let directory = fs::File::open(path).map_err(|e| broken(format!("opening {}", path.display()), e))?;
    match kernel::policy(&directory) {
        Ok(_) => Ok(()),
        Err(Errno::EOPNOTSUPP) => {
            let device = Mounted::find(path).map_or_else(|| "<device>".into(), |mounted| mounted.source);
            Err(lacks(format!(
                "the file system of {} has the feature off: tune2fs -O encrypt {device}",
                path.display()
            )))
        }
        Err(Errno::ENOTTY) => {
            let kind = Mounted::find(path).map_or_else(|| "this file system".into(), |mounted| mounted.kind);
            Err(lacks(format!(
                "{} is on {kind}, which cannot encrypt directories; use ext4 (LUKS below other file systems is not \
                 supported yet)",
                path.display()
            )))
        }
        Err(error) => Err(broken(format!("asking for the encryption of {}", path.display()), error)),
    }
}

/// Enables encryption on the ext4 file system that holds `path`, with `tune2fs -O encrypt`. It can stay mounted.
///
/// # Errors
/// [`EngineError::Unsupported`] if it is no ext4 or its device can't be reached; [`prepare_loop`] is the way then.
pub async fn prepare(path: &Path) -> Result<Prepared, EngineError> {
    let mounted = Mounted::find(path).ok_or_else(|| lacks(format!("no mount holds {}", path.display())))?;
    let done = |changed: bool, device: &str, detail: String| Prepared {
        path: path.to_owned(),
        device: device.to_owned(),
        changed,
        detail,
    };
    if check(path).is_ok() {
        return Ok(done(false, &mounted.source, format!("{} can encrypt directories", mounted.source)));
    }
    if mounted.kind != "ext4" {
        return Err(lacks(format!(
            "{} is on {}, which cannot encrypt directories; use ext4, or a loop-mounted image (LUKS below other file \
             systems is not supported yet)",
            path.display(),
            mounted.kind
        )));
    }
    let node = Node::of(path, &mounted)?;
    child::check("tune2fs", &["-O".as_ref(), "encrypt".as_ref(), node.path.as_os_str()], LIMIT).await?;
    check(path)?;
    Ok(done(true, &mounted.source, format!("enabled encryption of directories on {}", mounted.source)))
}

/// Creates (if it is not there) and mounts an ext4 image with encryption: `<dir>/volumes.img` of `size` bytes, sparse,
/// at `<dir>/volumes`. For hosts whose own file system can't.
///
/// # Errors
/// If the image can't be made or mounted; without loop devices the error says so.
pub async fn prepare_loop(dir: &Path, size: u64) -> Result<Prepared, EngineError> {
    let (image, point) = (dir.join("volumes.img"), dir.join("volumes"));
    let doing = |what: &str| format!("{what} {}", image.display());
    fs::create_dir_all(&point).map_err(|e| broken(doing("making room for"), e))?;
    let done = |changed: bool| Prepared {
        path: point.clone(),
        device: image.display().to_string(),
        changed,
        detail: format!("encrypted volumes live in {}, mounted as a loop device", image.display()),
    };
    if mounted_at(&point) {
        check(&point)?;
        return Ok(done(false));
    }
    if !image.exists() {
        // Renamed when it is whole, so that a crash leaves no half-made file system behind.
        let new = dir.join("volumes.img.new");
        let file = fs::File::create(&new).map_err(|e| broken(doing("creating"), e))?;
        file.set_len(size).map_err(|e| broken(doing("sizing"), e))?;
        let arguments = ["-q", "-F", "-m", "0", "-O", "encrypt"].map(AsRef::as_ref);
        child::check("mkfs.ext4", &[&arguments[..], &[new.as_os_str()]].concat(), LIMIT).await?;
        file.sync_all().and_then(|()| fs::rename(&new, &image)).map_err(|e| broken(doing("finishing"), e))?;
    }
    let arguments = ["-t", "ext4", "-o", "loop,nosuid,nodev"].map(AsRef::as_ref);
    child::check("mount", &[&arguments[..], &[image.as_os_str(), point.as_os_str()]].concat(), LIMIT).await?;
    check(&point)?;
    Ok(done(true))
}

/// Unmounts what [`prepare_loop`] mounted and deletes the image. Not mounted or not there is no error.
///
/// # Errors
/// If a volume in it is in use.
pub async fn remove_loop(dir: &Path) -> Result<(), EngineError> {
    let (image, point) = (dir.join("volumes.img"), dir.join("volumes"));
    if mounted_at(&point) {
        child::check("umount", &[&point], LIMIT).await?;
    }
    for path in [image, dir.join("volumes.img.new")] {
        if path.exists() {
            fs::remove_file(&path).map_err(|e| broken(format!("deleting {}", path.display()), e))?;
        }
    }
    if point.exists() {
        fs::remove_dir(&point).map_err(|e| broken(format!("deleting {}", point.display()), e))?;
    }
    Ok(())
}

fn mounted_at(point: &Path) -> bool {
    let Some(parent) = point.parent() else { return false };
    match (fs::metadata(point), fs::metadata(parent)) {
        (Ok(inner), Ok(outer)) => inner.dev() != outer.dev(),
        _ => false,
    }
}

pub(super) fn lacks(why: String) -> EngineError {
    EngineError::Unsupported { what: "encrypt volumes", why }
}

/// The mount that holds a path.
struct Mounted {
    kind: String,
    source: String,
}

impl Mounted {
    fn find(path: &Path) -> Option<Self> {
        let device = fs::metadata(path).ok()?.dev();
        let number = format!("{}:{}", major(device), minor(device));
        let text = fs::read_to_string("/proc/self/mountinfo").ok()?;
        text.lines().find_map(|line| {
            let (mount, system) = line.split_once(" - ")?;
            if mount.split(' ').nth(2)? != number {
                return None;
            }
            let mut fields = system.split(' ');
            Some(Self { kind: fields.next()?.to_owned(), source: fields.next()?.to_owned() })
        })
    }
}

/// A block device node; one that had to be made is removed when dropped.
struct Node {
    path: PathBuf,
    made: bool,
}

impl Node {
    fn of(path: &Path, mounted: &Mounted) -> Result<Self, EngineError> {
        let device = fs::metadata(path).map_err(|e| broken("finding the device", e))?.dev();
        let is_it = |node: &Path| {
            fs::metadata(node)
                .is_ok_and(|found| found.file_type().is_block_device() && found.rdev() == device)
        };
        let candidates = [
            PathBuf::from(&mounted.source),
            format!("/dev/block/{}:{}", major(device), minor(device)).into(),
        ];
        if let Some(found) = candidates.into_iter().find(|node| is_it(node)) {
            return Ok(Self { path: found, made: false });
        }
        // No node in /dev (a container, a bare init): make one for the moment.
        let made = path.join(format!(".ward-device-{}-{}", major(device), minor(device)));
        let _ = fs::remove_file(&made);
        let number = makedev(major(device), minor(device));
        mknod(&made, SFlag::S_IFBLK, Mode::S_IRUSR | Mode::S_IWUSR, number).map_err(|e| {
            lacks(format!("the device {} of {} cannot be reached: {e}", mounted.source, path.display()))
        })?;
        Ok(Self { path: made, made: true })
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if self.made {
            let _ = fs::remove_file(&self.path);
        }
    }
}
