//! Regions.

use axum::Json;
use ward_model::{
    Page, PageQuery,
    organizations::{NewRegion, Region},
};
use ward_platform::regions;

use crate::{
    answer::{Answer, Made, created},
    caller::Caller,
    extract::{Input, Query},
};

/// Regions of the platform.
#[utoipa::path(
    get,
    path = "/v1/regions",
    tag = "regions",
    params(PageQuery),
    responses((status = 200, body = Page<Region>)),
    extensions(("x-ward-action" = json!("region:list")))
)]
pub(crate) async fn list(Caller(ctx): Caller, Query(page): Query<PageQuery>) -> Answer<Page<Region>> {
    Ok(Json(regions::list(&ctx, &page).await?))
}

/// Creates a region, designated for PHI or not.
#[utoipa::path(
    post,
    path = "/v1/regions",
    tag = "regions",
    request_body = NewRegion,
    responses((status = 201, body = Region)),
    extensions(("x-ward-action" = json!("region:create")))
)]
pub(crate) async fn create(Caller(ctx): Caller, Input(new): Input<NewRegion>) -> Made<Region> {
    created(regions::create(&ctx, new).await?)
}
