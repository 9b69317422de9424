//! Removes one closed shard from this machine. The archive keeps it.

use serde_json::json;
use ward_ledger::{Series, Shard, series::marker};
use ward_model::{
    Action,
    retention::{Hold, LogName},
};
use ward_spine::{Ctx, Error, Result, WriteTx};

use super::{Facts, Policy, may_prune, policy};
use crate::{
    archive::{self, Kept, Place, PlaceError},
    holds, logs,
};

fn action(log: LogName) -> Action {
    match log {
        LogName::Platform => Action::PlatformShardPrune,
        LogName::Organization(_) => Action::ShardPrune,
    }
}

fn facts<'a>(ctx: &Ctx, kept: &Kept, shard: &Shard, policy: &'a Policy, holds: &'a [Hold]) -> Facts<'a> {
    Facts {
        opened: logs::time(shard.opened),
        closed: logs::closed_at(shard),
        verified: kept.archived.and(kept.verified),
        locked_until: kept.locked_until,
        policy,
        holds,
        now: ctx.now(),
    }
}

/// Removes a shard if everything allows it; says so, or nothing.
///
/// Nothing is taken on trust: the object is read back and verified just before, and policy and holds are looked at
/// again inside the transaction that removes, which a new hold has to wait for.
pub(super) async fn prune(
    ctx: &Ctx,
    place: &Place,
    log: LogName,
    series: &Series,
    shard: &Shard,
) -> Result<Option<String>, PlaceError> {
    let mut read = ctx.read().await?;
    let Some(kept) = archive::find(read.conn(), log, &shard.name).await? else { return Ok(None) };
    let (now_policy, standing) = (policy(read.conn(), log).await?, holds::standing(&mut read, log).await?);
    drop(read);
    if kept.place != place.shown() || may_prune(&facts(ctx, &kept, shard, &now_policy, &standing)).is_err() {
        return Ok(None);
    }
    drop(archive::read_back(ctx, place, &kept, &shard.key).await?);
    let kept = archive::verified(ctx, place, &kept).await?;
    let checkpoint = series.checkpoint(&shard.name).map_err(|e| PlaceError::Ward(e.to_string()))?;
    let detail = json!({
        "log": log, "shard": shard.name, "object": kept.object, "sha256": kept.sha256, "archive": kept.place,
        "kept_until": now_policy.months.until(kept.closed), "locked_until": kept.locked_until, "pruning": now_policy.pruning,
    });
    let mut tx = ctx.permit_with(action(log), &log.target(), detail).await?.begin().await?;
    let standing = holds::standing_on(tx.conn(), log).await?;
    let then_policy = policy(tx.conn(), log).await?;
    if let Err(why) = may_prune(&facts(ctx, &kept, shard, &then_policy, &standing)) {
        // Dropped, the transaction is recorded as failed: nothing was removed.
        return Ok(Some(format!("{log}/{} stays after all: {why}", shard.name)));
    }
    remove(ctx, series, shard, &kept, &checkpoint)?;
    // Before anything else can fail: the next pass then records the end.
    series.archived(&shard.name);
    pruned(ctx, &mut tx, &kept).await?;
    tx.commit(json!({ "shard": shard.name, "entries": kept.entries, "root": kept.root })).await?;
    Ok(Some(format!("{log}/{}: removed from this machine, archived at {}", shard.name, kept.place)))
}

/// The marker first, then the folder goes at once: a crash leaves the shard, or the marker in its place.
fn remove(
    ctx: &Ctx,
    series: &Series,
    shard: &Shard,
    kept: &Kept,
    checkpoint: &str,
) -> Result<(), PlaceError> {
    let doing = || PlaceError::disk(format!("removing {}", shard.dir.display()));
    archive::write_marker(series.dir(), shard, kept, checkpoint, ctx.now()).map_err(doing())?;
    archive::move_out(ctx, series.dir(), shard, kept).map_err(doing())
}

async fn pruned(ctx: &Ctx, tx: &mut WriteTx, kept: &Kept) -> Result<()> {
    sqlx::query(archive::sql::PRUNED)
        .bind(ctx.now().micros())
        .bind(kept.log.to_string())
        .bind(kept.shard.clone())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Records a removal that was cut off after the folder went and before its end was recorded.
pub(super) async fn finish(
    ctx: &Ctx,
    log: LogName,
    series: &Series,
    shard: &Shard,
) -> Result<Option<String>> {
    let kept = archive::find(ctx.read().await?.conn(), log, &shard.name).await?;
    let Some(kept) = kept.filter(|kept| kept.pruned.is_none()) else { return Ok(None) };
    if !marker(series.dir(), &shard.name).is_file() {
        return Err(Error::internal(
            "looking after the ledger",
            format!("shard {} of {log} is missing", shard.name),
        ));
    }
    let detail = json!({ "log": log, "shard": shard.name, "finished_after_a_crash": true });
    let mut tx = ctx.permit_with(action(log), &log.target(), detail).await?.begin().await?;
    pruned(ctx, &mut tx, &kept).await?;
    series.archived(&shard.name);
    tx.commit(json!({ "shard": shard.name, "entries": kept.entries, "root": kept.root })).await?;
    Ok(Some(format!("{log}/{}: its removal is recorded", shard.name)))
}
