//! The publisher: derives tiles, `checkpoint` and `head` behind the committer.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Shared, hold};
use crate::tile::{announce, publish};
use crate::{HEAD_FILE, durable};

/// How soon a failed publication is tried again, at the latest.
const RETRY: Duration = Duration::from_millis(500);
/// Entries whose tiles are written at once. Their memory is free after each step, so that appends that wait for
/// it do not wait long.
const STEP_ENTRIES: u64 = 16_384;

/// The committer's side of the publisher.
pub(super) struct Publisher {
    wake: SyncSender<()>,
    thread: JoinHandle<Result<(), String>>,
}

impl Publisher {
    /// Starts the thread. `published` is the size published so far.
    pub(super) fn start(shared: Arc<Shared>, published: Option<u64>, every: Duration) -> io::Result<Self> {
        let (wake, inbox) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("ledger-publish".to_owned())
            .spawn(move || run(&shared, &inbox, published, every))?;
        Ok(Self { wake, thread })
    }

    /// Asks for a publication soon. Never blocks.
    pub(super) fn nudge(&self) {
        // A full channel means that it has been asked already.
        let _ = self.wake.try_send(());
    }

    /// Publishes the rest and ends the thread.
    pub(super) fn stop(self) -> Result<(), String> {
        drop(self.wake);
        self.thread.join().unwrap_or_else(|_| Err("the publisher ended unexpectedly".to_owned()))
    }
}

fn run(
    shared: &Shared,
    inbox: &Receiver<()>,
    mut published: Option<u64>,
    every: Duration,
) -> Result<(), String> {
    let mut wait = every;
    loop {
        let last = matches!(inbox.recv_timeout(wait), Err(RecvTimeoutError::Disconnected));
        let outcome = round(shared, &mut published).map_err(|e| e.to_string());
        *hold(&shared.unpublished) = outcome.clone().err();
        let head_lost = hold(&shared.head_lost).clone();
        wait = if outcome.is_ok() && head_lost.is_none() { every } else { RETRY.min(every) };
        if let Some(reason) = &head_lost {
            tracing::error!(dir = %shared.dir.display(), reason, "the log refuses entries");
        }
        if let Err(error) = &outcome {
            tracing::warn!(dir = %shared.dir.display(), error, "tiles cannot be published");
        }
        if last {
            return outcome.and(head_lost.map_or(Ok(()), Err));
        }
    }
}

/// Publishes the durable state, unless it is published.
fn round(shared: &Shared, published: &mut Option<u64>) -> io::Result<()> {
    let (size, checkpoint) = shared.view.head();
    if *published == Some(size) && hold(&shared.head_lost).is_none() {
        return Ok(());
    }
    // While this is open the file system stays mounted, and the paths below lead to it.
    let _held = File::open(&shared.dir)?;
    loop {
        let step = shared.view.unpublished_from() + STEP_ENTRIES;
        if step >= size {
            break;
        }
        if !head_is_ours(shared)? {
            return Ok(());
        }
        publish(&shared.dir, &shared.view.publication(step, false))?;
        // Nothing is forgotten that was written somewhere else.
        if !head_is_ours(shared)? {
            return Ok(());
        }
        shared.view.forget_published(step);
    }
    if !head_is_ours(shared)? {
        return Ok(());
    }
    publish(&shared.dir, &shared.view.publication(size, true))?;
    let announced = announce(&shared.dir, &mut hold(&shared.heads), &checkpoint)?;
    note_head(shared, announced);
    if announced {
        *published = Some(size);
        shared.view.forget_published(size);
    }
    Ok(())
}

/// Whether the file `head` is the one that this log wrote. If not, another writer was here, or the file system
/// of the log is not mounted and its path leads elsewhere: then nothing may be written.
fn head_is_ours(shared: &Shared) -> io::Result<bool> {
    let head = durable::text(&shared.dir.join(HEAD_FILE))?;
    let ours = head.is_some_and(|head| hold(&shared.heads).contains(&head));
    note_head(shared, ours);
    Ok(ours)
}

fn note_head(shared: &Shared, ours: bool) {
    *hold(&shared.head_lost) = (!ours).then(|| {
        let head = shared.dir.join(HEAD_FILE);
        format!("{} is not what this log wrote there: put it back", head.display())
    });
}
