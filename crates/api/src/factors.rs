//! One's second factor, recovery codes and password.

use axum::Json;
use ward_identity::factors;
use ward_model::users::{Enrolment, PasswordChange, RecoveryCodes, SecondFactor};

use crate::{
    answer::{Answer, Done, Made, created, done},
    caller::Caller,
    extract::Input,
};

/// Begins to set up a second factor; its secret is shown once.
#[utoipa::path(
    post,
    path = "/v1/me/factor",
    tag = "factors",
    responses((status = 201, body = Enrolment)),
    extensions(("x-ward-action" = json!("factor:enroll")), ("x-ward-secret" = json!(true)))
)]
pub(crate) async fn enroll(Caller(ctx): Caller) -> Made<Enrolment> {
    created(factors::enroll(&ctx).await?)
}

/// Confirms the second factor with a code of it. Completes the session; recovery codes are shown once.
#[utoipa::path(
    post,
    path = "/v1/me/factor/confirm",
    tag = "factors",
    request_body = SecondFactor,
    responses((status = 200, body = RecoveryCodes)),
    extensions(("x-ward-action" = json!("factor:enroll")), ("x-ward-secret" = json!(true)))
)]
pub(crate) async fn confirm(Caller(ctx): Caller, Input(given): Input<SecondFactor>) -> Answer<RecoveryCodes> {
    Ok(Json(factors::confirm(&ctx, given).await?))
}

/// Replaces the recovery codes; shown once.
#[utoipa::path(
    post,
    path = "/v1/me/recovery-codes",
    tag = "factors",
    responses((status = 200, body = RecoveryCodes)),
    extensions(("x-ward-action" = json!("factor:recovery-codes")), ("x-ward-secret" = json!(true)))
)]
pub(crate) async fn recovery_codes(Caller(ctx): Caller) -> Answer<RecoveryCodes> {
    Ok(Json(factors::renew_recovery_codes(&ctx).await?))
}

/// Changes one's password: ends all other sessions and all tokens. A first password needs no step-up.
#[utoipa::path(
    post,
    path = "/v1/me/password",
    tag = "factors",
    request_body = PasswordChange,
    responses((status = 204)),
    extensions(("x-ward-action" = json!("password:change")), ("x-ward-otherwise" = json!("session:verify")), ("x-ward-secret" = json!(true)))
)]
pub(crate) async fn password(Caller(ctx): Caller, Input(change): Input<PasswordChange>) -> Done {
    factors::change_password(&ctx, change).await?;
    done()
}
