//! Encryption at rest (45 CFR 164.312(a)(2)(iv)): not the setting, but what lies on the disk.

mod backups;
mod databases;
mod keys;
mod round_trip;
mod secrets;
mod swap;
mod volumes;

pub(crate) use backups::Backups;
pub(crate) use databases::Databases;
pub(crate) use keys::KeysManaged;
pub(crate) use round_trip::RoundTrip;
pub(crate) use secrets::Secrets;
pub(crate) use swap::SwapCoreDump;
pub(crate) use volumes::Volumes;

use std::path::PathBuf;

use crate::{Probe, checks::Unseen, sql};

/// Columns about backups: id, database, key, SHA-256, bytes, end.
pub(crate) type BackupRow = (String, String, String, Option<String>, i64, Option<i64>);

/// Complete backups with their files.
pub(crate) async fn backups(probe: &Probe) -> Result<Vec<(BackupRow, PathBuf)>, Unseen> {
    let rows: Vec<BackupRow> = sqlx::query_as(sql::BACKUPS).fetch_all(probe.read().await?.conn()).await?;
    let dir = probe.core.settings.data_dir.join("backups");
    Ok(rows
        .into_iter()
        .map(|row| {
            let path = dir.join(&row.1).join(format!("{}.ward", row.0));
            (row, path)
        })
        .collect())
}
