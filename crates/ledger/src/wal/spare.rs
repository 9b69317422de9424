//! The file of the next segment, made before it is needed.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::{FOLDER, ZEROS};
use crate::durable;

/// Zeros written between two syncs. Small, because a commit may wait behind them on the same disk.
const STEP: u64 = 1 << 20;

/// A file of zeros, on disk with all its blocks. To begin a segment in it costs no allocation.
#[derive(Debug)]
pub(crate) struct Spare {
    file: File,
    draft: PathBuf,
    length: u64,
}

fn path(dir: &Path) -> PathBuf {
    durable::draft_of(&dir.join(FOLDER).join("next"))
}

impl Spare {
    /// Makes the file, which takes a while.
    pub(crate) fn make(dir: &Path, length: u64) -> io::Result<Self> {
        let draft = path(dir);
        let file = durable::create(&draft)?;
        let mut at = 0;
        while at < length {
            let size = (length - at).min(ZEROS.len() as u64);
            let written = durable::write(&file, at, ZEROS.get(..size as usize).unwrap_or_default());
            at += size;
            let synced = if at % STEP == 0 || at == length { durable::sync(&file) } else { Ok(()) };
            if let Err(error) = written.and(synced) {
                Self::remove(dir);
                return Err(error);
            }
        }
        Ok(Self { file, draft, length })
    }

    pub(super) fn into_parts(self) -> (File, PathBuf, u64) {
        (self.file, self.draft, self.length)
    }

    /// Removes a file that is not needed, or was left behind.
    pub(crate) fn remove(dir: &Path) {
        // It only takes space; the next one overwrites it.
        let _ = durable::remove(&path(dir));
    }
}
