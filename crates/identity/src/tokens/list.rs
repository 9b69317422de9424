//! Seeing and revoking one's tokens.

use serde_json::json;
use ward_model::{Action, Page, PageQuery, Target, TokenId, users::Token};
use ward_spine::{Ctx, Error, Result};

use super::sql;
use crate::acting_user;

/// One's tokens.
pub async fn list(ctx: &Ctx, page: &PageQuery) -> Result<Page<Token>> {
    let user = acting_user(ctx)?;
    ctx.permit(Action::TokenList, &Target::user(user)).await?;
    let rows = sql::of_user(
        &mut ctx.read().await?,
        user,
        page.cursor.as_deref().unwrap_or_default(),
        page.limit() + 1,
    )
    .await?;
    Ok(Page::from_rows(rows, page.limit(), |t| t.id.to_string()))
}

/// Revokes a token of one's own, at once.
pub async fn revoke(ctx: &Ctx, id: TokenId) -> Result<()> {
    let user = acting_user(ctx)?;
    let permit = ctx.permit(Action::TokenRevoke, &Target::user(user)).await?;
    let mut tx = permit.begin().await?;
    if !sql::revoke(&mut tx, user, id, ctx.now()).await? {
        return Err(Error::not_found("token", id));
    }
    tx.commit(json!({ "token": id })).await
}
