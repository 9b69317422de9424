//! Seeing grants.

use ward_model::{Action, OrganizationId, Page, PageQuery, Target, users::Grant};
use ward_spine::{Ctx, Result};

use super::sql;

/// Grants in an organization.
pub async fn list(ctx: &Ctx, organization: OrganizationId, page: &PageQuery) -> Result<Page<Grant>> {
    ctx.permit(Action::GrantList, &Target::organization(organization)).await?;
    let rows = sql::in_organization(
        &mut ctx.read().await?,
        organization,
        page.cursor.as_deref().unwrap_or_default(),
        page.limit() + 1,
    )
    .await?;
    Ok(Page::from_rows(rows, page.limit(), |g| g.id.to_string()))
}
