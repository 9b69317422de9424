//! Carries out a destruction: server, volume, backups, and the keys last, when nothing can use them.

use serde_json::json;
use ward_model::{Action, KeyId};
use ward_spine::{Ctx, Error, Result, engine::Engine, events::NewEvent};

use super::{LOOP, backups, container, engine_problem as failed, row::Stored, sql};
use crate::network;

/// Removes everything of a database. Can be called again after a crash at any point.
pub(super) async fn remove(ctx: &Ctx, engine: &dyn Engine, stored: &Stored) -> Result<()> {
    let database = &stored.database;
    let (id, name) = (database.id, container(database.id));
    engine.remove(&name).await.map_err(failed)?;
    engine.destroy_volume(&name).await.map_err(failed)?;
    let keyring = ctx.keyring();
    let of_database = backups::all(&mut ctx.read().await?, id).await?;
    if stored.destroy_backups {
        let directory = backups::directory(ctx, id);
        match tokio::fs::remove_dir_all(&directory).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::internal(format!("deleting {}", directory.display()), error));
            }
            _ => {}
        }
    }
    let mut tx = ctx.permit(Action::DatabaseAdvance, database).await?.begin().await?;
    let mut keys: Vec<KeyId> = vec![stored.dek];
    if stored.destroy_backups {
        keys.extend(of_database.iter().map(|b| b.dek));
        backups::set_destroyed(ctx, &mut tx, id).await?;
    }
    for key in &keys {
        keyring.destroy(&mut tx, *key).await?;
    }
    sqlx::query(sql::DETACH_ALL).bind(id.to_string()).execute(tx.conn()).await?;
    network::release_addresses(&mut tx, &id.to_string()).await?;
    network::release_uid_range(&mut tx, &id.to_string()).await?;
    sqlx::query(sql::SET_DESTROYED)
        .bind(ctx.now().micros())
        .bind(Vec::<u8>::new())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    tx.tell(NewEvent {
        kind: "database.state".into(),
        organization: Some(database.organization),
        subject: id.to_string(),
        text: format!("database {} is destroyed, and its key with it", database.name),
        data: json!({ "state": "destroyed" }),
    });
    tx.commit(json!({ "destroyed": id, "keys_destroyed": keys })).await?;
    tracing::info!(database = %id, loop_name = LOOP, "destroyed");
    ctx.wake("network");
    ctx.wake("environments");
    Ok(())
}
