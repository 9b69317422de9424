//! What Ward writes into its ledger, and how it finds it again.
//!
//! An attempt is durable before its effect can commit; its outcome rides in the effect's own transaction
//! (the outbox) and is taken to the ledger in order. At start, whatever was left open by a crash is closed as
//! `aborted` (45 CFR 164.312(b), audit controls).

mod index;
mod outbox;
mod recover;
mod search;
mod sql;

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use tokio::sync::{Notify, mpsc};
use ward_ledger::Log;
use ward_model::{ErrorCode, ledger::Event};

use crate::{Clock, Db, Error, Result};

pub(crate) use sql::insert_outbox;

/// The record of Ward.
#[derive(Clone)]
pub struct Audit(Arc<Inner>);

struct Inner {
    log: Log,
    db: Db,
    clock: Arc<dyn Clock>,
    /// Wakes the clerk: there are outcomes in the outbox, or entries to index.
    wake: Notify,
    /// Outcomes of operations that failed, on their way to the ledger.
    failed: mpsc::UnboundedSender<Event>,
    /// How many of those are not in the ledger yet.
    pending: AtomicU64,
    /// Entries indexed so far.
    indexed: AtomicU64,
    /// Last row of the outbox that is in the ledger: its deletion may still fail and be repeated.
    drained: AtomicI64,
    /// Wakes whoever waits for the clerk.
    settled: Notify,
}

impl Audit {
    /// Opens the record: indexes what is new, hands in what waits in the outbox, closes open attempts.
    pub async fn open(log: Log, db: Db, clock: Arc<dyn Clock>) -> Result<Self> {
        let (failed, queue) = mpsc::unbounded_channel();
        let audit = Self(Arc::new(Inner {
            log,
            db,
            clock,
            wake: Notify::new(),
            failed,
            pending: AtomicU64::new(0),
            indexed: AtomicU64::new(0),
            drained: AtomicI64::new(0),
            settled: Notify::new(),
        }));
        audit.recover().await?;
        tokio::spawn(outbox::clerk(Arc::downgrade(&audit.0), queue));
        Ok(audit)
    }

    /// The log itself: proofs, checkpoints, tiles.
    pub fn log(&self) -> &Log {
        &self.0.log
    }

    /// Appends an entry; returns when it is durable. If it can't be written, the operation must fail.
    pub(crate) async fn append(&self, event: &Event) -> Result<u64> {
        let appended = self.0.log.append(event.canonical()).await.map_err(|e| {
            tracing::error!(error = %e, "the ledger can't be written: operations are refused");
            Error::new(
                ErrorCode::LedgerUnavailable,
                "the ledger can't be written, so nothing was done",
                "check the disk of the ledger (space, read-only); service returns by itself",
            )
            .because(e)
        })?;
        self.0.wake.notify_one();
        Ok(appended.index)
    }

    /// Takes the outcome of an operation that failed after its attempt. Never blocks, never fails: if the
    /// process ends before it is written, the next start writes `aborted` instead.
    pub(crate) fn hand_in_failure(&self, event: Event) {
        self.0.pending.fetch_add(1, Ordering::SeqCst);
        if self.0.failed.send(event).is_err() {
            self.0.pending.fetch_sub(1, Ordering::SeqCst);
        }
        self.0.wake.notify_one();
    }

    /// After a commit that reported an error: records the failure, unless the store says that it took effect.
    /// While the store does not answer, the attempt stays open; the next start closes it at the latest.
    pub(crate) fn close_unless_committed(&self, failed: Event) {
        let audit = self.clone();
        tokio::spawn(async move {
            for _ in 0..120 {
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
                let Ok(mut read) = audit.0.db.read().await else { continue };
                match sql::has_outcome(&mut read, &failed.attempt).await {
                    Ok(true) => return,
                    // Taken from the outbox, but not indexed yet: look again.
                    Ok(false) if audit.0.indexed.load(Ordering::SeqCst) < audit.0.log.size() => {}
                    Ok(false) => return audit.hand_in_failure(failed),
                    Err(_) => {}
                }
            }
        });
    }

    /// Tells the clerk that the outbox has something.
    pub(crate) fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// Waits until every outcome so far is in the ledger and indexed.
    pub async fn settle(&self) -> Result<()> {
        loop {
            let notified = self.0.settled.notified();
            let empty =
                sql::outbox_is_empty(&mut self.0.db.read().await?, self.0.drained.load(Ordering::SeqCst))
                    .await?;
            if empty
                && self.0.pending.load(Ordering::SeqCst) == 0
                && self.0.indexed.load(Ordering::SeqCst) >= self.0.log.size()
            {
                return Ok(());
            }
            self.0.wake.notify_one();
            let _ = tokio::time::timeout(std::time::Duration::from_millis(50), notified).await;
        }
    }
}

fn ledger_read(source: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::internal("reading the ledger", source)
}
