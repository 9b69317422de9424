//! Queries about sessions.

use sqlx::AnyConnection;
use ward_model::{
    SessionId, Timestamp, UserId,
    users::{Session, SessionNeeds},
};
use ward_spine::{Bookkeeping, ReadTx, Result, WriteTx};

use super::{ABSOLUTE, IDLE};
use crate::users::sql::Account;

/// A session as stored.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) second_factor_at: Option<Timestamp>,
    pub(crate) ended: bool,
    pub(crate) address: String,
    pub(crate) client: String,
}

impl Stored {
    /// Whether it still lives.
    pub(crate) fn lives(&self, now: Timestamp) -> bool {
        !self.ended
            && now < self.expires_at
            && now.since(self.created_at) < ABSOLUTE
            && now.since(self.last_used_at) < IDLE
    }

    /// What it still needs, in the order in which it has to be given.
    pub(crate) fn needs(&self, account: &Account) -> SessionNeeds {
        match (account.must_change, account.user.second_factor, self.second_factor_at) {
            (true, false, _) => SessionNeeds::NewPassword,
            (false, false, _) => SessionNeeds::Enrolment,
            (_, true, None) => SessionNeeds::SecondFactor,
            (true, true, Some(_)) => SessionNeeds::NewPassword,
            (false, true, Some(_)) => SessionNeeds::Nothing,
        }
    }

    /// As the API shows it.
    pub(crate) fn public(self, account: &Account) -> Session {
        Session {
            needs: self.needs(account),
            id: self.id,
            user: self.user,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            expires_at: self.expires_at,
            second_factor_at: self.second_factor_at,
            address: self.address,
            client: self.client,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_id: String,
    created_at: i64,
    last_used_at: i64,
    expires_at: i64,
    second_factor_at: Option<i64>,
    ended_at: Option<i64>,
    address: String,
    client: String,
}

impl Row {
    fn stored(self) -> Result<Stored> {
        Ok(Stored {
            id: self.id.parse()?,
            user: self.user_id.parse()?,
            created_at: Timestamp::from_micros(self.created_at),
            last_used_at: Timestamp::from_micros(self.last_used_at),
            expires_at: Timestamp::from_micros(self.expires_at),
            second_factor_at: self.second_factor_at.map(Timestamp::from_micros),
            ended: self.ended_at.is_some(),
            address: self.address,
            client: self.client,
        })
    }
}

pub(crate) async fn by_id(conn: &mut AnyConnection, id: SessionId) -> Result<Option<Stored>> {
    let row: Option<Row> = sqlx::query_as("select * from sessions where id = $1")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?;
    row.map(Row::stored).transpose()
}

pub(super) async fn by_secret(read: &mut ReadTx, hash: &str) -> Result<Option<Stored>> {
    let row: Option<Row> = sqlx::query_as("select * from sessions where secret_hash = $1")
        .bind(hash.to_owned())
        .fetch_optional(read.conn())
        .await?;
    row.map(Row::stored).transpose()
}

pub(super) async fn of_user(read: &mut ReadTx, user: UserId, now: Timestamp) -> Result<Vec<Stored>> {
    let rows: Vec<Row> = sqlx::query_as("select * from sessions where user_id = $1 and ended_at is null and expires_at > $2 order by id desc limit 200")
        .bind(user.to_string())
        .bind(now.micros())
        .fetch_all(read.conn())
        .await?;
    rows.into_iter().map(Row::stored).collect()
}

pub(super) async fn insert(tx: &mut WriteTx, session: &Stored, secret_hash: &str) -> Result<()> {
    sqlx::query(
        "insert into sessions (id, user_id, secret_hash, created_at, last_used_at, expires_at, address, client) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(session.id.to_string())
    .bind(session.user.to_string())
    .bind(secret_hash.to_owned())
    .bind(session.created_at.micros())
    .bind(session.last_used_at.micros())
    .bind(session.expires_at.micros())
    .bind(session.address.clone())
    .bind(session.client.clone())
    .execute(tx.conn())
    .await?;
    sqlx::query("update users set last_seen_at = $1 where id = $2")
        .bind(session.created_at.micros())
        .bind(session.user.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn touch(tx: &mut Bookkeeping, id: SessionId, now: Timestamp) -> Result<()> {
    sqlx::query("update sessions set last_used_at = $1 where id = $2 and last_used_at < $1")
        .bind(now.micros())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn set_second_factor(tx: &mut WriteTx, id: SessionId, now: Timestamp) -> Result<()> {
    sqlx::query("update sessions set second_factor_at = $1 where id = $2")
        .bind(now.micros())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Ends a session of the user; tells whether there was one.
pub(super) async fn end(tx: &mut WriteTx, user: UserId, id: SessionId, now: Timestamp) -> Result<bool> {
    let done =
        sqlx::query("update sessions set ended_at = $1 where id = $2 and user_id = $3 and ended_at is null")
            .bind(now.micros())
            .bind(id.to_string())
            .bind(user.to_string())
            .execute(tx.conn())
            .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends all sessions of a user but one, and all of the user's tokens.
pub(crate) async fn end_others(
    tx: &mut WriteTx,
    user: UserId,
    keep: Option<SessionId>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("update sessions set ended_at = $1 where user_id = $2 and id <> $3 and ended_at is null")
        .bind(now.micros())
        .bind(user.to_string())
        .bind(keep.map(|k| k.to_string()).unwrap_or_default())
        .execute(tx.conn())
        .await?;
    sqlx::query("update tokens set revoked_at = $1 where user_id = $2 and revoked_at is null")
        .bind(now.micros())
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Deletes sessions that could not live beyond a time, however they were used; how many.
pub(super) async fn forget(tx: &mut Bookkeeping, before: Timestamp) -> Result<u64> {
    let done = sqlx::query("delete from sessions where expires_at < $1")
        .bind(before.micros())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}
