//! Checkpoints that the history must pass through.

use std::collections::BTreeSet;

use super::{Finding, Place};
use crate::note::Checkpoint;
use crate::tree::Frontier;

/// One of them, with where it was found.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) place: Place,
    pub(super) checkpoint: Checkpoint,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Marks {
    marks: Vec<Mark>,
    sizes: BTreeSet<u64>,
}

impl Marks {
    pub(super) fn add(&mut self, place: Place, checkpoint: Checkpoint) {
        self.sizes.insert(checkpoint.size);
        self.marks.push(Mark { place, checkpoint });
    }

    pub(super) fn count(&self) -> u64 {
        self.marks.len() as u64
    }

    /// The longest size that there must be.
    pub(super) fn longest(&self) -> u64 {
        self.sizes.last().copied().unwrap_or_default()
    }

    /// Whether there is one of this size.
    pub(super) fn wants(&self, size: u64) -> bool {
        self.sizes.contains(&size)
    }

    /// Sizes of all.
    pub(super) fn sizes(&self) -> impl Iterator<Item = u64> {
        self.sizes.iter().copied()
    }

    /// Checks those of this size against the tree.
    pub(super) fn hold(&self, tree: &Frontier) -> Result<(), Finding> {
        self.hold_root(tree.size(), tree.root())
    }

    /// Checks those of this size against a root.
    pub(super) fn hold_root(&self, size: u64, root: crate::tree::Hash) -> Result<(), Finding> {
        let other = |mark: &&Mark| mark.checkpoint.size == size && mark.checkpoint.root != root;
        match self.marks.iter().find(other) {
            None => Ok(()),
            Some(mark) => Err(Finding::new(
                mark.place.clone(),
                format!("root {root} at size {size}, which the entries give"),
                format!("root {}: another history", mark.checkpoint.root),
            )),
        }
    }

    /// Checks that none is longer than the log.
    pub(super) fn reached(&self, size: u64) -> Result<(), Finding> {
        match self.marks.iter().find(|mark| mark.checkpoint.size > size) {
            None => Ok(()),
            Some(mark) => {
                let expected = format!("a log of at least {} entries", mark.checkpoint.size);
                let found = format!("{size}: it was rolled back or cut");
                Err(Finding::new(mark.place.clone(), expected, found).at(size))
            }
        }
    }
}
