//! Granting a role.

use serde_json::json;
use ward_model::{
    Action, ErrorCode, OrganizationId, Principal, ResourceKind, Role, Target,
    users::{Grant, NewGrant},
};
use ward_spine::{Ctx, Error, Result};

use super::sql;
use crate::users;

/// Grants a role on the organization or below. `scope` is the resource that [`NewGrant`] names, resolved by the door.
pub async fn create(ctx: &Ctx, organization: OrganizationId, new: NewGrant, scope: Target) -> Result<Grant> {
    let detail = json!({ "user": new.user, "role": new.role, "scope": new.scope_id });
    let permit = ctx.permit_with(Action::GrantCreate, &Target::organization(organization), detail).await?;
    let allowed = [ResourceKind::Organization, ResourceKind::Project, ResourceKind::Environment];
    if !allowed.contains(&scope.kind)
        || scope.kind != new.scope_kind
        || scope.id != new.scope_id
        || scope.organization != Some(organization)
    {
        return Err(Error::invalid(
            "a role is granted on this organization, a project or an environment of it",
            "name one of these by its id",
        ));
    }
    if ctx.who().user() == Some(new.user) {
        return Err(Error::conflict("nobody grants a role to themselves", "ask another owner or admin"));
    }
    may_give(ctx, organization, new.role).await?;
    let mut tx = permit.begin().await?;
    users::sql::by_id(tx.conn(), new.user)
        .await?
        .filter(|a| a.user.disabled_at.is_none())
        .ok_or_else(|| Error::not_found("user", new.user))?;
    let grant = sql::insert(&mut tx, ctx, new.user, new.role, &scope).await?;
    tx.commit(json!({ "grant": grant.id, "user": new.user, "role": new.role, "scope": new.scope_id }))
        .await?;
    Ok(grant)
}

/// Only an owner makes owners: an admin must not be able to rise.
pub(crate) async fn may_give(ctx: &Ctx, organization: OrganizationId, role: Role) -> Result<()> {
    if role != Role::Owner || is_owner(ctx, organization).await? {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::Forbidden,
        "only an owner grants or revokes the role owner",
        "ask an owner of the organization",
    ))
}

async fn is_owner(ctx: &Ctx, organization: OrganizationId) -> Result<bool> {
    let Principal::User { id, .. } = ctx.who() else { return Ok(*ctx.who() == Principal::Operator) };
    let held = sql::of_user(&mut ctx.read().await?, *id).await?;
    Ok(held.iter().any(|g| {
        g.role == Role::Owner
            && (g.scope_kind == ResourceKind::Platform
                || (g.scope_kind == ResourceKind::Organization && g.organization == Some(organization)))
    }))
}
