//! Whether Ward lives. Open to everyone; says nothing else.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use ward_model::system::Health;

use crate::{ApiState, document};

/// Whether Ward lives, and whether it is sealed.
#[utoipa::path(
    get,
    path = "/v1/health",
    tag = "health",
    responses((status = 200, body = Health)),
    extensions(("x-ward-open" = json!(true)))
)]
pub(crate) async fn read(State(state): State<ApiState>) -> Json<Health> {
    Json(Health { version: state.version.clone(), sealed: state.core.vault.is_sealed() })
}

/// This document.
#[utoipa::path(
    get,
    path = "/v1/openapi.json",
    tag = "health",
    responses((status = 200, content_type = "application/json")),
    extensions(("x-ward-open" = json!(true)))
)]
pub(crate) async fn openapi() -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], document::openapi_json()).into_response()
}
