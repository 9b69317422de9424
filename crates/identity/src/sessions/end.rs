//! Seeing and ending one's sessions.

use serde_json::json;
use ward_model::{Action, Page, SessionId, Target, users::Session};
use ward_spine::{Ctx, Error, Result};

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
    end(ctx, current(ctx)?).await
}

/// Ends a session of one's own.
pub async fn end(ctx: &Ctx, session: SessionId) -> Result<()> {
    let user = acting_user(ctx)?;
    let permit = ctx.permit(Action::SessionEnd, &Target::user(user)).await?;
    let mut tx = permit.begin().await?;
    if !sql::end(&mut tx, user, session, ctx.now()).await? {
        return Err(Error::not_found("session", session));
    }
    tx.commit(json!({ "session": session })).await
}
