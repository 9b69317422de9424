//! The shards of a log: here, in the archive, brought back; and a new key for it.

use axum::{
    Json,
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use tokio_util::io::ReaderStream;
use ward_custody::{archive, shards};
use ward_model::{
    Page,
    retention::{LogOf, LogQuery, RetentionPolicy, ShardStatus},
};

use crate::{
    answer::{Answer, Made, accepted},
    caller::Caller,
    extract::{Path, Query},
    problem::Failure,
};

/// Shards of the log, oldest first: whether they are here, archived, verified, locked, held.
#[utoipa::path(
    get,
    path = "/v1/ledger/archive",
    tag = "archive",
    params(LogQuery),
    responses((status = 200, body = Page<ShardStatus>)),
    extensions(("x-ward-action" = json!("retention:read")), ("x-ward-otherwise" = json!("platform-retention:read")))
)]
pub(crate) async fn list(Caller(ctx): Caller, Query(query): Query<LogQuery>) -> Answer<Page<ShardStatus>> {
    Ok(Json(archive::list(&ctx, &query).await?))
}

/// Archives now what is closed, and tries again what did not work.
#[utoipa::path(
    post,
    path = "/v1/ledger/archive/run",
    tag = "archive",
    params(LogOf),
    responses((status = 202, body = RetentionPolicy)),
    extensions(("x-ward-action" = json!("shard:archive")), ("x-ward-otherwise" = json!("platform-shard:archive")))
)]
pub(crate) async fn run(Caller(ctx): Caller, Query(of): Query<LogOf>) -> Made<RetentionPolicy> {
    accepted(archive::run(&ctx, of.organization).await?)
}

/// Reads an archived shard back and verifies all of it. Look at `verified_at` and `problem` afterwards.
#[utoipa::path(
    post,
    path = "/v1/ledger/archive/{shard}/verify",
    tag = "archive",
    params(LogOf),
    responses((status = 202, body = ShardStatus)),
    extensions(("x-ward-action" = json!("shard:archive")), ("x-ward-otherwise" = json!("platform-shard:archive")))
)]
pub(crate) async fn verify(
    Caller(ctx): Caller,
    Path(shard): Path<String>,
    Query(of): Query<LogOf>,
) -> Made<ShardStatus> {
    accepted(archive::verify(&ctx, of.organization, &shard).await?)
}

/// Brings an archived shard back. When `restored_at` is there, its bundle can be taken for a day.
#[utoipa::path(
    post,
    path = "/v1/ledger/archive/{shard}/restore",
    tag = "archive",
    params(LogOf),
    responses((status = 202, body = ShardStatus)),
    extensions(("x-ward-action" = json!("shard:restore")), ("x-ward-otherwise" = json!("platform-shard:restore")))
)]
pub(crate) async fn restore(
    Caller(ctx): Caller,
    Path(shard): Path<String>,
    Query(of): Query<LogOf>,
) -> Made<ShardStatus> {
    accepted(archive::restore(&ctx, of.organization, &shard).await?)
}

/// A shard that was brought back: a bundle in a tar file, which verifies offline. Taking it is recorded.
#[utoipa::path(
    get,
    path = "/v1/ledger/archive/{shard}/bundle",
    tag = "archive",
    params(LogOf),
    responses((status = 200, body = Vec<u8>, content_type = "application/x-tar")),
    extensions(("x-ward-action" = json!("shard:fetch")), ("x-ward-otherwise" = json!("platform-shard:fetch")))
)]
pub(crate) async fn bundle(
    Caller(ctx): Caller,
    Path(shard): Path<String>,
    Query(of): Query<LogOf>,
) -> Result<Response, Failure> {
    let fetched = archive::fetch(&ctx, of.organization, &shard).await?;
    let mut response = Response::new(Body::from_stream(ReaderStream::new(fetched.file)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-tar"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(fetched.bytes));
    Ok(response)
}

/// Closes the log's shard and goes on in the next, under a new key. The old private key is destroyed.
#[utoipa::path(
    post,
    path = "/v1/ledger/rotate-key",
    tag = "archive",
    params(LogOf),
    responses((status = 200, body = ShardStatus)),
    extensions(("x-ward-action" = json!("shard:roll")), ("x-ward-otherwise" = json!("platform-shard:roll")))
)]
pub(crate) async fn rotate_key(Caller(ctx): Caller, Query(of): Query<LogOf>) -> Answer<ShardStatus> {
    Ok(Json(shards::rotate(&ctx, of.organization).await?))
}
