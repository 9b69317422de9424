//! The segments of a write-ahead log, read through a source; a writer may be at them meanwhile.

use super::{Finding, files};
use crate::note::{Checkpoint, VerifierKey};
use crate::source::{MAX_FILE_BYTES, Source};
use crate::wal::{self, Decoded, SEGMENT_HEADER_BYTES, decode_batch};

/// The bytes of one segment.
pub(super) struct Segment<'a> {
    source: &'a dyn Source,
    pub(super) name: String,
    bytes: Vec<u8>,
}

impl<'a> Segment<'a> {
    pub(super) fn read(source: &'a dyn Source, first: u64) -> Result<Self, Finding> {
        let name = wal::segment_name(first);
        let bytes = files::read(source, &name, MAX_FILE_BYTES)?;
        let bytes = bytes.ok_or_else(|| Finding::file(name.as_str(), "the next segment", "no file"))?;
        Ok(Self { source, name, bytes })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What stands at `offset`. What looks broken is read again until it stands still, because a writer may have
    /// been at it while we read.
    pub(super) fn decode(&mut self, offset: usize) -> Result<Decoded<'_>, Finding> {
        for _ in 0..8 {
            if !matches!(decode_batch(&self.bytes, offset), Decoded::Broken(_)) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
            let again = files::read(self.source, &self.name, MAX_FILE_BYTES)?.unwrap_or_default();
            if again == self.bytes {
                break;
            }
            self.bytes = again;
        }
        Ok(decode_batch(&self.bytes, offset))
    }
}

/// What is in the folder of the write-ahead log; nothing if there is none, or if the source cannot list.
#[derive(Default)]
pub(super) struct Listed {
    /// First indexes of all segments, ascending.
    pub(super) firsts: Vec<u64>,
    /// Notes on segments that were put aside.
    pub(super) displaced: Vec<String>,
}

/// Lists the write-ahead log.
pub(super) fn list(source: &dyn Source) -> Result<Listed, Finding> {
    let Listed { mut firsts, mut displaced } = Listed::default();
    let items = files::list(source, wal::FOLDER)?.unwrap_or_default();
    for name in items.into_iter().map(|item| item.name) {
        let first = name.strip_suffix(".seg").filter(|digits| digits.len() == 20);
        firsts.extend(first.and_then(|digits| digits.parse::<u64>().ok()));
        if name.ends_with(".displaced") {
            displaced.push(format!("{}/{name} was found in place of a segment", wal::FOLDER));
        }
    }
    firsts.sort_unstable();
    Ok(Listed { firsts, displaced })
}

/// The size of the log by now, as its last segment says.
pub(super) fn size_by_now(source: &dyn Source, key: &VerifierKey) -> Option<u64> {
    let last = *list(source).ok()?.firsts.last()?;
    let mut segment = Segment::read(source, last).ok()?;
    let (mut offset, mut size) = (SEGMENT_HEADER_BYTES, last);
    while let Ok(Decoded::Batch(batch)) = segment.decode(offset) {
        size = Checkpoint::open(batch.checkpoint, key).ok()?.size;
        offset = batch.end;
    }
    Some(size)
}
