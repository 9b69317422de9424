//! The first thing that is wrong, and where.

use std::fmt;
use std::io;

use crate::source::first_entry;
use crate::tile::Tile;

/// Where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file of the shard, or of the log if no shard is named; by its path inside of that.
    File(String),
    /// A batch of the write-ahead log.
    Wal {
        /// Path of the segment inside the shard's folder.
        segment: String,
        /// Where the batch begins, in bytes.
        offset: u64,
    },
    /// A checkpoint that was given to compare with.
    Known {
        /// Its size.
        size: u64,
    },
    /// A checkpoint of this log that an entry of another log holds.
    Anchor(Box<AnchorPlace>),
}

/// Where a checkpoint is that one log holds of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorPlace {
    /// The log that holds it.
    pub log: Box<str>,
    /// Shard of that log.
    pub shard: Box<str>,
    /// Index of the entry there.
    pub index: u64,
    /// Size of the checkpoint.
    pub size: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(path) => f.write_str(path),
            Place::Wal { segment, offset } => write!(f, "{segment} at byte {offset}"),
            Place::Known { size } => write!(f, "the given checkpoint of size {size}"),
            Place::Anchor(at) => {
                write!(
                    f,
                    "the checkpoint of size {} in entry {} of {} {}",
                    at.size, at.index, at.log, at.shard
                )
            }
        }
    }
}

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The log, if several were verified.
    pub log: Option<Box<str>>,
    /// The shard, if a series was verified.
    pub shard: Option<Box<str>>,
    /// Where.
    pub place: Place,
    /// The first entry that is wrong or lost, where one can be named.
    pub entry: Option<u64>,
    /// What should be there.
    pub expected: Box<str>,
    /// What is there.
    pub found: Box<str>,
    /// Nothing is known to be wrong: a file could not be read.
    pub unreadable: bool,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for folder in [&self.log, &self.shard].into_iter().flatten() {
            write!(f, "{folder}: ")?;
        }
        write!(f, "{}: ", self.place)?;
        if let Some(entry) = self.entry {
            write!(f, "entry {entry}: ")?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for Finding {}

impl Finding {
    /// At a place.
    pub(crate) fn new(place: Place, expected: impl Into<String>, found: impl Into<String>) -> Self {
        let (expected, found) = (expected.into().into(), found.into().into());
        Self { log: None, shard: None, place, entry: None, expected, found, unreadable: false }
    }

    /// In a file.
    pub(crate) fn file(
        path: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self::new(Place::File(path.into()), expected, found)
    }

    /// A file that is there and cannot be read.
    pub(crate) fn unreadable(path: impl Into<String>, error: &io::Error) -> Self {
        // A file longer than any of its kind is wrong, not out of reach.
        let unreadable = error.kind() != io::ErrorKind::FileTooLarge;
        Self { unreadable, ..Self::file(path, "a readable file", error.to_string()) }
    }

    /// A tile that must be there and is not.
    pub(crate) fn missing(tile: Tile) -> Self {
        let expected = format!("a tile of width {}", tile.width);
        Self::file(tile.path(), expected, "no file").at(first_entry(tile))
    }

    /// Names the entry.
    pub(crate) fn at(mut self, entry: u64) -> Self {
        self.entry = Some(entry);
        self
    }

    /// Names the shard.
    pub(crate) fn in_shard(mut self, shard: &str) -> Self {
        self.shard = Some(shard.into());
        self
    }

    /// Names the log.
    pub(crate) fn in_log(mut self, log: &str) -> Self {
        self.log = Some(log.into());
        self
    }
}
