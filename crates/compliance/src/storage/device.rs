//! The raw bytes of the device that a file lies on, past the file system and its keys.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use nix::{
    fcntl::OFlag,
    sys::stat::{major, minor},
};

use super::Extent;

/// Most bytes that are read of one file.
const MOST: u64 = 4 << 20;

/// Alignment of buffers, offsets and lengths that every device takes for direct reads.
const ALIGNED: usize = 4096;

/// The first bytes of a file as they lie on the device, up to 4 MiB. Blocks.
///
/// They are read past the page cache (`O_DIRECT`). The device has a cache of its own, in which a block that held
/// metadata of the file system a moment ago stays as it was for as long as the journal wants it, whatever a file has
/// written there since.
///
/// # Errors
/// If the device can't be found or read.
pub(crate) fn raw(path: &Path, extents: &[Extent]) -> io::Result<Vec<u8>> {
    let node = node_of(path)?;
    let device = fs::OpenOptions::new().read(true).custom_flags(OFlag::O_DIRECT.bits()).open(&node)?;
    let (mut out, mut left) = (Vec::new(), MOST);
    for extent in extents {
        let take = extent.length.min(left);
        left -= take;
        let length = usize::try_from(take).map_err(io::Error::other)?;
        out.extend(read_direct(&device, extent.start, length)?);
    }
    Ok(out)
}

/// Reads from the device itself, whatever the cache holds.
fn read_direct(device: &File, start: u64, length: usize) -> io::Result<Vec<u8>> {
    let before = usize::try_from(start % ALIGNED as u64).map_err(io::Error::other)?;
    let whole = (before + length).next_multiple_of(ALIGNED);
    let mut room = vec![0_u8; whole + ALIGNED];
    let skip = room.as_ptr().align_offset(ALIGNED);
    let buffer = room.get_mut(skip..skip + whole).ok_or_else(|| io::Error::other("no aligned buffer"))?;
    let (mut place, offset) = (0, start - before as u64);
    while place < before + length {
        match device.read_at(buffer.get_mut(place..).unwrap_or_default(), offset + place as u64)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => place += read,
        }
    }
    Ok(buffer.get(before..before + length).unwrap_or_default().to_vec())
}

/// Block device of the file system that holds a path.
fn node_of(path: &Path) -> io::Result<PathBuf> {
    let device = fs::metadata(path)?.dev();
    let (major, minor) = (major(device), minor(device));
    let events = fs::read_to_string(format!("/sys/dev/block/{major}:{minor}/uevent"))
        .map_err(|_| io::Error::other("the file system is not on a block device that can be read"))?;
    let name = events.lines().find_map(|line| line.strip_prefix("DEVNAME="));
    let node = PathBuf::from("/dev").join(name.ok_or_else(|| io::Error::other("the device has no name"))?);
    let metadata = fs::metadata(&node)?;
    if metadata.file_type().is_block_device() && metadata.rdev() == device {
        return Ok(node);
    }
    Err(io::Error::other("the device's node is another device"))
}
