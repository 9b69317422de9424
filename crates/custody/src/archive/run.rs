//! Archives now what is closed.

use serde_json::json;
use ward_model::{OrganizationId, retention::RetentionPolicy};
use ward_spine::{Ctx, Error, Result};

use super::{LOOP, archive_action, place_seen};
use crate::{logs, retention};

/// Wakes the loop: it archives what is closed, and tries again what did not work.
///
/// # Errors
/// `conflict` if no archive is configured; `not-found` if there is no such organization.
pub async fn run(ctx: &Ctx, organization: Option<OrganizationId>) -> Result<RetentionPolicy> {
    let log = logs::find(&mut ctx.read().await?, organization).await?;
    let permit =
        ctx.permit_with(archive_action(log), &log.target(), json!({ "log": log, "run": true })).await?;
    if place_seen(&mut ctx.read().await?).await?.is_none() {
        return Err(Error::conflict(
            "no archive is configured, so closed shards stay on this machine alone",
            "add a section [archive] to the configuration of wardd",
        ));
    }
    permit.begin().await?.commit(json!({})).await?;
    ctx.wake(LOOP);
    retention::show(ctx, organization).await
}
