//! Agreements (45 CFR 164.308(b), 164.502(e)): whether every place for PHI stands on one.

mod before_ephi;
mod expiry;

pub(crate) use before_ephi::BeforeEphi;
pub(crate) use expiry::Expiry;

use ward_model::{OrganizationId, Timestamp};
use ward_spine::{ReadTx, Result};

use crate::sql;

/// Columns: id, organization, effective, expires, ended, hash of the document.
type Row = (String, String, i64, Option<i64>, Option<i64>, Option<String>);

/// Whether an agreement holds at a time.
fn holds(row: &Row, at: i64) -> bool {
    row.2 <= at && row.3.is_none_or(|end| at < end) && row.4.is_none_or(|end| at < end)
}

/// Whether an organization has an agreement that holds now.
pub(crate) async fn is_active(
    read: &mut ReadTx,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<bool> {
    let rows: Vec<Row> = sqlx::query_as(sql::AGREEMENTS).fetch_all(read.conn()).await?;
    let id = organization.to_string();
    Ok(rows.iter().any(|row| row.1 == id && holds(row, now.micros())))
}
