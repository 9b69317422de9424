//! Environments.

use axum::Json;
use ward_model::{
    EnvironmentId, Page, PageQuery, ProjectId,
    environments::{Environment, NewEnvironment},
};
use ward_platform::environments;

use crate::{
    answer::{Answer, Made, accepted, created},
    caller::Caller,
    extract::{Input, Path, Query},
};

/// Environments of the project.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/environments",
    tag = "environments",
    params(PageQuery),
    responses((status = 200, body = Page<Environment>)),
    extensions(("x-ward-action" = json!("environment:list")))
)]
pub(crate) async fn list(
    Caller(ctx): Caller,
    Path(project): Path<ProjectId>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<Environment>> {
    Ok(Json(environments::list(&ctx, project, &page).await?))
}

/// Creates an environment. One for PHI needs an active agreement and a region designated for it.
#[utoipa::path(
    post,
    path = "/v1/projects/{project}/environments",
    tag = "environments",
    request_body = NewEnvironment,
    responses((status = 201, body = Environment)),
    extensions(("x-ward-action" = json!("environment:create")))
)]
pub(crate) async fn create(
    Caller(ctx): Caller,
    Path(project): Path<ProjectId>,
    Input(new): Input<NewEnvironment>,
) -> Made<Environment> {
    created(environments::create(&ctx, project, new).await?)
}

/// One environment.
#[utoipa::path(
    get,
    path = "/v1/environments/{environment}",
    tag = "environments",
    responses((status = 200, body = Environment)),
    extensions(("x-ward-action" = json!("environment:read")))
)]
pub(crate) async fn read(Caller(ctx): Caller, Path(id): Path<EnvironmentId>) -> Answer<Environment> {
    Ok(Json(environments::get(&ctx, id).await?))
}

/// Destroys an environment with all in it; its keys are destroyed last.
#[utoipa::path(
    delete,
    path = "/v1/environments/{environment}",
    tag = "environments",
    responses((status = 202, body = Environment)),
    extensions(("x-ward-action" = json!("environment:destroy")))
)]
pub(crate) async fn destroy(Caller(ctx): Caller, Path(id): Path<EnvironmentId>) -> Made<Environment> {
    accepted(environments::destroy(&ctx, id).await?)
}
