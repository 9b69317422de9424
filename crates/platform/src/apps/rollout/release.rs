//! Makes releases, and decides what comes after.

use std::collections::BTreeMap;

use serde_json::json;
use ward_model::{ReleaseId, apps::DeploymentState as State};
use ward_spine::{Error, Result, WriteTx};

use super::{
    super::{config, deployments::Kind, manifest},
    Job, instance, sql,
    steps::{Step, Stop},
};
use crate::{apps::manifest::Manifest, sql::damaged};

/// What a release runs with.
pub(super) struct Stored {
    pub(super) number: i64,
    pub(super) image: String,
    pub(super) manifest: Manifest,
    pub(super) config_version: i64,
    /// Version of each secret.
    pub(super) secrets: BTreeMap<String, i64>,
}

/// Reads a release.
pub(super) async fn load(conn: &mut sqlx::AnyConnection, id: ReleaseId) -> Result<Stored> {
    let query = sqlx::query_as(sql::RELEASE).bind(id.to_string());
    let (number, image, manifest, config_version, secrets): (i64, String, String, i64, String) =
        query.fetch_one(conn).await?;
    Ok(Stored {
        number,
        image,
        manifest: serde_json::from_str(&manifest).map_err(|e| damaged("a manifest", e))?,
        config_version,
        secrets: serde_json::from_str(&secrets).map_err(|e| damaged("a release", e))?,
    })
}

impl Job {
    /// A release of the image that was just built.
    pub(super) async fn make_release(&mut self, image: &str, manifest: &Manifest) -> Result<()> {
        let mut tx = self.permit().await?;
        let (version, _) = config::newest(&self.ctx, tx.conn(), &self.app).await?;
        let release = self.insert_release(&mut tx, image, manifest, version).await?;
        self.go_on(tx, release, manifest, true).await
    }

    /// The release of a deployment that builds nothing: the current one with new configuration, an earlier one, or
    /// the current one as it is.
    pub(super) async fn release_again(&mut self) -> Step<()> {
        let base = match self.deployment.kind {
            Kind::Rollback => self.deployment.base_release,
            _ => {
                // What serves may have changed since this deployment was queued.
                let app = super::super::find(&self.ctx, &mut self.ctx.read().await?, self.app.app.id).await?;
                app.and_then(|a| a.app.release)
            }
        };
        let Some(base) = base else {
            let failure = self.failure("there is no release to deploy", "deploy first: `ward deploy`");
            return Err(Stop::Failed(Box::new(failure)));
        };
        let mut tx = self.permit().await?;
        let stored = load(tx.conn(), base).await?;
        let (release, command) = match self.deployment.kind {
            Kind::Restart => (base, false),
            Kind::Rollback => {
                let version = stored.config_version;
                (self.insert_release(&mut tx, &stored.image, &stored.manifest, version).await?, false)
            }
            Kind::Config | Kind::Source => {
                let (version, _) = config::newest(&self.ctx, tx.conn(), &self.app).await?;
                (self.insert_release(&mut tx, &stored.image, &stored.manifest, version).await?, true)
            }
        };
        Ok(self.go_on(tx, release, &stored.manifest, command).await?)
    }

    async fn insert_release(
        &self,
        tx: &mut WriteTx,
        image: &str,
        manifest: &Manifest,
        config_version: i64,
    ) -> Result<ReleaseId> {
        let app = self.app.app.id.to_string();
        let (last,): (i64,) = sqlx::query_as(sql::NEXT_NUMBER).bind(app.clone()).fetch_one(tx.conn()).await?;
        let query = sqlx::query_as(super::apps_sql::SECRET_VERSIONS).bind(app.clone());
        let secrets: Vec<(String, i64)> = query.fetch_all(tx.conn()).await?;
        let secrets: BTreeMap<String, i64> = secrets.into_iter().collect();
        let json = |e| Error::internal("storing a release", e);
        let release: ReleaseId = self.ctx.id();
        sqlx::query(sql::INSERT_RELEASE)
            .bind(release.to_string())
            .bind(app)
            .bind(last + 1)
            .bind(image.to_owned())
            .bind(serde_json::to_string(manifest).map_err(json)?)
            .bind(config_version)
            .bind(serde_json::to_string(&secrets).map_err(json)?)
            .bind(self.deployment.reason.clone())
            .bind(self.deployment.deployment.created_by.map(|u| u.to_string()))
            .bind(self.ctx.now().micros())
            .execute(tx.conn())
            .await?;
        Ok(release)
    }

    /// Goes on to the release command or, without one, to the start: wants the containers and commits.
    async fn go_on(
        &mut self,
        mut tx: WriteTx,
        release: ReleaseId,
        manifest: &Manifest,
        command: bool,
    ) -> Result<()> {
        let runs = command && manifest.release_command.is_some();
        let to = if runs { State::Releasing } else { State::Starting };
        if !self.advance(&mut tx, to, Some(release)).await? {
            return Ok(());
        }
        let id = self.deployment.deployment.id;
        if runs {
            let only = std::iter::once(manifest::RELEASE);
            instance::place(&self.ctx, &mut tx, &self.app, id, release, only).await?;
        } else {
            let all = manifest.processes.keys().map(String::as_str);
            instance::place(&self.ctx, &mut tx, &self.app, id, release, all).await?;
        }
        tx.commit(json!({ "state": to, "release": release })).await?;
        self.deployment.deployment.state = to;
        self.deployment.deployment.release = Some(release);
        Ok(())
    }

    /// The release of this deployment.
    pub(super) async fn release(&self) -> Step<(ReleaseId, Stored)> {
        let Some(id) = self.deployment.deployment.release else {
            let failure = self.failure("the deployment has no release", "deploy again");
            return Err(Stop::Failed(Box::new(failure)));
        };
        Ok((id, load(self.ctx.read().await?.conn(), id).await?))
    }
}
