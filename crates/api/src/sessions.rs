//! Signing in and out.

use axum::Json;
use ward_identity::{sessions, users};
use ward_model::{
    Page, SessionId,
    users::{BegunSession, Me, SecondFactor, Session, SignIn},
};

use crate::{
    answer::{Answer, Done, Made, created, done},
    caller::{Caller, Visitor},
    extract::{Input, Path},
};

/// First step of signing in: the password.
#[utoipa::path(
    post,
    path = "/v1/sessions",
    tag = "sessions",
    request_body = SignIn,
    responses((status = 201, body = BegunSession)),
    extensions(("x-ward-action" = json!("session:create")), ("x-ward-open" = json!(true)), ("x-ward-secret" = json!(true)))
)]
pub(crate) async fn begin(Visitor(ctx): Visitor, Input(sign_in): Input<SignIn>) -> Made<BegunSession> {
    created(sessions::begin(&ctx, sign_in).await?)
}

/// Gives the second factor: completes the session, and is the step-up before dangerous actions.
#[utoipa::path(
    post,
    path = "/v1/sessions/current/second-factor",
    tag = "sessions",
    request_body = SecondFactor,
    responses((status = 200, body = Session)),
    extensions(("x-ward-action" = json!("session:verify")), ("x-ward-secret" = json!(true)))
)]
pub(crate) async fn verify(Caller(ctx): Caller, Input(given): Input<SecondFactor>) -> Answer<Session> {
    Ok(Json(sessions::verify(&ctx, given).await?))
}

/// Oneself: the user, the grants, the session.
#[utoipa::path(
    get,
    path = "/v1/sessions/current",
    tag = "sessions",
    responses((status = 200, body = Me)),
    extensions(("x-ward-action" = json!("self:read")))
)]
pub(crate) async fn current(Caller(ctx): Caller) -> Answer<Me> {
    Ok(Json(users::me(&ctx).await?))
}

/// Ends the current session.
#[utoipa::path(
    delete,
    path = "/v1/sessions/current",
    tag = "sessions",
    responses((status = 204)),
    extensions(("x-ward-action" = json!("session:end")))
)]
pub(crate) async fn end_current(Caller(ctx): Caller) -> Done {
    sessions::end_current(&ctx).await?;
    done()
}

/// One's live sessions.
#[utoipa::path(
    get,
    path = "/v1/sessions",
    tag = "sessions",
    responses((status = 200, body = Page<Session>)),
    extensions(("x-ward-action" = json!("session:list")))
)]
pub(crate) async fn list(Caller(ctx): Caller) -> Answer<Page<Session>> {
    Ok(Json(sessions::list(&ctx).await?))
}

/// Ends a session of one's own.
#[utoipa::path(
    delete,
    path = "/v1/sessions/{session}",
    tag = "sessions",
    responses((status = 204)),
    extensions(("x-ward-action" = json!("session:end")))
)]
pub(crate) async fn end(Caller(ctx): Caller, Path(session): Path<SessionId>) -> Done {
    sessions::end(&ctx, session).await?;
    done()
}
