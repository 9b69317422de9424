//! What surrounds every request: its context before, its headers and the form of its errors after.

use std::{
    net::IpAddr,
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures::FutureExt as _;
use ward_model::Principal;
use ward_spine::{Ctx, RequestInfo};

use crate::{ConsoleState, failure::Failure, shell::Signed};

/// Longest name of a client that is kept, in characters.
const LONGEST_CLIENT: usize = 200;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

/// What a browser may do with a page: load from this origin, send forms to it, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const SECURITY: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), \
         payment=(), usb=()",
    ),
];

/// A request before anybody authenticated: for pages that need nobody.
#[derive(Clone)]
pub(crate) struct Visit {
    /// Anonymous context.
    pub(crate) ctx: Ctx,
    /// What was asked for.
    pub(crate) asked: Asked,
    /// Who it turned out to be, for the frame of an error page.
    pub(crate) signed: Arc<OnceLock<Signed>>,
}

/// What was asked for, as far as an error needs to know it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Whether it asks to do something.
    pub(crate) submits: bool,
    /// Path and query.
    pub(crate) place: String,
    /// Whether htmx asks, which follows redirects itself and would miss the page behind them.
    pub(crate) by_htmx: bool,
    /// Whether another site led here: then the browser held the session's cookie back.
    pub(crate) from_elsewhere: bool,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let place = request.uri().path_and_query().map_or("/", |p| p.as_str());
        let site = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
        Self {
            submits: !matches!(*request.method(), Method::GET | Method::HEAD),
            place: place.to_owned(),
            by_htmx: request.headers().contains_key("hx-request"),
            from_elsewhere: matches!(site, Some(b"cross-site" | b"same-site")),
        }
    }

    /// The page to come back to: this one, or for a form the one that showed it.
    pub(crate) fn page(&self) -> String {
        if !self.submits {
            return self.place.clone();
        }
        let path = self.place.split('?').next().unwrap_or("/");
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["account", ..] => "/account".to_owned(),
            ["ledger", ..] => "/ledger".to_owned(),
            ["databases", id, ..] => format!("/databases/{id}"),
            _ => "/".to_owned(),
        }
    }
}

/// The outermost layer: makes the anonymous context, and gives every answer its form.
pub(crate) async fn surround(
    State(state): State<ConsoleState>,
    mut request: Request,
    next: Next,
) -> Response {
    let ctx = Ctx::new(state.core.clone(), Principal::Anonymous, request_info(request.headers()));
    let request_id = ctx.request_id().to_string();
    let visit = Visit { ctx, asked: Asked::of(&request), signed: Arc::default() };
    request.extensions_mut().insert(visit.clone());
    // A panic in a handler is one failed request, not a lost connection.
    let response = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let response = response.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    dress(response, &visit, &request_id)
}

fn dress(mut response: Response, visit: &Visit, request_id: &str) -> Response {
    let failure = response.extensions_mut().remove::<Failure>().or_else(|| {
        let status = response.status();
        let bare = status.is_client_error() || status.is_server_error();
        let page = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
        (bare && !page).then(|| Failure::of_status(status))
    });
    if let Some(failure) = failure {
        let allow = response.headers_mut().remove(header::ALLOW);
        response = failure.answer(visit, request_id);
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    if visit.asked.by_htmx && response.status() == StatusCode::SEE_OTHER {
        *response.status_mut() = StatusCode::NO_CONTENT;
        if let Some(to) = response.headers_mut().remove(header::LOCATION) {
            response.headers_mut().insert(HX_REDIRECT, to);
        }
    }
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// Where a request comes from. The console listens on a Unix socket: what connects is the ingress, which replaces
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

    fn asked(method: &str, uri: &str) -> Asked {
        Asked::of(&Request::builder().method(method).uri(uri).body(axum::body::Body::empty()).unwrap())
    }

    #[test]
    fn a_form_leads_back_to_the_page_that_showed_it() {
        assert_eq!(asked("GET", "/ledger?kind=read").page(), "/ledger?kind=read");
        assert_eq!(asked("POST", "/databases/db_1/back-up?x").page(), "/databases/db_1");
        assert_eq!(asked("POST", "/account/sessions/ses_1/end").page(), "/account");
        assert_eq!(asked("POST", "/sign-out").page(), "/");
    }

    #[test]
    fn the_address_is_the_one_that_the_ingress_wrote_last() {
        let info = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            request_info(&headers).address
        };
        assert_eq!(info(&[]), "local");
        assert_eq!(info(&["6.6.6.6, ::ffff:192.0.2.7"]), "192.0.2.7");
        assert_eq!(info(&["6.6.6.6", "2001:db8::1"]), "2001:db8::1");
        assert_eq!(info(&["<script>"]), "local");
    }
}
