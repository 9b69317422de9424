//! Secrets of an app: written, never read.

use axum::Json;
use ward_model::{
    AppId, Page, PageQuery,
    apps::{Secret, SecretValue},
};
use ward_platform::apps;

use crate::{
    answer::{Answer, Done, done},
    caller::Caller,
    extract::{Input, Path, Query},
};

/// Names of the secrets.
#[utoipa::path(
    get,
    path = "/v1/apps/{app}/secrets",
    tag = "secrets",
    params(PageQuery),
    responses((status = 200, body = Page<Secret>)),
    extensions(("x-ward-action" = json!("secret:list")))
)]
pub(crate) async fn list(
    Caller(ctx): Caller,
    Path(app): Path<AppId>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<Secret>> {
    Ok(Json(apps::list_secrets(&ctx, app, &page).await?))
}

/// Sets a secret. Setting the same value again is harmless, so no Idempotency-Key is needed.
#[utoipa::path(
    put,
    path = "/v1/apps/{app}/secrets/{name}",
    tag = "secrets",
    request_body = SecretValue,
    responses((status = 200, body = Secret)),
    extensions(("x-ward-action" = json!("secret:write")), ("x-ward-secret" = json!(true)))
)]
pub(crate) async fn set(
    Caller(ctx): Caller,
    Path((app, name)): Path<(AppId, String)>,
    Input(value): Input<SecretValue>,
) -> Answer<Secret> {
    Ok(Json(apps::set_secret(&ctx, app, &name, value).await?))
}

/// Removes a secret.
#[utoipa::path(
    delete,
    path = "/v1/apps/{app}/secrets/{name}",
    tag = "secrets",
    responses((status = 204)),
    extensions(("x-ward-action" = json!("secret:write")))
)]
pub(crate) async fn remove(Caller(ctx): Caller, Path((app, name)): Path<(AppId, String)>) -> Done {
    apps::remove_secret(&ctx, app, &name).await?;
    done()
}
