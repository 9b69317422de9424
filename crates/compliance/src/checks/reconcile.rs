//! The loop `checks`: looks which checks are due, runs them, records what they saw.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use ward_model::{
    Timestamp,
    posture::{Observation, Verdict},
};
use ward_spine::{Ctx, Result, reconcile::Reconciler};

use super::{Check, all, days, latest, observe, save};
use crate::{Probe, probe::LOOP, sql};

/// Checks that run at once.
const AT_ONCE: usize = 4;
/// A check that did not pass is tried again after this, then after twice as long, up to its own period.
const RETRY: Duration = Duration::from_secs(60);
/// Age at which observations leave the table. The ledger keeps them.
const KEPT: Duration = days(90);

/// The loop.
pub struct Checks {
    probe: Arc<Probe>,
    /// How often in a row a check did not pass, since this process started.
    misses: Mutex<BTreeMap<&'static str, u32>>,
}

impl Checks {
    /// A loop over what the probe can touch.
    pub fn new(probe: Arc<Probe>) -> Self {
        Self { probe, misses: Mutex::default() }
    }

    fn is_due(
        &self,
        check: &dyn Check,
        newest: Option<&Observation>,
        asked: Option<i64>,
        now: Timestamp,
    ) -> bool {
        let Some(newest) = newest else { return true };
        if asked.is_some_and(|at| at > newest.observed_at.micros()) {
            return true;
        }
        let wait = if newest.verdict == Verdict::Pass {
            check.every()
        } else {
            let misses = self.misses.lock().unwrap_or_else(PoisonError::into_inner);
            let doubled = misses.get(check.id()).copied().unwrap_or(0).min(16);
            check.every().min(RETRY.saturating_mul(1 << doubled))
        };
        // A time in the future can't be trusted: look again.
        newest.observed_at > now || now.since(newest.observed_at) >= wait
    }

    async fn one(&self, ctx: &Ctx, check: Arc<dyn Check>, before: Option<Verdict>) -> Result<Verdict> {
        let observation = observe(&self.probe, check.as_ref()).await;
        save(ctx, &observation, before).await?;
        let mut misses = self.misses.lock().unwrap_or_else(PoisonError::into_inner);
        if observation.verdict == Verdict::Pass {
            misses.remove(check.id());
        } else {
            *misses.entry(check.id()).or_default() += 1;
        }
        Ok(observation.verdict)
    }
}

#[async_trait]
impl Reconciler for Checks {
    fn name(&self) -> &'static str {
        LOOP
    }

    fn every(&self) -> Duration {
        Duration::from_secs(10)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        if ctx.core().vault.is_sealed() {
            return Ok(String::new());
        }
        let mut read = ctx.read().await?;
        let newest = latest(&mut read).await?;
        let rows: Vec<(String, i64)> = sqlx::query_as(sql::REQUESTS).fetch_all(read.conn()).await?;
        drop(read);
        let asked: BTreeMap<String, i64> = rows.into_iter().collect();
        let now = ctx.now();
        let due: Vec<_> = all()
            .into_iter()
            .filter(|c| self.is_due(c.as_ref(), newest.get(c.id()), asked.get(c.id()).copied(), now))
            .map(|c| {
                let before = newest.get(c.id()).map(|o| o.verdict);
                self.one(ctx, c, before)
            })
            .collect();
        if due.is_empty() {
            return Ok(String::new());
        }
        let results: Vec<Result<Verdict>> = stream::iter(due).buffer_unordered(AT_ONCE).collect().await;
        let verdicts = results.into_iter().collect::<Result<Vec<_>>>()?;
        let mut tx = ctx.core().db.bookkeeping().await?;
        sqlx::query(sql::PRUNE).bind(now.minus(KEPT).micros()).execute(tx.conn()).await?;
        tx.commit().await?;
        let count = |v: Verdict| verdicts.iter().filter(|x| **x == v).count();
        Ok(format!(
            "{} checks ran: {} pass, {} fail, {} unknown, {} with nothing to observe",
            verdicts.len(),
            count(Verdict::Pass),
            count(Verdict::Fail),
            count(Verdict::Unknown),
            count(Verdict::Empty)
        ))
    }
}
