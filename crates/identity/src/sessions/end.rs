//! Seeing and ending one's sessions.

use serde_json::json;
use ward_model::{Action, Page, SessionId, Target, UserId, users::Session};
use ward_spine::{Ctx, Error, Permit, Result};

use super::{current, sql};
use crate::{acting_user, unauthenticated, users};

/// One's live sessions, newest first.
pub async fn list(ctx: &Ctx) -> Result<Page<Session>> {
    let user = acting_user(ctx)?;
    ctx.permit(Action::SessionList, &Target::user(user)).await?;
    let mut read = ctx.read().await?;
    let account = users::sql::by_id(read.conn(), user).await?.ok_or_else(unauthenticated)?;
    let live = sql::of_user(&mut read, user, ctx.now()).await?.into_iter().filter(|s| s.lives(ctx.now()));
    Ok(Page { items: live.map(|s| s.public(&account)).collect(), next: None })
}

/// Ends the current session.
pub async fn end_current(ctx: &Ctx) -> Result<()> {
    let user = acting_user(ctx)?;
    // The gate first: a token that tries is denied, and that is recorded.
    let permit = ctx.permit(Action::SessionEnd, &Target::user(user)).await?;
    end_permitted(ctx, permit, user, current(ctx)?).await
}

/// Ends a session of one's own.
pub async fn end(ctx: &Ctx, session: SessionId) -> Result<()> {
    let user = acting_user(ctx)?;
    let permit = ctx.permit(Action::SessionEnd, &Target::user(user)).await?;
    end_permitted(ctx, permit, user, session).await
}

async fn end_permitted(ctx: &Ctx, permit: Permit, user: UserId, session: SessionId) -> Result<()> {
    let mut tx = permit.begin().await?;
    if !sql::end(&mut tx, user, session, ctx.now()).await? {
        return Err(Error::not_found("session", session));
    }
    tx.commit(json!({ "session": session })).await
}
