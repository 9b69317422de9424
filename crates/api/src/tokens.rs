//! API tokens of one's own.

use axum::Json;
use ward_identity::tokens;
use ward_model::{
    Page, PageQuery, TokenId,
    users::{CreatedToken, NewToken, Token},
};

use crate::{
    answer::{Answer, Done, Made, created, done},
    caller::Caller,
    extract::{Input, Path, Query},
    scope,
};

/// One's tokens, without their secrets.
#[utoipa::path(
    get,
    path = "/v1/me/tokens",
    tag = "tokens",
    params(PageQuery),
    responses((status = 200, body = Page<Token>)),
    extensions(("x-ward-action" = json!("token:list")))
)]
pub(crate) async fn list(Caller(ctx): Caller, Query(page): Query<PageQuery>) -> Answer<Page<Token>> {
    Ok(Json(tokens::list(&ctx, &page).await?))
}

/// Makes a token; its secret is shown once.
#[utoipa::path(
    post,
    path = "/v1/me/tokens",
    tag = "tokens",
    request_body = NewToken,
    responses((status = 201, body = CreatedToken)),
    extensions(("x-ward-action" = json!("token:create")), ("x-ward-secret" = json!(true)))
)]
pub(crate) async fn create(Caller(ctx): Caller, Input(new): Input<NewToken>) -> Made<CreatedToken> {
    let scope = scope::visible(&ctx, new.scope_kind, &new.scope_id).await?;
    created(tokens::create(&ctx, new, scope).await?)
}

/// Revokes a token, at once.
#[utoipa::path(
    delete,
    path = "/v1/me/tokens/{token}",
    tag = "tokens",
    responses((status = 204)),
    extensions(("x-ward-action" = json!("token:revoke")))
)]
pub(crate) async fn revoke(Caller(ctx): Caller, Path(token): Path<TokenId>) -> Done {
    tokens::revoke(&ctx, token).await?;
    done()
}
