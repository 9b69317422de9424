//! Follows the snapshot file: at start, when told, and when it changed.
//!
//! A snapshot that is refused leaves the one in force, and the status says why. Reloading is idempotent.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use ward_model::routes::RouteSnapshot;

use super::Routing;
use crate::error::Error;

/// Largest snapshot that is read, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;
/// How often the file is looked at, in case nobody tells.
const POLL: Duration = Duration::from_millis(250);

/// Device, inode, size and change time with nanoseconds: a rename or a chmod changes at least one.
type Stamp = (u64, u64, u64, i64, i64);

/// Reads the snapshot file into the routing table.
pub(crate) struct Follower {
    path: PathBuf,
    routing: Arc<Routing>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    stamp: Option<Stamp>,
    error: Option<String>,
}

impl Follower {
    pub(crate) fn new(path: PathBuf, routing: Arc<Routing>) -> Self {
        Self { path, routing, seen: Mutex::new(Seen::default()) }
    }

    /// Why the file's present content is not in force; none when it is.
    pub(crate) fn error(&self) -> Option<String> {
        self.seen().error.clone()
    }

    /// Applies the file now. Blocks on the file and on reading keys.
    ///
    /// # Errors
    /// The text that the status shows.
    pub(crate) fn reload(&self) -> Result<u64, String> {
        // Held throughout, so that two reloads cannot put an older file over a newer one.
        let mut seen = self.seen();
        let outcome = self.load(&mut seen.stamp);
        seen.error = outcome.as_ref().err().map(Error::chain);
        match outcome {
            Ok(version) => {
                tracing::info!(version, "routes in force");
                Ok(version)
            }
            Err(error) => {
                let text = error.chain();
                tracing::warn!(error = %text, "the route snapshot is refused; the one in force stays");
                Err(text)
            }
        }
    }

    /// Applies the file whenever it changed, until stopped.
    pub(crate) async fn poll(self: Arc<Self>, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(POLL)).await.is_some() {
            let stamp = tokio::fs::metadata(&self.path).await.ok().map(|meta| stamp(&meta));
            if stamp.is_some() && stamp != self.seen().stamp {
                let this = Arc::clone(&self);
                let _ = tokio::task::spawn_blocking(move || this.reload()).await;
            }
        }
    }

    fn load(&self, seen: &mut Option<Stamp>) -> Result<u64, Error> {
        let fail = |source| Error::File { action: "read", path: self.path.clone(), source };
        let file = File::open(&self.path).map_err(fail)?;
        let meta = file.metadata().map_err(fail)?;
        *seen = Some(stamp(&meta));
        if meta.mode() & 0o077 != 0 {
            return Err(Error::SnapshotMode { path: self.path.clone(), mode: meta.mode() & 0o777 });
        }
        let mut text = Vec::new();
        file.take(LARGEST).read_to_end(&mut text).map_err(fail)?;
        let snapshot: RouteSnapshot = serde_json::from_slice(&text)
            .map_err(|error| Error::SnapshotForm { line: error.line(), column: error.column() })?;
        self.routing.apply(&snapshot)?;
        Ok(snapshot.version)
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn stamp(meta: &Metadata) -> Stamp {
    (meta.dev(), meta.ino(), meta.size(), meta.ctime(), meta.ctime_nsec())
}
