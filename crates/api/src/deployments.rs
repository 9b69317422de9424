//! Deployments of an app: uploading source, and looking how far one is.

use std::{io, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::Request,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use tokio::io::AsyncRead;
use tokio_util::io::{InspectReader, StreamReader};
use ward_model::{AppId, DeploymentId, Page, PageQuery, apps::Deployment};
use ward_platform::apps::{self, source::MOST_COMPRESSED};
use ward_spine::{Ctx, Error};
use ward_vault::hash::Sha256;

use crate::{
    answer::{Answer, accepted},
    caller::Caller,
    extract::{Path, Query, require_type, too_large},
    idempotency::{self, Found},
    problem::Failure,
};

/// Longest wait for the next piece of an upload.
const IDLE: Duration = Duration::from_secs(60);
/// Media type of the archive.
const ARCHIVE: &str = "application/gzip";

/// Deploys the source in the body: a tar.gz of at most 256 MiB with a Dockerfile and, if wanted, `ward.toml`.
#[utoipa::path(
    post,
    path = "/v1/apps/{app}/deployments",
    tag = "deployments",
    request_body(content = Vec<u8>, content_type = "application/gzip"),
    responses((status = 202, body = Deployment)),
    extensions(("x-ward-action" = json!("app:deploy")))
)]
pub(crate) async fn create(
    Caller(ctx): Caller,
    Path(app): Path<AppId>,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    require_type(&parts.headers, ARCHIVE)?;
    if declared(&parts.headers).is_some_and(|length| length > MOST_COMPRESSED) {
        return Err(too_large(MOST_COMPRESSED));
    }
    let mut archive = reader(body);
    let Some(key) = idempotency::key_of(&parts.headers)? else {
        return Ok(accepted(apps::deploy(&ctx, app, &mut archive).await?).into_response());
    };
    let mut hash = Sha256::new();
    let mut archive = InspectReader::new(archive, |bytes| hash.update(bytes));
    match idempotency::take(&ctx, &parts.method, parts.uri.path(), &key).await? {
        Found::Answer { request, answer } => {
            drain(&mut archive).await?;
            drop(archive);
            if hex(hash) == request { Ok(*answer) } else { Err(idempotency::another_body()) }
        }
        Found::Nothing(claim) => {
            let answer = deploy_whole(&ctx, app, &mut archive).await;
            drop(archive);
            Ok(claim.end(&hex(hash), answer.into_response()).await?)
        }
    }
}

/// Deploys, and reads what may follow the archive: the hash is that of the whole body.
async fn deploy_whole(
    ctx: &Ctx,
    app: AppId,
    archive: &mut (dyn AsyncRead + Send + Unpin),
) -> Result<Response, Failure> {
    let deployment = apps::deploy(ctx, app, archive).await?;
    drain(archive).await?;
    Ok(accepted(deployment).into_response())
}

async fn drain(archive: &mut (dyn AsyncRead + Send + Unpin)) -> Result<(), Failure> {
    let most = MOST_COMPRESSED;
    let read =
        tokio::io::copy(&mut tokio::io::AsyncReadExt::take(archive, most + 1), &mut tokio::io::sink()).await;
    let read = read.map_err(|e| Error::invalid("the upload broke off", "send it again").because(e))?;
    if read > most { Err(too_large(most)) } else { Ok(()) }
}

fn hex(hash: Sha256) -> String {
    hash.finish().iter().map(|b| format!("{b:02x}")).collect()
}

fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The body as a reader that gives up when nothing comes.
fn reader(body: Body) -> impl AsyncRead + Send + Unpin {
    let pieces = stream::unfold(Some(body.into_data_stream()), |pieces| async move {
        let mut pieces = pieces?;
        match tokio::time::timeout(IDLE, pieces.next()).await {
            Ok(Some(Ok(piece))) => Some((Ok::<Bytes, io::Error>(piece), Some(pieces))),
            Ok(Some(Err(error))) => Some((Err(io::Error::other(error)), None)),
            Ok(None) => None,
            Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), None)),
        }
    });
    StreamReader::new(Box::pin(pieces))
}

/// Deployments of the app, newest first.
#[utoipa::path(
    get,
    path = "/v1/apps/{app}/deployments",
    tag = "deployments",
    params(PageQuery),
    responses((status = 200, body = Page<Deployment>)),
    extensions(("x-ward-action" = json!("app:read")))
)]
pub(crate) async fn list(
    Caller(ctx): Caller,
    Path(app): Path<AppId>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<Deployment>> {
    Ok(Json(apps::list_deployments(&ctx, app, &page).await?))
}

/// One deployment; if it failed, why, with the last lines of the log.
#[utoipa::path(
    get,
    path = "/v1/apps/{app}/deployments/{deployment}",
    tag = "deployments",
    responses((status = 200, body = Deployment)),
    extensions(("x-ward-action" = json!("app:read")))
)]
pub(crate) async fn read(
    Caller(ctx): Caller,
    Path((app, deployment)): Path<(AppId, DeploymentId)>,
) -> Answer<Deployment> {
    Ok(Json(apps::get_deployment(&ctx, app, deployment).await?))
}
