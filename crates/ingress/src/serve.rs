//! Listeners, accept loops and shutdown.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::SecureRandom;
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::access_log::Log;
use crate::clock::Clock;
use crate::config::{IngressConfig, Limits};
use crate::control::Status;
use crate::error::Error;
use crate::routing::Routing;
use crate::routing::follow::Follower;
use crate::{connection, control, tls};

/// Connections that the kernel keeps while all places are taken.
const BACKLOG: u32 = 1024;

/// What every connection shares.
pub(crate) struct Shared {
    pub(crate) limits: Limits,
    pub(crate) routing: Arc<Routing>,
    pub(crate) log: Log,
    pub(crate) clock: Clock,
    pub(crate) random: &'static dyn SecureRandom,
    pub(crate) public_https_port: u16,
    pub(crate) refused_handshakes: AtomicU64,
    /// Cancelled first: finish what is in flight.
    pub(crate) soft: CancellationToken,
    /// Cancelled when the time for that is over.
    pub(crate) hard: CancellationToken,
    places: Arc<Semaphore>,
    started: SystemTime,
    follower: Arc<Follower>,
}

impl Shared {
    pub(crate) fn reload(&self) -> Result<u64, String> {
        self.follower.reload()
    }

    pub(crate) fn status(&self) -> Status {
        Status {
            version: self.routing.version(),
            error: self.follower.error(),
            started_at: crate::clock::rfc3339(self.started),
            inflight: self.routing.inflight(),
            connections: self.limits.connections.saturating_sub(self.places.available_permits()),
            refused_handshakes: self.refused_handshakes.load(Ordering::Relaxed),
            dropped_log_lines: self.log.dropped(),
        }
    }
}

/// An ingress that holds its listeners and is ready to serve.
pub struct Ingress {
    shared: Arc<Shared>,
    https: Vec<TcpListener>,
    http: Vec<TcpListener>,
    control: UnixListener,
    control_path: PathBuf,
    tls: Arc<ServerConfig>,
    log_thread: Option<JoinHandle<()>>,
}

impl Ingress {
    /// Opens listeners, log and control socket, and loads the snapshot if it is there.
    ///
    /// # Errors
    /// As [`crate::run`].
    pub async fn bind(config: IngressConfig) -> Result<Self, Error> {
        let https = config.https.iter().map(|address| listen(*address)).collect::<Result<Vec<_>, _>>()?;
        let http = config.http.iter().map(|address| listen(*address)).collect::<Result<Vec<_>, _>>()?;
        let (log, log_thread) = Log::open(config.access_log.as_deref())?;
        let routing = Arc::new(Routing::new(config.limits));
        let follower = Arc::new(Follower::new(config.snapshot, Arc::clone(&routing)));
        let certificates = Arc::clone(&routing);
        let resolver = tls::Resolver(move |name: Option<&str>| certificates.certificate(name));
        let tls = Arc::new(tls::server_config(Arc::new(resolver), &["h2", "http/1.1"])?);
        let control = control::server::listen(&config.control_socket).await?;
        let loading = Arc::clone(&follower);
        let _ = tokio::task::spawn_blocking(move || loading.reload()).await;
        let started = (config.clock)();
        let shared = Arc::new(Shared {
            limits: config.limits,
            routing,
            log,
            clock: config.clock,
            random: tls::provider().secure_random,
            public_https_port: config.public_https_port,
            refused_handshakes: AtomicU64::new(0),
            soft: config.shutdown,
            hard: CancellationToken::new(),
            places: Arc::new(Semaphore::new(config.limits.connections)),
            started,
            follower,
        });
        Ok(Self { shared, https, http, control, control_path: config.control_socket, tls, log_thread })
    }

    /// The TLS addresses it listens on, with the ports the kernel chose.
    pub fn https_addresses(&self) -> Vec<SocketAddr> {
        self.https.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// The plain addresses it listens on.
    pub fn http_addresses(&self) -> Vec<SocketAddr> {
        self.http.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// Serves until shutdown; then finishes what is in flight, within the limit.
    ///
    /// # Errors
    /// None at present; the type leaves room.
    pub async fn serve(self) -> Result<(), Error> {
        let shared = self.shared;
        for listener in self.https {
            let (config, shared) = (Arc::clone(&self.tls), Arc::clone(&shared));
            tokio::spawn(accept(Arc::clone(&shared), listener, move |stream, peer, permit| {
                connection::https(Arc::clone(&shared), stream, peer, permit, Arc::clone(&config))
            }));
        }
        for listener in self.http {
            let shared = Arc::clone(&shared);
            tokio::spawn(accept(Arc::clone(&shared), listener, move |stream, peer, permit| {
                connection::http(Arc::clone(&shared), stream, peer, permit)
            }));
        }
        let control = tokio::spawn(control::server::serve(self.control, Arc::clone(&shared)));
        let poll = tokio::spawn(Arc::clone(&shared.follower).poll(shared.soft.clone()));
        shared.soft.cancelled().await;
        tracing::info!("shutting down");
        let every = u32::try_from(shared.limits.connections).unwrap_or(u32::MAX);
        let done = shared.places.acquire_many(every);
        if tokio::time::timeout(shared.limits.shutdown, done).await.is_err() {
            tracing::warn!("some connections did not finish in time and are cut");
        }
        shared.hard.cancel();
        let _ = tokio::time::timeout(Duration::from_secs(1), shared.places.acquire_many(every)).await;
        control.abort();
        let _ = poll.await;
        let _ = std::fs::remove_file(&self.control_path);
        let _ = control.await;
        drop(shared);
        if let Some(thread) = self.log_thread {
            let written = tokio::task::spawn_blocking(move || thread.join());
            let _ = tokio::time::timeout(Duration::from_secs(2), written).await;
        }
        Ok(())
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    let open = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    open().map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => Error::PortTaken(address),
        _ => Error::Listen { address, source },
    })
}

async fn accept<F, C>(shared: Arc<Shared>, listener: TcpListener, serve: F)
where
    F: Fn(TcpStream, SocketAddr, OwnedSemaphorePermit) -> C,
    C: Future<Output = ()> + Send + 'static,
{
    while let Some(accepted) = shared.soft.run_until_cancelled(listener.accept()).await {
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly: wait for some to be given back.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let place = Arc::clone(&shared.places).acquire_owned();
        let Some(Ok(permit)) = shared.soft.run_until_cancelled(place).await else { return };
        let _ = stream.set_nodelay(true);
        tokio::spawn(serve(stream, peer, permit));
    }
}
