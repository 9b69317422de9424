//! Users of an organization.

use axum::Json;
use ward_identity::users;
use ward_model::{
    OrganizationId, Page, PageQuery, UserId,
    users::{CreatedUser, NewUser, User},
};

use crate::{
    answer::{Answer, Made, created},
    caller::Caller,
    extract::{Input, Path, Query},
};

/// Users of the organization.
#[utoipa::path(
    get,
    path = "/v1/organizations/{organization}/users",
    tag = "users",
    params(PageQuery),
    responses((status = 200, body = Page<User>)),
    extensions(("x-ward-action" = json!("user:list")))
)]
pub(crate) async fn list(
    Caller(ctx): Caller,
    Path(organization): Path<OrganizationId>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<User>> {
    Ok(Json(users::list(&ctx, organization, &page).await?))
}

/// Creates a user with a first password, shown once, which must be changed at the first sign-in.
#[utoipa::path(
    post,
    path = "/v1/organizations/{organization}/users",
    tag = "users",
    request_body = NewUser,
    responses((status = 201, body = CreatedUser)),
    extensions(("x-ward-action" = json!("user:create")), ("x-ward-secret" = json!(true)))
)]
pub(crate) async fn create(
    Caller(ctx): Caller,
    Path(organization): Path<OrganizationId>,
    Input(new): Input<NewUser>,
) -> Made<CreatedUser> {
    created(users::create(&ctx, organization, new).await?)
}

/// Disables a user: ends all sessions and tokens at once.
#[utoipa::path(
    post,
    path = "/v1/organizations/{organization}/users/{user}/disable",
    tag = "users",
    responses((status = 200, body = User)),
    extensions(("x-ward-action" = json!("user:disable")))
)]
pub(crate) async fn disable(
    Caller(ctx): Caller,
    Path((organization, user)): Path<(OrganizationId, UserId)>,
) -> Answer<User> {
    Ok(Json(users::disable(&ctx, organization, user).await?))
}
