//! How long a log is kept, and when closed shards leave this machine.

use axum::Json;
use ward_custody::retention;
use ward_model::retention::{LogOf, RetentionPolicy, SetRetention};

use crate::{
    answer::Answer,
    caller::Caller,
    extract::{Input, Query},
};

/// How long the log is kept: six years at least.
#[utoipa::path(
    get,
    path = "/v1/ledger/retention",
    tag = "retention",
    params(LogOf),
    responses((status = 200, body = RetentionPolicy)),
    extensions(("x-ward-action" = json!("retention:read")), ("x-ward-otherwise" = json!("platform-retention:read")))
)]
pub(crate) async fn show(Caller(ctx): Caller, Query(of): Query<LogOf>) -> Answer<RetentionPolicy> {
    Ok(Json(retention::show(&ctx, of.organization).await?))
}

/// Sets how long the log is kept, and when closed shards leave this machine. Below six years it is refused.
#[utoipa::path(
    put,
    path = "/v1/ledger/retention",
    tag = "retention",
    params(LogOf),
    request_body = SetRetention,
    responses((status = 200, body = RetentionPolicy)),
    extensions(("x-ward-action" = json!("retention:write")), ("x-ward-otherwise" = json!("platform-retention:write")))
)]
pub(crate) async fn set(
    Caller(ctx): Caller,
    Query(of): Query<LogOf>,
    Input(wish): Input<SetRetention>,
) -> Answer<RetentionPolicy> {
    Ok(Json(retention::set(&ctx, of.organization, wish).await?))
}
