//! Disabling a user: ends every session and token at once (45 CFR 164.308(a)(3)(ii)(C), termination).

use serde_json::json;
use ward_model::{Action, OrganizationId, Target, UserId, users::User};
use ward_spine::{Ctx, Error, Result};

use super::sql;
use crate::grants;

/// Disables a user of the organization.
pub async fn disable(ctx: &Ctx, organization: OrganizationId, id: UserId) -> Result<User> {
    let permit = ctx
        .permit_with(Action::UserDisable, &Target::organization(organization), json!({ "user": id }))
        .await?;
    if ctx.who().user() == Some(id) {
        return Err(Error::conflict("you can't disable yourself", "ask another owner or admin"));
    }
    let mut tx = permit.begin().await?;
    let account = sql::by_id(tx.conn(), id)
        .await?
        .filter(|a| a.organization.as_deref() == Some(organization.to_string().as_str()));
    let account = account.ok_or_else(|| Error::not_found("user", id))?;
    grants::sql::revoke_all_checked(&mut tx, ctx, organization, id).await?;
    sql::disable(&mut tx, id, ctx.now()).await?;
    tx.commit(json!({ "user": id })).await?;
    Ok(User { disabled_at: account.user.disabled_at.or(Some(ctx.now())), ..account.user })
}
