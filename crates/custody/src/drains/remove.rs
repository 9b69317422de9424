//! Removes a drain.

use serde_json::json;
use ward_model::DrainId;
use ward_spine::{Ctx, Error, Result};

use super::{Deed, deed, find, reconcile, sql};

/// Stops sending for good and destroys the drain's secrets with their key. Files that it wrote stay.
///
/// # Errors
/// `not-found`.
pub async fn remove(ctx: &Ctx, id: DrainId) -> Result<()> {
    let found = find(ctx, id).await?;
    let (action, target) = deed(Deed::Remove, found.drain.organization);
    let detail = json!({ "drain": id, "name": found.drain.name });
    let permit = ctx.permit_with(action, &target, detail).await?;
    found.require()?;
    let mut tx = permit.begin().await?;
    let removed =
        sqlx::query(sql::REMOVE).bind(ctx.now().micros()).bind(id.to_string()).execute(tx.conn()).await?;
    if removed.rows_affected() == 0 {
        return Err(Error::not_found("drain", id));
    }
    sqlx::query(sql::FORGET_CURSORS).bind(id.to_string()).execute(tx.conn()).await?;
    if let Some(dek) = found.dek {
        ctx.keyring().destroy(&mut tx, dek).await?;
    }
    tx.commit(json!({ "drain": id })).await?;
    ctx.core().alerts.clear(&reconcile::topic(id)).await?;
    ctx.wake(reconcile::NAME);
    Ok(())
}
