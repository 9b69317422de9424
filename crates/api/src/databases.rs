//! Managed databases.

use axum::Json;
use ward_model::{
    DatabaseId, EnvironmentId, Page, PageQuery,
    databases::{Attach, Database, DatabaseUrl, NewDatabase},
};
use ward_platform::databases;

use crate::{
    answer::{Answer, Made, accepted},
    caller::Caller,
    extract::{Input, Path, Query},
};

/// What becomes of the backups of a destroyed database.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Destroy {
    /// Keep the backups: they can be restored later. Without it they are destroyed too.
    keep_backups: Option<bool>,
}

/// Databases of the environment.
#[utoipa::path(
    get,
    path = "/v1/environments/{environment}/databases",
    tag = "databases",
    params(PageQuery),
    responses((status = 200, body = Page<Database>)),
    extensions(("x-ward-action" = json!("database:list")))
)]
pub(crate) async fn list(
    Caller(ctx): Caller,
    Path(environment): Path<EnvironmentId>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<Database>> {
    Ok(Json(databases::list(&ctx, environment, &page).await?))
}

/// Creates a database.
#[utoipa::path(
    post,
    path = "/v1/environments/{environment}/databases",
    tag = "databases",
    request_body = NewDatabase,
    responses((status = 202, body = Database)),
    extensions(("x-ward-action" = json!("database:create")))
)]
pub(crate) async fn create(
    Caller(ctx): Caller,
    Path(environment): Path<EnvironmentId>,
    Input(new): Input<NewDatabase>,
) -> Made<Database> {
    accepted(databases::create(&ctx, environment, new).await?)
}

/// One database.
#[utoipa::path(
    get,
    path = "/v1/databases/{database}",
    tag = "databases",
    responses((status = 200, body = Database)),
    extensions(("x-ward-action" = json!("database:read")))
)]
pub(crate) async fn read(Caller(ctx): Caller, Path(id): Path<DatabaseId>) -> Answer<Database> {
    Ok(Json(databases::get(&ctx, id).await?))
}

/// Destroys a database: its keys go, and with them the data.
#[utoipa::path(
    delete,
    path = "/v1/databases/{database}",
    tag = "databases",
    params(Destroy),
    responses((status = 202, body = Database)),
    extensions(("x-ward-action" = json!("database:destroy")))
)]
pub(crate) async fn destroy(
    Caller(ctx): Caller,
    Path(id): Path<DatabaseId>,
    Query(how): Query<Destroy>,
) -> Made<Database> {
    let backups =
        if how.keep_backups == Some(true) { databases::Backups::Keep } else { databases::Backups::Destroy };
    accepted(databases::destroy(&ctx, id, backups).await?)
}

/// The connection URL with its password. Handing it out is recorded.
#[utoipa::path(
    get,
    path = "/v1/databases/{database}/url",
    tag = "databases",
    responses((status = 200, body = DatabaseUrl)),
    extensions(("x-ward-action" = json!("database:url")), ("x-ward-secret" = json!(true)))
)]
pub(crate) async fn url(Caller(ctx): Caller, Path(id): Path<DatabaseId>) -> Answer<DatabaseUrl> {
    Ok(Json(databases::url(&ctx, id).await?))
}

/// Attaches the database to an app of its environment, as `DATABASE_URL`.
#[utoipa::path(
    post,
    path = "/v1/databases/{database}/attach",
    tag = "databases",
    request_body = Attach,
    responses((status = 200, body = Database)),
    extensions(("x-ward-action" = json!("database:attach")))
)]
pub(crate) async fn attach(
    Caller(ctx): Caller,
    Path(id): Path<DatabaseId>,
    Input(wish): Input<Attach>,
) -> Answer<Database> {
    Ok(Json(databases::attach(&ctx, id, wish).await?))
}
