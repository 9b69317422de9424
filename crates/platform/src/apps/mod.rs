//! Apps: what developers deploy.
//!
//! Invariants: verbs write intent (deployments, configuration, secrets); the loop in [`rollout`] carries it out.
//! A release never changes. Configuration and secrets are sealed under the app's DEK, each version of its own, and
//! a release names the versions it runs with. A failed deployment changes nothing of what serves.

mod config;
mod create;
mod deploy;
mod deployments;
mod destroy;
mod list;
pub mod manifest;
mod processes;
mod releases;
mod restart;
mod rollback;
pub mod rollout;
mod secrets;
pub mod source;
pub(crate) mod sql;
pub(crate) mod variables;

pub use config::{change as change_config, get as get_config};
pub use create::create;
pub use deploy::deploy;
pub use deployments::{get as get_deployment, list as list_deployments};
pub use destroy::destroy;
pub use list::{get, list};
pub use processes::list as list_processes;
pub use releases::list as list_releases;
pub use restart::{restart, restart_for};
pub use rollback::rollback;
pub use secrets::{list as list_secrets, remove as remove_secret, set as set_secret};

use ward_model::{
    AppId, DataClass, DeploymentId, EnvironmentId, KeyId, Name, ReleaseId, Timestamp, apps::App,
};
use ward_spine::{Ctx, Error, ReadTx, Result, Settings};

use crate::{
    organizations::parse_name,
    sql::{damaged, number},
};

pub(crate) type Row = (
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    i64,
    Option<String>,
    Option<i64>,
    Option<String>,
    i64,
    i64,
    Option<i64>,
    i64,
);

/// An app with what only Ward needs to know of it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// As people see it.
    pub app: App,
    /// Host name of its endpoint.
    pub host: String,
    /// Its DEK.
    pub dek: KeyId,
    /// First host uid of its containers.
    pub uid_base: u32,
    /// Deployment whose containers serve now.
    pub current_deployment: Option<DeploymentId>,
    /// Network of its environment.
    pub network: u16,
}

pub(crate) fn stored(settings: &Settings, row: Row) -> Result<Stored> {
    let (
        id,
        organization,
        project,
        environment,
        class,
        name,
        host,
        dek,
        uid_base,
        release,
        release_number,
        ..,
    ) = &row;
    let (.., current_deployment, public, created_at, destroying_at, network) = &row;
    let port = if settings.https_port == 443 { String::new() } else { format!(":{}", settings.https_port) };
    Ok(Stored {
        app: App {
            id: id.parse()?,
            organization: organization.parse()?,
            project: project.parse()?,
            environment: environment.parse()?,
            data_class: class.parse::<DataClass>().map_err(|e| damaged("a data class", e))?,
            name: parse_name(name)?,
            url: (*public != 0).then(|| format!("https://{host}{port}")),
            release: release.as_ref().map(|r| r.parse::<ReleaseId>()).transpose()?,
            release_number: release_number.map(number).transpose()?,
            created_at: Timestamp::from_micros(*created_at),
            destroying: destroying_at.is_some(),
        },
        host: host.clone(),
        dek: dek.parse()?,
        uid_base: number(*uid_base)?,
        current_deployment: current_deployment.as_ref().map(|d| d.parse()).transpose()?,
        network: number(*network)?,
    })
}

/// Finds a living app; None if there is none.
pub async fn find(ctx: &Ctx, read: &mut ReadTx, id: AppId) -> Result<Option<Stored>> {
    let row: Option<Row> = sqlx::query_as(sql::FIND).bind(id.to_string()).fetch_optional(read.conn()).await?;
    row.map(|row| stored(ctx.settings(), row)).transpose()
}

/// Finds a living app of an environment by name; None if there is none.
pub async fn find_by_name(ctx: &Ctx, environment: EnvironmentId, name: &Name) -> Result<Option<App>> {
    let mut read = ctx.read().await?;
    let query = sqlx::query_as(sql::BY_NAME).bind(environment.to_string()).bind(name.to_string());
    let row: Option<Row> = query.fetch_optional(read.conn()).await?;
    Ok(row.map(|row| stored(ctx.settings(), row)).transpose()?.map(|s| s.app))
}

/// A living app, or `not-found`.
pub(crate) async fn must(ctx: &Ctx, id: AppId) -> Result<Stored> {
    find(ctx, &mut ctx.read().await?, id).await?.ok_or_else(|| Error::not_found("app", id))
}

/// Refuses to change an app that is going away.
pub(crate) fn open(app: &App) -> Result<()> {
    if app.destroying {
        return Err(Error::conflict(
            format!("the app {} is being destroyed", app.name),
            "create another app",
        ));
    }
    Ok(())
}
