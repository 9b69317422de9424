//! The next entries to send: read from the ledger's own files, at the drain's own pace.
//!
//! Reading takes no lock that an append waits for, so a drain that is slow or dead never delays the gate.

use ward_ledger::{
    Series,
    series::{Shard, ShardLink, shard_link},
    tile::ReadError,
};

use super::Entry;

/// The first entry of a log that was not acknowledged yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Shard.
    pub shard: String,
    /// Index in it.
    pub next: u64,
}

impl Cursor {
    /// Whether it is further on than another of the same log.
    pub fn is_after(&self, other: &Self) -> bool {
        if self.shard == other.shard {
            self.next > other.next
        } else {
            ward_ledger::series::precedes(&other.shard, &self.shard)
        }
    }

    /// The further one.
    pub fn later(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) => Some(if b.is_after(&a) { b } else { a }),
            (a, b) => a.or(b),
        }
    }
}

/// How much is sent at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Most entries.
    pub entries: u64,
    /// After so many bytes no further entry is added.
    pub bytes: usize,
}

impl Size {
    /// Half of it, at least one entry: for a receiver that finds a batch too large.
    #[must_use]
    pub fn half(self) -> Self {
        Self { entries: (self.entries / 2).max(1), bytes: (self.bytes / 2).max(1) }
    }
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// These, all of one shard; then go on at the cursor.
    Batch {
        /// In the order of the log.
        entries: Vec<Entry>,
        /// Where to go on when they are acknowledged.
        after: Cursor,
    },
    /// So many entries were archived and removed before they could be sent.
    Gone {
        /// How many; as many as are known of.
        entries: u64,
        /// The shard they were in.
        shard: String,
        /// Where to go on.
        after: Cursor,
    },
    /// Nothing.
    Nothing,
}

/// Reads on from the cursor; from the oldest entry that is still here, without one.
///
/// # Errors
/// [`ReadError`] if the ledger can't be read.
pub fn next(series: &Series, log: &str, cursor: Option<&Cursor>, size: Size) -> Result<Next, ReadError> {
    let mut position = cursor.cloned();
    for shard in onward(series, cursor) {
        let from = position.take().filter(|c| c.shard == shard.name).map_or(0, |c| c.next);
        if shard.archived {
            // A drain that begins here never had it to send.
            if cursor.is_none() {
                continue;
            }
            if let Some(gone) = gone(series, &shard, from)? {
                return Ok(gone);
            }
            continue;
        }
        let end = series.size(&shard.name)?;
        if from >= end {
            continue;
        }
        let to = end.min(from.saturating_add(size.entries));
        let mut bytes = 0;
        let mut entries = Vec::new();
        for (index, entry) in series.entries(&shard.name, from..to)? {
            bytes += entry.len();
            entries.push(Entry { log: log.to_owned(), shard: shard.name.clone(), index, bytes: entry });
            if bytes >= size.bytes {
                break;
            }
        }
        let Some(last) = entries.last() else { continue };
        let after = Cursor { shard: shard.name, next: last.index + 1 };
        return Ok(Next::Batch { entries, after });
    }
    Ok(Next::Nothing)
}

/// The cursor's shard and those after it.
fn onward(series: &Series, cursor: Option<&Cursor>) -> Vec<Shard> {
    let from = cursor.map(|c| c.shard.as_str());
    let before = |shard: &Shard| from.is_some_and(|from| ward_ledger::series::precedes(&shard.name, from));
    series.shards().into_iter().filter(|shard| !before(shard)).collect()
}

/// What an archived shard still held for the drain. Its successor says how long it was.
fn gone(series: &Series, shard: &Shard, from: u64) -> Result<Option<Next>, ReadError> {
    let successor = series.shards().into_iter().find(|s| ward_ledger::series::precedes(&shard.name, &s.name));
    let Some(successor) = successor else { return Ok(None) };
    let mut entries = 1;
    if !successor.archived {
        match shard_link(&series.entry(&successor.name, 0)?) {
            Some(ShardLink::Opened { previous: Some(previous), .. }) if previous.size <= from => {
                return Ok(None);
            }
            Some(ShardLink::Opened { previous: Some(previous), .. }) => entries = previous.size - from,
            _ => {}
        }
    }
    Ok(Some(Next::Gone {
        entries,
        shard: shard.name.clone(),
        after: Cursor { shard: successor.name, next: 0 },
    }))
}

/// How far behind a drain is in one log: entries, and when the first of them was entered.
///
/// # Errors
/// [`ReadError`] if the ledger can't be read.
pub fn behind(series: &Series, cursor: Option<&Cursor>) -> Result<(u64, Option<i64>), ReadError> {
    let (mut count, mut oldest) = (0, None);
    for shard in onward(series, cursor) {
        if shard.archived {
            continue;
        }
        let from = cursor.filter(|c| c.shard == shard.name).map_or(0, |c| c.next);
        let waiting = series.size(&shard.name)?.saturating_sub(from);
        if waiting > 0 && oldest.is_none() {
            oldest = ward_ledger::series::logged_time(&series.entry(&shard.name, from)?);
        }
        count += waiting;
    }
    Ok((count, oldest))
}

/// The end of a log: the cursor of a drain that has sent everything.
///
/// # Errors
/// [`ReadError`] if the ledger can't be read.
pub fn end(series: &Series) -> Result<Cursor, ReadError> {
    let shard = series.current_shard();
    Ok(Cursor { next: series.size(&shard)?, shard: shard.to_string() })
}
