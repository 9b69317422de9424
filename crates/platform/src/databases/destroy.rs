//! Destroys a database: its key goes, and with it the data (NIST SP 800-88, cryptographic erase).

use serde_json::json;
use ward_model::{
    Action, DatabaseId, EnvironmentId,
    databases::{Database, DatabaseState},
};
use ward_spine::{Ctx, Error, ReadTx, Result, WriteTx};

use super::{LOOP, sql, told};

/// What becomes of the backups of a database that is destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backups {
    /// Their keys are destroyed and their files deleted: what is destroyed stays destroyed.
    #[default]
    Destroy,
    /// They stay and can be restored.
    Keep,
}

/// Marks a database for destruction; the loop removes server, volume and backups, then destroys the keys.
///
/// # Errors
/// `conflict` if it is being destroyed already.
pub async fn destroy(ctx: &Ctx, id: DatabaseId, backups: Backups) -> Result<Database> {
    let mut found =
        super::find(&mut ctx.read().await?, id).await?.ok_or_else(|| Error::not_found("database", id))?;
    let detail = json!({ "backups": if backups == Backups::Destroy { "destroyed" } else { "kept" } });
    let permit = ctx.permit_with(Action::DatabaseDestroy, &found, detail).await?;
    let mut tx = permit.begin().await?;
    let done = sqlx::query(sql::SET_DESTROYING)
        .bind(i64::from(backups == Backups::Destroy))
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::conflict(
            format!("{} is being destroyed already", found.name),
            "wait until it is gone",
        ));
    }
    found.state = DatabaseState::Destroying;
    found.problem = None;
    let text = format!("database {} is being destroyed", found.name);
    tx.tell(told(found.organization, id, found.state, text));
    tx.commit(json!({ "database": id })).await?;
    ctx.wake(LOOP);
    Ok(found)
}

/// Marks all databases of an environment that is destroyed, backups included. Wake [`LOOP`] after the commit.
///
/// # Errors
/// If the store fails.
pub async fn destroy_all(tx: &mut WriteTx, environment: EnvironmentId) -> Result<()> {
    sqlx::query(sql::SET_DESTROYING_IN).bind(environment.to_string()).execute(tx.conn()).await?;
    Ok(())
}

/// How many databases of an environment are not destroyed yet.
///
/// # Errors
/// If the store fails.
pub async fn count(read: &mut ReadTx, environment: EnvironmentId) -> Result<i64> {
    let query = sqlx::query_as(sql::COUNT).bind(environment.to_string());
    let (count,): (i64,) = query.fetch_one(read.conn()).await?;
    Ok(count)
}

/// How many of them nobody has asked to destroy.
///
/// # Errors
/// If the store fails.
pub async fn count_wanted(read: &mut ReadTx, environment: EnvironmentId) -> Result<i64> {
    let query = sqlx::query_as(sql::COUNT_WANTED).bind(environment.to_string());
    let (count,): (i64,) = query.fetch_one(read.conn()).await?;
    Ok(count)
}
