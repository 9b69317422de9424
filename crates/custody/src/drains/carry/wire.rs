//! Syslog messages over a connection, framed by octet counting.
//!
//! Syslog has no acknowledgement (RFC 5425 4.4 has only the closing of the session), and bytes that a kernel took may
//! die with the connection. So a batch has a connection of its own: everything is written, the sending side closed
//! (`close_notify`, then FIN), and the batch counts when the receiver closes as well. A receiver that dies or leaves
//! bytes unread resets the connection instead, and the batch is sent again.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use ward_spine::Clock;

use super::{
    super::format::{cef, syslog},
    CarryError, Entry,
};
use crate::outbound::{Outbound, OutboundError, Target, Wire};

/// Longest time for a batch and the receiver's closing.
const LIMIT: Duration = Duration::from_secs(60);

/// How a message looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// RFC 5424 with the entry's bytes.
    Syslog,
    /// RFC 5424 with a CEF line.
    Cef,
}

/// A receiver of syslog.
pub struct Wires {
    /// The client.
    pub outbound: Outbound,
    /// Where to.
    pub target: Target,
    /// How a message looks.
    pub shape: Shape,
    /// Host name in the messages.
    pub host: String,
    /// Id of the drain, for tests.
    pub drain: String,
    /// Time of a test.
    pub clock: std::sync::Arc<dyn Clock>,
    /// Longest time for a batch; tests set a shorter one.
    pub limit: Duration,
}

impl std::fmt::Debug for Wires {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wires")
            .field("target", &self.target)
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

impl Wires {
    /// The usual longest time for a batch.
    pub const LIMIT: Duration = LIMIT;

    pub(super) async fn send(&self, entries: &[Entry]) -> Result<(), CarryError> {
        let mut bytes = Vec::new();
        for entry in entries {
            match self.shape {
                Shape::Syslog => syslog::frame(entry, &self.host, &mut bytes),
                Shape::Cef => cef::frame(entry, &self.host, &mut bytes),
            }
        }
        self.exchange(&bytes).await
    }

    pub(super) async fn test(&self) -> Result<String, CarryError> {
        let mut bytes = Vec::new();
        let text = "Ward tests this drain: nothing happened";
        syslog::frame_test(&self.drain, self.clock.now(), &self.host, text, &mut bytes);
        self.exchange(&bytes).await?;
        Ok(format!("one message was sent to {}, which read it and closed", self.target))
    }

    async fn exchange(&self, bytes: &[u8]) -> Result<(), CarryError> {
        let place = self.target.place();
        let whole = async {
            let mut wire = self.outbound.stream(&self.target).await?;
            deliver(wire.as_mut(), bytes)
                .await
                .map_err(|e| OutboundError::Broken { place: place.clone(), why: e.to_string() })?;
            Ok::<_, CarryError>(())
        };
        tokio::time::timeout(self.limit, whole).await.unwrap_or_else(|_| {
            Err(CarryError::new(
                format!(
                    "{place} did not read all and close the connection within {} s, so what it has is unknown",
                    self.limit.as_secs()
                ),
                "check how the receiver fares; it must close a connection whose sender has closed",
            ))
        })
    }
}

/// Writes everything, closes, and waits until the other side has closed.
async fn deliver(wire: &mut dyn Wire, bytes: &[u8]) -> std::io::Result<()> {
    wire.write_all(bytes).await?;
    wire.flush().await?;
    wire.shutdown().await?;
    let mut heard = [0; 4096];
    loop {
        match wire.read(&mut heard).await {
            Ok(0) => return Ok(()),
            // A receiver of syslog has nothing to say; what it says is not ours to read.
            Ok(_) => {}
            // It closed without `close_notify`, as many do. That cuts nothing of ours: we had closed before.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
