//! Setting up the second factor: a secret, then a code that proves it arrived.

use serde_json::json;
use totp_rs::Secret;
use ward_model::{
    Action, ErrorCode, Target,
    users::{Enrolment, RecoveryCodes, SecondFactor},
};
use ward_spine::{Ctx, Error, Result};
use ward_vault::random;

use super::{is_fresh, recover, totp};
use crate::{acting_user, sessions, unauthenticated, users};

/// Begins: makes a secret. One that is in use is replaced only after a fresh second factor.
pub async fn enroll(ctx: &Ctx) -> Result<Enrolment> {
    let user = acting_user(ctx)?;
    let permit = ctx.permit(Action::FactorEnroll, &Target::user(user)).await?;
    let account = users::sql::by_id(ctx.read().await?.conn(), user).await?.ok_or_else(unauthenticated)?;
    guard(ctx, &account)?;
    let secret = zeroize::Zeroizing::new(random::bytes::<20>());
    let enrolment = Enrolment {
        secret: Secret::from(secret.to_vec()).to_base32(),
        url: totp::generator(secret.as_slice(), &account.user.email)?
            .to_url()
            .map_err(|e| Error::internal("making a second factor", e.to_string()))?,
    };
    let mut tx = permit.begin().await?;
    let sealed = totp::seal(ctx, &mut tx, user, secret.as_slice()).await?;
    sqlx::query("update users set totp_pending = $1 where id = $2")
        .bind(sealed)
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    tx.commit(json!({ "step": "begun" })).await?;
    Ok(enrolment)
}

/// Confirms with a code of the new secret. Completes the session; recovery codes are shown once.
pub async fn confirm(ctx: &Ctx, given: SecondFactor) -> Result<RecoveryCodes> {
    let user = acting_user(ctx)?;
    let permit = ctx.permit(Action::FactorEnroll, &Target::user(user)).await?;
    let mut read = ctx.read().await?;
    let account = users::sql::by_id(read.conn(), user).await?.ok_or_else(unauthenticated)?;
    guard(ctx, &account)?;
    let Some(pending) = &account.totp_pending else {
        return Err(Error::conflict(
            "no second factor is being set up",
            "begin with POST /v1/me/factor, or `ward login`",
        ));
    };
    let secret = totp::open(ctx, read.conn(), user, pending).await?;
    drop(read);
    let code: String = given.code.chars().filter(char::is_ascii_digit).collect();
    let Some(step) = totp::generator(&secret, &account.user.email)?.check(&code, totp::seconds(ctx)) else {
        permit.fail(json!({ "why": "code" }));
        return Err(Error::new(
            ErrorCode::Invalid,
            "the code does not fit the new secret",
            "check the clock of the device, then give the code that it shows now",
        ));
    };
    let mut tx = permit.begin().await?;
    // Exactly the secret that the code was for, in place of exactly what was looked at: of two sessions that set one
    // up side by side, one without a fresh second factor must not replace what the other has just confirmed.
    let done = sqlx::query(
        "update users set totp_secret = totp_pending, totp_pending = null, totp_last_step = $1 \
         where id = $2 and totp_pending = $3 and coalesce(totp_secret, '') = $4",
    )
    .bind(i64::try_from(step).unwrap_or(i64::MAX))
    .bind(user.to_string())
    .bind(pending.clone())
    .bind(account.totp_secret.clone().unwrap_or_default())
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(Error::conflict("the second factor was set up meanwhile", "sign in again: `ward login`"));
    }
    let codes = recover::replace(&mut tx, user).await?;
    if let Ok(session) = sessions::current(ctx) {
        sessions::sql::set_second_factor(&mut tx, session, ctx.now()).await?;
    }
    tx.commit(json!({ "step": "confirmed" })).await?;
    Ok(codes)
}

/// A stolen password must not be able to replace the second factor.
fn guard(ctx: &Ctx, account: &users::sql::Account) -> Result<()> {
    if account.user.second_factor && !is_fresh(ctx) {
        return Err(Error::new(
            ErrorCode::StepUpRequired,
            "replacing the second factor needs the present one",
            "give a code of your authenticator: `ward step-up`",
        ));
    }
    if account.must_change {
        return Err(Error::conflict(
            "the first password must be changed before",
            "change it: `ward login` asks for a new one",
        ));
    }
    Ok(())
}
