//! Asks for an archived shard to be brought back.

use serde_json::json;
use ward_model::{
    Action, OrganizationId,
    retention::{LogName, ShardStatus},
};
use ward_spine::{Ctx, Error, Result};

use super::{LOOP, sql, status_of, verify::known};
use crate::logs;

/// Asks for a shard to be brought back from the archive. The loop fetches, opens and verifies it; then it can be taken
/// for a day. The ledger itself is not changed: a drill needs no more care than an emergency.
///
/// # Errors
/// `not-found` if there is no such log or shard; `conflict` if the shard is not in the archive.
pub async fn restore(ctx: &Ctx, organization: Option<OrganizationId>, shard: &str) -> Result<ShardStatus> {
    let log = logs::find(&mut ctx.read().await?, organization).await?;
    let action = match log {
        LogName::Platform => Action::PlatformShardRestore,
        LogName::Organization(_) => Action::ShardRestore,
    };
    let permit = ctx.permit_with(action, &log.target(), json!({ "log": log, "shard": shard })).await?;
    known(ctx, log, shard).await?;
    let mut tx = permit.begin().await?;
    let done = sqlx::query(sql::ASK_RESTORE)
        .bind(ctx.now().micros())
        .bind(log.to_string())
        .bind(shard.to_owned())
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::conflict(
            "the shard is not in the archive",
            "list the archive to see where it is",
        ));
    }
    tx.commit(json!({ "shard": shard })).await?;
    ctx.wake(LOOP);
    status_of(ctx, log, shard).await
}
