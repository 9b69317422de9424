//! Lists the checks that Ward runs, with what they saw last.

use ward_model::{Action, Page, Target, posture::CheckStatus};
use ward_spine::{Ctx, Error, Result};

use super::{all, latest};
use crate::catalog::catalog;

/// All checks with their newest observation, by id.
///
/// # Errors
/// Those of the gate.
pub async fn list(ctx: &Ctx) -> Result<Page<CheckStatus>> {
    ctx.permit(Action::PlatformPostureRead, &Target::platform()).await?;
    statuses(ctx, None).await
}

/// Statuses of these checks, or of all. The caller holds the permit.
pub(super) async fn statuses(ctx: &Ctx, only: Option<&[String]>) -> Result<Page<CheckStatus>> {
    let mut newest = latest(&mut ctx.read().await?).await?;
    let mut items = Vec::new();
    for check in all() {
        if only.is_some_and(|only| !only.iter().any(|id| id == check.id())) {
            continue;
        }
        let facts =
            catalog()?.check(check.id()).ok_or_else(|| Error::internal("reading the catalog", check.id()))?;
        items.push(CheckStatus {
            id: facts.id.clone(),
            observes: facts.observes.clone(),
            pass_condition: facts.pass_condition.clone(),
            requirements: facts.requirements.clone(),
            every: check.every().as_secs(),
            latest: newest.remove(check.id()),
        });
    }
    items.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(Page { items, next: None })
}
