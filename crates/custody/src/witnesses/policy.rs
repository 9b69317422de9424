//! Sets what counts as witnessed.

use serde_json::json;
use ward_model::{
    Action, Target,
    witnesses::{LEAST_STALE_MINUTES, MOST_STALE_MINUTES, WitnessPolicy},
};
use ward_spine::{Ctx, Error, Result};

use super::{LOOP, configured, counting, policy, sql};

/// Sets how many cosignatures a checkpoint needs, and after how long a log is stale.
///
/// # Errors
/// `invalid` for fewer than one cosignature, more than there are witnesses, or a span out of bounds.
pub async fn set(ctx: &Ctx, wish: WitnessPolicy) -> Result<WitnessPolicy> {
    let detail = json!({ "needed": wish.needed, "stale_after_minutes": wish.stale_after_minutes });
    let permit = ctx.permit_with(Action::PlatformWitnessPolicy, &Target::platform(), detail).await?;
    let there = counting(&configured(&mut ctx.read().await?).await?);
    if wish.needed == 0 || wish.needed > there.max(1) {
        let message = format!("{} cosignatures can't be had from {there} witnesses", wish.needed);
        return Err(Error::invalid(message, "give 1 up to the number of witnesses, or add witnesses first"));
    }
    if !(LEAST_STALE_MINUTES..=MOST_STALE_MINUTES).contains(&wish.stale_after_minutes) {
        let message = format!("{} minutes is no span after which a log is stale", wish.stale_after_minutes);
        return Err(Error::invalid(message, format!("give {LEAST_STALE_MINUTES} to {MOST_STALE_MINUTES}")));
    }
    let before = policy(&mut ctx.read().await?).await?;
    let mut tx = permit.begin().await?;
    sqlx::query(sql::SET_POLICY)
        .bind(i64::from(wish.needed))
        .bind(i64::from(wish.stale_after_minutes))
        .bind(ctx.now().micros())
        .bind(ctx.who().user().map(|u| u.to_string()))
        .execute(tx.conn())
        .await?;
    tx.commit(json!({ "before": before })).await?;
    ctx.wake(LOOP);
    Ok(wish)
}
