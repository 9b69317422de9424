//! Goes through the write-ahead log from the first entry to the last.

use std::path::Path;

use super::tiles::Tiles;
use super::{Finding, Place, Progress, Report, files};
use crate::note::{Checkpoint, VerifierKey};
use crate::tile::{Kind, Store, TILE_WIDTH, Tile, decode_bundle};
use crate::tree::{Frontier, Hash, leaf_hash, plain_hash};
use crate::wal::{self, BatchRef, Decoded, Header, SEGMENT_HEADER_BYTES, SegmentBytes};
use crate::{CHECKPOINT_FILE, HEAD_FILE};

/// A checkpoint that the history must pass through.
pub(super) struct Mark {
    pub(super) place: Place,
    pub(super) checkpoint: Checkpoint,
}

struct History<'a> {
    dir: &'a Path,
    key: &'a VerifierKey,
    marks: Vec<Mark>,
    published: u64,
    frontier: Frontier,
    tiles: Tiles<'a>,
    newest: Vec<u8>,
    checkpoints: u64,
}

pub(super) fn verify(
    dir: &Path,
    key: &VerifierKey,
    mut marks: Vec<Mark>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, Finding> {
    let mut newest = Vec::new();
    let mut published = 0;
    // The order matters beside a writer: what is read later can only be longer.
    for name in [HEAD_FILE, CHECKPOINT_FILE] {
        let found = files::checkpoint(dir, name, key)?;
        let (checkpoint, note) =
            found.ok_or_else(|| Finding::file(name, format!("a checkpoint signed by {key}"), "no file"))?;
        published = checkpoint.size;
        newest = note;
        marks.push(Mark { place: Place::File(name.to_owned()), checkpoint });
    }
    let total = marks.iter().map(|mark| mark.checkpoint.size).max().unwrap_or(0);
    let checkpoints = marks.len() as u64;
    let tiles = Tiles::new(dir, key, published);
    let frontier = Frontier::new();
    let mut history = History { dir, key, marks, published, frontier, tiles, newest, checkpoints };
    let mut notes = displaced(dir)?;
    history.marks_hold(&Frontier::new())?;
    progress(Progress { entries: 0, total });
    let segments = wal::list_segments(dir)
        .map_err(|e| Finding::file(wal::FOLDER, "a readable folder", e.to_string()))?;
    for (position, first) in segments.iter().enumerate() {
        let last = position + 1 == segments.len();
        if let Some(torn) = history.segment(*first, last, total, progress)? {
            notes.push(torn);
        }
    }
    let size = history.frontier.size();
    let root = history.frontier.root();
    if let Some(mark) = history.marks.iter().find(|mark| mark.checkpoint.size > size) {
        let expected = format!("a log of at least {} entries", mark.checkpoint.size);
        let found = format!("{size}: it was rolled back or cut");
        return Err(Finding { place: mark.place.clone(), entry: Some(size), expected, found });
    }
    if segments.is_empty() {
        return Err(Finding::file(wal::segment_name(0), "the first segment", "no file"));
    }
    history.tiles.finish(size)?;
    Ok(Report {
        size,
        root,
        checkpoint: String::from_utf8(history.newest).unwrap_or_default(),
        checkpoints: history.checkpoints,
        tiles: history.tiles.compared,
        segments: segments.len() as u64,
        notes,
    })
}

/// Segments that the writer found replaced or cut, and put aside.
fn displaced(dir: &Path) -> Result<Vec<String>, Finding> {
    let names = files::names(dir, wal::FOLDER)?.into_iter();
    let displaced = names.filter(|name| name.ends_with(".displaced"));
    Ok(displaced.map(|name| format!("{}/{name} was found in place of a segment", wal::FOLDER)).collect())
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
        let name = wal::segment_name(first);
        let size = self.frontier.size();
        if first != size {
            let expected = wal::segment_name(size);
            return Err(Finding::file(name, format!("{expected} next"), "this segment").at(size));
        }
        let unreadable = |e: std::io::Error| Finding::file(name.as_str(), "a readable file", e.to_string());
        let mut bytes = SegmentBytes::read(&self.dir.join(&name)).map_err(unreadable)?;
        let header = Header::decode(bytes.bytes())
            .map_err(|found| Finding::file(name.as_str(), "the header of a segment", found).at(size))?;
        if header.origin != plain_hash(self.key.name().as_bytes()) {
            let expected = format!("a segment of {}", self.key.name());
            return Err(Finding::file(name, expected, "one of another log").at(size));
        }
        if header.base != self.frontier {
            let expected = format!("the tree of {size} entries with root {}", self.frontier.root());
            let found = format!("{} with root {}", header.base.size(), header.base.root());
            return Err(Finding::file(name, expected, found).at(size));
        }
        let mut offset = SEGMENT_HEADER_BYTES;
        loop {
            match bytes.decode(offset).map_err(unreadable)? {
                Decoded::End => return Ok(None),
                Decoded::Batch(batch) => {
                    self.batch(&batch, Place::Wal { segment: name.clone(), offset: offset as u64 })?;
                    offset = batch.end;
                    let entries = self.frontier.size();
                    progress(Progress { entries, total: total.max(entries) });
                }
                Decoded::Broken(found) => {
                    let size = self.frontier.size();
                    let later = wal::later_batch(bytes.bytes(), offset);
                    if last && later.is_none() && size >= total {
                        return Ok(Some(format!("{name} ends at byte {offset} in an unfinished batch")));
                    }
                    let guess = wal::guess_entries(bytes.bytes(), offset);
                    let entry = self.first_difference(size, &guess).map_or(size, |(entry, _)| entry);
                    let place = Place::Wal { segment: name, offset: offset as u64 };
                    let expected = format!("the batch of entry {size}");
                    return Err(Finding { place, entry: Some(entry), expected, found: found.to_owned() });
                }
            }
        }
    }

    fn batch(&mut self, batch: &BatchRef<'_>, place: Place) -> Result<(), Finding> {
        let size = self.frontier.size();
        let wrong =
            |entry, expected, found| Finding { place: place.clone(), entry: Some(entry), expected, found };
        if batch.first != size {
            return Err(wrong(
                size,
                format!("the batch of entry {size}"),
                format!("that of {}", batch.first),
            ));
        }
        let mut frontier = self.frontier.clone();
        let mut nodes: Vec<(u32, Hash)> = Vec::with_capacity(batch.entries.len());
        let mut states = Vec::new();
        for entry in &batch.entries {
            frontier.push(leaf_hash(entry), |height, hash| nodes.push((height, hash)));
            if self.marks.iter().any(|mark| mark.checkpoint.size == frontier.size()) {
                states.push(frontier.clone());
            }
        }
        let signed = Checkpoint::open(batch.checkpoint, self.key).map_err(|error| {
            wrong(size, format!("a checkpoint signed by {}", self.key), error.to_string())
        })?;
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
            self.marks_hold(state)?;
        }
        for entry in &batch.entries {
            self.tiles.entry(entry)?;
        }
        for (height, hash) in nodes {
            self.tiles.node(height, hash)?;
        }
        self.frontier = frontier;
        self.checkpoints += 1;
        self.newest = batch.checkpoint.to_vec();
        Ok(())
    }

    /// Checks the checkpoints of the tree's present size against it.
    fn marks_hold(&self, tree: &Frontier) -> Result<(), Finding> {
        let root = tree.root();
        let here = |mark: &&Mark| mark.checkpoint.size == tree.size();
        match self.marks.iter().filter(here).find(|mark| mark.checkpoint.root != root) {
            None => Ok(()),
            Some(mark) => Err(Finding {
                place: mark.place.clone(),
                entry: None,
                expected: format!("root {root} at size {}, which the entries give", tree.size()),
                found: format!("root {}: another history", mark.checkpoint.root),
            }),
        }
    }

    /// The first of these entries that differs from the published tiles, with the leaf hash published for it.
    fn first_difference(&self, first: u64, entries: &[&[u8]]) -> Option<(u64, Hash)> {
        let mut held: Option<(u64, Vec<Hash>)> = None;
        for (entry, index) in entries.iter().zip(first..) {
            let block = index / TILE_WIDTH;
            if held.as_ref().is_none_or(|(at, _)| *at != block) {
                held = Some((block, self.published_leaves(block)?));
            }
            let hash = held.as_ref()?.1.get((index % TILE_WIDTH) as usize)?;
            if leaf_hash(entry) != *hash {
                return Some((index, *hash));
            }
        }
        None
    }

    /// Leaf hashes of one block as published: from the tile, or else from the bundle.
    fn published_leaves(&self, block: u64) -> Option<Vec<Hash>> {
        let store = Store::new(self.dir);
        let edge = |kind| Tile::partial(kind, self.published).filter(|tile| tile.index == block);
        let tile = [Some(Tile::full(Kind::Hashes(0), block)), edge(Kind::Hashes(0))];
        let hashes = tile.into_iter().flatten().find_map(|tile| store.hashes(tile).ok());
        hashes.or_else(|| {
            let tiles = [Some(Tile::full(Kind::Entries, block)), edge(Kind::Entries)];
            let bytes = tiles.into_iter().flatten().find_map(|tile| std::fs::read(store.file(tile)).ok())?;
            Some(decode_bundle(&bytes).ok()?.into_iter().map(leaf_hash).collect())
        })
    }
}
