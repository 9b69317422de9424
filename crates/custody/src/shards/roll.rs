//! Closes the shard of a log and goes on in the next.

use serde_json::json;
use ward_ledger::{Series, Shard};
use ward_model::{
    Action, OrganizationId,
    retention::{LogName, ShardStatus},
};
use ward_spine::{Ctx, Error, Result};

use super::next;
use crate::{archive, logs};

/// Replaces the key of a log now: closes its shard and goes on in the next, under a new key.
///
/// # Errors
/// `not-found` if there is no such organization; `conflict` if its log has no entry yet.
pub async fn rotate(ctx: &Ctx, organization: Option<OrganizationId>) -> Result<ShardStatus> {
    let log = logs::find(&mut ctx.read().await?, organization).await?;
    let shard = roll(ctx, log, "rotated").await?;
    archive::status_of(ctx, log, &shard.name).await
}

/// Rolls a log. The attempt is the last entry but one of the old shard, its outcome one of the first of the new one.
pub(super) async fn roll(ctx: &Ctx, log: LogName, why: &str) -> Result<Shard> {
    let action = match log {
        LogName::Platform => Action::PlatformShardRoll,
        LogName::Organization(_) => Action::ShardRoll,
    };
    let permit = ctx.permit_with(action, &log.target(), json!({ "log": log, "why": why })).await?;
    let series: Series = logs::series(ctx.core(), log).ok_or_else(|| {
        Error::conflict("the log has no entry yet", "it begins with the first thing that is done")
    })?;
    let (from, now) = (series.current_shard(), ctx.now());
    let to = next(&from, now)?;
    // Everything else that waits for the ledger waits for this; the store is not needed for it.
    let shard = series
        .roll(&to, now.micros().div_euclid(1000))
        .await
        .map_err(|e| Error::unavailable(format!("the log can't go on in {to}; it goes on in {from}"), e))?;
    let tx = permit.begin().await?;
    tx.commit(json!({ "log": log, "from": &*from, "to": shard.name, "key": shard.key.to_string() })).await?;
    ctx.wake(archive::LOOP);
    Ok(shard)
}
