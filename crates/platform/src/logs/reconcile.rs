//! The loop `logs`: a collector for each container of an app; logs of apps that are gone go too.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::json;
use tokio::task::AbortHandle;
use ward_model::{Action, AppId};
use ward_spine::{
    Ctx, Error, Result,
    engine::{ContainerState, Engine, ObservedContainer, label},
    reconcile::Reconciler,
};

use crate::redaction;

use super::{
    LOOP,
    collect::{Source, collect},
    directory, key_context, root, sql,
    store::{Store, target},
};

/// The loop `logs`.
pub struct Logs {
    engine: Arc<dyn Engine>,
    store: Arc<Store>,
    tasks: Mutex<HashMap<String, Task>>,
}

/// A collector.
struct Task {
    handle: AbortHandle,
    /// Whether the container ran when the collector began; if not, it took all there is.
    ran: bool,
    started_at: i64,
}

impl Drop for Task {
    fn drop(&mut self) {
        self.handle.abort();
    }
}

impl Logs {
    /// A loop over an engine.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine, store: Arc::default(), tasks: Mutex::default() }
    }

    /// Begins collectors where there are none; returns for how many.
    fn watch(&self, ctx: &Ctx, observed: &[ObservedContainer]) -> usize {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        // A collector reads on after its container is gone, so only those that ended are forgotten.
        tasks.retain(|name, task| !task.handle.is_finished() || observed.iter().any(|c| c.name == *name));
        let mut begun = 0;
        for container in observed {
            let Some(source) = source(container) else { continue };
            let runs = matches!(container.state, ContainerState::Running { .. });
            let has = tasks.get(&container.name).is_some_and(|task| {
                let all = !task.ran && !runs && task.started_at == container.started_at;
                !task.handle.is_finished() || all
            });
            if has || container.state == ContainerState::Created {
                continue;
            }
            let work = collect(ctx.clone(), self.engine.clone(), self.store.clone(), source);
            let name = container.name.clone();
            let handle = tokio::spawn(async move {
                if let Err(error) = work.await {
                    tracing::debug!(container = name, %error, "a log collector ended; it is started again");
                }
            });
            let task = Task { handle: handle.abort_handle(), ran: runs, started_at: container.started_at };
            tasks.insert(container.name.clone(), task);
            begun += 1;
        }
        begun
    }

    /// Destroys the key and deletes the log of each app that was destroyed.
    async fn clear(&self, ctx: &Ctx) -> Result<usize> {
        let mut entries = match tokio::fs::read_dir(root(ctx)).await {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(Error::internal("listing logs", error)),
        };
        let rows: Vec<(String,)> = sqlx::query_as(sql::LIVING).fetch_all(ctx.read().await?.conn()).await?;
        let living: HashSet<String> = rows.into_iter().map(|(id,)| id).collect();
        let mut cleared = 0;
        while let Some(entry) = entries.next_entry().await.map_err(|e| Error::internal("listing logs", e))? {
            let name = entry.file_name();
            let app = name.to_str().filter(|n| !living.contains(*n)).and_then(|n| n.parse::<AppId>().ok());
            let Some(app) = app else { continue };
            self.destroy(ctx, app).await?;
            cleared += 1;
        }
        Ok(cleared)
    }

    async fn destroy(&self, ctx: &Ctx, app: AppId) -> Result<()> {
        let key = ctx.keyring().find(&mut ctx.read().await?, &key_context(app)).await?;
        if let (Some(key), Some((target, _))) = (key, target(ctx, app).await?) {
            let mut tx = ctx.permit(Action::DeploymentAdvance, &target).await?.begin().await?;
            ctx.keyring().destroy(&mut tx, key).await?;
            tx.commit(json!({ "log_key_destroyed": key })).await?;
        }
        self.store.forget(app);
        let directory = directory(ctx, app);
        tokio::fs::remove_dir_all(directory).await.map_err(|e| Error::internal("deleting a log", e))
    }
}

/// The app's process that the container runs; None if it is no container of an app.
fn source(container: &ObservedContainer) -> Option<Source> {
    let app = container.labels.get(label::APP)?.parse().ok()?;
    let process = container.labels.get(label::PROCESS).cloned().unwrap_or_default();
    let release = container.labels.get(label::RELEASE).cloned().unwrap_or_default();
    Some(Source { app, process, container: container.name.clone(), release })
}

#[async_trait]
impl Reconciler for Logs {
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
        let observed = self.engine.observe().await.map_err(crate::databases::engine_problem)?;
        let mut done = Vec::new();
        match self.watch(ctx, &observed) {
            0 => {}
            n => done.push(format!("{n} collectors begun")),
        }
        match self.clear(ctx).await? {
            0 => {}
            n => done.push(format!("{n} logs destroyed")),
        }
        match redaction::calm(ctx).await? {
            0 => {}
            n => done.push(format!("{n} alerts of masking are over")),
        }
        Ok(done.join("; "))
    }
}
