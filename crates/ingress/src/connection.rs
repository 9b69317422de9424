//! One client connection: handshake, protocol, and its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::guard::head::HeadLimits;
use crate::guard::{ConnectionState, Guard, Times};
use crate::proxy::Service;
use crate::redirect::Redirect;
use crate::serve::Shared;
use crate::tls::{TlsFacts, UNRECOGNIZED_NAME};

/// Serves a connection to a TLS listener until it ends.
pub(crate) async fn https(
    shared: Arc<Shared>,
    stream: TcpStream,
    peer: SocketAddr,
    permit: OwnedSemaphorePermit,
    config: Arc<ServerConfig>,
) {
    let handshake = handshake(&shared, stream, config);
    let opened = tokio::select! {
        opened = tokio::time::timeout(shared.limits.handshake, handshake) => opened.ok().flatten(),
        () = shared.soft.cancelled() => return,
    };
    let Some(stream) = opened else {
        shared.refused_handshakes.fetch_add(1, Ordering::Relaxed);
        return;
    };
    let tls = TlsFacts::of(stream.get_ref().1);
    let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let connection = Arc::new(ConnectionState::new(Some(permit)));
    let service = Arc::new(Service {
        shared: Arc::clone(&shared),
        connection: Arc::clone(&connection),
        client: peer.ip(),
        tls,
    });
    match h2 {
        true => serve_http2(&shared, Guard::plain(stream, times(&shared), connection), service).await,
        false => {
            let guard = Guard::http1(stream, head_limits(&shared), times(&shared), connection);
            let answer = service_fn(move |request| Arc::clone(&service).serve(request));
            let served = http1_builder(&shared).serve_connection(TokioIo::new(guard), answer).with_upgrades();
            tokio::pin!(served);
            tokio::select! {
                ended = &mut served => return note(ended),
                () = shared.soft.cancelled() => served.as_mut().graceful_shutdown(),
            }
            let _ = shared.hard.run_until_cancelled(served).await;
        }
    }
}

/// Serves a connection to a plain listener until it ends.
pub(crate) async fn http(
    shared: Arc<Shared>,
    stream: TcpStream,
    peer: SocketAddr,
    permit: OwnedSemaphorePermit,
) {
    let connection = Arc::new(ConnectionState::new(Some(permit)));
    let guard = Guard::http1(stream, head_limits(&shared), times(&shared), Arc::clone(&connection));
    let service = Arc::new(Redirect { shared: Arc::clone(&shared), connection, client: peer.ip() });
    let answer = service_fn(move |request| Arc::clone(&service).serve(request));
    let served = http1_builder(&shared).serve_connection(TokioIo::new(guard), answer);
    tokio::pin!(served);
    tokio::select! {
        ended = &mut served => return note(ended),
        () = shared.soft.cancelled() => served.as_mut().graceful_shutdown(),
    }
    let _ = shared.hard.run_until_cancelled(served).await;
}

/// None: the handshake failed, and the client got the alert that fits.
async fn handshake(
    shared: &Shared,
    stream: TcpStream,
    config: Arc<ServerConfig>,
) -> Option<TlsStream<TcpStream>> {
    let mut start = match LazyConfigAcceptor::new(Acceptor::default(), stream).await {
        Ok(start) => start,
        Err(error) => {
            tracing::debug!(%error, "a TLS handshake failed");
            return None;
        }
    };
    if shared.routing.certificate(start.client_hello().server_name()).is_none() {
        // rustls would say access_denied; no key is agreed on yet, so the alert can be written here.
        let _ = start.io.write_all(&UNRECOGNIZED_NAME).await;
        let _ = start.io.shutdown().await;
        return None;
    }
    start
        .into_stream(config)
        .await
        .inspect_err(|error| tracing::debug!(%error, "a TLS handshake failed"))
        .ok()
}

async fn serve_http2<S>(shared: &Shared, guard: Guard<S>, service: Arc<Service>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = &shared.limits;
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(20)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20));
    let answer = service_fn(move |request| Arc::clone(&service).serve(request));
    let served = builder.serve_connection(TokioIo::new(guard), answer);
    tokio::pin!(served);
    tokio::select! {
        ended = &mut served => return note(ended),
        () = shared.soft.cancelled() => served.as_mut().graceful_shutdown(),
    }
    let _ = shared.hard.run_until_cancelled(served).await;
}

/// The guard has checked the head already and keeps the time; the library's limits only stand behind it.
fn http1_builder(shared: &Shared) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_headers(shared.limits.headers.saturating_add(1))
        .max_buf_size(shared.limits.head_bytes.saturating_mul(2).max(64 * 1024));
    builder
}

fn head_limits(shared: &Shared) -> HeadLimits {
    let limits = &shared.limits;
    HeadLimits { bytes: limits.head_bytes, target: limits.target_bytes, fields: limits.headers }
}

fn times(shared: &Shared) -> Times {
    let limits = &shared.limits;
    Times { head: limits.head, idle: limits.idle, stall: limits.stall }
}

fn note(ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
