//! Files that are whole or absent after a crash.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::StateError;

fn draft_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    name.into()
}

/// Makes the names in a directory survive a crash.
fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn draft(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let draft = draft_of(path);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(draft)
}

/// Puts `bytes` at `path`: after a crash there is the old content or the new.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), StateError> {
    let replaced = draft(path, bytes)
        .and_then(|draft| fs::rename(draft, path))
        .and_then(|()| path.parent().map_or(Ok(()), sync_dir));
    replaced.map_err(|e| StateError::new(path, e))
}

/// Puts `bytes` at `path` unless there is something already; says whether it did.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<bool, StateError> {
    let put = || -> io::Result<bool> {
        if path.symlink_metadata().is_ok() {
            return Ok(false);
        }
        let draft = draft(path, bytes)?;
        // Unlike a rename, a link never replaces.
        let linked = match fs::hard_link(&draft, path) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(e),
        };
        fs::remove_file(&draft)?;
        path.parent().map_or(Ok(()), sync_dir)?;
        linked
    };
    put().map_err(|e| StateError::new(path, e))
}

/// Waits for a lock and takes it.
pub(super) fn wait(path: &Path) -> Result<File, StateError> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    file.and_then(|file| file.lock().map(|()| file)).map_err(|e| StateError::new(path, e))
}

/// The lock of the directory. The kernel releases it when the process ends, however it ends.
pub(super) fn lock(path: &Path) -> Result<File, StateError> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    let file = file.map_err(|e| StateError::new(path, e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(StateError::new(path, "another witness serves this directory; two would sign two histories"))
        }
        Err(TryLockError::Error(e)) => Err(StateError::new(path, e)),
    }
}
