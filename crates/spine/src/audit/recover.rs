//! After a crash: no outcome twice, no attempt without one.

use ward_model::ledger::{EntryKind, Event, Outcome};

use super::{Audit, ledger_read, outbox::fitting, sql};
use crate::{Error, Result};

impl Audit {
    pub(super) async fn recover(&self) -> Result<()> {
        self.find_index_end().await?;
        self.index().await?;
        // A crash between append and deletion leaves rows whose outcome is in the ledger already.
        let mut tx = self.0.db.bookkeeping().await?;
        sql::delete_outbox_already_written(&mut tx).await?;
        tx.commit().await?;
        self.drain().await?;
        self.index().await?;
        self.close_open_attempts().await
    }

    async fn close_open_attempts(&self) -> Result<()> {
        let open = sql::open_attempts(&mut self.0.db.read().await?).await?;
        if open.is_empty() {
            return Ok(());
        }
        tracing::warn!(count = open.len(), "attempts were left open by a crash: closing them as aborted");
        let mut entries = Vec::with_capacity(open.len());
        for index in open {
            let bytes = self.0.log.entry(index).map_err(ledger_read)?;
            let attempt: Event =
                serde_json::from_slice(&bytes).map_err(|e| Error::internal("reading the ledger", e))?;
            let event = Event {
                time: self.0.clock.now(),
                kind: EntryKind::Outcome,
                outcome: Some(Outcome::Aborted),
                policies: Vec::new(),
                detail: serde_json::json!({ "attempt_index": index }),
                ..attempt
            };
            entries.push(event.canonical());
        }
        while !entries.is_empty() {
            let rest = entries.split_off(fitting(entries.iter().map(Vec::len)));
            self.append_batch(entries).await?;
            entries = rest;
        }
        self.index().await
    }
}
