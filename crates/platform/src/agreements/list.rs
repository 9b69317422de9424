//! Lists agreements.

use ward_model::{Action, OrganizationId, Page, PageQuery, agreements::Agreement};
use ward_spine::{Ctx, Error, Result};

use super::{Row, agreement, sql};
use crate::{
    organizations,
    sql::{cursor, fetch},
};

/// Agreements of an organization, ended ones too.
///
/// # Errors
/// `not-found` if there is no such organization.
pub async fn list(ctx: &Ctx, organization: OrganizationId, page: &PageQuery) -> Result<Page<Agreement>> {
    let found = organizations::find(&mut ctx.read().await?, organization).await?;
    let found = found.ok_or_else(|| Error::not_found("organization", organization))?;
    ctx.permit(Action::AgreementList, &found).await?;
    let mut read = ctx.read().await?;
    let query = sqlx::query_as(sql::LIST).bind(organization.to_string()).bind(cursor(page)).bind(fetch(page));
    let rows: Vec<Row> = query.fetch_all(read.conn()).await?;
    let now = ctx.now();
    let rows = rows.into_iter().map(|row| agreement(row, now)).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(rows, page.limit(), |a| a.id.to_string()))
}
