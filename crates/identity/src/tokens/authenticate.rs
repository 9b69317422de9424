//! From a token's secret to a context.

use std::time::Duration;

use ward_model::{Principal, principal::Credential};
use ward_spine::{Ctx, Result};
use ward_vault::hash;

use super::sql;
use crate::{unauthenticated, users};

/// Authenticates a token's secret; [`crate::sessions::authenticate`] calls this by its prefix.
pub async fn authenticate(ctx: &Ctx, secret: &str) -> Result<Ctx> {
    let now = ctx.now();
    let mut read = ctx.read().await?;
    let stored = sql::by_secret(&mut read, &hash::sha256_hex(secret.as_bytes())).await?;
    let stored = stored
        .filter(|s| s.token.revoked_at.is_none() && now < s.token.expires_at)
        .ok_or_else(unauthenticated)?;
    users::sql::by_id(read.conn(), stored.user)
        .await?
        .filter(|a| a.user.disabled_at.is_none() && a.user.second_factor)
        .ok_or_else(unauthenticated)?;
    drop(read);
    if stored.token.last_used_at.is_none_or(|at| now.since(at) >= Duration::from_secs(60)) {
        let mut tx = ctx.core().db.bookkeeping().await?;
        sql::touch(&mut tx, stored.token.id, now).await?;
        tx.commit().await?;
    }
    let credential =
        Credential::Token { id: stored.token.id, role: stored.token.role, scope: Box::new(stored.scope) };
    Ok(ctx.as_principal(Principal::User { id: stored.user, credential }))
}
