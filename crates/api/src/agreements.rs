//! Agreements (BAA) of an organization.

use axum::Json;
use ward_model::{
    AgreementId, OrganizationId, Page, PageQuery,
    agreements::{Agreement, NewAgreement},
};
use ward_platform::agreements;

use crate::{
    answer::{Answer, Made, created},
    caller::Caller,
    extract::{Input, Path, Query},
};

/// Agreements of the organization, ended ones too.
#[utoipa::path(
    get,
    path = "/v1/organizations/{organization}/agreements",
    tag = "agreements",
    params(PageQuery),
    responses((status = 200, body = Page<Agreement>)),
    extensions(("x-ward-action" = json!("agreement:list")))
)]
pub(crate) async fn list(
    Caller(ctx): Caller,
    Path(organization): Path<OrganizationId>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<Agreement>> {
    Ok(Json(agreements::list(&ctx, organization, &page).await?))
}

/// Records an agreement.
#[utoipa::path(
    post,
    path = "/v1/organizations/{organization}/agreements",
    tag = "agreements",
    request_body = NewAgreement,
    responses((status = 201, body = Agreement)),
    extensions(("x-ward-action" = json!("agreement:create")))
)]
pub(crate) async fn create(
    Caller(ctx): Caller,
    Path(organization): Path<OrganizationId>,
    Input(new): Input<NewAgreement>,
) -> Made<Agreement> {
    created(agreements::create(&ctx, organization, new).await?)
}

/// Ends an agreement now.
#[utoipa::path(
    post,
    path = "/v1/organizations/{organization}/agreements/{agreement}/end",
    tag = "agreements",
    responses((status = 200, body = Agreement)),
    extensions(("x-ward-action" = json!("agreement:end")))
)]
pub(crate) async fn end(
    Caller(ctx): Caller,
    Path((organization, agreement)): Path<(OrganizationId, AgreementId)>,
) -> Answer<Agreement> {
    Ok(Json(agreements::end(&ctx, organization, agreement).await?))
}
