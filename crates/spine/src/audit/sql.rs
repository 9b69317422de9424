//! Every query of the record.

use sqlx::AnyConnection;
use ward_model::{
    OrganizationId, Timestamp,
    ledger::{Actor, EntryKind, Event, LedgerQuery, Object, Outcome},
};

use crate::{Bookkeeping, Error, ReadTx, Result, WriteTx};

/// Longest outcome: what is over the size of an entry is stored beside the log, and that is not for films.
const OUTCOME_BYTES: usize = 1 << 20;

/// A row of the outbox.
pub(super) struct OutboxRow {
    pub(super) sequence: i64,
    pub(super) event: String,
}

/// Where an entry is.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) log: String,
    pub(super) shard: String,
    pub(super) position: u64,
    /// When it was sequenced, in milliseconds since 1970.
    pub(super) logged: i64,
}

/// What the index knows of an entry.
pub(super) struct Found {
    pub(super) place: Place,
    pub(super) event: Event,
}

/// Puts an outcome into the outbox, inside the transaction of its effect.
///
/// # Errors
/// If the ledger would refuse the entry: it would refuse it for ever.
pub(crate) async fn insert_outbox(conn: &mut AnyConnection, event: &Event) -> Result<()> {
    let text = serde_json::to_string(event).map_err(|e| Error::internal("recording what was done", e))?;
    if text.len() > OUTCOME_BYTES {
        let why = format!("an outcome of {} has {} bytes", event.action, text.len());
        return Err(Error::internal("recording what was done, so nothing was", why));
    }
    sqlx::query(INSERT_OUTBOX).bind(event.attempt.clone()).bind(text).execute(conn).await?;
    Ok(())
}

// The sequence must never be used twice, even after the table was emptied: the clerk remembers what it took.
const INSERT_OUTBOX: &str = "insert into outbox (sequence, attempt, event) values \
     ((select max(s) from (select coalesce(max(sequence), 0) as s from outbox union all select n as s from outbox_counter) t) + 1, \
     $1, $2)";

pub(super) async fn outbox(read: &mut ReadTx, after: i64, limit: u32) -> Result<Vec<OutboxRow>> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("select sequence, event from outbox where sequence > $1 order by sequence limit $2")
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(read.conn())
            .await?;
    Ok(rows.into_iter().map(|(sequence, event)| OutboxRow { sequence, event }).collect())
}

pub(super) async fn outbox_count(read: &mut ReadTx) -> Result<i64> {
    let (n,): (i64,) = sqlx::query_as("select count(*) from outbox").fetch_one(read.conn()).await?;
    Ok(n)
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

/// Whether the outcome of an attempt is in the ledger.
pub(super) async fn is_written(read: &mut ReadTx, attempt: &str) -> Result<bool> {
    let (n,): (i64,) =
        sqlx::query_as("select count(*) from ledger_index where attempt = $1 and kind = 'outcome'")
            .bind(attempt.to_owned())
            .fetch_one(read.conn())
            .await?;
    Ok(n > 0)
}

pub(super) async fn delete_outbox(tx: &mut Bookkeeping, sequences: &[i64]) -> Result<()> {
    let last = sequences.iter().copied().max().unwrap_or(0);
    sqlx::query("update outbox_counter set n = $1 where n < $1").bind(last).execute(tx.conn()).await?;
    for sequence in sequences {
        sqlx::query("delete from outbox where sequence = $1").bind(sequence).execute(tx.conn()).await?;
    }
    Ok(())
}

pub(super) async fn delete_outbox_already_written(tx: &mut Bookkeeping) -> Result<()> {
    sqlx::query(
        "update outbox_counter set n = (select max(s) from \
         (select coalesce(max(sequence), 0) as s from outbox union all select n as s from outbox_counter) t)",
    )
    .execute(tx.conn())
    .await?;
    // An outcome belongs to its attempt, a notice to itself; an attempt itself never waits here.
    sqlx::query(
        "delete from outbox where attempt <> '' and exists (select 1 from ledger_index i \
         where i.attempt = outbox.attempt and i.kind in ('outcome', 'notice'))",
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Logs that were opened once.
pub(super) async fn logs(read: &mut ReadTx) -> Result<Vec<String>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("select log from ledger_logs order by log").fetch_all(read.conn()).await?;
    Ok(rows.into_iter().map(|(log,)| log).collect())
}

pub(super) async fn is_log(read: &mut ReadTx, log: &str) -> Result<bool> {
    let (n,): (i64,) = sqlx::query_as("select count(*) from ledger_logs where log = $1")
        .bind(log.to_owned())
        .fetch_one(read.conn())
        .await?;
    Ok(n > 0)
}

/// Whether there is such an organization, or was: rows of organizations stay.
pub(super) async fn is_organization(read: &mut ReadTx, id: &str) -> Result<bool> {
    let (n,): (i64,) = sqlx::query_as("select count(*) from organizations where id = $1")
        .bind(id.to_owned())
        .fetch_one(read.conn())
        .await?;
    Ok(n > 0)
}

pub(super) async fn insert_log(tx: &mut Bookkeeping, log: &str, now: Timestamp) -> Result<()> {
    sqlx::query("insert into ledger_logs (log, created_at) values ($1, $2) on conflict (log) do nothing")
        .bind(log.to_owned())
        .bind(now.micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// How far each shard is indexed: log, shard, next position.
pub(super) async fn indexed(read: &mut ReadTx) -> Result<Vec<(String, String, u64)>> {
    let rows: Vec<(String, String, i64)> =
        sqlx::query_as("select log, shard, next from ledger_indexed").fetch_all(read.conn()).await?;
    Ok(rows.into_iter().map(|(log, shard, next)| (log, shard, unsigned(next))).collect())
}

pub(super) async fn index_rows(read: &mut ReadTx, log: &str, shard: &str) -> Result<i64> {
    let (n,): (i64,) = sqlx::query_as(
        "select count(*) from (select 1 from ledger_index where log = $1 and shard = $2 limit 1) t",
    )
    .bind(log.to_owned())
    .bind(shard.to_owned())
    .fetch_one(read.conn())
    .await?;
    Ok(n)
}

pub(super) async fn set_indexed(tx: &mut Bookkeeping, log: &str, shard: &str, next: u64) -> Result<()> {
    sqlx::query(
        "insert into ledger_indexed (log, shard, next) values ($1, $2, $3) \
         on conflict (log, shard) do update set next = excluded.next",
    )
    .bind(log.to_owned())
    .bind(shard.to_owned())
    .bind(signed(next))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn clear_index(tx: &mut Bookkeeping, log: &str, shard: &str) -> Result<()> {
    for query in [
        "delete from ledger_index where log = $1 and shard = $2",
        "delete from ledger_indexed where log = $1 and shard = $2",
    ] {
        sqlx::query(query).bind(log.to_owned()).bind(shard.to_owned()).execute(tx.conn()).await?;
    }
    Ok(())
}

pub(super) async fn insert_index(tx: &mut Bookkeeping, at: &Place, event: &Event, words: &str) -> Result<()> {
    sqlx::query(
        "insert into ledger_index (log, shard, position, logged, time, kind, attempt, action, actor, object, \
         organization, outcome, words) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         on conflict (log, shard, position) do nothing",
    )
    .bind(at.log.clone())
    .bind(at.shard.clone())
    .bind(signed(at.position))
    .bind(at.logged)
    .bind(event.time.micros())
    .bind(event.kind.as_str())
    .bind(event.attempt.clone())
    .bind(event.action.clone())
    .bind(event.actor.id.clone())
    .bind(event.object.id.clone())
    .bind(event.object.organization.clone())
    .bind(event.outcome.map(|o| o.as_str()))
    .bind(words.to_owned())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Places of attempts that have no outcome, neither in the ledger nor on its way there.
pub(super) async fn open_attempts(read: &mut ReadTx) -> Result<Vec<Place>> {
    let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
        "select a.log, a.shard, a.position, a.logged from ledger_index a where a.kind = 'attempt' and not exists \
         (select 1 from ledger_index o where o.attempt = a.attempt and o.kind = 'outcome') \
         and not exists (select 1 from outbox w where w.attempt = a.attempt) \
         order by a.log, a.shard, a.position",
    )
    .fetch_all(read.conn())
    .await?;
    let place = |(log, shard, position, logged)| Place { log, shard, position: unsigned(position), logged };
    Ok(rows.into_iter().map(place).collect())
}

const SEARCH: &str = "select log, shard, position, logged, time, kind, attempt, action, actor, object, organization, outcome \
     from ledger_index where (logged, log, shard, position) < ($1, $2, $3, $4) \
     and ($5 = '' or log = $5) and ($6 = '' or actor = $6) \
     and ($7 = '' or action = $7 or substr(action, 1, length($7) + 1) = $7 || ':') \
     and ($8 = '' or object = $8) and ($9 = '' or kind = $9) and ($10 = '' or outcome = $10) \
     and time >= $11 and time < $12 \
     and words like $13 escape '!' and words like $14 escape '!' and words like $15 escape '!' \
     order by logged desc, log desc, shard desc, position desc limit $16";

/// Log, shard, position, logged, time, kind, attempt, action, actor, object, organization, outcome.
type IndexRow =
    (String, String, i64, i64, i64, String, String, String, String, String, Option<String>, Option<String>);

pub(super) async fn search(
    read: &mut ReadTx,
    organization: Option<OrganizationId>,
    query: &LedgerQuery,
    before: &Place,
    limit: u32,
) -> Result<Vec<Found>> {
    let [first, second, third] = patterns(query.text.as_deref().unwrap_or_default())?;
    let rows: Vec<IndexRow> = sqlx::query_as(SEARCH)
        .bind(before.logged)
        .bind(before.log.clone())
        .bind(before.shard.clone())
        .bind(signed(before.position))
        .bind(organization.map(|o| o.to_string()).unwrap_or_default())
        .bind(query.actor.clone().unwrap_or_default())
        .bind(query.action.clone().unwrap_or_default())
        .bind(query.object.clone().unwrap_or_default())
        .bind(query.kind.clone().unwrap_or_default())
        .bind(query.outcome.clone().unwrap_or_default())
        .bind(query.from.map_or(i64::MIN, Timestamp::micros))
        .bind(query.to.map_or(i64::MAX, Timestamp::micros))
        .bind(first)
        .bind(second)
        .bind(third)
        .bind(i64::from(limit))
        .fetch_all(read.conn())
        .await?;
    Ok(rows.into_iter().map(found).collect())
}

fn found(row: IndexRow) -> Found {
    let (log, shard, position, logged, time, kind, attempt, action, actor, object, organization, outcome) =
        row;
    let event = Event {
        v: 1,
        time: Timestamp::from_micros(time),
        kind: EntryKind::from_name(&kind).unwrap_or(EntryKind::Notice),
        attempt,
        action,
        actor: Actor { kind: String::new(), id: actor, credential: None },
        object: Object { kind: String::new(), id: object, organization, project: None, environment: None },
        request: String::new(),
        source: String::new(),
        policies: Vec::new(),
        outcome: outcome.as_deref().and_then(Outcome::from_name),
        detail: serde_json::Value::Null,
    };
    Found { place: Place { log, shard, position: unsigned(position), logged }, event }
}

/// Patterns for up to three words, all of which must occur.
fn patterns(text: &str) -> Result<[String; 3]> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() > 3 || text.len() > 200 || text.contains('\0') {
        return Err(Error::invalid("that is too much to search for", "give one to three words"));
    }
    let pattern = |at: usize| {
        let word = words.get(at).copied().unwrap_or_default().to_lowercase();
        format!("%{}%", word.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
    };
    Ok([pattern(0), pattern(1), pattern(2)])
}

/// A row of `ledger_subjects`.
pub(super) struct Subject<'a> {
    pub(super) pseudonym: &'a str,
    pub(super) kind: &'a str,
    pub(super) lookup: Option<&'a str>,
    pub(super) sealed: Vec<u8>,
}

pub(super) async fn insert_subject(
    tx: &mut Bookkeeping,
    now: Timestamp,
    wrapped: &str,
    row: Subject<'_>,
) -> Result<()> {
    sqlx::query(
        "insert into ledger_subjects (pseudonym, kind, lookup, wrapped, sealed, created_at) \
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
    )
    .bind(row.pseudonym.to_owned())
    .bind(row.kind.to_owned())
    .bind(row.lookup.map(str::to_owned))
    .bind(wrapped.to_owned())
    .bind(row.sealed)
    .bind(now.micros())
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn pseudonym(read: &mut ReadTx, lookup: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = sqlx::query_as("select pseudonym from ledger_subjects where lookup = $1")
        .bind(lookup.to_owned())
        .fetch_optional(read.conn())
        .await?;
    Ok(row.map(|(pseudonym,)| pseudonym))
}

pub(super) async fn subject(read: &mut ReadTx, pseudonym: &str) -> Result<Option<(String, Vec<u8>)>> {
    subject_on(read.conn(), pseudonym).await
}

pub(super) async fn subject_on(
    conn: &mut AnyConnection,
    pseudonym: &str,
) -> Result<Option<(String, Vec<u8>)>> {
    let row = sqlx::query_as(
        "select wrapped, sealed from ledger_subjects where pseudonym = $1 and erased_at is null",
    )
    .bind(pseudonym.to_owned())
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

pub(super) async fn erase_subject(tx: &mut WriteTx, pseudonym: &str, now: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "update ledger_subjects set lookup = null, wrapped = '', sealed = $1, erased_at = $2 \
         where pseudonym = $3 and kind in ('user', 'address') and erased_at is null",
    )
    .bind(Vec::<u8>::new())
    .bind(now.micros())
    .bind(pseudonym.to_owned())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
