//! One writer per log.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::LOCK_FILE;
use crate::durable::Found;

/// How often the lock is tried.
const PATIENCE: u32 = 10;

/// The lock file, held with `flock`. The kernel releases it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock; `None` if another process (or another handle) has it.
    pub(super) fn take(dir: &Path) -> io::Result<Option<Self>> {
        Self::open(dir, OpenOptions::new().write(true).create(true).truncate(false).mode(0o600))
    }

    /// Takes the lock again that this log let go of. Makes no file: where a file system is not mounted at the
    /// moment, nothing shall be left behind.
    pub(super) fn take_again(dir: &Path) -> io::Result<Self> {
        let lock = Self::open(dir, OpenOptions::new().write(true))?;
        lock.ok_or_else(|| {
            io::Error::other(format!("{} is open for writing in another process", dir.display()))
        })
    }

    fn open(dir: &Path, options: &OpenOptions) -> io::Result<Option<Self>> {
        let path = dir.join(LOCK_FILE);
        let file = options.open(&path)?;
        // A child process that is being started holds every lock of its parent until it has begun its program.
        for _ in 0..PATIENCE {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { file, path })),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(5)),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Checks that the lock file at the path is still the one that is held; otherwise another writer could
    /// hold a lock too.
    pub(super) fn check(&self) -> io::Result<()> {
        let held = Found::behind(&self.file)?;
        if held.identity == Found::at(&self.path)?.identity {
            Ok(())
        } else {
            Err(io::Error::other(format!("{} was replaced underneath", self.path.display())))
        }
    }
}
