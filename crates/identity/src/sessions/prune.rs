//! The loop `sessions`: forgets what ended long ago.

use std::time::Duration;

use async_trait::async_trait;
use ward_spine::{Ctx, Result, reconcile::Reconciler};

use super::sql;
use crate::tokens;

/// How long an ended session or token is kept in the store. The ledger keeps what was done with it.
const KEPT: Duration = Duration::from_secs(90 * 86_400);

/// The loop. It deletes rows of sessions and tokens that could not be used for ninety days: anybody who can sign in makes
/// rows, and nothing else would ever take them away.
#[derive(Debug, Default)]
pub struct Prune;

#[async_trait]
impl Reconciler for Prune {
    fn name(&self) -> &'static str {
        "sessions"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3600)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        let before = ctx.now().minus(KEPT);
        let mut tx = ctx.core().db.bookkeeping().await?;
        let sessions = sql::forget(&mut tx, before).await?;
        let tokens = tokens::sql::forget(&mut tx, before).await?;
        tx.commit().await?;
        Ok(match (sessions, tokens) {
            (0, 0) => String::new(),
            _ => format!("forgot {sessions} sessions and {tokens} tokens that ended long ago"),
        })
    }
}
