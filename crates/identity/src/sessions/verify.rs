//! Signing in, second step, and step-up: a code of the second factor.

use serde_json::json;
use ward_model::{
    Action, ErrorCode, Principal, SessionId, Target,
    principal::Credential,
    users::{SecondFactor, Session},
};
use ward_spine::{Ctx, Error, Result};

use super::sql;
use crate::{acting_user, factors, throttle, unauthenticated, users};

/// Gives the second factor in the current session.
pub async fn verify(ctx: &Ctx, given: SecondFactor) -> Result<Session> {
    let user = acting_user(ctx)?;
    // The gate first: a token that tries is denied, and that is recorded.
    let permit = ctx.permit(Action::SessionVerify, &Target::user(user)).await?;
    let session = current(ctx)?;
    let subject = format!("factor {user}");
    let attempt = match throttle::attempt(ctx, subject, throttle::ACCOUNT).await {
        Ok(attempt) => attempt,
        Err(error) => {
            permit.fail(json!({ "why": "throttled" }));
            return Err(error);
        }
    };
    let mut read = ctx.read().await?;
    let account = users::sql::by_id(read.conn(), user).await?.ok_or_else(unauthenticated)?;
    if !account.user.second_factor {
        return Err(Error::conflict(
            "no second factor is set up yet",
            "set one up first: `ward login` does it",
        ));
    }
    let proof = factors::prove(ctx, read.conn(), &account, &given.code).await?;
    drop(read);
    let Some(proof) = proof else {
        permit.fail(json!({ "why": "code" }));
        return Err(Error::new(
            ErrorCode::Unauthenticated,
            "the code is wrong, used up, or too old",
            "wait for the next code, then try again",
        ));
    };
    let mut tx = permit.begin().await?;
    if !factors::use_up(&mut tx, ctx, user, &proof).await? {
        return Err(Error::new(
            ErrorCode::Unauthenticated,
            "the code was used already",
            "wait for the next code, then try again",
        ));
    }
    sql::set_second_factor(&mut tx, session, ctx.now()).await?;
    let stored = sql::by_id(tx.conn(), session).await?.ok_or_else(unauthenticated)?;
    tx.commit(json!({ "session": session, "by": proof.kind() })).await?;
    attempt.succeeded(ctx).await?;
    Ok(stored.public(&account))
}

/// Session of the principal; a token has none.
pub(crate) fn current(ctx: &Ctx) -> Result<SessionId> {
    match ctx.who() {
        Principal::User { credential: Credential::Session { id, .. }, .. } => Ok(*id),
        _ => Err(unauthenticated()),
    }
}
