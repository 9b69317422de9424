//! The search index: derived from the log, disposable.

use std::sync::atomic::Ordering;

use ward_model::ledger::Event;

use super::{Audit, ledger_read, sql};
use crate::Result;

/// Entries indexed in one transaction.
const BATCH: u64 = 512;

impl Audit {
    /// Indexes what is new in the log.
    pub(super) async fn index(&self) -> Result<()> {
        loop {
            let from = self.0.indexed.load(Ordering::SeqCst);
            let to = self.0.log.size().min(from + BATCH);
            if from >= to {
                return Ok(());
            }
            let entries = self.0.log.entries(from..to).map_err(ledger_read)?;
            let mut tx = self.0.db.bookkeeping().await?;
            for (index, bytes) in entries {
                // An entry that is no event of ours stays in the log, and unsearchable.
                if let Ok(event) = serde_json::from_slice::<Event>(&bytes) {
                    sql::insert_index(&mut tx, index, &event).await?;
                }
            }
            tx.commit().await?;
            self.0.indexed.store(to, Ordering::SeqCst);
        }
    }

    /// Starts from what the index has; throws it away if it tells of entries that the log does not have.
    pub(super) async fn find_index_end(&self) -> Result<()> {
        let end = sql::index_end(&mut self.0.db.read().await?).await?;
        let end = if end > self.0.log.size() {
            let mut tx = self.0.db.bookkeeping().await?;
            sql::clear_index(&mut tx).await?;
            tx.commit().await?;
            0
        } else {
            end
        };
        self.0.indexed.store(end, Ordering::SeqCst);
        Ok(())
    }
}
