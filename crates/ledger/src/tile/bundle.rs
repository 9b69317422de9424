//! Entry bundles: entries one after the other, each with its length before it.

/// Longest entry, in bytes: what a 16-bit length can say.
pub const MAX_ENTRY_BYTES: usize = u16::MAX as usize;

/// A bundle whose lengths do not add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("entry {at} of the bundle is cut off")]
pub struct BundleError {
    /// Position of the entry within the bundle.
    pub at: usize,
}

/// Writes one entry with its big-endian 16-bit length. Returns whether it fits; nothing is written if not.
pub fn encode_entry(out: &mut Vec<u8>, entry: &[u8]) -> bool {
    let Ok(length) = u16::try_from(entry.len()) else { return false };
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(entry);
    true
}

/// Splits a bundle into its entries.
///
/// # Errors
/// [`BundleError`] when the bytes end inside an entry.
pub fn decode_bundle(mut bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let cut = BundleError { at: entries.len() };
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or(cut)?;
        let (entry, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into()).ok_or(cut)?;
        entries.push(entry);
        bytes = rest;
    }
    Ok(entries)
}
