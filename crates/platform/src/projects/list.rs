//! Lists projects, and shows one.

use ward_model::{Action, OrganizationId, Page, PageQuery, ProjectId, organizations::Project};
use ward_spine::{Ctx, Error, Result};

use super::{Row, find, project, sql};
use crate::{
    organizations,
    sql::{cursor, fetch},
};

/// Projects of an organization.
///
/// # Errors
/// `not-found` if there is no such organization.
pub async fn list(ctx: &Ctx, organization: OrganizationId, page: &PageQuery) -> Result<Page<Project>> {
    let found = organizations::find(&mut ctx.read().await?, organization).await?;
    let found = found.ok_or_else(|| Error::not_found("organization", organization))?;
    ctx.permit(Action::ProjectList, &found).await?;
    let mut read = ctx.read().await?;
    let query = sqlx::query_as(sql::LIST).bind(organization.to_string()).bind(cursor(page)).bind(fetch(page));
    let rows: Vec<Row> = query.fetch_all(read.conn()).await?;
    let rows = rows.into_iter().map(project).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(rows, page.limit(), |p| p.id.to_string()))
}

/// One project.
///
/// # Errors
/// `not-found` if there is none that the principal may know of.
pub async fn get(ctx: &Ctx, id: ProjectId) -> Result<Project> {
    let project = find(&mut ctx.read().await?, id).await?.ok_or_else(|| Error::not_found("project", id))?;
    ctx.permit(Action::ProjectRead, &project).await?;
    Ok(project)
}
