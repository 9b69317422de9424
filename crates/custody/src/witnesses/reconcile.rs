//! The loop `witnesses`: has the newest checkpoint of each log cosigned, by all witnesses at once.
//!
//! Each witness has a round of its own, so a dead one delays nobody: the pass waits a moment for the rounds and leaves
//! the slow ones running. A witness that can't be reached is left alone for a while, longer each time.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use futures::future::join_all;
use ward_ledger::note::CosignerKey;
use ward_model::{Timestamp, WitnessId, retention::LogName, witnesses::WitnessPolicy};
use ward_spine::{Ctx, Result, reconcile::Reconciler};

use super::{
    LOOP,
    candidate::Candidate,
    configured, policy,
    round::Round,
    survey::{statuses, survey},
    tell::tell,
};
use crate::{logs, outbound::Limits};

/// How long a pass waits for the rounds of the witnesses.
const PATIENCE: Duration = Duration::from_secs(3);
/// Longest time between two looks at what is stale.
const LOOK: Duration = Duration::from_secs(60);
/// How long a witness that can't be reached is left alone: at first, and at most.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));

/// The loop `witnesses`.
pub struct WitnessLoop(Arc<Shared>);

/// What passes and rounds share. Disposable: a restart asks anew.
pub(super) struct Shared {
    pub(super) limits: Limits,
    pub(super) candidates: Mutex<BTreeMap<LogName, Candidate>>,
    /// Witnesses that are being asked, or left alone for a while.
    fares: Mutex<BTreeMap<WitnessId, Fare>>,
    /// One writer of `witnessed` files at a time.
    pub(super) files: Mutex<()>,
    /// When alerts were looked at last.
    told: Mutex<Option<Timestamp>>,
}

/// How a witness fares.
#[derive(Default)]
struct Fare {
    busy: bool,
    failures: u32,
    alone_until: Option<Instant>,
}

impl Shared {
    /// A round is over: the witness may be asked again, at once or after a while.
    pub(super) fn asked(&self, witness: WitnessId, reached: Option<bool>) {
        let mut fares = lock(&self.fares);
        let Some(fare) = fares.get_mut(&witness) else { return };
        fare.busy = false;
        match reached {
            Some(true) => (fare.failures, fare.alone_until) = (0, None),
            Some(false) => {
                let pause = BACK_OFF.0.saturating_mul(1 << fare.failures.min(10)).min(BACK_OFF.1);
                fare.failures = fare.failures.saturating_add(1);
                fare.alone_until = Some(Instant::now() + pause);
            }
            None => {}
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing in here is half done when a thread panics.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for WitnessLoop {
    fn default() -> Self {
        let (connect, total) = (Duration::from_secs(5), Duration::from_secs(10));
        Self::new(Limits { connect, total, ..Limits::default() })
    }
}

impl WitnessLoop {
    /// A loop that waits no longer than this for a witness.
    pub fn new(limits: Limits) -> Self {
        let (candidates, fares) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Shared { limits, candidates, fares, files: Mutex::default(), told: Mutex::default() }))
    }

    /// Brings the candidates up to date; returns what went wrong.
    fn choose(&self, ctx: &Ctx, policy: &WitnessPolicy) -> Result<Vec<String>> {
        let (mut all, mut wrong) = (lock(&self.0.candidates), Vec::new());
        for (log, series) in logs::all(ctx.core())? {
            match Candidate::next(all.remove(&log), log, &series, policy, ctx.now()) {
                Ok(Some(candidate)) => {
                    all.insert(log, candidate);
                }
                Ok(None) => {}
                Err(error) => wrong.push(format!("the checkpoint of {log} can't be read: {error}")),
            }
        }
        Ok(wrong)
    }

    /// Brings the alerts up to date: after each round, and now and then.
    async fn tell(&self, ctx: &Ctx, at_once: bool) -> Result<()> {
        let now = ctx.now();
        let due = lock(&self.0.told).is_none_or(|last| now.since(last) >= LOOK);
        if !due && !at_once {
            return Ok(());
        }
        tell(ctx.core(), &survey(ctx.core(), now).await?).await?;
        *lock(&self.0.told) = Some(now);
        Ok(())
    }

    /// What this witness is to be asked now, if it may be asked at all.
    fn due(&self, ctx: &Ctx, witness: WitnessId) -> Vec<Candidate> {
        let mut fares = lock(&self.0.fares);
        let fare = fares.entry(witness).or_default();
        if fare.busy || fare.alone_until.is_some_and(|until| Instant::now() < until) {
            return Vec::new();
        }
        let now = ctx.now();
        let all = lock(&self.0.candidates);
        let due = all.values().filter(|c| {
            let refused = c.refused.get(&witness).is_some_and(|until| *until > now);
            !c.done.contains(&witness) && !refused
        });
        let due: Vec<_> = due.cloned().collect();
        fare.busy = !due.is_empty();
        due
    }
}

#[async_trait]
impl Reconciler for WitnessLoop {
    fn name(&self) -> &'static str {
        LOOP
    }

    fn every(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        let (witnesses, policy) = {
            let mut read = ctx.read().await?;
            (configured(&mut read).await?, policy(&mut read).await?)
        };
        lock(&self.0.fares).retain(|id, _| witnesses.iter().any(|w| w.id == *id));
        if witnesses.is_empty() {
            lock(&self.0.candidates).clear();
            self.tell(ctx, false).await?;
            return Ok(String::new());
        }
        let mut said = self.choose(ctx, &policy)?;
        let statuses = Arc::new(statuses(ctx.core()).await?);
        let keys: Arc<[CosignerKey]> = witnesses.iter().map(|w| w.key.clone()).collect();
        let mut rounds = Vec::new();
        for witness in witnesses {
            let due = self.due(ctx, witness.id);
            if due.is_empty() {
                continue;
            }
            let round = Round {
                shared: Arc::clone(&self.0),
                core: Arc::clone(ctx.core()),
                witness,
                keys: Arc::clone(&keys),
                needed: policy.needed,
                statuses: Arc::clone(&statuses),
            };
            rounds.push(tokio::spawn(round.run(due)));
        }
        let asked = !rounds.is_empty();
        if let Ok(done) = tokio::time::timeout(PATIENCE, join_all(rounds)).await {
            said.extend(done.into_iter().flatten().filter(|text| !text.is_empty()));
        }
        self.tell(ctx, asked).await?;
        Ok(said.join("; "))
    }
}
