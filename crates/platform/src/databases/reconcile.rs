//! The loop `databases`: every server as it should be, against what the engine observes.
//!
//! A server that runs and was set up by this process since its start is left alone. Any other is brought up step by
//! step, and each step can be repeated: unlock, apply, wait, roles, certificate, state. So a killed container, a
//! killed engine service, a restart of Ward and a reboot are all healed in the same way.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use serde_json::json;
use ward_model::{Action, AppId, DatabaseId, databases::DatabaseState};
use ward_spine::{
    Ctx, Result,
    engine::{ContainerState, Engine, ObservedContainer, label},
    reconcile::Reconciler,
};

use super::{
    LOOP, certificate, container, engine_problem as failed, find, remove, roles, row::Stored, server, sql,
};

/// Databases that are worked on at the same time.
const AT_ONCE: usize = 4;
/// Passes that may fail before the problem is shown: the engine's service may just be starting again.
const QUIET: u32 = 5;

/// The loop `databases`.
pub struct Databases {
    engine: Arc<dyn Engine>,
    memory: Mutex<HashMap<DatabaseId, Memory>>,
}

/// What this process knows of a server; nothing that can't be found out again.
#[derive(Default)]
struct Memory {
    /// What the server was when it was last set up.
    seen: Option<Seen>,
    /// Roles of apps that were made then.
    roles: Vec<String>,
    failures: u32,
}

/// Changes if and only if the server has to be looked at again.
#[derive(Clone, PartialEq, Eq)]
struct Seen {
    pid: i32,
    image: Option<String>,
    chain: String,
}

impl Databases {
    /// A loop over an engine.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine, memory: Mutex::default() }
    }

    fn with<T>(&self, id: DatabaseId, change: impl FnOnce(&mut Memory) -> T) -> T {
        change(self.memory.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default())
    }

    /// One database. Returns what it did.
    async fn one(
        &self,
        ctx: &Ctx,
        observed: &[ObservedContainer],
        image: &Option<String>,
        stored: Stored,
    ) -> Result<String> {
        let (id, name) = (stored.database.id, stored.database.name.clone());
        let result = match stored.database.state {
            DatabaseState::Destroying => {
                remove::remove(ctx, &*self.engine, &stored).await.map(|()| "destroyed".into())
            }
            DatabaseState::Failed => self.rest(observed, &stored).await,
            _ => self.keep(ctx, observed, image, &stored).await,
        };
        match result {
            Ok(did) => {
                self.with(id, |m| m.failures = 0);
                // A failed database keeps its reason.
                if stored.database.problem.is_some() && stored.database.state != DatabaseState::Failed {
                    problem(ctx, &stored, None).await?;
                }
                Ok(if did.is_empty() { did } else { format!("{name}: {did}") })
            }
            Err(error) => {
                let failures = self.with(id, |m| {
                    m.seen = None;
                    m.failures = m.failures.saturating_add(1);
                    m.failures
                });
                let why = said(&error);
                if failures >= QUIET && stored.database.problem.as_ref() != Some(&why) {
                    problem(ctx, &stored, Some(why)).await?;
                }
                Err(error)
            }
        }
    }

    /// A database that failed needs no server; its volume stays until it is destroyed.
    async fn rest(&self, observed: &[ObservedContainer], stored: &Stored) -> Result<String> {
        let name = container(stored.database.id);
        if observed.iter().any(|c| c.name == name) {
            self.engine.remove(&name).await.map_err(failed)?;
            return Ok("its server was removed".into());
        }
        Ok(String::new())
    }

    /// A database that is to run.
    async fn keep(
        &self,
        ctx: &Ctx,
        observed: &[ObservedContainer],
        image: &Option<String>,
        stored: &Stored,
    ) -> Result<String> {
        let id = stored.database.id;
        let mut stored = certificate::ensure(ctx, stored.clone()).await?;
        let running = |c: &ObservedContainer| match c.state {
            ContainerState::Running { pid } => Some(pid),
            _ => None,
        };
        let name = container(id);
        let pid = observed.iter().find(|c| c.name == name).and_then(running);
        if pid.is_none() || stored.boot.is_none() {
            stored = certificate::boot_with_newest(ctx, stored).await?;
        }
        let mut read = ctx.read().await?;
        let attached = find::attachments(&mut read, id).await?;
        drop(read);
        let chain = stored.chain.as_ref().map(|(chain, ..)| chain.pem.clone()).unwrap_or_default();
        let seen = |pid| Seen { pid, image: image.clone(), chain: chain.clone() };
        let up_to_date = pid.is_some_and(|pid| self.with(id, |m| m.seen.as_ref() == Some(&seen(pid))));
        let roles: Vec<String> = attached.iter().map(|a| a.role.clone()).collect();
        let new = attached.iter().any(|a| !a.ready) || self.with(id, |m| m.roles != roles);
        let made = stored.database.state != DatabaseState::Creating;
        if up_to_date && made && !new {
            return Ok(String::new());
        }
        let now = if up_to_date { None } else { Some(server::start(ctx, &*self.engine, &stored).await?) };
        roles::prepare(ctx, &*self.engine, &stored, &attached).await?;
        if !up_to_date {
            certificate::reload(ctx, &*self.engine, &stored).await?;
        }
        record(ctx, &stored, &attached).await?;
        if stored.database.state == DatabaseState::Creating {
            let step = (DatabaseState::Creating, DatabaseState::Ready);
            server::set_state(ctx, &stored, step, None).await?;
            ctx.wake(super::backups::LOOP);
        }
        ctx.wake(super::backups::RESTORES);
        self.with(id, |m| m.roles = roles);
        if let Some(pid) = now.as_ref().and_then(running) {
            self.with(id, |m| m.seen = Some(seen(pid)));
        }
        Ok(if now.is_some() { "server set up".into() } else { "roles set up".into() })
    }
}

/// The reason of a failure, for people: the engine's own words where there are some.
fn said(error: &ward_spine::Error) -> String {
    let source = std::error::Error::source(error).map(|s| format!(": {s}")).unwrap_or_default();
    format!("{error}{source}").chars().filter(|c| !c.is_control()).take(500).collect()
}

/// Shows or clears what stands in a database's way.
async fn problem(ctx: &Ctx, stored: &Stored, why: Option<String>) -> Result<()> {
    let mut tx = ctx.permit(Action::DatabaseAdvance, &stored.database).await?.begin().await?;
    let query = sqlx::query(sql::SET_PROBLEM).bind(why.clone()).bind(stored.database.id.to_string());
    query.execute(tx.conn()).await?;
    tx.commit(json!({ "problem": why })).await
}

/// Records which roles are made.
async fn record(ctx: &Ctx, stored: &Stored, attached: &[find::Attachment]) -> Result<()> {
    let new: Vec<AppId> = attached.iter().filter(|a| !a.ready).map(|a| a.app).collect();
    if new.is_empty() {
        return Ok(());
    }
    let id = stored.database.id.to_string();
    let mut tx = ctx.permit(Action::DatabaseAdvance, &stored.database).await?.begin().await?;
    for app in &new {
        let query = sqlx::query(sql::ATTACHMENT_READY).bind(id.clone()).bind(app.to_string());
        query.execute(tx.conn()).await?;
    }
    tx.commit(json!({ "roles_made_for": new })).await?;
    ctx.wake("apps");
    Ok(())
}

#[async_trait]
impl Reconciler for Databases {
    fn name(&self) -> &'static str {
        LOOP
    }

    fn every(&self) -> Duration {
        Duration::from_secs(2)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        if ctx.core().vault.is_sealed() {
            return Ok(String::new());
        }
        let all = find::all(&mut ctx.read().await?).await?;
        let observed = self.engine.observe().await.map_err(failed)?;
        let image = self.engine.image(super::IMAGE).await.map_err(failed)?;
        let known: Vec<String> = all.iter().map(|s| s.database.id.to_string()).collect();
        let work = all.into_iter().map(|stored| self.one(ctx, &observed, &image, stored));
        let results: Vec<Result<String>> = stream::iter(work).buffer_unordered(AT_ONCE).collect().await;
        // What Ward started and no longer wants.
        let stray =
            |c: &&ObservedContainer| c.labels.get(label::DATABASE).is_some_and(|id| !known.contains(id));
        let mut done = Vec::new();
        for container in observed.iter().filter(stray) {
            self.engine.remove(&container.name).await.map_err(failed)?;
            done.push(format!("{} removed", container.name));
        }
        for result in results {
            done.push(result?);
        }
        done.retain(|d| !d.is_empty());
        Ok(done.join("; "))
    }
}
