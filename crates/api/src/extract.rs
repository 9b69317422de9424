//! Reading paths, queries and bodies: what does not fit is told with its place and what was expected.

use axum::{
    extract::{FromRequest, FromRequestParts, Request, path::ErrorKind, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use ward_model::ErrorCode;
use ward_spine::Error;

use crate::problem::Failure;

/// Largest JSON body, in bytes.
pub(crate) const LARGEST_BODY: usize = 1 << 20;

/// Parameters in the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(rejection)) => {
                let message = match rejection.into_kind() {
                    ErrorKind::Message(message) | ErrorKind::DeserializeError { message, .. } => message,
                    other => other.to_string(),
                };
                Err(Failure::invalid(
                    format!("the path can't be read: {message}"),
                    "give ids as Ward printed them",
                ))
            }
            Err(other) => Err(Error::internal("reading a path", other.to_string()).into()),
        }
    }
}

/// Parameters in the query.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let axum::extract::Query(value) =
            axum::extract::Query::<T>::from_request_parts(parts, state).await.map_err(|e| {
                let next_step = "GET /v1/openapi.json describes the parameters of each route";
                Failure::invalid(format!("the query can't be read: {}", e.body_text()), next_step)
            })?;
        Ok(Self(value))
    }
}

/// A JSON body.
pub(crate) struct Input<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Input<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let (headers, bytes) = whole(request).await?;
        require_json(&headers)?;
        read_json(&bytes).map(Self)
    }
}

/// A JSON body that may be absent: then the default.
pub(crate) struct InputOrDefault<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for InputOrDefault<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let (headers, bytes) = whole(request).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        require_json(&headers)?;
        read_json(&bytes).map(Self)
    }
}

async fn whole(request: Request) -> Result<(HeaderMap, Bytes), Failure> {
    let (parts, body) = request.into_parts();
    Ok((parts.headers, collect(body).await?))
}

/// Reads a body of at most [`LARGEST_BODY`] bytes.
pub(crate) async fn collect(body: axum::body::Body) -> Result<Bytes, Failure> {
    match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(LARGEST_BODY as u64)),
        Err(error) => Err(Error::invalid("the body broke off", "send it again").because(error).into()),
    }
}

/// The body is larger than the route takes.
pub(crate) fn too_large(most: u64) -> Failure {
    Error::new(ErrorCode::TooLarge, format!("the body is larger than {} KiB", most >> 10), "send less").into()
}

/// Refuses a body that does not say that it is of the type.
pub(crate) fn require_type(headers: &HeaderMap, wanted: &str) -> Result<(), Failure> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    let message = format!("this route takes {wanted}");
    Err(Failure::invalid(message, format!("send `Content-Type: {wanted}`"))
        .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
}

fn require_json(headers: &HeaderMap) -> Result<(), Failure> {
    require_type(headers, "application/json")
}

fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { String::new() } else { format!(" at `{path}`") };
        not_json(&format!("the body can't be read{place}: {}", error.inner()))
    })?;
    reader.end().map_err(|error| not_json(&format!("the body can't be read: {error}")))?;
    Ok(value)
}

fn not_json(message: &str) -> Failure {
    let cut: String = message.chars().take(400).collect();
    Failure::invalid(cut, "GET /v1/openapi.json describes the body of each route")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ward_model::{apps::NewApp, databases::NewDatabase};

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_body_or_a_refusal(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_json::<NewDatabase>(&bytes);
        }

        #[test]
        fn what_follows_a_body_is_refused(rest in "[^ \\t\\r\\n]{1,10}") {
            let text = format!("{{\"name\":\"a\"}}{rest}");
            prop_assert!(read_json::<NewApp>(text.as_bytes()).is_err());
        }
    }
}
