//! Taking a grant back, at once: the gate reads grants at every decision.

use serde_json::json;
use ward_model::{Action, GrantId, OrganizationId, ResourceKind, Role, Target, users::Grant};
use ward_spine::{Ctx, Error, Result, WriteTx};

use super::{create::may_give, sql};

/// Revokes a grant in the organization.
pub async fn revoke(ctx: &Ctx, organization: OrganizationId, id: GrantId) -> Result<()> {
    let permit = ctx
        .permit_with(Action::GrantRevoke, &Target::organization(organization), json!({ "grant": id }))
        .await?;
    let mut tx = permit.begin().await?;
    let grant = sql::get(&mut tx, organization, id).await?.ok_or_else(|| Error::not_found("grant", id))?;
    guard(&mut tx, ctx, organization, &grant).await?;
    sql::revoke(&mut tx, id, ctx.now()).await?;
    tx.commit(json!({ "grant": id, "user": grant.user, "role": grant.role })).await
}

/// Refuses to take the last owner of an organization away, or an owner by somebody who is none.
pub(super) async fn guard(
    tx: &mut WriteTx,
    ctx: &Ctx,
    organization: OrganizationId,
    grant: &Grant,
) -> Result<()> {
    may_give(ctx, organization, grant.role).await?;
    let owns = grant.role == Role::Owner && grant.scope_kind == ResourceKind::Organization;
    if owns && sql::other_owners(tx, organization, grant.user).await? == 0 {
        return Err(Error::conflict(
            "this is the organization's last owner",
            "make somebody else an owner first",
        ));
    }
    Ok(())
}
