//! What becomes of one request, from its first byte to the last of its answer.
//!
//! Dropping it writes the line of the access log and gives back the upstream, so neither can be forgotten
//! on any path, a client that went away included.

use std::sync::Arc;

use tokio::time::Instant;

use crate::access_log::{Line, Log};
use crate::clock::Clock;
use crate::guard::ConnectionState;
use crate::routing::upstream::{Busy, Upstream};

/// The client went away before it was answered.
const GONE: u16 = 499;

/// One request being served.
pub(crate) struct Record {
    line: Line,
    started: Instant,
    complete: bool,
    log: Log,
    connection: Arc<ConnectionState>,
    busy: Option<Busy>,
}

impl Record {
    pub(crate) fn begin(line: Line, clock: &Clock, log: Log, connection: Arc<ConnectionState>) -> Self {
        let line = Line { time: clock(), status: GONE, ..line };
        Self { line, started: Instant::now(), complete: false, log, connection, busy: None }
    }

    /// The line so far, to be filled.
    pub(crate) fn line(&mut self) -> &mut Line {
        &mut self.line
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.line.request_id
    }

    pub(crate) fn connection(&self) -> &Arc<ConnectionState> {
        &self.connection
    }

    /// Notes the upstream that serves it; gives back the one before.
    pub(crate) fn serve_by(&mut self, busy: Busy) {
        self.line.upstream.clone_from(&busy.upstream().id);
        self.busy = Some(busy);
    }

    /// The upstream that serves it.
    pub(crate) fn upstream(&self) -> Option<&Upstream> {
        self.busy.as_ref().map(Busy::upstream)
    }

    pub(crate) fn sent(&mut self, bytes: usize) {
        self.line.bytes = self.line.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    pub(crate) fn received(&mut self, bytes: u64) {
        self.line.received = self.line.received.saturating_add(bytes);
    }

    /// The answer was given whole.
    pub(crate) fn complete(&mut self) {
        self.complete = true;
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.busy = None;
        self.connection.end();
        self.line.aborted = !self.complete;
        self.line.duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.log.write(std::mem::take(&mut self.line));
    }
}
