//! Releases a legal hold.

use serde_json::json;
use ward_model::{
    Action, HoldId,
    retention::{Hold, LogName, ReleaseHold},
};
use ward_spine::{Ctx, Error, Result};

use super::{Row, hold, sql};
use crate::{archive, retention, text};

/// Releases a hold, with a reason for the record. What only it kept may be pruned afterwards, if a policy says so.
///
/// # Errors
/// `not-found`; `conflict` if it was released already; `invalid` without a reason.
pub async fn release(ctx: &Ctx, id: HoldId, wish: ReleaseHold) -> Result<Hold> {
    let row: Option<Row> =
        sqlx::query_as(sql::FIND).bind(id.to_string()).fetch_optional(ctx.read().await?.conn()).await?;
    let found = row.map(hold).transpose()?.ok_or_else(|| Error::not_found("legal hold", id))?;
    let action = match found.log {
        LogName::Platform => Action::PlatformHoldRelease,
        LogName::Organization(_) => Action::HoldRelease,
    };
    let detail = json!({ "log": found.log, "hold": id, "reason": wish.reason });
    let permit = ctx.permit_with(action, &found.log.target(), detail).await?;
    text::line("reason", &wish.reason, 500)?;
    let released = Hold {
        released_at: Some(ctx.now()),
        released_by: ctx.who().user(),
        release_reason: Some(wish.reason),
        ..found
    };
    let mut tx = permit.begin().await?;
    let done = sqlx::query(sql::RELEASE)
        .bind(released.released_at.map(|t| t.micros()))
        .bind(released.released_by.map(|u| u.to_string()))
        .bind(released.release_reason.clone())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::conflict("the hold was released already", "list holds to see when and why"));
    }
    tx.commit(json!({ "hold": id })).await?;
    ctx.wake(archive::LOOP);
    ctx.wake(retention::LOOP);
    Ok(released)
}
