//! How handlers answer.

use axum::{Json, http::StatusCode};

use crate::problem::Failure;

/// 200 with a body.
pub(crate) type Answer<T> = Result<Json<T>, Failure>;
/// Another status with a body.
pub(crate) type Made<T> = Result<(StatusCode, Json<T>), Failure>;
/// 204.
pub(crate) type Done = Result<StatusCode, Failure>;

/// 201 with what was created.
pub(crate) fn created<T>(value: T) -> Made<T> {
    Ok((StatusCode::CREATED, Json(value)))
}

/// 202 with what was accepted: a loop carries it out.
pub(crate) fn accepted<T>(value: T) -> Made<T> {
    Ok((StatusCode::ACCEPTED, Json(value)))
}

/// 204.
pub(crate) fn done() -> Done {
    Ok(StatusCode::NO_CONTENT)
}
