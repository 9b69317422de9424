//! Environments: the isolation boundary of network, keys and grants.
//!
//! Invariants: the data class never changes. Each living environment has one KEK, above the keys of all that is
//! in it, and one network index. A `phi` environment stands on an active agreement and on a region designated
//! for PHI. Destroying one takes apps, databases and network first and its KEK last; the row stays as a
//! tombstone, its name is free again.

mod create;
mod destroy;
mod list;
mod reconcile;
pub(crate) mod sql;

pub use create::create;
pub use destroy::destroy;
pub use list::{get, list};
pub use reconcile::Environments;

use ward_model::{DataClass, EnvironmentId, KeyId, Name, ProjectId, Timestamp, environments::Environment};
use ward_spine::{Ctx, Error, ReadTx, Result};

use crate::{
    organizations::parse_name,
    sql::{damaged, number},
};

pub(crate) type Row = (String, String, String, String, String, String, String, i64, i64, Option<i64>);

/// An environment with what only Ward needs to know of it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// As people see it.
    pub environment: Environment,
    /// Its KEK.
    pub kek: KeyId,
    /// Its network: gives the subnet.
    pub network: u16,
}

pub(crate) fn stored(row: Row) -> Result<Stored> {
    let (id, organization, project, name, class, region, kek, network, created_at, destroying_at) = row;
    Ok(Stored {
        environment: Environment {
            id: id.parse()?,
            organization: organization.parse()?,
            project: project.parse()?,
            name: parse_name(&name)?,
            data_class: class.parse::<DataClass>().map_err(|e| damaged("a data class", e))?,
            region: region.parse()?,
            created_at: Timestamp::from_micros(created_at),
            destroying: destroying_at.is_some(),
        },
        kek: kek.parse()?,
        network: number(network)?,
    })
}

/// Finds a living environment; None if there is none.
pub async fn find(read: &mut ReadTx, id: EnvironmentId) -> Result<Option<Stored>> {
    let row: Option<Row> = sqlx::query_as(sql::FIND).bind(id.to_string()).fetch_optional(read.conn()).await?;
    row.map(stored).transpose()
}

/// Finds a living environment of a project by name; None if there is none.
pub async fn find_by_name(read: &mut ReadTx, project: ProjectId, name: &Name) -> Result<Option<Environment>> {
    let query = sqlx::query_as(sql::BY_NAME).bind(project.to_string()).bind(name.to_string());
    let row: Option<Row> = query.fetch_optional(read.conn()).await?;
    Ok(row.map(stored).transpose()?.map(|s| s.environment))
}

/// All living environments.
pub async fn all(read: &mut ReadTx) -> Result<Vec<Stored>> {
    let rows: Vec<Row> = sqlx::query_as(sql::LIVING).fetch_all(read.conn()).await?;
    rows.into_iter().map(stored).collect()
}

/// A living environment, or `not-found`.
pub(crate) async fn must(ctx: &Ctx, id: EnvironmentId) -> Result<Stored> {
    find(&mut ctx.read().await?, id).await?.ok_or_else(|| Error::not_found("environment", id))
}

/// Refuses to put something new into an environment that is going away.
pub(crate) fn open(environment: &Environment) -> Result<()> {
    if environment.destroying {
        let message = format!("the environment {} is being destroyed", environment.name);
        return Err(Error::conflict(message, "create another environment"));
    }
    Ok(())
}
