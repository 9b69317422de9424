//! The loop: keeps a worker for each drain that is to send, and none for others. It never sends itself, so one drain
//! that hangs delays no other.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::task::{AbortHandle, JoinSet};
use ward_model::{
    DrainId, Timestamp,
    drains::{Drain, DrainState},
};
use ward_spine::{
    Ctx, Result,
    alerts::{NewAlert, Severity},
    reconcile::Reconciler,
};

use super::{Row, Stored, sql, worker::Worker};

/// Name of the loop.
pub(super) const NAME: &str = "drains";
/// Longest time between passes: a worker that ended is missed so long.
const EVERY: Duration = Duration::from_secs(20);

/// The loop of drains. Dropping it ends all workers.
#[derive(Default)]
pub struct Drains(Mutex<Workers>);

#[derive(Default)]
struct Workers {
    tasks: JoinSet<()>,
    running: HashMap<DrainId, Running>,
}

struct Running {
    /// What a worker was started for: another one is started if it changes.
    stored: Stored,
    handle: AbortHandle,
}

impl Drains {
    /// The loop, without workers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts and ends workers. Returns how many run, were started and were ended.
    fn fit(&self, ctx: &Ctx, wanted: Vec<Stored>) -> (usize, usize, usize) {
        let mut workers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A worker ends by itself only by a panic; it is taken away here and started anew below.
        while workers.tasks.try_join_next().is_some() {}
        workers.running.retain(|_, running| !running.handle.is_finished());
        let before = workers.running.len();
        workers.running.retain(|id, running| {
            let goes_on = wanted.iter().any(|w| w.drain.id == *id && same(w, &running.stored));
            if !goes_on {
                running.handle.abort();
            }
            goes_on
        });
        let ended = before - workers.running.len();
        let mut started = 0;
        for stored in wanted {
            if workers.running.contains_key(&stored.drain.id) {
                continue;
            }
            let worker = Worker { ctx: ctx.clone(), stored: stored.clone() };
            let handle = workers.tasks.spawn(worker.run(ctx.core().audit.grown()));
            workers.running.insert(stored.drain.id, Running { stored, handle });
            started += 1;
        }
        (workers.running.len(), started, ended)
    }
}

/// Raises an alert for a drain that is stuck, and takes it back when it is not any more.
async fn alert(ctx: &Ctx, drain: &Drain) -> Result<()> {
    let alerts = &ctx.core().alerts;
    if drain.state != DrainState::Stuck {
        return alerts.clear(&topic(drain.id)).await;
    }
    let since = drain.progress.failing_since.map(|t| t.to_string()).unwrap_or_default();
    let why = drain.progress.last_error.as_deref().unwrap_or_default();
    let title = format!("drain {} sends nothing", drain.name);
    let text = format!("it has failed since {since}: {why}");
    let (topic, organization) = (topic(drain.id), drain.organization);
    let alert =
        NewAlert { topic: &topic, severity: Severity::Warning, organization, title: &title, text: &text };
    alerts.raise_for(alert).await
}

/// Topic of a drain's alert.
pub(super) fn topic(id: DrainId) -> String {
    format!("drain:{id}")
}

/// Bell of a drain's worker, which ends its pause after a failure.
pub(super) fn bell(id: DrainId) -> String {
    format!("drain {id}")
}

/// Whether a worker that was started for one serves the other: all but how it fares.
fn same(a: &Stored, b: &Stored) -> bool {
    let bare = |s: &Stored| {
        let mut s = s.clone();
        s.drain.progress = b.drain.progress.clone();
        s.drain.state = b.drain.state;
        s
    };
    bare(a) == bare(b)
}

async fn every(ctx: &Ctx, now: Timestamp) -> Result<Vec<Stored>> {
    let rows: Vec<Row> = sqlx::query_as(sql::EVERY).fetch_all(ctx.read().await?.conn()).await?;
    rows.into_iter().map(|row| row.read(now)).collect()
}

#[async_trait]
impl Reconciler for Drains {
    fn name(&self) -> &'static str {
        NAME
    }

    fn every(&self) -> Duration {
        EVERY
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        let all = every(ctx, ctx.now()).await?;
        for stored in &all {
            alert(ctx, &stored.drain).await?;
        }
        let wanted = all.into_iter().filter(|s| s.drain.state != DrainState::Paused).collect();
        let (running, started, ended) = self.fit(ctx, wanted);
        Ok(if started + ended == 0 {
            String::new()
        } else {
            format!("{running} drains send; {started} started, {ended} ended")
        })
    }
}
