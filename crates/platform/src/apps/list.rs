//! Lists apps, and shows one.

use ward_model::{Action, AppId, EnvironmentId, Page, PageQuery, apps::App};
use ward_spine::{Ctx, Result};

use super::{Row, must, sql, stored};
use crate::{
    environments,
    sql::{cursor, fetch},
};

/// Apps of an environment.
///
/// # Errors
/// `not-found` if there is no such environment.
pub async fn list(ctx: &Ctx, environment: EnvironmentId, page: &PageQuery) -> Result<Page<App>> {
    let found = environments::must(ctx, environment).await?;
    ctx.permit(Action::AppList, &found.environment).await?;
    let mut read = ctx.read().await?;
    let query = sqlx::query_as(sql::LIST).bind(environment.to_string()).bind(cursor(page)).bind(fetch(page));
    let rows: Vec<Row> = query.fetch_all(read.conn()).await?;
    let rows = rows.into_iter().map(|r| Ok(stored(ctx.settings(), r)?.app)).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(rows, page.limit(), |a| a.id.to_string()))
}

/// One app.
///
/// # Errors
/// `not-found` if there is none that the principal may know of.
pub async fn get(ctx: &Ctx, id: AppId) -> Result<App> {
    let app = must(ctx, id).await?.app;
    ctx.permit(Action::AppRead, &app).await?;
    Ok(app)
}
