//! What surrounds every request: its context before, its headers and the form of its errors after.

use std::{net::IpAddr, panic::AssertUnwindSafe};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use futures::FutureExt as _;
use ward_model::Principal;
use ward_spine::{Ctx, RequestInfo};

use crate::{
    ApiState,
    caller::Visitor,
    problem::{Failure, PROBLEM},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest name of a client that is kept, in characters.
const LONGEST_CLIENT: usize = 200;

/// Headers of every answer. Nothing of the API may be kept, framed, sniffed or run by a browser.
const SECURITY: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The outermost layer: makes the anonymous context, and gives every answer its form.
pub(crate) async fn surround(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let ctx = Ctx::new(state.core.clone(), Principal::Anonymous, request_info(request.headers()));
    let request_id = ctx.request_id().to_string();
    request.extensions_mut().insert(Visitor(ctx));
    dress(run(next, request).await, &request_id)
}

/// Runs the rest; a panic in a handler is one failed request, not a lost connection.
pub(crate) async fn run(next: Next, request: Request) -> Response {
    AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

/// Gives an answer its form: errors as problems, the request id, the security headers.
pub(crate) fn dress(mut response: Response, request_id: &str) -> Response {
    let failure = response.extensions_mut().remove::<Failure>().or_else(|| {
        let status = response.status();
        let bare = status.is_client_error() || status.is_server_error();
        let formed = response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t == PROBLEM);
        (bare && !formed).then(|| Failure::of_status(status))
    });
    if let Some(failure) = failure {
        let allow = response.headers_mut().remove(header::ALLOW);
        response = failure.render(request_id);
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// Where a request comes from. The API listens on a Unix socket: what connects is the ingress, which replaces
/// `X-Forwarded-For` by the one address that it saw, or somebody at the machine itself.
fn request_info(headers: &HeaderMap) -> RequestInfo {
    let last = headers.get_all("x-forwarded-for").iter().next_back().and_then(|v| v.to_str().ok());
    let address =
        last.and_then(|text| text.rsplit(',').next()).and_then(|text| text.trim().parse::<IpAddr>().ok());
    let client = headers.get(header::USER_AGENT).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
    RequestInfo {
        address: address.map_or_else(|| "local".to_owned(), |a| a.to_canonical().to_string()),
        client: client.unwrap_or_default().chars().filter(|c| !c.is_control()).take(LONGEST_CLIENT).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(pairs: &[(&'static str, &str)]) -> RequestInfo {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        request_info(&headers)
    }

    #[test]
    fn the_address_is_the_one_that_the_ingress_wrote_last() {
        assert_eq!(info(&[]).address, "local");
        assert_eq!(info(&[("x-forwarded-for", "192.0.2.7")]).address, "192.0.2.7");
        assert_eq!(info(&[("x-forwarded-for", "6.6.6.6, ::ffff:192.0.2.7")]).address, "192.0.2.7");
        assert_eq!(
            info(&[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "2001:db8::1")]).address,
            "2001:db8::1"
        );
        assert_eq!(info(&[("x-forwarded-for", "<script>")]).address, "local");
    }

    #[test]
    fn the_name_of_a_client_is_cut() {
        assert_eq!(info(&[("user-agent", &"x".repeat(900))]).client.len(), LONGEST_CLIENT);
    }
}
