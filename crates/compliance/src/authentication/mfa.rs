//! `idn.mfa-enforced`: what a password alone opens (45 CFR 164.312(d)).

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use ward_model::{Action, Principal, Role, Target, Timestamp, action::Also, principal::Credential};
use ward_spine::policy::{Decision, HeldRole};

use super::{SessionRow, UserRow};
use crate::{
    Probe,
    access::target_of,
    checks::{Check, Finding, Tally, Unseen, minutes},
    sql,
};

/// Asks the gate as an owner whose session has no second factor, and looks for sessions that live without one.
pub(crate) struct MfaEnforced;

#[async_trait]
impl Check for MfaEnforced {
    fn id(&self) -> &'static str {
        "idn.mfa-enforced"
    }
    fn every(&self) -> Duration {
        minutes(10)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("actions and sessions");
        policy(probe, &mut tally)?;
        let mut read = probe.read().await?;
        let now = probe.core.clock.now();
        let sessions: Vec<SessionRow> =
            sqlx::query_as(sql::SESSIONS).bind(now.micros()).fetch_all(read.conn()).await?;
        let mut waiting = 0_u32;
        for (id, _, created, used, _, factor, _) in sessions {
            let idle = now.since(Timestamp::from_micros(used));
            if idle >= ward_identity::sessions::IDLE {
                continue;
            }
            tally.saw();
            if factor.is_none() {
                waiting += 1;
                // The time that somebody needs to type a code is no longer than the idle time.
                if now.since(Timestamp::from_micros(created)) > ward_identity::sessions::IDLE {
                    tally.fault(id, "a session lives for more than 15 minutes without a second factor");
                }
            }
        }
        let users: Vec<UserRow> = sqlx::query_as(sql::USERS).fetch_all(read.conn()).await?;
        let active: Vec<_> = users.iter().filter(|u| u.3.is_none()).collect();
        let without = active.iter().filter(|u| u.4.is_none()).count();
        // They can do nothing but set one up; the policy above is what keeps them out.
        tally.note(json!({ "sessions_waiting_for_a_code": waiting, "active_users": active.len(), "users_before_enrolment": without }));
        Ok(tally.finish("need a second factor"))
    }
}

fn policy(probe: &Probe, tally: &mut Tally) -> Result<(), Unseen> {
    let (now, ctx) = (probe.core.clock.now(), probe.ctx());
    let id = ctx.id();
    let who =
        Principal::User { id, credential: Credential::Session { id: ctx.id(), second_factor_at: None } };
    let platform = Target::platform();
    let held: Vec<HeldRole> = Role::ALL
        .into_iter()
        .map(|role| HeldRole {
            policy: format!("probe-{role}"),
            role,
            kind: platform.kind,
            id: platform.id.clone(),
            organization: None,
        })
        .collect();
    for action in Action::ALL {
        tally.saw();
        let own = matches!(action.also(), Also::Self_ | Also::SelfBeforeSecondFactor);
        let target = if own { Target::user(id) } else { target_of(probe, action.resource()) };
        let allowed =
            matches!(probe.core.policy.decide_with(&held, now, &who, *action, &target)?, Decision::Allow(_));
        if allowed && action.also() != Also::SelfBeforeSecondFactor {
            tally.fault(action, format!("the gate lets a session without a second factor do {action}"));
        }
    }
    Ok(())
}
