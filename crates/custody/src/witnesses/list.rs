//! Lists witnesses, policy, and how far each log is witnessed.

use ward_model::{Action, Target, witnesses::Witnesses};
use ward_spine::{Ctx, Result};

use super::survey;

/// Witnesses, policy, and how far each log is witnessed.
///
/// # Errors
/// Those of the gate and the store.
pub async fn list(ctx: &Ctx) -> Result<Witnesses> {
    ctx.permit(Action::PlatformWitnessRead, &Target::platform()).await?;
    survey(ctx.core(), ctx.now()).await
}
