//! Posture: the state of all safeguards now.

use axum::Json;
use ward_compliance::posture;
use ward_model::{OrganizationId, posture::Posture};

use crate::{answer::Answer, caller::Caller, extract::Path};

/// Posture of an organization.
#[utoipa::path(
    get,
    path = "/v1/organizations/{organization}/posture",
    tag = "posture",
    responses((status = 200, body = Posture)),
    extensions(("x-ward-action" = json!("posture:read")))
)]
pub(crate) async fn of_organization(
    Caller(ctx): Caller,
    Path(organization): Path<OrganizationId>,
) -> Answer<Posture> {
    Ok(Json(posture::read(&ctx, Some(organization)).await?))
}

/// Posture of the platform.
#[utoipa::path(
    get,
    path = "/v1/posture",
    tag = "posture",
    responses((status = 200, body = Posture)),
    extensions(("x-ward-action" = json!("platform-posture:read")))
)]
pub(crate) async fn of_platform(Caller(ctx): Caller) -> Answer<Posture> {
    Ok(Json(posture::read(&ctx, None).await?))
}
