//! Lists databases, and shows one.

use std::collections::BTreeMap;

use ward_model::{Action, AppId, DatabaseId, EnvironmentId, Page, PageQuery, databases::Database};
use ward_spine::{Ctx, Error, Result};

use super::{row::Row, sql};
use crate::{
    environments,
    sql::{cursor, fetch},
};

/// Databases of an environment.
///
/// # Errors
/// `not-found` if there is no such environment.
pub async fn list(ctx: &Ctx, environment: EnvironmentId, page: &PageQuery) -> Result<Page<Database>> {
    let found = environments::must(ctx, environment).await?.environment;
    ctx.permit(Action::DatabaseList, &found).await?;
    let mut read = ctx.read().await?;
    let query = sqlx::query_as(sql::ATTACHED_IN).bind(environment.to_string());
    let pairs: Vec<(String, String)> = query.fetch_all(read.conn()).await?;
    let mut apps: BTreeMap<DatabaseId, Vec<AppId>> = BTreeMap::new();
    for (database, app) in pairs {
        apps.entry(database.parse()?).or_default().push(app.parse()?);
    }
    let query = sqlx::query_as(sql::LIST).bind(environment.to_string()).bind(cursor(page)).bind(fetch(page));
    let rows: Vec<Row> = query.fetch_all(read.conn()).await?;
    let read = |row: Row| {
        let mut database = row.stored(Vec::new())?.database;
        database.apps = apps.remove(&database.id).unwrap_or_default();
        Ok(database)
    };
    let rows = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(rows, page.limit(), |d| d.id.to_string()))
}

/// One database.
///
/// # Errors
/// `not-found` if there is none that the principal may know of.
pub async fn get(ctx: &Ctx, id: DatabaseId) -> Result<Database> {
    let found =
        super::find(&mut ctx.read().await?, id).await?.ok_or_else(|| Error::not_found("database", id))?;
    ctx.permit(Action::DatabaseRead, &found).await?;
    Ok(found)
}
