//! Grants of roles.

use axum::Json;
use ward_identity::grants;
use ward_model::{
    GrantId, OrganizationId, Page, PageQuery,
    users::{Grant, NewGrant},
};

use crate::{
    answer::{Answer, Done, Made, created, done},
    caller::Caller,
    extract::{Input, Path, Query},
    scope,
};

/// Grants in the organization.
#[utoipa::path(
    get,
    path = "/v1/organizations/{organization}/grants",
    tag = "grants",
    params(PageQuery),
    responses((status = 200, body = Page<Grant>)),
    extensions(("x-ward-action" = json!("grant:list")))
)]
pub(crate) async fn list(
    Caller(ctx): Caller,
    Path(organization): Path<OrganizationId>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<Grant>> {
    Ok(Json(grants::list(&ctx, organization, &page).await?))
}

/// Grants a role on the organization, a project or an environment of it.
#[utoipa::path(
    post,
    path = "/v1/organizations/{organization}/grants",
    tag = "grants",
    request_body = NewGrant,
    responses((status = 201, body = Grant)),
    extensions(("x-ward-action" = json!("grant:create")))
)]
pub(crate) async fn create(
    Caller(ctx): Caller,
    Path(organization): Path<OrganizationId>,
    Input(new): Input<NewGrant>,
) -> Made<Grant> {
    // The verb asks the gate first and then refuses a scope outside of the organization, absent ones alike.
    let scope = scope::find(&ctx, new.scope_kind, &new.scope_id).await?;
    created(grants::create(&ctx, organization, new, scope).await?)
}

/// Takes a grant back, at once.
#[utoipa::path(
    delete,
    path = "/v1/organizations/{organization}/grants/{grant}",
    tag = "grants",
    responses((status = 204)),
    extensions(("x-ward-action" = json!("grant:revoke")))
)]
pub(crate) async fn revoke(
    Caller(ctx): Caller,
    Path((organization, grant)): Path<(OrganizationId, GrantId)>,
) -> Done {
    grants::revoke(&ctx, organization, grant).await?;
    done()
}
