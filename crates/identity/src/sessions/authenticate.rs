//! From a bearer secret to a context: the only way a door gets a user.

use std::time::Duration;

use ward_model::{Principal, principal::Credential, users::SessionNeeds};
use ward_spine::{Ctx, Result};
use ward_vault::{hash, random};

use super::{PREFIX, sql};
use crate::{tokens, unauthenticated, users};

/// Use is written down at most this often: a read should not cost a write.
const TOUCH: Duration = Duration::from_secs(20);

/// Authenticates a session's or token's secret. `ctx` is the anonymous context of the request.
pub async fn authenticate(ctx: &Ctx, secret: &str) -> Result<Ctx> {
    look_up(ctx, secret, true).await
}

/// The same without counting as use: for streams that look whether they may go on. Otherwise an open stream would
/// keep its own session from ending by idleness.
pub async fn recheck(ctx: &Ctx, secret: &str) -> Result<Ctx> {
    look_up(ctx, secret, false).await
}

async fn look_up(ctx: &Ctx, secret: &str, used: bool) -> Result<Ctx> {
    if random::is_token(tokens::PREFIX, secret) {
        return tokens::authenticate(ctx, secret).await;
    }
    // The checksum in a secret tells typing errors and random guesses from ours without a look into the store.
    if !random::is_token(PREFIX, secret) {
        return Err(unauthenticated());
    }
    let now = ctx.now();
    let mut read = ctx.read().await?;
    let session = sql::by_secret(&mut read, &hash::sha256_hex(secret.as_bytes()))
        .await?
        .filter(|s| s.lives(now))
        .ok_or_else(unauthenticated)?;
    let account = users::sql::by_id(read.conn(), session.user)
        .await?
        .filter(|a| a.user.disabled_at.is_none())
        .ok_or_else(unauthenticated)?;
    drop(read);
    if used && now.since(session.last_used_at) >= TOUCH {
        let mut tx = ctx.core().db.bookkeeping().await?;
        sql::touch(&mut tx, session.id, now).await?;
        tx.commit().await?;
    }
    let second_factor_at =
        session.second_factor_at.filter(|_| session.needs(&account) == SessionNeeds::Nothing);
    Ok(ctx.as_principal(Principal::User {
        id: session.user,
        credential: Credential::Session { id: session.id, second_factor_at },
    }))
}
