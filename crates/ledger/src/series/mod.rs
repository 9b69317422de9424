//! One log through the years: a series of shards.
//!
//! A shard is a log of its own in the tlog formats, with its own origin and its own key, so that a year can be
//! closed, archived and verified by itself, and a key can be replaced. Links in the first and last entries tie
//! the shards together ([`link`]). Closing a shard destroys its private key: nobody can sign that part of
//! history again.
//!
//! ```text
//! <log>/keys                public: every shard with its key and when it was in use
//! <log>/2026-1/             a shard: wal/ tile/ checkpoint head, and what the owner keeps there
//! <log>/2025-1.archived     in place of a closed shard that was archived and removed
//! ```
//!
//! Entries are stamped when they get their place: the time never decreases along a log, even if the clock does.

mod append;
mod keys;
mod link;
mod open;
mod read;
mod roll;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

pub use append::{Recorded, Slot};
pub use keys::{KEYS_FILE, KeyLine, MAX_KEYS_BYTES, format_keys, parse_keys};
pub use link::{ClosedShard, ShardLink, ShardRef, logged_time, shard_link};
pub use open::{ARCHIVED, marker};

use crate::log::{AppendError, Log, OpenError, Pending, Reader};
use crate::note::{Signer, VerifierKey};

/// Any error of the owner's.
pub type OwnerError = Box<dyn std::error::Error + Send + Sync>;

/// What a series needs from the program that writes it.
pub trait Owner: Send + Sync {
    /// Makes the private key of a shard and keeps it in `dir`, durably, or opens the one that is there: a crash
    /// may have come in between. The name of the signer is `origin`.
    ///
    /// # Errors
    /// Whatever prevents it.
    fn create_key(&self, dir: &Path, origin: &str) -> Result<Signer, OwnerError>;

    /// Opens the private key of a shard.
    ///
    /// # Errors
    /// Whatever prevents it.
    fn open_key(&self, dir: &Path, origin: &str) -> Result<Signer, OwnerError>;

    /// Destroys the private key of a closed shard. Done already is no error.
    ///
    /// # Errors
    /// Whatever prevents it.
    fn destroy_key(&self, dir: &Path) -> Result<(), OwnerError>;

    /// The entry that carries a link at `unmapped.shard`, stamped with `logged` at `metadata.logged_time`.
    ///
    /// # Errors
    /// Whatever prevents it.
    fn link_entry(&self, link: &ShardLink, logged: i64) -> Result<Vec<u8>, OwnerError>;
}

/// How a series is opened.
#[derive(Debug, Clone)]
pub struct SeriesConfig {
    /// Origin of a shard, without its name: `ward.example/ledger/3f2a/platform`.
    pub base_origin: String,
    /// Make the log if there is none. With `false` a missing log is an error: whoever deletes a whole log
    /// would otherwise get a fresh one.
    pub create: bool,
    /// Shard that a new log begins with: `2026-1`.
    pub first_shard: String,
    /// Now, in milliseconds since the epoch.
    pub now: i64,
    /// As in [`LogConfig`](crate::LogConfig).
    pub segment_bytes: u64,
    /// As in [`LogConfig`](crate::LogConfig).
    pub publish_every: Duration,
}

impl SeriesConfig {
    /// The defaults: not created if missing.
    pub fn new(base_origin: impl Into<String>, first_shard: impl Into<String>, now: i64) -> Self {
        Self {
            base_origin: base_origin.into(),
            create: false,
            first_shard: first_shard.into(),
            now,
            segment_bytes: 16 << 20,
            publish_every: Duration::from_secs(5),
        }
    }
}

/// One shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// Its name: `2026-1`.
    pub name: String,
    /// Its public key; the key's name is the origin.
    pub key: VerifierKey,
    /// When its first entry was sequenced, milliseconds since the epoch.
    pub opened: i64,
    /// When its last entry was; none while it takes entries.
    pub closed: Option<i64>,
    /// Its folder.
    pub dir: PathBuf,
    /// Whether the folder is gone and the marker `<shard>.archived` is in its place.
    pub archived: bool,
}

impl Shard {
    /// The origin of its checkpoints.
    pub fn origin(&self) -> &str {
        self.key.name()
    }
}

/// Why a series can't be opened or rolled.
#[derive(Debug, thiserror::Error)]
pub enum SeriesError {
    /// There is no log, and none is to be made.
    #[error("there is no log in {}", .0.display())]
    Missing(PathBuf),
    /// The file `keys` is gone while there are shards.
    #[error("{} has shards but no file `keys`: restore it from a copy or a bundle", .0.display())]
    KeysMissing(PathBuf),
    /// The file `keys` can't be read.
    #[error("{}: {detail}", path.display())]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// A shard can't be opened.
    #[error("shard {shard}: {source}")]
    Shard {
        /// Which.
        shard: String,
        /// Why.
        source: OpenError,
    },
    /// The shard's name is none, or does not come after the one before.
    #[error("{0} is no name for the next shard: year-number, later than the last one")]
    ShardName(String),
    /// The shard ends in a link to another key than the one of its successor.
    #[error("shard {shard} is closed in favour of another key than the one kept for {next}")]
    Successor {
        /// The closed shard.
        shard: String,
        /// Its successor.
        next: String,
    },
    /// A link can't be appended.
    #[error("appending a link: {0}")]
    Append(#[from] AppendError),
    /// The owner's key or entry can't be had.
    #[error("key or entry of shard {shard}: {source}")]
    Owner {
        /// Which shard.
        shard: String,
        /// Why.
        source: OwnerError,
    },
    /// A file can't be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A log opened for writing, through all its shards. Cloning is cheap.
#[derive(Clone)]
pub struct Series(Arc<Inner>);

struct Inner {
    dir: PathBuf,
    config: SeriesConfig,
    owner: Arc<dyn Owner>,
    /// Who gets a place now. Held only while entries are stamped and queued, and during a roll.
    sequencer: tokio::sync::Mutex<Sequencer>,
    /// What there is, for readers.
    shards: RwLock<Vec<Shard>>,
    current: RwLock<(Arc<str>, Log)>,
    /// Closed shards that were read.
    readers: Mutex<HashMap<String, Arc<Reader>>>,
}

struct Sequencer {
    /// The newest stamp.
    last: i64,
    /// The current shard has, or may have, its closing link: nothing may follow in it.
    ended: bool,
    /// The closing link on its way. Whether it is there is known only when this has resolved, and whoever rolled
    /// may have stopped waiting.
    closing: Option<Pending>,
}

impl Series {
    /// Opens a log for writing and finishes a roll that a crash cut off.
    ///
    /// # Errors
    /// [`SeriesError`].
    pub async fn open(
        dir: impl AsRef<Path>,
        config: SeriesConfig,
        owner: Arc<dyn Owner>,
    ) -> Result<Self, SeriesError> {
        open::open(dir.as_ref(), config, owner).await
    }

    /// The folder of the log.
    pub fn dir(&self) -> &Path {
        &self.0.dir
    }

    /// Origin of the shards, without their names.
    pub fn base_origin(&self) -> &str {
        &self.0.config.base_origin
    }

    /// The shard that takes entries now.
    pub fn current(&self) -> Log {
        read_lock(&self.0.current).1.clone()
    }

    /// Finishes what is waiting and releases the lock. Later appends are refused; reading goes on.
    ///
    /// # Errors
    /// As for [`Log::close`].
    pub async fn close(&self) -> Result<(), AppendError> {
        self.current().close().await
    }
}

impl std::fmt::Debug for Series {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Series({})", self.0.config.base_origin)
    }
}

fn read_lock<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn write_lock<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn parts(name: &str) -> Option<(u32, u32)> {
    let (year, number) = name.split_once('-')?;
    let plain = |text: &str| !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || number.len() > 6 || !plain(year) || !plain(number) {
        return None;
    }
    Some((year.parse().ok()?, number.parse().ok()?))
}

/// Whether this is the name of a shard: a year of four digits, a dash and a number from 1.
pub fn is_shard_name(name: &str) -> bool {
    parts(name).is_some()
}

/// Whether the shard `a` comes before the shard `b`.
pub fn precedes(a: &str, b: &str) -> bool {
    matches!((parts(a), parts(b)), (Some(a), Some(b)) if a < b)
}

/// The shard after `name` in `year`: `2026-1` gives `2026-2` in 2026 and `2027-1` in 2027.
pub fn next_shard(name: &str, year: u32) -> String {
    match parts(name) {
        Some((same, number)) if same >= year => format!("{same}-{}", number + 1),
        _ => format!("{year}-1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_named_by_year_and_number_in_order() {
        assert!(is_shard_name("2026-1") && is_shard_name("2026-12"));
        for name in ["2026", "2026-0", "2026-01", "26-1", "2026-1/..", "2026--1", "", "+2026-1", "2026-+1"] {
            assert!(!is_shard_name(name), "{name}");
        }
        assert!(
            precedes("2026-2", "2026-10") && precedes("2026-10", "2027-1") && !precedes("2027-1", "2027-1")
        );
        assert_eq!(next_shard("2026-1", 2026), "2026-2");
        assert_eq!(next_shard("2026-3", 2027), "2027-1");
        // A clock that fell back must not lead into the past.
        assert_eq!(next_shard("2026-3", 2025), "2026-4");
    }
}
