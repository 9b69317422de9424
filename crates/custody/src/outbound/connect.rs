//! Resolves, checks, dials, shakes hands.

use std::net::{IpAddr, SocketAddr};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use super::{Outbound, OutboundError, Target};

/// A connection, encrypted or not.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// Connects within the limit.
pub(super) async fn within(client: &Outbound, target: &Target) -> Result<Box<dyn Wire>, OutboundError> {
    let limit = client.limits.connect;
    tokio::time::timeout(limit, connect(client, target)).await.unwrap_or_else(|_| {
        Err(OutboundError::Late { place: target.place(), what: "connect", seconds: limit.as_secs() })
    })
}

/// Whether the target may be dialled, as far as its name can be resolved now.
pub(super) async fn check(client: &Outbound, target: &Target) -> Result<(), OutboundError> {
    match tokio::time::timeout(client.limits.connect, addresses(client, target)).await {
        Ok(Err(error @ (OutboundError::Internal { .. } | OutboundError::Plain { .. }))) => Err(error),
        _ => Ok(()),
    }
}

async fn connect(client: &Outbound, target: &Target) -> Result<Box<dyn Wire>, OutboundError> {
    let addresses = addresses(client, target).await?;
    // One address that is checked and another that is dialled would be a hole: these are dialled, no name.
    let stream = match TcpStream::connect(addresses.as_slice()).await {
        Ok(stream) => stream,
        Err(error) => {
            return Err(OutboundError::Connect { place: target.place(), why: error.to_string() });
        }
    };
    let _ = stream.set_nodelay(true);
    if !target.scheme().is_encrypted() {
        return Ok(Box::new(stream));
    }
    let tls = |why: String| OutboundError::Tls { place: target.place(), why };
    let name = target.server_name().ok_or_else(|| tls("the host is no name for a certificate".into()))?;
    let connector = TlsConnector::from(std::sync::Arc::clone(&client.tls));
    let stream = connector.connect(name, stream).await.map_err(|e| tls(e.to_string()))?;
    Ok(Box::new(stream))
}

/// The addresses of the target that may be dialled.
async fn addresses(client: &Outbound, target: &Target) -> Result<Vec<SocketAddr>, OutboundError> {
    let unresolved = |why: String| OutboundError::Resolve { host: target.host().to_owned(), why };
    let found: Vec<SocketAddr> = match target.host().parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, target.port())],
        Err(_) => tokio::net::lookup_host((target.host(), target.port()))
            .await
            .map_err(|e| unresolved(e.to_string()))?
            .collect(),
    };
    let Some(first) = found.first() else { return Err(unresolved("it has no address".into())) };
    let reachable: Vec<SocketAddr> = found.iter().copied().filter(|a| client.reach.allows(a.ip())).collect();
    if reachable.is_empty() {
        return Err(OutboundError::Internal { host: target.host().to_owned(), address: first.ip() });
    }
    if target.scheme().is_encrypted() {
        return Ok(reachable);
    }
    let here: Vec<SocketAddr> = reachable.into_iter().filter(|a| client.reach.allows_plain(a.ip())).collect();
    if here.is_empty() { Err(OutboundError::Plain { host: target.host().to_owned() }) } else { Ok(here) }
}
