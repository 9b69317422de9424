//! Stamping and appending: an entry gets its time and its place together.

use std::path::Path;
use std::sync::Arc;

use super::{Series, read_lock};
use crate::log::{AppendError, Appended};

/// The place that entries are about to get.
#[derive(Debug, Clone, Copy)]
pub struct Slot<'a> {
    /// The time to stamp them with, milliseconds since the epoch.
    pub logged: i64,
    /// Folder of the shard, for payloads that are stored beside.
    pub dir: &'a Path,
}

/// Durable entries, with where they are.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Name of the shard.
    pub shard: Arc<str>,
    /// Index of the first, and what was signed over it.
    pub appended: Appended,
    /// The time they were stamped with, milliseconds since the epoch.
    pub logged: i64,
}

impl Series {
    /// Appends entries next to each other, all or none, and returns when they are durable. `make` gets their
    /// place, with the time to stamp them with: `now`, or the newest stamp if the clock fell behind it. It runs under a lock: no waiting in it.
    ///
    /// # Errors
    /// As for [`Log::append_all`](crate::Log::append_all), and whatever `make` returns.
    pub async fn append<E: From<AppendError>>(
        &self,
        now: i64,
        make: impl FnOnce(Slot<'_>) -> Result<Vec<Vec<u8>>, E>,
    ) -> Result<Recorded, E> {
        let (shard, logged, pending) = {
            let mut sequencer = self.0.sequencer.lock().await;
            self.settle(&mut sequencer).await.map_err(|e| AppendError::Refused(e.to_string()))?;
            let (shard, log) = read_lock(&self.0.current).clone();
            let logged = now.max(sequencer.last);
            let pending = log.submit(make(Slot { logged, dir: log.dir() })?).await?;
            sequencer.last = logged;
            (shard, logged, pending)
        };
        Ok(Recorded { shard, appended: pending.await?, logged })
    }
}
