//! How a log that could not write gets back to work by itself.

use std::io;
use std::time::{Duration, Instant};

use super::commit::{Batch, Committer, Files};
use super::hold;
use super::lock::Lock;
use crate::HEAD_FILE;
use crate::durable;
use crate::note::Checkpoint;
use crate::tree::leaf_hash;
use crate::wal::{
    Decoded, Header, MAX_BATCH_BYTES, SEGMENT_HEADER_BYTES, Segment, decode_batch, encode_batch,
    list_segments, segment_path,
};

/// How often a broken log tries to recover.
pub(super) const RETRY: Duration = Duration::from_millis(200);
/// Entries in one batch when a segment is written anew.
const REWRITE_ENTRIES: u64 = 4096;

/// A write failed in a way that leaves the segment in doubt.
pub(super) struct Broken {
    pub(super) reason: String,
    tried: Instant,
    /// The batch that was signed and perhaps written. It is settled before anything else is signed, so that no
    /// two checkpoints of this log ever contradict each other.
    unsettled: Option<Batch>,
}

impl Broken {
    /// Whether it is time to try again.
    pub(super) fn is_due(&self) -> bool {
        self.tried.elapsed() >= RETRY
    }
}

impl Committer {
    pub(super) fn break_off(&mut self, cause: &io::Error, unsettled: Option<Batch>) {
        self.broken = Some(Broken { reason: cause.to_string(), tried: Instant::now(), unsettled });
        self.let_go(cause);
    }

    /// Closes the files if the file system is lost: it cannot be unmounted, checked and mounted again while
    /// they are open. The lock goes with them, and is taken again first of all.
    fn let_go(&mut self, cause: &io::Error) {
        if durable::is_lost(cause) {
            self.files = None;
        }
        if self.files.is_none() {
            // One that is still being made keeps its place: two must not write the same file.
            drop(self.spare.take_if(|spare| spare.is_finished()));
        }
    }

    /// Tries to get back to work, and says so.
    pub(super) fn mend(&mut self) {
        let Some(mut broken) = self.broken.take() else { return };
        match self.reopen(broken.unsettled.as_ref()) {
            Ok(()) => {
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
                self.let_go(&error);
            }
        }
    }

    fn reopen(&mut self, unsettled: Option<&Batch>) -> io::Result<()> {
        let Some(files) = &self.files else {
            let lock = Lock::take_again(&self.shared.dir)?;
            self.nobody_wrote(unsettled)?;
            let segment = self.rewrite(unsettled)?;
            self.files = Some(Files { lock, segment });
            return Ok(());
        };
        files.lock.check()?;
        let segment = self.rewrite(unsettled)?;
        if let Some(files) = &mut self.files {
            files.segment = segment;
        }
        Ok(())
    }

    /// Fails if somebody wrote to this log while its lock was let go of, or if another log is mounted here.
    fn nobody_wrote(&self, unsettled: Option<&Batch>) -> io::Result<()> {
        let dir = &self.shared.dir;
        let foreign = |place: String| {
            io::Error::other(format!("{place} is not as this log left it: somebody else wrote; open it anew"))
        };
        let head = durable::text(&dir.join(HEAD_FILE))?;
        if !head.is_some_and(|head| hold(&self.shared.heads).contains(&head)) {
            return Err(foreign(dir.join(HEAD_FILE).display().to_string()));
        }
        for first in list_segments(dir)?.into_iter().filter(|first| *first >= self.base.size()) {
            let path = segment_path(dir, first);
            let segment = std::fs::read(&path)?;
            let mut offset = SEGMENT_HEADER_BYTES;
            while let Decoded::Batch(batch) = decode_batch(&segment, offset) {
                let known = batch.first + batch.entries.len() as u64 <= self.frontier.size();
                if !known && unsettled.is_none_or(|ours| ours.checkpoint.as_bytes() != batch.checkpoint) {
                    return Err(foreign(path.display().to_string()));
                }
                offset = batch.end;
            }
        }
        Ok(())
    }

    /// Writes the current segment anew from memory and tiles, whatever happened to its file: removed, replaced,
    /// cut or on bad blocks. The old file stays until the new one is durable; a file that is not ours any more
    /// is kept as `.displaced`.
    fn rewrite(&self, unsettled: Option<&Batch>) -> io::Result<Segment> {
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
            let fitting = entries.iter().scan(0, |bytes, (_, entry)| {
                *bytes += entry.len();
                (*bytes <= MAX_BATCH_BYTES).then_some(())
            });
            let entries = entries.get(..fitting.count()).unwrap_or_default();
            entries.iter().for_each(|(_, entry)| frontier.push(leaf_hash(entry), |_, _| {}));
            let checkpoint = Checkpoint::sign(&self.signer, frontier.size(), frontier.root());
            batches.push(encode_batch(first, entries.iter().map(|(_, e)| e.as_slice()), &checkpoint));
        }
        if frontier != self.frontier {
            return Err(io::Error::other("entries read back do not give the tree that was acknowledged"));
        }
        batches.extend(unsettled.map(|batch| batch.record.clone()));
        let path = segment_path(&self.shared.dir, self.base.size());
        let displaced = self.files.as_ref().is_some_and(|files| files.segment.check().is_err());
        if displaced && path.exists() {
            let mut aside = path.clone().into_os_string();
            aside.push(".displaced");
            // The first displaced file is the evidence; later ones come from the same cause.
            let _ = durable::link(&path, aside.as_ref());
        }
        let header = Header::new(self.base.clone(), self.signer.name());
        let segment = Segment::create(&self.shared.dir, &header, &batches)?;
        segment.check()?;
        Ok(segment)
    }
}
