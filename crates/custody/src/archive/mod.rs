//! Closed shards in an object store, as sealed bundles.
//!
//! ```text
//! <prefix>/<installation>/<log>/<shard>.ward   a bundle with the whole shard (ward_ledger::bundle: C2SP tiles, keys,
//!                                              payloads, no WAL) in a tar file, sealed under a key of its own
//! <prefix>/<installation>/<log>/<shard>.json   the manifest, in clear: origin, key, size, root, final checkpoint,
//!                                              SHA-256 of the sealed object, until when it is kept
//! <control>/archive/<log>/<shard>.ward         sealed and waiting to be uploaded; `.partial` while it is written
//! <control>/archive/back/<log>-<shard>/        what is being read back; removed afterwards
//! <control>/archive/restored/<log>/<shard>/    brought back for people, for a day
//! <control>/archive/removing/<log>-<shard>/    moved out of the ledger, being deleted
//! ```
//!
//! The way of a shard, each step safe to repeat after the process was killed:
//!
//! 1. its row and its key are made (entry `shard:archive`);
//! 2. it is sealed into a file here, synced, renamed;
//! 3. the file is uploaded, unless the very same bytes are there already; with S3 under Object Lock in compliance mode;
//! 4. the object is read back from the store, hashed, opened, and the ledger in it verified in full;
//! 5. the manifest is written, and the row says `archived` (entry `shard:archive` again).
//!
//! Invariants: an object counts for nothing until what the store gave back was verified. Ward has no code that deletes
//! an archived object. A file in a directory is never overwritten; in S3 a new version is.

mod carry;
mod extend;
mod fetch;
mod list;
mod manifest;
mod marker;
mod open;
mod place;
mod reconcile;
mod restore;
mod restoring;
mod run;
mod s3;
mod seal;
pub(crate) mod sql;
mod store;
mod verify;

pub use fetch::{Fetched, fetch};
pub use list::list;
pub(crate) use list::status_of;
pub use manifest::{Manifest, Sealed};
pub(crate) use marker::{move_out, write as write_marker};
pub use place::{PlaceConfig, PlaceError, S3Config};
pub use reconcile::ArchiveLoop;
pub(crate) use reconcile::verified;
pub use restore::restore;
pub use run::run;
pub use store::Place;
pub(crate) use verify::read_back;
pub use verify::verify;

use std::{path::PathBuf, time::Duration};

use ward_model::{Action, KeyId, Timestamp, retention::LogName};
use ward_spine::{Ctx, ReadTx, Result};

use crate::sql::damaged;

/// Name of the loop that archives, and of its bell.
pub const LOOP: &str = "archive";
/// How often an archived object is read back and verified again.
pub const AGAIN: Duration = Duration::from_secs(90 * 86_400);
/// How long a shard that was brought back stays here.
pub const RESTORED_FOR: Duration = Duration::from_secs(86_400);

/// Columns, in the names of the queries.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Row {
    log: String,
    shard: String,
    dek_id: String,
    place: String,
    object: String,
    origin: String,
    opened_at: i64,
    closed_at: i64,
    entries: i64,
    root: String,
    bytes: Option<i64>,
    sha256: Option<String>,
    version: Option<String>,
    locked_until: Option<i64>,
    legal_hold: i64,
    archived_at: Option<i64>,
    verified_at: Option<i64>,
    verify_asked_at: Option<i64>,
    restore_asked_at: Option<i64>,
    restored_at: Option<i64>,
    pruned_at: Option<i64>,
    problem: Option<String>,
}

/// A closed shard on its way to the archive, or in it.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) log: LogName,
    pub(crate) shard: String,
    pub(crate) dek: KeyId,
    /// The archive it went to, as [`Place::shown`] names it.
    pub(crate) place: String,
    pub(crate) object: String,
    pub(crate) origin: String,
    pub(crate) opened: Timestamp,
    pub(crate) closed: Timestamp,
    pub(crate) entries: u64,
    pub(crate) root: String,
    pub(crate) bytes: Option<u64>,
    pub(crate) sha256: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) locked_until: Option<Timestamp>,
    pub(crate) legal_hold: bool,
    pub(crate) archived: Option<Timestamp>,
    pub(crate) verified: Option<Timestamp>,
    pub(crate) verify_asked: Option<Timestamp>,
    pub(crate) restore_asked: Option<Timestamp>,
    pub(crate) restored: Option<Timestamp>,
    pub(crate) pruned: Option<Timestamp>,
    pub(crate) problem: Option<String>,
}

impl Row {
    pub(crate) fn kept(self) -> Result<Kept> {
        let at = Timestamp::from_micros;
        let number = |n: i64| u64::try_from(n).map_err(|_| damaged("a number", n));
        Ok(Kept {
            log: self.log.parse()?,
            shard: self.shard,
            dek: self.dek_id.parse()?,
            place: self.place,
            object: self.object,
            origin: self.origin,
            opened: at(self.opened_at),
            closed: at(self.closed_at),
            entries: number(self.entries)?,
            root: self.root,
            bytes: self.bytes.map(number).transpose()?,
            sha256: self.sha256,
            version: self.version,
            locked_until: self.locked_until.map(at),
            legal_hold: self.legal_hold != 0,
            archived: self.archived_at.map(at),
            verified: self.verified_at.map(at),
            verify_asked: self.verify_asked_at.map(at),
            restore_asked: self.restore_asked_at.map(at),
            restored: self.restored_at.map(at),
            pruned: self.pruned_at.map(at),
            problem: self.problem,
        })
    }
}

impl Kept {
    /// Place that the bundle is sealed for: another shard's bundle under its name does not open.
    pub(crate) fn aad(&self) -> String {
        format!("archive {} {} {}", self.origin, self.entries, self.root)
    }

    /// Name of the manifest.
    pub(crate) fn manifest(&self) -> String {
        self.object
            .strip_suffix(".ward")
            .map_or_else(|| format!("{}.json", self.object), |name| format!("{name}.json"))
    }

    /// The file that waits to be uploaded.
    fn staged(&self, ctx: &Ctx) -> PathBuf {
        directory(ctx).join(self.log.to_string()).join(format!("{}.ward", self.shard))
    }

    /// Folder for what is read back.
    fn back(&self, ctx: &Ctx) -> PathBuf {
        directory(ctx).join("back").join(self.scratch_name())
    }

    /// Folder that it is brought back to.
    fn restored_dir(&self, ctx: &Ctx) -> PathBuf {
        directory(ctx).join("restored").join(self.log.to_string()).join(&self.shard)
    }

    fn scratch_name(&self) -> String {
        format!("{}-{}", self.log, self.shard)
    }
}

/// Directory of what is on its way.
pub(crate) fn directory(ctx: &Ctx) -> PathBuf {
    ctx.settings().data_dir.join("archive")
}

/// What is known of a shard's way; none if it has not begun.
pub(crate) async fn find(conn: &mut sqlx::AnyConnection, log: LogName, shard: &str) -> Result<Option<Kept>> {
    let query = sqlx::query_as(sql::FIND).bind(log.to_string()).bind(shard.to_owned());
    let row: Option<Row> = query.fetch_optional(conn).await?;
    row.map(Row::kept).transpose()
}

/// All shards of a log whose way has begun.
pub(crate) async fn of_log(read: &mut ReadTx, log: LogName) -> Result<Vec<Kept>> {
    let rows: Vec<Row> = sqlx::query_as(sql::OF_LOG).bind(log.to_string()).fetch_all(read.conn()).await?;
    rows.into_iter().map(Row::kept).collect()
}

/// The configured archive as the loop last saw it, with what was wrong; none if none is configured.
pub(crate) async fn place_seen(read: &mut ReadTx) -> Result<Option<(String, Option<String>)>> {
    Ok(sqlx::query_as(sql::PLACE).fetch_optional(read.conn()).await?)
}

/// The action that archives, verifies and extends, for this log.
fn archive_action(log: LogName) -> Action {
    match log {
        LogName::Platform => Action::PlatformShardArchive,
        LogName::Organization(_) => Action::ShardArchive,
    }
}
