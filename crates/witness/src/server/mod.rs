//! Serves a witness over HTTP/1.1, in clear behind a proxy or with TLS of its own.
//!
//! Requests carry no authentication but the log's signature (c2sp.org/tlog-witness), so everybody may come. Hence
//! the limits: bodies, headers, times, connections. Nothing that is no request of a followed log costs a write.

mod answer;
mod page;
mod tls;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

pub use tls::{TlsError, load as load_tls};

use crate::Witness;

/// Largest body of a request, in bytes: 63 hashes and a checkpoint with a hundred post-quantum signatures would not
/// fit, sixteen do (c2sp.org/signed-note asks for that).
pub const LARGEST_BODY: usize = 128 << 10;
/// Most connections at once; more wait in the kernel's queue.
const MOST_CONNECTIONS: usize = 128;
/// Longest wait for a TLS handshake, for the head of a request (also the longest pause between two), for its body.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest life of a connection.
const LONGEST: Duration = Duration::from_secs(600);
/// Largest head of a request, in bytes.
const LARGEST_HEAD: usize = 16 << 10;

/// Serves until the future is dropped. The state is on the disk before each answer, so nothing is lost then.
pub async fn serve(listener: TcpListener, tls: Option<Arc<rustls::ServerConfig>>, witness: Arc<Witness>) {
    let acceptor = tls.map(TlsAcceptor::from);
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((tcp, _)) = listener.accept().await else {
            // Out of descriptors, or the client went away already.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (acceptor, witness) = (acceptor.clone(), Arc::clone(&witness));
        tokio::spawn(async move {
            let _place = place;
            let _ = tcp.set_nodelay(true);
            match acceptor {
                None => speak(tcp, witness).await,
                Some(acceptor) => {
                    if let Ok(Ok(tls)) = tokio::time::timeout(PATIENCE, acceptor.accept(tcp)).await {
                        speak(tls, witness).await;
                    }
                }
            }
        });
    }
}

async fn speak(io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, witness: Arc<Witness>) {
    let service = service_fn(|request| {
        let witness = Arc::clone(&witness);
        async move { Ok::<_, Infallible>(answer::answer(request, witness).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(LARGEST_HEAD)
        .max_headers(50)
        .serve_connection(TokioIo::new(io), service);
    // A connection that breaks is the client's affair.
    let _ = tokio::time::timeout(LONGEST, connection).await;
}
