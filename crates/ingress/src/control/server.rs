//! The ingress's side of the control socket.

use std::convert::Infallible;
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Serialize;
use tokio::net::{UnixListener, UnixStream};

use super::Reloaded;
use crate::error::Error;
use crate::serve::Shared;

/// Opens the socket with mode 0600. It is made in a private folder and moved into place, so that nobody
/// can connect before its mode is set. A socket that nobody answers on is a leftover and is replaced.
pub(crate) async fn listen(path: &Path) -> Result<UnixListener, Error> {
    let fail = |source| Error::File { action: "listen on", path: path.to_owned(), source };
    match std::fs::symlink_metadata(path) {
        Ok(meta) if meta.file_type().is_socket() => {
            if UnixStream::connect(path).await.is_ok() {
                return Err(Error::AlreadyRunning(path.to_owned()));
            }
        }
        Ok(_) => {
            return Err(fail(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "there is a file that is no socket",
            )));
        }
        Err(_) => {}
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let folder = path.with_file_name(name);
    let _ = std::fs::remove_dir_all(&folder);
    let made = || {
        std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
        let socket = folder.join("s");
        let listener = UnixListener::bind(&socket)?;
        std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600))?;
        std::fs::rename(&socket, path)?;
        Ok(listener)
    };
    let made = made();
    let _ = std::fs::remove_dir_all(&folder);
    made.map_err(fail)
}

/// Answers until the task is ended.
pub(crate) async fn serve(listener: UnixListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let shared = Arc::downgrade(&shared);
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let shared = shared.upgrade();
                async move {
                    Ok::<_, Infallible>(match shared {
                        Some(shared) => answer(shared, request).await,
                        None => json(StatusCode::SERVICE_UNAVAILABLE, &()),
                    })
                }
            });
            let mut builder = http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10));
            let _ = builder.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/status") => json(StatusCode::OK, &shared.status()),
        (&Method::POST, "/reload") => {
            let reloading = Arc::clone(&shared);
            let outcome = tokio::task::spawn_blocking(move || reloading.reload()).await;
            match outcome.unwrap_or_else(|error| Err(error.to_string())) {
                Ok(version) => json(StatusCode::OK, &Reloaded { version, error: None }),
                Err(error) => {
                    let version = shared.routing.version();
                    json(StatusCode::UNPROCESSABLE_ENTITY, &Reloaded { version, error: Some(error) })
                }
            }
        }
        _ => json(StatusCode::NOT_FOUND, &()),
    }
}

fn json(status: StatusCode, value: &impl Serialize) -> Response<Full<Bytes>> {
    let text = serde_json::to_vec(value).unwrap_or_default();
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
