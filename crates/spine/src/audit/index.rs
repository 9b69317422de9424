//! The search index: derived from the logs, disposable.

use std::{
    collections::HashMap,
    path::Path,
    sync::{MutexGuard, PoisonError},
};

use serde_json::Value;
use ward_ledger::Series;
use ward_model::{ledger::Event, ocsf::Recording};

use super::{Audit, entry, ledger_read, sql};
use crate::Result;

/// Entries indexed in one transaction.
const BATCH: u64 = 512;
/// Longest text by which an entry is found.
const WORDS: usize = 4000;

/// Nobody else indexes while this is held.
type Alone<'a> = tokio::sync::MutexGuard<'a, ()>;

impl Audit {
    /// Indexes what is new in the logs. One that can't be read does not hold up the others.
    pub(super) async fn index(&self) -> Result<()> {
        let mut failure = None;
        for (log, series) in self.0.logs.all() {
            if let Err(error) = self.index_log(&log, &series).await {
                failure.get_or_insert(error);
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Indexes what is new in one log, as far as its shards can be read.
    pub(super) async fn index_log(&self, log: &str, series: &Series) -> Result<()> {
        let alone = self.0.indexing.lock().await;
        self.index_shards(log, series, &alone).await
    }

    async fn index_shards(&self, log: &str, series: &Series, _alone: &Alone<'_>) -> Result<()> {
        let mut failure = None;
        for shard in series.shards().into_iter().filter(|shard| shard.dir.is_dir()) {
            if let Err(error) = self.index_shard((log.to_owned(), shard.name), &shard.dir, series).await {
                failure.get_or_insert(error);
            }
        }
        failure.map_or(Ok(()), Err)
    }

    async fn index_shard(&self, place: (String, String), dir: &Path, series: &Series) -> Result<()> {
        let size = series.size(&place.1).map_err(ledger_read)?;
        loop {
            let from = self.indexed().get(&place).copied().unwrap_or(0);
            let to = size.min(from + BATCH);
            if from >= to {
                return Ok(());
            }
            let entries = series.entries(&place.1, from..to).map_err(ledger_read)?;
            let to = entries.last().map_or(to, |(index, _)| index + 1);
            let mut tx = self.0.db.bookkeeping().await?;
            for (index, bytes) in entries {
                // An entry that is no event of ours stays in the log, and unsearchable.
                let found = entry::decode_whole(&bytes, dir);
                if let Some(Recording { event, logged_time, .. }) = found {
                    let at = sql::Place {
                        log: place.0.clone(),
                        shard: place.1.clone(),
                        position: index,
                        logged: logged_time,
                    };
                    sql::insert_index(&mut tx, &at, &event, &words(&event)).await?;
                }
            }
            sql::set_indexed(&mut tx, &place.0, &place.1, to).await?;
            tx.commit().await?;
            self.indexed().insert(place.clone(), to);
        }
    }

    /// Whether all of every log is indexed.
    pub(super) fn is_indexed(&self) -> bool {
        self.0.logs.all().into_iter().all(|(log, series)| {
            let shards = series.shards().into_iter().filter(|shard| shard.dir.is_dir());
            shards.map(|shard| shard.name).all(|shard| self.is_shard_indexed(&log, &series, &shard))
        })
    }

    /// Whether what a log takes now is indexed: an older shard that can't be read gets no more entries.
    pub(super) fn is_log_indexed(&self, log: &str, series: &Series) -> bool {
        self.is_shard_indexed(log, series, &series.current_shard())
    }

    fn is_shard_indexed(&self, log: &str, series: &Series, shard: &str) -> bool {
        let size = series.size(shard).unwrap_or(0);
        self.indexed().get(&(log.to_owned(), shard.to_owned())).copied().unwrap_or(0) >= size
    }

    fn indexed(&self) -> MutexGuard<'_, HashMap<(String, String), u64>> {
        self.0.indexed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts from what the index has; throws away what tells of entries that a log does not have.
    pub(super) async fn find_index_end(&self) -> Result<()> {
        for (log, shard, next) in sql::indexed(&mut self.0.db.read().await?).await? {
            let Some(series) = self.series(&log) else { continue };
            let Some(found) = series.shard(&shard) else { continue };
            let size = if found.dir.is_dir() {
                match series.size(&shard) {
                    Ok(size) => size,
                    Err(error) => {
                        tracing::error!(%error, log, shard, "a shard of the ledger can't be read");
                        next
                    }
                }
            } else {
                next
            };
            let rows = sql::index_rows(&mut self.0.db.read().await?, &log, &shard).await?;
            // Most entries are events; an index with next to no rows was lost, not filled.
            let end = if next > size || (next > 0 && rows == 0) {
                let mut tx = self.0.db.bookkeeping().await?;
                sql::clear_index(&mut tx, &log, &shard).await?;
                tx.commit().await?;
                0
            } else {
                next
            };
            self.indexed().insert((log, shard), end);
        }
        Ok(())
    }

    /// Throws the index of every shard that is here away and makes it anew. Nothing of the record is touched, and
    /// what is known of archived shards stays.
    pub async fn rebuild_index(&self) -> Result<()> {
        let alone = self.0.indexing.lock().await;
        for (log, series) in self.0.logs.all() {
            for shard in series.shards().into_iter().filter(|shard| shard.dir.is_dir()) {
                let mut tx = self.0.db.bookkeeping().await?;
                sql::clear_index(&mut tx, &log, &shard.name).await?;
                tx.commit().await?;
                self.indexed().remove(&(log.clone(), shard.name));
            }
            self.index_shards(&log, &series, &alone).await?;
        }
        Ok(())
    }
}

/// The text by which an entry is found: every word of it, in lower case.
fn words(event: &Event) -> String {
    let mut out = String::new();
    let mut add = |text: &str| {
        if out.len() < WORDS && !text.is_empty() {
            out.push_str(&text.to_lowercase());
            out.push(' ');
        }
    };
    for text in [&event.action, &event.actor.id, &event.object.kind, &event.object.id, &event.request] {
        add(text);
    }
    [&event.object.project, &event.object.environment].into_iter().flatten().for_each(|text| add(text));
    event.policies.iter().for_each(|policy| add(policy));
    texts(&event.detail, &mut add);
    out.truncate(out.floor_char_boundary(WORDS));
    out
}

fn texts(value: &Value, add: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => add(text),
        Value::Number(number) => add(&number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, add)),
        Value::Object(map) => map.iter().for_each(|(name, item)| {
            add(name);
            texts(item, add);
        }),
        Value::Null | Value::Bool(_) => {}
    }
}
