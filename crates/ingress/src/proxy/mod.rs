//! One request on a TLS connection, start to end.
//!
//! What the guard refused is answered. The host is read and compared with the server name of the
//! handshake. The path is checked and routed. The request goes to an upstream, its body streaming. The
//! answer streams back, and its end writes the access log.

pub(crate) mod answer;
pub(crate) mod authority;
pub(crate) mod body;
mod forward;
pub(crate) mod headers;
pub(crate) mod record;
mod tunnel;

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use http::header::{HOST, HeaderValue, STRICT_TRANSPORT_SECURITY};
use http::{Method, Request, Response, Version};
use hyper::body::Incoming;
use ward_model::routes::LogPath;

use crate::access_log::Line;
use crate::guard::head::Refusal;
use crate::guard::{ConnectionState, Decision};
use crate::routing::Found;
use crate::serve::Shared;
use crate::tls::TlsFacts;
use answer::{Problem, problem, wants_html};
use body::ResponseBody;
use record::Record;

/// Serves the requests of one connection.
pub(crate) struct Service {
    pub(crate) shared: Arc<Shared>,
    pub(crate) connection: Arc<ConnectionState>,
    pub(crate) client: IpAddr,
    pub(crate) tls: TlsFacts,
}

/// Lets the guard read on when an upgrade came to nothing, whichever way it did.
pub(crate) struct Held {
    connection: Arc<ConnectionState>,
    open: bool,
}

impl Held {
    fn grant(mut self) {
        self.open = false;
        self.connection.decide(Decision::Tunnel);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.open {
            self.connection.decide(Decision::Continue);
        }
    }
}

/// A request whose place is known.
struct Routed {
    host: String,
    authority: HeaderValue,
    held: Option<Held>,
    html: bool,
}

impl Service {
    /// Answers a request; every failure is an answer.
    pub(crate) async fn serve(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<ResponseBody>, Infallible> {
        let begun = self.connection.begin();
        let held = begun.upgrade.then(|| Held { connection: Arc::clone(&self.connection), open: true });
        let mut record = self.record(&request);
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
        if let Some(refusal) = self.too_much(&request) {
            let (status, detail) = refusal.answer();
            return Ok(problem(Problem::new(status, detail), html, record));
        }
        if matches!(*request.method(), Method::CONNECT | Method::TRACE) {
            return Ok(problem(Problem::new(405, "this method is not served"), html, record));
        }
        let (host, authority) = match authority_of(&request) {
            Ok(found) => found,
            Err(detail) => return Ok(problem(Problem { status: 400, detail, close: true }, html, record)),
        };
        // A name that reached no route must not fill the log with what a stranger made up.
        if self.tls.server_name.as_ref().is_some_and(|name| *name != host) {
            let detail = "this connection was opened for another host";
            return Ok(problem(Problem::new(421, detail), html, record));
        }
        if let Some(detail) = authority::path_fault(request.uri().path()) {
            record.line().host = host;
            return Ok(problem(Problem::new(400, detail), html, record));
        }
        match self.shared.routing.take(&host, request.uri().path(), None) {
            Found::NoHost => Ok(problem(Problem::new(421, "no such host is served here"), html, record)),
            Found::NoPath => {
                record.line().host = host;
                Ok(problem(Problem::new(404, "nothing is served at this path"), html, record))
            }
            Found::Place(place, busy) => {
                let line = record.line();
                line.host.clone_from(&host);
                line.app.clone_from(&place.app);
                line.path = match place.log_path {
                    LogPath::Prefix => place.prefix.clone(),
                    LogPath::Full => request.uri().path().to_owned(),
                };
                let hsts = place.hsts.clone();
                let mut response = match busy {
                    Some(busy) => {
                        record.serve_by(busy);
                        self.forward(request, Routed { host, authority, held, html }, &place, record).await
                    }
                    None => problem(Problem::new(503, "no instance of this service is ready"), html, record),
                };
                // What the ingress says in the place of an app that is away counts for the browser like the app's answer.
                if let Some(hsts) = hsts {
                    response.headers_mut().entry(STRICT_TRANSPORT_SECURITY).or_insert(hsts);
                }
                Ok(response)
            }
        }
    }

    /// On HTTP/1.1 the guard has counted already; HTTP/2 bounds the bytes, and this the rest.
    fn too_much(&self, request: &Request<Incoming>) -> Option<Refusal> {
        let limits = &self.shared.limits;
        match request.uri().path_and_query() {
            Some(target) if target.as_str().len() > limits.target_bytes => Some(Refusal::TargetTooLong),
            _ if request.headers().len() > limits.headers => Some(Refusal::HeadTooLarge),
            _ => None,
        }
    }

    fn record(&self, request: &Request<Incoming>) -> Record {
        let line = Line {
            client: Some(self.client.to_canonical()),
            method: request.method().as_str().to_owned(),
            protocol: protocol_name(request.version()),
            tls: self.tls.version,
            cipher: self.tls.cipher,
            ..Line::default()
        };
        Record::begin(line, &self.shared.clock, self.shared.log.clone(), Arc::clone(&self.connection))
    }
}

pub(crate) fn protocol_name(version: Version) -> &'static str {
    match version {
        Version::HTTP_2 => "HTTP/2.0",
        Version::HTTP_10 => "HTTP/1.0",
        _ => "HTTP/1.1",
    }
}

/// The host and the authority as it was sent. HTTP/2 carries it in `:authority`, and a Host beside it must
/// say the same (RFC 9113 section 8.3.1).
pub(crate) fn authority_of(request: &Request<Incoming>) -> Result<(String, HeaderValue), &'static str> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (first, second) = (hosts.next(), hosts.next());
    if second.is_some() {
        return Err("there is more than one Host header");
    }
    let target = request.uri().authority().map(http::uri::Authority::as_str);
    let text = match (target, first.map(HeaderValue::to_str)) {
        (Some(target), None) if request.version() == Version::HTTP_2 => target,
        (Some(target), Some(Ok(host))) if target.eq_ignore_ascii_case(host) => host,
        (None, Some(Ok(host))) => host,
        (Some(_), Some(_)) => return Err("the request target and the Host header disagree"),
        _ => return Err("the Host header is missing or malformed"),
    };
    let host = authority::host_of(text).ok_or("the Host header is malformed")?;
    let value = HeaderValue::from_str(text).map_err(|_| "the Host header is malformed")?;
    Ok((host, value))
}
