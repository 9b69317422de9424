//! Every query of the record.

use sqlx::AnyConnection;
use ward_ledger::tile::MAX_ENTRY_BYTES;
use ward_model::{
    OrganizationId,
    ledger::{Event, LedgerQuery},
};

use crate::{Bookkeeping, Error, ReadTx, Result};

/// A row of the outbox.
pub(super) struct OutboxRow {
    pub(super) sequence: i64,
    pub(super) event: String,
}

/// Puts an outcome into the outbox, inside the transaction of its effect.
///
/// # Errors
/// If the log would refuse the entry: it would refuse it for ever, and with it everything behind it in the outbox.
pub(crate) async fn insert_outbox(conn: &mut AnyConnection, event: &Event) -> Result<()> {
    let text = String::from_utf8_lossy(&event.canonical()).into_owned();
    if text.len() > MAX_ENTRY_BYTES {
        let why = format!("an outcome of {} has {} bytes", event.action, text.len());
        return Err(Error::internal("recording what was done, so nothing was", why));
    }
    sqlx::query(INSERT_OUTBOX).bind(event.attempt.clone()).bind(text).execute(conn).await?;
    Ok(())
}

// The sequence must never be used twice, even after the table was emptied: the clerk remembers the last one
// it took. So it goes on from the index of entries, which only grows.
const INSERT_OUTBOX: &str = "insert into outbox (sequence, attempt, event) values \
     (coalesce((select max(sequence) from outbox), (select n from outbox_counter)) + 1, $1, $2)";

pub(super) async fn outbox(read: &mut ReadTx, after: i64, limit: u32) -> Result<Vec<OutboxRow>> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("select sequence, event from outbox where sequence > $1 order by sequence limit $2")
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(read.conn())
            .await?;
    Ok(rows.into_iter().map(|(sequence, event)| OutboxRow { sequence, event }).collect())
}

pub(super) async fn outbox_is_empty(read: &mut ReadTx, after: i64) -> Result<bool> {
    let (n,): (i64,) = sqlx::query_as("select count(*) from outbox where sequence > $1")
        .bind(after)
        .fetch_one(read.conn())
        .await?;
    Ok(n == 0)
}

/// Whether an attempt has an outcome, in the outbox or in the ledger.
pub(super) async fn has_outcome(read: &mut ReadTx, attempt: &str) -> Result<bool> {
    let (n,): (i64,) = sqlx::query_as(
        "select (select count(*) from outbox where attempt = $1) + \
         (select count(*) from ledger_index where attempt = $1 and kind = 'outcome')",
    )
    .bind(attempt.to_owned())
    .fetch_one(read.conn())
    .await?;
    Ok(n > 0)
}

pub(super) async fn delete_outbox(tx: &mut Bookkeeping, up_to: i64) -> Result<()> {
    sqlx::query("update outbox_counter set n = $1 where n < $1").bind(up_to).execute(tx.conn()).await?;
    sqlx::query("delete from outbox where sequence <= $1").bind(up_to).execute(tx.conn()).await?;
    Ok(())
}

pub(super) async fn delete_outbox_already_written(tx: &mut Bookkeeping) -> Result<()> {
    sqlx::query("update outbox_counter set n = coalesce((select max(sequence) from outbox), n)")
        .execute(tx.conn())
        .await?;
    sqlx::query("delete from outbox where exists (select 1 from ledger_index i where i.attempt = outbox.attempt and i.kind = 'outcome')")
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn index_end(read: &mut ReadTx) -> Result<u64> {
    let (end,): (i64,) = sqlx::query_as("select coalesce(max(position) + 1, 0) from ledger_index")
        .fetch_one(read.conn())
        .await?;
    Ok(u64::try_from(end).unwrap_or(0))
}

pub(super) async fn clear_index(tx: &mut Bookkeeping) -> Result<()> {
    sqlx::query("delete from ledger_index").execute(tx.conn()).await?;
    Ok(())
}

pub(super) async fn insert_index(tx: &mut Bookkeeping, index: u64, event: &Event) -> Result<()> {
    sqlx::query(
        "insert into ledger_index (position, time, kind, attempt, action, actor, object, organization, outcome) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (position) do nothing",
    )
    .bind(i64::try_from(index).unwrap_or(i64::MAX))
    .bind(event.time.micros())
    .bind(event.kind.as_str())
    .bind(event.attempt.clone())
    .bind(event.action.clone())
    .bind(event.actor.id.clone())
    .bind(event.object.id.clone())
    .bind(event.object.organization.clone())
    .bind(event.outcome.map(|o| o.as_str()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Positions of attempts that have no outcome.
pub(super) async fn open_attempts(read: &mut ReadTx) -> Result<Vec<u64>> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "select a.position from ledger_index a where a.kind = 'attempt' and not exists \
         (select 1 from ledger_index o where o.attempt = a.attempt and o.kind = 'outcome') order by a.position",
    )
    .fetch_all(read.conn())
    .await?;
    Ok(rows.into_iter().filter_map(|(p,)| u64::try_from(p).ok()).collect())
}

const SEARCH: &str = "select position from ledger_index where position < $1 \
     and ($2 = '' or organization = $2) and ($3 = '' or actor = $3) \
     and ($4 = '' or action = $4 or substr(action, 1, length($4) + 1) = $4 || ':') \
     and ($5 = '' or object = $5) and ($6 = '' or kind = $6) and ($7 = '' or outcome = $7) \
     and time >= $8 and time < $9 order by position desc limit $10";

pub(super) async fn search(
    read: &mut ReadTx,
    organization: Option<OrganizationId>,
    query: &LedgerQuery,
    before: i64,
    limit: u32,
) -> Result<Vec<u64>> {
    let rows: Vec<(i64,)> = sqlx::query_as(SEARCH)
        .bind(before)
        .bind(organization.map(|o| o.to_string()).unwrap_or_default())
        .bind(query.actor.clone().unwrap_or_default())
        .bind(query.action.clone().unwrap_or_default())
        .bind(query.object.clone().unwrap_or_default())
        .bind(query.kind.clone().unwrap_or_default())
        .bind(query.outcome.clone().unwrap_or_default())
        .bind(query.from.map_or(i64::MIN, ward_model::Timestamp::micros))
        .bind(query.to.map_or(i64::MAX, ward_model::Timestamp::micros))
        .bind(i64::from(limit))
        .fetch_all(read.conn())
        .await?;
    Ok(rows.into_iter().filter_map(|(p,)| u64::try_from(p).ok()).collect())
}
