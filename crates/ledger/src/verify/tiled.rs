//! A shard without its write-ahead log: every entry from the bundles, under the published checkpoint.
//!
//! Here entries and tiles are two copies of the same, and neither is signed by itself. When they differ, the
//! signed root says which of the two is right.

use super::content::Content;
use super::marks::Marks;
use super::shard::{Edges, Subject};
use super::tiles::{Tiles, whole_items};
use super::{Finding, Place, Progress, Report, files};
use crate::CHECKPOINT_FILE;
use crate::note::Checkpoint;
use crate::source::{Published, first_entry};
use crate::tile::{Kind, TILE_HEIGHT, TILE_WIDTH, Tile, decode_bundle};
use crate::tree::{Frontier, HASH_BYTES, Hash, leaf_hash};

pub(super) fn verify(
    subject: &Subject<'_>,
    mut marks: Marks,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Report, Edges), Finding> {
    let source = subject.source;
    let (checkpoint, note) = files::needed_checkpoint(source, CHECKPOINT_FILE, subject.key)?;
    let Checkpoint { size, root, .. } = checkpoint;
    marks.add(Place::File(CHECKPOINT_FILE.to_owned()), checkpoint);
    marks.reached(size)?;
    progress(Progress { entries: 0, total: size });
    let published = Published::new(source, size);
    let mut tiles = Tiles::new(source, size);
    let mut content = Content::new(source, subject.collect);
    let mut edges = Edges::default();
    let mut frontier = Frontier::new();
    let mut states = vec![frontier.clone()];
    let mut nodes = Vec::new();
    for block in 0..size.div_ceil(TILE_WIDTH) {
        let Some(tile) = published.name(Kind::Entries, block) else { break };
        let (found, bytes) = published.bytes(tile)?;
        let entries = block_entries(&published, &root, found, tile.width, &bytes)?;
        for (entry, index) in entries.iter().zip(block * TILE_WIDTH..) {
            content.entry(index, entry, || Place::File(found.path()))?;
            frontier.push(leaf_hash(entry), |height, hash| nodes.push((height, hash)));
            if marks.wants(frontier.size()) {
                states.push(frontier.clone());
            }
            tiles.entry(entry)?;
        }
        for (height, hash) in nodes.drain(..) {
            let compared = tiles.node(height, hash);
            compared.map_err(|finding| blame(&published, &root, &tiles, finding))?;
        }
        edges.saw(block * TILE_WIDTH, &entries);
        progress(Progress { entries: frontier.size(), total: size });
    }
    let finished = tiles.finish(size, || {
        Some(Checkpoint::open(&source.read(CHECKPOINT_FILE, 1 << 20).ok()??, subject.key).ok()?.size)
    });
    finished.map_err(|finding| blame(&published, &root, &tiles, finding))?;
    for state in &states {
        marks.hold(state)?;
    }
    let mut notes = vec!["there is no write-ahead log here: tiles and bundles were verified".to_owned()];
    notes.extend(content.strangers(true)?);
    let report = Report {
        size,
        root,
        checkpoint: String::from_utf8(note).unwrap_or_default(),
        checkpoints: marks.count(),
        tiles: tiles.compared,
        segments: 0,
        entries: size,
        part: None,
        times: content.times(),
        payloads: content.payloads(),
        witnessed: None,
        notes,
    };
    Ok((report, edges))
}

/// The entries of one block, if they are those whose hashes lead to the root.
pub(super) fn block_entries<'a>(
    published: &Published<'_>,
    root: &Hash,
    found: Tile,
    width: u16,
    bytes: &'a [u8],
) -> Result<Vec<&'a [u8]>, Finding> {
    let width = usize::from(width);
    let (mut entries, whole) = match decode_bundle(bytes) {
        Ok(entries) => (entries, true),
        Err(error) => (whole_items(bytes, error.at), false),
    };
    let whole = whole && entries.len() == usize::from(found.width);
    let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let hashes_tile = Tile { kind: Kind::Hashes(0), ..found };
    let wanted = published.name(hashes_tile.kind, found.index).unwrap_or(hashes_tile);
    let (hashes_found, hashes) = published.bytes(wanted)?;
    let hashes_whole = hashes.len() == usize::from(hashes_found.width) * HASH_BYTES;
    let hashes: Vec<Hash> = hashes.chunks_exact(HASH_BYTES).filter_map(Hash::from_slice).collect();
    let differ = (0..width).find(|at| leaves.get(*at).is_none() || leaves.get(*at) != hashes.get(*at));
    if differ.is_none() && whole && hashes_whole {
        entries.truncate(width);
        return Ok(entries);
    }
    let at = differ.unwrap_or(width);
    let entry = first_entry(found) + at as u64;
    let cut = |all: &[Hash]| all.get(..width).unwrap_or(all).to_vec();
    let of_bundle = |hash: Option<&Hash>| match (hash, entries.get(at)) {
        (Some(hash), Some(entry)) => format!("an entry of {} bytes with leaf hash {hash}", entry.len()),
        _ => format!("{} entries", entries.len()),
    };
    let of_tile =
        |hash: Option<&Hash>| hash.map_or_else(|| format!("{width} items"), |hash| format!("hash {hash}"));
    let tile_is_right = published.block_leads_to(root, found.index, &cut(&hashes));
    let entries_are_right = published.block_leads_to(root, found.index, &cut(&leaves));
    Err(if tile_is_right && !(entries_are_right && whole) {
        let expected = match hashes.get(at).filter(|_| at < width) {
            Some(hash) => format!("an entry with leaf hash {hash}"),
            None => format!("{} entries and nothing else", found.width),
        };
        Finding::file(found.path(), expected, of_bundle(leaves.get(at))).at(entry)
    } else {
        let more = if hashes_whole { String::new() } else { " in a tile of the wrong length".to_owned() };
        let found = format!("{}{more}", of_tile(hashes.get(at)));
        Finding::file(hashes_found.path(), of_tile(leaves.get(at)), found).at(entry)
    })
}

/// A tile of an upper level differs from what the entries give: if it leads to the signed root, the fault lies below
/// it, where bundle and hashes were changed alike.
fn blame(published: &Published<'_>, root: &Hash, tiles: &Tiles<'_>, finding: Finding) -> Finding {
    let Some((Tile { kind: Kind::Hashes(level @ 1..), .. }, item, Some(hash))) = tiles.differing else {
        return finding;
    };
    if !published.leads_to(root, level, item, &hash) {
        return finding;
    }
    let kind = if level == 1 { Kind::Entries } else { Kind::Hashes(level - 1) };
    let below = published.name(kind, item).unwrap_or(Tile::full(kind, item));
    let first = first_entry(Tile::full(Kind::Hashes(level - 1), item));
    let last = first + (1u64 << (u32::from(level) * TILE_HEIGHT).min(63)) - 1;
    let found = "others, and hashes that were changed with them";
    Finding::file(below.path(), format!("entries {first} to {last} leading to {hash}, as signed"), found)
        .at(first)
}
