//! Calls the service: the Docker-compatible half through bollard, Podman's own half directly.

use std::{path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::UnixStream, sync::watch, time::timeout};
use ward_spine::engine::EngineError;

use super::broken;

/// How long a call waits for a service that is being restarted.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest answer to one call of Podman's own API.
const LONGEST: Duration = Duration::from_secs(120);

/// A handle to the service of this instance. Cheap to clone; survives restarts of the service.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    socket: PathBuf,
    bollard: bollard::Docker,
    up: watch::Receiver<bool>,
}

impl Client {
    /// Connects; the socket must exist.
    pub(super) fn connect(socket: PathBuf, up: watch::Receiver<bool>) -> Result<Self, EngineError> {
        let version = bollard::ClientVersion { major_version: 1, minor_version: 41 };
        let bollard =
            bollard::Docker::connect_with_unix(&socket.to_string_lossy(), LONGEST.as_secs(), &version)
                .map_err(|error| EngineError::Unavailable(error.to_string()))?;
        Ok(Self { shared: Arc::new(Shared { socket, bollard, up }) })
    }

    /// The Docker-compatible API. Its list and inspect calls fail on states that only Podman has
    /// ("stopped"): read containers through [`libpod`](Self::libpod).
    pub fn bollard(&self) -> &bollard::Docker {
        &self.shared.bollard
    }

    /// Waits, up to ten seconds, until the service answers.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] if it does not.
    pub async fn ready(&self) -> Result<(), EngineError> {
        let mut up = self.shared.up.clone();
        match timeout(PATIENCE, up.wait_for(|up| *up)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(EngineError::Unavailable("its service was shut down".into())),
            Err(_) => Err(EngineError::Unavailable("its service has not come back yet".into())),
        }
    }

    /// One call of Podman's own API: `path` begins with `/libpod/`. A status of 400 or more is a result, not
    /// an error. Reads and deletions are tried again when the service dies under them.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] if the service does not answer, [`EngineError::Timeout`] after 120 s.
    pub async fn libpod(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Bytes), EngineError> {
        let repeatable = method == Method::GET || method == Method::DELETE;
        let mut left = 3;
        loop {
            self.ready().await?;
            left -= 1;
            match timeout(LONGEST, self.attempt(&method, path, body)).await {
                Err(_) => return Err(EngineError::Timeout(format!("{method} {path}"))),
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(failure)) if left > 0 && (repeatable || !failure.sent) => {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
                Ok(Err(failure)) => {
                    return Err(EngineError::Unavailable(format!("{method} {path}: {}", failure.cause)));
                }
            }
        }
    }

    async fn attempt(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Bytes), Failure> {
        let before = |cause: &dyn std::fmt::Display| Failure { sent: false, cause: cause.to_string() };
        let after = |cause: &dyn std::fmt::Display| Failure { sent: true, cause: cause.to_string() };
        let stream = UnixStream::connect(&self.shared.socket).await.map_err(|e| before(&e))?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|e| before(&e))?;
        let driver = tokio::spawn(connection);
        let payload = body.map(|value| Bytes::from(value.to_string())).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("/v4.0.0{path}"))
            .header(header::HOST, "podman")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(payload))
            .map_err(|e| after(&e))?;
        let answer = async {
            let response = sender.send_request(request).await.map_err(|e| after(&e))?;
            let status = response.status();
            let bytes = response.into_body().collect().await.map_err(|e| after(&e))?.to_bytes();
            Ok((status, bytes))
        }
        .await;
        driver.abort();
        answer
    }

    /// A read of Podman's own API whose answer is JSON of type `T`; None on 404.
    ///
    /// # Errors
    /// As [`libpod`](Self::libpod), and if the answer is an error or not what was expected.
    pub async fn read<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<Option<T>, EngineError> {
        let (status, bytes) = self.libpod(Method::GET, path, None).await?;
        if status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !status.is_success() {
            return Err(broken(format!("GET {path}"), message(status, &bytes)));
        }
        serde_json::from_slice(&bytes).map(Some).map_err(|error| broken(format!("reading {path}"), error))
    }
}

struct Failure {
    /// Whether the service may have begun to act.
    sent: bool,
    cause: String,
}

/// The text of an error answer, with its status.
pub(crate) fn message(status: StatusCode, body: &[u8]) -> String {
    let text = serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|value| {
            value.get("cause").or(value.get("message")).and_then(Value::as_str).map(str::to_owned)
        })
        .unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    format!("status {}: {text}", status.as_u16())
}
