//! Shows the policy of a log.

use ward_model::{
    OrganizationId,
    retention::{LogName, RetentionPolicy},
};
use ward_spine::{Ctx, Result};

use super::{permit_read, policy};
use crate::{archive, holds, logs};

/// How long a log is kept, and when closed shards leave this machine.
///
/// # Errors
/// `not-found` if there is no such organization.
pub async fn show(ctx: &Ctx, organization: Option<OrganizationId>) -> Result<RetentionPolicy> {
    let log = logs::find(&mut ctx.read().await?, organization).await?;
    permit_read(ctx, log).await?;
    current(ctx, log).await
}

pub(super) async fn current(ctx: &Ctx, log: LogName) -> Result<RetentionPolicy> {
    let mut read = ctx.read().await?;
    let found = policy(read.conn(), log).await?;
    let holds = holds::standing(&mut read, log).await?.len();
    let place = archive::place_seen(&mut read).await?;
    let (archive, archive_problem) = place.map_or((None, None), |(place, problem)| (Some(place), problem));
    Ok(RetentionPolicy {
        log,
        months: found.months,
        pruning: found.pruning,
        local_months: found.local_months,
        set_at: found.set_at,
        set_by: found.set_by,
        holds: u32::try_from(holds).unwrap_or(u32::MAX),
        archive,
        archive_problem,
    })
}
