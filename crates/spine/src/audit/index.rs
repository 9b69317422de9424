//! The search index: derived from the logs, disposable.

use std::{
    collections::HashMap,
    sync::{MutexGuard, PoisonError},
};

use serde_json::Value;
use ward_model::{ledger::Event, ocsf::Recording};

use super::{Audit, entry, ledger_read, sql};
use crate::Result;

/// Entries indexed in one transaction.
const BATCH: u64 = 512;
/// Longest text by which an entry is found.
const WORDS: usize = 4000;

impl Audit {
    /// Indexes what is new in the logs.
    pub(super) async fn index(&self) -> Result<()> {
        for (log, series) in self.0.logs.all() {
            for shard in series.shards().into_iter().filter(|shard| shard.dir.is_dir()) {
                let place = (log.clone(), shard.name.clone());
                let size = series.size(&place.1).map_err(ledger_read)?;
                loop {
                    let from = self.indexed().get(&place).copied().unwrap_or(0);
                    let to = size.min(from + BATCH);
                    if from >= to {
                        break;
                    }
                    let entries = series.entries(&place.1, from..to).map_err(ledger_read)?;
                    let to = entries.last().map_or(to, |(index, _)| index + 1);
                    let mut tx = self.0.db.bookkeeping().await?;
                    for (index, bytes) in entries {
                        // An entry that is no event of ours stays in the log, and unsearchable.
                        let found = entry::decode_whole(&bytes, &shard.dir);
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
        }
        Ok(())
    }

    /// Whether all of every log is indexed.
    pub(super) fn is_indexed(&self) -> bool {
        self.0.logs.all().into_iter().all(|(log, series)| {
            let shards = series.shards().into_iter().filter(|shard| shard.dir.is_dir());
            shards.map(|shard| shard.name).all(|shard| {
                let size = series.size(&shard).unwrap_or(0);
                self.indexed().get(&(log.clone(), shard)).copied().unwrap_or(0) >= size
            })
        })
    }

    fn indexed(&self) -> MutexGuard<'_, HashMap<(String, String), u64>> {
        self.0.indexed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts from what the index has; throws away what tells of entries that a log does not have.
    pub(super) async fn find_index_end(&self) -> Result<()> {
        for (log, shard, next) in sql::indexed(&mut self.0.db.read().await?).await? {
            let Some(series) = self.series(&log) else { continue };
            let Some(found) = series.shard(&shard) else { continue };
            let size = if found.dir.is_dir() { series.size(&shard).map_err(ledger_read)? } else { next };
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

    /// Throws the index away and makes it anew from the logs. Nothing of the record is touched.
    pub async fn rebuild_index(&self) -> Result<()> {
        let mut tx = self.0.db.bookkeeping().await?;
        sql::clear_whole_index(&mut tx).await?;
        tx.commit().await?;
        self.indexed().clear();
        self.index().await
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
