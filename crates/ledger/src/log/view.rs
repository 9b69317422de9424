//! What can be read: the recent part from memory, the rest from full tiles.

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::tile::{Published, ReadError, Recent, Shelf, Store, TILE_WIDTH, Upper};
use crate::tree::{Growth, Hash, Nodes, consistency_proof, inclusion_proof, range_hash};

/// Most entries that one call returns.
const PAGE_ENTRIES: usize = 4096;
/// A call stops after the bundle that brings it over this.
const PAGE_BYTES: usize = 8 << 20;

/// The durable state of a log. What is durable never changes, so no two reads can contradict each other.
#[derive(Debug)]
pub(super) struct View {
    store: Store,
    upper: Upper,
    durable: RwLock<Durable>,
}

#[derive(Debug)]
struct Durable {
    size: u64,
    checkpoint: Arc<str>,
    recent: Recent,
}

impl View {
    pub(super) fn new(dir: &Path, size: u64, checkpoint: String, recent: Recent) -> Self {
        let durable = Durable { size, checkpoint: checkpoint.into(), recent };
        Self { store: Store::new(dir), upper: Upper::default(), durable: RwLock::new(durable) }
    }

    fn read(&self) -> RwLockReadGuard<'_, Durable> {
        self.durable.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Durable> {
        self.durable.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a batch that became durable. Returns the number and bytes of entries that wait for tiles.
    pub(super) fn extend(
        &self,
        entries: Vec<Arc<[u8]>>,
        growth: &Growth,
        checkpoint: Arc<str>,
    ) -> (usize, usize) {
        let mut durable = self.write();
        durable.recent.grow(entries, growth);
        durable.size = growth.after().size();
        durable.checkpoint = checkpoint;
        (durable.recent.count(), durable.recent.bytes())
    }

    pub(super) fn backlog(&self) -> (usize, usize) {
        let durable = self.read();
        (durable.recent.count(), durable.recent.bytes())
    }

    /// Index of the first entry that is not in a full tile on disk.
    pub(super) fn unpublished_from(&self) -> u64 {
        self.read().recent.start()
    }

    /// The tiles of a publication of `size`, with or without the partial ones.
    pub(super) fn publication(&self, size: u64, partial: bool) -> Published {
        Published::gather(&self.read().recent, size, partial)
    }

    pub(super) fn forget_published(&self, size: u64) {
        self.write().recent.forget_published(size);
    }

    pub(super) fn size(&self) -> u64 {
        self.read().size
    }

    pub(super) fn checkpoint(&self) -> Arc<str> {
        Arc::clone(&self.read().checkpoint)
    }

    /// Size and signed checkpoint, of the same moment.
    pub(super) fn head(&self) -> (u64, Arc<str>) {
        let durable = self.read();
        (durable.size, Arc::clone(&durable.checkpoint))
    }

    /// Fails unless `asked` is at most the size of the log.
    fn within(&self, asked: u64) -> Result<(), ReadError> {
        let size = self.size();
        if asked > size { Err(ReadError::OutOfRange { asked, size }) } else { Ok(()) }
    }

    pub(super) fn entry(&self, index: u64) -> Result<Vec<u8>, ReadError> {
        {
            let durable = self.read();
            if index >= durable.size {
                return Err(ReadError::OutOfRange { asked: index, size: durable.size });
            }
            if let Some(entry) = durable.recent.entry(index) {
                return Ok(entry.to_vec());
            }
        }
        let at = (index % TILE_WIDTH) as usize;
        let entry = self.store.bundle(index / TILE_WIDTH)?.into_iter().nth(at);
        entry.ok_or(ReadError::OutOfRange { asked: index, size: self.size() })
    }

    pub(super) fn entries(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>, ReadError> {
        let mut found = Vec::new();
        let (mut at, mut bytes) = (range.start, 0);
        while found.len() < PAGE_ENTRIES && bytes < PAGE_BYTES {
            let block_end = (at - at % TILE_WIDTH).saturating_add(TILE_WIDTH);
            let end;
            {
                let durable = self.read();
                end = range.end.min(durable.size).min(block_end);
                if at >= end {
                    break;
                }
                if at >= durable.recent.start() {
                    for index in at..end {
                        let Some(entry) = durable.recent.entry(index) else { break };
                        bytes += entry.len();
                        found.push((index, entry.to_vec()));
                    }
                    at = end;
                    continue;
                }
            }
            let block = self.store.bundle(at / TILE_WIDTH)?;
            let take = (end - at) as usize;
            for (index, entry) in (at..end).zip(block.into_iter().skip((at % TILE_WIDTH) as usize).take(take))
            {
                bytes += entry.len();
                found.push((index, entry));
            }
            at = end;
        }
        found.truncate(PAGE_ENTRIES);
        Ok(found)
    }

    pub(super) fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Hash>, ReadError> {
        self.within(size)?;
        inclusion_proof(&self.nodes(), index, size)?.ok_or(ReadError::OutOfRange { asked: index, size })
    }

    pub(super) fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Hash>, ReadError> {
        self.within(new)?;
        consistency_proof(&self.nodes(), old, new)?.ok_or(ReadError::OutOfRange { asked: old, size: new })
    }

    pub(super) fn root(&self, size: u64) -> Result<Hash, ReadError> {
        self.within(size)?;
        range_hash(&self.nodes(), 0, size)
    }
}

/// The subtrees of a view, for one proof.
struct Subtrees<'a> {
    view: &'a View,
    shelf: Shelf<'a>,
}

impl View {
    fn nodes(&self) -> Subtrees<'_> {
        Subtrees { view: self, shelf: Shelf::new(&self.store, &self.upper) }
    }
}

impl Nodes for Subtrees<'_> {
    type Error = ReadError;

    fn node(&self, height: u32, index: u64) -> Result<Hash, ReadError> {
        let recent = self.view.read().recent.node(height, index);
        recent.map_or_else(|| self.shelf.node(height, index), Ok)
    }
}
