//! The log: opening, appending, reading.
//!
//! Two threads stand behind a [`Log`]. The committer takes what is waiting, writes it as one batch with its
//! signed checkpoint, waits for one `fdatasync`, checks that the file is still the one at its path, and only
//! then acknowledges. The publisher follows and derives tiles, `checkpoint` and `head`.

mod append;
mod commit;
#[cfg(test)]
mod crash;
mod lock;
mod mend;
mod open;
mod publisher;
mod reader;
mod recover;
mod view;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use append::{AppendError, Appended, Pending};
pub use open::OpenError;
pub use reader::Reader;

use crate::note::{Signer, VerifierKey};
use crate::tile::ReadError;
use crate::tree::Hash;
use view::View;

/// How a log is opened for writing. The signer's name is the origin of the log.
#[derive(Debug)]
pub struct LogConfig {
    /// Signs the checkpoints.
    pub signer: Signer,
    /// Make the log if there is none. With `false` a missing log is an error, which is what you want for a log
    /// that must exist: whoever deletes a whole log would otherwise get a fresh one.
    pub create: bool,
    /// A segment of the write-ahead log is closed when it has grown to this many bytes.
    pub segment_bytes: u64,
    /// How long durable entries may wait for their tiles, `checkpoint` and `head`.
    pub publish_every: Duration,
}

impl LogConfig {
    /// Defaults: created if missing, segments of 16 MiB, published every five seconds.
    pub fn new(signer: Signer) -> Self {
        Self { signer, create: true, segment_bytes: 16 << 20, publish_every: Duration::from_secs(5) }
    }

    /// Which log: the name of the signer.
    pub fn origin(&self) -> &str {
        self.signer.name()
    }
}

/// Whether a log takes entries at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Appends are acknowledged.
    Writable,
    /// Appends are refused for this reason. The log tries again by itself.
    Refusing(String),
    /// Appends are acknowledged, but tiles cannot be published for this reason. Retried by itself.
    Unpublished(String),
    /// The log was closed.
    Closed,
}

/// What the threads of a log share.
#[derive(Debug)]
struct Shared {
    dir: PathBuf,
    key: VerifierKey,
    view: View,
    /// Why appends fail, while they do.
    refusing: Mutex<Option<String>>,
    /// Why publishing fails, while it does.
    unpublished: Mutex<Option<String>>,
    /// What the file `head` holds, as this log left it.
    heads: Mutex<Vec<String>>,
    /// Set while the file `head` is another one.
    head_lost: Mutex<Option<String>>,
}

/// A lock whose data stays usable if a holder panicked: all of it is replaced whole.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A log opened for writing. Cloning is cheap; the log closes when the last clone goes, or by [`Log::close`].
#[derive(Debug, Clone)]
pub struct Log {
    shared: Arc<Shared>,
    door: append::Door,
}

impl Log {
    /// Opens a log for writing, after a crash included: replays the end of the write-ahead log, cuts off a
    /// batch that was being written, and refuses anything that a crash cannot explain. Blocks on the disk.
    ///
    /// # Errors
    /// [`OpenError`] names the file and, where there is one, the first entry concerned.
    pub fn open(dir: impl AsRef<Path>, config: LogConfig) -> Result<Self, OpenError> {
        open::open(dir.as_ref(), config)
    }

    /// Appends one entry of at most 65,535 bytes and waits until it is durable.
    ///
    /// Dropping the future after its first poll does not take the entry back.
    ///
    /// # Errors
    /// See [`AppendError`]: each variant says whether the entry can be in the log.
    pub async fn append(&self, entry: Vec<u8>) -> Result<Appended, AppendError> {
        self.submit(vec![entry]).await?.await
    }

    /// Appends entries as one batch: all become durable, next to each other, or none. `index` of the answer is
    /// that of the first. At most 65,536 entries and 8 MiB.
    ///
    /// # Errors
    /// As for [`Log::append`].
    pub async fn append_all(&self, entries: Vec<Vec<u8>>) -> Result<Appended, AppendError> {
        self.submit(entries).await?.await
    }

    /// Hands entries in, as one batch, and returns when they have their place in the order of the log: what is
    /// submitted after this returned comes after them. Waits while too much is waiting. The answer resolves
    /// when they are durable; dropping it does not take them back.
    ///
    /// # Errors
    /// Those of [`Log::append`] that are known at once; nothing was recorded then. The others come with the
    /// answer.
    pub async fn submit(&self, entries: Vec<Vec<u8>>) -> Result<Pending, AppendError> {
        if entries.is_empty() {
            let (size, checkpoint) = self.shared.view.head();
            return Ok(Pending::ready(Appended::nothing(size, checkpoint)));
        }
        self.door.submit(entries).await
    }

    /// Number of durable entries.
    pub fn size(&self) -> u64 {
        self.shared.view.size()
    }

    /// The signed checkpoint of the durable state, as a note.
    pub fn checkpoint(&self) -> String {
        self.shared.view.checkpoint().to_string()
    }

    /// The key that verifies this log's checkpoints.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.shared.key
    }

    /// Where the log lies.
    pub fn dir(&self) -> &Path {
        &self.shared.dir
    }

    /// One entry. Reads at most two small files.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, ReadError> {
        self.shared.view.entry(index)
    }

    /// Entries with their indexes, from the start of `range`. Stops at the end of the log, of the range, at
    /// 4,096 entries or at 8 MiB, whichever comes first, so that memory stays bounded: go on after the last.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn entries(&self, range: std::ops::Range<u64>) -> Result<Vec<(u64, Vec<u8>)>, ReadError> {
        self.shared.view.entries(range)
    }

    /// The proof that entry `index` is in the tree of `size` entries (RFC 6962 2.1.1).
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Hash>, ReadError> {
        self.shared.view.inclusion_proof(index, size)
    }

    /// The proof that the tree of `old` entries is a prefix of that of `new` (RFC 6962 2.1.2).
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Hash>, ReadError> {
        self.shared.view.consistency_proof(old, new)
    }

    /// The root of the tree at `size`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn root(&self, size: u64) -> Result<Hash, ReadError> {
        self.shared.view.root(size)
    }

    /// Whether the log takes entries; for alerts and posture.
    pub fn status(&self) -> Status {
        if self.door.is_closed() {
            return Status::Closed;
        }
        for reason in [&self.shared.refusing, &self.shared.head_lost] {
            if let Some(reason) = hold(reason).clone() {
                return Status::Refusing(reason);
            }
        }
        hold(&self.shared.unpublished).clone().map_or(Status::Writable, Status::Unpublished)
    }

    /// Finishes what is waiting, publishes tiles, `checkpoint` and `head`, and releases the lock. Later appends
    /// are refused; reading goes on.
    ///
    /// # Errors
    /// The reason why the last publication failed. Nothing acknowledged is lost by that.
    pub async fn close(&self) -> Result<(), AppendError> {
        self.door.close().await
    }
}
