//! The clerk: takes outcomes from the outbox to the ledger, in order, and keeps the index up to date.

use std::{
    sync::{Arc, Weak, atomic::Ordering},
    time::Duration,
};

use tokio::sync::mpsc::UnboundedReceiver;
use ward_model::ledger::Event;

use super::{Audit, Inner, sql};
use crate::{Error, Result};

/// Rows taken at once.
const BATCH: u32 = 256;
/// Most bytes handed to the log at once: it refuses larger batches for good, and then nothing would come after.
const BATCH_BYTES: usize = 4 << 20;
/// Most entries handed to the log at once.
const BATCH_ENTRIES: usize = 4096;

/// How many entries from the front fit into one batch: at least one, if there is one.
pub(super) fn fitting(lengths: impl Iterator<Item = usize>) -> usize {
    let mut bytes: usize = 0;
    lengths
        .take(BATCH_ENTRIES)
        .enumerate()
        .take_while(|(at, length)| {
            bytes = bytes.saturating_add(*length);
            *at == 0 || bytes <= BATCH_BYTES
        })
        .count()
}

/// Runs until the record is dropped. Errors are tried again: an outcome is never given up.
pub(super) async fn clerk(inner: Weak<Inner>, mut queue: UnboundedReceiver<Event>) {
    let mut waiting: Vec<Event> = Vec::new();
    loop {
        let Some(audit) = inner.upgrade().map(Audit) else { return };
        while let Ok(event) = queue.try_recv() {
            waiting.push(event);
        }
        let pass = async {
            audit.drain().await?;
            audit.append_failures(&mut waiting).await?;
            audit.index().await
        };
        let pause = match pass.await {
            Ok(()) => Duration::from_secs(5),
            Err(error) => {
                tracing::warn!(%error, source = ?std::error::Error::source(&error).map(ToString::to_string), "the ledger's clerk tries again");
                Duration::from_millis(250)
            }
        };
        audit.0.settled.notify_waiters();
        let inner_now = Arc::clone(&audit.0);
        drop(audit);
        tokio::select! {
            () = inner_now.wake.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

impl Audit {
    /// Moves outcomes from the outbox to the ledger.
    pub(super) async fn drain(&self) -> Result<()> {
        loop {
            let after = self.0.drained.load(Ordering::SeqCst);
            let mut rows = sql::outbox(&mut self.0.db.read().await?, after, BATCH).await?;
            rows.truncate(fitting(rows.iter().map(|r| r.event.len())));
            let Some(last) = rows.last().map(|r| r.sequence) else { return Ok(()) };
            self.append_batch(rows.into_iter().map(|r| r.event.into_bytes()).collect()).await?;
            // From here on the rows are in the ledger: should the deletion fail, they are not taken again.
            self.0.drained.store(last, Ordering::SeqCst);
            let mut tx = self.0.db.bookkeeping().await?;
            sql::delete_outbox(&mut tx, last).await?;
            tx.commit().await?;
        }
    }

    async fn append_failures(&self, waiting: &mut Vec<Event>) -> Result<()> {
        while !waiting.is_empty() {
            let entries: Vec<_> = waiting.iter().take(BATCH_ENTRIES).map(Event::canonical).collect();
            let count = fitting(entries.iter().map(Vec::len));
            self.append_batch(entries.into_iter().take(count).collect()).await?;
            self.0.pending.fetch_sub(count as u64, Ordering::SeqCst);
            waiting.drain(..count);
        }
        Ok(())
    }

    /// Appends entries that fit into one batch.
    pub(super) async fn append_batch(&self, entries: Vec<Vec<u8>>) -> Result<()> {
        let appended = self.0.log.append_all(entries).await;
        appended.map_err(|e| Error::unavailable("the ledger can't be written", e)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_never_larger_than_the_log_takes_and_never_empty() {
        assert_eq!(fitting(std::iter::empty()), 0);
        assert_eq!(fitting(std::iter::once(BATCH_BYTES * 2)), 1);
        assert_eq!(fitting(std::iter::repeat_n(60_000, 10_000)), BATCH_BYTES / 60_000);
        assert_eq!(fitting(std::iter::repeat_n(1, 10_000)), BATCH_ENTRIES);
    }
}
