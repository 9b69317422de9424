//! The store: one pool, one way to read, one way to write.
//!
//! SQLite (WAL, synchronous=FULL) by default, PostgreSQL by configuration; one portable SQL runs on both.
//! Architecture Invariant: only this module names the database drivers. Wings get a [`ReadTx`] to read, and
//! write with a [`WriteTx`](crate::WriteTx), which only a permit gives.

mod migrate;

use std::{path::Path, sync::Arc, time::Duration};

use sqlx::{Any, AnyConnection, AnyPool, Transaction, any::AnyPoolOptions, pool::PoolConnection};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{Error, Result};

/// Which database engine stands behind the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The store.
#[derive(Clone)]
pub struct Db {
    pool: AnyPool,
    backend: Backend,
    /// One writer at a time in this process, in the order of asking. SQLite has one writer anyway; waiting
    /// here is fair, while its busy handler is not.
    writer: Arc<Mutex<()>>,
}

impl Db {
    /// Opens a SQLite file, creating it (mode 0600 comes from the directory's 0700).
    pub async fn open_sqlite(path: &Path) -> Result<Self> {
        let text = path.to_str().ok_or_else(|| {
            Error::invalid("the store's path is not UTF-8", "choose another data directory")
        })?;
        Self::open(&format!("sqlite://{text}?mode=rwc")).await
    }

    /// Opens the store by URL (`sqlite://…` or `postgres://…`) and brings its schema up to date.
    pub async fn open(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let backend = if url.starts_with("sqlite:") { Backend::Sqlite } else { Backend::Postgres };
        let pool = AnyPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(15))
            .after_connect(move |conn, _| {
                Box::pin(async move {
                    if backend == Backend::Sqlite {
                        for pragma in [
                            "pragma busy_timeout = 10000",
                            "pragma journal_mode = wal",
                            "pragma synchronous = full",
                            "pragma foreign_keys = on",
                            "pragma secure_delete = on",
                        ] {
                            sqlx::query(pragma).execute(&mut *conn).await?;
                        }
                    }
                    Ok(())
                })
            })
            .connect(url)
            .await
            .map_err(|e| Error::unavailable("the store can't be opened", e))?;
        let db = Self { pool, backend, writer: Arc::default() };
        migrate::run(&db).await?;
        Ok(db)
    }

    /// Which engine it is.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<ReadTx> {
        Ok(ReadTx(self.pool.acquire().await?))
    }

    /// A write transaction of the gate or for bookkeeping.
    pub(crate) async fn write(&self) -> Result<RawWrite> {
        let guard = self.writer.clone().lock_owned().await;
        let tx = match self.backend {
            // Plain `begin` would fail with "database is locked" when the lock is taken later.
            Backend::Sqlite => self.pool.begin_with("begin immediate").await?,
            Backend::Postgres => {
                let mut tx = self.pool.begin().await?;
                // The outbox's order is the order of commits: writers of all control planes take turns.
                sqlx::query("select pg_advisory_xact_lock(721114)").execute(&mut *tx).await?;
                tx
            }
        };
        Ok(RawWrite { tx, _guard: guard })
    }

    /// A write transaction for what is no effect: see [`Bookkeeping`].
    pub async fn bookkeeping(&self) -> Result<Bookkeeping> {
        Ok(Bookkeeping(self.write().await?))
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// A connection for reading.
pub struct ReadTx(PoolConnection<Any>);

impl ReadTx {
    /// The connection.
    pub fn conn(&mut self) -> &mut AnyConnection {
        &mut self.0
    }
}

/// An open write transaction with its place in the row of writers.
pub(crate) struct RawWrite {
    pub(crate) tx: Transaction<'static, Any>,
    _guard: OwnedMutexGuard<()>,
}

impl RawWrite {
    pub(crate) async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }
}

/// A write that is no effect: counters of throttling, last use of a session, rows of sessions and tokens that ended
/// long ago, the search index of the ledger, answers kept for idempotency, the event stream. Whatever changes what a principal may do, what runs, or
/// what data exists is an effect and needs a permit instead.
pub struct Bookkeeping(RawWrite);

impl Bookkeeping {
    /// The connection.
    pub fn conn(&mut self) -> &mut AnyConnection {
        &mut self.0.tx
    }
    /// Commits.
    pub async fn commit(self) -> Result<()> {
        self.0.commit().await
    }
}
