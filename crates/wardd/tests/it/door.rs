//! A small client of HTTP/1.1, over TLS or a socket of this machine: one request, one connection, no second try.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    os::unix::net::UnixStream,
    path::Path,
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use serde_json::Value;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e} in {self:?}"))
    }

    /// Status and code of a problem.
    pub(crate) fn problem(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    /// The body of an answer that is no error.
    pub(crate) fn good(&self) -> Value {
        assert!(self.status < 300, "{self:?}");
        if self.body.is_empty() { Value::Null } else { self.json() }
    }
}

/// A request.
pub(crate) struct Ask<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) token: Option<&'a str>,
    pub(crate) kind: &'a str,
    pub(crate) body: &'a [u8],
}

impl<'a> Ask<'a> {
    pub(crate) fn get(path: &'a str) -> Self {
        Self { method: "GET", path, token: None, kind: "application/json", body: &[] }
    }

    fn bytes(&self, host: &str) -> Vec<u8> {
        let token = self.token.map_or_else(String::new, |t| format!("Authorization: Bearer {t}\r\n"));
        let Self { method, path, kind, body, .. } = self;
        let mut bytes = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {kind}\r\n\
             Content-Length: {}\r\n{token}\r\n",
            body.len()
        )
        .into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }
}

/// The ingress, and whom to believe that it is.
#[derive(Clone)]
pub(crate) struct Door {
    address: SocketAddr,
    tls: Arc<ClientConfig>,
}

impl Door {
    /// Trusts Ward's authority alone.
    pub(crate) fn new(port: u16, authority: &Path) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(authority).unwrap() {
            roots.add(certificate.unwrap()).unwrap();
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { address: (Ipv4Addr::LOCALHOST, port).into(), tls: Arc::new(tls) }
    }

    /// Asks a host behind the ingress.
    pub(crate) fn ask(&self, host: &str, ask: &Ask<'_>) -> io::Result<Answer> {
        let tcp = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        tcp.set_read_timeout(Some(PATIENCE))?;
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let session = ClientConnection::new(Arc::clone(&self.tls), name).map_err(io::Error::other)?;
        let host = format!("{host}:{}", self.address.port());
        exchange(StreamOwned::new(session, tcp), &ask.bytes(&host))
    }
}

/// Asks whoever listens at a socket.
pub(crate) fn ask_socket(socket: &Path, ask: &Ask<'_>) -> io::Result<Answer> {
    let stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    exchange(stream, &ask.bytes("ward"))
}

fn exchange(mut stream: impl Read + Write, request: &[u8]) -> io::Result<Answer> {
    stream.write_all(request)?;
    stream.flush()?;
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes);
    // What was cut off before its end is no answer; an end without a good-bye of TLS is one.
    parse(&bytes).ok_or_else(|| end.err().unwrap_or_else(|| io::Error::other("the answer was cut off")))
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let rest = &bytes[end + 4..];
    let status: u16 = head.split(' ').nth(1)?.parse().ok()?;
    let field = |name: &str| head.lines().find_map(|l| l.strip_prefix(name)).map(str::trim);
    let body = if field("transfer-encoding:") == Some("chunked") {
        joined(rest)?
    } else if status == 204 {
        Vec::new()
    } else {
        let length: usize = field("content-length:").map_or(Some(rest.len()), |l| l.parse().ok())?;
        rest.get(..length)?.to_vec()
    };
    Some(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
}

/// The pieces of a chunked body, up to the last one.
fn joined(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|w| w == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?.trim(), 16).ok()?;
        rest = rest.get(line + 2..)?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..length)?);
        rest = rest.get(length + 2..)?;
    }
}
