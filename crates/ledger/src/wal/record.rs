//! The bytes of a segment: header and batches.

use super::{MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, SEGMENT_HEADER_BYTES};
use crate::note::MAX_NOTE_BYTES;
use crate::tile::{decode_bundle, encode_entry};
use crate::tree::{Frontier, HASH_BYTES, Hash, plain_hash};

const SEGMENT_MAGIC: &[u8; 8] = b"TLOGWAL1";
const BATCH_MAGIC: &[u8; 4] = b"BTCH";
const BATCH_HEADER_BYTES: usize = 24;
const CRC_BYTES: usize = 4;
/// Room for entries with their lengths, and a checkpoint.
const MAX_BODY_BYTES: usize = MAX_BATCH_BYTES + 2 * MAX_BATCH_ENTRIES + MAX_NOTE_BYTES;

/// What a segment says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The tree before the first entry of the segment.
    pub base: Frontier,
    /// SHA-256 of the origin of the log.
    pub origin: Hash,
}

impl Header {
    pub(crate) fn new(base: Frontier, origin: &str) -> Self {
        Self { base, origin: plain_hash(origin.as_bytes()) }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = SEGMENT_MAGIC.to_vec();
        out.extend_from_slice(&self.base.size().to_be_bytes());
        out.extend_from_slice(&self.origin.0);
        out.extend_from_slice(&(self.base.peaks().len() as u16).to_be_bytes());
        self.base.peaks().iter().for_each(|peak| out.extend_from_slice(&peak.0));
        out.resize(SEGMENT_HEADER_BYTES - CRC_BYTES, 0);
        out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
        out
    }

    /// Reads the header of a segment.
    ///
    /// # Errors
    /// A few words saying what is wrong.
    pub fn decode(segment: &[u8]) -> Result<Self, &'static str> {
        let block = segment.get(..SEGMENT_HEADER_BYTES).ok_or("shorter than a header")?;
        let (data, crc) = block.split_last_chunk::<CRC_BYTES>().ok_or("shorter than a header")?;
        if crc32fast::hash(data) != u32::from_be_bytes(*crc) {
            return Err("header checksum does not match");
        }
        let (magic, rest) = data.split_first_chunk::<8>().ok_or("shorter than a header")?;
        if magic != SEGMENT_MAGIC {
            return Err("not a segment of a known version");
        }
        let (first, rest) = rest.split_first_chunk::<8>().ok_or("shorter than a header")?;
        let (origin, rest) = rest.split_first_chunk::<HASH_BYTES>().ok_or("shorter than a header")?;
        let (count, rest) = rest.split_first_chunk::<2>().ok_or("shorter than a header")?;
        let count = usize::from(u16::from_be_bytes(*count));
        let peaks = rest.chunks_exact(HASH_BYTES).take(count).filter_map(Hash::from_slice).collect();
        let base = Frontier::from_parts(u64::from_be_bytes(*first), peaks);
        Ok(Self { base: base.ok_or("number of peaks does not fit the index")?, origin: Hash(*origin) })
    }
}

/// One batch inside a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRef<'a> {
    /// Index of its first entry.
    pub first: u64,
    /// Its entries.
    pub entries: Vec<&'a [u8]>,
    /// The signed head of the tree after it.
    pub checkpoint: &'a [u8],
    /// Where the next batch begins in the segment.
    pub end: usize,
}

/// What stands at one place of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// A whole batch.
    Batch(BatchRef<'a>),
    /// Nothing but zeros from here.
    End,
    /// Something else, with the reason why it is no batch.
    Broken(&'static str),
}

/// Writes a batch.
pub(crate) fn encode_batch<'a>(
    first: u64,
    entries: impl Iterator<Item = &'a [u8]>,
    checkpoint: &str,
) -> Vec<u8> {
    let mut out = vec![0; BATCH_HEADER_BYTES];
    let mut count = 0u32;
    for entry in entries {
        count += u32::from(encode_entry(&mut out, entry));
    }
    out.extend_from_slice(checkpoint.as_bytes());
    let mut header = BATCH_MAGIC.to_vec();
    header.extend_from_slice(&((out.len() - BATCH_HEADER_BYTES) as u32).to_be_bytes());
    header.extend_from_slice(&first.to_be_bytes());
    header.extend_from_slice(&count.to_be_bytes());
    header.extend_from_slice(&(checkpoint.len() as u32).to_be_bytes());
    if let Some(space) = out.get_mut(..BATCH_HEADER_BYTES) {
        space.copy_from_slice(&header);
    }
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out
}

fn be32(bytes: &[u8], at: usize) -> Option<usize> {
    let (word, _) = bytes.get(at..)?.split_first_chunk::<4>()?;
    usize::try_from(u32::from_be_bytes(*word)).ok()
}

/// The batch at `offset` whatever its checksum says; `None` if its lengths make no sense.
fn parse(segment: &[u8], offset: usize) -> Option<(BatchRef<'_>, bool)> {
    let rest = segment.get(offset..)?;
    if !rest.starts_with(BATCH_MAGIC) {
        return None;
    }
    let body = be32(rest, 4).filter(|n| *n <= MAX_BODY_BYTES)?;
    let (first, _) = rest.get(8..)?.split_first_chunk::<8>()?;
    let (count, checkpoint) = (be32(rest, 16)?, be32(rest, 20)?);
    let total = BATCH_HEADER_BYTES + body;
    let (entries, checkpoint) =
        rest.get(BATCH_HEADER_BYTES..total)?.split_at_checked(body.checked_sub(checkpoint)?)?;
    let crc = be32(rest, total)?;
    let entries = decode_bundle(entries).ok().filter(|e| e.len() == count)?;
    let sound = crc32fast::hash(rest.get(..total)?) as usize == crc;
    let end = offset + total + CRC_BYTES;
    Some((BatchRef { first: u64::from_be_bytes(*first), entries, checkpoint, end }, sound))
}

/// Reads what stands at `offset` of a segment. Never fails, whatever the bytes.
pub fn decode_batch(segment: &[u8], offset: usize) -> Decoded<'_> {
    let rest = segment.get(offset..).unwrap_or_default();
    if !rest.starts_with(BATCH_MAGIC) {
        let zeros = rest.iter().all(|byte| *byte == 0);
        return if zeros { Decoded::End } else { Decoded::Broken("no batch begins here") };
    }
    match parse(segment, offset) {
        Some((batch, true)) => Decoded::Batch(batch),
        Some((_, false)) => Decoded::Broken("batch checksum does not match"),
        None => Decoded::Broken("batch is cut off or its lengths do not add up"),
    }
}

/// The offset of the first whole batch after `offset`. If there is one, what stands at `offset` is not a write
/// that a crash tore, because batches become durable one by one.
pub fn later_batch(segment: &[u8], offset: usize) -> Option<usize> {
    let from = offset.checked_add(1)?;
    let rest = segment.get(from..)?;
    let mut candidates = rest.windows(BATCH_MAGIC.len()).zip(from..).filter(|(w, _)| w == BATCH_MAGIC);
    candidates.find_map(|(_, at)| matches!(parse(segment, at), Some((_, true))).then_some(at))
}

/// The entries of a batch whose checksum does not match, as far as its lengths still make sense. Only to find
/// the damaged entry.
pub(crate) fn guess_entries(segment: &[u8], offset: usize) -> Vec<&[u8]> {
    parse(segment, offset).map(|(batch, _)| batch.entries).unwrap_or_default()
}
