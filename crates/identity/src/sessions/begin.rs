//! Signing in, first step: the password. Says the same for every reason, in the same time.

use serde_json::json;
use ward_model::{
    Action, Id as _, Target, UserId,
    users::{BegunSession, SignIn},
};
use ward_spine::{Ctx, Error, Result};
use ward_vault::{hash, random};

use super::{ABSOLUTE, PREFIX, sql};
use crate::{passwords, throttle, users};

/// Begins a session. It can do nothing but complete itself with the second factor.
pub async fn begin(ctx: &Ctx, sign_in: SignIn) -> Result<BegunSession> {
    let email = sign_in.email.trim().to_lowercase();
    // The address is hashed: what somebody typed there may be anything, even a password.
    let by_account = format!("account {}", hash::sha256_hex(email.as_bytes()));
    let by_address = throttle::of_address(&ctx.request().address);
    // Before the gate: the failures that made somebody wait are in the record, and whoever has to wait must not be
    // able to fill the ledger's disk meanwhile.
    throttle::check(ctx, &by_address).await?;
    let by_account = throttle::attempt(ctx, by_account, throttle::ACCOUNT).await?;
    let by_address = match throttle::attempt(ctx, by_address, throttle::ADDRESS).await {
        Ok(attempt) => attempt,
        Err(error) => {
            by_account.take_back(ctx).await?;
            return Err(error);
        }
    };
    let account = users::sql::by_email(ctx.read().await?.conn(), &email).await?;
    let id = account.as_ref().map_or_else(|| UserId::from_uuid(Default::default()), |a| a.user.id);
    let permit = ctx.permit(Action::SessionCreate, &Target::user(id)).await?;
    let hash_of_it = account.as_ref().map(|a| a.password_hash.as_str());
    let verified = match passwords::verify(&sign_in.password, hash_of_it).await {
        Ok(verified) => verified,
        Err(error) => {
            // Nobody guessed: it was not looked at.
            by_account.take_back(ctx).await?;
            by_address.take_back(ctx).await?;
            return Err(error);
        }
    };
    let account = match account.filter(|a| verified && a.user.disabled_at.is_none()) {
        Some(account) => account,
        None => {
            permit.fail(json!({ "why": "credentials" }));
            return Err(Error::new(
                ward_model::ErrorCode::Unauthenticated,
                "the e-mail address or the password is wrong",
                "try again; after some failures there is a wait between attempts",
            ));
        }
    };
    by_account.succeeded(ctx).await?;
    by_address.take_back(ctx).await?;
    let secret = random::token(PREFIX);
    let now = ctx.now();
    let session = sql::Stored {
        id: ctx.id(),
        user: account.user.id,
        created_at: now,
        last_used_at: now,
        expires_at: now.plus(ABSOLUTE),
        second_factor_at: None,
        ended: false,
        address: ctx.request().address.clone(),
        client: ctx.request().client.clone(),
    };
    let mut tx = permit.begin().await?;
    sql::insert(&mut tx, &session, &hash::sha256_hex(secret.as_bytes())).await?;
    tx.commit(json!({ "session": session.id })).await?;
    Ok(BegunSession { token: secret.to_string(), session: session.public(&account) })
}
