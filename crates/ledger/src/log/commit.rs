//! The committer: group commit on a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, thread};

use super::append::{Message, Request};
use super::lock::Lock;
use super::mend::{Broken, RETRY};
use super::publisher::Publisher;
use super::{AppendError, Appended, Shared, hold};
use crate::durable;
use crate::note::{Checkpoint, Signer};
use crate::tree::{Frontier, Growth};
use crate::wal::{
    Header, MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, SEGMENT_HEADER_BYTES, Segment, Spare, encode_batch,
};

/// Upper bound of what a batch needs beside its entries: headers and checkpoint.
const OVERHEAD_BYTES: u64 = 8 << 10;
/// Entries that may wait for their tiles before appends slow down, then fail.
const BACKLOG_BYTES: usize = 64 << 20;
const BACKLOG_ENTRIES: usize = 1 << 20;
/// How long the committer waits for the publisher to catch up.
const BACKLOG_PATIENCE: Duration = Duration::from_secs(2);

/// A signed batch, with what the memory learns when it is durable.
pub(super) struct Batch {
    pub(super) record: Vec<u8>,
    entries: Vec<Arc<[u8]>>,
    growth: Arc<Growth>,
    pub(super) checkpoint: Arc<str>,
}

/// What all entries of a batch are acknowledged with.
type Receipt = (Arc<str>, Arc<Growth>);

/// The files that the committer holds open.
pub(super) struct Files {
    pub(super) lock: Lock,
    pub(super) segment: Segment,
}

pub(super) struct Committer {
    pub(super) shared: Arc<Shared>,
    pub(super) signer: Signer,
    pub(super) segment_bytes: u64,
    /// `None` while the file system is lost, so that it can be unmounted.
    pub(super) files: Option<Files>,
    /// The tree before the first entry of the segment.
    pub(super) base: Frontier,
    /// The tree of all acknowledged entries.
    pub(super) frontier: Frontier,
    pub(super) publisher: Publisher,
    /// The next segment's file, in the making or made.
    pub(super) spare: Option<JoinHandle<io::Result<Spare>>>,
    /// A next segment was begun and may be there without being ours yet.
    pub(super) rotating: bool,
    pub(super) broken: Option<Broken>,
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
            self.mend();
        }
        let outcome = self.publisher.stop().map_err(AppendError::Refused);
        if let Some(spare) = self.spare.take() {
            let _ = spare.join();
            Spare::remove(&self.shared.dir);
        }
        drop(self.files);
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
        if self.broken.as_ref().is_some_and(Broken::is_due) {
            self.mend();
        }
        if let Some(broken) = &self.broken {
            return Err(AppendError::Refused(broken.reason.clone()));
        }
        self.wait_for_publisher(BACKLOG_PATIENCE).map_err(AppendError::Refused)?;
        let bytes: usize = requests.iter().flat_map(|r| &r.entries).map(|entry| entry.len() + 2).sum();
        self.prepare(bytes as u64).map_err(|error| AppendError::Refused(error.to_string()))?;
        // Everything that can be refused has been: from here on a checkpoint is signed.
        let batch = self.sign(requests.iter().flat_map(|r| r.entries.iter().cloned()).collect());
        if let Err(error) = self.write(&batch.record) {
            let text = error.to_string();
            self.break_off(&error, Some(batch));
            return Err(AppendError::Uncertain(text));
        }
        let receipt = (Arc::clone(&batch.checkpoint), Arc::clone(&batch.growth));
        self.settle(batch);
        self.think_ahead();
        Ok(receipt)
    }

    fn files(&mut self) -> io::Result<&mut Files> {
        self.files.as_mut().ok_or_else(|| io::Error::other("the files of the log are not open"))
    }

    /// Checks that the files are still ours, and that a batch of `bytes` of entries has room. Whatever can fail
    /// fails here, before anything is signed.
    fn prepare(&mut self, bytes: u64) -> io::Result<()> {
        let needed = bytes + OVERHEAD_BYTES;
        let files = self.files()?;
        if let Err(error) = files.lock.check().and_then(|()| files.segment.check()) {
            // A segment that was taken away can often be put back at once, but this caller shall know.
            self.break_off(&error, None);
            return Err(error);
        }
        let end = files.segment.end();
        let full = end > SEGMENT_HEADER_BYTES as u64 && end + needed > self.segment_bytes;
        let rotated = if full || self.rotating { self.rotate() } else { Ok(()) };
        let ready = rotated.and_then(|()| self.files()?.segment.reserve(needed));
        if let Err(error) = ready.as_ref()
            && durable::is_lost(error)
        {
            self.break_off(error, None);
        }
        ready
    }

    fn write(&mut self, record: &[u8]) -> io::Result<()> {
        let segment = &mut self.files()?.segment;
        segment.write(record)?;
        segment.sync()?;
        segment.check()?;
        segment.advance(record.len() as u64);
        Ok(())
    }

    fn sign(&self, entries: Vec<Arc<[u8]>>) -> Batch {
        let growth = Growth::of(&self.frontier, entries.iter().map(AsRef::as_ref));
        let after = growth.after();
        let checkpoint = Checkpoint::sign(&self.signer, after.size(), after.root());
        let record = encode_batch(self.frontier.size(), entries.iter().map(AsRef::as_ref), &checkpoint);
        Batch { record, entries, growth: Arc::new(growth), checkpoint: checkpoint.into() }
    }

    /// Makes a durable batch visible.
    pub(super) fn settle(&mut self, batch: Batch) {
        self.frontier = batch.growth.after().clone();
        durable::acknowledge(&self.shared.dir, self.frontier.size());
        let waiting = self.shared.view.extend(batch.entries, &batch.growth, batch.checkpoint);
        if waiting.0 > BACKLOG_ENTRIES / 256 || waiting.1 > BACKLOG_BYTES / 64 {
            self.publisher.nudge();
        }
    }

    /// Slows down, and at last refuses, when tiles cannot be written as fast as entries come.
    fn wait_for_publisher(&self, patience: Duration) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            if let Some(reason) = hold(&self.shared.head_lost).clone() {
                return Err(reason);
            }
            let (entries, bytes) = self.shared.view.backlog();
            if entries <= BACKLOG_ENTRIES && bytes <= BACKLOG_BYTES {
                return Ok(());
            }
            self.publisher.nudge();
            let failing = hold(&self.shared.unpublished).clone();
            if failing.is_some() || begun.elapsed() >= patience {
                let reason = failing.unwrap_or_else(|| "the disk is too slow".to_owned());
                return Err(format!("tiles cannot be published: {reason}"));
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Begins the next segment.
    fn rotate(&mut self) -> io::Result<()> {
        // Until this has succeeded nothing may be added to the old segment: after a failure half way the next
        // one may be on disk, and it says where the old one ends.
        self.rotating = true;
        let header = Header::new(self.frontier.clone(), self.signer.name());
        let dir = &self.shared.dir;
        let spare = self.spare.take_if(|spare| spare.is_finished());
        let spare = spare.and_then(|spare| spare.join().ok()?.ok());
        let next = match spare.map(|spare| Segment::from_spare(dir, &header, spare)) {
            Some(Ok(next)) => next,
            // Perhaps somebody removed it.
            Some(Err(_)) | None => Segment::create(dir, &header, &[])?,
        };
        next.check()?;
        let old = std::mem::replace(&mut self.files()?.segment, next);
        self.base = self.frontier.clone();
        self.rotating = false;
        // Only gives space back; zeros at the end of a segment mean the same as its end.
        let _ = old.trim();
        Ok(())
    }

    /// Has the next segment's file made when the present one is half full.
    fn think_ahead(&mut self) {
        let half = self.segment_bytes / 2;
        if self.spare.is_none() && self.files.as_ref().is_some_and(|files| files.segment.end() > half) {
            let (dir, bytes) = (self.shared.dir.clone(), self.segment_bytes.next_multiple_of(4096));
            let thread = thread::Builder::new().name("ledger-spare".to_owned());
            // Without a spare the next segment only takes longer to begin.
            self.spare = thread.spawn(move || Spare::make(&dir, bytes)).ok();
        }
    }

    /// Finds out whether the reason for refusing has gone, when no append comes to find out.
    fn probe(&mut self) {
        if self.broken.is_some() {
            return self.mend();
        }
        let outcome = self.wait_for_publisher(Duration::ZERO);
        let outcome = outcome.and_then(|()| self.prepare(0).map_err(|error| error.to_string()));
        *hold(&self.shared.refusing) = outcome.err();
    }
}
