//! Handshakes: raw ones that must be refused, and one by rustls that must succeed.

use std::{io, net::SocketAddr, sync::Arc};

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    hello::{Answer, NOT_AEAD, Version, client_hello, read_answer},
    within,
};

/// Offers one version, or only suites without authenticated encryption, on an open stream. Some(what was agreed) if
/// the server went on.
pub(crate) async fn offer(
    stream: &mut TcpStream,
    version: Version,
    suites: &[u16],
    host: &str,
) -> io::Result<Option<(u16, u16)>> {
    let hello = client_hello(version, suites, host, ward_vault::random::bytes::<32>());
    within(stream.write_all(&hello)).await?;
    let (mut answer, mut piece) = (Vec::new(), [0_u8; 2048]);
    loop {
        let read = match within(stream.read(&mut piece)).await {
            Ok(read) => read,
            // A reset is a refusal too.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => 0,
            Err(error) => return Err(error),
        };
        answer.extend_from_slice(piece.get(..read).unwrap_or_default());
        match read_answer(&answer) {
            Answer::Hello { version, suite } => return Ok(Some((version, suite))),
            Answer::Alert { .. } => return Ok(None),
            Answer::Incomplete if read > 0 && answer.len() < 16_384 => {}
            Answer::Incomplete if read == 0 => return Ok(None),
            Answer::Incomplete | Answer::Other => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the server does not speak TLS"));
            }
        }
    }
}

/// Suites of old versions: everything that was ever common.
pub(crate) fn old_suites() -> Vec<u16> {
    let aead = [0xC02C, 0xC030, 0xC02B, 0xC02F, 0xCCA9, 0xCCA8, 0x009D, 0x009C];
    aead.iter().chain(NOT_AEAD).copied().collect()
}

/// A connection that verified the server's chain and name.
pub(crate) async fn verified(
    stream: TcpStream,
    host: &str,
    roots: RootCertStore,
    alpn: &[&str],
) -> io::Result<TlsStream<TcpStream>> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|p| p.as_bytes().to_vec()).collect();
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    within(TlsConnector::from(Arc::new(config)).connect(name, stream)).await
}

/// What was agreed on: version and suite by name, and when the server's certificate ends (seconds since 1970).
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Agreed {
    pub(crate) version: String,
    pub(crate) suite: String,
    pub(crate) not_after: i64,
}

/// Reads what a verified connection agreed on.
pub(crate) fn agreed(stream: &TlsStream<TcpStream>) -> io::Result<Agreed> {
    let (_, connection) = stream.get_ref();
    let leaf = connection.peer_certificates().and_then(|chain| chain.first());
    let leaf = leaf.ok_or_else(|| io::Error::other("the server showed no certificate"))?;
    let (_, leaf) = x509_parser::parse_x509_certificate(leaf)
        .map_err(|e| io::Error::other(format!("the certificate can't be read: {e}")))?;
    Ok(Agreed {
        version: connection.protocol_version().and_then(|v| v.as_str()).unwrap_or("unknown").to_owned(),
        suite: connection
            .negotiated_cipher_suite()
            .and_then(|s| s.suite().as_str())
            .unwrap_or("unknown")
            .to_owned(),
        not_after: leaf.validity().not_after.timestamp(),
    })
}

/// Opens a connection and offers; the stream ends with it.
pub(crate) async fn offer_at(
    to: SocketAddr,
    version: Version,
    suites: &[u16],
    host: &str,
) -> io::Result<Option<(u16, u16)>> {
    let mut stream = super::connect(to).await?;
    offer(&mut stream, version, suites, host).await
}
