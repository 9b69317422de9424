//! What the witness remembers: one file for each log, and a list of them all.
//!
//! ```text
//! <state>/key          the witness's key
//! <state>/lock         held with flock by the one process that cosigns; followed.lock by whoever adds a log
//! <state>/followed     every log that was ever followed, a vkey a line
//! <state>/logs/<hash of the origin>    what is known of one log (see `record.rs`)
//! <state>/forks/<hash>-<size>          a checkpoint that contradicts one cosigned before: proof that the log lied
//! ```
//!
//! Invariants: a file is replaced whole, and is on the disk with its name before an answer leaves. A log in
//! `followed` whose file is missing or damaged is refused: starting over would let the log show another history.
//! Nothing is held in memory, so the disk is the only truth.

mod files;
mod record;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ward_ledger::{Hash, VerifierKey, leaf_hash, note::CosignerKey};

pub(crate) use files::write_new;
pub(crate) use record::{Last, Record};

/// Why the state can't be used. Nothing is signed then.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct StateError {
    path: PathBuf,
    why: String,
}

impl StateError {
    pub(crate) fn new(path: &Path, why: impl ToString) -> Self {
        Self { path: path.to_owned(), why: why.to_string() }
    }
}

/// A log that is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// Its key, named as its origin.
    pub key: VerifierKey,
    /// What was cosigned last: size, root, and when, in seconds since 1970.
    pub last: Option<(u64, Hash, u64)>,
    /// Origin of the shard that vouched for the key.
    pub previous: Option<String>,
    /// The key that it vouched for when it was closed.
    pub next: Option<VerifierKey>,
    /// It was caught with two histories.
    pub forked: bool,
}

/// What following a log did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is followed from now on.
    New,
    /// It was followed already, under the same key.
    Already,
}

/// Begins to follow a log: its name is its origin. May be done while a witness serves the same directory.
///
/// # Errors
/// [`StateError`] if the origin is followed under another key, or was followed and its state is gone.
pub fn follow(dir: &Path, key: &VerifierKey) -> Result<Added, StateError> {
    let own = crate::Key::read(dir)?;
    Store { dir: dir.to_owned() }.add(&Record::new(key.clone(), None), own.public())
}

/// All logs that a directory's witness follows; it may be serving.
///
/// # Errors
/// [`StateError`] if one can't be read.
pub fn logs(dir: &Path) -> Result<Vec<Followed>, StateError> {
    let own = crate::Key::read(dir)?;
    Store { dir: dir.to_owned() }.logs(own.public())
}

/// A state directory.
pub(crate) struct Store {
    dir: PathBuf,
}

impl Store {
    /// Takes the lock of a directory and checks all of its state.
    pub(crate) fn open(dir: &Path, own: &CosignerKey) -> Result<(Self, fs::File), StateError> {
        let lock = files::lock(&dir.join("lock"))?;
        let store = Self { dir: dir.to_owned() };
        store.list(own)?;
        Ok((store, lock))
    }

    fn path(&self, origin: &str) -> PathBuf {
        self.dir.join("logs").join(hex::encode(leaf_hash(origin.as_bytes()).0))
    }

    fn followed_path(&self) -> PathBuf {
        self.dir.join("followed")
    }

    /// Origins that were ever followed.
    fn followed(&self) -> Result<Vec<VerifierKey>, StateError> {
        let path = self.followed_path();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(StateError::new(&path, e)),
        };
        text.lines()
            .map(|line| line.parse().map_err(|e| StateError::new(&path, format!("{line:?}: {e}"))))
            .collect()
    }

    /// What is known of a log; none if it is not followed.
    pub(crate) fn read(&self, origin: &str, own: &CosignerKey) -> Result<Option<Record>, StateError> {
        let path = self.path(origin);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                if self.followed()?.iter().any(|key| key.name() == origin) {
                    return Err(StateError::new(
                        &path,
                        format!("the state of {origin} is missing; bring it back from a copy"),
                    ));
                }
                return Ok(None);
            }
            Err(e) => return Err(StateError::new(&path, e)),
        };
        let record = Record::parse(&text, own).map_err(|why| {
            StateError::new(&path, format!("the state is damaged ({why}); bring it back from a copy"))
        })?;
        if record.key.name() != origin {
            return Err(StateError::new(&path, format!("this is the state of {}", record.key.name())));
        }
        Ok(Some(record))
    }

    /// Everything that is followed.
    pub(crate) fn list(&self, own: &CosignerKey) -> Result<Vec<Record>, StateError> {
        let mut records = Vec::new();
        for key in self.followed()? {
            if records.iter().any(|known: &Record| known.key == key) {
                continue;
            }
            let record = self.read(key.name(), own)?;
            let record = record.filter(|record| record.key == key);
            records.push(record.ok_or_else(|| {
                StateError::new(&self.followed_path(), format!("{key} is not the key of its state"))
            })?);
        }
        Ok(records)
    }

    /// Everything that is followed, for people.
    pub(crate) fn logs(&self, own: &CosignerKey) -> Result<Vec<Followed>, StateError> {
        let followed = self.list(own)?.into_iter().map(|record| {
            let forked = self.forked(record.key.name());
            let Record { key, previous, next, last } = record;
            let last = last.map(|last| (last.checkpoint.size, last.checkpoint.root, last.time));
            Followed { key, last, previous, next, forked }
        });
        Ok(followed.collect())
    }

    /// Writes what is known of a log; it is on the disk when this returns.
    pub(crate) fn write(&self, record: &Record) -> Result<(), StateError> {
        files::replace(&self.path(record.key.name()), record.to_text().as_bytes())
    }

    /// Adds a log that is not known yet.
    pub(crate) fn add(&self, record: &Record, own: &CosignerKey) -> Result<Added, StateError> {
        let origin = record.key.name();
        let path = self.path(origin);
        // One at a time; the list tells what was followed before.
        let _turn = files::wait(&self.dir.join("followed.lock"))?;
        let mut list = self.followed()?;
        let added = match self.read(origin, own)? {
            Some(known) if known.key != record.key => {
                let why = format!("{origin} is followed already, under another key: {}", known.key);
                return Err(StateError::new(&path, why));
            }
            Some(_) => Added::Already,
            None => {
                write_new(&path, record.to_text().as_bytes())?;
                Added::New
            }
        };
        // After a crash between the two the file alone is there.
        if !list.contains(&record.key) {
            list.push(record.key.clone());
            let lines: String = list.iter().map(|key| format!("{key}\n")).collect();
            files::replace(&self.followed_path(), lines.as_bytes())?;
        }
        Ok(added)
    }

    /// Keeps a checkpoint that contradicts a cosigned one; the first for each size.
    pub(crate) fn keep_fork(&self, origin: &str, size: u64, note: &str) -> Result<(), StateError> {
        let name = format!("{}-{size}", hex::encode(leaf_hash(origin.as_bytes()).0));
        write_new(&self.dir.join("forks").join(name), note.as_bytes()).map(|_| ())
    }

    /// Whether the log was caught with two histories.
    pub(crate) fn forked(&self, origin: &str) -> bool {
        let prefix = format!("{}-", hex::encode(leaf_hash(origin.as_bytes()).0));
        let found = fs::read_dir(self.dir.join("forks"));
        found.into_iter().flatten().flatten().any(|f| f.file_name().to_string_lossy().starts_with(&prefix))
    }
}
