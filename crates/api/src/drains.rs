//! Drains: copies of the ledger's entries for a team's own log system.

use axum::Json;
use ward_custody::drains;
use ward_model::{
    DrainId, OrganizationId, Page, PageQuery,
    drains::{CreatedDrain, Drain, DrainQuery, DrainTest, NewDrain},
};
use ward_spine::Error;

use crate::{
    answer::{Answer, Done, Made, created, done},
    caller::Caller,
    extract::{Input, Path, Query},
};

/// Drains of an organization, or the platform's own, and how far they are.
#[utoipa::path(
    get,
    path = "/v1/drains",
    tag = "drains",
    params(DrainQuery),
    responses((status = 200, body = Page<Drain>)),
    extensions(("x-ward-action" = json!("drain:read")), ("x-ward-otherwise" = json!("platform-drain:read")))
)]
pub(crate) async fn list(Caller(ctx): Caller, Query(query): Query<DrainQuery>) -> Answer<Page<Drain>> {
    let organization: Option<OrganizationId> =
        query.organization.as_deref().map(str::parse).transpose().map_err(Error::from)?;
    let page = PageQuery { cursor: query.cursor, limit: query.limit };
    Ok(Json(drains::list(&ctx, organization, &page).await?))
}

/// Makes a drain of an organization, or of the platform. The key of a webhook is shown once.
#[utoipa::path(
    post,
    path = "/v1/drains",
    tag = "drains",
    request_body = NewDrain,
    responses((status = 201, body = CreatedDrain)),
    extensions(
        ("x-ward-action" = json!("drain:create")),
        ("x-ward-otherwise" = json!("platform-drain:create")),
        ("x-ward-secret" = json!(true))
    )
)]
pub(crate) async fn create(Caller(ctx): Caller, Input(new): Input<NewDrain>) -> Made<CreatedDrain> {
    created(drains::create(&ctx, new).await?)
}

/// A drain, and how far it is.
#[utoipa::path(
    get,
    path = "/v1/drains/{drain}",
    tag = "drains",
    responses((status = 200, body = Drain)),
    extensions(("x-ward-action" = json!("drain:read")))
)]
pub(crate) async fn read(Caller(ctx): Caller, Path(drain): Path<DrainId>) -> Answer<Drain> {
    Ok(Json(drains::get(&ctx, drain).await?))
}

/// Removes a drain and destroys its secrets. Files that it wrote stay.
#[utoipa::path(
    delete,
    path = "/v1/drains/{drain}",
    tag = "drains",
    responses((status = 204)),
    extensions(("x-ward-action" = json!("drain:remove")))
)]
pub(crate) async fn remove(Caller(ctx): Caller, Path(drain): Path<DrainId>) -> Done {
    drains::remove(&ctx, drain).await?;
    done()
}

/// Sends one test message that is no entry, and says what became of it.
#[utoipa::path(
    post,
    path = "/v1/drains/{drain}/test",
    tag = "drains",
    responses((status = 200, body = DrainTest)),
    extensions(("x-ward-action" = json!("drain:change")))
)]
pub(crate) async fn test(Caller(ctx): Caller, Path(drain): Path<DrainId>) -> Answer<DrainTest> {
    Ok(Json(drains::test(&ctx, drain).await?))
}

/// Stops sending until it is resumed. Nothing is lost meanwhile.
#[utoipa::path(
    post,
    path = "/v1/drains/{drain}/pause",
    tag = "drains",
    responses((status = 200, body = Drain)),
    extensions(("x-ward-action" = json!("drain:change")))
)]
pub(crate) async fn pause(Caller(ctx): Caller, Path(drain): Path<DrainId>) -> Answer<Drain> {
    Ok(Json(drains::pause(&ctx, drain).await?))
}

/// Goes on where it was; a drain that fails tries again at once.
#[utoipa::path(
    post,
    path = "/v1/drains/{drain}/resume",
    tag = "drains",
    responses((status = 200, body = Drain)),
    extensions(("x-ward-action" = json!("drain:change")))
)]
pub(crate) async fn resume(Caller(ctx): Caller, Path(drain): Path<DrainId>) -> Answer<Drain> {
    Ok(Json(drains::resume(&ctx, drain).await?))
}
