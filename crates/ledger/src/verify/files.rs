//! Reads files for a verification; what cannot be read is a finding.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Finding;
use crate::durable::DRAFT;
use crate::note::{Checkpoint, VerifierKey};
use crate::tile::Tile;

/// The bytes of a file, `None` if it is not there.
pub(super) fn read(dir: &Path, name: &str) -> Result<Option<Vec<u8>>, Finding> {
    match fs::read(dir.join(name)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Finding::file(name, "a readable file", error.to_string())),
    }
}

/// A signed checkpoint in a file, `None` if it is not there.
pub(super) fn checkpoint(
    dir: &Path,
    name: &str,
    key: &VerifierKey,
) -> Result<Option<(Checkpoint, Vec<u8>)>, Finding> {
    let Some(bytes) = read(dir, name)? else { return Ok(None) };
    let checkpoint = Checkpoint::open(&bytes, key)
        .map_err(|error| Finding::file(name, format!("a checkpoint signed by {key}"), error.to_string()))?;
    Ok(Some((checkpoint, bytes)))
}

/// Names in a folder, in order; none if it is not there.
pub(super) fn names(dir: &Path, folder: &str) -> Result<Vec<String>, Finding> {
    let found = match fs::read_dir(dir.join(folder)) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Finding::file(folder, "a readable folder", error.to_string())),
    };
    let mut names = Vec::new();
    for item in found {
        let item = item.map_err(|e| Finding::file(folder, "a readable folder", e.to_string()))?;
        names.push(item.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// What is done with a file: its name, and what tile it is, if it is one.
pub(super) type Visit<'a> = &'a mut dyn FnMut(&str, Option<Tile>) -> Result<(), Finding>;

/// Calls `each` for every file under `tile/`, except drafts.
pub(super) fn each_tile(dir: &Path, each: Visit<'_>) -> Result<(), Finding> {
    let mut folders: Vec<PathBuf> = vec![PathBuf::from("tile")];
    while let Some(folder) = folders.pop() {
        let folder_name = folder.to_string_lossy().into_owned();
        for name in names(dir, &folder_name)? {
            let path = folder.join(&name);
            let text = path.to_string_lossy().into_owned();
            // A file that went meanwhile was a draft or a partial tile whose full tile has come.
            let Ok(meta) = fs::symlink_metadata(dir.join(&path)) else { continue };
            if meta.is_dir() {
                folders.push(path);
            } else if !name.ends_with(&format!(".{DRAFT}")) {
                each(&text, Tile::parse(&text).filter(|_| meta.is_file()))?;
            }
        }
    }
    Ok(())
}
