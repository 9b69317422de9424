//! Seeing users, and oneself.

use ward_model::{
    Action, OrganizationId, Page, PageQuery, Principal, Target,
    principal::Credential,
    users::{Me, User},
};
use ward_spine::{Ctx, Result};

use super::sql;
use crate::{acting_user, grants, sessions, unauthenticated};

/// Users of an organization.
pub async fn list(ctx: &Ctx, organization: OrganizationId, page: &PageQuery) -> Result<Page<User>> {
    ctx.permit(Action::UserList, &Target::organization(organization)).await?;
    let rows = sql::in_organization(
        &mut ctx.read().await?,
        organization,
        page.cursor.as_deref().unwrap_or_default(),
        page.limit() + 1,
    )
    .await?;
    Ok(Page::from_rows(rows, page.limit(), |u| u.id.to_string()))
}

/// Oneself.
pub async fn me(ctx: &Ctx) -> Result<Me> {
    let id = acting_user(ctx)?;
    ctx.permit(Action::SelfRead, &Target::user(id)).await?;
    let mut read = ctx.read().await?;
    let account = sql::by_id(read.conn(), id).await?.ok_or_else(unauthenticated)?;
    let session = match ctx.who() {
        Principal::User { credential: Credential::Session { id, .. }, .. } => {
            sessions::sql::by_id(read.conn(), *id).await?.map(|s| s.public(&account))
        }
        _ => None,
    };
    Ok(Me { grants: grants::sql::of_user(&mut read, id).await?, user: account.user, session })
}
