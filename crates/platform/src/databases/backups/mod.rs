//! Backups: a dump, sealed in chunks under a key of its own, in a file; and the way back.
//!
//! ```text
//! <data_dir>/backups/<database>/<backup>.ward           complete: written, synced, then renamed
//! <data_dir>/backups/<database>/<backup>.ward.partial   being written; after a crash it is removed
//! ```
//!
//! Invariants: no plain byte of a dump is on a disk. A backup opens only as the backup of its own database: both ids
//! are authenticated. A restore never touches the database that the backup is of. Complete means that the
//! dump ended well, the file is synced and its SHA-256 is recorded (45 CFR 164.308(a)(7)(ii)(A) and (B)).
//!
//! A dump is logical (`pg_dump`): the loss after a failure is at most the interval. Continuous shipping of the
//! write-ahead log gets its place beside [`dump`](self), as a second kind of file in the same directory.

mod create;
mod dump;
mod list;
mod reconcile;
mod restore;
mod restoring;
pub(crate) mod sql;

pub use create::create;
pub use list::{get, list};
pub use reconcile::BackupLoop;
pub use restore::restore;
pub use restoring::RestoreLoop;

use std::path::PathBuf;

use serde_json::json;
use ward_model::{
    BackupId, DatabaseId, KeyId, OrganizationId, Timestamp,
    databases::{Backup, BackupState},
};
use ward_spine::{Ctx, ReadTx, Result, WriteTx, events::NewEvent};

use crate::sql::{damaged, number};

/// Name of the loop that makes backups, and of its bell.
pub const LOOP: &str = "backups";
/// Name of the loop that restores them, and of its bell.
pub const RESTORES: &str = "restores";

/// Columns, in the names of the queries.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    database_id: String,
    dek_id: String,
    state: String,
    problem: Option<String>,
    bytes: i64,
    sha256: Option<String>,
    asked_at: i64,
    started_at: Option<i64>,
    ended_at: Option<i64>,
}

/// A backup with what only Ward needs to know of it.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) backup: Backup,
    pub(super) dek: KeyId,
    /// Whether its dump has begun.
    pub(super) begun: bool,
}

impl Row {
    fn stored(self) -> Result<Stored> {
        let state: BackupState = self.state.parse().map_err(|e| damaged("a state", e))?;
        let backup = Backup {
            id: self.id.parse()?,
            database: self.database_id.parse()?,
            state,
            problem: self.problem,
            bytes: number(self.bytes)?,
            sha256: self.sha256,
            started_at: Timestamp::from_micros(self.started_at.unwrap_or(self.asked_at)),
            ended_at: self.ended_at.map(Timestamp::from_micros),
        };
        Ok(Stored { backup, dek: self.dek_id.parse()?, begun: self.started_at.is_some() })
    }
}

/// Directory of a database's backups.
pub(super) fn directory(ctx: &Ctx, database: DatabaseId) -> PathBuf {
    ctx.settings().data_dir.join("backups").join(database.to_string())
}

/// File of a complete backup.
pub(super) fn file(ctx: &Ctx, backup: &Backup) -> PathBuf {
    directory(ctx, backup.database).join(format!("{}.ward", backup.id))
}

/// Place that a backup is sealed for.
fn place(backup: &Backup) -> String {
    format!("backup {} of {}", backup.id, backup.database)
}

/// All backups of a database that are not destroyed.
pub(super) async fn all(read: &mut ReadTx, database: DatabaseId) -> Result<Vec<Stored>> {
    let query = sqlx::query_as(sql::OF_DATABASE).bind(database.to_string());
    let rows: Vec<Row> = query.fetch_all(read.conn()).await?;
    rows.into_iter().map(Row::stored).collect()
}

/// Marks all backups of a database as destroyed; the caller destroys their keys in the same transaction.
pub(super) async fn set_destroyed(ctx: &Ctx, tx: &mut WriteTx, database: DatabaseId) -> Result<()> {
    let query = sqlx::query(sql::SET_DESTROYED).bind(ctx.now().micros()).bind(database.to_string());
    query.execute(tx.conn()).await?;
    Ok(())
}

/// What people who watch see of a backup.
fn told(
    organization: OrganizationId,
    backup: BackupId,
    database: DatabaseId,
    state: BackupState,
    text: String,
) -> NewEvent {
    NewEvent {
        kind: "backup.state".into(),
        organization: Some(organization),
        subject: backup.to_string(),
        text,
        data: json!({ "state": state, "database": database }),
    }
}
