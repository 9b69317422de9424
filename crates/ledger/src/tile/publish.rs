//! Writes tiles, then the checkpoint that covers them, then the head.
//!
//! The order is the promise: whoever reads a `checkpoint` finds every tile it needs, and the head never runs
//! ahead of what can be rebuilt.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Kind, Tile, encode_entry};
use crate::durable;
use crate::tree::{HASH_BYTES, Hash};

/// Most files that are open at once.
const OPEN_FILES: usize = 128;
/// Most threads that wait for the disk at once. Syncs that wait together share a commit of the file system's
/// journal: 128 tiles took 45 ms one by one and 14 ms on eight threads.
const SYNCERS: usize = 8;

/// What one tile will hold.
enum Content {
    Entries(Vec<Arc<[u8]>>),
    Hashes(Vec<Hash>),
}

/// The tiles of one publication: those that are new since the last.
pub(crate) struct Published(Vec<(Tile, Content)>);

impl Published {
    /// Gathers what a publication of `size` needs. Cheap: entries are shared, not copied. The partial tiles at
    /// the right edge are needed by whoever reads a checkpoint of this size, and by nobody else.
    pub(crate) fn gather(recent: &super::Recent, size: u64, partial: bool) -> Self {
        let wanted = |tile: &Tile| tile.is_full() || partial;
        let tiles = recent.tiles(size).into_iter().filter(wanted).filter_map(|tile| {
            let content = match tile.kind {
                Kind::Entries => Content::Entries(recent.tile_entries(tile)?),
                Kind::Hashes(level) => Content::Hashes(recent.tile_hashes(level, tile)?),
            };
            Some((tile, content))
        });
        Self(tiles.collect())
    }
}

fn encode(content: &Content) -> Vec<u8> {
    match content {
        Content::Hashes(hashes) => {
            let mut out = Vec::with_capacity(hashes.len() * HASH_BYTES);
            hashes.iter().for_each(|hash| out.extend_from_slice(&hash.0));
            out
        }
        Content::Entries(entries) => {
            let mut out = Vec::with_capacity(entries.iter().map(|entry| entry.len() + 2).sum());
            for entry in entries {
                // Entries are measured when they are appended; a longer one cannot be here.
                encode_entry(&mut out, entry);
            }
            out
        }
    }
}

/// Writes tiles so that they survive a crash. Can be run again after a failure.
pub(crate) fn publish(dir: &Path, Published(tiles): &Published) -> io::Result<()> {
    let mut written: Vec<(File, PathBuf, PathBuf)> = Vec::new();
    let mut folders = BTreeSet::new();
    for (tile, content) in tiles {
        let path = dir.join(tile.path());
        let folder = path.parent().unwrap_or(dir);
        if folders.insert(folder.to_owned()) {
            durable::make_folder(folder)?;
        }
        let draft = durable::draft_of(&path);
        let file = durable::create(&draft)?;
        durable::write(&file, 0, &encode(content))?;
        written.push((file, draft, path));
        if written.len() == OPEN_FILES {
            settle(&mut written)?;
        }
    }
    settle(&mut written)?;
    // A new folder is durable when its parents are.
    let ancestors: BTreeSet<PathBuf> = folders
        .iter()
        .flat_map(|folder| folder.ancestors().take_while(|a| a.starts_with(dir)).map(Path::to_owned))
        .collect();
    for folder in ancestors.iter().rev() {
        durable::sync_dir(folder)?;
    }
    for (tile, _) in tiles.iter().filter(|(tile, _)| tile.is_full()) {
        let mut partial = dir.join(tile.path()).into_os_string();
        partial.push(".p");
        durable::remove_folder(Path::new(&partial))?;
    }
    Ok(())
}

/// Waits for the content of all files, then gives them their names.
fn settle(written: &mut Vec<(File, PathBuf, PathBuf)>) -> io::Result<()> {
    let next = AtomicUsize::new(0);
    let files = written.as_slice();
    let work = || -> io::Result<()> {
        while let Some((file, _, _)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            durable::sync(file)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let helpers = 1..SYNCERS.min(files.len() / 4);
        // Without helpers it only takes longer.
        let helpers = helpers.map_while(|_| thread::Builder::new().spawn_scoped(scope, work).ok());
        let helpers: Vec<_> = helpers.collect();
        let mine = work();
        let lost = |_| Err(io::Error::other("a thread that waits for the disk ended unexpectedly"));
        helpers.into_iter().map(|helper| helper.join().unwrap_or_else(lost)).fold(mine, Result::and)
    })?;
    written.drain(..).try_for_each(|(_, draft, path)| durable::rename(&draft, &path))
}

/// Makes `checkpoint` public, whose tiles are written, and moves the head to it: compare and swap. `heads` is
/// what the head can be, as this log left it; more than one when an earlier call failed half way. Nothing is
/// done, and `false` returned, if it is none of them, because then somebody else wrote it.
pub(crate) fn announce(dir: &Path, heads: &mut Vec<String>, checkpoint: &str) -> io::Result<bool> {
    let head = dir.join(crate::HEAD_FILE);
    let Some(found) = durable::text(&head)?.filter(|found| heads.contains(found)) else {
        return Ok(false);
    };
    *heads = vec![found, checkpoint.to_owned()];
    durable::replace(&dir.join(crate::CHECKPOINT_FILE), checkpoint.as_bytes())?;
    let swapped = durable::swap(&head, heads, checkpoint)?;
    if swapped {
        *heads = vec![checkpoint.to_owned()];
    }
    Ok(swapped)
}
