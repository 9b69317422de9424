//! The segment that is being written.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::{Decoded, FOLDER, Header, Spare, ZEROS, decode_batch, segment_path};
use crate::durable::{self, Found, Identity};

/// Bytes of the header block.
pub(crate) const SEGMENT_HEADER_BYTES: usize = 4096;
const MIN_GROWTH: u64 = 256 << 10;
const MAX_GROWTH: u64 = 4 << 20;

/// An open segment. Its file is zeroed ahead of the batches, so that a commit changes data only and its
/// `fdatasync` does not wait for the file system's journal.
#[derive(Debug)]
pub(crate) struct Segment {
    file: File,
    path: PathBuf,
    identity: Identity,
    /// Length of the file as this process left it.
    length: u64,
    /// Where the next batch goes.
    end: u64,
}

impl Segment {
    /// Creates the segment that begins with the tree in `header`, with `batches` after the header. It replaces
    /// a file of that name; whole or absent after a crash.
    pub(crate) fn create(dir: &Path, header: &Header, batches: &[Vec<u8>]) -> io::Result<Self> {
        let draft = durable::draft_of(&segment_path(dir, header.base.size()));
        let file = durable::create(&draft)?;
        Self::begin(dir, header, batches, (file, draft, 0))
    }

    /// As [`Segment::create`], in a file that is zeroed already.
    pub(crate) fn from_spare(dir: &Path, header: &Header, spare: Spare) -> io::Result<Self> {
        Self::begin(dir, header, &[], spare.into_parts())
    }

    fn begin(
        dir: &Path,
        header: &Header,
        batches: &[Vec<u8>],
        (file, draft, length): (File, PathBuf, u64),
    ) -> io::Result<Self> {
        let path = segment_path(dir, header.base.size());
        let identity = Found::behind(&file)?.identity;
        let mut segment = Self { file, path: path.clone(), identity, length, end: 0 };
        let written = segment.fill(header, batches).and_then(|()| durable::rename(&draft, &path));
        if let Err(error) = written {
            // Gives back the space, which may be what is missing.
            let _ = durable::remove(&draft);
            return Err(error);
        }
        durable::sync_dir(&dir.join(FOLDER))?;
        Ok(segment)
    }

    fn fill(&mut self, header: &Header, batches: &[Vec<u8>]) -> io::Result<()> {
        for block in [&header.encode()].into_iter().chain(batches) {
            self.reserve(block.len() as u64)?;
            self.write(block)?;
            self.advance(block.len() as u64);
        }
        self.sync()
    }

    /// Opens an existing segment to append at `end`, and clears what follows.
    pub(crate) fn open(dir: &Path, first: u64, end: u64) -> io::Result<Self> {
        let path = segment_path(dir, first);
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        let Found { identity, length, .. } = Found::behind(&file)?;
        let segment = Self { identity, length, file, path, end };
        segment.clear_rest()?;
        Ok(segment)
    }

    /// Overwrites everything after the last batch with zeros.
    fn clear_rest(&self) -> io::Result<()> {
        let mut block = vec![0; ZEROS.len()];
        let mut dirty = false;
        let mut at = self.end;
        while at < self.length {
            let size = (self.length - at).min(block.len() as u64) as usize;
            let Some(part) = block.get_mut(..size) else { break };
            self.file.read_exact_at(part, at)?;
            if part.iter().any(|byte| *byte != 0) {
                durable::write(&self.file, at, ZEROS.get(..size).unwrap_or_default())?;
                dirty = true;
            }
            at += size as u64;
        }
        if dirty { self.sync() } else { Ok(()) }
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Makes sure that `bytes` more can be written without asking the file system for space. After a failure
    /// the file is as before.
    pub(crate) fn reserve(&mut self, bytes: u64) -> io::Result<()> {
        let needed = self.end + bytes;
        if needed <= self.length {
            return Ok(());
        }
        let growth = self.length.clamp(MIN_GROWTH, MAX_GROWTH);
        let wish = (self.length + growth).max(needed).next_multiple_of(4096);
        let least = needed.next_multiple_of(4096);
        // On a nearly full disk less is enough.
        self.grow(wish).or_else(|_| self.grow(least))
    }

    fn grow(&mut self, length: u64) -> io::Result<()> {
        let mut at = self.length;
        while at < length {
            let size = (length - at).min(ZEROS.len() as u64);
            let zeros = ZEROS.get(..size as usize).unwrap_or_default();
            if let Err(error) = durable::write(&self.file, at, zeros) {
                durable::set_length(&self.file, self.length)?;
                return Err(error);
            }
            at += size;
        }
        self.length = length;
        Ok(())
    }

    /// Writes a batch after the last one, without making it part of the segment yet.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        durable::write(&self.file, self.end, bytes)
    }

    /// Waits until the disk has it.
    pub(crate) fn sync(&self) -> io::Result<()> {
        durable::sync(&self.file)
    }

    /// Counts the last written batch in.
    pub(crate) fn advance(&mut self, bytes: u64) {
        self.end += bytes;
    }

    /// Gives back the zeros after the last batch, when the next segment has begun.
    pub(crate) fn trim(&self) -> io::Result<()> {
        durable::set_length(&self.file, self.end)
    }

    /// Checks that the file at our path is still the one we write, and has the length we gave it. A durable
    /// write into a file that nobody can find again is not durable.
    pub(crate) fn check(&self) -> io::Result<()> {
        let name = self.path.display();
        let held = Found::behind(&self.file)?;
        if Found::at(&self.path)?.identity != self.identity || held.links == 0 {
            return Err(io::Error::other(format!("{name} was replaced underneath")));
        }
        if held.length != self.length {
            let text = format!("{name} has {} bytes instead of {}", held.length, self.length);
            return Err(io::Error::other(text));
        }
        Ok(())
    }
}

/// The bytes of a segment that may be growing while it is read.
#[derive(Debug)]
pub(crate) struct SegmentBytes {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl SegmentBytes {
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), bytes: fs::read(path)? })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// As [`super::decode_batch`]. What looks broken is read again until it stands still, because a writer may
    /// have been at it while we read.
    pub(crate) fn decode(&mut self, offset: usize) -> io::Result<Decoded<'_>> {
        for _ in 0..8 {
            if !matches!(decode_batch(&self.bytes, offset), Decoded::Broken(_)) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
            let again = fs::read(&self.path)?;
            if again == self.bytes {
                break;
            }
            self.bytes = again;
        }
        Ok(decode_batch(&self.bytes, offset))
    }
}
