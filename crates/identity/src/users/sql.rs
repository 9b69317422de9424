//! Queries about users.

use sqlx::AnyConnection;
use ward_model::{OrganizationId, Timestamp, UserId, users::User};
use ward_spine::{ReadTx, Result, WriteTx};

/// A user with what signing in needs. Never leaves this crate.
pub(crate) struct Account {
    pub(crate) user: User,
    pub(crate) password_hash: String,
    pub(crate) must_change: bool,
    pub(crate) totp_secret: Option<String>,
    pub(crate) totp_pending: Option<String>,
    pub(crate) totp_last_step: i64,
    pub(crate) organization: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    email: String,
    display_name: String,
    organization_id: Option<String>,
    created_at: i64,
    disabled_at: Option<i64>,
    last_seen_at: Option<i64>,
    password_hash: String,
    password_must_change: i64,
    totp_secret: Option<String>,
    totp_pending: Option<String>,
    totp_last_step: i64,
}

impl Row {
    fn account(self) -> Result<Account> {
        Ok(Account {
            user: User {
                id: self.id.parse()?,
                email: self.email,
                display_name: self.display_name,
                second_factor: self.totp_secret.is_some(),
                disabled_at: self.disabled_at.map(Timestamp::from_micros),
                created_at: Timestamp::from_micros(self.created_at),
                last_seen_at: self.last_seen_at.map(Timestamp::from_micros),
            },
            password_hash: self.password_hash,
            must_change: self.password_must_change != 0,
            totp_secret: self.totp_secret,
            totp_pending: self.totp_pending,
            totp_last_step: self.totp_last_step,
            organization: self.organization_id,
        })
    }
}

pub(crate) async fn by_email(conn: &mut AnyConnection, email: &str) -> Result<Option<Account>> {
    let row: Option<Row> = sqlx::query_as("select * from users where email = $1")
        .bind(email.to_owned())
        .fetch_optional(conn)
        .await?;
    row.map(Row::account).transpose()
}

pub(crate) async fn by_id(conn: &mut AnyConnection, id: UserId) -> Result<Option<Account>> {
    let row: Option<Row> =
        sqlx::query_as("select * from users where id = $1").bind(id.to_string()).fetch_optional(conn).await?;
    row.map(Row::account).transpose()
}

const IN_ORGANIZATION: &str = "select u.* from users u where u.id > $2 and \
     (u.organization_id = $1 or exists (select 1 from grants g where g.user_id = u.id and g.organization_id = $1 and g.revoked_at is null)) \
     order by u.id limit $3";

pub(super) async fn in_organization(
    read: &mut ReadTx,
    organization: OrganizationId,
    after: &str,
    limit: u32,
) -> Result<Vec<User>> {
    let rows: Vec<Row> = sqlx::query_as(IN_ORGANIZATION)
        .bind(organization.to_string())
        .bind(after.to_owned())
        .bind(i64::from(limit))
        .fetch_all(read.conn())
        .await?;
    rows.into_iter().map(|r| Ok(r.account()?.user)).collect()
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    user: &User,
    organization: Option<OrganizationId>,
    password_hash: &str,
    must_change: bool,
) -> Result<()> {
    sqlx::query(
        "insert into users (id, email, display_name, organization_id, created_at, password_hash, password_must_change) values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(user.id.to_string())
    .bind(user.email.clone())
    .bind(user.display_name.clone())
    .bind(organization.map(|o| o.to_string()))
    .bind(user.created_at.micros())
    .bind(password_hash.to_owned())
    .bind(i64::from(must_change))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn disable(tx: &mut WriteTx, id: UserId, now: Timestamp) -> Result<()> {
    for statement in [
        "update users set disabled_at = $1 where id = $2 and disabled_at is null",
        "update sessions set ended_at = $1 where user_id = $2 and ended_at is null",
        "update tokens set revoked_at = $1 where user_id = $2 and revoked_at is null",
    ] {
        sqlx::query(statement).bind(now.micros()).bind(id.to_string()).execute(tx.conn()).await?;
    }
    Ok(())
}

pub(crate) async fn set_password(tx: &mut WriteTx, id: UserId, hash: &str) -> Result<()> {
    sqlx::query("update users set password_hash = $1, password_must_change = 0 where id = $2")
        .bind(hash.to_owned())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn count(conn: &mut AnyConnection) -> Result<i64> {
    let (n,): (i64,) = sqlx::query_as("select count(*) from users").fetch_one(conn).await?;
    Ok(n)
}
