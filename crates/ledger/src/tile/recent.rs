//! The part of a log that is not yet in full tiles on disk.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Kind, TILE_HEIGHT, TILE_WIDTH, Tile};
use crate::tree::{Growth, Hash, fold};

/// Durable entries, and hashes of every level, from the last full tile on disk to the end of the log.
///
/// Invariant: every row begins at a multiple of 256, and all before it is in full tiles on disk.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    entries: Row<Arc<[u8]>>,
    levels: Vec<Row<Hash>>,
    bytes: usize,
}

#[derive(Debug)]
struct Row<T> {
    start: u64,
    items: VecDeque<T>,
}

impl<T> Default for Row<T> {
    fn default() -> Self {
        Self { start: 0, items: VecDeque::new() }
    }
}

impl<T: Clone> Row<T> {
    fn get(&self, index: u64) -> Option<&T> {
        self.items.get(usize::try_from(index.checked_sub(self.start)?).ok()?)
    }

    fn end(&self) -> u64 {
        self.start + self.items.len() as u64
    }

    fn range(&self, from: u64, to: u64) -> Option<Vec<T>> {
        (from..to).map(|index| self.get(index).cloned()).collect()
    }
}

impl Recent {
    /// The state of a log whose first `start` entries (a multiple of 256) are in full tiles on disk. `edge`
    /// holds, for each level from 1 upwards, the hashes of the last tile if that is partial.
    pub(crate) fn starting_at(start: u64, edge: Vec<Vec<Hash>>) -> Self {
        let mut recent = Self::default();
        recent.entries.start = start;
        recent.levels.push(Row { start, items: VecDeque::new() });
        for (level, hashes) in (1u8..).zip(edge) {
            let items = Kind::Hashes(level).items(start);
            recent.levels.push(Row { start: items - items % TILE_WIDTH, items: hashes.into() });
        }
        recent
    }

    /// Index of the first entry held.
    pub(crate) fn start(&self) -> u64 {
        self.entries.start
    }

    /// Number of entries held.
    pub(crate) fn count(&self) -> usize {
        self.entries.items.len()
    }

    /// Bytes of the entries held.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds an entry. Its hashes follow with [`Recent::completed`].
    pub(crate) fn push(&mut self, entry: Arc<[u8]>) {
        self.bytes += entry.len();
        self.entries.items.push_back(entry);
    }

    /// Takes a subtree that an append completed (see `Frontier::push`); keeps those that tiles hold.
    pub(crate) fn completed(&mut self, height: u32, hash: Hash) {
        if !height.is_multiple_of(TILE_HEIGHT) {
            return;
        }
        let level = (height / TILE_HEIGHT) as usize;
        while self.levels.len() <= level {
            self.levels.push(Row::default());
        }
        if let Some(row) = self.levels.get_mut(level) {
            row.items.push_back(hash);
        }
    }

    /// Takes all that a batch adds: its entries, and the hashes that tiles hold.
    pub(crate) fn grow(&mut self, entries: Vec<Arc<[u8]>>, growth: &Growth) {
        self.bytes += entries.iter().map(|entry| entry.len()).sum::<usize>();
        self.entries.items.extend(entries);
        for level in 0.. {
            let completed = growth.completed(level * TILE_HEIGHT);
            if completed.is_empty() {
                break;
            }
            while self.levels.len() <= level as usize {
                self.levels.push(Row::default());
            }
            if let Some(row) = self.levels.get_mut(level as usize) {
                row.items.extend(completed);
            }
        }
    }

    pub(crate) fn entry(&self, index: u64) -> Option<&Arc<[u8]>> {
        self.entries.get(index)
    }

    /// The entries of a tile, if all are held.
    pub(crate) fn tile_entries(&self, tile: Tile) -> Option<Vec<Arc<[u8]>>> {
        let from = tile.index * TILE_WIDTH;
        self.entries.range(from, from + u64::from(tile.width))
    }

    /// The hashes of a tile, if all are held.
    pub(crate) fn tile_hashes(&self, level: u8, tile: Tile) -> Option<Vec<Hash>> {
        let from = tile.index * TILE_WIDTH;
        self.levels.get(usize::from(level))?.range(from, from + u64::from(tile.width))
    }

    /// The hash of a complete subtree, if it is held (and not in full tiles on disk).
    pub(crate) fn node(&self, height: u32, index: u64) -> Option<Hash> {
        let row = self.levels.get((height / TILE_HEIGHT) as usize)?;
        let count = 1u64 << (height % TILE_HEIGHT);
        fold(&row.range(index * count, (index + 1) * count)?)
    }

    /// Names of the tiles that a publication of `size` has to write: the full ones not yet on disk, then the
    /// partial ones.
    pub(crate) fn tiles(&self, size: u64) -> Vec<Tile> {
        let rows = self.levels.iter().zip(0u8..).map(|(row, level)| (Kind::Hashes(level), row.start));
        let rows: Vec<_> = [(Kind::Entries, self.entries.start)].into_iter().chain(rows).collect();
        let full = rows.iter().flat_map(|(kind, start)| {
            (start / TILE_WIDTH..kind.items(size) / TILE_WIDTH).map(|index| Tile::full(*kind, index))
        });
        let partial = rows.iter().filter_map(|(kind, _)| Tile::partial(*kind, size));
        full.chain(partial).collect()
    }

    /// Forgets what full tiles hold now that the tiles of `size` are durable.
    pub(crate) fn forget_published(&mut self, size: u64) {
        let keep = size - size % TILE_WIDTH;
        while self.entries.start < keep.min(self.entries.end()) {
            if let Some(entry) = self.entries.items.pop_front() {
                self.bytes -= entry.len();
            }
            self.entries.start += 1;
        }
        for (row, level) in self.levels.iter_mut().zip(0u8..) {
            let items = Kind::Hashes(level).items(size);
            let keep = (items - items % TILE_WIDTH).min(row.end());
            while row.start < keep {
                row.items.pop_front();
                row.start += 1;
            }
        }
    }
}
