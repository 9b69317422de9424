//! HTTP/1.1 to the server: over TLS 1.2 or later, or a Unix socket. A connection a request, but for a [`Conversation`].
//!
//! Redirects are not followed: the token goes to the server that was named and nowhere else. A server whose
//! certificate does not verify gets nothing.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use hyper::{
    body::Incoming,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};
use tokio_rustls::TlsConnector;
use ward_model::Problem;

use crate::{
    problem::{Exit, Failure, Result},
    request::{Outgoing, Reply, Request, whole},
    url::Address,
};

/// Longest wait for a connection and its handshake.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Speaks to one server.
#[derive(Clone)]
pub(crate) struct Client {
    server: String,
    address: Address,
    tls: Option<Arc<ClientConfig>>,
    token: Option<String>,
}

impl Client {
    /// Makes a client; `ca` replaces the authorities of the system.
    pub(crate) fn new(server: &str, ca: Option<&Path>, token: Option<String>) -> Result<Self> {
        let address: Address = server.parse()?;
        let tls = match address {
            Address::Tls { .. } => Some(Arc::new(trust(ca)?)),
            Address::Loopback { .. } | Address::Unix(_) => None,
        };
        Ok(Self { server: server.to_owned(), address, tls, token })
    }

    /// The same server, as somebody else.
    pub(crate) fn with_token(&self, token: Option<String>) -> Self {
        Self { token, ..self.clone() }
    }

    /// Whether there is a token to send.
    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// The server, as it was named.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn call(&self, request: &Request) -> Result<Reply> {
        let exchange = async {
            let response = self.stream(request).await?;
            Ok(Reply { body: whole(response.into_body()).await? })
        };
        match request.limit {
            None => exchange.await,
            Some(limit) => tokio::time::timeout(limit, exchange).await.unwrap_or_else(|_| {
                Err(Failure::new(
                    Exit::Unreachable,
                    format!("{} did not answer within {} s", self.server, limit.as_secs()),
                )
                .next_step("look at the server (`ward server status`), then try again"))
            }),
        }
    }

    /// Sends a request and hands over the answer while it still comes. A status of failure is an error.
    pub(crate) async fn stream(&self, request: &Request) -> Result<Response<Incoming>> {
        let response = self.exchange(request).await?;
        let status = response.status();
        if status.is_success() || status == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(response);
        }
        let body = whole(response.into_body()).await?;
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Err(Failure::Problem(Box::new(problem))),
            Err(_) => Err(unknown_answer(&self.server, status)),
        }
    }

    async fn exchange(&self, request: &Request) -> Result<Response<Incoming>> {
        let outgoing = self.outgoing(request)?;
        let mut sender = self.open().await?;
        sender.send_request(outgoing).await.map_err(|error| self.unreachable(&error.into()))
    }

    async fn open(&self) -> Result<SendRequest<Outgoing>> {
        let connection = tokio::time::timeout(CONNECT_LIMIT, self.connect());
        let connection = connection
            .await
            .unwrap_or_else(|_| Err(anyhow::anyhow!("no answer within {} s", CONNECT_LIMIT.as_secs())));
        let io = connection.map_err(|error| self.unreachable(&error))?;
        let (sender, connection) =
            handshake(TokioIo::new(io)).await.map_err(|error| self.unreachable(&error.into()))?;
        tokio::spawn(connection.with_upgrades());
        Ok(sender)
    }

    fn outgoing(&self, request: &Request) -> Result<http::Request<Outgoing>> {
        let mut builder = http::Request::builder()
            .method(request.method.clone())
            .uri(&request.path)
            .header(header::HOST, self.address.host_header())
            .header(header::USER_AGENT, concat!("ward/", env!("CARGO_PKG_VERSION")));
        if let Some(content_type) = request.content_type {
            builder = builder.header(header::CONTENT_TYPE, content_type);
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(token) = &self.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
                .map_err(|_| Failure::usage("the token holds characters that no token has"))?;
            value.set_sensitive(true);
            builder = builder.header(header::AUTHORIZATION, value);
        }
        builder
            .body(request.outgoing())
            .context("the request can't be formed")
            .map_err(|error| Failure::usage(format!("{error:#}")))
    }

    async fn connect(&self) -> anyhow::Result<Box<dyn Connection>> {
        match (&self.address, &self.tls) {
            (Address::Unix(path), _) => Ok(Box::new(UnixStream::connect(path).await?)),
            (Address::Loopback { host, port }, _) => {
                Ok(Box::new(TcpStream::connect((reachable(host), *port)).await?))
            }
            (Address::Tls { host, port }, Some(tls)) => {
                let tcp = TcpStream::connect((reachable(host), *port)).await?;
                tcp.set_nodelay(true)?;
                let name = ServerName::try_from(host.clone())?;
                Ok(Box::new(TlsConnector::from(Arc::clone(tls)).connect(name, tcp).await?))
            }
            (Address::Tls { .. }, None) => Err(anyhow::anyhow!("TLS is not set up")),
        }
    }

    fn unreachable(&self, error: &anyhow::Error) -> Failure {
        let text = format!("{error:#}");
        let next = if text.contains("certificate") {
            "if Ward has an authority of its own, name its file: ward login --ca FILE"
        } else if text.contains("writing a body") {
            "the server hung up before it had read all: check `ward whoami`, then try again"
        } else {
            "check the address (`ward login --server URL`) and that wardd runs there"
        };
        Failure::new(Exit::Unreachable, format!("can't reach {}: {text}", self.server)).next_step(next)
    }
}

/// Many small requests over one connection, one after the other.
pub(crate) struct Conversation {
    client: Client,
    sender: Option<SendRequest<Outgoing>>,
}

impl Conversation {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, sender: None }
    }

    /// Sends a request and reads the whole answer, whatever its status.
    pub(crate) async fn ask(&mut self, request: &Request) -> Result<(StatusCode, Bytes)> {
        let limit = request.limit.unwrap_or(CONNECT_LIMIT);
        tokio::time::timeout(limit, self.exchange(request)).await.unwrap_or_else(|_| {
            let what = format!("{} did not answer within {} s", self.client.server, limit.as_secs());
            Err(Failure::new(Exit::Unreachable, what))
        })
    }

    async fn exchange(&mut self, request: &Request) -> Result<(StatusCode, Bytes)> {
        // The server may have closed the connection since the last answer.
        if let Some(mut sender) = self.sender.take()
            && sender.ready().await.is_ok()
            && let Ok(response) = sender.send_request(self.client.outgoing(request)?).await
        {
            return self.answer(sender, response).await;
        }
        let mut sender = self.client.open().await?;
        let sent = sender.send_request(self.client.outgoing(request)?).await;
        let response = sent.map_err(|error| self.client.unreachable(&error.into()))?;
        self.answer(sender, response).await
    }

    async fn answer(
        &mut self,
        sender: SendRequest<Outgoing>,
        response: Response<Incoming>,
    ) -> Result<(StatusCode, Bytes)> {
        let status = response.status();
        let body = whole(response.into_body()).await?;
        self.sender = Some(sender);
        Ok((status, body))
    }
}

/// Anything that HTTP can be spoken over.
trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

fn unknown_answer(server: &str, status: StatusCode) -> Failure {
    let next = match status.as_u16() {
        300..=399 => "redirects are not followed: name the final address with --server",
        502..=504 => "wardd may be starting or stopped: try again, then look at its log",
        _ => "check that this is the address of a Ward server",
    };
    Failure::new(Exit::Failed, format!("{server} answered {status}, not as Ward does")).next_step(next)
}

/// TLS with the authorities of one file, or with those of the system.
fn trust(ca: Option<&Path>) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            let wrong = || format!("can't read the certificate authority {}", path.display());
            for certificate in CertificateDer::pem_file_iter(path).with_context(wrong)? {
                roots.add(certificate.with_context(wrong)?).with_context(wrong)?;
            }
            if roots.is_empty() {
                return Err(Failure::usage(format!("{} holds no certificate", path.display())));
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("TLS can't be set up")?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Names below `localhost` are this machine (RFC 6761 6.3), whatever the resolver says.
fn reachable(host: &str) -> &str {
    if host.ends_with(".localhost") { "127.0.0.1" } else { host }
}
