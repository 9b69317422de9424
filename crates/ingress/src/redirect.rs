//! The plain listener: sends every known host to https, and answers ACME challenges.
//!
//! 308 keeps method and body (RFC 9110 section 15.4.9). A host without a route is refused rather than
//! redirected, so the ingress never points at a place that a stranger named.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;

use crate::access_log::Line;
use crate::guard::ConnectionState;
use crate::proxy::answer::{Problem, problem, wants_html};
use crate::proxy::body::ResponseBody;
use crate::proxy::headers::REQUEST_ID;
use crate::proxy::record::Record;
use crate::proxy::{authority, authority_of, headers, protocol_name};
use crate::serve::Shared;

/// RFC 8555 section 8.3.
const CHALLENGE: &str = "/.well-known/acme-challenge/";

/// Answers the requests of one plain connection.
pub(crate) struct Redirect {
    pub(crate) shared: Arc<Shared>,
    pub(crate) connection: Arc<ConnectionState>,
    pub(crate) client: IpAddr,
}

impl Redirect {
    pub(crate) async fn serve(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<ResponseBody>, Infallible> {
        let begun = self.connection.begin();
        if begun.upgrade {
            self.connection.decide(crate::guard::Decision::Continue);
        }
        let line = Line {
            client: Some(self.client.to_canonical()),
            method: request.method().as_str().to_owned(),
            protocol: protocol_name(request.version()),
            ..Line::default()
        };
        let mut record =
            Record::begin(line, &self.shared.clock, self.shared.log.clone(), Arc::clone(&self.connection));
        let html = wants_html(request.headers());
        match headers::request_id(request.headers(), self.shared.random) {
            Ok(id) => record.line().request_id = id,
            Err(_) => return Ok(problem(Problem::new(500, "the server lacks random bytes"), html, record)),
        }
        if let Some(refusal) = begun.refused {
            let (status, detail) = refusal.answer();
            record.line().method = String::new();
            return Ok(problem(Problem { status, detail, close: true }, false, record));
        }
        let host = match authority_of(&request) {
            Ok((host, _)) => host,
            Err(detail) => return Ok(problem(Problem { status: 400, detail, close: true }, html, record)),
        };
        if let Some(detail) = authority::path_fault(request.uri().path()) {
            return Ok(problem(Problem::new(400, detail), html, record));
        }
        if let Some(token) = request.uri().path().strip_prefix(CHALLENGE) {
            record.line().path = CHALLENGE.to_owned();
            return Ok(match self.shared.routing.challenge(token) {
                Some(answer) => text(StatusCode::OK, Bytes::from(answer), record),
                None => problem(Problem::new(404, "no such challenge is open"), html, record),
            });
        }
        if !self.shared.routing.has_host(&host) {
            return Ok(problem(Problem::new(421, "no such host is served here"), html, record));
        }
        record.line().host.clone_from(&host);
        let port = match self.shared.public_https_port {
            443 => String::new(),
            port => format!(":{port}"),
        };
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let Ok(location) = HeaderValue::try_from(format!("https://{host}{port}{target}")) else {
            return Ok(problem(Problem::new(400, "the request target is malformed"), html, record));
        };
        let mut response = text(StatusCode::PERMANENT_REDIRECT, Bytes::new(), record);
        response.headers_mut().insert(LOCATION, location);
        Ok(response)
    }
}

fn text(status: StatusCode, body: Bytes, mut record: Record) -> Response<ResponseBody> {
    record.line().status = status.as_u16();
    let id = HeaderValue::from_str(record.request_id()).ok();
    let mut response = Response::new(ResponseBody::own(body, record));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
