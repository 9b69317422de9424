//! The raw bytes of the device that a file lies on, past the file system and its keys.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::{FileExt, FileTypeExt, MetadataExt},
    path::{Path, PathBuf},
};

use nix::{
    fcntl::{PosixFadviseAdvice, posix_fadvise},
    sys::stat::{major, minor},
};

use super::Extent;

/// Most bytes that are read of one file.
const MOST: u64 = 4 << 20;

/// The first bytes of a file as they lie on the device, up to 4 MiB. Blocks.
///
/// # Errors
/// If the device can't be found or read.
pub(crate) fn raw(path: &Path, extents: &[Extent]) -> io::Result<Vec<u8>> {
    let node = node_of(path)?;
    let device = File::open(&node)?;
    let (mut out, mut left) = (Vec::new(), MOST);
    for extent in extents {
        let take = extent.length.min(left);
        left -= take;
        let mut bytes = vec![0; usize::try_from(take).map_err(io::Error::other)?];
        // An earlier look may have left an older state in the device's own cache.
        let offset = i64::try_from(extent.start).map_err(io::Error::other)?;
        let length = i64::try_from(take).map_err(io::Error::other)?;
        posix_fadvise(&device, offset, length, PosixFadviseAdvice::POSIX_FADV_DONTNEED)?;
        device.read_exact_at(&mut bytes, extent.start)?;
        out.append(&mut bytes);
    }
    Ok(out)
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
