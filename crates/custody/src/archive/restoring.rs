//! Brings an archived shard back into a folder, for people to take.

use serde_json::json;
use ward_ledger::VerifierKey;
use ward_spine::{Ctx, Result};

use super::{Kept, Place, RESTORED_FOR, archive_action, place::PlaceError, read_back, seal, sql};

/// Name of the file that is brought back.
pub(super) const FILE: &str = "bundle.tar";

/// Fetches, opens, verifies, and puts the bundle where it can be taken from.
pub(super) async fn bring(
    ctx: &Ctx,
    place: &Place,
    kept: &Kept,
    key: &VerifierKey,
) -> Result<(), PlaceError> {
    let back = read_back(ctx, place, kept, key).await?;
    let folder = kept.restored_dir(ctx);
    seal::private_dir(&folder)?;
    let doing = || PlaceError::disk(format!("putting the shard into {}", folder.display()));
    std::fs::rename(back.bundle(), folder.join(FILE)).map_err(doing())?;
    drop(back);
    let detail = json!({ "log": kept.log, "shard": kept.shard, "restored": true });
    let mut tx = ctx.permit_with(archive_action(kept.log), &kept.log.target(), detail).await?.begin().await?;
    sqlx::query(sql::RESTORED)
        .bind(ctx.now().micros())
        .bind(kept.log.to_string())
        .bind(kept.shard.clone())
        .execute(tx.conn())
        .await
        .map_err(ward_spine::Error::from)?;
    tx.commit(json!({ "shard": kept.shard, "object": kept.object, "entries": kept.entries })).await?;
    Ok(())
}

/// Gives up: `problem` says why, or the day is over.
pub(super) async fn end(ctx: &Ctx, kept: &Kept, problem: Option<&str>) -> Result<()> {
    let _ = std::fs::remove_dir_all(kept.restored_dir(ctx));
    let mut tx = ctx.core().db.bookkeeping().await?;
    sqlx::query(sql::RESTORE_GIVEN_UP)
        .bind(problem.map(str::to_owned).or_else(|| kept.problem.clone()))
        .bind(kept.log.to_string())
        .bind(kept.shard.clone())
        .execute(tx.conn())
        .await?;
    tx.commit().await
}

/// Whether what was brought back has lain there long enough.
pub(super) fn stale(ctx: &Ctx, kept: &Kept) -> bool {
    kept.restored.is_some_and(|at| ctx.now().since(at) >= RESTORED_FOR)
}
