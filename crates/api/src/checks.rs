//! Checks: what observes the live system.

use axum::Json;
use serde::Deserialize;
use ward_compliance::checks;
use ward_model::{
    Page, PageQuery,
    posture::{CheckStatus, Observation},
};

use crate::{
    answer::Answer,
    caller::Caller,
    extract::{InputOrDefault, Path, Query},
};

/// Which checks to run.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunChecks {
    /// Ids of the checks; all of them if absent.
    checks: Option<Vec<String>>,
}

/// Checks that Ward runs, with their newest observations.
#[utoipa::path(
    get,
    path = "/v1/checks",
    tag = "checks",
    responses((status = 200, body = Page<CheckStatus>)),
    extensions(("x-ward-action" = json!("platform-posture:read")))
)]
pub(crate) async fn list(Caller(ctx): Caller) -> Answer<Page<CheckStatus>> {
    Ok(Json(checks::list(&ctx).await?))
}

/// Runs checks now, and answers when they are done.
#[utoipa::path(
    post,
    path = "/v1/checks/run",
    tag = "checks",
    request_body = Option<RunChecks>,
    responses((status = 200, body = Page<CheckStatus>)),
    extensions(("x-ward-action" = json!("check:run")))
)]
pub(crate) async fn run(
    Caller(ctx): Caller,
    InputOrDefault(wish): InputOrDefault<RunChecks>,
) -> Answer<Page<CheckStatus>> {
    Ok(Json(checks::run(&ctx, wish.checks).await?))
}

/// Observations of a check, newest first.
#[utoipa::path(
    get,
    path = "/v1/checks/{check}/observations",
    tag = "checks",
    params(PageQuery),
    responses((status = 200, body = Page<Observation>)),
    extensions(("x-ward-action" = json!("platform-posture:read")))
)]
pub(crate) async fn observations(
    Caller(ctx): Caller,
    Path(check): Path<String>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<Observation>> {
    Ok(Json(checks::observations(&ctx, &check, &page).await?))
}
