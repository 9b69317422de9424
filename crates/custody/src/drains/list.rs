//! Shows drains and how far they are.

use ward_model::{DrainId, OrganizationId, Page, PageQuery, drains::Drain};
use ward_spine::{Ctx, Result};

use super::{Deed, Row, deed, find, measured, require_organization, sql};

/// Drains of an organization, or the platform's own.
///
/// # Errors
/// `not-found` if there is no such organization.
pub async fn list(ctx: &Ctx, organization: Option<OrganizationId>, page: &PageQuery) -> Result<Page<Drain>> {
    if let Some(id) = organization {
        require_organization(&mut ctx.read().await?, id).await?;
    }
    let (action, target) = deed(Deed::Read, organization);
    ctx.permit(action, &target).await?;
    let rows: Vec<Row> = sqlx::query_as(sql::LIST)
        .bind(organization.map(|id| id.to_string()).unwrap_or_default())
        .bind(page.cursor.clone().unwrap_or_default())
        .bind(i64::from(page.limit()) + 1)
        .fetch_all(ctx.read().await?.conn())
        .await?;
    let now = ctx.now();
    let mut drains = Vec::new();
    for row in rows {
        drains.push(measured(ctx, &row.read(now)?.drain).await?);
    }
    Ok(Page::from_rows(drains, page.limit(), |d| d.id.to_string()))
}

/// One drain.
///
/// # Errors
/// `not-found`.
pub async fn get(ctx: &Ctx, id: DrainId) -> Result<Drain> {
    let stored = find(ctx, id).await?;
    let (action, target) = deed(Deed::Read, stored.drain.organization);
    ctx.permit(action, &target).await?;
    stored.require()?;
    measured(ctx, &stored.drain).await
}
