//! Sends a request to an upstream and its answer back.
//!
//! A refused connection is tried once more on another upstream: nothing was sent, so nothing can happen
//! twice. Any later failure is the client's to judge.

use std::pin::pin;
use std::sync::{Arc, Mutex};

use http::header::CONTENT_LENGTH;
use http::{Request, Response, StatusCode, Uri, Version, request};
use hyper::body::{Body, Incoming};
use hyper::upgrade::OnUpgrade;
use tokio::time::Instant;

use super::answer::{Problem, problem};
use super::body::{RequestBody, ResponseBody, Slot, Upload};
use super::headers::{self, Origin};
use super::record::Record;
use super::{Routed, Service, tunnel};
use crate::guard::ConnectionState;
use crate::routing::Found;
use crate::routing::table::Place;

const UNREACHABLE: Problem = Problem::new(502, "the service cannot be reached; try again shortly");
const BROKE_OFF: Problem = Problem::new(502, "the service did not give a valid answer");
const LATE: Problem = Problem::new(504, "the service did not answer in time");

impl Service {
    pub(super) async fn forward(
        &self,
        mut request: Request<Incoming>,
        routed: Routed,
        place: &Arc<Place>,
        mut record: Record,
    ) -> Response<ResponseBody> {
        let Routed { host, authority, held, html } = routed;
        let declared =
            request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
        if declared.is_some_and(|length| length > place.max_body_bytes) {
            let detail = "the request body is larger than this route allows";
            return problem(Problem { status: 413, detail, close: true }, html, record);
        }
        let protocol = held.is_some().then(|| headers::protocol(request.headers())).flatten();
        let client_side = protocol.map(|protocol| (protocol, hyper::upgrade::on(&mut request)));
        let path = request.uri().path().to_owned();
        let (mut parts, body) = request.into_parts();
        let Some(uri) = upstream_uri(&parts.uri) else {
            return problem(Problem::new(400, "the request target is malformed"), html, record);
        };
        (parts.uri, parts.version) = (uri, Version::HTTP_11);
        let origin = Origin { client: self.client, authority: &authority, request_id: record.request_id() };
        headers::prepare_request(&mut parts.headers, &origin);
        if let Some(protocol) = protocol {
            headers::mark_upgrade(&mut parts.headers, protocol);
        }
        if body.is_end_stream() && declared != Some(0) {
            parts.headers.remove(CONTENT_LENGTH);
        }
        let slot: Slot = Arc::new(Mutex::new(Some(body)));
        let upload = Upload::new();
        let mut outcome = self.send(&parts, &slot, place, &upload, &record).await;
        if let Err(Failure::Refused(tried)) = &outcome
            && let Found::Place(again, Some(busy)) = self.shared.routing.take(&host, &path, Some(tried))
        {
            record.serve_by(busy);
            outcome = self.send(&parts, &slot, &again, &upload, &record).await;
        }
        match outcome {
            Ok(response) => match client_side.zip(held) {
                Some((client, held)) if response.status() == StatusCode::SWITCHING_PROTOCOLS => {
                    self.open_tunnel(response, client, place, record, held)
                }
                _ => self.answer(response, place, record, html),
            },
            Err(failure) => {
                let shown = match (upload.fault(), failure) {
                    (Some((status, detail)), _) => Problem { status, detail, close: true },
                    (None, Failure::Refused(_)) => UNREACHABLE,
                    (None, Failure::Late) => LATE,
                    (None, Failure::BrokeOff) => BROKE_OFF,
                };
                problem(shown, html, record)
            }
        }
    }

    /// One attempt on the upstream that the record holds.
    async fn send(
        &self,
        parts: &request::Parts,
        slot: &Slot,
        place: &Place,
        upload: &Arc<Upload>,
        record: &Record,
    ) -> Result<Response<Incoming>, Failure> {
        let upstream = record.upstream().ok_or(Failure::BrokeOff)?;
        let body = RequestBody::new(slot, place.max_body_bytes, place.idle, upload, &self.connection);
        let mut request = Request::new(body);
        *request.method_mut() = parts.method.clone();
        *request.uri_mut() = parts.uri.clone();
        *request.headers_mut() = parts.headers.clone();
        let _waiting = Waiting::new(&self.connection);
        let started = Instant::now();
        let mut sending = pin!(upstream.client.request(request));
        let outcome = loop {
            // The time runs from the last piece of the request that was sent, so that a long upload has it.
            let deadline = started.max(upload.moved()) + place.response;
            match tokio::time::timeout_at(deadline, &mut sending).await {
                Ok(outcome) => break outcome,
                Err(_) if upload.moved() + place.response <= Instant::now() => return Err(Failure::Late),
                Err(_) => {}
            }
        };
        outcome.map_err(|error| {
            let refused = error.is_connect();
            tracing::debug!(upstream = %upstream.id, refused, "an upstream failed");
            if refused {
                upstream.refused();
                return Failure::Refused(upstream.id.clone());
            }
            Failure::BrokeOff
        })
    }

    fn answer(
        &self,
        response: Response<Incoming>,
        place: &Place,
        mut record: Record,
        html: bool,
    ) -> Response<ResponseBody> {
        if response.status().is_informational() {
            return problem(BROKE_OFF, html, record);
        }
        let (mut parts, body) = response.into_parts();
        headers::prepare_response(&mut parts.headers, record.request_id(), place.hsts.as_ref());
        parts.version = Version::HTTP_11;
        parts.extensions = http::Extensions::new();
        record.line().status = parts.status.as_u16();
        Response::from_parts(parts, ResponseBody::upstream(body, place.idle, record))
    }

    fn open_tunnel(
        &self,
        mut response: Response<Incoming>,
        (protocol, client): (&'static str, OnUpgrade),
        place: &Place,
        mut record: Record,
        held: super::Held,
    ) -> Response<ResponseBody> {
        let upstream = hyper::upgrade::on(&mut response);
        let mut headers = std::mem::take(response.headers_mut());
        headers::prepare_response(&mut headers, record.request_id(), place.hsts.as_ref());
        headers.remove(CONTENT_LENGTH);
        headers::mark_upgrade(&mut headers, protocol);
        record.line().status = StatusCode::SWITCHING_PROTOCOLS.as_u16();
        held.grant();
        let stop = self.shared.hard.clone();
        tokio::spawn(tunnel::run(client, upstream, place.tunnel_idle, stop, record));
        let mut answer = Response::new(ResponseBody::none());
        *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        *answer.headers_mut() = headers;
        answer
    }
}

/// Why an attempt failed.
enum Failure {
    /// No connection to this upstream; nothing was sent.
    Refused(String),
    /// No answer in time.
    Late,
    /// Sent, and no valid answer.
    BrokeOff,
}

/// Marks the connection as waiting for an upstream for as long as it lives.
struct Waiting<'a>(&'a ConnectionState);

impl<'a> Waiting<'a> {
    fn new(connection: &'a ConnectionState) -> Self {
        connection.set_waiting(true);
        Self(connection)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.set_waiting(false);
    }
}

/// The client's path and query under an authority that only keys the pool; Host says the real one.
fn upstream_uri(uri: &Uri) -> Option<Uri> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Uri::builder().scheme("http").authority("upstream").path_and_query(path).build().ok()
}
