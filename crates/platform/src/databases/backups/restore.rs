//! Asks for a restore.

use serde_json::json;
use ward_model::{
    Action, DatabaseId,
    databases::{BackupState, Database, DatabaseState, Restore},
};
use ward_spine::{Ctx, Error, Result};

use super::{Row, sql};
use crate::{agreements, databases, databases::find, environments};

/// Creates a database in the same environment from a backup; the loops fill it. The database that the backup is
/// of is not touched, and may be gone if its backups were kept.
///
/// # Errors
/// `conflict` if there is no complete backup, or the name is taken.
pub async fn restore(ctx: &Ctx, id: DatabaseId, wish: Restore) -> Result<Database> {
    let mut read = ctx.read().await?;
    let found = find::stored_ever(&mut read, id).await?.ok_or_else(|| Error::not_found("database", id))?;
    let query = match wish.backup {
        Some(backup) => sqlx::query_as(sql::FIND).bind(backup.to_string()).bind(id.to_string()),
        None => sqlx::query_as(sql::LATEST).bind(id.to_string()),
    };
    let row: Option<Row> = query.fetch_optional(read.conn()).await?;
    drop(read);
    let source = found.database;
    let detail = json!({ "backup": wish.backup, "name": wish.name });
    let permit = ctx.permit_with(Action::BackupRestore, &source, detail).await?;
    let backup = match (row, wish.backup) {
        (Some(row), _) => row.stored()?.backup,
        (None, Some(backup)) => return Err(Error::not_found("backup", backup)),
        (None, None) => {
            let message = format!("{} has no complete backup", source.name);
            return Err(Error::conflict(message, "make one: `ward db backup`"));
        }
    };
    if backup.state != BackupState::Complete {
        let message = format!("the backup {} is {}", backup.id, backup.state.as_str());
        return Err(Error::conflict(message, "choose a complete one: `ward db backups`"));
    }
    let environment = environments::must(ctx, source.environment).await?.environment;
    environments::open(&environment)?;
    agreements::require(ctx, environment.organization, environment.data_class).await?;
    let database = Database {
        id: ctx.id::<DatabaseId>(),
        name: wish.name,
        state: DatabaseState::Restoring,
        problem: None,
        apps: Vec::new(),
        last_backup_at: None,
        created_at: ctx.now(),
        ..source
    };
    let mut tx = permit.begin().await?;
    databases::create::insert(ctx, &mut tx, &database, Some(backup.id)).await?;
    tx.commit(json!({ "database": database.id, "name": database.name, "backup": backup.id })).await?;
    ctx.wake(databases::LOOP);
    Ok(database)
}
