//! Moves the requests to the new containers, then lets the old ones go.
//!
//! From here on nothing fails: the new release serves. What does not answer is tried again.

use std::{collections::BTreeMap, time::Duration};

use futures::future::try_join_all;
use serde_json::json;
use ward_model::apps::DeploymentState as State;
use ward_spine::{Result, WriteTx};

use super::{
    Job,
    instance::{self, Instance},
    release, sql,
    steps::Step,
};
use crate::engine_error;

/// How long requests that are in flight may take.
const DRAIN: Duration = Duration::from_secs(30);

impl Job {
    /// Publishes, drains, stops, removes; then the deployment has succeeded.
    pub(super) async fn switch(&mut self) -> Step<()> {
        let id = self.deployment.deployment.id;
        let (_, stored) = self.release().await?;
        self.routes.sync(&self.ctx).await?;
        let all = instance::of_app(self.ctx.read().await?.conn(), self.app.app.id).await?;
        let old: Vec<Instance> = all.into_iter().filter(|i| i.draining && i.deployment != id).collect();
        try_join_all(old.iter().map(|i| self.let_go(i))).await?;
        let mut tx = self.permit().await?;
        for instance in &old {
            instance::forget(&mut tx, &instance.name).await?;
        }
        self.delete_spent_secrets(&mut tx, &stored.secrets).await?;
        let done = sqlx::query(sql::END)
            .bind(State::Succeeded.as_str().to_owned())
            .bind(self.ctx.now().micros())
            .bind(None::<Vec<u8>>)
            .bind(id.to_string())
            .execute(tx.conn())
            .await?;
        if done.rows_affected() > 0 {
            let text = format!("{} runs release {}", self.app.app.name, stored.number);
            tx.tell(super::super::deployments::told(&self.app.app, id, State::Succeeded, text));
        }
        tx.commit(json!({ "state": State::Succeeded, "release": stored.number })).await?;
        self.deployment.deployment.state = State::Succeeded;
        self.ctx.wake("network");
        self.ctx.wake("routes");
        Ok(())
    }

    async fn let_go(&self, instance: &Instance) -> Result<()> {
        let with = release::load(self.ctx.read().await?.conn(), instance.release).await?;
        if with.manifest.serves(&instance.process) && !self.routes.drained(&instance.name, DRAIN).await? {
            tracing::warn!(container = %instance.name, "requests are still in flight; it is stopped all the same");
        }
        let stopped = self.engine.stop(&instance.name, with.manifest.grace()).await;
        if let Err(error) = stopped
            && !matches!(error, ward_spine::engine::EngineError::NotFound { .. })
        {
            return Err(engine_error("stopping a container")(error));
        }
        self.engine.remove(&instance.name).await.map_err(engine_error("removing a container"))
    }

    /// Deletes secret values that were replaced or removed and that nothing runs with any more.
    async fn delete_spent_secrets(&self, tx: &mut WriteTx, used: &BTreeMap<String, i64>) -> Result<()> {
        let app = self.app.app.id.to_string();
        let query = sqlx::query_as(sql::SPENT_SECRETS).bind(app.clone());
        let spent: Vec<(String, i64)> = query.fetch_all(tx.conn()).await?;
        for (name, version) in spent.into_iter().filter(|(name, version)| used.get(name) != Some(version)) {
            let query = sqlx::query(sql::DELETE_SECRET).bind(app.clone()).bind(name).bind(version);
            query.execute(tx.conn()).await?;
        }
        Ok(())
    }
}
