//! Checking codes: each works once.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sqlx::AnyConnection;
use totp_rs::{Algorithm, Builder, Totp};
use ward_model::UserId;
use ward_spine::{Ctx, Error, Result, WriteTx, keyring::PLATFORM_DATA};
use ward_vault::hash;
use zeroize::Zeroizing;

use crate::users::sql::Account;

/// What proved the second factor.
pub(crate) enum Proof {
    /// A code, by its time step.
    Totp(i64),
    /// A recovery code, by its hash.
    Recovery(String),
}

impl Proof {
    /// Name for the record.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Totp(_) => "totp",
            Self::Recovery(_) => "recovery code",
        }
    }
}

/// The code generator of a secret: SHA-1, six digits, 30 seconds, one step of tolerance, as authenticators expect.
pub(super) fn generator(secret: &[u8], email: &str) -> Result<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_secret(secret.to_vec())
        .with_skew(1)
        .with_step_duration(30)
        .with_account_name(email.replace(':', "_"))
        .with_issuer(Some("Ward"))
        .build()
        .map_err(|e| Error::internal("making a second factor", e.to_string()))
}

fn place(user: UserId) -> String {
    format!("second factor {user}")
}

/// Seals a secret for the store.
pub(super) async fn seal(ctx: &Ctx, tx: &mut WriteTx, user: UserId, secret: &[u8]) -> Result<String> {
    let key = ctx.keyring().platform_dek(tx).await?;
    Ok(STANDARD.encode(ctx.keyring().encrypt(tx.conn(), key, &place(user), secret).await?))
}

/// Opens a sealed secret.
pub(super) async fn open(
    ctx: &Ctx,
    conn: &mut AnyConnection,
    user: UserId,
    sealed: &str,
) -> Result<Zeroizing<Vec<u8>>> {
    let key = ctx
        .keyring()
        .find_on(conn, PLATFORM_DATA)
        .await?
        .ok_or_else(|| Error::internal("reading a second factor", "the platform has no key"))?;
    let sealed = STANDARD.decode(sealed).map_err(|e| Error::internal("reading a second factor", e))?;
    ctx.keyring().decrypt(conn, key, &place(user), &sealed).await
}

pub(super) fn seconds(ctx: &Ctx) -> u64 {
    u64::try_from(ctx.now().micros() / 1_000_000).unwrap_or(0)
}

/// What a code proves; None if nothing. It is used up by [`use_up`].
pub(crate) async fn prove(
    ctx: &Ctx,
    conn: &mut AnyConnection,
    account: &Account,
    code: &str,
) -> Result<Option<Proof>> {
    let code: String =
        code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_lowercase();
    let user = account.user.id;
    if code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) {
        let Some(sealed) = &account.totp_secret else { return Ok(None) };
        let secret = open(ctx, conn, user, sealed).await?;
        let step = generator(&secret, &account.user.email)?
            .check(&code, seconds(ctx))
            .and_then(|s| i64::try_from(s).ok());
        return Ok(step.filter(|s| *s > account.totp_last_step).map(Proof::Totp));
    }
    let hash = hash::sha256_hex(format!("{user} {code}").as_bytes());
    let row: Option<(i64,)> =
        sqlx::query_as("select 1 from recovery_codes where user_id = $1 and hash = $2 and used_at is null")
            .bind(user.to_string())
            .bind(hash.clone())
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|_| Proof::Recovery(hash)))
}

/// Uses a proof up; false if somebody was faster.
pub(crate) async fn use_up(tx: &mut WriteTx, ctx: &Ctx, user: UserId, proof: &Proof) -> Result<bool> {
    let done =
        match proof {
            Proof::Totp(step) => {
                sqlx::query("update users set totp_last_step = $1 where id = $2 and totp_last_step < $1")
                    .bind(*step)
                    .bind(user.to_string())
                    .execute(tx.conn())
                    .await?
            }
            Proof::Recovery(hash) => sqlx::query(
                "update recovery_codes set used_at = $1 where user_id = $2 and hash = $3 and used_at is null",
            )
            .bind(ctx.now().micros())
            .bind(user.to_string())
            .bind(hash.clone())
            .execute(tx.conn())
            .await?,
        };
    Ok(done.rows_affected() == 1)
}
