//! Lists backups, and shows one.

use ward_model::{Action, BackupId, DatabaseId, Page, PageQuery, databases::Backup};
use ward_spine::{Ctx, Error, Result};

use super::{Row, sql};
use crate::{
    databases::find,
    sql::{cursor, fetch},
};

/// Backups of a database, oldest first; also of one that was destroyed, if they were kept.
///
/// # Errors
/// `not-found` if there is no such database.
pub async fn list(ctx: &Ctx, database: DatabaseId, page: &PageQuery) -> Result<Page<Backup>> {
    let found = find::stored_ever(&mut ctx.read().await?, database).await?;
    let found = found.ok_or_else(|| Error::not_found("database", database))?;
    ctx.permit(Action::DatabaseRead, &found.database).await?;
    let mut read = ctx.read().await?;
    let query = sqlx::query_as(sql::LIST).bind(database.to_string()).bind(cursor(page)).bind(fetch(page));
    let rows: Vec<Row> = query.fetch_all(read.conn()).await?;
    let rows = rows.into_iter().map(|r| Ok(r.stored()?.backup)).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(rows, page.limit(), |b| b.id.to_string()))
}

/// One backup.
///
/// # Errors
/// `not-found` if there is none that the principal may know of.
pub async fn get(ctx: &Ctx, database: DatabaseId, id: BackupId) -> Result<Backup> {
    let found = find::stored_ever(&mut ctx.read().await?, database).await?;
    let found = found.ok_or_else(|| Error::not_found("database", database))?;
    ctx.permit(Action::DatabaseRead, &found.database).await?;
    let mut read = ctx.read().await?;
    let query = sqlx::query_as(sql::FIND).bind(id.to_string()).bind(database.to_string());
    let row: Option<Row> = query.fetch_optional(read.conn()).await?;
    Ok(row.ok_or_else(|| Error::not_found("backup", id))?.stored()?.backup)
}
