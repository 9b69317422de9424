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

/// An attempt that was counted before its outcome is known.
///
/// Counting first is what makes guesses side by side wait too: whoever looked first and counted later would let
/// any number of them through while the first is under way.
#[derive(Debug)]
#[must_use = "an attempt counts as a failure until it is told to have succeeded"]
pub struct Attempt {
    subject: String,
    failures: i64,
    blocked_before: i64,
    blocked_until: i64,
}

/// Refuses while the subject has to wait; counts nothing.
///
/// # Errors
/// `throttled`.
pub async fn check(ctx: &Ctx, subject: &str) -> Result<()> {
    refuse(ctx.now(), row(ctx.read().await?.conn(), subject).await?)
}

/// Counts an attempt as a failure.
///
/// # Errors
/// `throttled` while the subject has to wait; then nothing is counted.
pub async fn attempt(ctx: &Ctx, subject: String, limit: Limit) -> Result<Attempt> {
    let now = ctx.now();
    // A look without the lock of the writers is enough to refuse most.
    check(ctx, &subject).await?;
    let mut tx = ctx.core().db.bookkeeping().await?;
    let row = row(tx.conn(), &subject).await?;
    refuse(now, row)?;
    let (before, blocked_before) = match row {
        Some((failures, last, until)) if now.since(Timestamp::from_micros(last)) < MEMORY => {
            (failures, until)
        }
        _ => (0, 0),
    };
    if before == 0 {
        // What is forgotten need not be kept: anybody can make rows here by inventing addresses.
        sqlx::query("delete from throttles where last_at < $1 and last_at > 0")
            .bind(now.minus(MEMORY).micros())
            .execute(tx.conn())
            .await?;
    }
    let failures = before + 1;
    let blocked_until = now.plus(limit.wait(failures)).micros();
    sqlx::query(
        "insert into throttles (subject, failures, last_at, blocked_until) values ($1, $2, $3, $4) \
         on conflict (subject) do update set failures = excluded.failures, last_at = excluded.last_at, blocked_until = excluded.blocked_until",
    )
    .bind(subject.clone())
    .bind(failures)
    .bind(now.micros())
    .bind(blocked_until)
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(Attempt { subject, failures, blocked_before, blocked_until })
}

impl Attempt {
    /// Forgets all failures of the subject: it proved itself.
    pub async fn succeeded(self, ctx: &Ctx) -> Result<()> {
        let mut tx = ctx.core().db.bookkeeping().await?;
        sqlx::query("delete from throttles where subject = $1").bind(self.subject).execute(tx.conn()).await?;
        tx.commit().await
    }

    /// Takes back this one attempt only: one success at an address says nothing of the others there.
    pub async fn take_back(self, ctx: &Ctx) -> Result<()> {
        let mut tx = ctx.core().db.bookkeeping().await?;
        sqlx::query(
            "update throttles set failures = failures - 1, \
             blocked_until = case when blocked_until = $1 then $2 else blocked_until end \
             where subject = $3 and failures >= $4",
        )
        .bind(self.blocked_until)
        .bind(self.blocked_before)
        .bind(self.subject)
        .bind(self.failures)
        .execute(tx.conn())
        .await?;
        tx.commit().await
    }
}

/// Failures, time of the last one, end of the wait.
type Row = (i64, i64, i64);

async fn row(conn: &mut sqlx::AnyConnection, subject: &str) -> Result<Option<Row>> {
    Ok(sqlx::query_as("select failures, last_at, blocked_until from throttles where subject = $1")
        .bind(subject.to_owned())
        .fetch_optional(conn)
        .await?)
}

fn refuse(now: Timestamp, row: Option<Row>) -> Result<()> {
    let until = Timestamp::from_micros(row.map_or(0, |r| r.2));
    if until > now {
        return Err(Error::throttled("too many failed attempts", until.since(now).as_secs() + 1));
    }
    Ok(())
}

/// The subject of an address: of IPv6 the network, because each customer has 2^64 addresses (RFC 6177).
pub(crate) fn of_address(address: &str) -> String {
    match address.parse::<std::net::Ipv6Addr>() {
        Ok(v6) => {
            let network = std::net::Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64);
            format!("address {network}/64")
        }
        Err(_) => format!("address {address}"),
    }
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

    #[test]
    fn all_addresses_of_one_customer_are_one_subject() {
        assert_eq!(of_address("2001:db8:1:2::1"), of_address("2001:db8:1:2:ffff::9"));
        assert_ne!(of_address("2001:db8:1:2::1"), of_address("2001:db8:1:3::1"));
        assert_ne!(of_address("192.0.2.1"), of_address("192.0.2.2"));
        assert_eq!(of_address("local"), "address local");
    }
}
