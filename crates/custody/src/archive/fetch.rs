//! Hands out a shard that was brought back.

use serde_json::json;
use tokio::fs::File;
use ward_model::{Action, OrganizationId, retention::LogName};
use ward_spine::{Ctx, Error, Result};

use super::{find, restoring, verify::known};
use crate::logs;

/// A bundle in a tar file. It verifies without Ward.
#[derive(Debug)]
pub struct Fetched {
    /// The file.
    pub file: File,
    /// Its bytes.
    pub bytes: u64,
}

/// A shard that was brought back. Handing it out is recorded: it is the whole record of a year.
///
/// # Errors
/// `not-found` if there is no such log or shard; `conflict` if it was not brought back, or longer than a day ago.
pub async fn fetch(ctx: &Ctx, organization: Option<OrganizationId>, shard: &str) -> Result<Fetched> {
    let log = logs::find(&mut ctx.read().await?, organization).await?;
    let action = match log {
        LogName::Platform => Action::PlatformShardFetch,
        LogName::Organization(_) => Action::ShardFetch,
    };
    ctx.permit_with(action, &log.target(), json!({ "log": log, "shard": shard })).await?;
    known(ctx, log, shard).await?;
    let kept = find(ctx.read().await?.conn(), log, shard).await?.filter(|kept| kept.restored.is_some());
    let absent =
        || Error::conflict("the shard is not brought back", "ask for it: `ward ledger archive restore`");
    let kept = kept.ok_or_else(absent)?;
    let file = match File::open(kept.restored_dir(ctx).join(restoring::FILE)).await {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(absent()),
        Err(error) => return Err(Error::internal("reading what was brought back", error)),
    };
    let bytes = file.metadata().await.map_err(|e| Error::internal("reading what was brought back", e))?.len();
    Ok(Fetched { file, bytes })
}
