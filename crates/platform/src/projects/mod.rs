//! Projects: what belongs together in an organization. A name is unique in it.

mod create;
mod list;
pub(crate) mod sql;

pub use create::create;
pub use list::{get, list};

use ward_model::{Name, OrganizationId, ProjectId, Timestamp, organizations::Project};
use ward_spine::{ReadTx, Result};

use crate::organizations::parse_name;

pub(crate) type Row = (String, String, String, i64);

pub(crate) fn project((id, organization, name, created_at): Row) -> Result<Project> {
    Ok(Project {
        id: id.parse()?,
        organization: organization.parse()?,
        name: parse_name(&name)?,
        created_at: Timestamp::from_micros(created_at),
    })
}

/// Finds a project; None if there is none.
pub async fn find(read: &mut ReadTx, id: ProjectId) -> Result<Option<Project>> {
    let row: Option<Row> = sqlx::query_as(sql::FIND).bind(id.to_string()).fetch_optional(read.conn()).await?;
    row.map(project).transpose()
}

/// Finds a project of an organization by name; None if there is none.
pub async fn find_by_name(read: &mut ReadTx, org: OrganizationId, name: &Name) -> Result<Option<Project>> {
    let query = sqlx::query_as(sql::BY_NAME).bind(org.to_string()).bind(name.to_string());
    let row: Option<Row> = query.fetch_optional(read.conn()).await?;
    row.map(project).transpose()
}
