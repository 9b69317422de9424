//! Lists the shards of a log: here, in the archive, or both.

use ward_ledger::Shard;
use ward_model::{
    Page, PageQuery,
    retention::{Hold, LogName, LogQuery, ShardState, ShardStatus},
};
use ward_spine::{Ctx, Error, Result};

use super::{Kept, of_log};
use crate::{
    holds, logs,
    retention::{self, Policy, permit_read},
};

/// Shards of a log, oldest first.
///
/// # Errors
/// `not-found` if there is no such organization.
pub async fn list(ctx: &Ctx, query: &LogQuery) -> Result<Page<ShardStatus>> {
    let log = logs::find(&mut ctx.read().await?, query.organization).await?;
    permit_read(ctx, log).await?;
    let limit = PageQuery { cursor: None, limit: query.limit }.limit();
    let mut all = all(ctx, log).await?;
    if let Some(cursor) = &query.cursor {
        let after = all.iter().position(|shard| shard.shard == *cursor).map_or(all.len(), |at| at + 1);
        all.drain(..after);
    }
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1));
    Ok(Page::from_rows(all, limit, |shard| shard.shard.clone()))
}

/// One shard.
pub(crate) async fn status_of(ctx: &Ctx, log: LogName, shard: &str) -> Result<ShardStatus> {
    let found = all(ctx, log).await?.into_iter().find(|status| status.shard == shard);
    found.ok_or_else(|| Error::not_found("shard", shard))
}

async fn all(ctx: &Ctx, log: LogName) -> Result<Vec<ShardStatus>> {
    let mut read = ctx.read().await?;
    let kept = of_log(&mut read, log).await?;
    let holds = holds::standing(&mut read, log).await?;
    let policy = retention::policy(read.conn(), log).await?;
    let shards = logs::series(ctx.core(), log).map(|series| series.shards()).unwrap_or_default();
    let one =
        |shard: &Shard| status(log, shard, kept.iter().find(|k| k.shard == shard.name), &holds, &policy);
    Ok(shards.iter().map(one).collect())
}

fn status(log: LogName, shard: &Shard, kept: Option<&Kept>, holds: &[Hold], policy: &Policy) -> ShardStatus {
    let (opened_at, closed_at) = (logs::time(shard.opened), logs::closed_at(shard));
    let state = match (closed_at, kept) {
        (None, _) => ShardState::Open,
        (_, _) if shard.archived => ShardState::Pruned,
        (_, None) => ShardState::Closed,
        (_, Some(kept)) if kept.archived.is_some() => ShardState::Archived,
        (_, Some(_)) => ShardState::Archiving,
    };
    ShardStatus {
        log,
        shard: shard.name.clone(),
        state,
        origin: shard.origin().to_owned(),
        opened_at,
        closed_at,
        kept_until: closed_at.map(|closed| policy.months.until(closed)),
        held_by: holds.iter().filter(|h| h.covers(opened_at, closed_at)).map(|h| h.name.clone()).collect(),
        entries: kept.map(|k| k.entries),
        object: kept.map(|k| k.object.clone()),
        bytes: kept.and_then(|k| k.bytes),
        sha256: kept.and_then(|k| k.sha256.clone()),
        locked_until: kept.and_then(|k| k.locked_until),
        archived_at: kept.and_then(|k| k.archived),
        verified_at: kept.and_then(|k| k.verified),
        pruned_at: kept.and_then(|k| k.pruned),
        restore_asked_at: kept.and_then(|k| k.restore_asked),
        restored_at: kept.and_then(|k| k.restored),
        problem: kept.and_then(|k| k.problem.clone()),
    }
}
