//! Attaches a database to an app.

use serde_json::json;
use ward_model::{
    Action, AppId, DatabaseId,
    databases::{Attach, Database, DatabaseState},
};
use ward_spine::{Ctx, Error, Result, WriteTx};
use ward_vault::random;

use super::{LOOP, find, password_place, roles, sql};
use crate::apps;

/// Attaches a database to an app of the same environment: the loop makes a role for it, and the app is restarted
/// with the URL if it runs. The database that was attached last is `DATABASE_URL`; so attaching again, or
/// attaching a restored one, switches.
///
/// # Errors
/// `conflict` if the database failed or is being destroyed; `not-found` if the app is not in its environment.
pub async fn attach(ctx: &Ctx, id: DatabaseId, wish: Attach) -> Result<Database> {
    let mut read = ctx.read().await?;
    let found = find::stored(&mut read, id).await?.ok_or_else(|| Error::not_found("database", id))?;
    let app = apps::find(ctx, &mut read, wish.app).await?;
    drop(read);
    let mut database = found.database;
    let detail = json!({ "app": wish.app });
    let permit = ctx.permit_with(Action::DatabaseAttach, &database, detail).await?;
    // An app elsewhere reads like one that does not exist: the principal may not know of it.
    let app = app.filter(|a| a.app.environment == database.environment && !a.app.destroying);
    let app = app.ok_or_else(|| Error::not_found("app", wish.app))?;
    if matches!(database.state, DatabaseState::Failed | DatabaseState::Destroying) {
        let message = format!("{} is {}", database.name, database.state.as_str());
        return Err(Error::conflict(message, "attach another database"));
    }
    let role = roles::of_app(app.app.name.as_str());
    let password = random::password(roles::PASSWORD_LENGTH);
    let mut tx = permit.begin().await?;
    let place = password_place(id, &role);
    let sealed = ctx.keyring().encrypt(tx.conn(), found.dek, &place, password.as_bytes()).await?;
    sqlx::query(sql::ATTACH)
        .bind(id.to_string())
        .bind(wish.app.to_string())
        .bind(role.clone())
        .bind(sealed)
        .bind(ctx.now().micros())
        .execute(tx.conn())
        .await?;
    // Its processes get the URL only when they start.
    let deployment = apps::restart_for(ctx, &mut tx, &app, "database attached").await?.map(|d| d.id);
    tx.commit(json!({ "app": wish.app, "role": role, "deployment": deployment })).await?;
    ctx.wake(LOOP);
    ctx.wake("apps");
    ctx.wake("network");
    if !database.apps.contains(&wish.app) {
        database.apps.push(wish.app);
        database.apps.sort();
    }
    Ok(database)
}

/// Takes an app's databases from it when the app is destroyed, in the transaction that makes it a tombstone. Its roles
/// are removed by the loop: wake [`LOOP`] after the commit.
///
/// # Errors
/// If the store fails.
pub async fn detach_all(tx: &mut WriteTx, app: AppId) -> Result<()> {
    sqlx::query(sql::DETACH).bind(app.to_string()).execute(tx.conn()).await?;
    Ok(())
}
