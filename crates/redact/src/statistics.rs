//! How much of what was found, without the values.

use crate::Identifier;

/// Counts of one stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    found: [u64; Identifier::ALL.len()],
    lines: u64,
    changed: u64,
    quarantined: u64,
    bytes: u64,
}

impl Statistics {
    /// How many values of an identifier were replaced.
    pub fn found(&self, identifier: Identifier) -> u64 {
        self.found.get(identifier.index()).copied().unwrap_or(0)
    }

    /// Every identifier that was replaced at least once, with its count, in the rule's order.
    pub fn iter(&self) -> impl Iterator<Item = (Identifier, u64)> + '_ {
        Identifier::ALL.into_iter().map(|i| (i, self.found(i))).filter(|(_, count)| *count > 0)
    }

    /// Lines read, also the last one without an end.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Lines in which something was replaced.
    pub fn changed(&self) -> u64 {
        self.changed
    }

    /// Lines that were quarantined.
    pub fn quarantined(&self) -> u64 {
        self.quarantined
    }

    /// Bytes read.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds the counts of another stream.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.found.iter_mut().zip(other.found) {
            *mine += theirs;
        }
        self.lines += other.lines;
        self.changed += other.changed;
        self.quarantined += other.quarantined;
        self.bytes += other.bytes;
    }

    pub(crate) fn count(&mut self, identifier: Identifier) {
        if let Some(count) = self.found.get_mut(identifier.index()) {
            *count += 1;
        }
    }

    pub(crate) fn read_line(&mut self) {
        self.lines += 1;
    }

    pub(crate) fn changed_line(&mut self) {
        self.changed += 1;
    }

    pub(crate) fn quarantined_line(&mut self) {
        self.quarantined += 1;
    }

    pub(crate) fn read_bytes(&mut self, count: usize) {
        self.bytes += count as u64;
    }
}
