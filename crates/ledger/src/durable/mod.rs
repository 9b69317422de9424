//! Every change that a log makes to the disk goes through here.
//!
//! So there is one place that says what survives a crash, and one place where the tests listen: they record
//! these deeds and replay them cut off at any point.

mod identity;
#[cfg(test)]
pub(crate) mod record;
#[cfg(test)]
pub(crate) mod replay;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

pub(crate) use identity::{Found, Identity};

/// Suffix of files that are being written. Readers ignore them.
pub(crate) const DRAFT: &str = "tmp";

/// One change, as the recorder of the tests sees it.
#[cfg_attr(not(test), expect(dead_code, reason = "only the tests record"))]
pub(crate) enum Deed<'a> {
    Create(&'a Path),
    Write(&'a File, u64, &'a [u8]),
    SetLength(&'a File, u64),
    Sync(&'a File),
    Rename(&'a Path, &'a Path),
    Link(&'a Path, &'a Path),
    Remove(&'a Path),
    MakeFolder(&'a Path),
    RemoveFolder(&'a Path),
    SyncDir(&'a Path),
    /// Entries below this index are about to be acknowledged by the log in this directory.
    Acknowledge(&'a Path, u64),
}

#[cfg(not(test))]
#[inline]
fn perform<T>(_: &Deed<'_>, deed: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    deed()
}

#[cfg(test)]
use record::perform;

/// The name under which `path` is written before it gets its own.
pub(crate) fn draft_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(DRAFT);
    name.into()
}

/// Creates or empties a file that only its owner can read.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true).mode(0o600);
    perform(&Deed::Create(path), || options.open(path))
}

/// Writes all of `bytes` at `offset`. Not durable before [`sync`].
pub(crate) fn write(file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    perform(&Deed::Write(file, offset, bytes), || file.write_all_at(bytes, offset))
}

/// Cuts a file, or extends it with zeros.
pub(crate) fn set_length(file: &File, length: u64) -> io::Result<()> {
    perform(&Deed::SetLength(file, length), || file.set_len(length))
}

/// Waits until the disk has the content and the length of a file.
pub(crate) fn sync(file: &File) -> io::Result<()> {
    perform(&Deed::Sync(file), || file.sync_data())
}

/// Puts a file in the place of another, atomically. Durable after [`sync_dir`].
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    perform(&Deed::Rename(from, to), || fs::rename(from, to))
}

/// Gives a file a second name.
pub(crate) fn link(from: &Path, to: &Path) -> io::Result<()> {
    perform(&Deed::Link(from, to), || fs::hard_link(from, to))
}

/// Removes a file.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    perform(&Deed::Remove(path), || fs::remove_file(path))
}

/// Makes a folder, and those above it, for its owner only.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    perform(&Deed::MakeFolder(path), || DirBuilder::new().recursive(true).mode(0o700).create(path))
}

/// Removes a folder with all in it; no error if there is none.
pub(crate) fn remove_folder(path: &Path) -> io::Result<()> {
    perform(&Deed::RemoveFolder(path), || match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    })
}

/// Makes the names in a folder survive a crash.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    perform(&Deed::SyncDir(path), || File::open(path)?.sync_all())
}

/// Tells the recorder that entries below `size` are durable. Nothing outside the tests.
pub(crate) fn acknowledge(dir: &Path, size: u64) {
    // The recorder cannot fail.
    let _ = perform(&Deed::Acknowledge(dir, size), || Ok(()));
}

/// Puts `bytes` at `path`: after a crash there is the old content or the new, nothing else.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = draft_of(path);
    let file = create(&draft)?;
    write(&file, 0, bytes)?;
    sync(&file)?;
    rename(&draft, path)?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// The text of a file; `None` if it is not there, or is no text of ours.
pub(crate) fn text(path: &Path) -> io::Result<Option<String>> {
    match fs::read(path) {
        Ok(found) => Ok(String::from_utf8(found).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts `text` at `path` if what is there is one of `expected`: compare and swap. Returns whether it did. The
/// caller holds the lock of the log, so nobody who respects it comes between the comparison and the swap.
pub(crate) fn swap(path: &Path, expected: &[String], wanted: &str) -> io::Result<bool> {
    let as_expected = text(path)?.is_some_and(|found| expected.contains(&found));
    if as_expected {
        replace(path, wanted.as_bytes())?;
    }
    Ok(as_expected)
}

/// Whether an error says that the file system itself is failing or read-only. It may have to be unmounted for
/// repair, which it cannot while files on it are open.
pub(crate) fn is_lost(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let lost = [Errno::ROFS, Errno::IO, Errno::SHUTDOWN, Errno::STALE, Errno::NODEV, Errno::NXIO];
    Errno::from_io_error(error).is_some_and(|errno| lost.contains(&errno))
}
