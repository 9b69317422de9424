//! Where the files of a log are read from: a folder, a tar file, or whatever else can answer for paths.
//!
//! Verification, proofs and export see a log through [`Source`] alone, so the same code judges the folder on the
//! machine that writes it, a copy on an auditor's laptop, a bundle and a server. Paths are relative, with
//! slashes, exactly as the formats name them: `checkpoint`, `tile/0/000`, `wal/00000000000000000000.seg`.

mod folder;
mod published;
mod tar;

use std::io::{self, Read};

pub use folder::Folder;
pub use published::Published;
pub(crate) use published::first_entry;
pub use tar::Tar;
pub(crate) use tar::{append, finish};

/// Most bytes that are read into memory at once. Segments, tiles and notes are far smaller.
pub const MAX_FILE_BYTES: u64 = 1 << 30;

/// What a name in a listing stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, a device or anything else that has no place in a log.
    Other,
}

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// The name, without the folder.
    pub name: String,
    /// What it is.
    pub kind: ItemKind,
}

/// Answers for the files of a log, or of several.
pub trait Source {
    /// Opens a file; `None` if there is none.
    ///
    /// # Errors
    /// When it cannot be known or read.
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read + '_>>>;

    /// What is in a folder, in order of names; empty if there is no such folder. `None` if this source cannot list,
    /// as a web server cannot: then only files that must be there are looked at.
    ///
    /// # Errors
    /// When the folder cannot be read.
    fn list(&self, folder: &str) -> io::Result<Option<Vec<Item>>>;

    /// A whole file; `None` if there is none.
    ///
    /// # Errors
    /// As for [`Source::open`], and if it is longer than `limit` bytes.
    fn read(&self, path: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.open(path)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit { Err(too_long(limit)) } else { Ok(Some(bytes)) }
    }
}

fn too_long(limit: u64) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("longer than {limit} bytes"))
}

/// One folder of another source, as a source of its own.
#[derive(Clone)]
pub struct At<'a> {
    source: &'a dyn Source,
    folder: String,
}

impl<'a> At<'a> {
    /// The folder `folder` of `source`.
    pub fn new(source: &'a dyn Source, folder: impl Into<String>) -> Self {
        Self { source, folder: folder.into() }
    }

    fn path(&self, path: &str) -> String {
        match (self.folder.as_str(), path) {
            ("", path) => path.to_owned(),
            (folder, "") => folder.to_owned(),
            (folder, path) => format!("{folder}/{path}"),
        }
    }
}

impl Source for At<'_> {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read + '_>>> {
        self.source.open(&self.path(path))
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<Item>>> {
        self.source.list(&self.path(folder))
    }

    fn read(&self, path: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        self.source.read(&self.path(path), limit)
    }
}
