//! Organizations.

use axum::Json;
use ward_model::{
    OrganizationId, Page, PageQuery,
    organizations::{NewOrganization, Organization},
};
use ward_platform::organizations;

use crate::{
    answer::{Answer, Made, created},
    caller::Caller,
    extract::{Input, Path, Query},
};

/// Organizations that one holds a role in.
#[utoipa::path(
    get,
    path = "/v1/organizations",
    tag = "organizations",
    params(PageQuery),
    responses((status = 200, body = Page<Organization>)),
    extensions(("x-ward-action" = json!("organization:list")))
)]
pub(crate) async fn list(Caller(ctx): Caller, Query(page): Query<PageQuery>) -> Answer<Page<Organization>> {
    Ok(Json(organizations::list(&ctx, &page).await?))
}

/// Creates an organization; whoever does becomes its owner.
#[utoipa::path(
    post,
    path = "/v1/organizations",
    tag = "organizations",
    request_body = NewOrganization,
    responses((status = 201, body = Organization)),
    extensions(("x-ward-action" = json!("organization:create")))
)]
pub(crate) async fn create(Caller(ctx): Caller, Input(new): Input<NewOrganization>) -> Made<Organization> {
    created(organizations::create(&ctx, new).await?)
}

/// One organization.
#[utoipa::path(
    get,
    path = "/v1/organizations/{organization}",
    tag = "organizations",
    responses((status = 200, body = Organization)),
    extensions(("x-ward-action" = json!("organization:read")))
)]
pub(crate) async fn read(Caller(ctx): Caller, Path(id): Path<OrganizationId>) -> Answer<Organization> {
    Ok(Json(organizations::get(&ctx, id).await?))
}
