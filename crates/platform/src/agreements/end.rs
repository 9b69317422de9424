//! Ends an agreement early.

use serde_json::json;
use ward_model::{Action, AgreementId, OrganizationId, agreements::Agreement};
use ward_spine::{Ctx, Error, Result};

use super::{find, sql};
use crate::organizations;

/// Ends an agreement now. What runs goes on; nothing new is deployed into `phi` environments without another.
///
/// # Errors
/// `not-found`; `conflict` if it was ended already.
pub async fn end(ctx: &Ctx, organization: OrganizationId, id: AgreementId) -> Result<Agreement> {
    let found = organizations::find(&mut ctx.read().await?, organization).await?;
    let found = found.ok_or_else(|| Error::not_found("organization", organization))?;
    let permit = ctx.permit(Action::AgreementEnd, &found).await?;
    let agreement =
        find(&mut ctx.read().await?, id, ctx.now()).await?.filter(|a| a.organization == organization);
    let mut agreement = agreement.ok_or_else(|| Error::not_found("agreement", id))?;
    let now = ctx.now();
    let mut tx = permit.begin().await?;
    let done = sqlx::query(sql::END).bind(now.micros()).bind(id.to_string()).execute(tx.conn()).await?;
    if done.rows_affected() == 0 {
        return Err(Error::conflict("the agreement was ended already", "list agreements to see when"));
    }
    tx.commit(json!({ "agreement": id })).await?;
    agreement.ended_at = Some(now);
    agreement.active = false;
    Ok(agreement)
}
