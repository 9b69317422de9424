//! Organizations: the tenants.
//!
//! Whoever creates one becomes its owner in the same transaction, so that none exists that nobody can manage.
//! A name is unique on the platform and never changes.

mod create;
mod list;
pub(crate) mod sql;

pub use create::create;
pub use list::{get, list};

use ward_model::{Name, OrganizationId, Timestamp, organizations::Organization};
use ward_spine::{ReadTx, Result};

use crate::sql::damaged;

pub(crate) type Row = (String, String, i64);

pub(crate) fn organization((id, name, created_at): Row) -> Result<Organization> {
    Ok(Organization {
        id: id.parse()?,
        name: parse_name(&name)?,
        created_at: Timestamp::from_micros(created_at),
    })
}

/// Reads a stored name.
pub(crate) fn parse_name(text: &str) -> Result<Name> {
    text.parse().map_err(|e| damaged("a name", e))
}

/// Finds an organization, whoever may see it; None if there is none.
pub async fn find(read: &mut ReadTx, id: OrganizationId) -> Result<Option<Organization>> {
    let row: Option<Row> = sqlx::query_as(sql::FIND).bind(id.to_string()).fetch_optional(read.conn()).await?;
    row.map(organization).transpose()
}

/// The id of the organization with this name.
pub async fn find_by_name(read: &mut ReadTx, name: &Name) -> Result<Option<Organization>> {
    let row: Option<Row> =
        sqlx::query_as(sql::BY_NAME).bind(name.to_string()).fetch_optional(read.conn()).await?;
    row.map(organization).transpose()
}
