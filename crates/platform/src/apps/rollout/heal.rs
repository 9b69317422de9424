//! Keeps what is deployed running, and removes what is not wanted.
//!
//! Each pass looks once at all containers. What should run and does not is started again, at first at once, then
//! with growing pauses. A web container that fails its check three times gets no more requests; one that goes on
//! failing is replaced. Starting and asking run in tasks of their own: one that hangs delays no other.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use ward_model::Principal;
use ward_spine::{
    Ctx, RequestInfo, Result,
    engine::{ContainerState, ObservedContainer, label},
    events::NewEvent,
};

use super::{
    super::{Stored, manifest::Service},
    Inner, NAME,
    instance::{Instance, Row, instance},
    probe, release, spec, sql,
};
use crate::engine_error;

/// Longest pause between two starts of a container that ends again and again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// After running for so long, a container that ends is started again at once.
const SETTLED: Duration = Duration::from_secs(300);
/// Failed checks in a row until a container gets no more requests.
const FAILURES: u32 = 3;
/// How long a container may fail its check until it is replaced.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is remembered of a container between passes; lost with the process, which does no harm.
#[derive(Default)]
pub(super) struct Watched {
    /// A task is starting or replacing it.
    starting: bool,
    /// Starts in a row.
    starts: u32,
    started: Option<Instant>,
    /// A task is asking for its health.
    asking: bool,
    ask_at: Option<Instant>,
    failures: u32,
    failing_since: Option<Instant>,
}

impl Inner {
    fn watch<T>(&self, name: &str, change: impl FnOnce(&mut Watched) -> T) -> T {
        let mut all = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry(name.to_owned()).or_default())
    }
}

/// One look at everything. Says what it did.
pub(super) async fn heal(inner: &Arc<Inner>, ctx: &Ctx, apps: &[Stored]) -> Result<Vec<String>> {
    // First what runs, then what is wanted: what is wanted by now is never taken for unwanted.
    let observed = inner.engine.observe().await.map_err(engine_error("looking at containers"))?;
    let (rows, releases) = {
        let mut read = ctx.read().await?;
        let rows: Vec<Row> = sqlx::query_as(sql::INSTANCES).fetch_all(read.conn()).await?;
        let rows = rows.into_iter().map(instance).collect::<Result<Vec<_>>>()?;
        let mut releases = HashMap::new();
        for row in &rows {
            if let std::collections::hash_map::Entry::Vacant(new) = releases.entry(row.release) {
                new.insert(Arc::new(release::load(read.conn(), row.release).await?));
            }
        }
        (rows, releases)
    };
    let mut done = Vec::new();
    let wanted: HashSet<&str> = rows.iter().map(|r| r.name.as_str()).collect();
    for stray in
        observed.iter().filter(|o| o.labels.contains_key(label::APP) && !wanted.contains(o.name.as_str()))
    {
        inner.engine.remove(&stray.name).await.map_err(engine_error("removing a container"))?;
        done.push(format!("{} removed", stray.name));
    }
    {
        let mut watched = inner.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|name, _| wanted.contains(name.as_str()));
    }
    for row in &rows {
        let app = apps.iter().find(|a| a.app.id == row.app && !a.app.destroying);
        let (Some(app), Some(with)) = (app, releases.get(&row.release)) else { continue };
        if row.draining || app.current_deployment != Some(row.deployment) {
            continue;
        }
        let seen = observed.iter().find(|o| o.name == row.name);
        note(ctx, row, seen).await?;
        match seen.map(|s| &s.state) {
            Some(ContainerState::Running { .. }) => ask(inner, ctx, app, row, with),
            other => {
                if start(inner, ctx, app, row, with, false) {
                    let why = match other {
                        Some(ContainerState::Exited { code, .. }) => format!("ended with {code}"),
                        _ => "was gone".to_owned(),
                    };
                    done.push(format!("{} {why}: started again", row.name));
                }
            }
        }
    }
    Ok(done)
}

/// Writes down what was seen, if it changed: an observation, no effect.
async fn note(ctx: &Ctx, row: &Instance, seen: Option<&ObservedContainer>) -> Result<()> {
    let state = match seen.map(|s| &s.state) {
        Some(ContainerState::Running { .. }) => "running",
        Some(ContainerState::Created) => "starting",
        Some(ContainerState::Exited { .. }) => "exited",
        None => "missing",
    };
    let started_at = seen.map(|s| s.started_at).filter(|at| *at > 0).or(row.started_at);
    if row.observed == state && row.started_at == started_at {
        return Ok(());
    }
    let mut tx = ctx.core().db.bookkeeping().await?;
    let query = sqlx::query(sql::OBSERVE).bind(state.to_owned()).bind(started_at).bind(row.name.clone());
    query.execute(tx.conn()).await?;
    tx.commit().await
}

/// How long to wait before the next start, after so many in a row.
fn pause(starts: u32) -> Duration {
    if starts == 0 {
        Duration::ZERO
    } else {
        Duration::from_secs(1 << (starts - 1).min(6)).min(LONGEST_PAUSE)
    }
}

/// Starts a container again, if its pause is over and no task is at it. `replace` removes it first.
fn start(
    inner: &Arc<Inner>,
    ctx: &Ctx,
    app: &Stored,
    row: &Instance,
    with: &Arc<release::Stored>,
    replace: bool,
) -> bool {
    let due = inner.watch(&row.name, |w| {
        if w.started.is_some_and(|at| at.elapsed() > SETTLED) {
            w.starts = 0;
        }
        let due = !w.starting && w.started.is_none_or(|at| at.elapsed() >= pause(w.starts));
        if due {
            (w.starting, w.failures, w.failing_since) = (true, 0, None);
        }
        due
    });
    if !due {
        return false;
    }
    let (inner, app, row, with) = (inner.clone(), app.clone(), row.clone(), with.clone());
    let ctx = Ctx::new(ctx.core().clone(), Principal::Loop { name: NAME }, RequestInfo::default());
    tokio::spawn(async move {
        let result = start_now(&inner, &ctx, &app, &row, &with, replace).await;
        inner.watch(&row.name, |w| {
            w.starting = false;
            w.starts = w.starts.saturating_add(1);
            w.started = Some(Instant::now());
        });
        if let Err(error) = result {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            tracing::warn!(container = %row.name, %error, source, "a container could not be started again");
        }
    });
    true
}

async fn start_now(
    inner: &Inner,
    ctx: &Ctx,
    app: &Stored,
    row: &Instance,
    with: &release::Stored,
    replace: bool,
) -> Result<()> {
    if replace {
        inner.engine.remove(&row.name).await.map_err(engine_error("removing a container"))?;
    }
    let spec = spec::spec(ctx, app, row, with).await?;
    inner.engine.apply(&spec).await.map_err(engine_error("starting a container"))?;
    let mut tx = ctx.core().db.bookkeeping().await?;
    sqlx::query(sql::RESTARTED).bind(row.name.clone()).execute(tx.conn()).await?;
    tx.commit().await?;
    let event = NewEvent {
        kind: "app.process".into(),
        organization: Some(app.app.organization),
        subject: app.app.id.to_string(),
        text: format!("{} of {} was started again", row.process, app.app.name),
        data: serde_json::json!({ "process": row.process, "container": row.name }),
    };
    ctx.core().events.publish(ctx.now(), &[event]).await
}

/// Asks a web container for its health, if it is time and no task is at it.
fn ask(inner: &Arc<Inner>, ctx: &Ctx, app: &Stored, row: &Instance, with: &Arc<release::Stored>) {
    let Some(service) = with.manifest.service.clone().filter(|s| s.process == row.process) else { return };
    let interval = service.checks.iter().map(|c| Duration::from_millis(c.interval)).min();
    let interval = interval.unwrap_or(Duration::from_secs(10));
    let due = inner.watch(&row.name, |w| {
        let due = !w.asking && !w.starting && w.ask_at.is_none_or(|at| at <= Instant::now());
        w.asking |= due;
        due
    });
    if !due {
        return;
    }
    let (inner, app, row, with) = (inner.clone(), app.clone(), row.clone(), with.clone());
    let ctx = Ctx::new(ctx.core().clone(), Principal::Loop { name: NAME }, RequestInfo::default());
    tokio::spawn(async move {
        let answer = probe::probe(row.address, &service, &app.host).await;
        let verdict = judge(&inner, &row.name, &service, answer.is_ok(), interval);
        let result = match verdict {
            Verdict::Same => Ok(()),
            Verdict::Healthy if row.healthy == Some(true) => Ok(()),
            Verdict::Healthy => set_healthy(&ctx, &row.name, true).await,
            Verdict::Unhealthy if row.healthy == Some(false) => Ok(()),
            Verdict::Unhealthy => set_healthy(&ctx, &row.name, false).await,
            Verdict::Replace => {
                start(&inner, &ctx, &app, &row, &with, true);
                Ok(())
            }
        };
        if let Err(error) = result {
            tracing::warn!(container = %row.name, %error, "its health could not be written down");
        }
    });
}

enum Verdict {
    Same,
    Healthy,
    Unhealthy,
    Replace,
}

fn judge(inner: &Inner, name: &str, service: &Service, healthy: bool, interval: Duration) -> Verdict {
    let grace = service.checks.iter().map(|c| Duration::from_millis(c.grace_period)).max();
    inner.watch(name, |w| {
        w.asking = false;
        if healthy {
            w.ask_at = Some(Instant::now() + interval);
            (w.failures, w.failing_since) = (0, None);
            return Verdict::Healthy;
        }
        // Asked again at the next pass: back in service as soon as it is good.
        w.ask_at = None;
        if w.started.is_some_and(|at| at.elapsed() < grace.unwrap_or(Duration::from_secs(10))) {
            return Verdict::Same;
        }
        w.failures = w.failures.saturating_add(1);
        let since = *w.failing_since.get_or_insert_with(Instant::now);
        if since.elapsed() > PATIENCE {
            return Verdict::Replace;
        }
        if w.failures >= FAILURES { Verdict::Unhealthy } else { Verdict::Same }
    })
}

async fn set_healthy(ctx: &Ctx, name: &str, healthy: bool) -> Result<()> {
    let mut tx = ctx.core().db.bookkeeping().await?;
    sqlx::query(sql::HEALTHY).bind(i64::from(healthy)).bind(name.to_owned()).execute(tx.conn()).await?;
    tx.commit().await?;
    ctx.wake("routes");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_is_at_once_and_pauses_grow_to_a_minute() {
        let pauses: Vec<u64> = (0..9).map(|n| pause(n).as_secs()).collect();
        assert_eq!(pauses, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
