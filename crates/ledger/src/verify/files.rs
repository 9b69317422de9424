//! Reads files for a verification; what cannot be read is a finding.

use super::Finding;
use crate::durable::DRAFT;
use crate::note::{Checkpoint, MAX_NOTE_BYTES, VerifierKey};
use crate::source::{Item, ItemKind, Source};
use crate::tile::Tile;

/// The bytes of a file, `None` if it is not there.
pub(crate) fn read(source: &dyn Source, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Finding> {
    source.read(name, limit).map_err(|error| Finding::unreadable(name, &error))
}

/// A signed checkpoint in a file, `None` if it is not there.
pub(crate) fn checkpoint(
    source: &dyn Source,
    name: &str,
    key: &VerifierKey,
) -> Result<Option<(Checkpoint, Vec<u8>)>, Finding> {
    let Some(bytes) = read(source, name, MAX_NOTE_BYTES as u64)? else { return Ok(None) };
    let checkpoint = Checkpoint::open(&bytes, key)
        .map_err(|error| Finding::file(name, format!("a checkpoint signed by {key}"), error.to_string()))?;
    Ok(Some((checkpoint, bytes)))
}

/// As [`checkpoint`], but it must be there.
pub(crate) fn needed_checkpoint(
    source: &dyn Source,
    name: &str,
    key: &VerifierKey,
) -> Result<(Checkpoint, Vec<u8>), Finding> {
    checkpoint(source, name, key)?
        .ok_or_else(|| Finding::file(name, format!("a checkpoint signed by {key}"), "no file"))
}

/// What is in a folder, in order; `None` if the source cannot list.
pub(crate) fn list(source: &dyn Source, folder: &str) -> Result<Option<Vec<Item>>, Finding> {
    source.list(folder).map_err(|error| Finding::unreadable(folder, &error))
}

/// What is done with a file: its name, and what tile it is, if it is one.
pub(super) type Visit<'a> = &'a mut dyn FnMut(&str, Option<Tile>) -> Result<(), Finding>;

/// Calls `each` for every file under `tile/`, except drafts, as far as the source can list.
pub(super) fn each_tile(source: &dyn Source, each: Visit<'_>) -> Result<(), Finding> {
    let mut folders = vec!["tile".to_owned()];
    while let Some(folder) = folders.pop() {
        for item in list(source, &folder)?.unwrap_or_default() {
            let path = format!("{folder}/{}", item.name);
            if item.kind == ItemKind::Folder {
                folders.push(path);
            } else if !path.ends_with(&format!(".{DRAFT}")) {
                each(&path, Tile::parse(&path).filter(|_| item.kind == ItemKind::File))?;
            }
        }
    }
    Ok(())
}
