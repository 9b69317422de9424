//! Legal holds: what they cover stays, whatever the retention says.
//!
//! A hold is put on a log, for all of it or for a range of time. While one covers a shard, the shard is not pruned, and
//! its object in the archive carries a legal hold too if the store knows them. Nothing destroys a log that is under
//! hold. Releasing one is an owner's, after a fresh second factor and with a reason; both ends are in the ledger.

mod create;
mod list;
mod release;
pub(crate) mod sql;

pub use create::create;
pub use list::list;
pub use release::release;

use ward_model::{
    Timestamp,
    retention::{Hold, LogName},
};
use ward_spine::{ReadTx, Result};

/// Columns, in the order of the queries.
type Row = (
    String,
    String,
    String,
    String,
    Option<i64>,
    Option<i64>,
    i64,
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<String>,
);

fn hold(row: Row) -> Result<Hold> {
    let (id, log, name, reason, from, to, created_at, created_by, released_at, released_by, release_reason) =
        row;
    let user = |id: Option<String>| id.map(|id| id.parse()).transpose();
    Ok(Hold {
        id: id.parse()?,
        log: log.parse()?,
        name,
        reason,
        from: from.map(Timestamp::from_micros),
        to: to.map(Timestamp::from_micros),
        created_at: Timestamp::from_micros(created_at),
        created_by: user(created_by)?,
        released_at: released_at.map(Timestamp::from_micros),
        released_by: user(released_by)?,
        release_reason,
    })
}

/// Holds on a log that are not released.
///
/// # Errors
/// Those of the store.
pub async fn standing(read: &mut ReadTx, log: LogName) -> Result<Vec<Hold>> {
    standing_on(read.conn(), log).await
}

/// The same on any open connection: who prunes asks inside the transaction that prunes.
pub(crate) async fn standing_on(conn: &mut sqlx::AnyConnection, log: LogName) -> Result<Vec<Hold>> {
    let rows: Vec<Row> = sqlx::query_as(sql::STANDING).bind(log.to_string()).fetch_all(conn).await?;
    rows.into_iter().map(hold).collect()
}

/// All holds that are not released, of every log: while there is one, the installation is not to be destroyed.
///
/// # Errors
/// Those of the store.
pub async fn all_standing(read: &mut ReadTx) -> Result<Vec<Hold>> {
    let rows: Vec<Row> = sqlx::query_as(sql::ALL_STANDING).fetch_all(read.conn()).await?;
    rows.into_iter().map(hold).collect()
}
