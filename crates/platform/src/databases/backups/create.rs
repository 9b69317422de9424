//! Asks for a backup.

use serde_json::json;
use ward_model::{
    Action, BackupId, DatabaseId,
    databases::{Backup, BackupState},
};
use ward_spine::{Ctx, Error, Result};

use super::{LOOP, sql, told};
use crate::databases::{connect::require_ready, find, sql as databases_sql};

/// Asks for a backup now; the loop makes it. The loop itself asks for those that are due.
///
/// # Errors
/// `conflict` while the database is not ready.
pub async fn create(ctx: &Ctx, database: DatabaseId) -> Result<Backup> {
    let found = find::stored(&mut ctx.read().await?, database).await?;
    let found = found.ok_or_else(|| Error::not_found("database", database))?.database;
    let permit = ctx.permit(Action::BackupCreate, &found).await?;
    require_ready(&found)?;
    let reason = if ctx.who().user().is_some() { "asked" } else { "scheduled" };
    let backup = Backup {
        id: ctx.id::<BackupId>(),
        database,
        state: BackupState::Running,
        problem: None,
        bytes: 0,
        sha256: None,
        started_at: ctx.now(),
        ended_at: None,
    };
    let mut tx = permit.begin().await?;
    let keyring = ctx.keyring();
    let kek = keyring.find_on(tx.conn(), &format!("environment {}", found.environment)).await?;
    let kek = kek.ok_or_else(|| Error::internal("asking for a backup", "its environment has no key"))?;
    let dek = keyring.create_dek(&mut tx, kek, &format!("backup {}", backup.id)).await?;
    // It may have begun to be destroyed since it was found.
    let lock =
        sqlx::query(databases_sql::IS_READY).bind(database.to_string()).fetch_optional(tx.conn()).await?;
    if lock.is_none() {
        return Err(Error::conflict(format!("{} is not ready", found.name), "use another database"));
    }
    sqlx::query(sql::INSERT)
        .bind(backup.id.to_string())
        .bind(database.to_string())
        .bind(dek.to_string())
        .bind(reason)
        .bind(backup.started_at.micros())
        .execute(tx.conn())
        .await?;
    let text = format!("backup of {} was asked for", found.name);
    tx.tell(told(found.organization, backup.id, database, backup.state, text));
    tx.commit(json!({ "backup": backup.id, "reason": reason, "key": dek })).await?;
    ctx.wake(LOOP);
    Ok(backup)
}
