//! The write-ahead log: where an entry becomes durable.
//!
//! Segments are files `wal/<first index, 20 digits>.seg`. A segment begins with a header block of 4,096 bytes
//! and goes on with batches; zeros (or the end of the file) follow the last. All integers are big-endian.
//!
//! ```text
//! header                                        batch
//!    0   8  "TLOGWAL1"                             0   4  "BTCH"
//!    8   8  first index                            4   4  bytes of entries and checkpoint together
//!   16  32  SHA-256 of the origin                  8   8  first index
//!   48   2  number of peaks                       16   4  number of entries
//!   50  32* peaks of the tree before the          20   4  bytes of the checkpoint
//!           first index, largest first            24      entries, each with a 16-bit length before it
//!           zeros                                         checkpoint: a signed note
//! 4092   4  CRC-32 of the bytes before             +   4  CRC-32 of all bytes of the batch before
//! ```
//!
//! Entries in a batch are encoded exactly as in an entry bundle. The checkpoint is the signed head of the tree
//! after the batch, so each batch carries the proof of all before it. CRC-32 is the one of IEEE 802.3; it
//! finds accidents, the signature finds intent.

mod record;
mod segment;
mod spare;

use std::path::{Path, PathBuf};
use std::{fs, io};

pub use record::{BatchRef, Decoded, Header, decode_batch, later_batch};
pub(crate) use record::{encode_batch, guess_entries};
pub(crate) use segment::{SEGMENT_HEADER_BYTES, Segment, SegmentBytes};
pub(crate) use spare::Spare;

/// Most bytes of entries in one batch; also the most that one append can carry.
pub const MAX_BATCH_BYTES: usize = 8 << 20;
/// Most entries in one batch.
pub const MAX_BATCH_ENTRIES: usize = 65_536;

static ZEROS: [u8; 64 << 10] = [0; 64 << 10];

/// Folder of the segments inside the log's directory.
pub(crate) const FOLDER: &str = "wal";

/// The file of the segment that begins at `first`.
pub(crate) fn segment_path(dir: &Path, first: u64) -> PathBuf {
    dir.join(segment_name(first))
}

/// Path of a segment relative to the log's directory, as reports name it.
pub(crate) fn segment_name(first: u64) -> String {
    format!("{FOLDER}/{first:020}.seg")
}

/// First indexes of all segments, ascending. Other names (drafts, files put aside) are left out.
pub(crate) fn list_segments(dir: &Path) -> io::Result<Vec<u64>> {
    let mut firsts = Vec::new();
    for item in fs::read_dir(dir.join(FOLDER))? {
        let name = item?.file_name();
        let first = name.to_str().and_then(|n| n.strip_suffix(".seg")).filter(|d| d.len() == 20);
        firsts.extend(first.and_then(|digits| digits.parse::<u64>().ok()));
    }
    firsts.sort_unstable();
    Ok(firsts)
}
