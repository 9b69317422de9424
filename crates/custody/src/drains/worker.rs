//! One drain at work: reads what is next, sends it, moves the cursor; waits when there is nothing, backs off when it
//! fails.

use std::time::Duration;

use tokio::sync::watch;
use ward_model::Timestamp;
use ward_spine::{Ctx, Error, Result};

use super::{
    Cursor, Stored,
    batch::{self, Next, Size},
    carry::{Carrier, CarryError},
    cursor, logs, open, reconcile, sql,
};

/// Entries that come in one after another are sent together if they come within this time.
const GATHER: Duration = Duration::from_millis(500);
/// Longest time without looking at the ledger.
const LOOK: Duration = Duration::from_secs(30);
/// First pause after a failure; doubled after each, up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(1);
/// Longest pause after a failure, if the receiver does not ask for a longer one.
const LONGEST: Duration = Duration::from_secs(5 * 60);
/// Longest error text that is kept, in characters.
const TEXT: usize = 500;

/// A drain at work. Dropping its future in the middle of a batch is like a crash: the batch may be sent again.
pub(super) struct Worker {
    pub(super) ctx: Ctx,
    pub(super) stored: Stored,
}

/// What a look at one log led to.
enum Step {
    /// Something was sent.
    Sent,
    /// There was nothing.
    Nothing,
}

/// Why a step failed.
enum Failure {
    /// At the receiver.
    Carry(CarryError),
    /// In Ward itself.
    Ward(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ward(error)
    }
}

impl From<CarryError> for Failure {
    fn from(error: CarryError) -> Self {
        Self::Carry(error)
    }
}

impl Worker {
    /// Works until it is dropped.
    pub(super) async fn run(self, mut grown: watch::Receiver<u64>) {
        let (mut failures, mut size) = (0_u32, None);
        let bell = self.ctx.bell(&reconcile::bell(self.stored.drain.id));
        loop {
            grown.borrow_and_update();
            let failure = match self.round(&mut size).await {
                Ok(()) => {
                    failures = 0;
                    let _ = tokio::time::timeout(LOOK, grown.changed()).await;
                    tokio::time::sleep(GATHER).await;
                    continue;
                }
                Err(failure) => failure,
            };
            failures = failures.saturating_add(1);
            let pause = self.failed(failure, failures, &mut size).await;
            let _ = tokio::time::timeout(pause, bell.notified()).await;
        }
    }

    /// Sends until nothing is left: a batch of each log in turn, so that a long one does not hold up the others.
    async fn round(&self, size: &mut Option<Size>) -> std::result::Result<(), Failure> {
        let carrier = open::open(&self.ctx, &self.stored).await?;
        let usual = carrier.size();
        loop {
            let mut sent = false;
            for (log, series) in logs(self.ctx.core(), &self.stored.drain) {
                let size = size.unwrap_or(usual);
                if let Step::Sent = self.step(&carrier, &log, series, size).await? {
                    sent = true;
                }
            }
            // What the receiver found too large once is tried again when all went well.
            if !sent {
                *size = None;
                return Ok(());
            }
        }
    }

    async fn step(
        &self,
        carrier: &Carrier,
        log: &str,
        series: ward_ledger::Series,
        size: Size,
    ) -> std::result::Result<Step, Failure> {
        let stored = cursor(&mut self.ctx.read().await?, self.stored.drain.id, log).await?;
        let from = Cursor::later(stored.clone(), carrier.recover(log).await?);
        if from != stored
            && let Some(from) = &from
        {
            // The file says more than the store: a crash came between the two.
            self.acknowledged(log, from, 0, 0, None).await?;
        }
        let name = log.to_owned();
        let next =
            tokio::task::spawn_blocking(move || batch::next(&series, &name, from.as_ref(), size)).await;
        let next = next.map_err(|e| Error::internal("reading the ledger", e))?;
        match next.map_err(|e| Error::internal("reading the ledger", e))? {
            Next::Nothing => Ok(Step::Nothing),
            Next::Gone { entries, shard, after } => {
                let text = format!(
                    "{entries} entries of {log}/{shard} were archived before they were sent; restore the shard to read them"
                );
                tracing::warn!(drain = %self.stored.drain.id, log, shard, entries, "archived before it was drained");
                self.acknowledged(log, &after, 0, entries, Some(text)).await?;
                Ok(Step::Sent)
            }
            Next::Batch { entries, after } => {
                let carried = carrier.carry(&entries).await?;
                let (lost, text) = match carried.refused {
                    Some((count, why)) => {
                        tracing::warn!(drain = %self.stored.drain.id, log, count, "the receiver refused entries");
                        (count, Some(format!("the receiver refused {count} entries for good: {why}")))
                    }
                    None => (0, None),
                };
                let sent = (entries.len() as u64).saturating_sub(lost);
                self.acknowledged(log, &after, sent, lost, text).await?;
                Ok(Step::Sent)
            }
        }
    }

    /// Moves the cursor and says so.
    async fn acknowledged(
        &self,
        log: &str,
        after: &Cursor,
        sent: u64,
        lost: u64,
        text: Option<String>,
    ) -> Result<()> {
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let id = self.stored.drain.id.to_string();
        let mut tx = self.ctx.core().db.bookkeeping().await?;
        sqlx::query(sql::MOVE)
            .bind(id.clone())
            .bind(log.to_owned())
            .bind(after.shard.clone())
            .bind(number(after.next))
            .execute(tx.conn())
            .await?;
        sqlx::query(sql::SUCCEEDED)
            .bind(number(sent))
            .bind(number(lost))
            .bind(self.ctx.now().micros())
            .bind(text)
            .bind(id)
            .execute(tx.conn())
            .await?;
        tx.commit().await
    }

    /// Notes a failure; returns how long to wait.
    async fn failed(&self, failure: Failure, failures: u32, size: &mut Option<Size>) -> Duration {
        let (text, asked) = match failure {
            Failure::Carry(error) => {
                if error.too_large {
                    *size = Some(size.unwrap_or(Size { entries: 500, bytes: 1 << 20 }).half());
                }
                (error.to_string(), error.retry_after)
            }
            Failure::Ward(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(drain = %self.stored.drain.id, %error, source, "a drain can't work");
                (format!("{}; {}", error.message(), error.next_step()), None)
            }
        };
        let pause = backoff(failures, u16::from_le_bytes(ward_vault::random::bytes::<2>()))
            .max(asked.unwrap_or_default());
        let now = self.ctx.now();
        if let Err(error) = self.note(now, &text, now.plus(pause)).await {
            tracing::warn!(drain = %self.stored.drain.id, %error, "a drain's failure can't be noted");
        }
        pause
    }

    async fn note(&self, now: Timestamp, text: &str, next: Timestamp) -> Result<()> {
        let mut tx = self.ctx.core().db.bookkeeping().await?;
        sqlx::query(sql::FAILED)
            .bind(now.micros())
            .bind(text.chars().take(TEXT).collect::<String>())
            .bind(next.micros())
            .bind(self.stored.drain.id.to_string())
            .execute(tx.conn())
            .await?;
        tx.commit().await
    }
}

/// How long to wait after so many failures: doubled each time, between half of it and all by `jitter`, so that drains
/// which failed together do not come back together.
fn backoff(failures: u32, jitter: u16) -> Duration {
    let full = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST);
    full / 2 + (full / 2).mul_f64(f64::from(jitter) / f64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_differ() {
        assert!(backoff(1, 0) >= Duration::from_millis(500) && backoff(1, u16::MAX) <= FIRST);
        assert!(backoff(3, 0) >= Duration::from_secs(2));
        assert!(backoff(u32::MAX, u16::MAX) <= LONGEST && backoff(u32::MAX, 0) >= LONGEST / 2);
        assert_ne!(backoff(5, 1), backoff(5, 60_000));
    }
}
