//! Has checks run now, and waits for what they see.
//!
//! Like every verb it writes intent; the loop `checks` looks. A handler never touches the engine.

use std::time::{Duration, Instant};

use serde_json::json;
use ward_model::{Action, Page, Target, posture::CheckStatus};
use ward_spine::{Ctx, Error, Result};

use super::{all, find, latest, list::statuses};
use crate::{probe::LOOP, sql};

/// Longest wait.
const PATIENCE: Duration = Duration::from_secs(600);

/// Runs the named checks, or all, and gives their statuses when each has observed.
///
/// # Errors
/// `invalid` for a check that Ward does not run; `unavailable` if the loop does not run.
pub async fn run(ctx: &Ctx, only: Option<Vec<String>>) -> Result<Page<CheckStatus>> {
    let permit = ctx.permit_with(Action::CheckRun, &Target::platform(), json!({ "checks": &only })).await?;
    if let Some(unknown) = only.iter().flatten().find(|id| find(id).is_none()) {
        let name: String = unknown.chars().take(60).collect();
        return Err(Error::invalid(
            format!("Ward runs no check {name:?}"),
            "list the checks: `ward checks list`",
        ));
    }
    let wanted = only.clone().unwrap_or_else(|| all().iter().map(|c| c.id().to_owned()).collect());
    let asked = ctx.now();
    let mut tx = permit.begin().await?;
    for id in &wanted {
        sqlx::query(sql::REQUEST).bind(id.clone()).bind(asked.micros()).execute(tx.conn()).await?;
    }
    tx.commit(json!({ "checks": wanted.len() })).await?;
    ctx.wake(LOOP);
    let began = Instant::now();
    loop {
        let newest = latest(&mut ctx.read().await?).await?;
        if wanted.iter().all(|id| newest.get(id).is_some_and(|o| o.observed_at >= asked)) {
            return statuses(ctx, only.as_deref()).await;
        }
        if began.elapsed() > PATIENCE {
            return Err(Error::unavailable(
                "the checks did not all run in ten minutes",
                "the loop `checks` is late",
            ));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
