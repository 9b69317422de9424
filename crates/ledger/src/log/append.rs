//! The way of an entry from the caller to the committer and back.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::tile::MAX_ENTRY_BYTES;
use crate::wal::{MAX_BATCH_BYTES, MAX_BATCH_ENTRIES};

/// Bytes that may wait for the committer; more callers wait outside.
const WAITING_BYTES: usize = 4 * MAX_BATCH_BYTES;
/// What a waiting entry costs beside its bytes.
const ENTRY_COST: usize = 64;

/// A durable entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Its index.
    pub index: u64,
    /// Size of a log that contains it, and of which a signed checkpoint was written with it.
    pub size: u64,
}

/// Why an append was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Nothing was recorded: the entry is longer than the format allows. Store it beside, and log its hash.
    #[error("an entry of {0} bytes is too long: at most 65,535")]
    EntryTooLong(usize),
    /// Nothing was recorded: more than one batch can carry.
    #[error("{entries} entries with {bytes} bytes are too much for one batch: at most 65,536 and 8 MiB")]
    BatchTooLarge {
        /// Number of entries.
        entries: usize,
        /// Their bytes.
        bytes: usize,
    },
    /// Nothing was recorded: the log cannot be written now. It recovers by itself when the cause is gone.
    #[error("the log cannot be written, nothing was recorded: {0}")]
    Refused(String),
    /// The write failed half way. The entry is not acknowledged; it may appear in the log later, because a
    /// checkpoint that was signed over it must never be contradicted.
    #[error("the log could not confirm the entry: {0}")]
    Uncertain(String),
    /// The log was closed before the entry was taken.
    #[error("the log is closed")]
    Closed,
}

/// Entries on their way, with the place for the answer.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) entries: Vec<Arc<[u8]>>,
    pub(super) bytes: usize,
    pub(super) reply: oneshot::Sender<Result<Appended, AppendError>>,
    /// Given back when the request is done.
    _room: OwnedSemaphorePermit,
}

/// What the committer receives.
#[derive(Debug)]
pub(super) enum Message {
    Append(Request),
    Close(oneshot::Sender<Result<(), AppendError>>),
}

/// The callers' side of the committer.
#[derive(Debug, Clone)]
pub(super) struct Door {
    sender: Sender<Message>,
    room: Arc<Semaphore>,
}

impl Door {
    pub(super) fn new(sender: Sender<Message>) -> Self {
        Self { sender, room: Arc::new(Semaphore::new(WAITING_BYTES)) }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.room.is_closed()
    }

    pub(super) async fn append(&self, entries: Vec<Vec<u8>>, size: u64) -> Result<Appended, AppendError> {
        if entries.is_empty() {
            return Ok(Appended { index: size, size });
        }
        if let Some(long) = entries.iter().find(|entry| entry.len() > MAX_ENTRY_BYTES) {
            return Err(AppendError::EntryTooLong(long.len()));
        }
        let bytes: usize = entries.iter().map(Vec::len).sum();
        if entries.len() > MAX_BATCH_ENTRIES || bytes > MAX_BATCH_BYTES {
            return Err(AppendError::BatchTooLarge { entries: entries.len(), bytes });
        }
        let cost = (bytes + entries.len() * ENTRY_COST) as u32;
        let room = Arc::clone(&self.room).acquire_many_owned(cost).await;
        let _room = room.map_err(|_| AppendError::Closed)?;
        let (reply, answer) = oneshot::channel();
        let entries = entries.into_iter().map(Arc::from).collect();
        let request = Request { entries, bytes, reply, _room };
        self.sender.send(Message::Append(request)).map_err(|_| AppendError::Closed)?;
        // Without an answer the committer has gone before it took the request.
        answer.await.unwrap_or(Err(AppendError::Closed))
    }

    pub(super) async fn close(&self) -> Result<(), AppendError> {
        self.room.close();
        let (reply, answer) = oneshot::channel();
        if self.sender.send(Message::Close(reply)).is_err() {
            return Ok(());
        }
        answer.await.unwrap_or(Ok(()))
    }
}
