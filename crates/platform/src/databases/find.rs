//! Finds databases, for verbs and loops. Asks no permit: whoever shows what is found does.

use ward_model::{AppId, DatabaseId, EnvironmentId, Name, databases::Database};
use ward_spine::{ReadTx, Result};

use super::{
    row::{Row, Stored},
    sql,
};

/// Finds a database; None if there is none.
pub async fn find(read: &mut ReadTx, id: DatabaseId) -> Result<Option<Database>> {
    Ok(stored(read, id).await?.map(|s| s.database))
}

/// Finds a database of an environment by name; None if there is none.
pub async fn find_by_name(
    read: &mut ReadTx,
    environment: EnvironmentId,
    name: &Name,
) -> Result<Option<Database>> {
    let query = sqlx::query_as(sql::BY_NAME).bind(environment.to_string()).bind(name.to_string());
    let row: Option<Row> = query.fetch_optional(read.conn()).await?;
    Ok(filled(read, row).await?.map(|s| s.database))
}

/// Finds a database with all that the loops need.
pub(super) async fn stored(read: &mut ReadTx, id: DatabaseId) -> Result<Option<Stored>> {
    let row: Option<Row> = sqlx::query_as(sql::FIND).bind(id.to_string()).fetch_optional(read.conn()).await?;
    filled(read, row).await
}

/// The same, even if it was destroyed.
pub(super) async fn stored_ever(read: &mut ReadTx, id: DatabaseId) -> Result<Option<Stored>> {
    let row: Option<Row> =
        sqlx::query_as(sql::FIND_EVER).bind(id.to_string()).fetch_optional(read.conn()).await?;
    filled(read, row).await
}

/// All databases that are not destroyed.
pub(super) async fn all(read: &mut ReadTx) -> Result<Vec<Stored>> {
    let rows: Vec<Row> = sqlx::query_as(sql::LIVING).fetch_all(read.conn()).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let mut stored = row.stored(Vec::new())?;
        stored.database.apps = apps(read, stored.database.id).await?;
        all.push(stored);
    }
    Ok(all)
}

async fn filled(read: &mut ReadTx, row: Option<Row>) -> Result<Option<Stored>> {
    let Some(row) = row else { return Ok(None) };
    let mut stored = row.stored(Vec::new())?;
    stored.database.apps = apps(read, stored.database.id).await?;
    Ok(Some(stored))
}

async fn apps(read: &mut ReadTx, id: DatabaseId) -> Result<Vec<AppId>> {
    Ok(attachments(read, id).await?.into_iter().map(|a| a.app).collect())
}

/// An app that the database is attached to.
pub(super) struct Attachment {
    pub(super) app: AppId,
    pub(super) role: String,
    pub(super) password: Vec<u8>,
    pub(super) ready: bool,
}

/// Apps that the database is attached to.
pub(super) async fn attachments(read: &mut ReadTx, id: DatabaseId) -> Result<Vec<Attachment>> {
    let query = sqlx::query_as(sql::ATTACHMENTS).bind(id.to_string());
    let rows: Vec<(String, String, Vec<u8>, i64)> = query.fetch_all(read.conn()).await?;
    let read = |(app, role, password, ready): (String, String, Vec<u8>, i64)| {
        Ok(Attachment { app: app.parse()?, role, password, ready: ready != 0 })
    };
    rows.into_iter().map(read).collect()
}
