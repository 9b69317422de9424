//! The clerk: takes outcomes from the outbox to the ledger, in order, and keeps the index up to date.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, PoisonError, Weak, atomic::Ordering},
    time::Duration,
};

use tokio::sync::mpsc::UnboundedReceiver;
use ward_model::ledger::Event;

use super::{Audit, Inner, logs, logs::refusal, sql};
use crate::{Error, Result};

/// Rows taken at once.
const BATCH: u32 = 256;
/// Most bytes handed to a log at once: it refuses larger batches for good, and then nothing would come after.
const BATCH_BYTES: usize = 4 << 20;
/// Most entries handed to a log at once.
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
    let mut anchored = None;
    loop {
        let Some(audit) = inner.upgrade().map(Audit) else { return };
        while let Ok(event) = queue.try_recv() {
            waiting.push(event);
        }
        // Each does what it can: the log of one organization that takes nothing holds up only its own.
        let steps = [
            audit.reconcile_unconfirmed(&mut waiting).await,
            audit.drain().await,
            audit.append_failures(&mut waiting).await,
        ];
        let anchor = audit.anchor(anchored).await.map(|at| anchored = at);
        let written = steps.into_iter().chain([anchor]).collect::<Result<()>>();
        if written.is_ok() {
            audit.note_writable();
        }
        let pause = match audit.index().await.and(written) {
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

/// A row with what it says.
struct Waiting {
    sequence: i64,
    bytes: usize,
    event: Event,
}

impl Audit {
    /// Moves outcomes from the outbox to the ledger. A log that takes nothing holds up only its own.
    pub(super) async fn drain(&self) -> Result<()> {
        let (mut after, mut failure) = (0, None);
        // Logs that took nothing: what is behind must not come before.
        let mut held = BTreeSet::new();
        loop {
            let rows = sql::outbox(&mut self.0.db.read().await?, after, BATCH).await?;
            let Some(last) = rows.last().map(|row| row.sequence) else { break };
            after = last;
            let mut by_log: BTreeMap<String, Vec<Waiting>> = BTreeMap::new();
            for row in rows {
                if self.written().contains(&row.sequence) {
                    continue;
                }
                let event: Event = serde_json::from_str(&row.event)
                    .map_err(|e| Error::internal("reading an outcome that waits", e))?;
                let log = logs::log_of(&event).to_owned();
                by_log.entry(log).or_default().push(Waiting {
                    sequence: row.sequence,
                    bytes: row.event.len(),
                    event,
                });
            }
            for (log, mut waiting) in by_log {
                while !waiting.is_empty() && !held.contains(&log) {
                    let rest = waiting.split_off(fitting(waiting.iter().map(|w| w.bytes)));
                    let (sequences, events): (Vec<_>, Vec<_>) =
                        waiting.into_iter().map(|w| (w.sequence, w.event)).unzip();
                    match self.write_to(&log, &events).await {
                        // From here on they are in the ledger: should the deletion fail, they are not taken again.
                        Ok(()) => self.written().extend(sequences),
                        Err(error) => {
                            failure = Some(error);
                            held.insert(log.clone());
                        }
                    }
                    waiting = rest;
                }
            }
            self.delete_written().await?;
        }
        self.delete_written().await?;
        failure.map_or(Ok(()), Err)
    }

    async fn delete_written(&self) -> Result<()> {
        let done: Vec<i64> = self.written().iter().copied().collect();
        if done.is_empty() {
            return Ok(());
        }
        let mut tx = self.0.db.bookkeeping().await?;
        sql::delete_outbox(&mut tx, &done).await?;
        tx.commit().await?;
        let mut written = self.written();
        for sequence in done {
            written.remove(&sequence);
        }
        Ok(())
    }

    fn written(&self) -> std::sync::MutexGuard<'_, BTreeSet<i64>> {
        self.0.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn outbox_is_empty(&self) -> Result<bool> {
        let waiting = sql::outbox_count(&mut self.0.db.read().await?).await?;
        Ok(waiting == 0)
    }

    async fn append_failures(&self, waiting: &mut Vec<Event>) -> Result<()> {
        let mut by_log: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        for event in waiting.drain(..) {
            by_log.entry(logs::log_of(&event).to_owned()).or_default().push(event);
        }
        let mut failure = None;
        for (log, mut events) in by_log {
            while !events.is_empty() {
                let count = fitting(events.iter().map(|event| event.canonical().len()));
                let rest = events.split_off(count);
                if let Err(error) = self.write_to(&log, &events).await {
                    failure = Some(error);
                    waiting.extend(events);
                    waiting.extend(rest);
                    break;
                }
                self.0.pending.fetch_sub(count as u64, Ordering::SeqCst);
                events = rest;
            }
        }
        failure.map_or(Ok(()), Err)
    }

    pub(super) async fn write_to(&self, log: &str, events: &[Event]) -> Result<()> {
        let series = self.log(log).await?;
        if self.unconfirmed().contains(log) {
            return Err(Error::unavailable(
                format!("the log {log} of the ledger"),
                "it is looked through first",
            ));
        }
        self.write(&series, events).await.map(drop)
    }

    /// After a write that was not confirmed: looks what became of it, so that no outcome is written twice.
    pub(super) async fn reconcile_unconfirmed(&self, waiting: &mut Vec<Event>) -> Result<()> {
        let logs = self.unconfirmed().clone();
        let (mut confirmed, mut failure) = (Vec::new(), None);
        for log in logs {
            // Not open yet: looked through when it is.
            let Some(series) = self.series(&log) else { continue };
            if let Some(reason) = refusal(&series) {
                let what = format!("the log {log} of the ledger can't be written");
                failure = Some(Error::unavailable(what, reason));
                continue;
            }
            // What was signed over is settled now: it is in the log, or it will never be.
            self.unconfirmed().remove(&log);
            match self.index_log(&log, &series).await {
                Err(error) if !self.is_log_indexed(&log, &series) => {
                    self.unconfirmed().insert(log);
                    failure = Some(error);
                }
                _ => confirmed.push(log),
            }
        }
        if !confirmed.is_empty()
            && let Err(error) = self.drop_written(&confirmed, waiting).await
        {
            self.unconfirmed().extend(confirmed);
            failure = Some(error);
        }
        failure.map_or(Ok(()), Err)
    }

    /// Drops outcomes that turned out to be in the ledger.
    async fn drop_written(&self, logs: &[String], waiting: &mut Vec<Event>) -> Result<()> {
        let mut tx = self.0.db.bookkeeping().await?;
        sql::delete_outbox_already_written(&mut tx).await?;
        tx.commit().await?;
        let mut open = Vec::new();
        for event in waiting.iter() {
            let mine = logs.iter().any(|log| log == logs::log_of(event));
            if !mine || !sql::is_written(&mut self.0.db.read().await?, &event.attempt).await? {
                open.push(event.clone());
            }
        }
        self.0.pending.fetch_sub((waiting.len() - open.len()) as u64, Ordering::SeqCst);
        *waiting = open;
        Ok(())
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
