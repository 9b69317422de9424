//! Why the ingress cannot start, or refuses a snapshot.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use ward_model::routes::SnapshotError;

/// What went wrong. Texts never hold key material.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has the port.
    #[error("{0} is taken by another process; stop it or configure another address")]
    PortTaken(SocketAddr),
    /// Listening failed for another reason.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Another ingress answers on the control socket.
    #[error("another ingress answers on {0}")]
    AlreadyRunning(PathBuf),
    /// A file or socket could not be used.
    #[error("cannot {action} {path}")]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// TLS could not be set up.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The build claims the validated module, but a part of the configuration is outside of it.
    #[error("the TLS configuration is not wholly inside the validated module")]
    NotFips,
    /// The snapshot can be read by others than its owner.
    #[error("{path} has mode {mode:o}; it holds private keys and must be 0600")]
    SnapshotMode {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The snapshot is not JSON of the expected form. Only the place is kept: the text may hold keys.
    #[error("the snapshot is malformed at line {line}, column {column}")]
    SnapshotForm {
        /// Line, from 1.
        line: usize,
        /// Column.
        column: usize,
    },
    /// The snapshot contradicts itself.
    #[error("the snapshot is refused: {0}")]
    Snapshot(#[from] SnapshotError),
    /// A certificate or key cannot be used.
    #[error("the certificate for '{name}' cannot be used: {reason}")]
    Certificate {
        /// Its first name.
        name: String,
        /// Why.
        reason: String,
    },
    /// The random source failed.
    #[error("no random bytes")]
    Random,
}

impl Error {
    /// The text with all its sources, for status and logs.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(inner) = source {
            let inner_text = inner.to_string();
            if !text.contains(&inner_text) {
                text.push_str(": ");
                text.push_str(&inner_text);
            }
            source = inner.source();
        }
        text
    }
}
