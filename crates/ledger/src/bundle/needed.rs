//! Which tiles a bundle needs.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::source::Published;
use crate::tile::{Kind, TILE_HEIGHT, TILE_WIDTH, Tile};

/// Levels that a tree of 2^64 entries can have.
const LEVELS: u8 = (u64::BITS / TILE_HEIGHT) as u8;

/// All tiles of a size.
pub(super) fn whole(published: &Published<'_>) -> impl Iterator<Item = Tile> {
    let kinds = (0..LEVELS).map(Kind::Hashes).chain([Kind::Entries]);
    kinds.flat_map(move |kind| {
        let tiles = kind.items(published.size()).div_ceil(TILE_WIDTH);
        (0..tiles).filter_map(move |index| published.name(kind, index))
    })
}

/// The tiles for the entries of a range, for the first and the last entry, and for the trees of the given sizes.
pub(super) fn part(published: &Published<'_>, range: &Range<u64>, sizes: &[u64]) -> BTreeSet<Tile> {
    let size = published.size();
    let mut tiles = BTreeSet::new();
    let blocks = range.start / TILE_WIDTH..range.end.div_ceil(TILE_WIDTH);
    let ends = [0, size.saturating_sub(1) / TILE_WIDTH];
    for block in blocks.chain(ends.into_iter().filter(|_| size > 0)) {
        tiles.extend(published.name(Kind::Entries, block));
        // The siblings of a path lie in the same tiles as the path.
        let path = (0..LEVELS).map(|level| (level, block >> (u32::from(level) * TILE_HEIGHT)));
        tiles.extend(path.filter_map(|(level, index)| published.name(Kind::Hashes(level), index)));
    }
    // The right edge of a tree is in the last tile of each level, at that size partial.
    for edge in sizes.iter().copied().chain([size]) {
        let partial = (0..LEVELS).filter_map(|level| Tile::partial(Kind::Hashes(level), edge));
        tiles.extend(partial.filter_map(|tile| published.name(tile.kind, tile.index)));
    }
    tiles
}
