//! The gate itself: permit, then write, then outcome.

use serde_json::{Value, json};
use sqlx::AnyConnection;
use ward_model::{
    Action, AttemptId, ErrorCode, Principal, Resource, Target,
    action::Effect,
    ledger::{Actor, EntryKind, Event, Object, Outcome},
    principal::Credential,
};

use crate::{
    Ctx, Error, Result,
    audit::{self, Audit},
    db::RawWrite,
    events::{self, NewEvent},
    policy::{Decision, Denial},
};

/// Most bytes of a detail, as JSON.
const DETAIL_BYTES: usize = 48 << 10;

/// One decision for one action. Dropped without a committed [`WriteTx`], its attempt is recorded as failed.
pub struct Permit {
    ctx: Ctx,
    action: Action,
    open: Option<OpenAttempt>,
}

/// An attempt that has no outcome yet.
struct OpenAttempt {
    audit: Audit,
    event: Event,
    closed: bool,
}

impl OpenAttempt {
    /// Appends the attempt, in a task of its own: a client that goes away meanwhile must not leave it without an
    /// outcome. Then nobody takes the task's answer, and dropping it records the failure.
    async fn append(audit: Audit, event: Event) -> Result<Self> {
        let appending = tokio::spawn(async move {
            audit.append(&event).await?;
            Ok(Self { audit, event, closed: false })
        });
        appending.await.map_err(|e| Error::internal("recording an attempt", e))?
    }
}

impl Drop for OpenAttempt {
    fn drop(&mut self) {
        if !self.closed {
            self.audit.hand_in_failure(outcome_of(
                &self.event,
                Outcome::Failed,
                self.event.time,
                Value::Null,
            ));
        }
    }
}

fn outcome_of(attempt: &Event, outcome: Outcome, time: ward_model::Timestamp, detail: Value) -> Event {
    Event {
        time,
        kind: EntryKind::Outcome,
        outcome: Some(outcome),
        policies: Vec::new(),
        detail,
        ..attempt.clone()
    }
}

impl Ctx {
    /// THE GATE. Decides, and records: an attempt (durable before this returns) for what changes something,
    /// an entry for what reads sensitive data, a denial for what is refused.
    pub async fn permit(&self, action: Action, resource: &(dyn Resource + Sync)) -> Result<Permit> {
        self.permit_with(action, resource, Value::Null).await
    }

    /// The same, with a detail for the entry (reason, parameters). Never PHI, never secrets.
    pub async fn permit_with(
        &self,
        action: Action,
        resource: &(dyn Resource + Sync),
        detail: Value,
    ) -> Result<Permit> {
        let target = resource.target();
        if target.kind != action.resource() {
            return Err(Error::internal(
                "deciding",
                format!("{action} is done to a {:?}, not to a {:?}", action.resource(), target.kind),
            ));
        }
        // An entry holds 65,535 bytes: what the caller sent must not make the record impossible.
        if detail.to_string().len() > DETAIL_BYTES {
            return Err(Error::invalid(
                "the request names too much at once for its record",
                "split it into several requests",
            ));
        }
        let core = self.core();
        if core.vault.is_sealed() {
            return Err(Error::new(
                ErrorCode::Sealed,
                "Ward is sealed",
                "unseal it with `ward server unseal`",
            ));
        }
        let now = self.now();
        match core.policy.decide(&core.db, now, self.who(), action, &target).await? {
            Decision::Deny { why, policies } => {
                let detail = json!({ "why": format!("{why:?}").to_lowercase(), "request": detail });
                core.audit.append(&self.event(EntryKind::Denied, action, &target, policies, detail)).await?;
                Err(refusal(why, action, &target))
            }
            Decision::Allow(policies) => {
                let mut open = None;
                match action.effect() {
                    Effect::Read => {}
                    Effect::SensitiveRead => {
                        core.audit
                            .append(&self.event(EntryKind::Read, action, &target, policies, detail))
                            .await?;
                    }
                    Effect::Write => {
                        let event = self.event(EntryKind::Attempt, action, &target, policies, detail);
                        open = Some(OpenAttempt::append(core.audit.clone(), event).await?);
                    }
                }
                Ok(Permit { ctx: self.clone(), action, open })
            }
        }
    }

    fn event(
        &self,
        kind: EntryKind,
        action: Action,
        target: &Target,
        policies: Vec<String>,
        detail: Value,
    ) -> Event {
        let (actor_kind, id) = self.who().label();
        let credential = match self.who() {
            Principal::User { credential: Credential::Session { id, .. }, .. } => Some(id.to_string()),
            Principal::User { credential: Credential::Token { id, .. }, .. } => Some(id.to_string()),
            _ => None,
        };
        Event {
            v: 1,
            time: self.now(),
            kind,
            attempt: self.id::<AttemptId>().to_string(),
            action: action.as_str().into(),
            actor: Actor { kind: actor_kind.into(), id, credential },
            object: Object {
                kind: target.kind.as_str().into(),
                id: target.id.clone(),
                organization: target.organization.map(|i| i.to_string()),
                project: target.project.map(|i| i.to_string()),
                environment: target.environment.map(|i| i.to_string()),
            },
            request: self.request_id().to_string(),
            source: self.request().address.clone(),
            policies,
            outcome: None,
            detail,
        }
    }
}

fn refusal(why: Denial, action: Action, target: &Target) -> Error {
    match why {
        Denial::SecondFactor => Error::new(
            ErrorCode::SecondFactorRequired,
            "this session has no second factor yet",
            "give the code of your authenticator: `ward login`",
        ),
        Denial::StepUp => Error::new(
            ErrorCode::StepUpRequired,
            format!("{action} needs a fresh second factor"),
            "give a code of your authenticator: `ward step-up`",
        ),
        Denial::Unseen => Error::not_found(target.kind.as_str(), &target.id),
        Denial::Forbidden => Error::new(
            ErrorCode::Forbidden,
            format!("you may not do {action} on this {}", target.kind.as_str()),
            "ask an owner or admin of the organization for a role that may; the denial is recorded",
        ),
    }
}

impl Permit {
    /// Gives up with a reason for the record (`wrong password`). Dropping a permit does the same without one.
    pub fn fail(mut self, detail: Value) {
        if let Some(open) = &mut self.open {
            open.closed = true;
            open.audit.hand_in_failure(outcome_of(&open.event, Outcome::Failed, self.ctx.now(), detail));
        }
    }

    /// Opens the write transaction. Only for actions that change something.
    pub async fn begin(self) -> Result<WriteTx> {
        let Some(open) = self.open else {
            return Err(Error::internal("opening a write", format!("{} changes nothing", self.action)));
        };
        let raw = self.ctx.core().db.write().await?;
        Ok(WriteTx { raw, open, ctx: self.ctx, events: Vec::new() })
    }
}

/// The only way to write. Queries that write take `&mut WriteTx`.
pub struct WriteTx {
    raw: RawWrite,
    open: OpenAttempt,
    ctx: Ctx,
    events: Vec<NewEvent>,
}

impl WriteTx {
    /// The connection.
    pub fn conn(&mut self) -> &mut AnyConnection {
        &mut self.raw.tx
    }

    /// Settings of the installation.
    pub fn settings(&self) -> &crate::Settings {
        self.ctx.settings()
    }

    /// Adds an event for people who watch; it is seen when the transaction commits.
    pub fn tell(&mut self, event: NewEvent) {
        self.events.push(event);
    }

    /// Commits the effect together with its outcome. `detail` names what was created; never PHI, never secrets.
    pub async fn commit(mut self, detail: Value) -> Result<()> {
        let now = self.ctx.now();
        let outcome = outcome_of(&self.open.event, Outcome::Success, now, detail);
        audit::insert_outbox(&mut self.raw.tx, &outcome).await?;
        let last = if self.events.is_empty() {
            None
        } else {
            Some(events::insert(&mut self.raw.tx, now, &self.events).await?)
        };
        // In a task of its own: once it began, it ends, even if the client goes away.
        let Self { raw, mut open, ctx, .. } = self;
        let committing = tokio::spawn(async move {
            // Whether a commit that reports an error took effect only the store can tell, so it is asked.
            open.closed = true;
            let core = ctx.core();
            if let Err(error) = raw.commit().await {
                let failed = outcome_of(&open.event, Outcome::Failed, now, json!({ "why": "commit" }));
                core.audit.close_unless_committed(failed);
                return Err(error);
            }
            core.audit.wake();
            if let Some(last) = last {
                core.events.announce(last);
            }
            Ok(())
        });
        committing.await.map_err(|e| Error::internal("committing", e))?
    }
}
