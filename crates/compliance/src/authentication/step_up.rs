//! `idn.mfa-stepup`: joins dangerous actions in the ledger to the second factor given in their session.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use serde_json::json;
use ward_model::{
    Action, Principal, Role, Target, Timestamp,
    ledger::{Event, LedgerQuery, Outcome},
    principal::Credential,
};
use ward_spine::policy::{Decision, HeldRole, STEP_UP};

use crate::{
    Probe,
    access::target_of,
    checks::{Check, Finding, Tally, Unseen, days, minutes},
};

/// Most entries of one action that are looked at.
const MOST: usize = 2000;

/// The policy refuses a stale second factor, and every dangerous action of the last 30 days had a fresh one.
pub(crate) struct MfaStepUp;

#[async_trait]
impl Check for MfaStepUp {
    fn id(&self) -> &'static str {
        "idn.mfa-stepup"
    }
    fn every(&self) -> Duration {
        minutes(30)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("dangerous actions");
        policy(probe, &mut tally)?;
        let now = probe.core.clock.now();
        let from = now.minus(days(30));
        let mut given: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
        for action in [Action::SessionVerify, Action::FactorEnroll] {
            // A factor may have been given just before the time that is looked at.
            for event in events(probe, action, "outcome", from.minus(STEP_UP)).await? {
                if let (Some(Outcome::Success), Some(session)) = (event.outcome, event.actor.credential) {
                    given.entry(session).or_default().push(event.time);
                }
            }
        }
        for action in Action::ALL.iter().filter(|a| a.step_up()) {
            let kind = if action.mutates() { "attempt" } else { "read" };
            for event in events(probe, *action, kind, from).await? {
                if event.actor.kind != "user" {
                    continue;
                }
                tally.saw();
                let times = event.actor.credential.as_ref().and_then(|session| given.get(session));
                // Half a minute for the way from the answer to the next request is inside of the window already.
                let fresh = times.is_some_and(|all| {
                    all.iter().any(|at| {
                        *at <= event.time && event.time.since(*at) <= STEP_UP + Duration::from_secs(1)
                    })
                });
                if !fresh {
                    tally.fault(
                        &event.attempt,
                        format!("{action} was done without a fresh second factor in its session"),
                    );
                }
            }
        }
        tally.note(json!({ "window_seconds": STEP_UP.as_secs(), "sessions_with_a_factor": given.len() }));
        Ok(tally.finish("carry a fresh second factor"))
    }
}

/// Entries about an action since a time.
async fn events(probe: &Probe, action: Action, kind: &str, from: Timestamp) -> Result<Vec<Event>, Unseen> {
    let mut query = LedgerQuery {
        action: Some(action.as_str().into()),
        kind: Some(kind.into()),
        from: Some(from),
        limit: Some(200),
        ..LedgerQuery::default()
    };
    let mut out = Vec::new();
    loop {
        let page = probe.core.audit.search(None, &query).await?;
        out.extend(page.items.into_iter().map(|entry| entry.event));
        match page.next {
            Some(next) if out.len() < MOST => query.cursor = Some(next),
            Some(_) => {
                return Err(Unseen(format!("there are more than {MOST} entries of {action} in 30 days")));
            }
            None => return Ok(out),
        }
    }
}

/// An owner whose second factor is a second too old is refused.
fn policy(probe: &Probe, tally: &mut Tally) -> Result<(), Unseen> {
    let (now, ctx) = (probe.core.clock.now(), probe.ctx());
    let id = ctx.id();
    let stale = Some(now.minus(STEP_UP + Duration::from_secs(1)));
    let who =
        Principal::User { id, credential: Credential::Session { id: ctx.id(), second_factor_at: stale } };
    let platform = Target::platform();
    let held = [HeldRole {
        policy: "probe".into(),
        role: Role::Owner,
        kind: platform.kind,
        id: platform.id,
        organization: None,
    }];
    for action in Action::ALL.iter().filter(|a| a.step_up()) {
        tally.saw();
        let own = action.resource() == ward_model::ResourceKind::User;
        let target = if own { Target::user(id) } else { target_of(probe, action.resource()) };
        if matches!(probe.core.policy.decide_with(&held, now, &who, *action, &target)?, Decision::Allow(_)) {
            tally.fault(action, format!("the gate lets a stale second factor do {action}"));
        }
    }
    Ok(())
}
