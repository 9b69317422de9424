//! Errors on their way to a person: a page with what happened, what to do next and the request id, or the way there.

use std::{error::Error as _, sync::Arc};

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ward_model::ErrorCode;
use ward_spine::Error;

use crate::{
    cookie,
    frame::Visit,
    landing,
    shell::{Shell, page, see_other},
    words,
};

/// What a handler gives instead of a page.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// Something went wrong.
    Told(Arc<Error>, StatusCode),
    /// Something else comes first: there.
    Elsewhere(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::Told(Arc::new(error), status)
    }
}

impl From<ward_model::id::InvalidId> for Failure {
    fn from(error: ward_model::id::InvalidId) -> Self {
        Error::from(error).into()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    shell: Shell,
    heading: &'static str,
    message: String,
    next_step: String,
    safeguard: Option<String>,
    code: &'static str,
    status: u16,
}

#[derive(Template)]
#[template(path = "bounce.html")]
struct BouncePage {
    to: String,
}

impl Failure {
    /// There is no such page.
    pub(crate) fn no_page() -> Self {
        Self::of_status(StatusCode::NOT_FOUND)
    }

    /// Nobody is signed in.
    pub(crate) fn nobody() -> Self {
        Error::new(ErrorCode::Unauthenticated, "you are not signed in, or the session has ended", "sign in")
            .into()
    }

    /// What a bare status of the framework means.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, message, next_step) = match status {
            StatusCode::NOT_FOUND => {
                (ErrorCode::NotFound, "there is no such page", "go on from the overview")
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                (ErrorCode::Invalid, "this address is only for forms", "go on from the overview")
            }
            StatusCode::PAYLOAD_TOO_LARGE => (ErrorCode::TooLarge, "the form is too large", "send less"),
            status if status.is_client_error() => {
                (ErrorCode::Invalid, "the request can't be understood", "go on from the overview")
            }
            _ => (
                ErrorCode::Internal,
                "Ward failed while answering",
                "try again; the log has the cause under the request id",
            ),
        };
        Self::Told(Arc::new(Error::new(code, message, next_step)), status)
    }

    /// Makes the answer; writes the cause of a defect to the log.
    pub(crate) fn answer(&self, visit: &Visit, request_id: &str) -> Response {
        let (error, status) = match self {
            Self::Elsewhere(to) => return see_other(to),
            Self::Told(error, status) => (error, *status),
        };
        let back = visit.asked.page();
        match error.code() {
            ErrorCode::Unauthenticated => return signed_out(visit, &back),
            ErrorCode::SecondFactorRequired => return see_other(&landing::with_next("/sign-in/code", &back)),
            ErrorCode::StepUpRequired => return see_other(&landing::with_next("/step-up", &back)),
            _ => {}
        }
        if status.is_server_error() {
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
                "a page failed"
            );
        }
        let shell = Shell::of_error(visit.signed.get(), request_id);
        let shown = FailurePage {
            shell,
            heading: heading(error.code()),
            message: words::sentence(error.message()),
            next_step: words::sentence(error.next_step()),
            safeguard: error.safeguard().map(str::to_owned),
            code: error.code().as_str(),
            status: status.as_u16(),
        };
        let mut response = page(&shown).unwrap_or_else(|_| status.into_response());
        *response.status_mut() = status;
        if let Some(seconds) = error.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// To the sign-in page. When another site led here, the browser held a `SameSite=Strict` cookie back: the page is
/// asked for once more from here, and then the cookie comes along if there is one.
fn signed_out(visit: &Visit, back: &str) -> Response {
    if visit.asked.from_elsewhere && !visit.asked.submits {
        let bounce = BouncePage { to: back.to_owned() };
        return page(&bounce).unwrap_or_else(|_| see_other("/sign-in"));
    }
    let mut response = see_other(&landing::with_next("/sign-in", back));
    if let Ok(value) = HeaderValue::from_str(&cookie::clear(cookie::SESSION)) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

fn heading(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::NotFound => "Not found",
        ErrorCode::Forbidden => "Not allowed",
        ErrorCode::Floor => "A safeguard forbids this",
        ErrorCode::Throttled => "Too many attempts",
        ErrorCode::Sealed => "Ward is sealed",
        ErrorCode::LedgerUnavailable | ErrorCode::Unavailable => "Not available now",
        ErrorCode::Internal => "Something went wrong",
        ErrorCode::Conflict => "That can't be done now",
        _ => "That did not work",
    }
}
