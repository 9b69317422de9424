//! From times to ranges of entries.

use std::cell::RefCell;
use std::ops::Range;

use crate::series::logged_time;
use crate::source::{At, Published, Source};
use crate::tile::TILE_WIDTH;
use crate::verify::{Finding, files, keys_of};
use crate::{CHECKPOINT_FILE, KeyLine};

/// Entries of one shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Name of the shard.
    pub shard: String,
    /// Their indexes.
    pub entries: Range<u64>,
}

/// The index of the first entry of `size` that was sequenced at `time` or later; `size` if there is none.
/// `time_of` gives the time of an entry, if it has one. Asks for some forty entries at most, if all have times.
///
/// # Errors
/// Those of `time_of`.
pub fn first_at<E>(
    size: u64,
    time: i64,
    mut time_of: impl FnMut(u64) -> Result<Option<i64>, E>,
) -> Result<u64, E> {
    let (mut lo, mut hi) = (0, size);
    while lo < hi {
        let middle = lo + (hi - lo) / 2;
        // An entry without a time is as old as the next one that has one.
        let mut at = middle;
        let late = loop {
            if at == hi {
                break true;
            }
            match time_of(at)? {
                Some(found) => break found >= time,
                None => at += 1,
            }
        };
        if late {
            hi = middle;
        } else {
            lo = at + 1;
        }
    }
    Ok(lo)
}

/// The index of the first published entry of a shard that was sequenced at `time` (milliseconds since the epoch) or
/// later; the size if there is none.
///
/// # Errors
/// If a bundle cannot be read.
pub fn find_by_time(published: &Published<'_>, time: i64) -> Result<u64, Finding> {
    let held: RefCell<Option<(u64, Vec<Vec<u8>>)>> = RefCell::new(None);
    first_at(published.size(), time, |index| {
        let block = index / TILE_WIDTH;
        let mut held = held.borrow_mut();
        if held.as_ref().is_none_or(|(at, _)| *at != block) {
            *held = Some((block, published.entries(block)?));
        }
        let entries = held.as_ref().map(|(_, entries)| entries.as_slice()).unwrap_or_default();
        Ok(entries.get((index % TILE_WIDTH) as usize).and_then(|entry| logged_time(entry)))
    })
}

/// The published entries of a log that were sequenced from `from` on and before `to`, shard by shard. Shards that are
/// archived, and those without such entries, are left out.
///
/// # Errors
/// If the file `keys`, a checkpoint or a bundle cannot be read.
pub fn select_by_time(
    source: &dyn Source,
    from: Option<i64>,
    to: Option<i64>,
) -> Result<Vec<Selection>, Finding> {
    let mut selected = Vec::new();
    for KeyLine { shard, key, .. } in keys_of(source)? {
        let folder = At::new(source, shard.as_str());
        let wrong = |finding: Finding| finding.in_shard(&shard);
        let Some((checkpoint, _)) = files::checkpoint(&folder, CHECKPOINT_FILE, &key).map_err(wrong)? else {
            continue;
        };
        let published = Published::new(&folder, checkpoint.size);
        let find = |time: Option<i64>, otherwise| {
            time.map_or(Ok(otherwise), |time| find_by_time(&published, time)).map_err(wrong)
        };
        let entries = find(from, 0)?..find(to, checkpoint.size)?;
        if !entries.is_empty() {
            selected.push(Selection { shard, entries });
        }
    }
    Ok(selected)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_entry_at_a_time_is_found_as_by_looking_at_all(
            steps in prop::collection::vec((0i64..3, any::<bool>()), 0..80), time in 0i64..60,
        ) {
            let mut now = 0;
            let times: Vec<Option<i64>> =
                steps.iter().map(|(step, has)| { now += step; has.then_some(now) }).collect();
            let found = first_at(times.len() as u64, time, |at| Ok::<_, ()>(times[at as usize])).unwrap() as usize;
            // All before it are older, or nameless before something older; the next with a time is not.
            prop_assert!(times[..found].iter().flatten().all(|t| *t < time));
            prop_assert!(times[found..].iter().flatten().all(|t| *t >= time));
        }
    }
}
