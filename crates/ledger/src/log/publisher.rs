//! The publisher: derives tiles, `checkpoint` and `head` behind the committer.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Shared, hold};
use crate::tile::{announce, publish};

/// How soon a failed publication is tried again, at the latest.
const RETRY: Duration = Duration::from_secs(1);
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
    loop {
        let step = shared.view.unpublished_from() + STEP_ENTRIES;
        if step >= size {
            break;
        }
        publish(&shared.dir, &shared.view.publication(step, false))?;
        shared.view.forget_published(step);
    }
    publish(&shared.dir, &shared.view.publication(size, true))?;
    let announced = announce(&shared.dir, &mut hold(&shared.heads), &checkpoint)?;
    *hold(&shared.head_lost) = (!announced).then(|| {
        let head = shared.dir.join(crate::HEAD_FILE);
        format!("{} is not what this log wrote there: put it back", head.display())
    });
    if announced {
        *published = Some(size);
        shared.view.forget_published(size);
    }
    Ok(())
}
