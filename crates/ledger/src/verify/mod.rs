//! Verifies a log from its files and its public key, and trusts nothing else.
//!
//! Every entry of the write-ahead log is hashed again; every batch must give the root that its checkpoint
//! signs; every tile and bundle, at every level and every published width, must hold exactly what follows from
//! the entries; `head` and `checkpoint` must be signed and lie on the same history. The first difference is
//! the finding. The directory may be in use by a writer meanwhile.

mod files;
mod history;
mod tiles;

use std::fmt;
use std::path::Path;

use crate::note::{Checkpoint, VerifierKey};
use crate::tree::Hash;
use history::Mark;

/// How far a verification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Entries verified.
    pub entries: u64,
    /// Entries that there are at least.
    pub total: u64,
}

/// What a verification that found nothing wrong has covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Entries verified, all of them.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
    /// The newest signed checkpoint, as a note.
    pub checkpoint: String,
    /// Signed checkpoints verified: batches, `head`, `checkpoint` and those given.
    pub checkpoints: u64,
    /// Tiles and bundles compared.
    pub tiles: u64,
    /// Segments of the write-ahead log read.
    pub segments: u64,
    /// Things that are not wrong but worth knowing, such as the torn batch of a crash.
    pub notes: Vec<String>,
}

/// Where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file of the log, by its path inside the log's directory.
    File(String),
    /// A batch of the write-ahead log.
    Wal {
        /// Path of the segment inside the log's directory.
        segment: String,
        /// Where the batch begins, in bytes.
        offset: u64,
    },
    /// A checkpoint that was given to compare with.
    Known {
        /// Its size.
        size: u64,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(path) => f.write_str(path),
            Place::Wal { segment, offset } => write!(f, "{segment} at byte {offset}"),
            Place::Known { size } => write!(f, "the given checkpoint of size {size}"),
        }
    }
}

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// The first entry that is wrong or lost, where one can be named.
    pub entry: Option<u64>,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if let Some(entry) = self.entry {
            write!(f, "entry {entry}: ")?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for Finding {}

impl Finding {
    fn file(path: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { place: Place::File(path.into()), entry: None, expected: expected.into(), found: found.into() }
    }

    fn at(mut self, entry: u64) -> Self {
        self.entry = Some(entry);
        self
    }
}

/// Verifies the log in `dir`.
///
/// # Errors
/// The first [`Finding`]. A file that cannot be read is one, too.
pub fn verify_dir(
    dir: &Path,
    key: &VerifierKey,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, Finding> {
    verify_against(dir, key, &[], progress)
}

/// Verifies the log in `dir`, and that it continues every checkpoint in `known`: signed notes that the caller
/// kept from before. Only they can show that a log was rolled back, or written anew by someone who has the key.
///
/// # Errors
/// As for [`verify_dir`].
pub fn verify_against(
    dir: &Path,
    key: &VerifierKey,
    known: &[String],
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, Finding> {
    let mut marks = Vec::new();
    for note in known {
        let checkpoint = Checkpoint::open(note.as_bytes(), key).map_err(|error| Finding {
            place: Place::Known { size: 0 },
            entry: None,
            expected: format!("a checkpoint signed by {key}"),
            found: error.to_string(),
        })?;
        marks.push(Mark { place: Place::Known { size: checkpoint.size }, checkpoint });
    }
    history::verify(dir, key, marks, progress)
}
