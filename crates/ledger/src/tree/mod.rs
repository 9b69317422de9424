//! The Merkle tree of RFC 6962 over SHA-256.
//!
//! Leaves and nodes are hashed under different prefixes (0x00 and 0x01), so that no node can be passed off
//! as an entry. The tree itself is never held in memory: [`Frontier`] keeps the at most 64 peaks that an
//! append needs, and proofs are computed from whatever can answer for complete subtrees ([`Nodes`]).

mod frontier;
mod growth;
mod proof;

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256, digest};
use base64::{Engine as _, engine::general_purpose::STANDARD};

pub use frontier::Frontier;
pub(crate) use growth::Growth;
pub use proof::{
    Nodes, ProofError, consistency_proof, inclusion_proof, range_hash, verify_consistency, verify_inclusion,
};

/// A SHA-256 hash: of an entry, of a subtree or of a whole tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// Bytes of one hash.
pub const HASH_BYTES: usize = 32;

impl Hash {
    /// The hash in `bytes`, if there are exactly 32 of them.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads the base64 form used in checkpoints.
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok().and_then(|bytes| Self::from_slice(&bytes))
    }
}

/// Base64, as in checkpoints, so that a message can be compared with the file by eye.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

fn sha256(data: &[u8]) -> Hash {
    let mut out = [0; HASH_BYTES];
    out.copy_from_slice(digest(&SHA256, data).as_ref());
    Hash(out)
}

/// Plain SHA-256 of `data`, without a tree prefix.
pub(crate) fn plain_hash(data: &[u8]) -> Hash {
    sha256(data)
}

/// The root of the tree without entries: SHA-256 of nothing (RFC 6962 2.1).
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// The hash of one entry: SHA-256(0x00 || entry) (RFC 6962 2.1).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    // A one-shot digest of a copied short entry is faster than an incremental one.
    let mut short = [0u8; 1024];
    if let Some(space) = short.get_mut(1..=entry.len()) {
        space.copy_from_slice(entry);
        return sha256(short.get(..=entry.len()).unwrap_or_default());
    }
    let mut context = Context::new(&SHA256);
    context.update(&[0]);
    context.update(entry);
    let mut out = [0; HASH_BYTES];
    out.copy_from_slice(context.finish().as_ref());
    Hash(out)
}

/// The hash of an inner node: SHA-256(0x01 || left || right) (RFC 6962 2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut data = [1u8; 1 + 2 * HASH_BYTES];
    let (_, rest) = data.split_at_mut(1);
    let (a, b) = rest.split_at_mut(HASH_BYTES);
    a.copy_from_slice(&left.0);
    b.copy_from_slice(&right.0);
    sha256(&data)
}

/// The largest power of two smaller than `n`, for `n` of at least 2 (RFC 6962 2.1).
pub(crate) fn split_point(n: u64) -> u64 {
    1 << (63 - n.saturating_sub(1).max(1).leading_zeros())
}

/// The root over the given hashes taken as leaves of a tree of their own.
pub(crate) fn fold(hashes: &[Hash]) -> Option<Hash> {
    let mut frontier = Frontier::new();
    for hash in hashes {
        frontier.push(*hash, |_, _| {});
    }
    (!hashes.is_empty()).then(|| frontier.root())
}
