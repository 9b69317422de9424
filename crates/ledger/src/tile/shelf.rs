//! Tiles at hand for proofs, with the subtrees inside them.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Kind, ReadError, Store, TILE_HEIGHT, TILE_WIDTH, Tile};
use crate::tree::{Hash, Nodes, node_hash};

/// Tiles of the upper levels that stay in memory, 16 KiB each. One of the second level stands above 16 million
/// entries, so most proofs find it here.
const KEPT: usize = 32;

/// A full tile and every subtree in it: 256 hashes, then the 128 above them, up to one.
type Subtrees = Arc<[Hash]>;

/// Upper tiles used last, the newest at the end.
#[derive(Debug, Default)]
pub(crate) struct Upper(Mutex<VecDeque<(Tile, Subtrees)>>);

impl Upper {
    fn find(&self, tile: Tile) -> Option<Subtrees> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(one, _)| *one == tile)?;
        let found = kept.remove(at)?;
        let subtrees = Arc::clone(&found.1);
        kept.push_back(found);
        Some(subtrees)
    }

    fn keep(&self, tile: Tile, subtrees: &Subtrees) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((tile, Arc::clone(subtrees)));
    }
}

/// Answers for subtrees in full tiles, and reads each tile once. The siblings on a path come in runs of eight
/// from the same tile.
pub(crate) struct Shelf<'a> {
    store: &'a Store,
    upper: &'a Upper,
    tiles: RefCell<BTreeMap<Tile, Subtrees>>,
}

impl<'a> Shelf<'a> {
    pub(crate) fn new(store: &'a Store, upper: &'a Upper) -> Self {
        Self { store, upper, tiles: RefCell::default() }
    }

    fn subtrees(&self, level: u8, tile: Tile) -> Result<Subtrees, ReadError> {
        let held = self.tiles.borrow().get(&tile).cloned();
        if let Some(held) = held.or_else(|| self.upper.find(tile)) {
            return Ok(held);
        }
        let subtrees = grow(self.store.hashes(tile)?);
        if level > 0 {
            self.upper.keep(tile, &subtrees);
        }
        self.tiles.borrow_mut().insert(tile, Arc::clone(&subtrees));
        Ok(subtrees)
    }
}

/// Puts all subtrees of a tile after its hashes.
fn grow(mut nodes: Vec<Hash>) -> Subtrees {
    let mut at = 0;
    while let (Some(left), Some(right)) = (nodes.get(at), nodes.get(at + 1)) {
        nodes.push(node_hash(left, right));
        at += 2;
    }
    nodes.into()
}

impl Nodes for Shelf<'_> {
    type Error = ReadError;

    fn node(&self, height: u32, index: u64) -> Result<Hash, ReadError> {
        let (level, within) = ((height / TILE_HEIGHT) as u8, height % TILE_HEIGHT);
        // So many subtrees of this height are in one tile.
        let width = TILE_WIDTH >> within;
        let tile = Tile::full(Kind::Hashes(level), index / width);
        // Before them are the lower ones: 256 + 128 + … of them.
        let at = 2 * (TILE_WIDTH - width) + index % width;
        let found = self.subtrees(level, tile)?.get(at as usize).copied();
        found.ok_or_else(|| ReadError::damaged(tile, "too short"))
    }
}
