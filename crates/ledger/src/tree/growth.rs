//! What a batch adds to a tree: enough to prove each of its entries without reading anything.

use super::{Frontier, Hash, Nodes, ProofError, inclusion_proof, leaf_hash};

/// The subtrees that a batch completed, and the tree before and after it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Growth {
    before: Frontier,
    after: Frontier,
    /// The completed subtrees, height by height, each height in order.
    nodes: Vec<Hash>,
    /// Where each height begins in `nodes`, and at last the end.
    starts: Vec<usize>,
}

impl Growth {
    /// Adds `entries` to the tree `before`.
    pub(crate) fn of<'a>(before: &Frontier, entries: impl ExactSizeIterator<Item = &'a [u8]>) -> Self {
        let size = before.size() + entries.len() as u64;
        let mut starts = vec![0];
        let mut total = 0;
        for height in 0..u64::BITS {
            // Of each height a batch completes neighbours, as many as this.
            let count = (size >> height) - (before.size() >> height);
            if count == 0 {
                break;
            }
            total += count as usize;
            starts.push(total);
        }
        let mut nodes = vec![Hash([0; 32]); total];
        let mut next = starts.clone();
        let mut after = before.clone();
        for entry in entries {
            after.push(leaf_hash(entry), |height, hash| {
                if let Some(at) = next.get_mut(height as usize) {
                    if let Some(space) = nodes.get_mut(*at) {
                        *space = hash;
                    }
                    *at += 1;
                }
            });
        }
        Self { before: before.clone(), after, nodes, starts }
    }

    /// The tree after the batch.
    pub(crate) fn after(&self) -> &Frontier {
        &self.after
    }

    /// The subtrees of this height that the batch completed, in order.
    pub(crate) fn completed(&self, height: u32) -> &[Hash] {
        let bound = |height: usize| self.starts.get(height).copied();
        let range = bound(height as usize).zip(bound(height as usize + 1));
        range.and_then(|(from, to)| self.nodes.get(from..to)).unwrap_or_default()
    }

    /// The proof that entry `index` is in the tree after the batch; `None` unless the batch added it.
    pub(crate) fn proof(&self, index: u64) -> Option<Vec<Hash>> {
        let added = (self.before.size()..self.after.size()).contains(&index);
        added.then(|| inclusion_proof(self, index, self.after.size()).ok().flatten()).flatten()
    }
}

/// The subtrees beside the paths of the batch's own entries: new ones, and peaks of the tree before.
impl Nodes for Growth {
    type Error = ProofError;

    fn node(&self, height: u32, index: u64) -> Result<Hash, ProofError> {
        let old = self.before.size();
        let completed_before = old.checked_shr(height).unwrap_or(0);
        let found = if let Some(at) = index.checked_sub(completed_before) {
            self.completed(height).get(at as usize)
        } else if completed_before & 1 == 1 && index + 1 == completed_before {
            let larger = completed_before.count_ones() as usize - 1;
            self.before.peaks().get(larger)
        } else {
            None
        };
        found.copied().ok_or(ProofError::OutOfRange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::verify_inclusion;

    #[test]
    fn every_entry_of_every_batch_is_proved_from_the_batch_alone() {
        for before in 0..70u64 {
            let mut tree = Frontier::new();
            (0..before).for_each(|n| tree.push(leaf_hash(&n.to_be_bytes()), |_, _| {}));
            for count in 1..70u64 {
                let entries: Vec<_> = (before..before + count).map(u64::to_be_bytes).collect();
                let growth = Growth::of(&tree, entries.iter().map(<[u8; 8]>::as_slice));
                let (size, root) = (before + count, growth.after().root());
                for index in before..size {
                    let proof = growth.proof(index).unwrap();
                    verify_inclusion(&leaf_hash(&index.to_be_bytes()), index, size, &root, &proof).unwrap();
                }
                assert_eq!(growth.proof(size), None);
                assert_eq!(before.checked_sub(1).and_then(|index| growth.proof(index)), None);
            }
        }
    }
}
