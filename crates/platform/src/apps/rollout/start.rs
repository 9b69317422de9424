//! Starts the new containers beside the old ones and waits until they are good.

use std::{collections::HashMap, time::Duration};

use futures::{StreamExt as _, future::try_join_all};
use serde_json::json;
use tokio::time::Instant;
use ward_model::apps::{DeploymentFailure, DeploymentState as State};
use ward_spine::engine::{ContainerState, LogOptions, ObservedContainer};

use super::{
    Job,
    instance::{self, Instance},
    log::{LONGEST_LINE, TAIL},
    probe, release, spec, sql,
    steps::{Step, Stop},
};
use crate::engine_error;

/// How long a process without a health check must stay up.
const STEADY: Duration = Duration::from_secs(5);
/// How long a service without a check, or a process, may take to come up.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// How far a new container is.
struct Progress {
    began: Instant,
    steady_since: Option<(i64, Instant)>,
    health: Option<String>,
    good: bool,
}

impl Job {
    /// Starts, waits, and hands over to the new containers in one transaction.
    pub(super) async fn start(&mut self) -> Step<()> {
        let id = self.deployment.deployment.id;
        let (_, stored) = self.release().await?;
        let instances = instance::of_deployment(self.ctx.read().await?.conn(), id).await?;
        self.network.sync(&self.ctx).await?;
        try_join_all(instances.iter().map(|i| self.apply(i, &stored))).await?;
        let observed = self.wait(&instances, &stored).await?;
        let release = self.deployment.deployment.release;
        let serves = |i: &Instance| stored.manifest.serves(&i.process);
        let mut tx = self.permit().await?;
        if !self.advance(&mut tx, State::Switching, None).await? {
            return Ok(());
        }
        for instance in &instances {
            let started = observed.get(&instance.name).copied();
            let healthy = serves(instance).then_some(1_i64);
            let query = sqlx::query(sql::STARTED).bind(healthy).bind(started).bind(instance.name.clone());
            query.execute(tx.conn()).await?;
        }
        let app = self.app.app.id.to_string();
        sqlx::query(sql::SERVE)
            .bind(release.map(|r| r.to_string()))
            .bind(id.to_string())
            .bind(i64::from(stored.manifest.service.is_some()))
            .bind(app.clone())
            .execute(tx.conn())
            .await?;
        let query =
            sqlx::query(sql::SERVED).bind(self.ctx.now().micros()).bind(release.map(|r| r.to_string()));
        query.execute(tx.conn()).await?;
        sqlx::query(sql::DRAIN).bind(app).bind(id.to_string()).execute(tx.conn()).await?;
        tx.commit(json!({ "state": State::Switching, "serves": release })).await?;
        self.deployment.deployment.state = State::Switching;
        Ok(())
    }

    async fn apply(&self, instance: &Instance, stored: &release::Stored) -> Step<()> {
        let spec = spec::spec(&self.ctx, &self.app, instance, stored).await?;
        let applied = self.engine.apply(&spec).await;
        applied.map(drop).map_err(|e| self.engine_stop(Some(&instance.process), e))
    }

    /// Waits until all are good; returns when each was started.
    async fn wait(&self, instances: &[Instance], stored: &release::Stored) -> Step<HashMap<String, i64>> {
        let mut progress: HashMap<&str, Progress> = instances
            .iter()
            .map(|i| {
                let fresh = Progress { began: Instant::now(), steady_since: None, health: None, good: false };
                (i.name.as_str(), fresh)
            })
            .collect();
        loop {
            let observed = self.engine.observe().await.map_err(engine_error("looking at containers"))?;
            for instance in instances {
                let Some(progress) = progress.get_mut(instance.name.as_str()).filter(|p| !p.good) else {
                    continue;
                };
                let seen = observed.iter().find(|o| o.name == instance.name);
                self.look(instance, stored, seen, progress).await?;
            }
            if progress.values().all(|p| p.good) {
                let started = observed.into_iter().map(|o| (o.name, o.started_at));
                return Ok(started.collect());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn look(
        &self,
        instance: &Instance,
        stored: &release::Stored,
        seen: Option<&ObservedContainer>,
        progress: &mut Progress,
    ) -> Step<()> {
        match seen.map(|s| &s.state) {
            Some(ContainerState::Exited { code, out_of_memory }) => {
                return Err(Stop::Failed(Box::new(self.ended(instance, *code, *out_of_memory).await)));
            }
            Some(ContainerState::Running { .. }) => {}
            // Gone, or never started: the engine was killed in between.
            None | Some(ContainerState::Created) => self.apply(instance, stored).await?,
        }
        let service = stored.manifest.service.as_ref().filter(|s| s.process == instance.process);
        let mut patience = PATIENCE;
        if let Some(service) = service {
            match probe::probe(instance.address, service, &self.app.host).await {
                Ok(_) => progress.good = true,
                Err(answer) => progress.health = Some(answer),
            }
            let longest = service.checks.iter().map(|c| c.grace_period + 3 * c.interval + c.timeout).max();
            patience = longest.map_or(PATIENCE, Duration::from_millis);
        } else if let Some(seen) = seen {
            match progress.steady_since {
                Some((started, since)) if started == seen.started_at => {
                    progress.good = since.elapsed() >= STEADY
                }
                _ => progress.steady_since = Some((seen.started_at, Instant::now())),
            }
        }
        if !progress.good && progress.began.elapsed() > patience {
            return Err(Stop::Failed(Box::new(
                self.never_healthy(instance, stored, progress.health.take()).await,
            )));
        }
        Ok(())
    }

    async fn ended(&self, instance: &Instance, code: i64, out_of_memory: bool) -> DeploymentFailure {
        let process = &instance.process;
        let mut failure = if out_of_memory {
            self.failure(
                format!("{process} was killed because it used more memory than it may"),
                "raise memory in [[vm]], or use less",
            )
        } else {
            let next = if code == 127 || code == 126 {
                "the command can't be run: check [processes] against what the image holds"
            } else {
                "mend what the last lines say, then deploy again"
            };
            self.failure(format!("{process} ended with exit code {code}"), next)
        };
        failure.process = Some(process.clone());
        failure.exit_code = Some(code);
        failure.log_tail = self.log_tail(&instance.name).await;
        failure
    }

    async fn never_healthy(
        &self,
        instance: &Instance,
        stored: &release::Stored,
        health: Option<String>,
    ) -> DeploymentFailure {
        let port = stored.manifest.service.as_ref().map(|s| s.internal_port).unwrap_or_default();
        let next_step = if health.as_ref().is_some_and(|h| h.contains("refused")) {
            format!(
                "nothing listens on port {port} of 0.0.0.0: let the app listen on PORT, or set internal_port"
            )
        } else {
            "see what the health check was answered and the last lines, then deploy again".to_owned()
        };
        let mut failure =
            self.failure(format!("{} did not become healthy in time", instance.process), next_step);
        failure.process = Some(instance.process.clone());
        failure.health = health;
        failure.log_tail = self.log_tail(&instance.name).await;
        failure
    }

    /// The last lines that a container wrote; none if they can't be read.
    async fn log_tail(&self, name: &str) -> Vec<String> {
        let options = LogOptions { since: None, tail: Some(TAIL), follow: false };
        let read = async {
            let lines = self.engine.logs(name, &options).await.ok()?;
            let lines = lines.take(TAIL).filter_map(|l| async { l.ok() });
            Some(lines.map(|l| l.text.chars().take(LONGEST_LINE).collect()).collect().await)
        };
        tokio::time::timeout(Duration::from_secs(5), read).await.ok().flatten().unwrap_or_default()
    }
}
