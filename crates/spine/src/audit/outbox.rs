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
            let rows = sql::outbox(&mut self.0.db.read().await?, after, BATCH).await?;
            let Some(last) = rows.last().map(|r| r.sequence) else { return Ok(()) };
            let entries = rows.into_iter().map(|r| r.event.into_bytes()).collect();
            self.0
                .log
                .append_all(entries)
                .await
                .map_err(|e| Error::unavailable("the ledger can't be written", e))?;
            // From here on the rows are in the ledger: should the deletion fail, they are not taken again.
            self.0.drained.store(last, Ordering::SeqCst);
            let mut tx = self.0.db.bookkeeping().await?;
            sql::delete_outbox(&mut tx, last).await?;
            tx.commit().await?;
        }
    }

    async fn append_failures(&self, waiting: &mut Vec<Event>) -> Result<()> {
        if waiting.is_empty() {
            return Ok(());
        }
        let entries = waiting.iter().map(Event::canonical).collect();
        self.0
            .log
            .append_all(entries)
            .await
            .map_err(|e| Error::unavailable("the ledger can't be written", e))?;
        self.0.pending.fetch_sub(waiting.len() as u64, Ordering::SeqCst);
        waiting.clear();
        Ok(())
    }
}
