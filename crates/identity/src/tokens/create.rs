//! Making a token.

use serde_json::json;
use ward_model::{
    Action, ResourceKind, Target,
    users::{CreatedToken, NewToken, Token},
};
use ward_spine::{Ctx, Error, Result};
use ward_vault::{hash, random};

use super::{LONGEST, PREFIX, sql};
use crate::acting_user;

/// Makes a token of one's own. `scope` is the resource that [`NewToken`] names, resolved by the door.
pub async fn create(ctx: &Ctx, new: NewToken, scope: Target) -> Result<CreatedToken> {
    let user = acting_user(ctx)?;
    let permit = ctx.permit(Action::TokenCreate, &Target::user(user)).await?;
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "the token's name is empty, too long, or has control characters",
            "say in 1 to 100 characters what it is for",
        ));
    }
    if scope.kind == ResourceKind::User || scope.kind != new.scope_kind || scope.id != new.scope_id {
        return Err(Error::invalid(
            "the scope is no platform, organization, project, environment, app or database",
            "name one of these by its id",
        ));
    }
    let now = ctx.now();
    if new.expires_at <= now || new.expires_at > now.plus(LONGEST) {
        return Err(Error::invalid(
            "a token ends between now and 90 days from now",
            "give an end in that time",
        ));
    }
    let secret = random::token(PREFIX);
    let token = Token {
        id: ctx.id(),
        name: name.to_owned(),
        role: new.role,
        scope_kind: scope.kind,
        scope_id: scope.id.clone(),
        expires_at: new.expires_at,
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    let mut tx = permit.begin().await?;
    sql::insert(&mut tx, user, &token, &scope, &hash::sha256_hex(secret.as_bytes())).await?;
    tx.commit(json!({ "token": token.id, "role": token.role, "scope": token.scope_id, "expires_at": token.expires_at })).await?;
    Ok(CreatedToken { token, secret: secret.to_string() })
}
