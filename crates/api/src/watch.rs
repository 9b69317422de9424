//! Long answers: a stream ends when its principal may no longer see it.
//!
//! A stream that runs is no use of its session, or an open window would keep somebody signed in for ever (45 CFR
//! 164.312(a)(2)(iii), automatic logoff). Bytes that a person sends through a tunnel are.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use ward_identity::sessions;
use ward_model::{Action, Principal, Target, principal::Credential};
use ward_spine::{Ctx, Result, policy::Decision};

use crate::caller::Watcher;

/// Looks from time to time whether a stream may go on.
pub(crate) struct Watch {
    /// Who watches.
    pub(crate) watcher: Watcher,
    /// What the permit was for.
    pub(crate) action: Action,
    /// On what.
    pub(crate) target: Target,
    /// Time between two looks.
    pub(crate) every: Duration,
    /// Bytes that the client sent, where these count as use of its session.
    pub(crate) sent: Option<Arc<AtomicU64>>,
}

impl Watch {
    /// Returns when the stream has to end: the session or token ended, the role was taken back, or Ward was sealed.
    pub(crate) async fn until_over(self) {
        let mut before = 0;
        loop {
            tokio::time::sleep(self.every).await;
            let sent = self.sent.as_ref().map_or(0, |n| n.load(Ordering::Relaxed));
            if !self.goes_on(sent != before).await.unwrap_or(false) {
                return;
            }
            before = sent;
        }
    }

    async fn goes_on(&self, used: bool) -> Result<bool> {
        let visitor = self.watcher.ctx.as_principal(Principal::Anonymous);
        let secret = &self.watcher.secret;
        let ctx = if used {
            sessions::authenticate(&visitor, secret).await?
        } else {
            sessions::recheck(&visitor, secret).await?
        };
        let core = ctx.core();
        // No permit is asked for, because nothing new is done; the first one is in the record.
        let who = stepped_up(&ctx, self.action);
        let decision = core.policy.decide(&core.db, ctx.now(), &who, self.action, &self.target).await?;
        Ok(matches!(decision, Decision::Allow(_)) && !core.vault.is_sealed())
    }
}

/// The step-up was given when the stream began; it need not be given again while it lasts.
fn stepped_up(ctx: &Ctx, action: Action) -> Principal {
    match ctx.who() {
        Principal::User {
            id,
            credential: Credential::Session { id: session, second_factor_at: Some(_) },
        } if action.step_up() => Principal::User {
            id: *id,
            credential: Credential::Session { id: *session, second_factor_at: Some(ctx.now()) },
        },
        other => other.clone(),
    }
}
