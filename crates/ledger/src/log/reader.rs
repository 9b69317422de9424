//! Reading a log that another process may be writing.

use std::ops::Range;
use std::path::Path;

use super::OpenError;
use super::recover::{self, Loaded};
use super::view::View;
use crate::note::VerifierKey;
use crate::tile::ReadError;
use crate::tree::Hash;

/// Entries that a reader holds in memory because they have no tiles yet, in bytes.
const UNPUBLISHED_BYTES: usize = 256 << 20;

/// A log opened for reading, at the size it had then. Takes no lock and writes nothing; open it again to see
/// what was added.
#[derive(Debug)]
pub struct Reader {
    view: View,
}

impl Reader {
    /// Opens the log in `dir` and checks that `key` signed its head and its last checkpoint.
    ///
    /// # Errors
    /// As for `Log::open`. A log whose tiles are missing must be opened for writing first, which rebuilds them.
    pub fn open(dir: impl AsRef<Path>, key: &VerifierKey) -> Result<Self, OpenError> {
        let dir = dir.as_ref();
        let Loaded { frontier, recent, checkpoint, .. } = recover::load(dir, key, |recent, _| {
            if recent.bytes() > UNPUBLISHED_BYTES {
                return Err(OpenError::TilesMissing);
            }
            Ok(())
        })?;
        Ok(Self { view: View::new(dir, frontier.size(), checkpoint.unwrap_or_default(), recent) })
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.view.size()
    }

    /// The signed checkpoint of this size.
    pub fn checkpoint(&self) -> String {
        self.view.checkpoint().to_string()
    }

    /// As `Log::entry`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, ReadError> {
        self.view.entry(index)
    }

    /// As `Log::entries`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn entries(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>, ReadError> {
        self.view.entries(range)
    }

    /// As `Log::inclusion_proof`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Hash>, ReadError> {
        self.view.inclusion_proof(index, size)
    }

    /// As `Log::consistency_proof`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Hash>, ReadError> {
        self.view.consistency_proof(old, new)
    }

    /// As `Log::root`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn root(&self, size: u64) -> Result<Hash, ReadError> {
        self.view.root(size)
    }
}
