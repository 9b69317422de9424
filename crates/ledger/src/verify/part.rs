//! A part of a shard: the entries of a range, with the hashes that tie them to the signed root.
//!
//! Every hash tile that is there must lead to the root, every entry that is there must have its hash, and the range
//! must be whole. Entries outside of the range are represented by hashes only.

use std::collections::BTreeSet;
use std::ops::Range;

use super::content::Content;
use super::marks::Marks;
use super::shard::{Edges, Subject};
use super::tiled::block_entries;
use super::tiles::reaches;
use super::{Finding, Place, Progress, Report, files};
use crate::CHECKPOINT_FILE;
use crate::note::Checkpoint;
use crate::source::{Published, first_entry};
use crate::tile::{Kind, TILE_WIDTH, Tile};
use crate::tree::{Hash, fold, leaf_hash, range_hash};

pub(super) fn verify(
    subject: &Subject<'_>,
    marks: &Marks,
    range: &Range<u64>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Report, Edges), Finding> {
    let source = subject.source;
    let (checkpoint, note) = files::needed_checkpoint(source, CHECKPOINT_FILE, subject.key)?;
    let Checkpoint { size, root, .. } = checkpoint;
    marks.reached(size)?;
    let published = Published::new(source, size);
    let found = published.root()?;
    if found != root {
        return Err(edge_fault(&published, &root, found));
    }
    let (hashes, present) = tiles(subject, &published)?;
    for tile in &hashes {
        hash_tile(&published, &root, *tile)?;
    }
    for mark in marks.sizes() {
        let there = range_hash(&published, 0, mark).map_err(|finding| Finding {
            unreadable: true,
            ..Finding::new(finding.place, format!("the tiles that show size {mark}"), "not in this bundle")
        })?;
        marks.hold_root(mark, there)?;
    }
    let last_block = size.saturating_sub(1) / TILE_WIDTH;
    let blocks = range.start / TILE_WIDTH..range.end.div_ceil(TILE_WIDTH);
    for block in [0, last_block].into_iter().filter(|_| size > 0).chain(blocks) {
        if !present.contains(&block) {
            let tile = published.name(Kind::Entries, block).unwrap_or(Tile::full(Kind::Entries, block));
            return Err(Finding::missing(tile));
        }
    }
    let total: u64 = present
        .iter()
        .filter_map(|block| Some(u64::from(published.name(Kind::Entries, *block)?.width)))
        .sum();
    let mut content = Content::new(source, subject.collect);
    let mut edges = Edges::default();
    let mut entries = 0;
    progress(Progress { entries, total });
    for block in &present {
        let Some(tile) = published.name(Kind::Entries, *block) else { continue };
        let (found, bytes) = published.bytes(tile)?;
        let items = block_entries(&published, &root, found, tile.width, &bytes)?;
        for (entry, index) in items.iter().zip(block * TILE_WIDTH..) {
            content.entry(index, entry, || Place::File(found.path()))?;
        }
        if *block == 0 || *block == last_block {
            edges.saw(block * TILE_WIDTH, &items);
        }
        entries += items.len() as u64;
        progress(Progress { entries, total });
    }
    let report = Report {
        size,
        root,
        checkpoint: String::from_utf8(note).unwrap_or_default(),
        checkpoints: marks.count() + 1,
        tiles: (hashes.len() + present.len()) as u64,
        segments: 0,
        entries,
        part: Some((range.start, range.end)),
        times: content.times(),
        payloads: content.payloads(),
        witnessed: None,
        notes: content.strangers(false)?,
    };
    Ok((report, edges))
}

/// Hash tiles from the highest level down, and the blocks whose entries are there.
fn tiles(subject: &Subject<'_>, published: &Published<'_>) -> Result<(Vec<Tile>, BTreeSet<u64>), Finding> {
    let (mut hashes, mut blocks) = (Vec::new(), BTreeSet::new());
    files::each_tile(subject.source, &mut |name, tile| {
        let tile = tile.ok_or_else(|| Finding::file(name, "only tiles", "a file that is none"))?;
        if reaches(tile) > tile.kind.items(published.size())
            || published.name(tile.kind, tile.index) != Some(tile)
        {
            let expected = format!("no tile but those of size {}", published.size());
            return Err(Finding::file(name, expected, "one"));
        }
        match tile.kind {
            Kind::Entries => drop(blocks.insert(tile.index)),
            Kind::Hashes(_) => hashes.push(tile),
        }
        Ok(())
    })?;
    hashes.sort_by_key(|tile| (std::cmp::Reverse(tile.kind), tile.index));
    Ok((hashes, blocks))
}

/// Checks that a tile leads to the root. A partial one has done so already, as part of the right edge.
fn hash_tile(published: &Published<'_>, root: &Hash, tile: Tile) -> Result<(), Finding> {
    let Kind::Hashes(level) = tile.kind else { return Ok(()) };
    let hashes = published.hashes(level, tile.index)?;
    let there = fold(&hashes).filter(|_| tile.is_full());
    match there {
        Some(hash) if !published.leads_to(root, level + 1, tile.index, &hash) => {
            let expected = "hashes that lead to the signed root";
            Err(Finding::file(tile.path(), expected, format!("hashes that fold to {hash}"))
                .at(first_entry(tile)))
        }
        _ => Ok(()),
    }
}

/// The tiles at the right edge do not give the signed root: finds the one that is wrong, with what there is.
fn edge_fault(published: &Published<'_>, root: &Hash, found: Hash) -> Finding {
    let last = published.size().saturating_sub(1) / TILE_WIDTH;
    if let (Ok(entries), Ok(hashes)) = (published.entries(last), published.hashes(0, last)) {
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let at = leaves.iter().zip(hashes.iter()).position(|(leaf, hash)| leaf != hash);
        if let (Some(at), true) = (at, published.block_leads_to(root, last, &leaves)) {
            let tile = published.name(Kind::Hashes(0), last).unwrap_or(Tile::full(Kind::Hashes(0), last));
            let hash = |all: &[Hash]| all.get(at).map(Hash::to_string).unwrap_or_default();
            let entry = last * TILE_WIDTH + at as u64;
            return Finding::file(
                tile.path(),
                format!("hash {}", hash(&leaves)),
                format!("hash {}", hash(&hashes)),
            )
            .at(entry);
        }
    }
    for level in 1..8 {
        let Some(tile) = Tile::partial(Kind::Hashes(level), published.size()) else { continue };
        let Ok(hashes) = published.hashes(level, tile.index) else { continue };
        for (hash, item) in hashes.iter().zip(tile.index * TILE_WIDTH..) {
            let below = published.hashes(level - 1, item).ok().and_then(|below| fold(&below));
            if let Some(below) = below.filter(|below| below != hash) {
                let entry = first_entry(Tile::full(Kind::Hashes(level - 1), item));
                return Finding::file(tile.path(), format!("hash {below}"), format!("hash {hash}")).at(entry);
            }
        }
    }
    let expected = format!("root {found} at size {}, which the tiles give", published.size());
    Finding::file(CHECKPOINT_FILE, expected, format!("root {root}: another history"))
}
