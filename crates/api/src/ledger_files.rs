//! The files of a log as a verifier wants them: C2SP tlog-tiles, under one base that is laid out like the folder.
//!
//! Keys, checkpoints and tiles of hashes hold no data. Bundles of entries, payloads and proofs do, so reading one is
//! recorded. A path is made of what a strict parser wrote again, never of the request.

use std::io::ErrorKind;

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use tokio_util::io::ReaderStream;
use ward_ledger::{
    Series, Shard, WITNESSED_FILE,
    payload::Payload,
    proof,
    series::{ARCHIVED, KEYS_FILE, is_shard_name, marker},
    source::Folder,
    tile::{Kind, Tile},
};
use ward_model::{Action, OrganizationId};
use ward_spine::{Ctx, Error, audit::PLATFORM_LOG};

use crate::{caller::Caller, extract::Path, ledger::permit, problem::Failure};

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// What holds no data.
const PUBLIC: (Action, Action) = (Action::PlatformLedgerCheckpoint, Action::LedgerCheckpoint);
/// What holds entries.
const ENTRIES: (Action, Action) = (Action::PlatformLedgerRead, Action::LedgerRead);

fn not_found(what: &'static str, name: &str) -> Failure {
    Error::not_found(what, name.chars().take(80).collect::<String>()).into()
}

/// The log of this name, for whoever may.
async fn series(ctx: &Ctx, log: &str, actions: (Action, Action), detail: Value) -> Result<Series, Failure> {
    let organization = match log {
        PLATFORM_LOG => None,
        id => Some(id.parse::<OrganizationId>().map_err(|_| not_found("log", log))?),
    };
    permit(ctx, organization, actions, detail).await?;
    let name = organization.map_or_else(|| PLATFORM_LOG.to_owned(), |id| id.to_string());
    ctx.core().audit.series(&name).ok_or_else(|| not_found("log", log))
}

/// A shard that is here. Of one that is archived there are no files.
fn shard(series: &Series, name: &str) -> Result<Shard, Failure> {
    series.shard(name).filter(|shard| !shard.archived).ok_or_else(|| not_found("shard", name))
}

async fn file(kind: &'static str, path: &std::path::Path, name: &str) -> Result<Response, Failure> {
    match tokio::fs::read(path).await {
        Ok(bytes) => Ok(raw(kind, bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(not_found("file", name)),
        Err(error) => Err(Error::internal("reading the ledger", error).into()),
    }
}

fn raw(kind: &'static str, body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], body.into()).into_response()
}

/// `keys`: every shard of the log with its public key and when it was in use. `<shard>.archived`: that a shard is archived.
#[utoipa::path(
    get,
    path = "/v1/ledger/logs/{log}/{file}",
    tag = "ledger",
    responses((status = 200, body = String, content_type = "text/plain")),
    extensions(("x-ward-action" = json!("ledger:checkpoint")), ("x-ward-otherwise" = json!("platform-ledger:checkpoint")))
)]
pub(crate) async fn keys(
    Caller(ctx): Caller,
    Path((log, name)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let series = series(&ctx, &log, PUBLIC, Value::Null).await?;
    if name == KEYS_FILE {
        return file(TEXT, &series.dir().join(KEYS_FILE), &name).await;
    }
    let mut archived = series.shards().into_iter().filter(|shard| shard.archived);
    let found = archived.find(|shard| name.strip_suffix(ARCHIVED) == Some(&format!("{}.", shard.name)));
    let found = found.ok_or_else(|| not_found("file", &name))?;
    file(TEXT, &marker(series.dir(), &found.name), &name).await
}

/// The newest published checkpoint of a shard: a signed note. Every tile that it needs is there.
#[utoipa::path(
    get,
    path = "/v1/ledger/logs/{log}/{shard}/checkpoint",
    tag = "ledger",
    responses((status = 200, body = String, content_type = "text/plain")),
    extensions(("x-ward-action" = json!("ledger:checkpoint")), ("x-ward-otherwise" = json!("platform-ledger:checkpoint")))
)]
pub(crate) async fn checkpoint(
    Caller(ctx): Caller,
    Path((log, name)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let shard = shard(&series(&ctx, &log, PUBLIC, Value::Null).await?, &name)?;
    let path = shard.dir.join("checkpoint");
    if !tokio::fs::try_exists(&path).await.unwrap_or(true) {
        return Err(Error::unavailable("the shard has not published a checkpoint yet", "no file").into());
    }
    file(TEXT, &path, "checkpoint").await
}

/// The newest checkpoint of a shard with the cosignatures of witnesses.
#[utoipa::path(
    get,
    path = "/v1/ledger/logs/{log}/{shard}/witnessed",
    tag = "ledger",
    responses((status = 200, body = String, content_type = "text/plain")),
    extensions(("x-ward-action" = json!("ledger:checkpoint")), ("x-ward-otherwise" = json!("platform-ledger:checkpoint")))
)]
pub(crate) async fn witnessed(
    Caller(ctx): Caller,
    Path((log, name)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let shard = shard(&series(&ctx, &log, PUBLIC, Value::Null).await?, &name)?;
    file(TEXT, &shard.dir.join(WITNESSED_FILE), WITNESSED_FILE).await
}

fn tile(path: &str) -> Result<Tile, Failure> {
    Tile::parse(path).ok_or_else(|| {
        Failure::invalid(
            "that is no path of a tile",
            "paths are `tile/<level>/<index>[.p/<width>]` or `tile/entries/<index>[.p/<width>]`",
        )
    })
}

/// A tile of hashes.
#[utoipa::path(
    get,
    path = "/v1/ledger/logs/{log}/{shard}/tile/{level}/{*path}",
    tag = "ledger",
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")),
    extensions(("x-ward-action" = json!("ledger:checkpoint")), ("x-ward-otherwise" = json!("platform-ledger:checkpoint")))
)]
pub(crate) async fn hashes(
    Caller(ctx): Caller,
    Path((log, name, level, path)): Path<(String, String, String, String)>,
) -> Result<Response, Failure> {
    let series = series(&ctx, &log, PUBLIC, Value::Null).await?;
    let tile = tile(&format!("tile/{level}/{path}"))?;
    if tile.kind == Kind::Entries {
        return Err(
            Error::internal("reading a tile", "a bundle of entries where hashes were asked for").into()
        );
    }
    file(BYTES, &shard(&series, &name)?.dir.join(tile.path()), &tile.path()).await
}

/// A bundle of up to 256 entries. Reading it is recorded.
#[utoipa::path(
    get,
    path = "/v1/ledger/logs/{log}/{shard}/tile/entries/{*path}",
    tag = "ledger",
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")),
    extensions(("x-ward-action" = json!("ledger:read")), ("x-ward-otherwise" = json!("platform-ledger:read")))
)]
pub(crate) async fn bundle(
    Caller(ctx): Caller,
    Path((log, name, path)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let tile = tile(&format!("tile/entries/{path}"));
    let detail = tile.as_ref().ok().map(|tile| json!({ "shard": shard_text(&name), "file": tile.path() }));
    let series = series(&ctx, &log, ENTRIES, detail.unwrap_or_default()).await?;
    let tile = tile?;
    file(BYTES, &shard(&series, &name)?.dir.join(tile.path()), &tile.path()).await
}

/// A payload that is too large for an entry, by its SHA-256. Reading it is recorded.
#[utoipa::path(
    get,
    path = "/v1/ledger/logs/{log}/{shard}/payload/{sha256}",
    tag = "ledger",
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")),
    extensions(("x-ward-action" = json!("ledger:read")), ("x-ward-otherwise" = json!("platform-ledger:read")))
)]
pub(crate) async fn payload(
    Caller(ctx): Caller,
    Path((log, name, sha256)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let path = Payload::path_of(&sha256);
    let detail = path.as_ref().map(|path| json!({ "shard": shard_text(&name), "file": path }));
    let series = series(&ctx, &log, ENTRIES, detail.unwrap_or_default()).await?;
    let path = path.ok_or_else(|| {
        Failure::invalid(
            "that is no SHA-256",
            "give the 64 hex digits that the entry says at `unmapped.payload`",
        )
    })?;
    match tokio::fs::File::open(shard(&series, &name)?.dir.join(&path)).await {
        Ok(file) => Ok(raw(BYTES, Body::from_stream(ReaderStream::new(file)))),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(not_found("payload", &sha256)),
        Err(error) => Err(Error::internal("reading a payload", error).into()),
    }
}

/// One entry with its proof, as a text file (c2sp.org/tlog-proof@v1). Reading it is recorded.
#[utoipa::path(
    get,
    path = "/v1/ledger/logs/{log}/{shard}/proof/{index}",
    tag = "ledger",
    responses((status = 200, body = String, content_type = "text/plain")),
    extensions(("x-ward-action" = json!("ledger:read")), ("x-ward-otherwise" = json!("platform-ledger:read")))
)]
pub(crate) async fn proof(
    Caller(ctx): Caller,
    Path((log, name, index)): Path<(String, String, u64)>,
) -> Result<Response, Failure> {
    let detail = json!({ "shard": shard_text(&name), "index": index });
    let series = series(&ctx, &log, ENTRIES, detail).await?;
    let shard = shard(&series, &name)?;
    let size = series.size(&name).map_err(|error| Error::internal("reading the ledger", error))?;
    if index >= size {
        return Err(not_found("entry", &index.to_string()));
    }
    let work = move || proof::prove(&Folder::new(&shard.dir), &shard.key, index);
    let made = tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::internal("proving an entry", error))?;
    match made {
        Ok(proof) => Ok(raw(TEXT, proof.to_text())),
        // It is durable, and no checkpoint that covers it is published yet.
        Err(finding) if finding.entry.is_none() => {
            Err(Error::unavailable("the entry is not covered by a published checkpoint yet", finding).into())
        }
        Err(finding) => Err(Error::internal("proving an entry", finding).into()),
    }
}

/// The name of a shard as the record may hold it: nothing that a request makes up.
fn shard_text(name: &str) -> Option<&str> {
    Some(name).filter(|name| is_shard_name(name))
}
