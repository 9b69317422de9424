//! One HTTP request and its whole answer (RFC 9112), on a connection of its own.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper_util::rt::TokioIo;

use super::{Outbound, OutboundError, Target, connect};

/// What Ward calls itself to receivers.
const USER_AGENT: &str = concat!("ward/", env!("CARGO_PKG_VERSION"));

/// A request: method, headers, body. Where it goes is the [`Target`]'s.
#[derive(Debug, Clone)]
pub struct Request {
    method: Method,
    headers: HeaderMap,
    body: Bytes,
    wrong: Option<String>,
}

impl Request {
    /// Without a body.
    pub fn new(method: Method) -> Self {
        Self { method, headers: HeaderMap::new(), body: Bytes::new(), wrong: None }
    }
    /// As another library put it together, signature included.
    pub fn from_parts(method: Method, headers: HeaderMap, body: Bytes) -> Self {
        Self { method, headers, body, wrong: None }
    }
    /// `GET`.
    pub fn get() -> Self {
        Self::new(Method::GET)
    }
    /// `POST` with a body of this type.
    pub fn post(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut request = Self::new(Method::POST);
        request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        request.body = body.into();
        request
    }
    /// One more header. A name or value that is none makes [`Outbound::send`] fail, with the name in the text and
    /// never the value: values may be secret.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(true);
                self.headers.insert(name, value);
            }
            (Ok(name), Err(_)) => {
                self.wrong = Some(format!("the value of header {name} has control characters"))
            }
            (Err(_), _) => self.wrong = Some(format!("{name:?} is no name of a header")),
        }
        self
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Response {
    /// The first line of the body, cut to 200 printable characters: for error texts.
    pub fn excerpt(&self) -> String {
        let start = self.body.get(..self.body.len().min(1000)).unwrap_or_default();
        let text = String::from_utf8_lossy(start);
        text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect()
    }
}

pub(super) async fn send(
    client: &Outbound,
    target: &Target,
    request: Request,
) -> Result<Response, OutboundError> {
    if let Some(wrong) = request.wrong {
        return Err(OutboundError::Request(wrong));
    }
    if !target.scheme().is_http() {
        let why = "an HTTP request needs https:// (or http:// to this machine)";
        return Err(OutboundError::Url { url: target.to_string(), why });
    }
    let limit = client.limits.total;
    tokio::time::timeout(limit, exchange(client, target, request)).await.unwrap_or_else(|_| {
        Err(OutboundError::Late { place: target.place(), what: "answer", seconds: limit.as_secs() })
    })
}

async fn exchange(client: &Outbound, target: &Target, request: Request) -> Result<Response, OutboundError> {
    let stream = connect::within(client, target).await?;
    let broken = |why: String| OutboundError::Broken { place: target.place(), why };
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(64 << 10)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|e| broken(e.to_string()))?;
    // Aborted when it goes out of scope: no connection outlives its request.
    let mut driver = tokio::task::JoinSet::new();
    driver.spawn(connection);
    let mut outgoing = http::Request::new(Full::new(request.body));
    *outgoing.method_mut() = request.method;
    *outgoing.uri_mut() = target.path().parse().map_err(|_| broken("the path is none".into()))?;
    *outgoing.headers_mut() = request.headers;
    let host = HeaderValue::try_from(target.host_header()).map_err(|_| broken("the host is none".into()))?;
    let headers = outgoing.headers_mut();
    headers.insert(header::HOST, host);
    headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    let answer = sender.send_request(outgoing).await.map_err(|e| broken(reason(&e)))?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, client.limits.answer_bytes).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            OutboundError::TooLarge { place: target.place(), limit: client.limits.answer_bytes }
        } else {
            broken(error.to_string())
        }
    })?;
    Ok(Response { status: head.status, headers: head.headers, body: body.to_bytes() })
}

fn reason(error: &hyper::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
