//! Goes through the write-ahead log from the first entry to the last.

use super::content::Content;
use super::marks::Marks;
use super::segment::{self, Segment};
use super::shard::{Edges, Subject};
use super::tiles::{Tiles, whole_items};
use super::{Finding, Place, Progress, Report, files};
use crate::note::Checkpoint;
use crate::source::Source;
use crate::tile::{Kind, TILE_WIDTH, Tile, decode_bundle};
use crate::tree::{Frontier, HASH_BYTES, Hash, leaf_hash, plain_hash};
use crate::wal::{self, BatchRef, Decoded, Header, SEGMENT_HEADER_BYTES};
use crate::{CHECKPOINT_FILE, HEAD_FILE};

struct History<'a> {
    subject: &'a Subject<'a>,
    marks: Marks,
    published: u64,
    frontier: Frontier,
    tiles: Tiles<'a>,
    content: Content<'a>,
    edges: Edges,
    newest: Vec<u8>,
    checkpoints: u64,
}

pub(super) fn verify(
    subject: &Subject<'_>,
    mut marks: Marks,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Report, Edges), Finding> {
    let source = subject.source;
    let mut newest = Vec::new();
    let mut published = 0;
    // The order matters beside a writer: what is read later can only be longer.
    for name in [HEAD_FILE, CHECKPOINT_FILE] {
        let (checkpoint, note) = files::needed_checkpoint(source, name, subject.key)?;
        // The head follows the checkpoint, and was read before it.
        if checkpoint.size < published {
            let expected = format!("a checkpoint of at least {published} entries, as the head has");
            let found = format!("one of {}: it was rolled back", checkpoint.size);
            return Err(Finding::file(name, expected, found));
        }
        published = checkpoint.size;
        newest = note;
        marks.add(Place::File(name.to_owned()), checkpoint);
    }
    let total = marks.longest();
    let mut history = History {
        subject,
        checkpoints: marks.count(),
        marks,
        published,
        frontier: Frontier::new(),
        tiles: Tiles::new(source, published),
        content: Content::new(source, subject.collect),
        edges: Edges::default(),
        newest,
    };
    let segment::Listed { firsts: segments, displaced: mut notes } = segment::list(source)?;
    history.marks.hold(&Frontier::new())?;
    progress(Progress { entries: 0, total });
    for (position, first) in segments.iter().enumerate() {
        let last = position + 1 == segments.len();
        if let Some(torn) = history.segment(*first, last, total, progress)? {
            notes.push(torn);
        }
    }
    let size = history.frontier.size();
    let root = history.frontier.root();
    history.marks.reached(size)?;
    if segments.is_empty() {
        return Err(Finding::file(wal::segment_name(0), "the first segment", "no file"));
    }
    history.tiles.finish(size, || segment::size_by_now(source, subject.key))?;
    notes.extend(history.content.strangers(true)?);
    let report = Report {
        size,
        root,
        checkpoint: String::from_utf8(history.newest).unwrap_or_default(),
        checkpoints: history.checkpoints,
        tiles: history.tiles.compared,
        segments: segments.len() as u64,
        entries: size,
        part: None,
        times: history.content.times(),
        payloads: history.content.payloads(),
        witnessed: None,
        notes,
    };
    Ok((report, history.edges))
}

impl History<'_> {
    /// Verifies one segment. Returns a note if its last batch was torn by a crash.
    fn segment(
        &mut self,
        first: u64,
        last: bool,
        total: u64,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<String>, Finding> {
        let size = self.frontier.size();
        if first != size {
            let expected = format!("{} next", wal::segment_name(size));
            return Err(Finding::file(wal::segment_name(first), expected, "this segment").at(size));
        }
        let mut segment = Segment::read(self.subject.source, first)?;
        let name = segment.name.clone();
        let header = Header::decode(segment.bytes())
            .map_err(|found| Finding::file(name.as_str(), "the header of a segment", found).at(size))?;
        if header.origin != plain_hash(self.subject.key.name().as_bytes()) {
            let expected = format!("a segment of {}", self.subject.key.name());
            return Err(Finding::file(name, expected, "one of another log").at(size));
        }
        if header.base != self.frontier {
            let expected = format!("the tree of {size} entries with root {}", self.frontier.root());
            let found = format!("{} with root {}", header.base.size(), header.base.root());
            return Err(Finding::file(name, expected, found).at(size));
        }
        let mut offset = SEGMENT_HEADER_BYTES;
        loop {
            match segment.decode(offset)? {
                Decoded::End => return Ok(None),
                Decoded::Batch(batch) => {
                    self.batch(&batch, &Place::Wal { segment: name.clone(), offset: offset as u64 })?;
                    offset = batch.end;
                    let entries = self.frontier.size();
                    progress(Progress { entries, total: total.max(entries) });
                }
                Decoded::Broken(found) => {
                    let size = self.frontier.size();
                    let later = wal::later_batch(segment.bytes(), offset);
                    if last && later.is_none() && size >= total {
                        return Ok(Some(format!("{name} ends at byte {offset} in an unfinished batch")));
                    }
                    let guess = wal::guess_entries(segment.bytes(), offset);
                    let entry = self.first_difference(size, &guess).map_or(size, |(entry, _)| entry);
                    let place = Place::Wal { segment: name, offset: offset as u64 };
                    return Err(Finding::new(place, format!("the batch of entry {size}"), found).at(entry));
                }
            }
        }
    }

    fn batch(&mut self, batch: &BatchRef<'_>, place: &Place) -> Result<(), Finding> {
        let size = self.frontier.size();
        let wrong = |entry, expected, found| Finding::new(place.clone(), expected, found).at(entry);
        if batch.first != size {
            let found = format!("that of {}", batch.first);
            return Err(wrong(size, format!("the batch of entry {size}"), found));
        }
        let mut frontier = self.frontier.clone();
        let mut nodes: Vec<(u32, Hash)> = Vec::with_capacity(batch.entries.len() * 2);
        let mut states = Vec::new();
        for entry in &batch.entries {
            frontier.push(leaf_hash(entry), |height, hash| nodes.push((height, hash)));
            if self.marks.wants(frontier.size()) {
                states.push(frontier.clone());
            }
        }
        let key = self.subject.key;
        let signed = Checkpoint::open(batch.checkpoint, key)
            .map_err(|error| wrong(size, format!("a checkpoint signed by {key}"), error.to_string()))?;
        let root = frontier.root();
        if (signed.size, signed.root) != (frontier.size(), root) {
            if let Some((entry, hash)) = self.first_difference(size, &batch.entries) {
                let found = format!("another, and root {root} instead of the signed {}", signed.root);
                return Err(wrong(entry, format!("an entry with leaf hash {hash}"), found));
            }
            let expected = format!("{} entries with root {}, as signed", signed.size, signed.root);
            let last = frontier.size().saturating_sub(1);
            let found = format!("entries {size} to {last} leading to root {root}");
            return Err(wrong(size, expected, found));
        }
        for state in &states {
            self.marks.hold(state)?;
        }
        for (entry, index) in batch.entries.iter().zip(size..) {
            self.content.entry(index, entry, || place.clone())?;
            self.tiles.entry(entry)?;
        }
        for (height, hash) in nodes {
            self.tiles.node(height, hash)?;
        }
        self.edges.saw(size, &batch.entries);
        self.frontier = frontier;
        self.checkpoints += 1;
        self.newest = batch.checkpoint.to_vec();
        Ok(())
    }

    /// The first of these entries that differs from the published tiles, with the leaf hash published for it.
    fn first_difference(&self, first: u64, entries: &[&[u8]]) -> Option<(u64, Hash)> {
        let mut held: Option<(u64, Vec<Hash>)> = None;
        for (entry, index) in entries.iter().zip(first..) {
            let block = index / TILE_WIDTH;
            if held.as_ref().is_none_or(|(at, _)| *at != block) {
                held = Some((block, published_leaves(self.subject.source, self.published, block)?));
            }
            let hash = held.as_ref()?.1.get((index % TILE_WIDTH) as usize)?;
            if leaf_hash(entry) != *hash {
                return Some((index, *hash));
            }
        }
        None
    }
}

/// Leaf hashes of one block as published: from the tile, or else from the bundle.
fn published_leaves(source: &dyn Source, published: u64, block: u64) -> Option<Vec<Hash>> {
    let limit = TILE_WIDTH * (1 << 16) + 2 * TILE_WIDTH;
    let names = |kind| {
        let edge = Tile::partial(kind, published).filter(|tile| tile.index == block);
        [Some(Tile::full(kind, block)), edge].into_iter().flatten()
    };
    let hashes = names(Kind::Hashes(0)).find_map(|tile| {
        let bytes = source.read(&tile.path(), limit).ok()??;
        let whole = bytes.len() == usize::from(tile.width) * HASH_BYTES;
        whole.then(|| bytes.chunks_exact(HASH_BYTES).filter_map(Hash::from_slice).collect())
    });
    hashes.or_else(|| {
        let bytes = names(Kind::Entries).find_map(|tile| source.read(&tile.path(), limit).ok()?)?;
        let entries = decode_bundle(&bytes).unwrap_or_else(|error| whole_items(&bytes, error.at));
        Some(entries.into_iter().map(leaf_hash).collect())
    })
}
