//! Backups of a database, and restoring one into a new database.

use axum::Json;
use ward_model::{
    BackupId, DatabaseId, Page, PageQuery,
    databases::{Backup, Database, Restore},
};
use ward_platform::databases::backups;

use crate::{
    answer::{Answer, Made, accepted},
    caller::Caller,
    extract::{Input, Path, Query},
};

/// Backups of the database.
#[utoipa::path(
    get,
    path = "/v1/databases/{database}/backups",
    tag = "backups",
    params(PageQuery),
    responses((status = 200, body = Page<Backup>)),
    extensions(("x-ward-action" = json!("database:read")))
)]
pub(crate) async fn list(
    Caller(ctx): Caller,
    Path(database): Path<DatabaseId>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<Backup>> {
    Ok(Json(backups::list(&ctx, database, &page).await?))
}

/// Makes a backup now.
#[utoipa::path(
    post,
    path = "/v1/databases/{database}/backups",
    tag = "backups",
    responses((status = 202, body = Backup)),
    extensions(("x-ward-action" = json!("backup:create")))
)]
pub(crate) async fn create(Caller(ctx): Caller, Path(database): Path<DatabaseId>) -> Made<Backup> {
    accepted(backups::create(&ctx, database).await?)
}

/// One backup.
#[utoipa::path(
    get,
    path = "/v1/databases/{database}/backups/{backup}",
    tag = "backups",
    responses((status = 200, body = Backup)),
    extensions(("x-ward-action" = json!("database:read")))
)]
pub(crate) async fn read(
    Caller(ctx): Caller,
    Path((database, backup)): Path<(DatabaseId, BackupId)>,
) -> Answer<Backup> {
    Ok(Json(backups::get(&ctx, database, backup).await?))
}

/// Restores a backup into a new database of the same environment.
#[utoipa::path(
    post,
    path = "/v1/databases/{database}/restore",
    tag = "backups",
    request_body = Restore,
    responses((status = 202, body = Database)),
    extensions(("x-ward-action" = json!("backup:restore")))
)]
pub(crate) async fn restore(
    Caller(ctx): Caller,
    Path(database): Path<DatabaseId>,
    Input(wish): Input<Restore>,
) -> Made<Database> {
    accepted(backups::restore(&ctx, database, wish).await?)
}
