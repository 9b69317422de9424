//! Reads tiles from a directory.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::{Kind, ReadError, TILE_HEIGHT, TILE_WIDTH, Tile, decode_bundle};
use crate::tree::{HASH_BYTES, Hash, Nodes, fold, leaf_hash};

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

/// Nodes that lie in full tiles.
impl Nodes for Store {
    type Error = ReadError;

    fn node(&self, height: u32, index: u64) -> Result<Hash, ReadError> {
        let kind = Kind::Hashes((height / TILE_HEIGHT) as u8);
        let count = 1u64 << (height % TILE_HEIGHT);
        let first = index * count;
        let tile = Tile::full(kind, first / TILE_WIDTH);
        let path = self.file(tile);
        let mut bytes = vec![0; count as usize * HASH_BYTES];
        let offset = first % TILE_WIDTH * HASH_BYTES as u64;
        File::open(&path)
            .and_then(|file| file.read_exact_at(&mut bytes, offset))
            .map_err(|e| ReadError::io(&path, e))?;
        let hashes: Vec<Hash> = bytes.chunks_exact(HASH_BYTES).filter_map(Hash::from_slice).collect();
        fold(&hashes).ok_or_else(|| ReadError::damaged(tile, "empty"))
    }
}
