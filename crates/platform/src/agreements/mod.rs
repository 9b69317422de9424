//! Agreements (business associate contracts, 45 CFR 164.308(b)(1), 164.504(e)).
//!
//! They live here because an environment stands on them: no `phi` environment is created, and nothing is
//! deployed into one, without an active agreement. A row never changes but for its early end.

mod create;
mod end;
mod list;
pub(crate) mod sql;

pub use create::create;
pub use end::end;
pub use list::list;

use ward_model::{AgreementId, DataClass, OrganizationId, Timestamp, agreements::Agreement};
use ward_spine::{Ctx, Error, ReadTx, Result};

/// Citation of the safeguard behind every refusal of this room.
pub const SAFEGUARD: &str = "45 CFR 164.308(b)(1), 164.504(e)";

pub(crate) type Row = (String, String, String, String, Option<String>, i64, Option<i64>, Option<i64>);

pub(crate) fn agreement(row: Row, now: Timestamp) -> Result<Agreement> {
    let (id, organization, counterparty, document, document_sha256, effective_at, expires_at, ended_at) = row;
    let mut agreement = Agreement {
        id: id.parse()?,
        organization: organization.parse()?,
        counterparty,
        document,
        document_sha256,
        effective_at: Timestamp::from_micros(effective_at),
        expires_at: expires_at.map(Timestamp::from_micros),
        ended_at: ended_at.map(Timestamp::from_micros),
        active: false,
    };
    agreement.active = holds(&agreement, now);
    Ok(agreement)
}

/// Whether it holds at a time: from its first moment, up to but not at its end.
fn holds(agreement: &Agreement, now: Timestamp) -> bool {
    agreement.effective_at <= now
        && agreement.expires_at.is_none_or(|end| now < end)
        && agreement.ended_at.is_none_or(|end| now < end)
}

/// Whether the organization has an agreement that holds at `now`.
pub async fn active(read: &mut ReadTx, organization: OrganizationId, now: Timestamp) -> Result<bool> {
    let query = sqlx::query_as(sql::ACTIVE).bind(organization.to_string()).bind(now.micros());
    let (count,): (i64,) = query.fetch_one(read.conn()).await?;
    Ok(count > 0)
}

/// Refuses what would bring PHI in without an agreement.
pub(crate) async fn require(ctx: &Ctx, organization: OrganizationId, class: DataClass) -> Result<()> {
    if class != DataClass::Phi || active(&mut ctx.read().await?, organization, ctx.now()).await? {
        return Ok(());
    }
    Err(Error::floor(
        SAFEGUARD,
        "the organization has no active agreement (BAA), so nothing may hold PHI for it",
        "sign one and record it: `ward agreements create`",
    ))
}

/// Finds an agreement; None if there is none.
pub(crate) async fn find(read: &mut ReadTx, id: AgreementId, now: Timestamp) -> Result<Option<Agreement>> {
    let row: Option<Row> = sqlx::query_as(sql::FIND).bind(id.to_string()).fetch_optional(read.conn()).await?;
    row.map(|row| agreement(row, now)).transpose()
}
