//! Regions: where workloads run, and whether PHI may be there (45 CFR 164.310(a)(1), facility access).
//!
//! A region is designated for PHI by an owner or admin of the platform, on the risk analysis; the designation
//! never changes, because environments were created on it.

mod create;
mod list;
pub(crate) mod sql;

pub use create::create;
pub use list::list;

use ward_model::{Name, RegionId, Timestamp, organizations::Region};
use ward_spine::{ReadTx, Result};

use crate::organizations::parse_name;

pub(crate) type Row = (String, String, String, i64, i64);

pub(crate) fn region((id, name, location, phi, created_at): Row) -> Result<Region> {
    Ok(Region {
        id: id.parse()?,
        name: parse_name(&name)?,
        location,
        phi: phi != 0,
        created_at: Timestamp::from_micros(created_at),
    })
}

/// Finds a region by name; None if there is none.
pub async fn find_by_name(read: &mut ReadTx, name: &Name) -> Result<Option<Region>> {
    let row: Option<Row> =
        sqlx::query_as(sql::BY_NAME).bind(name.to_string()).fetch_optional(read.conn()).await?;
    row.map(region).transpose()
}

/// Finds a region by id; None if there is none.
pub async fn find(read: &mut ReadTx, id: RegionId) -> Result<Option<Region>> {
    let row: Option<Row> = sqlx::query_as(sql::FIND).bind(id.to_string()).fetch_optional(read.conn()).await?;
    row.map(region).transpose()
}
