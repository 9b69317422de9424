//! Appending: under pseudonyms, stamped, durable when it returns.

use std::sync::atomic::Ordering;

use ward_ledger::{AppendError, Series, series::Recorded};
use ward_model::{OrganizationId, Timestamp, ledger::Event};

use super::{Audit, entry, keys, logs};
use crate::{Error, Result, alerts::Severity};

/// What the alert is about.
const UNWRITABLE: &str = "ledger:unwritable";

/// Why entries were not appended.
enum WriteError {
    Append(AppendError),
    Other(Error),
}

impl From<AppendError> for WriteError {
    fn from(error: AppendError) -> Self {
        Self::Append(error)
    }
}

impl Audit {
    /// Appends an entry; returns its index in its log when it is durable. If it can't be written, the operation
    /// must fail.
    pub(crate) async fn append(&self, event: &Event) -> Result<u64> {
        let series = self.log(logs::log_of(event)).await?;
        let recorded = self.write(&series, std::slice::from_ref(event)).await?;
        self.0.wake.notify_one();
        Ok(recorded.appended.index)
    }

    /// Takes down what no request stands behind: `action` was done, or seen, by Ward itself. Never PHI, never secrets.
    pub async fn notice(
        &self,
        action: &str,
        (kind, id): (&str, &str),
        organization: Option<OrganizationId>,
        detail: serde_json::Value,
    ) -> Result<()> {
        let mut event = keys::notice(action, kind, id, self.0.clock.now());
        event.object.organization = organization.map(|id| id.to_string());
        event.detail = detail;
        self.append(&event).await.map(drop)
    }

    /// Appends events that belong into one log, and fit into one batch.
    pub(super) async fn write(&self, series: &Series, events: &[Event]) -> Result<Recorded> {
        let mut concealed = Vec::with_capacity(events.len());
        for event in events {
            concealed.push(self.0.subjects.conceal(event).await?);
        }
        let now = millis(self.0.clock.now());
        let made = series.append(now, |slot| {
            concealed
                .iter()
                .map(|event| entry::encode(event, &slot).map_err(WriteError::Other))
                .collect::<Result<Vec<_>, _>>()
        });
        match made.await {
            Ok(recorded) => {
                let count = events.len() as u64;
                self.0.grown.send_modify(|grown| *grown += count);
                Ok(recorded)
            }
            Err(WriteError::Other(error)) => Err(error),
            Err(WriteError::Append(error)) => {
                if matches!(error, AppendError::Uncertain(_))
                    && let Some(log) = series.dir().file_name().and_then(|name| name.to_str())
                {
                    self.unconfirmed().insert(log.to_owned());
                }
                if self.0.closing.load(Ordering::SeqCst) {
                    return Err(logs::unavailable("Ward is being stopped").because(error));
                }
                tracing::error!(%error, "the ledger can't be written: operations are refused");
                if !matches!(error, AppendError::EntryTooLong(_) | AppendError::BatchTooLarge { .. }) {
                    self.0.alerts.raise_soon(
                        UNWRITABLE,
                        Severity::Critical,
                        "The ledger can't be written",
                        &format!("Operations are refused until it can be again: {error}"),
                    );
                }
                Err(logs::unavailable("the ledger can't be written").because(error))
            }
        }
    }

    /// Clears the alert when all logs take entries again.
    pub(super) fn note_writable(&self) {
        if self.refusing().is_none() {
            self.0.alerts.clear_soon(UNWRITABLE);
        }
    }
}

pub(super) fn millis(time: Timestamp) -> i64 {
    time.micros().div_euclid(1000)
}
