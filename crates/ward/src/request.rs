//! One request to the API, and its answer. A request can be sent twice: before and after a step-up.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use anyhow::Context as _;
use bytes::Bytes;
use http::Method;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use serde::{Serialize, de::DeserializeOwned};

use crate::problem::{Exit, Failure, Result};

/// Longest wait for an ordinary answer.
const USUAL_LIMIT: Duration = Duration::from_secs(120);
/// Largest ordinary answer, in bytes. Streams are not bounded.
const LARGEST_ANSWER: usize = 64 << 20;
/// Bytes of an upload handed over at once.
const CHUNK: usize = 64 << 10;

/// Told how many bytes were sent so far.
pub(crate) type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// A request.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) body: Bytes,
    pub(crate) content_type: Option<&'static str>,
    /// More headers.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Longest wait for the answer; none for streams and uploads.
    pub(crate) limit: Option<Duration>,
    pub(crate) progress: Option<Progress>,
}

impl Request {
    /// Without a body.
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            body: Bytes::new(),
            content_type: None,
            headers: Vec::new(),
            limit: Some(USUAL_LIMIT),
            progress: None,
        }
    }
    /// GET.
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }
    /// DELETE.
    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }
    /// With a JSON body.
    pub(crate) fn json<T: Serialize>(method: Method, path: impl Into<String>, value: &T) -> Result<Self> {
        let body = serde_json::to_vec(value).context("can't write the request as JSON")?;
        Ok(Self { body: body.into(), content_type: Some("application/json"), ..Self::new(method, path) })
    }
    /// POST with a JSON body.
    pub(crate) fn post<T: Serialize>(path: impl Into<String>, value: &T) -> Result<Self> {
        Self::json(Method::POST, path, value)
    }
    /// Another limit of time; none to wait for ever.
    #[must_use]
    pub(crate) fn limit(mut self, limit: Option<Duration>) -> Self {
        self.limit = limit;
        self
    }
    /// One more header.
    #[must_use]
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
    /// The body as hyper wants it.
    pub(crate) fn outgoing(&self) -> Outgoing {
        Outgoing { rest: self.body.clone(), sent: 0, progress: self.progress.clone() }
    }
}

/// A body on its way out, which tells how far it is.
pub(crate) struct Outgoing {
    rest: Bytes,
    sent: u64,
    progress: Option<Progress>,
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.rest.len().min(CHUNK);
        let chunk = self.rest.split_to(length);
        self.sent += length as u64;
        if let Some(progress) = &self.progress {
            progress(self.sent);
        }
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// The body.
    pub(crate) body: Bytes,
}

impl Reply {
    /// The body as a type of the API.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            Failure::new(Exit::Failed, format!("the server's answer can't be understood: {error}"))
                .next_step("compare `ward version` with the server's version, and use matching ones")
        })
    }
}

/// Reads a body whole, within bounds.
pub(crate) async fn whole(body: Incoming) -> Result<Bytes> {
    match http_body_util::Limited::new(body, LARGEST_ANSWER).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => Err(Failure::new(Exit::Unreachable, format!("the server's answer broke off: {error}"))
            .next_step("try again")),
    }
}
