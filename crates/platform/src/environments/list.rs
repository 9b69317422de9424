//! Lists environments, and shows one.

use ward_model::{Action, EnvironmentId, Page, PageQuery, ProjectId, environments::Environment};
use ward_spine::{Ctx, Error, Result};

use super::{Row, must, sql, stored};
use crate::{
    projects,
    sql::{cursor, fetch},
};

/// Environments of a project.
///
/// # Errors
/// `not-found` if there is no such project.
pub async fn list(ctx: &Ctx, project: ProjectId, page: &PageQuery) -> Result<Page<Environment>> {
    let found = projects::find(&mut ctx.read().await?, project).await?;
    let found = found.ok_or_else(|| Error::not_found("project", project))?;
    ctx.permit(Action::EnvironmentList, &found).await?;
    let mut read = ctx.read().await?;
    let query = sqlx::query_as(sql::LIST).bind(project.to_string()).bind(cursor(page)).bind(fetch(page));
    let rows: Vec<Row> = query.fetch_all(read.conn()).await?;
    let rows = rows.into_iter().map(|r| Ok(stored(r)?.environment)).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(rows, page.limit(), |e| e.id.to_string()))
}

/// One environment.
///
/// # Errors
/// `not-found` if there is none that the principal may know of.
pub async fn get(ctx: &Ctx, id: EnvironmentId) -> Result<Environment> {
    let environment = must(ctx, id).await?.environment;
    ctx.permit(Action::EnvironmentRead, &environment).await?;
    Ok(environment)
}
