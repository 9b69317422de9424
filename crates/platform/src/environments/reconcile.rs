//! The loop that takes destroyed environments apart, from the outside in.
//!
//! Apps go first (their own loop removes containers, images and keys), then databases, then the network, and the
//! KEK last: with it goes whatever the keys below it encrypted, in every copy (NIST SP 800-88, cryptographic erase).

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde_json::json;
use ward_model::Action;
use ward_spine::{Ctx, Result, engine::Engine, events::NewEvent, reconcile::Reconciler};

use super::{Row, Stored, sql, stored};
use crate::{databases, engine_error};

/// The loop `environments`.
pub struct Environments {
    engine: Arc<dyn Engine>,
}

impl Environments {
    /// A loop over an engine.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Does the next step for one environment; says what.
    async fn advance(&self, ctx: &Ctx, stored: &Stored) -> Result<String> {
        let id = stored.environment.id;
        let count = |query: &'static str| async move {
            let mut read = ctx.read().await?;
            let (n,): (i64,) = sqlx::query_as(query).bind(id.to_string()).fetch_one(read.conn()).await?;
            Ok::<_, ward_spine::Error>(n)
        };
        let new_apps = count(sql::COUNT_NEW_APPS).await?;
        let new_databases = databases::count_wanted(&mut ctx.read().await?, id).await?;
        if new_apps + new_databases > 0 {
            let mut tx = ctx.permit(Action::EnvironmentAdvance, &stored.environment).await?.begin().await?;
            let now = ctx.now().micros();
            sqlx::query(sql::DESTROY_APPS).bind(now).bind(id.to_string()).execute(tx.conn()).await?;
            databases::destroy_all(&mut tx, id).await?;
            tx.commit(json!({ "destroying": { "apps": new_apps, "databases": new_databases } })).await?;
            ctx.wake("apps");
            ctx.wake("databases");
            return Ok(format!("{}: destroying what is in it", stored.environment.name));
        }
        if count(sql::COUNT_APPS).await? + databases::count(&mut ctx.read().await?, id).await? > 0 {
            return Ok(String::new());
        }
        self.engine.remove_network(stored.network).await.map_err(engine_error("removing a network"))?;
        let mut tx = ctx.permit(Action::EnvironmentAdvance, &stored.environment).await?.begin().await?;
        ctx.keyring().destroy(&mut tx, stored.kek).await?;
        sqlx::query(sql::FORGET_ADDRESSES).bind(id.to_string()).execute(tx.conn()).await?;
        sqlx::query(sql::GONE).bind(ctx.now().micros()).bind(id.to_string()).execute(tx.conn()).await?;
        tx.tell(NewEvent {
            kind: "environment.state".into(),
            organization: Some(stored.environment.organization),
            subject: id.to_string(),
            text: format!("environment {} is destroyed, and its key with it", stored.environment.name),
            data: json!({ "state": "destroyed" }),
        });
        tx.commit(json!({ "destroyed": id, "key_destroyed": stored.kek })).await?;
        Ok(format!("{}: destroyed", stored.environment.name))
    }
}

#[async_trait]
impl Reconciler for Environments {
    fn name(&self) -> &'static str {
        "environments"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        if ctx.core().vault.is_sealed() {
            return Ok(String::new());
        }
        let rows: Vec<Row> = sqlx::query_as(sql::DESTROYING).fetch_all(ctx.read().await?.conn()).await?;
        let mut done = Vec::new();
        for row in rows {
            let step = self.advance(ctx, &stored(row)?).await?;
            if !step.is_empty() {
                done.push(step);
            }
        }
        Ok(done.join("; "))
    }
}
