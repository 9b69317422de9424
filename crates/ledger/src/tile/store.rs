//! Reads tiles from a directory.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Kind, ReadError, TILE_WIDTH, Tile, decode_bundle};
use crate::tree::{HASH_BYTES, Hash, leaf_hash};

/// The tile files of one log. Full tiles only, unless a partial one is asked for by name.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    dir: PathBuf,
}

impl Store {
    pub(crate) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    pub(crate) fn file(&self, tile: Tile) -> PathBuf {
        self.dir.join(tile.path())
    }

    /// The hashes of a tile, after a check of its length.
    pub(crate) fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, ReadError> {
        let path = self.file(tile);
        let bytes = fs::read(&path).map_err(|e| ReadError::io(&path, e))?;
        let hashes: Vec<Hash> = bytes.chunks_exact(HASH_BYTES).filter_map(Hash::from_slice).collect();
        if hashes.len() * HASH_BYTES != bytes.len() || hashes.len() != usize::from(tile.width) {
            let detail = format!("{} bytes, expected {}", bytes.len(), usize::from(tile.width) * HASH_BYTES);
            return Err(ReadError::damaged(tile, detail));
        }
        Ok(hashes)
    }

    /// The entries of a full bundle, checked against the hashes of their tile.
    pub(crate) fn bundle(&self, index: u64) -> Result<Vec<Vec<u8>>, ReadError> {
        let tile = Tile::full(Kind::Entries, index);
        let path = self.file(tile);
        let bytes = fs::read(&path).map_err(|e| ReadError::io(&path, e))?;
        let entries = decode_bundle(&bytes).map_err(|e| ReadError::damaged(tile, e.to_string()))?;
        let hashes = self.hashes(Tile::full(Kind::Hashes(0), index))?;
        if entries.len() != hashes.len() {
            return Err(ReadError::damaged(tile, format!("{} entries, expected 256", entries.len())));
        }
        if let Some(at) = entries.iter().zip(&hashes).position(|(entry, hash)| leaf_hash(entry) != *hash) {
            let number = index * TILE_WIDTH + at as u64;
            return Err(ReadError::damaged(tile, format!("entry {number} does not match its hash")));
        }
        Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
    }
}
