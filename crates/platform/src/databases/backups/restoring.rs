//! The loop `restores`: fills databases from their backups.
//!
//! The whole file is hashed before its first byte is used; each chunk is verified before it leaves the opener; the
//! restore is one transaction, so a stream that breaks leaves nothing; and only then is the database `ready`.
//! It signs in as the role for people does: a dump holds statements of whoever wrote to the database, and they
//! must not run as the superuser.

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncWriteExt},
};
use ward_model::{DatabaseId, databases::DatabaseState};
use ward_spine::{
    Ctx, Error, Result,
    engine::{Engine, ExecSpec},
    reconcile::Reconciler,
};
use ward_vault::{Opener, hash::Sha256};
use zeroize::Zeroizing;

use super::{RESTORES, Row, Stored, file, place, sql};
use crate::databases::{container, engine_problem as failed, find, psql, roles, row, server};

/// Restores at the same time.
const AT_ONCE: usize = 2;
/// Longest time for a restore.
const LIMIT: Duration = Duration::from_secs(6 * 3600);
/// Bytes read at once.
const PIECE: usize = 256 << 10;

/// The loop `restores`.
pub struct RestoreLoop {
    engine: Arc<dyn Engine>,
}

/// Why a restore did not work.
enum Broken {
    /// Trying again can't help; the text is for people.
    ForGood(String),
    /// Something else is in the way.
    ForNow(Error),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::ForNow(error)
    }
}

fn damaged(what: &str) -> Broken {
    Broken::ForGood(format!(
        "the backup is damaged: {what}; nothing was restored from it. Restore an older backup"
    ))
}

impl RestoreLoop {
    /// A loop over an engine.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    async fn one(&self, ctx: &Ctx, id: DatabaseId) -> Result<String> {
        let Some(stored) = find::stored(&mut ctx.read().await?, id).await? else { return Ok(String::new()) };
        // The loop of the databases brings it up and calls again.
        if !psql::accepts(&*self.engine, &container(id)).await {
            return Ok(String::new());
        }
        let late =
            |_| Broken::ForGood(format!("the restore took longer than {} hours", LIMIT.as_secs() / 3600));
        let result = tokio::time::timeout(LIMIT, self.fill(ctx, &stored)).await.map_err(late).and_then(|r| r);
        let name = &stored.database.name;
        match result {
            Ok(()) => {
                let step = (DatabaseState::Restoring, DatabaseState::Ready);
                server::set_state(ctx, &stored, step, None).await?;
                ctx.wake(super::LOOP);
                Ok(format!("{name}: restored"))
            }
            Err(Broken::ForGood(why)) => {
                let step = (DatabaseState::Restoring, DatabaseState::Failed);
                server::set_state(ctx, &stored, step, Some(&why)).await?;
                ctx.wake(crate::databases::LOOP);
                Ok(format!("{name}: {why}"))
            }
            Err(Broken::ForNow(error)) => Err(error),
        }
    }

    async fn fill(&self, ctx: &Ctx, stored: &row::Stored) -> Result<(), Broken> {
        let engine = &*self.engine;
        let id = stored.database.id;
        let gone = || Broken::ForGood("the backup was destroyed".into());
        let from = stored.restore_from.ok_or_else(gone)?;
        let mut read = ctx.read().await?;
        let row: Option<Row> = sqlx::query_as(sql::FIND_ANY)
            .bind(from.to_string())
            .fetch_optional(read.conn())
            .await
            .map_err(Error::from)?;
        let backup = row.ok_or_else(gone)?.stored()?;
        let attached = find::attachments(&mut read, id).await?;
        drop(read);
        let path = file(ctx, &backup.backup);
        verify(&path, &backup).await?;
        // The role that owns it may be missing if the other loop was cut off; both may make it.
        roles::prepare(ctx, engine, stored, &attached).await?;
        psql::script(engine, &container(id), "postgres", &roles::database_anew()).await?;
        // What was set for the database that is gone is set again.
        roles::prepare(ctx, engine, stored, &attached).await?;
        let opener =
            ctx.keyring().opener(ctx.read().await?.conn(), backup.dek, &place(&backup.backup)).await?;
        self.stream(&path, opener, id).await?;
        psql::script(engine, &container(id), "app", "analyze;\n").await?;
        Ok(())
    }

    /// Opens the file chunk by chunk into `pg_restore`.
    async fn stream(&self, path: &Path, mut opener: Opener, id: DatabaseId) -> Result<(), Broken> {
        let mut file = open(path).await?;
        let mut restore = self.engine.exec_stream(&container(id), &command()).await.map_err(failed)?;
        // Read beside, so that it can never stall for a full pipe.
        let mut stdout = restore.stdout;
        let drain = tokio::spawn(async move { tokio::io::copy(&mut stdout, &mut tokio::io::sink()).await });
        let (mut sealed, mut plain) = (vec![0_u8; PIECE], Zeroizing::new(Vec::with_capacity(2 << 20)));
        let fed = async {
            loop {
                let read =
                    file.read(&mut sealed).await.map_err(|e| Error::internal("reading a backup", e))?;
                if read == 0 {
                    break;
                }
                let piece = sealed.get(..read).unwrap_or_default();
                opener.push(piece, &mut plain).map_err(|e| damaged(&e.to_string()))?;
                // A restore that ended early says why with its exit code.
                if restore.stdin.write_all(&plain).await.is_err() {
                    return Ok(());
                }
                plain.clear();
            }
            opener.finish(&mut plain).map_err(|e| damaged(&e.to_string()))?;
            let _ = restore.stdin.write_all(&plain).await;
            let _ = restore.stdin.shutdown().await;
            Ok::<(), Broken>(())
        }
        .await;
        // Closed without the end of the dump if the stream broke: the transaction is rolled back.
        drop(restore.stdin);
        let ended = restore.done.await;
        let _ = drain.await;
        fed?;
        let (code, _) = ended.map_err(failed)?;
        if code == 0 {
            return Ok(());
        }
        // What it says may quote rows, so it is not repeated.
        Err(Broken::ForGood(format!("pg_restore ended with code {code}; nothing was restored")))
    }
}

fn command() -> ExecSpec {
    let arguments = [
        "/usr/lib/postgresql/15/bin/pg_restore",
        "-h",
        "127.0.0.1",
        "-U",
        roles::ADMIN,
        "-d",
        "app",
        "--no-password",
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
    ];
    let env = vec![("PGPASSFILE".into(), "/run/ward/pgpass".into()), ("PGSSLMODE".into(), "require".into())];
    ExecSpec { env, ..psql::program(&arguments) }
}

async fn open(path: &Path) -> Result<File, Broken> {
    match File::open(path).await {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(damaged("its file is missing")),
        Err(error) => Err(Error::internal("reading a backup", error).into()),
    }
}

/// Compares the file with the hash and the size that were recorded when it was made.
async fn verify(path: &Path, backup: &Stored) -> Result<(), Broken> {
    let mut file = open(path).await?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0_u8; PIECE]);
    loop {
        let read = file.read(&mut piece).await.map_err(|e| Error::internal("reading a backup", e))?;
        if read == 0 {
            break;
        }
        hash.update(piece.get(..read).unwrap_or_default());
    }
    let found: String = hash.finish().iter().map(|b| format!("{b:02x}")).collect();
    if backup.backup.sha256.as_ref() != Some(&found) {
        return Err(damaged("its SHA-256 is not the recorded one"));
    }
    Ok(())
}

#[async_trait]
impl Reconciler for RestoreLoop {
    fn name(&self) -> &'static str {
        RESTORES
    }

    fn every(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        if ctx.core().vault.is_sealed() {
            return Ok(String::new());
        }
        let all = find::all(&mut ctx.read().await?).await?;
        let wanted = all.iter().filter(|s| s.database.state == DatabaseState::Restoring);
        let work: Vec<_> = wanted.map(|s| self.one(ctx, s.database.id)).collect();
        let results: Vec<Result<String>> = stream::iter(work).buffer_unordered(AT_ONCE).collect().await;
        let mut done = results.into_iter().collect::<Result<Vec<_>>>()?;
        done.retain(|d| !d.is_empty());
        Ok(done.join("; "))
    }
}
