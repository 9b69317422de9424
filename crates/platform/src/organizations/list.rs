//! Lists organizations, and shows one.

use ward_model::{Action, OrganizationId, Page, PageQuery, Target, organizations::Organization};
use ward_spine::{Ctx, Error, Result};

use super::{Row, find, organization, sql};
use crate::sql::{cursor, fetch};

/// Organizations that the user holds a role in; all of them for the operator.
///
/// # Errors
/// Those of the gate.
pub async fn list(ctx: &Ctx, page: &PageQuery) -> Result<Page<Organization>> {
    ctx.permit(Action::OrganizationList, &Target::platform()).await?;
    let mut read = ctx.read().await?;
    let rows: Vec<Row> = match ctx.who().user() {
        Some(user) => {
            let query =
                sqlx::query_as(sql::OF_USER).bind(cursor(page)).bind(user.to_string()).bind(fetch(page));
            query.fetch_all(read.conn()).await?
        }
        None => {
            sqlx::query_as(sql::ALL_OF_THEM)
                .bind(cursor(page))
                .bind(fetch(page))
                .fetch_all(read.conn())
                .await?
        }
    };
    let rows = rows.into_iter().map(organization).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(rows, page.limit(), |o| o.id.to_string()))
}

/// One organization.
///
/// # Errors
/// `not-found` if there is none that the principal may know of.
pub async fn get(ctx: &Ctx, id: OrganizationId) -> Result<Organization> {
    let found = find(&mut ctx.read().await?, id).await?;
    let organization = found.ok_or_else(|| Error::not_found("organization", id))?;
    ctx.permit(Action::OrganizationRead, &organization).await?;
    Ok(organization)
}
