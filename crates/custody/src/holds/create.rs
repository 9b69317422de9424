//! Puts a legal hold on a log.

use serde_json::json;
use ward_model::{
    Action, HoldId, OrganizationId,
    retention::{Hold, LogName, NewHold},
};
use ward_spine::{Ctx, Error, Result};

use super::sql;
use crate::{archive, logs, text};

/// Puts a hold on. It counts from the commit on: what is pruned meanwhile waits for it.
///
/// # Errors
/// `not-found` if there is no such organization; `invalid` for empty texts or a range that ends before it begins.
pub async fn create(ctx: &Ctx, organization: Option<OrganizationId>, new: NewHold) -> Result<Hold> {
    let log = logs::find(&mut ctx.read().await?, organization).await?;
    let action = match log {
        LogName::Platform => Action::PlatformHoldCreate,
        LogName::Organization(_) => Action::HoldCreate,
    };
    let detail =
        json!({ "log": log, "name": new.name, "reason": new.reason, "from": new.from, "to": new.to });
    let permit = ctx.permit_with(action, &log.target(), detail).await?;
    text::line("name", &new.name, 80)?;
    text::line("reason", &new.reason, 500)?;
    if new.from.zip(new.to).is_some_and(|(from, to)| to <= from) {
        return Err(Error::invalid("the hold would end before it begins", "give a `to` after `from`"));
    }
    let hold = Hold {
        id: ctx.id::<HoldId>(),
        log,
        name: new.name,
        reason: new.reason,
        from: new.from,
        to: new.to,
        created_at: ctx.now(),
        created_by: ctx.who().user(),
        released_at: None,
        released_by: None,
        release_reason: None,
    };
    let mut tx = permit.begin().await?;
    sqlx::query(sql::INSERT)
        .bind(hold.id.to_string())
        .bind(log.to_string())
        .bind(hold.name.clone())
        .bind(hold.reason.clone())
        .bind(hold.from.map(|t| t.micros()))
        .bind(hold.to.map(|t| t.micros()))
        .bind(hold.created_at.micros())
        .bind(hold.created_by.map(|u| u.to_string()))
        .execute(tx.conn())
        .await?;
    tx.commit(json!({ "hold": hold.id })).await?;
    // Its objects in the archive are to be held too.
    ctx.wake(archive::LOOP);
    Ok(hold)
}
