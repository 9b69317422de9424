//! wardd's side of the control socket: publish routes, watch them live, wait until an upstream is idle.

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tokio::time::Instant;
use ward_model::routes::{RouteSnapshot, SnapshotError};

use super::{Reloaded, Status};

/// For one call, start to end.
const CALL: Duration = Duration::from_secs(10);
/// Between two looks at the status while an upstream drains.
const LOOK: Duration = Duration::from_millis(25);

/// Why steering failed.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The snapshot contradicts itself; nothing was written.
    #[error("the snapshot is refused: {0}")]
    Invalid(#[from] SnapshotError),
    /// The snapshot file could not be written; the one before stays.
    #[error("the snapshot could not be written")]
    Write(#[source] io::Error),
    /// The ingress does not answer. A published snapshot stays on file and is loaded when it starts.
    #[error("the ingress does not answer on its control socket")]
    Unreachable(#[source] io::Error),
    /// The ingress refused the snapshot and goes on with the version named.
    #[error("the ingress refused the snapshot and stays at version {version}: {reason}")]
    Refused {
        /// In force.
        version: u64,
        /// Why.
        reason: String,
    },
    /// Another version than the one written is in force: somebody else writes the same file.
    #[error("version {live} is in force instead of {wanted}; another process publishes to this ingress")]
    Overtaken {
        /// Written.
        wanted: u64,
        /// In force.
        live: u64,
    },
}

/// Steers one ingress.
#[derive(Debug, Clone)]
pub struct Client {
    socket: PathBuf,
    snapshot: PathBuf,
}

impl Client {
    /// For the ingress with these paths in its [`crate::IngressConfig`].
    pub fn new(control_socket: PathBuf, snapshot: PathBuf) -> Self {
        Self { socket: control_socket, snapshot }
    }

    /// Writes the snapshot (atomic rename, mode 0600) and returns when it is in force. From then on no
    /// request chooses an upstream that it does not offer.
    ///
    /// # Errors
    /// On [`ControlError::Unreachable`] the file is in place and takes effect when the ingress starts.
    pub async fn publish(&self, snapshot: &RouteSnapshot) -> Result<(), ControlError> {
        snapshot.validate()?;
        let text = serde_json::to_vec(snapshot).map_err(|e| ControlError::Write(e.into()))?;
        let path = self.snapshot.clone();
        let written = tokio::task::spawn_blocking(move || replace(&path, &text)).await;
        written.map_err(io::Error::other).flatten().map_err(ControlError::Write)?;
        let (status, answer): (_, Reloaded) = self.call(Method::POST, "/reload").await?;
        match answer.error {
            Some(reason) => Err(ControlError::Refused { version: answer.version, reason }),
            None if status != StatusCode::OK || answer.version != snapshot.version => {
                Err(ControlError::Overtaken { wanted: snapshot.version, live: answer.version })
            }
            None => Ok(()),
        }
    }

    /// What the ingress is doing.
    ///
    /// # Errors
    /// The ingress does not answer.
    pub async fn status(&self) -> Result<Status, ControlError> {
        Ok(self.call(Method::GET, "/status").await?.1)
    }

    /// Waits until an upstream has nothing in flight, WebSockets included, or the time is over. Answers
    /// what is still in flight: 0 means drained. Publish a snapshot that marks it as draining, or leaves
    /// it out, first.
    ///
    /// # Errors
    /// The ingress does not answer.
    pub async fn drained(&self, upstream_id: &str, timeout: Duration) -> Result<usize, ControlError> {
        let deadline = Instant::now() + timeout;
        loop {
            let busy = self.status().await?.inflight.get(upstream_id).copied().unwrap_or(0);
            if busy == 0 || Instant::now() >= deadline {
                return Ok(busy);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
    ) -> Result<(StatusCode, T), ControlError> {
        let call = async {
            let stream = UnixStream::connect(&self.socket).await?;
            let (mut sender, connection) =
                http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
            let request = Request::builder().method(method).uri(path).header(HOST, "ingress");
            let request = request.body(Empty::<Bytes>::new()).map_err(io::Error::other)?;
            let exchange = async {
                let response = sender.send_request(request).await.map_err(io::Error::other)?;
                let status = response.status();
                let body = response.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
                Ok::<_, io::Error>((status, serde_json::from_slice(&body)?))
            };
            tokio::pin!(exchange);
            tokio::select! {
                outcome = &mut exchange => outcome,
                // The connection may end once it has handed over the answer.
                _ = connection => exchange.await,
            }
        };
        match tokio::time::timeout(CALL, call).await {
            Ok(outcome) => outcome.map_err(ControlError::Unreachable),
            Err(_) => Err(ControlError::Unreachable(io::ErrorKind::TimedOut.into())),
        }
    }
}

/// Writes beside the file and renames over it, so that a reader sees the old or the new, never a part.
fn replace(path: &std::path::Path, text: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}-{}.new", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    let beside = path.with_file_name(name);
    let _ = std::fs::remove_file(&beside);
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut file| file.write_all(text).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
