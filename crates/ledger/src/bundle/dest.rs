//! Where a bundle is written: a new folder, or a tar stream.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::source::{append, finish};

/// Takes the files of a bundle, one after the other.
pub trait Dest {
    /// Takes a file of `length` bytes under a relative path.
    ///
    /// # Errors
    /// If it cannot be written, or `content` has another length.
    fn file(&mut self, path: &str, content: &mut dyn Read, length: u64) -> io::Result<()>;

    /// Takes note that all files have come.
    ///
    /// # Errors
    /// If something cannot be written.
    fn finish(&mut self) -> io::Result<()>;
}

/// Writes a folder.
#[derive(Debug)]
pub struct ToFolder(PathBuf);

impl ToFolder {
    /// Makes the folder, which may be there if it is empty.
    ///
    /// # Errors
    /// If it cannot be made or is not empty.
    pub fn new(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        fs::create_dir_all(path)?;
        if fs::read_dir(path)?.next().is_some() {
            return Err(io::Error::new(io::ErrorKind::DirectoryNotEmpty, "the folder is not empty"));
        }
        Ok(Self(path.to_owned()))
    }
}

impl Dest for ToFolder {
    fn file(&mut self, path: &str, content: &mut dyn Read, length: u64) -> io::Result<()> {
        let path = self.0.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        let copied = io::copy(&mut content.take(length), &mut file)?;
        if copied != length {
            return Err(io::Error::other(format!(
                "{} has {copied} bytes instead of {length}",
                path.display()
            )));
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a tar stream: the same bundle gives the same bytes.
#[derive(Debug)]
pub struct ToTar<W: Write>(W);

impl<W: Write> ToTar<W> {
    /// Writes to `out`, which is flushed at the end.
    pub fn new(out: W) -> Self {
        Self(out)
    }

    /// Gives back what was written to.
    pub fn into_inner(self) -> W {
        self.0
    }
}

impl<W: Write> Dest for ToTar<W> {
    fn file(&mut self, path: &str, content: &mut dyn Read, length: u64) -> io::Result<()> {
        append(&mut self.0, path, content, length)
    }

    fn finish(&mut self) -> io::Result<()> {
        finish(&mut self.0)
    }
}
