//! Apps and their processes.

use axum::Json;
use ward_model::{
    AppId, EnvironmentId, Page, PageQuery,
    apps::{App, Deployment, NewApp, Process},
};
use ward_platform::apps;

use crate::{
    answer::{Answer, Made, accepted, created},
    caller::Caller,
    extract::{Input, Path, Query},
};

/// Apps of the environment.
#[utoipa::path(
    get,
    path = "/v1/environments/{environment}/apps",
    tag = "apps",
    params(PageQuery),
    responses((status = 200, body = Page<App>)),
    extensions(("x-ward-action" = json!("app:list")))
)]
pub(crate) async fn list(
    Caller(ctx): Caller,
    Path(environment): Path<EnvironmentId>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<App>> {
    Ok(Json(apps::list(&ctx, environment, &page).await?))
}

/// Creates an app.
#[utoipa::path(
    post,
    path = "/v1/environments/{environment}/apps",
    tag = "apps",
    request_body = NewApp,
    responses((status = 201, body = App)),
    extensions(("x-ward-action" = json!("app:create")))
)]
pub(crate) async fn create(
    Caller(ctx): Caller,
    Path(environment): Path<EnvironmentId>,
    Input(new): Input<NewApp>,
) -> Made<App> {
    created(apps::create(&ctx, environment, new).await?)
}

/// One app.
#[utoipa::path(
    get,
    path = "/v1/apps/{app}",
    tag = "apps",
    responses((status = 200, body = App)),
    extensions(("x-ward-action" = json!("app:read")))
)]
pub(crate) async fn read(Caller(ctx): Caller, Path(id): Path<AppId>) -> Answer<App> {
    Ok(Json(apps::get(&ctx, id).await?))
}

/// Destroys an app.
#[utoipa::path(
    delete,
    path = "/v1/apps/{app}",
    tag = "apps",
    responses((status = 202, body = App)),
    extensions(("x-ward-action" = json!("app:destroy")))
)]
pub(crate) async fn destroy(Caller(ctx): Caller, Path(id): Path<AppId>) -> Made<App> {
    accepted(apps::destroy(&ctx, id).await?)
}

/// Restarts the processes, one beside the other: no request is lost.
#[utoipa::path(
    post,
    path = "/v1/apps/{app}/restart",
    tag = "apps",
    responses((status = 202, body = Deployment)),
    extensions(("x-ward-action" = json!("app:restart")))
)]
pub(crate) async fn restart(Caller(ctx): Caller, Path(id): Path<AppId>) -> Made<Deployment> {
    accepted(apps::restart(&ctx, id).await?)
}

/// Processes of the app, as they run now.
#[utoipa::path(
    get,
    path = "/v1/apps/{app}/processes",
    tag = "apps",
    responses((status = 200, body = Page<Process>)),
    extensions(("x-ward-action" = json!("app:read")))
)]
pub(crate) async fn processes(Caller(ctx): Caller, Path(id): Path<AppId>) -> Answer<Page<Process>> {
    Ok(Json(apps::list_processes(&ctx, id).await?))
}
