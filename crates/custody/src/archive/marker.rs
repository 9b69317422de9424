//! Takes a shard's folder out of the ledger and leaves a marker in its place.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use serde_json::json;
use ward_ledger::{Shard, series::marker};
use ward_spine::Ctx;

use super::{Kept, directory, seal::private_file};

/// Writes the marker `<shard>.archived`: where the shard is now, and its last state. Durable before it returns.
///
/// # Errors
/// Those of the disk.
pub(crate) fn write(
    log_dir: &Path,
    shard: &Shard,
    kept: &Kept,
    checkpoint: &str,
    now: ward_model::Timestamp,
) -> io::Result<()> {
    let text = json!({
        "v": 1,
        "log": kept.log,
        "shard": kept.shard,
        "origin": kept.origin,
        "key": shard.key.to_string(),
        "opened_at": kept.opened,
        "closed_at": kept.closed,
        "entries": kept.entries,
        "root": kept.root,
        "checkpoint": checkpoint,
        "archive": kept.place,
        "object": kept.object,
        "version": kept.version,
        "bytes": kept.bytes,
        "sha256": kept.sha256,
        "locked_until": kept.locked_until,
        "removed_at": now,
    });
    let path = marker(log_dir, &shard.name);
    let draft = log_dir.join(format!("{}.draft", path.file_name().unwrap_or_default().to_string_lossy()));
    let mut file = private_file(&draft)?;
    file.write_all(format!("{text:#}\n").as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, &path)?;
    File::open(log_dir)?.sync_all()
}

/// Moves the folder of a shard out of the ledger, at once and whole: before, the shard is there; afterwards, the marker.
/// What was moved is deleted by [`sweep`].
///
/// # Errors
/// Those of the disk.
pub(crate) fn move_out(ctx: &Ctx, log_dir: &Path, shard: &Shard, kept: &Kept) -> io::Result<()> {
    let removing = directory(ctx).join("removing");
    fs::create_dir_all(&removing)?;
    fs::rename(&shard.dir, removing.join(kept.scratch_name()))?;
    File::open(&removing)?.sync_all()?;
    File::open(log_dir)?.sync_all()
}

/// Deletes what was moved out, and what a crash left of reading back.
pub(super) fn sweep(ctx: &Ctx) {
    for folder in ["removing", "back"] {
        let path = directory(ctx).join(folder);
        if let Err(error) = fs::remove_dir_all(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %path.display(), "leftovers of the archive can't be removed");
        }
    }
}
