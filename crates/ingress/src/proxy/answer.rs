//! What the ingress says itself: problems and redirects, never a word about what lies behind it.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};

use super::body::ResponseBody;
use super::headers::REQUEST_ID;
use super::record::Record;

/// A refusal or a failure, with its status and a text for the client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) detail: &'static str,
    /// End the connection behind it.
    pub(crate) close: bool,
}

impl Problem {
    pub(crate) const fn new(status: u16, detail: &'static str) -> Self {
        Self { status, detail, close: false }
    }
}

/// What form of answer the client reads: a page when it asks for HTML, a problem (RFC 9457) otherwise.
pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(http::header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/html"))
}

/// Answers with a problem.
pub(crate) fn problem(problem: Problem, html: bool, mut record: Record) -> Response<ResponseBody> {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let title = status.canonical_reason().unwrap_or("Error");
    let id = record.request_id();
    let (kind, text) = match html {
        true => (
            "text/html; charset=utf-8",
            format!(
                "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
                 <body><h1>{title}</h1><p>{}</p><p>Request id: <code>{id}</code></p></body></html>\n",
                sentence(problem.detail),
            ),
        ),
        false => {
            let body = serde_json::json!({
                "type": "about:blank", "title": title, "status": problem.status,
                "detail": sentence(problem.detail), "request_id": id,
            });
            ("application/problem+json", body.to_string())
        }
    };
    record.line().status = status.as_u16();
    let id = HeaderValue::from_str(record.request_id()).ok();
    let mut response = Response::new(ResponseBody::own(Bytes::from(text), record));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(id) = id {
        headers.insert(REQUEST_ID, id);
    }
    if problem.close {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}

/// Upper case in front, a full stop behind.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).chain(['.']).collect()
}
