//! A folder of files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{Item, ItemKind, Source, too_long};

/// A folder: of a log, of a shard, of a whole ledger or of a bundle.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at `path`. Nothing is read yet.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self(path.as_ref().to_owned())
    }

    fn file(&self, path: &str) -> io::Result<Option<File>> {
        match File::open(self.0.join(path)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Not there, or below something that is no folder.
fn absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

impl Source for Folder {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read + '_>>> {
        Ok(self
            .file(path)?
            .map(|file| Box::new(io::BufReader::with_capacity(1 << 16, file)) as Box<dyn Read>))
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<Item>>> {
        let found = match fs::read_dir(self.0.join(folder)) {
            Ok(found) => found,
            Err(error) if absent(&error) => return Ok(Some(Vec::new())),
            Err(error) => return Err(error),
        };
        let mut items = Vec::new();
        for item in found {
            let item = item?;
            // A file that went meanwhile was a draft, or a partial tile whose full tile has come.
            let Ok(kind) = item.file_type() else { continue };
            let kind = match kind {
                kind if kind.is_dir() => ItemKind::Folder,
                kind if kind.is_file() => ItemKind::File,
                _ => ItemKind::Other,
            };
            items.push(Item { name: item.file_name().to_string_lossy().into_owned(), kind });
        }
        items.sort();
        Ok(Some(items))
    }

    fn read(&self, path: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.file(path)? else { return Ok(None) };
        let length = file.metadata()?.len();
        if length > limit {
            return Err(too_long(limit));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
        // It may grow meanwhile; a device has no length.
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit { Err(too_long(limit)) } else { Ok(Some(bytes)) }
    }
}
