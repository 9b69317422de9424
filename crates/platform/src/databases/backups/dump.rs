//! Makes one backup: dump, seal, sync, rename.

use std::{io, path::Path, time::Duration};

use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncReadExt, AsyncWriteExt},
};
use ward_model::databases::Backup;
use ward_spine::{Ctx, engine::Engine};
use ward_vault::{Sealer, StreamSummary};

use super::{directory, file, place};
use crate::databases::{container, psql};

/// Longest time for a dump.
const LIMIT: Duration = Duration::from_secs(6 * 3600);
/// Bytes read at once.
const PIECE: usize = 256 << 10;

/// Why a backup was not made, in words for people.
pub(super) struct Failed(pub(super) String);

impl From<ward_spine::Error> for Failed {
    fn from(error: ward_spine::Error) -> Self {
        Self(error.to_string())
    }
}

fn on_disk(error: io::Error) -> Failed {
    Failed(format!("the backup can't be written: {error}"))
}

/// Dumps a database into the backup's file. Whatever fails leaves no file.
pub(super) async fn dump(
    ctx: &Ctx,
    engine: &dyn Engine,
    backup: &Backup,
    dek: ward_model::KeyId,
) -> Result<StreamSummary, Failed> {
    let directory = directory(ctx, backup.database);
    fs::create_dir_all(&directory).await.map_err(on_disk)?;
    let partial = directory.join(format!("{}.ward.partial", backup.id));
    let sealer = ctx.keyring().sealer(ctx.read().await?.conn(), dek, &place(backup)).await?;
    let late = |_| Failed(format!("the dump took longer than {} hours", LIMIT.as_secs() / 3600));
    let made = tokio::time::timeout(LIMIT, write(engine, backup, sealer, &partial)).await.map_err(late);
    let made = match made.and_then(|made| made) {
        Ok(made) => made,
        Err(failed) => {
            let _ = fs::remove_file(&partial).await;
            return Err(failed);
        }
    };
    fs::rename(&partial, file(ctx, backup)).await.map_err(on_disk)?;
    // The name is durable only when its directory is.
    File::open(&directory).await.map_err(on_disk)?.sync_all().await.map_err(on_disk)?;
    Ok(made)
}

async fn write(
    engine: &dyn Engine,
    backup: &Backup,
    mut sealer: Sealer,
    path: &Path,
) -> Result<StreamSummary, Failed> {
    let mut options = OpenOptions::new();
    let mut out =
        options.write(true).create(true).truncate(true).mode(0o600).open(path).await.map_err(on_disk)?;
    // Owners and grants are Ward's and are made anew at a restore: roles differ from database to database.
    let arguments =
        ["-d", "app", "-Fc", "-Z", "1", "--no-owner", "--no-privileges", "--lock-wait-timeout=60000"];
    let spec = psql::command("pg_dump", &arguments);
    let failed = |e| Failed(format!("the dump can't be started: {e}"));
    let mut stream = engine.exec_stream(&container(backup.database), &spec).await.map_err(failed)?;
    drop(stream.stdin);
    let sealing = |e| Failed(format!("the backup can't be sealed: {e}"));
    let mut piece = zeroize::Zeroizing::new(vec![0_u8; PIECE]);
    let mut sealed = Vec::with_capacity(2 << 20);
    loop {
        let read = stream.stdout.read(&mut piece).await;
        let read = read.map_err(|e| Failed(format!("the dump broke off: {e}")))?;
        if read == 0 {
            break;
        }
        sealer.push(piece.get(..read).unwrap_or_default(), &mut sealed).map_err(sealing)?;
        out.write_all(&sealed).await.map_err(on_disk)?;
        sealed.clear();
    }
    drop(stream.stdout);
    let (code, stderr) = stream.done.await.map_err(|e| Failed(format!("the dump broke off: {e}")))?;
    if code != 0 {
        return Err(Failed(format!("pg_dump ended with code {code}: {}", psql::first_line(&stderr))));
    }
    let summary = sealer.finish(&mut sealed).map_err(sealing)?;
    out.write_all(&sealed).await.map_err(on_disk)?;
    out.flush().await.map_err(on_disk)?;
    out.sync_all().await.map_err(on_disk)?;
    Ok(summary)
}
