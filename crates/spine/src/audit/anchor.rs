//! Anchors: the platform's log takes down the checkpoints of the organizations' logs.
//!
//! A log that is deleted or rolled back as a whole cannot show that itself. The newest anchor in the platform's
//! log does, and so a witness of the platform's log is one of all of them.

use std::{sync::PoisonError, time::Duration};

use serde_json::json;
use ward_model::Timestamp;

use super::{Audit, PLATFORM_LOG, keys};
use crate::Result;

/// How often.
const EVERY: Duration = Duration::from_secs(3600);
/// Checkpoints in one entry.
///
/// With the longest domain one takes 1,100 bytes; an entry that is too long would say nothing at all.
const AT_ONCE: usize = 50;

impl Audit {
    /// Anchors the logs that have grown, if it is time. Returns when it last was.
    pub(super) async fn anchor(&self, last: Option<Timestamp>) -> Result<Option<Timestamp>> {
        let now = self.0.clock.now();
        if last.is_some_and(|last| now.since(last) < EVERY) {
            return Ok(last);
        }
        self.anchor_now().await?;
        Ok(Some(now))
    }

    /// Anchors the logs that have grown since the newest anchor.
    pub async fn anchor_now(&self) -> Result<()> {
        let mut grown = Vec::new();
        for (log, series) in self.0.logs.all().into_iter().filter(|(log, _)| log != PLATFORM_LOG) {
            let current = series.current();
            let (size, checkpoint) = (current.size(), current.checkpoint());
            // Of the log that was asked: the series may go on in another shard meanwhile.
            let origin = current.verifier_key().name();
            let shard = origin.rsplit('/').next().unwrap_or_default().to_owned();
            let anchor = json!({ "shard": shard, "checkpoint": checkpoint });
            if self.anchored().get(&log) != Some(&(shard.clone(), size)) {
                grown.push((log, (shard, size), anchor));
            }
        }
        for some in grown.chunks(AT_ONCE) {
            let mut event = keys::notice("ledger:anchor", "ledger-log", PLATFORM_LOG, self.0.clock.now());
            let anchors: serde_json::Map<_, _> =
                some.iter().map(|(log, _, anchor)| (log.clone(), anchor.clone())).collect();
            event.detail = json!({ "anchors": anchors });
            self.write(&self.platform(), &[event]).await?;
            self.anchored().extend(some.iter().map(|(log, size, _)| (log.clone(), size.clone())));
        }
        Ok(())
    }

    fn anchored(&self) -> std::sync::MutexGuard<'_, std::collections::HashMap<String, (String, u64)>> {
        self.0.anchored.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
