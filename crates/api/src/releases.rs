//! Releases of an app, and going back to one.

use axum::Json;
use ward_model::{
    AppId, Page, PageQuery,
    apps::{Deployment, Release, Rollback},
};
use ward_platform::apps;

use crate::{
    answer::{Answer, Made, accepted},
    caller::Caller,
    extract::{InputOrDefault, Path, Query},
};

/// Releases of the app, newest first.
#[utoipa::path(
    get,
    path = "/v1/apps/{app}/releases",
    tag = "releases",
    params(PageQuery),
    responses((status = 200, body = Page<Release>)),
    extensions(("x-ward-action" = json!("app:read")))
)]
pub(crate) async fn list(
    Caller(ctx): Caller,
    Path(app): Path<AppId>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<Release>> {
    Ok(Json(apps::list_releases(&ctx, app, &page).await?))
}

/// Goes back to an earlier release; the one before the current if none is named.
#[utoipa::path(
    post,
    path = "/v1/apps/{app}/rollback",
    tag = "releases",
    request_body = Option<Rollback>,
    responses((status = 202, body = Deployment)),
    extensions(("x-ward-action" = json!("app:rollback")))
)]
pub(crate) async fn rollback(
    Caller(ctx): Caller,
    Path(app): Path<AppId>,
    InputOrDefault(wish): InputOrDefault<Rollback>,
) -> Made<Deployment> {
    accepted(apps::rollback(&ctx, app, wish).await?)
}
