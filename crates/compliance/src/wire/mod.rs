//! How checks speak to the machine from outside: real handshakes, requests and connections.

pub mod hello;
pub(crate) mod http;
pub(crate) mod postgres;
pub(crate) mod reach;
pub(crate) mod tls;

use std::{io, net::SocketAddr, time::Duration};

use tokio::net::TcpStream;

/// Longest wait for a connection or an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Connects within the limit.
pub(crate) async fn connect(to: SocketAddr) -> io::Result<TcpStream> {
    within(TcpStream::connect(to)).await
}

/// Anything on a wire, within the limit.
pub(crate) async fn within<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
