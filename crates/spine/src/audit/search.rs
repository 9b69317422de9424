//! Search: by organization, actor, action, object, kind, outcome, time and words; newest first.

use serde_json::json;
use ward_ledger::tile::ReadError;
use ward_model::{
    OrganizationId, Page, PageQuery,
    ledger::{LedgerEntry, LedgerQuery},
};

use super::{Audit, entry, ledger_read, sql};
use crate::{Error, Result};

impl Audit {
    /// Entries of one organization, or of the whole platform for None. The caller holds the permit.
    pub async fn search(
        &self,
        organization: Option<OrganizationId>,
        query: &LedgerQuery,
    ) -> Result<Page<LedgerEntry>> {
        let limit = PageQuery { cursor: None, limit: query.limit }.limit();
        let before = match &query.cursor {
            Some(text) => parse_cursor(text).ok_or_else(|| {
                Error::invalid("the cursor is not one that Ward gave", "use `next` of the page before")
            })?,
            None => sql::Place { logged: i64::MAX, ..sql::Place::default() },
        };
        let mut query = query.clone();
        for person in [&mut query.actor, &mut query.object].into_iter().flatten() {
            *person = self.0.subjects.search_for(person).await?;
        }
        let found =
            sql::search(&mut self.0.db.read().await?, organization, &query, &before, limit + 1).await?;
        let mut rows = Vec::with_capacity(found.len());
        for row in found {
            rows.push(self.show(row).await?);
        }
        Ok(Page::from_rows(rows, limit, cursor))
    }

    /// One entry, with the people in it as far as they were not erased. The caller holds the permit.
    pub async fn entry(&self, log: &str, shard: &str, index: u64) -> Result<LedgerEntry> {
        let none = || Error::not_found("entry of the ledger", format_args!("{log} {shard} {index}"));
        let series = self.series(log).ok_or_else(none)?;
        let bytes = series.entry(shard, index).map_err(|e| match e {
            ReadError::OutOfRange { .. } | ReadError::NoShard(_) => none(),
            ReadError::Archived(_) => Error::conflict(
                format!("shard {shard} was archived"),
                "restore it from the archive to read it: `ward ledger archive restore`",
            ),
            other => ledger_read(other),
        })?;
        let dir = series.shard(shard).map(|shard| shard.dir).unwrap_or_default();
        let found = entry::decode_whole(&bytes, &dir).ok_or_else(none)?;
        Ok(LedgerEntry {
            log: log.to_owned(),
            shard: shard.to_owned(),
            index,
            logged: ward_model::Timestamp::from_micros(found.logged_time.saturating_mul(1000)),
            event: self.0.subjects.reveal(found.event).await?,
        })
    }

    async fn show(&self, row: sql::Found) -> Result<LedgerEntry> {
        let sql::Place { log, shard, position, logged } = row.place;
        let here = self.series(&log).and_then(|series| series.shard(&shard)).is_some_and(|s| s.dir.is_dir());
        if here {
            return self.entry(&log, &shard, position).await;
        }
        // What the index still knows of an archived shard.
        let mut event = row.event;
        event.detail = json!({ "archived": shard });
        Ok(LedgerEntry {
            log,
            shard,
            index: position,
            logged: ward_model::Timestamp::from_micros(logged.saturating_mul(1000)),
            event: self.0.subjects.reveal(event).await?,
        })
    }
}

fn cursor(entry: &LedgerEntry) -> String {
    format!("{}.{}.{}.{}", entry.logged.micros() / 1000, entry.log, entry.shard, entry.index)
}

fn parse_cursor(text: &str) -> Option<sql::Place> {
    let mut parts = text.split('.');
    let place = sql::Place {
        logged: parts.next()?.parse().ok()?,
        log: parts.next()?.to_owned(),
        shard: parts.next()?.to_owned(),
        position: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(place)
}
