//! Masking of an app's log: the policy, what was masked, and what could not be.

use axum::Json;
use ward_model::{
    AppId,
    redaction::{Quarantine, RedactionPolicy, RedactionReport},
};
use ward_platform::{logs, redaction};

use crate::{
    answer::Answer,
    caller::Caller,
    extract::{Input, Path},
};

/// How the app's log is masked.
#[utoipa::path(
    get,
    path = "/v1/apps/{app}/redaction",
    tag = "redaction",
    responses((status = 200, body = RedactionPolicy)),
    extensions(("x-ward-action" = json!("redaction:read")))
)]
pub(crate) async fn read(Caller(ctx): Caller, Path(app): Path<AppId>) -> Answer<RedactionPolicy> {
    Ok(Json(redaction::get(&ctx, app).await?))
}

/// Changes how the app's log is masked, from the next line on. In a `phi` environment it can't be weakened.
#[utoipa::path(
    put,
    path = "/v1/apps/{app}/redaction",
    tag = "redaction",
    request_body = RedactionPolicy,
    responses((status = 200, body = RedactionPolicy)),
    extensions(("x-ward-action" = json!("redaction:write")))
)]
pub(crate) async fn write(
    Caller(ctx): Caller,
    Path(app): Path<AppId>,
    Input(policy): Input<RedactionPolicy>,
) -> Answer<RedactionPolicy> {
    Ok(Json(redaction::set(&ctx, app, policy).await?))
}

/// What was masked in the app's log in the last 24 hours: counts, never values.
#[utoipa::path(
    get,
    path = "/v1/apps/{app}/redaction/report",
    tag = "redaction",
    responses((status = 200, body = RedactionReport)),
    extensions(("x-ward-action" = json!("redaction:read")))
)]
pub(crate) async fn report(Caller(ctx): Caller, Path(app): Path<AppId>) -> Answer<RedactionReport> {
    Ok(Json(redaction::report(&ctx, app).await?))
}

/// Lines of the app's log that could not be masked. They may hold PHI: reading them is recorded.
#[utoipa::path(
    get,
    path = "/v1/apps/{app}/redaction/quarantine",
    tag = "redaction",
    responses((status = 200, body = Quarantine)),
    extensions(("x-ward-action" = json!("log:read-quarantine")))
)]
pub(crate) async fn quarantine(Caller(ctx): Caller, Path(app): Path<AppId>) -> Answer<Quarantine> {
    Ok(Json(Quarantine { items: logs::quarantined(&ctx, app).await? }))
}
