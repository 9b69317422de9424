//! Sets how long a log is kept, and when closed shards leave this machine.

use serde_json::json;
use ward_model::{
    Action, OrganizationId,
    retention::{LEAST_LOCAL_MONTHS, LogName, Pruning, Retention, RetentionPolicy, SAFEGUARD, SetRetention},
};
use ward_spine::{Ctx, Error, Result};

use super::{Policy, policy, show, sql};
use crate::{archive, logs};

/// Sets the policy of a log. What the wish leaves out stays.
///
/// # Errors
/// `floor` for fewer than 72 months or fewer than 12 local ones; `invalid` for more than a hundred years, or local
/// months without local pruning; `not-found` if there is no such organization.
pub async fn set(
    ctx: &Ctx,
    organization: Option<OrganizationId>,
    wish: SetRetention,
) -> Result<RetentionPolicy> {
    let log = logs::find(&mut ctx.read().await?, organization).await?;
    let action = match log {
        LogName::Platform => Action::PlatformRetentionWrite,
        LogName::Organization(_) => Action::RetentionWrite,
    };
    let detail = json!({ "log": log, "months": wish.months, "pruning": wish.pruning, "local_months": wish.local_months });
    let permit = ctx.permit_with(action, &log.target(), detail).await?;
    let before = policy(ctx.read().await?.conn(), log).await?;
    let next = match changed(&before, &wish) {
        Ok(next) => next,
        Err(error) => {
            permit.fail(json!({ "why": error.to_string() }));
            return Err(error);
        }
    };
    let mut tx = permit.begin().await?;
    sqlx::query(sql::SET)
        .bind(log.to_string())
        .bind(i64::from(next.months.months()))
        .bind(next.pruning.as_str())
        .bind(next.local_months.map(i64::from))
        .bind(ctx.now().micros())
        .bind(ctx.who().user().map(|u| u.to_string()))
        .execute(tx.conn())
        .await?;
    tx.commit(json!({ "before": { "months": before.months, "pruning": before.pruning, "local_months": before.local_months } }))
        .await?;
    ctx.wake(super::LOOP);
    // Locks of archived objects may have to last longer.
    ctx.wake(archive::LOOP);
    show::current(ctx, log).await
}

/// The policy that the wish makes of the one before.
fn changed(before: &Policy, wish: &SetRetention) -> Result<Policy> {
    let months = match wish.months {
        None => before.months,
        Some(months) => Retention::of_months(months).map_err(|e| {
            if months < Retention::FLOOR.months() {
                let next_step = "keep the record for 72 months or more: no role can make it less";
                Error::floor(SAFEGUARD, format!("{months} months is below the floor of six years"), next_step)
            } else {
                Error::invalid(e.to_string(), "give at most 1200 months")
            }
        })?,
    };
    let pruning = wish.pruning.unwrap_or(before.pruning);
    let local_months = match (pruning, wish.local_months.or(before.local_months)) {
        (Pruning::Local, None) => {
            let next_step = "give local_months too, 12 or more";
            return Err(Error::invalid("local pruning needs the months that shards stay here", next_step));
        }
        (Pruning::Local, Some(months)) if months < LEAST_LOCAL_MONTHS => {
            let message =
                format!("{months} months is below the {LEAST_LOCAL_MONTHS} that a shard stays here at least");
            return Err(Error::floor(SAFEGUARD, message, "give 12 or more"));
        }
        (Pruning::Local, Some(months)) if months > Retention::LONGEST.months() => {
            return Err(Error::invalid(
                "local_months is more than a hundred years",
                "give at most 1200 months",
            ));
        }
        (Pruning::Local, months) => months,
        (_, _) if wish.local_months.is_some() => {
            let message = format!("local_months means nothing with pruning {:?}", pruning.as_str());
            return Err(Error::invalid(message, "leave it out, or set pruning to local"));
        }
        (_, _) => None,
    };
    Ok(Policy { months, pruning, local_months, ..Policy::floor() })
}
