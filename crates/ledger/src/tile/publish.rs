//! Writes tiles, then the checkpoint that covers them, then the head.
//!
//! The order is the promise: whoever reads a `checkpoint` finds every tile it needs, and the head never runs
//! ahead of what can be rebuilt.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Kind, Tile, encode_entry};
use crate::durable;
use crate::tree::{HASH_BYTES, Hash};

/// What one tile will hold.
enum Content {
    Entries(Vec<Arc<[u8]>>),
    Hashes(Vec<Hash>),
}

/// One publication: a size, its signed checkpoint and the tiles that are new since the last.
pub(crate) struct Published {
    tiles: Vec<(Tile, Content)>,
    checkpoint: Option<String>,
}

impl Published {
    /// Gathers what a publication of `size` needs. Cheap: entries are shared, not copied. Without a checkpoint
    /// only full tiles are written, and neither `checkpoint` nor `head` moves.
    pub(crate) fn gather(recent: &super::Recent, size: u64, checkpoint: Option<String>) -> Self {
        let wanted = |tile: &Tile| tile.is_full() || checkpoint.is_some();
        let tiles = recent.tiles(size).into_iter().filter(wanted).filter_map(|tile| {
            let content = match tile.kind {
                Kind::Entries => Content::Entries(recent.tile_entries(tile)?),
                Kind::Hashes(level) => Content::Hashes(recent.tile_hashes(level, tile)?),
            };
            Some((tile, content))
        });
        Self { tiles: tiles.collect(), checkpoint: checkpoint.clone() }
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
            let mut out = Vec::new();
            for entry in entries {
                // Entries are measured when they are appended; a longer one cannot be here.
                encode_entry(&mut out, entry);
            }
            out
        }
    }
}

/// Writes a publication so that it survives a crash. Can be run again after a failure.
pub(crate) fn publish(dir: &Path, published: &Published) -> io::Result<()> {
    let mut written: Vec<(File, PathBuf, PathBuf)> = Vec::new();
    let mut folders = BTreeSet::new();
    for (tile, content) in &published.tiles {
        let path = dir.join(tile.path());
        let folder = path.parent().unwrap_or(dir);
        if folders.insert(folder.to_owned()) {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let draft = durable::draft_of(&path);
        let mut file = durable::create(&draft)?;
        file.write_all(&encode(content))?;
        written.push((file, draft, path));
        // Bounds the number of open files; the first sync usually carries the others' data with it.
        if written.len() == 128 {
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
    if let Some(checkpoint) = &published.checkpoint {
        durable::replace(&dir.join(crate::CHECKPOINT_FILE), checkpoint.as_bytes())?;
        durable::replace(&dir.join(crate::HEAD_FILE), checkpoint.as_bytes())?;
    }
    for (tile, _) in published.tiles.iter().filter(|(tile, _)| tile.is_full()) {
        let mut partial = dir.join(tile.path()).into_os_string();
        partial.push(".p");
        match fs::remove_dir_all(&partial) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}

fn settle(written: &mut Vec<(File, PathBuf, PathBuf)>) -> io::Result<()> {
    for (file, draft, path) in written.drain(..) {
        file.sync_all()?;
        fs::rename(draft, path)?;
    }
    Ok(())
}
