//! After a crash: no outcome twice, no attempt without one.

use std::collections::BTreeMap;

use ward_model::ledger::{EntryKind, Event, Outcome};

use super::{Audit, entry, ledger_read, outbox::fitting, sql};
use crate::{Error, Result};

impl Audit {
    pub(super) async fn recover(&self) -> Result<()> {
        self.find_index_end().await?;
        self.index().await?;
        // A crash between append and deletion leaves rows whose outcome is in the ledger already.
        let mut tx = self.0.db.bookkeeping().await?;
        sql::delete_outbox_already_written(&mut tx).await?;
        tx.commit().await?;
        if let Err(error) = self.drain().await {
            // The log of one organization: the clerk tries again, the others go on.
            tracing::error!(%error, "outcomes wait for a log that can't be written");
        }
        self.index().await?;
        self.close_open_attempts().await
    }

    async fn close_open_attempts(&self) -> Result<()> {
        let open = sql::open_attempts(&mut self.0.db.read().await?).await?;
        if open.is_empty() {
            return Ok(());
        }
        tracing::warn!(count = open.len(), "attempts were left open by a crash: closing them as aborted");
        let mut by_log: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        for place in open {
            // The log of an organization may be out of order: its attempts stay open until it is back.
            let Some(series) = self.series(&place.log) else { continue };
            let bytes = series.entry(&place.shard, place.position).map_err(ledger_read)?;
            let attempt = entry::decode(&bytes)
                .ok_or_else(|| Error::internal("reading the ledger", "an attempt is none of Ward's"))?
                .event;
            let event = Event {
                time: self.0.clock.now(),
                kind: EntryKind::Outcome,
                outcome: Some(Outcome::Aborted),
                policies: Vec::new(),
                detail: serde_json::json!({ "attempt_shard": place.shard, "attempt_index": place.position }),
                ..attempt
            };
            by_log.entry(place.log).or_default().push(event);
        }
        for (log, mut events) in by_log {
            while !events.is_empty() {
                let rest = events.split_off(fitting(events.iter().map(|event| event.canonical().len())));
                self.write_to(&log, &events).await?;
                events = rest;
            }
        }
        self.index().await
    }
}
