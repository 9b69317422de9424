//! Pauses a drain, and lets it go on.

use serde_json::json;
use ward_model::{DrainId, drains::Drain};
use ward_spine::{Ctx, Error, Result};

use super::{Deed, deed, find, measured, reconcile, sql};

/// Stops sending. What is entered meanwhile is sent when it goes on.
///
/// # Errors
/// `not-found`; `conflict` if it is paused already.
pub async fn pause(ctx: &Ctx, id: DrainId) -> Result<Drain> {
    change(ctx, id, true).await
}

/// Goes on where it was, at once, also if it was failing.
///
/// # Errors
/// `not-found`; `conflict` if it neither is paused nor fails.
pub async fn resume(ctx: &Ctx, id: DrainId) -> Result<Drain> {
    change(ctx, id, false).await
}

async fn change(ctx: &Ctx, id: DrainId, pause: bool) -> Result<Drain> {
    let stored = find(ctx, id).await?;
    let found = &stored.drain;
    let (action, target) = deed(Deed::Change, found.organization);
    let done = if pause { "pause" } else { "resume" };
    let permit = ctx.permit_with(action, &target, json!({ "drain": id, "change": done })).await?;
    stored.require()?;
    let mut tx = permit.begin().await?;
    let changed = if pause {
        sqlx::query(sql::PAUSE).bind(ctx.now().micros()).bind(id.to_string()).execute(tx.conn()).await?
    } else {
        sqlx::query(sql::RESUME).bind(id.to_string()).execute(tx.conn()).await?
    };
    let failing = found.progress.failing_since.is_some();
    if changed.rows_affected() == 0 && (pause || !failing) {
        let message = if pause { "the drain is paused already" } else { "the drain is not paused" };
        return Err(Error::conflict(message, "look at it with `ward drains show`"));
    }
    if !pause {
        sqlx::query(sql::AGAIN).bind(id.to_string()).execute(tx.conn()).await?;
    }
    tx.commit(json!({ "drain": id, "change": done })).await?;
    ctx.wake(reconcile::NAME);
    ctx.wake(&reconcile::bell(id));
    measured(ctx, found).await
}
