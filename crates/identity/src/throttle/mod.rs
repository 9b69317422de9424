//! Throttling by account and by address (45 CFR 164.308(a)(5)(ii)(C); NIST SP 800-63B 5.2.2).
//!
//! Failures double the wait from a number on. A wait never locks an account for good: that would hand the
//! attacker a way to keep its owner out.

use std::time::Duration;

use ward_model::Timestamp;
use ward_spine::{Ctx, Error, Result};

/// Failures forgiven before waits begin, and the longest wait.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Failures without a wait.
    pub free: i64,
    /// Longest wait.
    pub longest: Duration,
}

/// Of an account.
pub const ACCOUNT: Limit = Limit { free: 5, longest: Duration::from_secs(900) };
/// Of an address: many people may sit behind one.
pub const ADDRESS: Limit = Limit { free: 25, longest: Duration::from_secs(900) };
/// Failures are forgotten after this time without one.
const MEMORY: Duration = Duration::from_secs(24 * 3600);

impl Limit {
    /// How long to wait after so many failures.
    fn wait(self, failures: i64) -> Duration {
        let over = failures - self.free;
        if over < 0 {
            return Duration::ZERO;
        }
        let seconds = 1_u64 << u32::try_from(over.min(30)).unwrap_or(30);
        Duration::from_secs(seconds).min(self.longest)
    }
}

/// An error while the subject has to wait.
pub async fn check(ctx: &Ctx, subject: &str) -> Result<()> {
    let mut read = ctx.read().await?;
    let row: Option<(i64,)> = sqlx::query_as("select blocked_until from throttles where subject = $1")
        .bind(subject.to_owned())
        .fetch_optional(read.conn())
        .await?;
    let until = Timestamp::from_micros(row.map_or(0, |r| r.0));
    if until > ctx.now() {
        let seconds = until.since(ctx.now()).as_secs() + 1;
        return Err(Error::throttled("too many failed attempts", seconds));
    }
    Ok(())
}

/// Counts a failure.
pub async fn failed(ctx: &Ctx, subject: &str, limit: Limit) -> Result<()> {
    let now = ctx.now();
    let mut tx = ctx.core().db.bookkeeping().await?;
    let row: Option<(i64, i64)> =
        sqlx::query_as("select failures, last_at from throttles where subject = $1")
            .bind(subject.to_owned())
            .fetch_optional(tx.conn())
            .await?;
    let before = match row {
        Some((failures, last)) if now.since(Timestamp::from_micros(last)) < MEMORY => failures,
        _ => 0,
    };
    let failures = before + 1;
    sqlx::query(
        "insert into throttles (subject, failures, last_at, blocked_until) values ($1, $2, $3, $4) \
         on conflict (subject) do update set failures = excluded.failures, last_at = excluded.last_at, blocked_until = excluded.blocked_until",
    )
    .bind(subject.to_owned())
    .bind(failures)
    .bind(now.micros())
    .bind(now.plus(limit.wait(failures)).micros())
    .execute(tx.conn())
    .await?;
    tx.commit().await
}

/// Forgets failures after a success.
pub async fn succeeded(ctx: &Ctx, subject: &str) -> Result<()> {
    let mut tx = ctx.core().db.bookkeeping().await?;
    sqlx::query("delete from throttles where subject = $1")
        .bind(subject.to_owned())
        .execute(tx.conn())
        .await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stop_at_the_longest() {
        let waits: Vec<u64> = (1..=20).map(|n| ACCOUNT.wait(n).as_secs()).collect();
        assert_eq!(waits[..8], [0, 0, 0, 0, 1, 2, 4, 8]);
        assert_eq!(waits[19], 900);
    }
}
