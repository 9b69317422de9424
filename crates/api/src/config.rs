//! Configuration of an app.

use axum::Json;
use ward_model::{
    AppId,
    apps::{Config, ConfigChange},
};
use ward_platform::apps;

use crate::{
    answer::Answer,
    caller::Caller,
    extract::{Input, Path},
};

/// Names and values. Secrets are elsewhere, and can't be read.
#[utoipa::path(
    get,
    path = "/v1/apps/{app}/config",
    tag = "config",
    responses((status = 200, body = Config)),
    extensions(("x-ward-action" = json!("config:read")))
)]
pub(crate) async fn read(Caller(ctx): Caller, Path(app): Path<AppId>) -> Answer<Config> {
    Ok(Json(apps::get_config(&ctx, app).await?))
}

/// Sets and removes values: a new release, and a deployment of it if one runs.
#[utoipa::path(
    patch,
    path = "/v1/apps/{app}/config",
    tag = "config",
    request_body = ConfigChange,
    responses((status = 200, body = Config)),
    extensions(("x-ward-action" = json!("config:write")))
)]
pub(crate) async fn change(
    Caller(ctx): Caller,
    Path(app): Path<AppId>,
    Input(change): Input<ConfigChange>,
) -> Answer<Config> {
    Ok(Json(apps::change_config(&ctx, app, change).await?))
}
