//! Wanted containers, as rows.

use std::net::Ipv4Addr;

use ward_model::{AppId, DeploymentId, Id as _, ReleaseId};
use ward_spine::{Ctx, Result, WriteTx};

use super::{super::Stored, sql};
use crate::{network, sql::damaged};

pub(super) type Row = (String, String, String, String, String, String, i64, String, Option<i64>, Option<i64>);

/// A wanted container.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub(super) name: String,
    pub(super) app: AppId,
    pub(super) deployment: DeploymentId,
    pub(super) release: ReleaseId,
    pub(super) process: String,
    pub(super) address: Ipv4Addr,
    pub(super) draining: bool,
    pub(super) observed: String,
    pub(super) healthy: Option<bool>,
    pub(super) started_at: Option<i64>,
}

pub(super) fn instance(row: Row) -> Result<Instance> {
    let (name, app, deployment, release, process, address, draining, observed, healthy, started_at) = row;
    Ok(Instance {
        name,
        app: app.parse()?,
        deployment: deployment.parse()?,
        release: release.parse()?,
        process,
        address: address.parse().map_err(|e| damaged("an address", e))?,
        draining: draining != 0,
        observed,
        healthy: healthy.map(|h| h != 0),
        started_at,
    })
}

/// Name of a container: the same for the same deployment, so that a repeated step meets its own.
pub(super) fn name(app: AppId, process: &str, deployment: DeploymentId) -> String {
    let end = |hex: String, n: usize| hex.get(hex.len().saturating_sub(n)..).unwrap_or_default().to_owned();
    let app = end(app.uuid().simple().to_string(), 12);
    let deployment = end(deployment.uuid().simple().to_string(), 8);
    format!("app-{app}-{process}-{deployment}")
}

/// Wants a container for each process: gives each an address.
pub(super) async fn place(
    ctx: &Ctx,
    tx: &mut WriteTx,
    app: &Stored,
    deployment: DeploymentId,
    release: ReleaseId,
    processes: impl Iterator<Item = &str>,
) -> Result<()> {
    for process in processes {
        let name = name(app.app.id, process, deployment);
        let address = network::allocate_address(ctx, tx, app.app.environment, &name).await?;
        sqlx::query(sql::INSERT_INSTANCE)
            .bind(name)
            .bind(app.app.id.to_string())
            .bind(deployment.to_string())
            .bind(release.to_string())
            .bind(process.to_owned())
            .bind(address.to_string())
            .bind(ctx.now().micros())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Wants a container no more, and takes its address back.
pub(super) async fn forget(tx: &mut WriteTx, name: &str) -> Result<()> {
    network::release_addresses(tx, name).await?;
    sqlx::query(sql::DELETE_INSTANCE).bind(name.to_owned()).execute(tx.conn()).await?;
    Ok(())
}

/// The wanted containers of a deployment.
pub(super) async fn of_deployment(
    conn: &mut sqlx::AnyConnection,
    deployment: DeploymentId,
) -> Result<Vec<Instance>> {
    let query = sqlx::query_as(sql::INSTANCES_OF).bind(deployment.to_string());
    query.fetch_all(conn).await?.into_iter().map(instance).collect()
}

/// The wanted containers of an app.
pub(super) async fn of_app(conn: &mut sqlx::AnyConnection, app: AppId) -> Result<Vec<Instance>> {
    let query = sqlx::query_as(sql::INSTANCES_OF_APP).bind(app.to_string());
    query.fetch_all(conn).await?.into_iter().map(instance).collect()
}
