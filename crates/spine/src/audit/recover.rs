//! After a crash: no outcome twice, no attempt without one.

use std::collections::BTreeMap;

use ward_model::ledger::{EntryKind, Event, Outcome};

use super::{Audit, PLATFORM_LOG, entry, ledger_read, outbox::fitting, sql};
use crate::{Error, Result};

impl Audit {
    pub(super) async fn recover(&self) -> Result<()> {
        self.find_index_end().await?;
        self.index_what_can_be().await;
        // A crash between append and deletion leaves rows whose outcome is in the ledger already.
        let mut tx = self.0.db.bookkeeping().await?;
        sql::delete_outbox_already_written(&mut tx).await?;
        tx.commit().await?;
        if let Err(error) = self.drain().await {
            // The log of one organization: the clerk tries again, the others go on.
            tracing::error!(%error, "outcomes wait for a log that can't be written");
        }
        self.close_open_attempts().await
    }

    async fn close_open_attempts(&self) -> Result<()> {
        self.index_what_can_be().await;
        let open = sql::open_attempts(&mut self.0.db.read().await?).await?;
        if open.is_empty() {
            return Ok(());
        }
        tracing::warn!(count = open.len(), "attempts were left open by a crash: closing them as aborted");
        let mut by_log: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        for place in open {
            // The log of an organization may be out of order: its attempts stay open until it is back.
            let Some(series) = self.series(&place.log) else { continue };
            // An outcome that is not indexed would be missed.
            if !self.is_log_indexed(&place.log, &series) {
                continue;
            }
            let attempt = match series.entry(&place.shard, place.position).map_err(ledger_read) {
                Ok(bytes) => {
                    entry::decode(&bytes)
                        .ok_or_else(|| Error::internal("reading the ledger", "an attempt is none of Ward's"))?
                        .event
                }
                Err(error) if place.log == PLATFORM_LOG => return Err(error),
                Err(error) => {
                    tracing::error!(%error, log = place.log, shard = place.shard, index = place.position, "an open attempt can't be read");
                    continue;
                }
            };
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
                match self.write_to(&log, &events).await {
                    Ok(()) => events = rest,
                    Err(error) if log == PLATFORM_LOG => return Err(error),
                    Err(error) => {
                        tracing::error!(%error, log, "open attempts of this log are closed at the next start");
                        break;
                    }
                }
            }
        }
        self.index_what_can_be().await;
        Ok(())
    }

    /// The damaged log of one organization must not stop the others; the clerk tries again.
    async fn index_what_can_be(&self) {
        if let Err(error) = self.index().await {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, ?source, "a log of the ledger can't be indexed");
        }
    }
}
