//! Keeps the locks in the store in step: longer retention, legal holds.

use serde_json::json;
use ward_spine::{Ctx, Result};

use super::{Kept, Place, archive_action, carry, place::PlaceError, sql};
use crate::holds;

/// Makes the lock last as long as the retention says now. Never shorter: compliance mode would refuse it anyway.
pub(super) async fn lock(ctx: &Ctx, place: &Place, kept: &Kept) -> Result<Option<String>, PlaceError> {
    if !place.locks() {
        return Ok(None);
    }
    let until = carry::keep_until(ctx, kept.log, kept.closed).await?;
    // `keep_until` is a day ahead of now at least: what is over is not locked again day by day.
    if kept.locked_until.is_some_and(|seen| seen >= until) || ctx.now() >= over(ctx, kept).await? {
        return Ok(None);
    }
    let locked = carry::locked(place, &kept.object, kept.version.as_deref(), until).await?;
    carry::locked(place, &kept.manifest(), None, until).await?;
    let detail = json!({ "log": kept.log, "shard": kept.shard, "locked_until": locked });
    let mut tx = ctx.permit_with(archive_action(kept.log), &kept.log.target(), detail).await?.begin().await?;
    sqlx::query(sql::LOCKED)
        .bind(locked.map(|t| t.micros()))
        .bind(kept.log.to_string())
        .bind(kept.shard.clone())
        .execute(tx.conn())
        .await
        .map_err(ward_spine::Error::from)?;
    tx.commit(json!({ "shard": kept.shard, "locked_until": locked })).await?;
    Ok(Some(format!("{}/{}: locked for longer", kept.log, kept.shard)))
}

async fn over(ctx: &Ctx, kept: &Kept) -> Result<ward_model::Timestamp> {
    let policy = crate::retention::policy(ctx.read().await?.conn(), kept.log).await?;
    Ok(policy.months.until(kept.closed))
}

/// Puts a legal hold on the object while one covers its shard, and takes it off afterwards.
pub(super) async fn hold(ctx: &Ctx, place: &Place, kept: &Kept) -> Result<Option<String>, PlaceError> {
    if !place.locks() {
        return Ok(None);
    }
    let standing = holds::standing(&mut ctx.read().await?, kept.log).await?;
    let held = standing.iter().any(|hold| hold.covers(kept.opened, Some(kept.closed)));
    if held == kept.legal_hold {
        return Ok(None);
    }
    let detail = json!({ "log": kept.log, "shard": kept.shard, "legal_hold": held });
    let permit = ctx.permit_with(archive_action(kept.log), &kept.log.target(), detail).await?;
    place.hold(&kept.object, kept.version.as_deref(), held).await?;
    let mut tx = permit.begin().await?;
    sqlx::query(sql::HELD)
        .bind(i64::from(held))
        .bind(kept.log.to_string())
        .bind(kept.shard.clone())
        .execute(tx.conn())
        .await
        .map_err(ward_spine::Error::from)?;
    tx.commit(json!({ "shard": kept.shard, "legal_hold": held })).await?;
    let what = if held { "put on" } else { "taken off" };
    Ok(Some(format!("{}/{}: legal hold {what} its object", kept.log, kept.shard)))
}
