//! A tamper-evident log that a stranger can verify.
//!
//! Entries are appended, acknowledged when durable, and never change. The form on disk is public:
//! RFC 6962 Merkle tree, C2SP `tlog-tiles`, `tlog-checkpoint` and `signed-note`, so tools that know nothing of
//! this crate can read and check a log. README.md says what the log proves and what it does not.
//!
//! - [`Log`] writes (one process per log), [`Reader`] reads without a lock;
//! - [`Series`] is a log through the years: shards with keys of their own, linked to each other;
//! - [`verify`] checks plain files with nothing but public keys, from any [`source`];
//! - [`bundle`] is a log to be taken away, [`proof`] a single entry, [`payload`] what is too large for one;
//! - [`tree`], [`note`], [`tile`], [`wal`] are the formats.
//!
//! The crate knows no clock and no randomness: nothing on disk contains a time, and the same entries under the
//! same key give the same bytes.

pub mod bundle;
mod durable;
mod log;
pub mod note;
pub mod payload;
pub mod proof;
pub mod series;
pub mod source;
pub mod tile;
pub mod tree;
pub mod verify;
pub mod wal;

pub use log::{AppendError, Appended, Log, LogConfig, OpenError, Pending, Reader, Status};
pub use note::{Checkpoint, KeyError, NoteError, Signer, VerifierKey};
pub use series::{KeyLine, Owner, Series, SeriesConfig, SeriesError, Shard};
pub use tile::{MAX_ENTRY_BYTES, ReadError};
pub use tree::{Hash, leaf_hash, verify_consistency, verify_inclusion};

/// The published checkpoint: all tiles that it needs are there.
pub(crate) const CHECKPOINT_FILE: &str = "checkpoint";
/// The newest checkpoint with the cosignatures of witnesses, kept by whoever collects them.
pub const WITNESSED_FILE: &str = "witnessed";
/// The head: the log must never be shorter than this.
pub(crate) const HEAD_FILE: &str = "head";
/// Held exclusively by the process that writes.
pub(crate) const LOCK_FILE: &str = "lock";
