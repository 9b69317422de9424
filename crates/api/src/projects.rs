//! Projects.

use axum::Json;
use ward_model::{
    OrganizationId, Page, PageQuery, ProjectId,
    organizations::{NewProject, Project},
};
use ward_platform::projects;

use crate::{
    answer::{Answer, Made, created},
    caller::Caller,
    extract::{Input, Path, Query},
};

/// Projects of the organization.
#[utoipa::path(
    get,
    path = "/v1/organizations/{organization}/projects",
    tag = "projects",
    params(PageQuery),
    responses((status = 200, body = Page<Project>)),
    extensions(("x-ward-action" = json!("project:list")))
)]
pub(crate) async fn list(
    Caller(ctx): Caller,
    Path(organization): Path<OrganizationId>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<Project>> {
    Ok(Json(projects::list(&ctx, organization, &page).await?))
}

/// Creates a project.
#[utoipa::path(
    post,
    path = "/v1/organizations/{organization}/projects",
    tag = "projects",
    request_body = NewProject,
    responses((status = 201, body = Project)),
    extensions(("x-ward-action" = json!("project:create")))
)]
pub(crate) async fn create(
    Caller(ctx): Caller,
    Path(organization): Path<OrganizationId>,
    Input(new): Input<NewProject>,
) -> Made<Project> {
    created(projects::create(&ctx, organization, new).await?)
}

/// One project.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}",
    tag = "projects",
    responses((status = 200, body = Project)),
    extensions(("x-ward-action" = json!("project:read")))
)]
pub(crate) async fn read(Caller(ctx): Caller, Path(id): Path<ProjectId>) -> Answer<Project> {
    Ok(Json(projects::get(&ctx, id).await?))
}
