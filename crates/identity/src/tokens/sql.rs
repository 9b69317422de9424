//! Queries about tokens.

use ward_model::{Target, Timestamp, TokenId, UserId, users::Token};
use ward_spine::{Bookkeeping, Error, ReadTx, Result, WriteTx};

/// A token as stored.
pub(super) struct Stored {
    pub(super) user: UserId,
    pub(super) token: Token,
    pub(super) scope: Target,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_id: String,
    name: String,
    role: String,
    scope: String,
    created_at: i64,
    expires_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl Row {
    fn stored(self) -> Result<Stored> {
        let scope: Target =
            serde_json::from_str(&self.scope).map_err(|e| Error::internal("reading a token", e))?;
        let token = Token {
            id: self.id.parse()?,
            name: self.name,
            role: self.role.parse().map_err(|e| Error::internal("reading a token", e))?,
            scope_kind: scope.kind,
            scope_id: scope.id.clone(),
            expires_at: Timestamp::from_micros(self.expires_at),
            created_at: Timestamp::from_micros(self.created_at),
            last_used_at: self.last_used_at.map(Timestamp::from_micros),
            revoked_at: self.revoked_at.map(Timestamp::from_micros),
        };
        Ok(Stored { user: self.user_id.parse()?, token, scope })
    }
}

pub(super) async fn by_secret(read: &mut ReadTx, hash: &str) -> Result<Option<Stored>> {
    let row: Option<Row> = sqlx::query_as("select * from tokens where secret_hash = $1")
        .bind(hash.to_owned())
        .fetch_optional(read.conn())
        .await?;
    row.map(Row::stored).transpose()
}

pub(super) async fn of_user(read: &mut ReadTx, user: UserId, after: &str, limit: u32) -> Result<Vec<Token>> {
    let rows: Vec<Row> =
        sqlx::query_as("select * from tokens where user_id = $1 and id > $2 order by id limit $3")
            .bind(user.to_string())
            .bind(after.to_owned())
            .bind(i64::from(limit))
            .fetch_all(read.conn())
            .await?;
    rows.into_iter().map(|r| Ok(r.stored()?.token)).collect()
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    user: UserId,
    token: &Token,
    scope: &Target,
    hash: &str,
) -> Result<()> {
    let scope = serde_json::to_string(scope).map_err(|e| Error::internal("writing a token", e))?;
    sqlx::query("insert into tokens (id, user_id, name, role, scope, secret_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(token.id.to_string())
        .bind(user.to_string())
        .bind(token.name.clone())
        .bind(token.role.as_str())
        .bind(scope)
        .bind(hash.to_owned())
        .bind(token.created_at.micros())
        .bind(token.expires_at.micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn touch(tx: &mut Bookkeeping, id: TokenId, now: Timestamp) -> Result<()> {
    sqlx::query("update tokens set last_used_at = $1 where id = $2")
        .bind(now.micros())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn revoke(tx: &mut WriteTx, user: UserId, id: TokenId, now: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "update tokens set revoked_at = $1 where id = $2 and user_id = $3 and revoked_at is null",
    )
    .bind(now.micros())
    .bind(id.to_string())
    .bind(user.to_string())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Deletes tokens that ended or were revoked before a time; how many.
pub(crate) async fn forget(tx: &mut Bookkeeping, before: Timestamp) -> Result<u64> {
    let done = sqlx::query("delete from tokens where expires_at < $1 or revoked_at < $1")
        .bind(before.micros())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}
