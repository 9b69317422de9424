//! Errors on their way out: problem details (RFC 9457) with a stable code and a next step.
//!
//! A handler answers with a [`Failure`]; the outermost layer makes the body of it, because only that layer knows the
//! request id for certain. The cause goes to the log under the same id, never to the client.

use std::{error::Error as _, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ward_model::{ErrorCode, Problem};
use ward_spine::Error;

/// Media type of a problem.
pub(crate) const PROBLEM: &str = "application/problem+json";

/// An error of a handler, with the status that it is answered with.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    error: Arc<Error>,
    status: StatusCode,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { error: Arc::new(error), status }
    }
}

impl Failure {
    /// The request breaks a rule of form.
    pub(crate) fn invalid(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Error::invalid(message, next_step).into()
    }

    /// The same error under another status of HTTP.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// What a bare status of the framework means.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, message, next_step) = match status {
            StatusCode::METHOD_NOT_ALLOWED => (
                ErrorCode::Invalid,
                "this path does not take that method",
                "the header Allow names the methods that it takes; GET /v1/openapi.json describes all routes",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => {
                (ErrorCode::TooLarge, "the body is larger than this route takes", "send less")
            }
            StatusCode::NOT_FOUND => {
                (ErrorCode::NotFound, "there is no such route", "GET /v1/openapi.json describes all routes")
            }
            status if status.is_client_error() => (
                ErrorCode::Invalid,
                "the request can't be understood",
                "GET /v1/openapi.json describes all routes",
            ),
            _ => (
                ErrorCode::Internal,
                "Ward failed while answering",
                "the server's log has the cause under this request id",
            ),
        };
        Self { error: Arc::new(Error::new(code, message, next_step)), status }
    }

    /// Makes the answer; writes the cause to the log.
    pub(crate) fn render(&self, request_id: &str) -> Response {
        let error = &self.error;
        if self.status.is_server_error() {
            let mut causes = Vec::new();
            let mut source = error.source();
            while let Some(cause) = source {
                causes.push(cause.to_string());
                source = cause.source();
            }
            tracing::error!(
                request_id,
                code = error.code().as_str(),
                message = error.message(),
                ?causes,
                "a request failed"
            );
        }
        let problem = Problem {
            kind: format!("urn:ward:error:{}", error.code().as_str()),
            status: self.status.as_u16(),
            code: error.code(),
            title: error.message().to_owned(),
            next_step: error.next_step().to_owned(),
            request_id: request_id.to_owned(),
            safeguard: error.safeguard().map(str::to_owned),
            retry_after: error.retry_after(),
        };
        let mut response = Response::new(Body::from(serde_json::to_vec(&problem).unwrap_or_default()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"ward\""));
        }
        if self.status == StatusCode::UPGRADE_REQUIRED {
            headers.insert(header::UPGRADE, HeaderValue::from_static(crate::tunnel::PROTOCOL));
        }
        if let Some(seconds) = error.retry_after() {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
