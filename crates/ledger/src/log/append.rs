//! The way of an entry from the caller to the committer and back.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::task::{Context, Poll};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::tile::MAX_ENTRY_BYTES;
use crate::tree::{Growth, Hash};
use crate::wal::{MAX_BATCH_BYTES, MAX_BATCH_ENTRIES};

/// Bytes that may wait for the committer; more callers wait outside.
const WAITING_BYTES: usize = 4 * MAX_BATCH_BYTES;
/// What a waiting entry costs beside its bytes.
const ENTRY_COST: usize = 64;

/// Durable entries: what was appended by one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Index of the first.
    pub index: u64,
    /// Size of a log that contains them all.
    pub size: u64,
    /// The signed checkpoint of that size, as a note. It was written with them.
    pub checkpoint: Arc<str>,
    count: u64,
    /// What their batch added to the tree; nothing if nothing was appended.
    growth: Option<Arc<Growth>>,
}

impl Appended {
    pub(super) fn nothing(size: u64, checkpoint: Arc<str>) -> Self {
        Self { index: size, size, checkpoint, count: 0, growth: None }
    }

    pub(super) fn new(index: u64, count: u64, checkpoint: &Arc<str>, growth: &Arc<Growth>) -> Self {
        let (checkpoint, size) = (Arc::clone(checkpoint), growth.after().size());
        Self { index, size, checkpoint, count, growth: Some(Arc::clone(growth)) }
    }

    /// Indexes of the entries.
    pub fn range(&self) -> std::ops::Range<u64> {
        self.index..self.index + self.count
    }

    /// The proof that entry `index`, one of these, is in the tree of `size` entries that `checkpoint` signs
    /// (RFC 6962 2.1.1). Computed from memory. `None` if the index is none of [`Appended::range`].
    pub fn proof(&self, index: u64) -> Option<Vec<Hash>> {
        self.growth.as_ref().filter(|_| self.range().contains(&index))?.proof(index)
    }
}

/// The answer to [`Log::submit`](super::Log::submit): resolves when the entries are durable, or are not
/// acknowledged.
#[derive(Debug)]
#[must_use = "entries are durable when this has resolved, not before"]
pub struct Pending(Answer);

#[derive(Debug)]
enum Answer {
    Ready(Option<Appended>),
    Waiting(oneshot::Receiver<Result<Appended, AppendError>>),
}

impl Pending {
    pub(super) fn ready(appended: Appended) -> Self {
        Self(Answer::Ready(Some(appended)))
    }
}

impl Future for Pending {
    type Output = Result<Appended, AppendError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Answer::Ready(appended) => Poll::Ready(appended.take().ok_or(AppendError::Closed)),
            // Without an answer the committer has gone before it took the request.
            Answer::Waiting(answer) => {
                Pin::new(answer).poll(context).map(|answer| answer.unwrap_or(Err(AppendError::Closed)))
            }
        }
    }
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

    pub(super) async fn submit(&self, entries: Vec<Vec<u8>>) -> Result<Pending, AppendError> {
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
        Ok(Pending(Answer::Waiting(answer)))
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
