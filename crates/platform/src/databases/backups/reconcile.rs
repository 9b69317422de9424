//! The loop `backups`: makes those that were asked for and those that are due.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use serde_json::json;
use ward_model::{
    Action, BackupId, DatabaseId, Timestamp,
    databases::{BackupState, DatabaseState},
};
use ward_spine::{Ctx, Result, engine::Engine, reconcile::Reconciler};

use super::{LOOP, Row, Stored, create, directory, dump, sql, told};
use crate::databases::find;

/// Dumps at the same time.
const AT_ONCE: usize = 2;
/// Pause after a backup that failed before the next is tried.
const PAUSE: Duration = Duration::from_secs(300);

/// The loop `backups`.
pub struct BackupLoop {
    engine: Arc<dyn Engine>,
    /// Backups that this process began: an open one that is not among them was cut off by a crash.
    mine: Mutex<HashSet<BackupId>>,
}

impl BackupLoop {
    /// A loop over an engine.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine, mine: Mutex::default() }
    }

    fn mine(&self) -> std::sync::MutexGuard<'_, HashSet<BackupId>> {
        self.mine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes one backup and records what became of it.
    async fn one(&self, ctx: &Ctx, stored: &Stored) -> Result<String> {
        let backup = &stored.backup;
        let Some(of) = find::stored_ever(&mut ctx.read().await?, backup.database).await? else {
            return Ok(String::new());
        };
        let database = of.database;
        if stored.begun && !self.mine().contains(&backup.id) {
            let partial = directory(ctx, backup.database).join(format!("{}.ward.partial", backup.id));
            let _ = tokio::fs::remove_file(partial).await;
            // It may have been renamed already: without its hash in the store it counts for nothing.
            let _ = tokio::fs::remove_file(super::file(ctx, backup)).await;
            end(ctx, &database, stored, Err("Ward ended while it was made".into())).await?;
            return Ok(format!("{}: a backup was cut off", database.name));
        }
        if database.state != DatabaseState::Ready {
            let why = format!("the database is {}", database.state.as_str());
            end(ctx, &database, stored, Err(why)).await?;
            return Ok(format!("{}: backup given up", database.name));
        }
        self.mine().insert(backup.id);
        let begun = begin(ctx, &database, backup.id).await;
        let result = match begun {
            Ok(()) => dump::dump(ctx, &*self.engine, backup, stored.dek).await,
            Err(error) => Err(error.into()),
        };
        let result = result.map_err(|dump::Failed(why)| why);
        let failed = result.as_ref().err().cloned();
        let ended = end(ctx, &database, stored, result).await;
        self.mine().remove(&backup.id);
        ended?;
        Ok(match failed {
            None => format!("{}: backup complete", database.name),
            Some(why) => format!("{}: backup failed: {why}", database.name),
        })
    }
}

/// Records that the dump begins: the state of the data that it holds is this moment's.
async fn begin(ctx: &Ctx, database: &ward_model::databases::Database, id: BackupId) -> Result<()> {
    let mut tx = ctx.permit(Action::DatabaseAdvance, database).await?.begin().await?;
    sqlx::query(sql::BEGIN).bind(ctx.now().micros()).bind(id.to_string()).execute(tx.conn()).await?;
    tx.commit(json!({ "backup": id, "begun": true })).await
}

/// Records the end.
async fn end(
    ctx: &Ctx,
    database: &ward_model::databases::Database,
    stored: &Stored,
    result: Result<ward_vault::StreamSummary, String>,
) -> Result<()> {
    let id = stored.backup.id;
    let now = ctx.now().micros();
    let mut tx = ctx.permit(Action::DatabaseAdvance, database).await?.begin().await?;
    let (state, text, detail) = match result {
        Ok(summary) => {
            let sha256 = summary.sealed_sha256_hex();
            sqlx::query(sql::COMPLETE)
                .bind(i64::try_from(summary.sealed_len).unwrap_or(i64::MAX))
                .bind(sha256.clone())
                .bind(now)
                .bind(id.to_string())
                .execute(tx.conn())
                .await?;
            let text = format!("backup of {} is complete", database.name);
            (
                BackupState::Complete,
                text,
                json!({ "backup": id, "bytes": summary.sealed_len, "sha256": sha256 }),
            )
        }
        Err(why) => {
            let query = sqlx::query(sql::FAIL).bind(why.clone()).bind(now).bind(id.to_string());
            query.execute(tx.conn()).await?;
            let text = format!("backup of {} failed: {why}", database.name);
            (BackupState::Failed, text, json!({ "backup": id, "failed": why }))
        }
    };
    tx.tell(told(database.organization, id, database.id, state, text));
    tx.commit(detail).await
}

/// Whether a scheduled backup is due: the last good one is as old as the interval, or there is none; and none is
/// open, and the last try is not just over.
fn due(every: Duration, good: Timestamp, tried: Timestamp, open: i64, now: Timestamp) -> bool {
    open == 0 && now.since(good) >= every && now.since(tried) >= PAUSE.min(every)
}

/// Asks for what is due.
async fn schedule(ctx: &Ctx) -> Result<()> {
    let rows: Vec<(String, i64, i64, i64, i64)> =
        sqlx::query_as(sql::SCHEDULE).fetch_all(ctx.read().await?.conn()).await?;
    for (id, every, good, tried, open) in rows {
        let id: DatabaseId = id.parse()?;
        let every = Duration::from_secs(u64::try_from(every).unwrap_or(0));
        let at = Timestamp::from_micros;
        if due(every, at(good), at(tried), open, ctx.now()) {
            create(ctx, id).await?;
        }
    }
    Ok(())
}

#[async_trait]
impl Reconciler for BackupLoop {
    fn name(&self) -> &'static str {
        LOOP
    }

    fn every(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        if ctx.core().vault.is_sealed() {
            return Ok(String::new());
        }
        schedule(ctx).await?;
        let rows: Vec<Row> = sqlx::query_as(sql::OPEN).fetch_all(ctx.read().await?.conn()).await?;
        let open = rows.into_iter().map(Row::stored).collect::<Result<Vec<_>>>()?;
        let mut work = Vec::with_capacity(open.len());
        for stored in &open {
            work.push(self.one(ctx, stored));
        }
        let results: Vec<Result<String>> = stream::iter(work).buffer_unordered(AT_ONCE).collect().await;
        let mut done = results.into_iter().collect::<Result<Vec<_>>>()?;
        done.retain(|d| !d.is_empty());
        Ok(done.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_due_when_the_last_good_one_is_as_old_as_the_interval() {
        let hour = Duration::from_secs(3600);
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let never = Timestamp::from_micros(0);
        let now = at(1_000_000);
        assert!(due(hour, never, never, 0, now), "a new database has none");
        assert!(!due(hour, at(1_000_000 - 3599), never, 0, now));
        assert!(due(hour, at(1_000_000 - 3600), never, 0, now));
        assert!(!due(hour, never, never, 1, now), "one is open");
        assert!(!due(hour, never, at(1_000_000 - 299), 0, now), "one failed just now");
        assert!(due(hour, never, at(1_000_000 - 300), 0, now));
    }
}
