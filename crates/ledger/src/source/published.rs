//! The tiles of one published size, as a tree that answers for subtrees.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::Source;
use crate::tile::{Kind, TILE_HEIGHT, TILE_WIDTH, Tile, decode_bundle};
use crate::tree::{
    HASH_BYTES, Hash, Nodes, consistency_proof, fold, inclusion_proof, range_hash, split_point,
    verify_inclusion,
};
use crate::verify::Finding;

/// Longest bundle: 256 entries of the greatest length.
const MAX_BUNDLE_BYTES: u64 = TILE_WIDTH * (2 + u16::MAX as u64);
/// Tiles kept in memory: more than one for each level of one path.
const KEPT: usize = 64;

/// What the tiles of a log say at one size. Nothing is verified here beyond lengths.
pub struct Published<'a> {
    source: &'a dyn Source,
    size: u64,
    kept: RefCell<HashMap<Tile, Rc<Vec<Hash>>>>,
}

impl<'a> Published<'a> {
    /// The tree of `size` entries.
    pub fn new(source: &'a dyn Source, size: u64) -> Self {
        Self { source, size, kept: RefCell::default() }
    }

    /// The size.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The tile with this index as it is at this size; `None` beyond the end.
    pub fn name(&self, kind: Kind, index: u64) -> Option<Tile> {
        let items = kind.items(self.size);
        match items / TILE_WIDTH {
            full if index < full => Some(Tile::full(kind, index)),
            full if index == full => Tile::partial(kind, self.size),
            _ => None,
        }
    }

    /// The bytes of a tile, and the name they were found under. A partial tile may have given way to the full one:
    /// then that is read, which begins with it.
    ///
    /// # Errors
    /// If neither is there or can be read.
    pub(crate) fn bytes(&self, tile: Tile) -> Result<(Tile, Vec<u8>), Finding> {
        let limit = match tile.kind {
            Kind::Entries => MAX_BUNDLE_BYTES,
            Kind::Hashes(_) => TILE_WIDTH * HASH_BYTES as u64,
        };
        let full = Tile::full(tile.kind, tile.index);
        // The writer makes the full tile before it removes the partial one: asked in this order, one is there.
        for name in [tile, full] {
            let path = name.path();
            match self.source.read(&path, limit) {
                Ok(Some(bytes)) => return Ok((name, bytes)),
                Ok(None) if name != full => {}
                Ok(None) => break,
                Err(error) => return Err(Finding::unreadable(path, &error)),
            }
        }
        Err(Finding::missing(tile))
    }

    /// The hashes of a tile.
    ///
    /// # Errors
    /// If the tile is not there or has another length.
    pub fn hashes(&self, level: u8, index: u64) -> Result<Rc<Vec<Hash>>, Finding> {
        let kind = Kind::Hashes(level);
        let tile = self.name(kind, index).ok_or_else(|| {
            let path = Tile::full(kind, index).path();
            Finding::file(path, format!("a tile of a log of {} entries", self.size), "one beyond its end")
        })?;
        if let Some(hashes) = self.kept.borrow().get(&tile) {
            return Ok(Rc::clone(hashes));
        }
        let (found, bytes) = self.bytes(tile)?;
        let mut hashes: Vec<Hash> = bytes.chunks_exact(HASH_BYTES).filter_map(Hash::from_slice).collect();
        if hashes.len() != usize::from(found.width) || bytes.len() != hashes.len() * HASH_BYTES {
            let expected = format!("{} bytes", usize::from(found.width) * HASH_BYTES);
            return Err(Finding::file(found.path(), expected, bytes.len().to_string()).at(first_entry(tile)));
        }
        hashes.truncate(usize::from(tile.width));
        let hashes = Rc::new(hashes);
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(tile, Rc::clone(&hashes));
        Ok(hashes)
    }

    /// The entries of a bundle, not yet compared with their hashes.
    ///
    /// # Errors
    /// If the bundle is not there, or its lengths do not add up.
    pub fn entries(&self, index: u64) -> Result<Vec<Vec<u8>>, Finding> {
        let tile = self.name(Kind::Entries, index).ok_or_else(|| {
            let path = Tile::full(Kind::Entries, index).path();
            Finding::file(path, format!("a bundle of a log of {} entries", self.size), "one beyond its end")
        })?;
        let (found, bytes) = self.bytes(tile)?;
        let entries = decode_bundle(&bytes).map_err(|error| {
            let entry = index * TILE_WIDTH + error.at as u64;
            Finding::file(found.path(), "whole entries", error.to_string()).at(entry)
        })?;
        Ok(entries.into_iter().take(usize::from(tile.width)).map(<[u8]>::to_vec).collect())
    }

    /// One entry, not yet compared with its hash.
    ///
    /// # Errors
    /// As for [`Published::entries`].
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, Finding> {
        let entries = self.entries(index / TILE_WIDTH)?;
        let count = entries.len() as u64;
        entries.into_iter().nth((index % TILE_WIDTH) as usize).ok_or_else(|| {
            let path = Tile::full(Kind::Entries, index / TILE_WIDTH).path();
            Finding::file(path, format!("entry {index}"), format!("{count} entries")).at(index)
        })
    }

    /// The root over all entries, as the tiles give it.
    ///
    /// # Errors
    /// If a tile is not there or has another length.
    pub fn root(&self) -> Result<Hash, Finding> {
        range_hash(self, 0, self.size)
    }

    /// The proof that entry `index` is in the tree of this size (RFC 6962 2.1.1); `None` beyond the end.
    ///
    /// # Errors
    /// As for [`Published::root`].
    pub fn inclusion_proof(&self, index: u64) -> Result<Option<Vec<Hash>>, Finding> {
        inclusion_proof(self, index, self.size)
    }

    /// The proof that the tree of `old` entries is a prefix of this one (RFC 6962 2.1.2); `None` if it is longer.
    ///
    /// # Errors
    /// As for [`Published::root`].
    pub fn consistency_proof(&self, old: u64) -> Result<Option<Vec<Hash>>, Finding> {
        consistency_proof(self, old, self.size)
    }

    /// Whether `hash`, as item `index` of tile level `level`, leads to `root` with what the other tiles say.
    pub(crate) fn leads_to(&self, root: &Hash, level: u8, index: u64, hash: &Hash) -> bool {
        let height = u32::from(level) * TILE_HEIGHT;
        let Some(first) = index.checked_mul(1 << height.min(63)).filter(|_| height < 64) else {
            return false;
        };
        let Some(end) = first.checked_add(1 << height).filter(|end| *end <= self.size) else { return false };
        let (mut lo, mut hi) = (0, self.size);
        let mut ranges = Vec::new();
        while (lo, hi) != (first, end) && hi - lo > 1 {
            let middle = lo + split_point(hi - lo);
            if first < middle {
                ranges.push((middle, hi));
                hi = middle;
            } else {
                ranges.push((lo, middle));
                lo = middle;
            }
        }
        let proof: Result<Vec<Hash>, Finding> =
            ranges.iter().rev().map(|(lo, hi)| range_hash(self, *lo, *hi)).collect();
        let items = ((self.size - 1) >> height) + 1;
        proof.is_ok_and(|proof| verify_inclusion(hash, index, items, root, &proof).is_ok())
    }

    /// Whether these leaf hashes, as all of block `block`, lead to `root` with what the other tiles say.
    pub(crate) fn block_leads_to(&self, root: &Hash, block: u64, leaves: &[Hash]) -> bool {
        match (self.name(Kind::Hashes(0), block), fold(leaves)) {
            (Some(tile), Some(hash)) if usize::from(tile.width) == leaves.len() => {
                if tile.is_full() {
                    return self.leads_to(root, 1, block, &hash);
                }
                let edge = Edge { published: self, block, leaves };
                range_hash(&edge, 0, self.size).is_ok_and(|found| found == *root)
            }
            _ => false,
        }
    }
}

/// Index of the first entry under a tile.
pub(crate) fn first_entry(tile: Tile) -> u64 {
    let height = match tile.kind {
        Kind::Entries => 0,
        Kind::Hashes(level) => u32::from(level) * TILE_HEIGHT,
    };
    tile.index.saturating_mul(TILE_WIDTH).saturating_mul(1u64.checked_shl(height).unwrap_or(u64::MAX))
}

impl Nodes for Published<'_> {
    type Error = Finding;

    fn node(&self, height: u32, index: u64) -> Result<Hash, Finding> {
        let count = 1u64 << (height % TILE_HEIGHT);
        let first = index.saturating_mul(count);
        let hashes = self.hashes((height / TILE_HEIGHT) as u8, first / TILE_WIDTH)?;
        let at = (first % TILE_WIDTH) as usize;
        hashes.get(at..at + count as usize).and_then(fold).ok_or_else(|| {
            let path = Tile::full(Kind::Hashes((height / TILE_HEIGHT) as u8), first / TILE_WIDTH).path();
            Finding::file(path, format!("a hash of item {first}"), "a tile that is too short")
        })
    }
}

/// The published tree with other leaf hashes in its last block.
struct Edge<'a> {
    published: &'a Published<'a>,
    block: u64,
    leaves: &'a [Hash],
}

impl Nodes for Edge<'_> {
    type Error = Finding;

    fn node(&self, height: u32, index: u64) -> Result<Hash, Finding> {
        let first = index << height;
        if height < TILE_HEIGHT && first / TILE_WIDTH == self.block {
            let at = (first % TILE_WIDTH) as usize;
            let hash = self.leaves.get(at..at + (1usize << height)).and_then(fold);
            return hash.ok_or_else(|| Finding::missing(Tile::full(Kind::Hashes(0), self.block)));
        }
        self.published.node(height, index)
    }
}
