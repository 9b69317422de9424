//! Compares tiles and bundles with what follows from the verified entries.

use super::{Finding, files};
use crate::source::{ItemKind, Source, first_entry};
use crate::tile::{Kind, MAX_ENTRY_BYTES, TILE_HEIGHT, TILE_WIDTH, Tile, decode_bundle, encode_entry};
use crate::tree::{HASH_BYTES, Hash};

/// Longest file of a tile or bundle.
const MAX_TILE_BYTES: u64 = TILE_WIDTH * (2 + MAX_ENTRY_BYTES as u64);

/// Collects one tile per level and compares it with the files when it is full, and once more at the end.
pub(super) struct Tiles<'a> {
    source: &'a dyn Source,
    /// Size for which all tiles must be there.
    published: u64,
    entries: Expected,
    levels: Vec<Expected>,
    pub(super) compared: u64,
    /// The last tile that differed, with the hash at the first difference, for whoever doubts the entries instead.
    pub(super) differing: Option<(Tile, u64, Option<Hash>)>,
}

/// What a tile must hold, as far as entries have been seen.
#[derive(Default)]
struct Expected {
    index: u64,
    bytes: Vec<u8>,
    /// Where each item ends.
    ends: Vec<usize>,
}

impl<'a> Tiles<'a> {
    pub(super) fn new(source: &'a dyn Source, published: u64) -> Self {
        let entries = Expected::default();
        Self { source, published, entries, levels: Vec::new(), compared: 0, differing: None }
    }

    /// Takes a verified entry.
    pub(super) fn entry(&mut self, entry: &[u8]) -> Result<(), Finding> {
        encode_entry(&mut self.entries.bytes, entry);
        self.entries.ends.push(self.entries.bytes.len());
        if self.entries.ends.len() as u64 == TILE_WIDTH {
            let full = self.entries.take();
            self.compare(Kind::Entries, &full)?;
        }
        Ok(())
    }

    /// Takes the hash of a verified complete subtree.
    pub(super) fn node(&mut self, height: u32, hash: Hash) -> Result<(), Finding> {
        if !height.is_multiple_of(TILE_HEIGHT) {
            return Ok(());
        }
        let level = (height / TILE_HEIGHT) as usize;
        while self.levels.len() <= level {
            self.levels.push(Expected::default());
        }
        let Some(expected) = self.levels.get_mut(level) else { return Ok(()) };
        expected.bytes.extend_from_slice(&hash.0);
        expected.ends.push(expected.bytes.len());
        if expected.ends.len() as u64 == TILE_WIDTH {
            let full = expected.take();
            self.compare(Kind::Hashes(level as u8), &full)?;
        }
        Ok(())
    }

    /// Compares what is left at the right edge, then looks for files that should not be there. `grown` tells the
    /// size of the log by now: a writer may have added entries, and their tiles, while we were reading.
    pub(super) fn finish(&mut self, size: u64, grown: impl Fn() -> Option<u64>) -> Result<(), Finding> {
        let entries = self.entries.take();
        self.compare(Kind::Entries, &entries)?;
        for level in 0..self.levels.len() {
            let Some(rest) = self.levels.get_mut(level).map(Expected::take) else { break };
            self.compare(Kind::Hashes(level as u8), &rest)?;
        }
        let mut now = size;
        files::each_tile(self.source, &mut |name, tile| {
            let tile = tile.ok_or_else(|| Finding::file(name, "only tiles", "a file that is none"))?;
            if reaches(tile) > tile.kind.items(now) {
                now = grown().unwrap_or(size).max(size);
            }
            if reaches(tile) <= tile.kind.items(now) {
                return Ok(());
            }
            Err(Finding::file(name, format!("no tile beyond the {size} entries of the log"), "one"))
        })
    }

    /// Compares all files of one tile: the full one and whatever partial ones are there.
    fn compare(&mut self, kind: Kind, expected: &Expected) -> Result<(), Finding> {
        if expected.ends.is_empty() {
            return Ok(());
        }
        let width = expected.ends.len() as u16;
        let full = Tile::full(kind, expected.index);
        let mut full_seen = false;
        if u64::from(width) == TILE_WIDTH {
            full_seen = self.compare_file(full, expected)?;
            if !full_seen && reaches(full) <= kind.items(self.published) {
                return Err(Finding::missing(full));
            }
        }
        let folder = format!("{}.p", full.path());
        let partial = files::list(self.source, &folder)?;
        let listed = partial.is_some();
        for item in partial.unwrap_or_default() {
            let tile =
                Tile::parse(&format!("{folder}/{}", item.name)).filter(|_| item.kind == ItemKind::File);
            // Strangers and later widths are looked at by `finish`.
            if let Some(tile) = tile.filter(|tile| tile.width <= width) {
                self.compare_file(tile, expected)?;
            }
        }
        let needed = Tile::partial(kind, self.published).filter(|tile| tile.index == expected.index);
        match needed {
            Some(tile) if !full_seen && !self.compare_file(tile, expected)? => {
                // A writer may have put the full tile in its place meanwhile. Where nothing can be listed, that one
                // is compared as far as it is known.
                match files::read(self.source, &full.path(), MAX_TILE_BYTES)? {
                    Some(bytes) if !listed => self.begins_with(full, &bytes, expected),
                    Some(_) => Ok(()),
                    None => Err(Finding::missing(tile)),
                }
            }
            _ => Ok(()),
        }
    }

    /// Whether the file is there; a finding if it differs.
    fn compare_file(&mut self, tile: Tile, expected: &Expected) -> Result<bool, Finding> {
        let name = tile.path();
        let Some(found) = files::read(self.source, &name, MAX_TILE_BYTES)? else { return Ok(false) };
        self.compared += 1;
        let end = expected.ends.get(usize::from(tile.width) - 1).copied().unwrap_or_default();
        let wanted = expected.bytes.get(..end).unwrap_or_default();
        if found == wanted { Ok(true) } else { Err(self.difference(tile, tile.width, &found, expected)) }
    }

    /// Compares the beginning of a full tile with what is known of it.
    fn begins_with(&mut self, full: Tile, found: &[u8], expected: &Expected) -> Result<(), Finding> {
        self.compared += 1;
        if found.starts_with(&expected.bytes) {
            return Ok(());
        }
        Err(self.difference(full, expected.ends.len() as u16, found, expected))
    }

    fn difference(&mut self, tile: Tile, width: u16, found: &[u8], expected: &Expected) -> Finding {
        let items: Vec<&[u8]> = match tile.kind {
            Kind::Entries => match decode_bundle(found) {
                Ok(items) => items,
                Err(error) => whole_items(found, error.at),
            },
            Kind::Hashes(_) => found.chunks(HASH_BYTES).collect(),
        };
        let prefix = if tile.kind == Kind::Entries { 2 } else { 0 };
        let item = |at: usize| {
            let start = if at == 0 { 0 } else { expected.ends.get(at - 1).copied()? };
            expected.bytes.get(start + prefix..expected.ends.get(at).copied()?)
        };
        let width = usize::from(width);
        let first = (0..width).find(|at| items.get(*at).copied() != item(*at)).unwrap_or(width);
        let there = items.get(first).copied();
        let number = tile.index * TILE_WIDTH + first as u64;
        self.differing = Some((tile, number, there.and_then(Hash::from_slice)));
        let span = first_entry(Tile { index: 1, ..tile }) / TILE_WIDTH;
        let entry = number.saturating_mul(span);
        Finding::file(tile.path(), describe(tile, item(first)), describe(tile, there)).at(entry)
    }
}

impl Expected {
    /// Gives out what was collected and goes on with the next tile.
    fn take(&mut self) -> Self {
        let next = Self { index: self.index + 1, ..Self::default() };
        std::mem::replace(self, next)
    }
}

/// How many items of its kind a log must have for this tile.
pub(super) fn reaches(tile: Tile) -> u64 {
    tile.index.saturating_mul(TILE_WIDTH).saturating_add(tile.width.into())
}

/// The entries before the one at which a bundle is cut off.
pub(super) fn whole_items(bundle: &[u8], count: usize) -> Vec<&[u8]> {
    let mut rest = bundle;
    let mut items = Vec::new();
    for _ in 0..count {
        let Some((length, after)) = rest.split_first_chunk::<2>() else { break };
        let Some((item, after)) = after.split_at_checked(u16::from_be_bytes(*length).into()) else { break };
        items.push(item);
        rest = after;
    }
    items
}

/// Says what an item is without showing an entry's content.
fn describe(tile: Tile, item: Option<&[u8]>) -> String {
    match (tile.kind, item) {
        (_, None) => format!("a tile of {} items and nothing else", tile.width),
        (Kind::Entries, Some(entry)) => {
            format!("an entry of {} bytes with leaf hash {}", entry.len(), crate::tree::leaf_hash(entry))
        }
        (Kind::Hashes(_), Some(bytes)) => Hash::from_slice(bytes)
            .map_or_else(|| format!("{} bytes of a hash", bytes.len()), |hash| format!("hash {hash}")),
    }
}
