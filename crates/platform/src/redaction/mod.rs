//! Masking: PHI is taken out of an app's log before a line is stored, shown or shipped.
//!
//! The finding is the library `ward_redact`; here is what Ward adds: a policy for each app with its floors, the
//! environment's key for pseudonyms, counts without values, an alert when an app begins to log what it did not log
//! before, and the quarantine of lines that can't be handled.
//!
//! Invariants: no line reaches the log store unread; a line that can't be read is sealed aside, not passed; a policy
//! that can't be had holds lines back rather than letting them through (45 CFR 164.502(b), 164.514(b)(2)).

mod compile;
mod counts;
mod floors;
mod masker;
mod policy;
mod rise;
pub(crate) mod sql;

pub(crate) use counts::note;
pub use counts::report;
pub(crate) use masker::{Aside, Masker};
pub use policy::{get, set};
pub(crate) use rise::calm;

use ward_model::{AppId, EnvironmentId, OrganizationId};
use ward_spine::{Error, ReadTx, Result};

/// What masking needs to know of an app.
pub(crate) struct Masked {
    name: String,
    organization: OrganizationId,
    environment: EnvironmentId,
}

async fn masked(read: &mut ReadTx, app: AppId) -> Result<Masked> {
    let row: Option<(String, String, String)> =
        sqlx::query_as(sql::APP).bind(app.to_string()).fetch_optional(read.conn()).await?;
    let (name, organization, environment) = row.ok_or_else(|| Error::not_found("app", app))?;
    Ok(Masked { name, organization: organization.parse()?, environment: environment.parse()? })
}

#[cfg(test)]
mod tests;
