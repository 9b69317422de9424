//! The state machine: what is cosigned and what is refused.
//!
//! Invariant: of two checkpoints that it cosigned for one origin, the smaller is a proven prefix of the larger. Each
//! judgement reads the state from the disk, and writes it back before the cosignature leaves; one at a time, so that
//! two requests can't build on the same state.

mod add_checkpoint;
mod add_shard;

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ward_ledger::{VerifierKey, note::CosignerKey};

use crate::{
    key::Key,
    store::{Followed, StateError, Store},
};

/// Seconds since 1970.
pub type Clock = Box<dyn Fn() -> u64 + Send + Sync>;
/// Takes what is worth telling the witness's operator.
pub type Report = Box<dyn Fn(&Notice) + Send + Sync>;

/// A witness over its state directory.
pub struct Witness {
    key: Key,
    store: Mutex<Store>,
    clock: Clock,
    report: Report,
    _lock: File,
}

/// What is worth telling the witness's operator. Only logs that are followed can cause one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A checkpoint was cosigned.
    Cosigned {
        /// Which log.
        origin: String,
        /// At which size.
        size: u64,
    },
    /// A checkpoint was refused.
    Refused {
        /// Which log.
        origin: String,
        /// Why.
        why: String,
    },
    /// The log signed two histories. Both checkpoints are kept.
    Forked {
        /// Which log.
        origin: String,
        /// At which size.
        size: u64,
    },
    /// A closed log vouched for the key of the one that goes on.
    Continued {
        /// Which log.
        origin: String,
        /// The key that is followed from now on.
        next: VerifierKey,
    },
    /// The state can't be read or written.
    Broken(String),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cosigned { origin, size } => write!(f, "cosigned {origin} at {size} entries"),
            Self::Refused { origin, why } => write!(f, "REFUSED {origin}: {why}"),
            Self::Forked { origin, size } => {
                write!(
                    f,
                    "FORK: {origin} signed two different histories of {size} entries; both are kept in forks/ and logs/"
                )
            }
            Self::Continued { origin, next } => write!(f, "{origin} is closed and goes on as {next}"),
            Self::Broken(why) => write!(f, "CAN'T WITNESS: {why}"),
        }
    }
}

impl Witness {
    /// Opens a state directory and checks all that is in it.
    ///
    /// # Errors
    /// [`StateError`] if it is in use, damaged or incomplete. A damaged state is never begun anew.
    pub fn open(dir: &Path, clock: Clock, report: Report) -> Result<Self, StateError> {
        let key = Key::read(dir)?;
        let (store, lock) = Store::open(dir, key.public())?;
        Ok(Self { key, store: Mutex::new(store), clock, report, _lock: lock })
    }

    /// The public key.
    pub fn key(&self) -> &CosignerKey {
        self.key.public()
    }

    /// All logs that are followed.
    ///
    /// # Errors
    /// [`StateError`] if one can't be read.
    pub fn logs(&self) -> Result<Vec<Followed>, StateError> {
        self.store().logs(self.key())
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        // The store holds nothing in memory that a panic could leave half done.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, notice: Notice) {
        (self.report)(&notice);
    }
}
