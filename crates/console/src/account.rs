//! Oneself: who one is, one's sessions, new recovery codes.

use askama::Template;
use axum::{extract::Path, response::Response};
use ward_identity::{factors, sessions};
use ward_model::{ResourceKind, SessionId, users::Session};

use crate::{
    caller::Caller,
    enrolment::RecoveryCodesPage,
    failure::Failure,
    forms::Submitted,
    shell::{Shell, page, see_other},
    words::Moment,
};

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    shell: Shell,
    name: String,
    email: String,
    id: String,
    /// Role, kind of the thing that it is on, and its id; none for the platform.
    grants: Vec<(String, &'static str, String)>,
    sessions: Vec<SessionRow>,
}

struct SessionRow {
    id: String,
    current: bool,
    address: String,
    client: String,
    began: Moment,
    used: Moment,
    ends: String,
}

/// Shows it.
pub(crate) async fn show(caller: Caller) -> Result<Response, Failure> {
    let now = caller.ctx.now();
    let own = caller.me.session.as_ref().map(|s| s.id);
    let row = |session: Session| SessionRow {
        current: Some(session.id) == own,
        id: session.id.to_string(),
        address: session.address,
        client: session.client,
        began: Moment::new(now, session.created_at),
        used: Moment::new(now, session.last_used_at),
        ends: crate::words::when(session.expires_at),
    };
    let sessions = sessions::list(&caller.ctx).await?.items.into_iter().map(row).collect();
    let grants = caller.me.grants.iter().map(|g| {
        let id = if g.scope_kind == ResourceKind::Platform { String::new() } else { g.scope_id.clone() };
        (g.role.to_string(), g.scope_kind.as_str(), id)
    });
    let user = &caller.me.user;
    page(&AccountPage {
        shell: caller.shell("account"),
        name: user.display_name.clone(),
        email: user.email.clone(),
        id: user.id.to_string(),
        grants: grants.collect(),
        sessions,
    })
}

/// Ends a session of one's own.
pub(crate) async fn end_session(
    Path(session): Path<String>,
    Submitted { by: caller, .. }: Submitted<Caller>,
) -> Result<Response, Failure> {
    sessions::end(&caller.ctx, session.parse::<SessionId>()?).await?;
    Ok(see_other("/account"))
}

/// Makes new recovery codes, and shows them once. Needs a fresh second factor.
pub(crate) async fn renew_recovery_codes(
    Submitted { by: caller, .. }: Submitted<Caller>,
) -> Result<Response, Failure> {
    let made = factors::renew_recovery_codes(&caller.ctx).await?;
    page(&RecoveryCodesPage {
        shell: caller.shell("account"),
        next: "/account".to_owned(),
        codes: made.codes,
    })
}
