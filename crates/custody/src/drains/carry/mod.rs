//! How entries get to the receiver. One carrier for each kind of destination; each says honestly what it knows.
//!
//! | carrier | acknowledged when | after a crash |
//! | --- | --- | --- |
//! | file | the lines are on the disk (`fdatasync`) | the file's last line is the cursor: nothing twice, nothing lost |
//! | syslog, CEF | the receiver has read to the end and closed the connection | the last batch may come again |
//! | OTLP, webhook | the receiver answered with a status from 200 to 299 | the last batch may come again |
//!
//! What comes again bears the same log, shard and index.

mod file;
mod http;
mod wire;

use std::time::Duration;

pub use file::Files;
pub use http::{Form, Posts};
pub use wire::{Shape, Wires};

use super::{Cursor, Entry, batch::Size};
use crate::outbound::OutboundError;

/// Why a batch was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarryError {
    /// What happened.
    pub text: String,
    /// What to do next.
    pub next_step: String,
    /// The receiver asked to be left alone so long.
    pub retry_after: Option<Duration>,
    /// The receiver found the batch too large.
    pub too_large: bool,
}

impl CarryError {
    /// An error with what happened and what to do next.
    pub fn new(text: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { text: text.into(), next_step: next_step.into(), retry_after: None, too_large: false }
    }
}

impl From<OutboundError> for CarryError {
    fn from(error: OutboundError) -> Self {
        Self::new(error.to_string(), error.next_step())
    }
}

impl std::fmt::Display for CarryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; {}", self.text, self.next_step)
    }
}

/// What became of a batch that was acknowledged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carried {
    /// Entries that the receiver took the batch of, but refused for good; and why.
    pub refused: Option<(u64, String)>,
}

/// A way to a receiver.
#[derive(Debug)]
pub enum Carrier {
    /// Files.
    File(Files),
    /// Messages over a connection.
    Wire(Wires),
    /// HTTP requests.
    Http(Posts),
}

impl Carrier {
    /// How much is best sent at once.
    pub fn size(&self) -> Size {
        match self {
            Self::File(_) | Self::Wire(_) => Size { entries: 2000, bytes: 4 << 20 },
            Self::Http(_) => Size { entries: 500, bytes: 1 << 20 },
        }
    }

    /// Refuses a receiver that may not be dialled, as far as that is known without dialling it. A name that has no
    /// address now may have one later.
    ///
    /// # Errors
    /// [`OutboundError::Internal`], [`OutboundError::Plain`].
    pub async fn check(&self) -> Result<(), OutboundError> {
        match self {
            Self::File(_) => Ok(()),
            Self::Wire(wires) => wires.outbound.check(&wires.target).await,
            Self::Http(posts) => posts.outbound.check(&posts.target).await,
        }
    }

    /// Where the receiver itself says that the log goes on; `None` if it says nothing.
    ///
    /// # Errors
    /// [`CarryError`].
    pub async fn recover(&self, log: &str) -> Result<Option<Cursor>, CarryError> {
        match self {
            Self::File(files) => files.recover(log).await,
            Self::Wire(_) | Self::Http(_) => Ok(None),
        }
    }

    /// Sends entries of one shard, in their order, and returns when they are acknowledged.
    ///
    /// # Errors
    /// [`CarryError`]: none, some or all of them may have arrived.
    pub async fn carry(&self, entries: &[Entry]) -> Result<Carried, CarryError> {
        match self {
            Self::File(files) => files.append(entries).await.map(|()| Carried::default()),
            Self::Wire(wires) => wires.send(entries).await.map(|()| Carried::default()),
            Self::Http(posts) => posts.send(entries).await,
        }
    }

    /// Sends a test that is no entry. Returns what was done, in a sentence.
    ///
    /// # Errors
    /// [`CarryError`].
    pub async fn test(&self) -> Result<String, CarryError> {
        match self {
            Self::File(files) => files.test().await,
            Self::Wire(wires) => wires.test().await,
            Self::Http(posts) => posts.test().await,
        }
    }
}
