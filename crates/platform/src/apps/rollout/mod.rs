//! The loop `apps`: carries out deployments, and keeps what is deployed running.
//!
//! ```text
//! pending -> building -> releasing -> starting -> switching -> succeeded
//!               |            |           |
//!               +------------+-----------+--> failed: new containers removed, the old release goes on
//! ```
//!
//! Every step begins with its intent in the store (`deployments.state`, rows of `instances`) and can be done again, so
//! a crash at any point needs no recovery of its own: the next pass goes on from the state it finds. One
//! deployment of an app runs at a time; those of different apps run side by side, each in a task of its own, so that
//! a slow build delays nobody. The same pass heals: what should run and does not is started again, what runs and
//! should not is removed.

mod build;
mod fail;
mod heal;
mod instance;
mod log;
mod probe;
mod release;
mod run_release;
mod spec;
pub(crate) mod sql;
mod start;
mod steps;
mod sweep;
mod switch;
mod teardown;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{task::JoinHandle, time::Instant};
use ward_model::{AppId, Principal};
use ward_spine::{Ctx, RequestInfo, Result, engine::Engine, reconcile::Reconciler};

use super::{
    Stored,
    deployments::{self, StoredDeployment},
    sql as apps_sql, stored,
};
use crate::{network::Network, routes::Routes};

/// Name of the loop.
const NAME: &str = "apps";

/// The loop `apps`.
pub struct Apps(Arc<Inner>);

struct Inner {
    engine: Arc<dyn Engine>,
    network: Arc<Network>,
    routes: Arc<Routes>,
    /// The running deployment of each app.
    tasks: Mutex<HashMap<AppId, JoinHandle<()>>>,
    /// What is remembered of each container between passes.
    watched: Mutex<HashMap<String, heal::Watched>>,
    swept: Mutex<Option<Instant>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        for (_, task) in self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain() {
            task.abort();
        }
    }
}

impl Apps {
    /// A loop over an engine; `network` and `routes` are the loops of the same names.
    pub fn new(engine: Arc<dyn Engine>, network: Arc<Network>, routes: Arc<Routes>) -> Self {
        Self(Arc::new(Inner {
            engine,
            network,
            routes,
            tasks: Mutex::default(),
            watched: Mutex::default(),
            swept: Mutex::default(),
        }))
    }
}

/// One deployment on its way.
struct Job {
    engine: Arc<dyn Engine>,
    network: Arc<Network>,
    routes: Arc<Routes>,
    ctx: Ctx,
    app: Stored,
    deployment: StoredDeployment,
}

#[async_trait]
impl Reconciler for Apps {
    fn name(&self) -> &'static str {
        NAME
    }

    fn every(&self) -> Duration {
        Duration::from_secs(2)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        if ctx.core().vault.is_sealed() {
            return Ok(String::new());
        }
        let apps = living(ctx).await?;
        let started = self.start_deployments(ctx, &apps).await?;
        let mut done: Vec<String> = started.into_iter().map(|name| format!("deploying {name}")).collect();
        for app in apps.iter().filter(|a| a.app.destroying) {
            self.stop_task(app.app.id).await;
            teardown::teardown(&self.0, ctx, app).await?;
            done.push(format!("{} destroyed", app.app.name));
        }
        done.extend(heal::heal(&self.0, ctx, &apps).await?);
        sweep::sources(&self.0, ctx).await?;
        Ok(done.join("; "))
    }
}

async fn living(ctx: &Ctx) -> Result<Vec<Stored>> {
    let mut read = ctx.read().await?;
    let rows: Vec<super::Row> = sqlx::query_as(apps_sql::LIVING).fetch_all(read.conn()).await?;
    rows.into_iter().map(|row| stored(ctx.settings(), row)).collect()
}

impl Apps {
    /// Starts the first open deployment of each app that has none running.
    async fn start_deployments(&self, ctx: &Ctx, apps: &[Stored]) -> Result<Vec<String>> {
        let rows: Vec<deployments::Row> =
            sqlx::query_as(apps_sql::OPEN_DEPLOYMENTS).fetch_all(ctx.read().await?.conn()).await?;
        let mut started = Vec::new();
        for row in rows {
            let deployment = deployments::stored(row)?;
            let id = deployment.deployment.app;
            let Some(app) = apps.iter().find(|a| a.app.id == id && !a.app.destroying) else { continue };
            let mut tasks = self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            tasks.retain(|_, task| !task.is_finished());
            if tasks.contains_key(&id) {
                continue;
            }
            let principal = Principal::Loop { name: NAME };
            let job = Job {
                engine: self.0.engine.clone(),
                network: self.0.network.clone(),
                routes: self.0.routes.clone(),
                ctx: Ctx::new(ctx.core().clone(), principal, RequestInfo::default()),
                app: app.clone(),
                deployment,
            };
            started.push(app.app.name.to_string());
            tasks.insert(id, tokio::spawn(steps::drive(job)));
        }
        Ok(started)
    }

    async fn stop_task(&self, app: AppId) {
        let task = self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner).remove(&app);
        if let Some(task) = task {
            task.abort();
            let _ = task.await;
        }
    }
}
