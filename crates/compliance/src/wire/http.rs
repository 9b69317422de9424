//! Requests, plain and over TLS, as a stranger sends them.

use std::{io, net::SocketAddr};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::RootCertStore;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::JoinHandle,
};

use super::{connect, tls, within};

/// Largest body that is read.
const LARGEST: usize = 4 << 20;

/// One answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A connection to one host.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    task: JoinHandle<()>,
}

impl Drop for Client {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Client {
    /// Over TLS, with chain and name verified.
    pub(crate) async fn https(
        to: SocketAddr,
        host: &str,
        roots: RootCertStore,
    ) -> io::Result<(Self, tls::Agreed)> {
        let stream = tls::verified(connect(to).await?, host, roots, &["http/1.1"]).await?;
        let agreed = tls::agreed(&stream)?;
        Ok((Self::over(stream, host).await?, agreed))
    }

    /// Plain.
    pub(crate) async fn http(to: SocketAddr, host: &str) -> io::Result<Self> {
        Self::over(connect(to).await?, host).await
    }

    async fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        host: &str,
    ) -> io::Result<Self> {
        let begun = async { handshake(TokioIo::new(stream)).await.map_err(io::Error::other) };
        let (sender, connection) = within(begun).await?;
        let task = tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Self { sender, host: host.to_owned(), task })
    }

    /// Sends one request and reads the whole answer.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> io::Result<Answer> {
        let mut request = Request::builder().method(method).uri(path).header("host", &self.host);
        if let Some(token) = bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bytes = Bytes::copy_from_slice(body.unwrap_or_default().as_bytes());
        let request = request.body(Full::new(bytes)).map_err(io::Error::other)?;
        within(async {
            self.sender.ready().await.map_err(io::Error::other)?;
            let answer = self.sender.send_request(request).await.map_err(io::Error::other)?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, LARGEST).collect().await.map_err(io::Error::other)?.to_bytes();
            Ok(Answer { status: head.status, headers: head.headers, body })
        })
        .await
    }
}
