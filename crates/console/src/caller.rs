//! Who looks: nobody yet, somebody whose session is not complete, or a caller.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use ward_model::users::{Grant, Me, SessionNeeds};
use ward_model::{OrganizationId, ResourceKind, Role};
use ward_spine::{Ctx, Error};

use crate::{
    ConsoleState,
    alerts::{self, Banner},
    cookie,
    failure::Failure,
    forms,
    frame::{Asked, Visit},
    landing,
    shell::{Shell, Signed},
};

/// Somebody who gave the password; the session may need more.
pub(crate) struct Pending {
    /// The context of the request.
    pub(crate) ctx: Ctx,
    /// The user, what they hold, and the session.
    pub(crate) me: Me,
    /// What was asked for.
    pub(crate) asked: Asked,
    csrf: String,
}

/// Somebody with a complete session.
pub(crate) struct Caller(Pending, Option<Banner>);

/// Somebody who signs in.
pub(crate) struct Guest {
    /// The anonymous context of the request.
    pub(crate) ctx: Ctx,
    /// What binds the form to the browser.
    pub(crate) secret: String,
    /// Whether the browser has it already.
    pub(crate) known: bool,
    csrf: String,
}

/// Whoever a form belongs to.
pub(crate) trait Holder {
    /// The token that their forms carry.
    fn csrf(&self) -> &str;
}

impl std::ops::Deref for Caller {
    type Target = Pending;
    fn deref(&self) -> &Pending {
        &self.0
    }
}

impl Holder for Pending {
    fn csrf(&self) -> &str {
        &self.csrf
    }
}

impl Holder for Caller {
    fn csrf(&self) -> &str {
        &self.0.csrf
    }
}

impl Holder for Guest {
    fn csrf(&self) -> &str {
        &self.csrf
    }
}

impl Pending {
    /// What the session still needs.
    pub(crate) fn needs(&self) -> SessionNeeds {
        self.me.session.as_ref().map_or(SessionNeeds::SecondFactor, |s| s.needs)
    }

    /// Whether a role of the platform is held that may read its record and its posture. It only decides which links
    /// are shown; the gate decides who may.
    pub(crate) fn watches_platform(&self) -> bool {
        let grants = self.me.grants.iter().filter(|g| g.scope_kind == ResourceKind::Platform);
        grants.into_iter().any(|g| matches!(g.role, Role::Owner | Role::Admin | Role::Auditor))
    }

    /// The frame of a page for somebody who is not in yet: no navigation.
    pub(crate) fn shell(&self) -> Shell {
        Shell {
            user: None,
            csrf: self.csrf.clone(),
            here: "sign-in",
            request_id: self.ctx.request_id().to_string(),
            alerts: None,
        }
    }
}

impl Caller {
    /// The frame of a page.
    pub(crate) fn shell(&self, here: &'static str) -> Shell {
        let user = Some(self.me.user.display_name.clone());
        Shell {
            user,
            csrf: self.csrf.clone(),
            here,
            request_id: self.ctx.request_id().to_string(),
            alerts: self.1.clone(),
        }
    }

    /// Whether a role is held on the whole of an organization.
    pub(crate) fn holds_all_of(&self, organization: OrganizationId) -> bool {
        let whole = |g: &&Grant| match g.scope_kind {
            ResourceKind::Platform => true,
            ResourceKind::Organization => g.scope_id == organization.to_string(),
            _ => false,
        };
        self.me.grants.iter().any(|g| whole(&g))
    }
}

/// Where somebody goes whose session needs this.
pub(crate) fn way(needs: SessionNeeds, next: &str) -> String {
    match needs {
        SessionNeeds::Nothing => landing::local(next).to_owned(),
        SessionNeeds::SecondFactor => landing::with_next("/sign-in/code", next),
        SessionNeeds::Enrolment => landing::with_next("/sign-in/factor", next),
        SessionNeeds::NewPassword => landing::with_next("/sign-in/password", next),
    }
}

fn visit(parts: &Parts) -> Result<Visit, Failure> {
    let found = parts.extensions.get::<Visit>().cloned();
    found.ok_or_else(|| Error::internal("reading a request", "the outermost layer is missing").into())
}

impl FromRequestParts<ConsoleState> for Pending {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &ConsoleState) -> Result<Self, Failure> {
        let visit = visit(parts)?;
        let secret = cookie::get(&parts.headers, cookie::SESSION).ok_or_else(Failure::nobody)?;
        // A token for programs is no session, even in a cookie.
        if !secret.starts_with(ward_identity::sessions::PREFIX) {
            return Err(Failure::nobody());
        }
        let ctx = ward_identity::sessions::authenticate(&visit.ctx, secret).await?;
        let me = ward_identity::users::me(&ctx).await?;
        let session = me.session.as_ref().ok_or_else(Failure::nobody)?;
        let csrf = forms::token(&state.form_key, &format!("session {}", session.id));
        if session.needs == SessionNeeds::Nothing {
            let signed = Signed { name: me.user.display_name.clone(), csrf: csrf.clone() };
            // Set once a request; a second extraction finds the same.
            let _ = visit.signed.set(signed);
        }
        Ok(Self { ctx, me, asked: visit.asked, csrf })
    }
}

impl FromRequestParts<ConsoleState> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &ConsoleState) -> Result<Self, Failure> {
        let pending = Pending::from_request_parts(parts, state).await?;
        match pending.needs() {
            SessionNeeds::Nothing => {
                let alerts = Banner::of(alerts::of(&pending, true).await?);
                Ok(Self(pending, alerts))
            }
            needs => Err(Failure::Elsewhere(way(needs, &pending.asked.page()))),
        }
    }
}

impl FromRequestParts<ConsoleState> for Guest {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &ConsoleState) -> Result<Self, Failure> {
        let visit = visit(parts)?;
        let held = cookie::get(&parts.headers, cookie::FORM).map(str::to_owned);
        let known = held.is_some();
        let secret = held.unwrap_or_else(|| hex::encode(ward_vault::random::bytes::<16>()));
        let csrf = forms::token(&state.form_key, &format!("guest {secret}"));
        Ok(Self { ctx: visit.ctx, secret, known, csrf })
    }
}

/// Parameters in the query of a page. What can't be read is not there.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// The first value of a name; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
    }

    /// The first value of a name, if it is not empty.
    pub(crate) fn given(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|v| !v.is_empty()).map(str::to_owned)
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}
