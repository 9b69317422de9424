//! Logs of apps: taken from the engine, sealed before they touch a disk, kept in a ring, read through a verb.
//!
//! ```text
//! <data_dir>/logs/<app>/00000007.ward    "WARDLOG" 1, then records: length (u32, big endian), sealed batch
//! ```
//!
//! A batch is JSON: lines, and how far each container's log was taken, so that a restart goes on where it
//! stood. It is sealed under the key `logs <app>`, which is destroyed with the app, and bound to app, segment and
//! number: none can be moved or replaced. Each start and each 4 MiB begin a new segment; the oldest go when an
//! app's ring is full. An end that a power failure tore off is passed over.
//!
//! Invariants: no plain line is on a disk (45 CFR 164.312(a)(2)(iv)); every line is masked (`crate::redaction`) and bounded
//! ([`admit`](self)) once, before it is stored; reading is recorded (164.312(b)).

mod admit;
mod collect;
mod quarantine;
mod read;
mod reconcile;
mod segment;
pub(crate) mod sql;
mod store;

pub use quarantine::quarantined;
pub use read::read;
pub use reconcile::Logs;
pub(crate) use store::target;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};
use ward_model::{AppId, Timestamp, apps::AppLogLine, redaction::QuarantinedLine};
use ward_spine::{Ctx, engine::Engine, reconcile::Reconciler};

/// Name of the loop.
pub const LOOP: &str = "logs";

/// Which lines of an app are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    /// Only the last so many.
    pub tail: Option<usize>,
    /// Only lines after this time.
    pub since: Option<Timestamp>,
    /// Only lines of this process.
    pub process: Option<String>,
    /// Go on with new lines as they come.
    pub follow: bool,
}

impl LogQuery {
    fn wants(&self, line: &AppLogLine) -> bool {
        self.since.is_none_or(|since| line.time > since)
            && self.process.as_ref().is_none_or(|process| *process == line.process)
    }
}

/// The loops of this room.
pub fn loops(engine: Arc<dyn Engine>) -> Vec<Arc<dyn Reconciler>> {
    vec![Arc::new(Logs::new(engine))]
}

/// How far a container's log was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    /// Time of the last line, microseconds since 1970.
    time: i64,
    /// Lines with that time.
    same: u32,
}

/// What is sealed as one record.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Batch {
    taken: BTreeMap<String, Taken>,
    lines: Vec<AppLogLine>,
    /// Lines that could not be masked: sealed with the others, and read by another verb.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    quarantined: Vec<QuarantinedLine>,
}

/// Directory of all apps' logs.
fn root(ctx: &Ctx) -> PathBuf {
    ctx.settings().data_dir.join("logs")
}

/// Directory of an app's log.
fn directory(ctx: &Ctx, app: AppId) -> PathBuf {
    root(ctx).join(app.to_string())
}

/// Context of the key of an app's log.
fn key_context(app: AppId) -> String {
    format!("logs {app}")
}

/// Place that a record is sealed for.
fn place(app: AppId, segment: u64, record: u64) -> String {
    format!("log {app} segment {segment} record {record}")
}

/// Name of the bell that is rung when an app's log grows.
fn bell(app: AppId) -> String {
    format!("log {app}")
}

#[cfg(test)]
mod tests;
