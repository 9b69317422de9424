//! Finds the end of a log: published tiles plus what the write-ahead log has beyond them.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::OpenError;
use crate::note::{Checkpoint, NoteError, VerifierKey};
use crate::tile::{Kind, ReadError, Recent, Store, TILE_HEIGHT, TILE_WIDTH, Tile};
use crate::tree::{Frontier, Hash, Nodes, leaf_hash, plain_hash, range_hash};
use crate::wal::{self, BatchRef, Decoded, Header, SEGMENT_HEADER_BYTES, SegmentBytes};
use crate::{CHECKPOINT_FILE, HEAD_FILE};

/// A log as found.
pub(super) struct Loaded {
    pub(super) frontier: Frontier,
    pub(super) recent: Recent,
    /// The tree before the last segment.
    pub(super) base: Frontier,
    /// Where the last segment ends.
    pub(super) end: u64,
    /// What the file `head` holds.
    pub(super) head: String,
    /// The signed checkpoint of the size found, unless it has to be signed anew.
    pub(super) checkpoint: Option<String>,
    /// The published size, if nothing was lacking when the tiles were looked at.
    pub(super) published: Option<u64>,
    /// Why the bytes after the end are no batch, if there are any.
    pub(super) torn: Option<&'static str>,
}

/// Reads a log. `spill` is called after each batch and may make the recent part smaller.
pub(super) fn load(
    dir: &Path,
    key: &VerifierKey,
    mut spill: impl FnMut(&mut Recent, u64) -> Result<(), OpenError>,
) -> Result<Loaded, OpenError> {
    let (head, head_note) = read_checkpoint(dir, HEAD_FILE, key)?.ok_or(OpenError::HeadMissing)?;
    let published = read_checkpoint(dir, CHECKPOINT_FILE, key)?;
    let (start, edge) = published.as_ref().map_or((0, None), |(published, _)| {
        let trusted = head.size.min(published.size);
        let start = trusted - trusted % TILE_WIDTH;
        (start, right_edge(&Store::new(dir), published.size, start))
    });
    let intact = edge.is_some() && start > 0;
    // Without the tiles everything is replayed, and so they are rebuilt.
    let (start, edge) = edge.map_or((0, Vec::new()), |edge| (start, edge));

    let segments = wal::list_segments(dir).map_err(OpenError::io(dir))?;
    let begin = segments.iter().rposition(|first| *first <= start);
    let mut replay = Replay {
        key,
        start,
        frontier: Frontier::new(),
        recent: Recent::starting_at(start, edge),
        marks: vec![(HEAD_FILE, &head)],
        note: None,
    };
    replay.marks.extend(published.as_ref().map(|(published, _)| (CHECKPOINT_FILE, published)));
    let mut base = Frontier::new();
    let mut end = 0;
    let mut torn = None;
    let firsts = begin.and_then(|begin| segments.get(begin..)).unwrap_or_default();
    for (position, first) in firsts.iter().enumerate() {
        let last = position + 1 == firsts.len();
        let name = wal::segment_name(*first);
        let path = dir.join(&name);
        let mut segment = SegmentBytes::read(&path).map_err(OpenError::io(&path))?;
        let damaged = |frontier: &Frontier, place: String, detail: &str| OpenError::Damaged {
            place,
            entry: frontier.size(),
            detail: detail.to_owned(),
        };
        let header = Header::decode(segment.bytes())
            .map_err(|detail| damaged(&replay.frontier, name.clone(), detail))?;
        if header.origin != plain_hash(key.name().as_bytes()) {
            return Err(damaged(&header.base, name, "it belongs to another log"));
        }
        if header.base.size() != *first || (position > 0 && header.base != replay.frontier) {
            return Err(damaged(&replay.frontier, name, "it does not follow the segment before it"));
        }
        base = header.base;
        if position == 0 {
            replay.frontier = base.clone();
            replay.check_marks().map_err(|detail| damaged(&base, name.clone(), &detail))?;
        }
        let mut offset = SEGMENT_HEADER_BYTES;
        loop {
            let place = || format!("{name} at byte {offset}");
            match segment.decode(offset).map_err(OpenError::io(&path))? {
                Decoded::Batch(batch) => {
                    let before = replay.frontier.clone();
                    replay.batch(&batch).map_err(|detail| damaged(&before, place(), &detail))?;
                    offset = batch.end;
                    spill(&mut replay.recent, replay.frontier.size())?;
                }
                Decoded::End => break,
                Decoded::Broken(detail) => {
                    if !last || signed_later(segment.bytes(), offset, replay.frontier.size(), key) {
                        return Err(damaged(&replay.frontier, place(), detail));
                    }
                    torn = Some(detail);
                    break;
                }
            }
        }
        end = offset as u64;
    }
    let found = replay.frontier.size();
    for (file, mark) in &replay.marks {
        if found < mark.size {
            return Err(OpenError::RolledBack { file, expected: mark.size, found });
        }
    }
    if firsts.is_empty() {
        let detail = "the first segment is missing".to_owned();
        return Err(OpenError::Damaged { place: wal::segment_name(0), entry: 0, detail });
    }
    if let Some(note) = &replay.note {
        let file = wal::segment_name(base.size());
        Checkpoint::open(note.as_bytes(), key).map_err(|source| OpenError::Note { file, source })?;
    }
    let Replay { frontier, recent, note, .. } = replay;
    let known = [Some((&head, &head_note)), published.as_ref().map(|(mark, note)| (mark, note))];
    let named = known.into_iter().flatten().find(|(mark, _)| mark.size == found);
    let checkpoint = note.or_else(|| named.map(|(_, note)| note.clone()));
    let published = published.filter(|_| intact).map(|(published, _)| published.size);
    Ok(Loaded { frontier, recent, base, end, head: head_note, checkpoint, published, torn })
}

/// Whether a batch that this log signed follows after `offset`. An entry may look like a batch inside one that
/// is torn, but not like one that is signed and still to come.
fn signed_later(segment: &[u8], mut offset: usize, size: u64, key: &VerifierKey) -> bool {
    while let Some(at) = wal::later_batch(segment, offset) {
        if let Decoded::Batch(batch) = wal::decode_batch(segment, at)
            && batch.first >= size
            && Checkpoint::open(batch.checkpoint, key).is_ok_and(|signed| signed.size > size)
        {
            return true;
        }
        offset = at;
    }
    false
}

struct Replay<'a> {
    key: &'a VerifierKey,
    /// Entries before this one are in tiles.
    start: u64,
    frontier: Frontier,
    recent: Recent,
    marks: Vec<(&'static str, &'a Checkpoint)>,
    /// The checkpoint of the last batch.
    note: Option<String>,
}

impl Replay<'_> {
    fn batch(&mut self, batch: &BatchRef<'_>) -> Result<(), String> {
        let size = self.frontier.size();
        if batch.first != size {
            return Err(format!("the batch begins at entry {}, expected {size}", batch.first));
        }
        for entry in &batch.entries {
            let keep = self.frontier.size() >= self.start;
            let recent = &mut self.recent;
            if keep {
                recent.push(Arc::from(*entry));
            }
            self.frontier.push(leaf_hash(entry), |height, hash| {
                if keep {
                    recent.completed(height, hash);
                }
            });
            self.check_marks()?;
        }
        // Only the shape here: the signature of the last checkpoint covers all before it.
        let text = String::from_utf8(batch.checkpoint.to_vec()).map_err(|e| e.to_string())?;
        let (body, _) = text.rsplit_once("\n\n").ok_or("the checkpoint has no signature")?;
        let checkpoint = Checkpoint::parse(&format!("{body}\n")).map_err(|e| e.to_string())?;
        let (size, root) = (self.frontier.size(), self.frontier.root());
        if checkpoint.size != size || checkpoint.root != root || checkpoint.origin != self.key.name() {
            return Err(format!(
                "its checkpoint signs {} entries with root {}, the entries give {size} with root {root}",
                checkpoint.size, checkpoint.root
            ));
        }
        self.note = Some(text);
        Ok(())
    }

    /// Compares the tree with everything that is known about its present size.
    fn check_marks(&self) -> Result<(), String> {
        let size = self.frontier.size();
        for (file, mark) in self.marks.iter().filter(|(_, mark)| mark.size == size) {
            let root = self.frontier.root();
            if mark.root != root {
                return Err(format!(
                    "`{file}` has root {} at size {size}, the entries give {root}",
                    mark.root
                ));
            }
        }
        if size == self.start && size > 0 {
            let root = range_hash(&Edge(&self.recent), 0, size)?;
            if root != self.frontier.root() {
                return Err(format!("tiles give another root at size {size} than the write-ahead log"));
            }
        }
        Ok(())
    }
}

/// Peaks read from the edge alone.
struct Edge<'a>(&'a Recent);

impl Nodes for Edge<'_> {
    type Error = String;

    fn node(&self, height: u32, index: u64) -> Result<Hash, String> {
        self.0.node(height, index).ok_or_else(|| format!("node {index} of height {height} has no tile"))
    }
}

fn read_checkpoint(
    dir: &Path,
    file: &'static str,
    key: &VerifierKey,
) -> Result<Option<(Checkpoint, String)>, OpenError> {
    let path = dir.join(file);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(OpenError::io(&path)(error)),
    };
    let wrong = |source: NoteError| OpenError::Note { file: file.to_owned(), source };
    let checkpoint = Checkpoint::open(&bytes, key).map_err(wrong)?;
    let note = String::from_utf8(bytes).map_err(|_| wrong(NoteError::Malformed("not UTF-8")))?;
    Ok(Some((checkpoint, note)))
}

/// The hashes of the last tile of every level from 1 upwards, as they were at size `start`. `None` if a tile
/// is not there or has the wrong length.
fn right_edge(store: &Store, published: u64, start: u64) -> Option<Vec<Vec<Hash>>> {
    let mut edge = Vec::new();
    for level in 1..=(u64::BITS / TILE_HEIGHT) as u8 {
        let kind = Kind::Hashes(level);
        let items = kind.items(start);
        if items == 0 {
            break;
        }
        let (index, width) = (items / TILE_WIDTH, (items % TILE_WIDTH) as usize);
        if width == 0 {
            edge.push(Vec::new());
            continue;
        }
        let partial = Tile::partial(kind, published).filter(|tile| tile.index == index);
        let tiles = partial.into_iter().chain([Tile::full(kind, index)]);
        let read = |tile| -> Result<Vec<Hash>, ReadError> { store.hashes(tile) };
        let hashes = tiles.filter_map(|tile| read(tile).ok()).find(|hashes| hashes.len() >= width)?;
        edge.push(hashes.into_iter().take(width).collect());
    }
    Some(edge)
}
