//! Legal holds on a log.

use axum::Json;
use ward_custody::holds;
use ward_model::{
    HoldId, Page,
    retention::{Hold, LogOf, LogQuery, NewHold, ReleaseHold},
};

use crate::{
    answer::{Answer, Made, created},
    caller::Caller,
    extract::{Input, Path, Query},
};

/// Legal holds on the log, released ones too, oldest first.
#[utoipa::path(
    get,
    path = "/v1/ledger/holds",
    tag = "holds",
    params(LogQuery),
    responses((status = 200, body = Page<Hold>)),
    extensions(("x-ward-action" = json!("retention:read")), ("x-ward-otherwise" = json!("platform-retention:read")))
)]
pub(crate) async fn list(Caller(ctx): Caller, Query(query): Query<LogQuery>) -> Answer<Page<Hold>> {
    Ok(Json(holds::list(&ctx, &query).await?))
}

/// Puts a legal hold on the log. What it covers is neither pruned nor destroyed.
#[utoipa::path(
    post,
    path = "/v1/ledger/holds",
    tag = "holds",
    params(LogOf),
    request_body = NewHold,
    responses((status = 201, body = Hold)),
    extensions(("x-ward-action" = json!("hold:create")), ("x-ward-otherwise" = json!("platform-hold:create")))
)]
pub(crate) async fn create(
    Caller(ctx): Caller,
    Query(of): Query<LogOf>,
    Input(new): Input<NewHold>,
) -> Made<Hold> {
    created(holds::create(&ctx, of.organization, new).await?)
}

/// Releases a legal hold.
#[utoipa::path(
    post,
    path = "/v1/ledger/holds/{hold}/release",
    tag = "holds",
    request_body = ReleaseHold,
    responses((status = 200, body = Hold)),
    extensions(("x-ward-action" = json!("hold:release")), ("x-ward-otherwise" = json!("platform-hold:release")))
)]
pub(crate) async fn release(
    Caller(ctx): Caller,
    Path(hold): Path<HoldId>,
    Input(wish): Input<ReleaseHold>,
) -> Answer<Hold> {
    Ok(Json(holds::release(&ctx, hold, wish).await?))
}
