//! One writer per log.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::LOCK_FILE;

/// The lock file, held with `flock`. The kernel releases it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock; `None` if another process (or another handle) has it.
    pub(super) fn take(dir: &Path) -> io::Result<Option<Self>> {
        let path = dir.join(LOCK_FILE);
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file, path })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Checks that the lock file at the path is still the one that is held; otherwise another writer could
    /// hold a lock too.
    pub(super) fn check(&self) -> io::Result<()> {
        let name = self.path.display();
        let held = self.file.metadata()?;
        let found = fs::symlink_metadata(&self.path)
            .map_err(|e| io::Error::new(e.kind(), format!("{name} was removed underneath: {e}")))?;
        if (held.dev(), held.ino()) == (found.dev(), found.ino()) {
            Ok(())
        } else {
            Err(io::Error::other(format!("{name} was replaced underneath")))
        }
    }
}
