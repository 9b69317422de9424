//! Changing one's password: ends every other session and token.

use serde_json::json;
use ward_model::{Action, ErrorCode, Target, users::PasswordChange};
use ward_spine::{Ctx, Error, Result};

use crate::{acting_user, passwords, sessions, throttle, unauthenticated, users};

/// Changes one's password. A first password is changed before the second factor exists; any other needs a fresh one.
pub async fn change_password(ctx: &Ctx, change: PasswordChange) -> Result<()> {
    let user = acting_user(ctx)?;
    let account = users::sql::by_id(ctx.read().await?.conn(), user).await?.ok_or_else(unauthenticated)?;
    let action = if account.must_change { Action::SessionVerify } else { Action::PasswordChange };
    let permit = ctx.permit_with(action, &Target::user(user), json!({ "change": "password" })).await?;
    let session = sessions::current(ctx)?;
    if account.must_change && account.user.second_factor {
        let stored = sessions::sql::by_id(ctx.read().await?.conn(), session).await?;
        if stored.and_then(|s| s.second_factor_at).is_none() {
            return Err(Error::new(
                ErrorCode::SecondFactorRequired,
                "give the second factor first",
                "give the code of your authenticator",
            ));
        }
    }
    let subject = format!("password {user}");
    let attempt = throttle::attempt(ctx, subject, throttle::ACCOUNT).await?;
    if !passwords::verify(&change.current, Some(&account.password_hash)).await? {
        permit.fail(json!({ "why": "credentials" }));
        return Err(Error::new(ErrorCode::Unauthenticated, "the present password is wrong", "try again"));
    }
    attempt.succeeded(ctx).await?;
    passwords::check(&change.new, &account.user.email)?;
    if change.new == change.current {
        return Err(Error::invalid("the new password is the present one", "choose another"));
    }
    let hash = passwords::hash(&change.new).await?;
    let mut tx = permit.begin().await?;
    users::sql::set_password(&mut tx, user, &hash).await?;
    sessions::sql::end_others(&mut tx, user, Some(session), ctx.now()).await?;
    tx.commit(json!({ "change": "password" })).await
}
