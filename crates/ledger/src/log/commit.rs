//! The committer: group commit on a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use super::append::{Message, Request};
use super::lock::Lock;
use super::publisher::Publisher;
use super::{AppendError, Appended, Shared, hold};
use crate::note::{Checkpoint, Signer};
use crate::tree::{Frontier, Growth, leaf_hash};
use crate::wal::{Header, MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, Segment, encode_batch, segment_path};

/// How often a broken log tries to recover.
const RETRY: Duration = Duration::from_millis(200);
/// Upper bound of what a batch needs beside its entries: headers and checkpoint.
const OVERHEAD_BYTES: u64 = 8 << 10;
/// Entries that may wait for their tiles before appends slow down, then fail.
const BACKLOG_BYTES: usize = 64 << 20;
const BACKLOG_ENTRIES: usize = 1 << 20;
/// How long the committer waits for the publisher to catch up.
const BACKLOG_PATIENCE: Duration = Duration::from_secs(2);
/// Entries in one batch when a segment is written anew.
const REWRITE_ENTRIES: u64 = 4096;

/// A signed batch, with what the memory learns when it is durable.
struct Batch {
    record: Vec<u8>,
    entries: Vec<Arc<[u8]>>,
    growth: Arc<Growth>,
    checkpoint: Arc<str>,
}

/// What all entries of a batch are acknowledged with.
type Receipt = (Arc<str>, Arc<Growth>);

pub(super) struct Committer {
    pub(super) shared: Arc<Shared>,
    pub(super) signer: Signer,
    pub(super) segment_bytes: u64,
    pub(super) lock: Lock,
    pub(super) segment: Segment,
    /// The tree before the first entry of the segment.
    pub(super) base: Frontier,
    /// The tree of all acknowledged entries.
    pub(super) frontier: Frontier,
    pub(super) publisher: Publisher,
    pub(super) broken: Option<Broken>,
}

/// A write failed in a way that leaves the segment in doubt.
pub(super) struct Broken {
    reason: String,
    tried: Instant,
    /// The batch that was signed and perhaps written. It is settled before anything else is signed, so that no
    /// two checkpoints of this log ever contradict each other.
    unsettled: Option<Batch>,
}

impl Committer {
    /// Runs until the log is closed or every handle is gone.
    pub(super) fn run(mut self, inbox: &Receiver<Message>) {
        let mut closing = None;
        let mut next = None;
        while closing.is_none() {
            let message = match next.take() {
                Some(message) => message,
                None if hold(&self.shared.refusing).is_some() => match inbox.recv_timeout(RETRY) {
                    Ok(message) => message,
                    Err(RecvTimeoutError::Timeout) => {
                        self.probe();
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                },
                None => match inbox.recv() {
                    Ok(message) => message,
                    Err(_) => break,
                },
            };
            let mut requests = Vec::new();
            let (mut entries, mut bytes) = (0, 0);
            let mut message = Some(message);
            while let Some(now) = message.take() {
                match now {
                    Message::Close(reply) => closing = Some(reply),
                    Message::Append(request) => {
                        entries += request.entries.len();
                        bytes += request.bytes;
                        if !requests.is_empty() && (entries > MAX_BATCH_ENTRIES || bytes > MAX_BATCH_BYTES) {
                            next = Some(Message::Append(request));
                            break;
                        }
                        requests.push(request);
                        message = inbox.try_recv().ok();
                    }
                }
            }
            if !requests.is_empty() {
                self.serve(requests);
            }
        }
        if self.broken.is_some() {
            self.recover();
        }
        let outcome = self.publisher.stop().map_err(AppendError::Refused);
        drop(self.lock);
        if let Some(reply) = closing {
            let _ = reply.send(outcome);
        }
    }

    /// Commits the requests as one batch and answers each.
    fn serve(&mut self, requests: Vec<Request>) {
        let mut index = self.frontier.size();
        let outcome = self.commit(&requests);
        *hold(&self.shared.refusing) = outcome.as_ref().err().map(ToString::to_string);
        if let Err(error) = &outcome {
            tracing::error!(dir = %self.shared.dir.display(), %error, "the log refuses entries");
        }
        for request in requests {
            let count = request.entries.len() as u64;
            let answer = match &outcome {
                Ok((checkpoint, growth)) => Ok(Appended::new(index, count, checkpoint, growth)),
                Err(error) => Err(error.clone()),
            };
            index += count;
            // A caller that no longer waits is no error.
            let _ = request.reply.send(answer);
        }
    }

    fn commit(&mut self, requests: &[Request]) -> Result<Receipt, AppendError> {
        let refused = |error: io::Error| AppendError::Refused(error.to_string());
        if self.broken.as_ref().is_some_and(|broken| broken.tried.elapsed() >= RETRY) {
            self.recover();
        }
        if let Some(broken) = &self.broken {
            return Err(AppendError::Refused(broken.reason.clone()));
        }
        self.wait_for_publisher()?;
        if let Err(error) = self.lock.check().and_then(|()| self.segment.check()) {
            self.break_off(error.to_string(), None);
            // A segment that was taken away can often be put back at once, but this caller shall know.
            return Err(refused(error));
        }
        if self.segment.end() >= self.segment_bytes {
            self.rotate().map_err(refused)?;
        }
        let bytes: usize = requests.iter().flat_map(|r| &r.entries).map(|entry| entry.len() + 2).sum();
        self.segment.reserve(bytes as u64 + OVERHEAD_BYTES).map_err(refused)?;
        // Everything that can be refused has been: from here on a checkpoint is signed.
        let batch = self.sign(requests.iter().flat_map(|r| r.entries.iter().cloned()).collect());
        let written = self
            .segment
            .write(&batch.record)
            .and_then(|()| self.segment.sync())
            .and_then(|()| self.segment.check());
        if let Err(error) = written {
            self.break_off(error.to_string(), Some(batch));
            return Err(AppendError::Uncertain(error.to_string()));
        }
        self.segment.advance(batch.record.len() as u64);
        let receipt = (Arc::clone(&batch.checkpoint), Arc::clone(&batch.growth));
        self.settle(batch);
        Ok(receipt)
    }

    fn sign(&self, entries: Vec<Arc<[u8]>>) -> Batch {
        let growth = Growth::of(&self.frontier, entries.iter().map(AsRef::as_ref));
        let after = growth.after();
        let checkpoint = Checkpoint::sign(&self.signer, after.size(), after.root());
        let record = encode_batch(self.frontier.size(), entries.iter().map(AsRef::as_ref), &checkpoint);
        Batch { record, entries, growth: Arc::new(growth), checkpoint: checkpoint.into() }
    }

    /// Makes a durable batch visible.
    fn settle(&mut self, batch: Batch) {
        self.frontier = batch.growth.after().clone();
        let waiting = self.shared.view.extend(batch.entries, &batch.growth, batch.checkpoint);
        if waiting.0 > BACKLOG_ENTRIES / 256 || waiting.1 > BACKLOG_BYTES / 64 {
            self.publisher.nudge();
        }
    }

    /// Slows down, and at last refuses, when tiles cannot be written as fast as entries come.
    fn wait_for_publisher(&self) -> Result<(), AppendError> {
        let begun = Instant::now();
        loop {
            let (entries, bytes) = self.shared.view.backlog();
            if entries <= BACKLOG_ENTRIES && bytes <= BACKLOG_BYTES {
                return Ok(());
            }
            self.publisher.nudge();
            let failing = hold(&self.shared.unpublished).clone();
            if failing.is_some() || begun.elapsed() > BACKLOG_PATIENCE {
                let reason = failing.unwrap_or_else(|| "the disk is too slow".to_owned());
                return Err(AppendError::Refused(format!("tiles cannot be published: {reason}")));
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Begins the next segment.
    fn rotate(&mut self) -> io::Result<()> {
        let header = Header::new(self.frontier.clone(), self.signer.name());
        let next = Segment::create(&self.shared.dir, &header, &[])?;
        let old = std::mem::replace(&mut self.segment, next);
        self.base = self.frontier.clone();
        // Only gives space back; zeros at the end of a segment mean the same as its end.
        let _ = old.trim();
        Ok(())
    }

    /// Finds out whether the reason for refusing has gone, when no append comes to find out.
    fn probe(&mut self) {
        if self.broken.is_some() {
            return self.recover();
        }
        let outcome = self.segment.check().and_then(|()| self.segment.reserve(OVERHEAD_BYTES));
        *hold(&self.shared.refusing) = outcome.err().map(|error| error.to_string());
    }

    fn break_off(&mut self, reason: String, unsettled: Option<Batch>) {
        self.broken = Some(Broken { reason, tried: Instant::now(), unsettled });
    }

    /// Tries to get back to work, and says so.
    fn recover(&mut self) {
        let Some(mut broken) = self.broken.take() else { return };
        match self.rewrite(broken.unsettled.as_ref()) {
            Ok(segment) => {
                self.segment = segment;
                if let Some(batch) = broken.unsettled {
                    self.settle(batch);
                }
                *hold(&self.shared.refusing) = None;
                tracing::warn!(dir = %self.shared.dir.display(), cause = broken.reason, "the log is writable again");
            }
            Err(error) => {
                broken.reason = error.to_string();
                broken.tried = Instant::now();
                *hold(&self.shared.refusing) = Some(broken.reason.clone());
                self.broken = Some(broken);
            }
        }
    }

    /// Writes the current segment anew from memory and tiles, whatever happened to its file: removed, replaced,
    /// cut or on bad blocks. The old file stays until the new one is durable; a file that is not ours any more
    /// is kept as `.displaced`.
    fn rewrite(&self, unsettled: Option<&Batch>) -> io::Result<Segment> {
        self.lock.check()?;
        let size = self.frontier.size();
        let mut frontier = self.base.clone();
        let mut batches = Vec::new();
        while frontier.size() < size {
            let first = frontier.size();
            let entries = self.shared.view.entries(first..size.min(first + REWRITE_ENTRIES));
            let entries = entries.map_err(io::Error::other)?;
            if entries.is_empty() {
                return Err(io::Error::other(format!("entry {first} cannot be read back")));
            }
            entries.iter().for_each(|(_, entry)| frontier.push(leaf_hash(entry), |_, _| {}));
            let checkpoint = Checkpoint::sign(&self.signer, frontier.size(), frontier.root());
            batches.push(encode_batch(first, entries.iter().map(|(_, e)| e.as_slice()), &checkpoint));
        }
        if frontier != self.frontier {
            return Err(io::Error::other("entries read back do not give the tree that was acknowledged"));
        }
        batches.extend(unsettled.map(|batch| batch.record.clone()));
        let path = segment_path(&self.shared.dir, self.base.size());
        if path.exists() && self.segment.check().is_err() {
            let mut aside = path.clone().into_os_string();
            aside.push(".displaced");
            // The first displaced file is the evidence; later ones come from the same cause.
            let _ = fs::hard_link(&path, aside);
        }
        let header = Header::new(self.base.clone(), self.signer.name());
        let segment = Segment::create(&self.shared.dir, &header, &batches)?;
        segment.check()?;
        Ok(segment)
    }
}
