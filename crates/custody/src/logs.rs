//! Which logs there are: the platform's, and one for each organization.

use ward_ledger::{Series, Shard};
use ward_model::{OrganizationId, Timestamp, retention::LogName};
use ward_spine::{Core, Error, ReadTx, Result};

/// The log of an organization that exists, or the platform's.
///
/// # Errors
/// `not-found` if there is no such organization.
pub(crate) async fn find(read: &mut ReadTx, organization: Option<OrganizationId>) -> Result<LogName> {
    let Some(id) = organization else { return Ok(LogName::Platform) };
    let row: Option<(String,)> = sqlx::query_as("select id from organizations where id = $1")
        .bind(id.to_string())
        .fetch_optional(read.conn())
        .await?;
    row.map(|_| LogName::Organization(id)).ok_or_else(|| Error::not_found("organization", id))
}

/// All logs that have entries, with their series.
pub(crate) fn all(core: &Core) -> Result<Vec<(LogName, Series)>> {
    let mut found = Vec::new();
    for name in core.audit.logs() {
        if let Some(series) = core.audit.series(&name) {
            found.push((name.parse()?, series));
        }
    }
    Ok(found)
}

/// The series of one log; none before its first entry.
pub(crate) fn series(core: &Core, log: LogName) -> Option<Series> {
    core.audit.series(&log.to_string())
}

/// A time of the ledger (milliseconds) as one of the store (microseconds).
pub(crate) fn time(millis: i64) -> Timestamp {
    Timestamp::from_micros(millis.saturating_mul(1000))
}

/// When a shard was closed. Its last entry was made within that millisecond.
pub(crate) fn closed_at(shard: &Shard) -> Option<Timestamp> {
    shard.closed.map(|millis| time(millis.saturating_add(1)))
}
