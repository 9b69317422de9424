//! What Ward writes into its ledger, and how it finds it again.
//!
//! An attempt is durable before its effect can commit; its outcome rides in the effect's own transaction
//! (the outbox) and is taken to the ledger in order. At start, whatever was left open by a crash is closed as
//! `aborted` (45 CFR 164.312(b), audit controls).
//!
//! There is one log for the platform and one for each organization (`logs`), each a series of shards. People stand
//! in entries under pseudonyms (`subjects`). The platform's log takes down the checkpoints of the others (`anchor`).

mod anchor;
mod entry;
mod index;
mod keys;
mod logs;
mod outbox;
mod phi;
mod recover;
mod search;
mod sql;
mod subjects;
mod verify;
mod write;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::sync::{Notify, mpsc, watch};
use ward_ledger::Series;
use ward_model::{UserId, ledger::Event};
use ward_vault::Vault;

use crate::{Clock, Db, Result, WriteTx, alerts::Alerts};

pub use logs::{LedgerSettings, PLATFORM_LOG};
pub(crate) use sql::insert_outbox;
pub use verify::{Verified, Wrong};

/// The record of Ward.
#[derive(Clone)]
pub struct Audit(Arc<Inner>);

struct Inner {
    logs: logs::Logs,
    platform: Series,
    subjects: subjects::Subjects,
    db: Db,
    clock: Arc<dyn Clock>,
    alerts: Alerts,
    /// Wakes the clerk: there are outcomes in the outbox, or entries to index.
    wake: Notify,
    /// Outcomes of operations that failed, on their way to the ledger.
    failed: mpsc::UnboundedSender<Event>,
    /// How many of those are not in the ledger yet.
    pending: AtomicU64,
    /// Entries indexed so far, by log and shard.
    indexed: Mutex<HashMap<(String, String), u64>>,
    /// Rows of the outbox that are in the ledger: their deletion may still fail and be repeated.
    written: Mutex<BTreeSet<i64>>,
    /// One that indexes at a time: what one clears the other must not count as done.
    indexing: tokio::sync::Mutex<()>,
    /// Logs that may hold entries of which nobody was told: a write was not confirmed, or they were just opened.
    unconfirmed: Mutex<BTreeSet<String>>,
    /// Ward ends: logs that are closed are no defect.
    closing: AtomicBool,
    /// Entries that were appended since the start, for those who follow.
    grown: watch::Sender<u64>,
    /// What the platform's log says of the others: log, shard and size of the newest anchor.
    anchored: Mutex<HashMap<String, (String, u64)>>,
    /// Wakes whoever waits for the clerk.
    settled: Notify,
}

impl Audit {
    /// Opens the record: indexes what is new, hands in what waits in the outbox, closes open attempts.
    pub async fn open(
        settings: LedgerSettings,
        db: Db,
        vault: Arc<Vault>,
        clock: Arc<dyn Clock>,
        alerts: Alerts,
    ) -> Result<Self> {
        let (failed, queue) = mpsc::unbounded_channel();
        let create = settings.create;
        let logs = logs::Logs::new(settings, Arc::new(keys::ShardKeys { vault: Arc::clone(&vault) }));
        let platform = logs.load(PLATFORM_LOG, create, clock.now()).await?;
        logs.put(PLATFORM_LOG, &platform);
        let audit = Self(Arc::new(Inner {
            logs,
            platform,
            subjects: subjects::Subjects::new(db.clone(), vault, clock.clone())?,
            db,
            clock,
            alerts,
            wake: Notify::new(),
            failed,
            pending: AtomicU64::new(0),
            indexed: Mutex::default(),
            written: Mutex::default(),
            indexing: tokio::sync::Mutex::default(),
            unconfirmed: Mutex::default(),
            closing: AtomicBool::new(false),
            grown: watch::Sender::new(0),
            anchored: Mutex::default(),
            settled: Notify::new(),
        }));
        audit.open_logs().await?;
        audit.recover().await?;
        tokio::spawn(outbox::clerk(Arc::downgrade(&audit.0), queue));
        Ok(audit)
    }

    /// Logs of which it is not certain what they hold: no outcome is taken to them before they were indexed.
    fn unconfirmed(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.unconfirmed.lock().unwrap_or_else(PoisonError::into_inner)
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
                    Ok(false) if !audit.is_indexed() => {}
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

    /// Counts up with the entries that are appended: whoever follows the ledger waits on it.
    pub fn grown(&self) -> watch::Receiver<u64> {
        self.0.grown.subscribe()
    }

    /// The pseudonym under which a user stands in the ledger; `None` if the user never did anything.
    pub async fn pseudonym(&self, user: UserId) -> Result<Option<String>> {
        self.0.subjects.find(user).await
    }

    /// Destroys the key behind a pseudonym: its entries stay and verify, and nobody can tell any more whom they are
    /// about. Whether there was one.
    pub async fn erase_subject(&self, tx: &mut WriteTx, pseudonym: &str) -> Result<bool> {
        let now = self.0.clock.now();
        let erased = sql::erase_subject(tx, pseudonym, now).await?;
        if erased {
            self.0.subjects.forget(pseudonym);
        }
        Ok(erased)
    }

    /// Forgets what is in memory about a pseudonym, once its erasure is committed.
    pub fn forget_subject(&self, pseudonym: &str) {
        self.0.subjects.forget(pseudonym);
    }

    /// Waits until every outcome so far is in the ledger and indexed.
    pub async fn settle(&self) -> Result<()> {
        loop {
            let notified = self.0.settled.notified();
            if self.0.pending.load(Ordering::SeqCst) == 0
                && self.outbox_is_empty().await?
                && self.is_indexed()
            {
                return Ok(());
            }
            self.0.wake.notify_one();
            let _ = tokio::time::timeout(std::time::Duration::from_millis(50), notified).await;
        }
    }
}

fn ledger_read(source: impl std::error::Error + Send + Sync + 'static) -> crate::Error {
    crate::Error::internal("reading the ledger", source)
}
