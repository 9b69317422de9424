//! The published form of a log: tiles of hashes and bundles of entries (c2sp.org/tlog-tiles).
//!
//! A full tile is immutable; a partial one stands for one published size until its full tile exists. Everything
//! here is derived from the write-ahead log and can be rebuilt from it.

mod bundle;
mod path;
mod publish;
mod recent;
mod shelf;
mod store;

use std::path::{Path, PathBuf};

pub use bundle::{BundleError, MAX_ENTRY_BYTES, decode_bundle, encode_entry};
pub use path::{Kind, Tile};
pub(crate) use publish::{Published, announce, publish};
pub(crate) use recent::Recent;
pub(crate) use shelf::{Shelf, Upper};
pub(crate) use store::Store;

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;
/// Levels of the tree between two levels of tiles.
pub const TILE_HEIGHT: u32 = 8;

/// Why something cannot be read from a log.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The index or size lies beyond the end of the log.
    #[error("{asked} is beyond the end of the log, which has {size} entries")]
    OutOfRange {
        /// What was asked for.
        asked: u64,
        /// Entries in the log.
        size: u64,
    },
    /// A file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A tile does not contain what it must.
    #[error("{tile} is damaged: {detail}; run a verification")]
    Damaged {
        /// Path of the tile inside the log's directory.
        tile: String,
        /// What is wrong.
        detail: String,
    },
    /// The log has no shard of this name.
    #[error("the log has no shard {0}")]
    NoShard(String),
    /// The shard was archived; its folder is gone from here.
    #[error("shard {0} was archived: restore it to read it")]
    Archived(String),
    /// The shard cannot be opened.
    #[error("shard {0} cannot be read: {1}")]
    Shard(String, String),
}

impl ReadError {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn damaged(tile: Tile, detail: impl Into<String>) -> Self {
        Self::Damaged { tile: tile.path(), detail: detail.into() }
    }
}
