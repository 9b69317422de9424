//! Inclusion and consistency proofs: made from subtree hashes, checked from roots alone.

use super::{Hash, empty_root, node_hash, split_point};

/// Answers for the hashes of complete subtrees.
pub trait Nodes {
    /// Why a hash cannot be had.
    type Error;

    /// The hash of the subtree of `2^height` leaves that begins at leaf `index * 2^height`.
    ///
    /// # Errors
    /// When the subtree lies outside the tree or cannot be read.
    fn node(&self, height: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// A proof that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The index or the sizes make no sense together.
    #[error("index or sizes are out of range")]
    OutOfRange,
    /// The proof has too few or too many hashes for these sizes.
    #[error("the proof has the wrong number of hashes")]
    WrongLength,
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    WrongRoot,
}

/// The root over the leaves `lo..hi`, where `lo` is a multiple of the power of two that covers the range.
///
/// # Errors
/// Those of `nodes`.
pub fn range_hash<N: Nodes + ?Sized>(nodes: &N, lo: u64, hi: u64) -> Result<Hash, N::Error> {
    let mut peaks = Vec::new();
    let mut at = lo;
    while at < hi {
        let height = 63 - (hi - at).leading_zeros();
        peaks.push(nodes.node(height, at >> height)?);
        at += 1 << height;
    }
    let mut peaks = peaks.iter().rev();
    let Some(last) = peaks.next() else { return Ok(empty_root()) };
    Ok(peaks.fold(*last, |right, left| node_hash(left, &right)))
}

/// The proof that leaf `index` is in the tree of `size` leaves: sibling hashes from the leaf upwards
/// (RFC 6962 2.1.1). `None` if `index` is not below `size`.
///
/// # Errors
/// Those of `nodes`.
pub fn inclusion_proof<N: Nodes + ?Sized>(
    nodes: &N,
    index: u64,
    size: u64,
) -> Result<Option<Vec<Hash>>, N::Error> {
    if index >= size {
        return Ok(None);
    }
    let (mut lo, mut hi) = (0, size);
    let mut ranges = Vec::new();
    while hi - lo > 1 {
        let middle = lo + split_point(hi - lo);
        if index < middle {
            ranges.push((middle, hi));
            hi = middle;
        } else {
            ranges.push((lo, middle));
            lo = middle;
        }
    }
    ranges.iter().rev().map(|(lo, hi)| range_hash(nodes, *lo, *hi)).collect::<Result<_, _>>().map(Some)
}

/// The proof that the tree of `old` leaves is a prefix of the tree of `new` leaves (RFC 6962 2.1.2). Empty if
/// `old` is 0 or equals `new`; `None` if `old` is greater than `new`.
///
/// # Errors
/// Those of `nodes`.
pub fn consistency_proof<N: Nodes + ?Sized>(
    nodes: &N,
    old: u64,
    new: u64,
) -> Result<Option<Vec<Hash>>, N::Error> {
    if old > new {
        return Ok(None);
    }
    if old == 0 || old == new {
        return Ok(Some(Vec::new()));
    }
    let (mut lo, mut hi) = (0, new);
    let mut ranges = Vec::new();
    // The hash of the old tree is left out while it is the one the verifier holds already.
    let mut known = true;
    while old != hi {
        let middle = lo + split_point(hi - lo);
        if old <= middle {
            ranges.push((middle, hi));
            hi = middle;
        } else {
            ranges.push((lo, middle));
            lo = middle;
            known = false;
        }
    }
    if !known {
        ranges.push((lo, hi));
    }
    ranges.iter().rev().map(|(lo, hi)| range_hash(nodes, *lo, *hi)).collect::<Result<_, _>>().map(Some)
}

/// Checks that the entry with this leaf hash is at `index` in the tree of `size` leaves under `root`
/// (RFC 9162 2.1.3.2).
///
/// # Errors
/// [`ProofError`] says what does not hold.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange);
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last, hash == *root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::WrongRoot),
        _ => Err(ProofError::WrongLength),
    }
}

/// Checks that the tree under `old_root` is a prefix of the one under `new_root` (RFC 9162 2.1.4.2).
///
/// # Errors
/// [`ProofError`] says what does not hold.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::OutOfRange);
    }
    if old == 0 || old == new {
        let same = if old == new { old_root == new_root } else { *old_root == empty_root() };
        return match (proof.is_empty(), same) {
            (false, _) => Err(ProofError::WrongLength),
            (true, false) => Err(ProofError::WrongRoot),
            (true, true) => Ok(()),
        };
    }
    // When the old tree is one complete subtree, its root is the implied first hash.
    let implied = old.is_power_of_two().then_some(old_root);
    let mut hashes = implied.into_iter().chain(proof);
    let Some(first) = hashes.next() else { return Err(ProofError::WrongLength) };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut from_old, mut from_new) = (*first, *first);
    for sibling in hashes {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if node & 1 == 1 || node == last {
            from_old = node_hash(sibling, &from_old);
            from_new = node_hash(sibling, &from_new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            from_new = node_hash(&from_new, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last, from_old == *old_root && from_new == *new_root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::WrongRoot),
        _ => Err(ProofError::WrongLength),
    }
}
