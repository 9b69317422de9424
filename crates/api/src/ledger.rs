//! The ledger: entries for people, checkpoint and tiles for verifiers (C2SP tlog-tiles).

use std::io::ErrorKind;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use ward_ledger::tile::Tile;
use ward_model::{
    Action, OrganizationId, Page, Target,
    ledger::{LedgerEntry, LedgerQuery, LedgerVerdict},
};
use ward_platform::organizations;
use ward_spine::{Ctx, Error};

use crate::{
    ApiState,
    answer::Answer,
    caller::Caller,
    extract::{Path, Query},
    problem::Failure,
};

/// Entries, newest first: of an organization, or of the whole platform. Reading them is recorded.
#[utoipa::path(
    get,
    path = "/v1/ledger/entries",
    tag = "ledger",
    params(LedgerQuery),
    responses((status = 200, body = Page<LedgerEntry>)),
    extensions(("x-ward-action" = json!("ledger:read")), ("x-ward-otherwise" = json!("platform-ledger:read")))
)]
pub(crate) async fn entries(
    Caller(ctx): Caller,
    Query(query): Query<LedgerQuery>,
) -> Answer<Page<LedgerEntry>> {
    let organization: Option<OrganizationId> =
        query.organization.as_deref().map(str::parse).transpose().map_err(Error::from)?;
    match organization {
        Some(id) => {
            let found = organizations::find(&mut ctx.read().await?, id).await?;
            let found = found.ok_or_else(|| Error::not_found("organization", id))?;
            ctx.permit(Action::LedgerRead, &found).await?;
        }
        None => permit_platform(&ctx).await?,
    }
    Ok(Json(ctx.core().audit.search(organization, &query).await?))
}

async fn permit_platform(ctx: &Ctx) -> Result<(), Failure> {
    ctx.permit(Action::PlatformLedgerRead, &Target::platform()).await?;
    Ok(())
}

/// Verifies the whole ledger on the server. An auditor verifies offline instead: `ward ledger verify`.
#[utoipa::path(
    post,
    path = "/v1/ledger/verify",
    tag = "ledger",
    responses((status = 200, body = LedgerVerdict)),
    extensions(("x-ward-action" = json!("platform-ledger:read")))
)]
pub(crate) async fn verify(State(state): State<ApiState>, Caller(ctx): Caller) -> Answer<LedgerVerdict> {
    permit_platform(&ctx).await?;
    let _alone = state.verifying().lock().await;
    let audit = &ctx.core().audit;
    let log = audit.platform().current();
    let key = log.verifier_key().to_string();
    let checkpoint = log.checkpoint();
    let verdict = match audit.verify(&[]).await? {
        Ok(seen) => LedgerVerdict { verified: true, entries: seen.entries, checkpoint, key, finding: None },
        Err(wrong) => {
            tracing::error!(%wrong, "the ledger does not verify");
            let (entries, finding) = (wrong.finding.entry.unwrap_or(0), Some(wrong.to_string()));
            LedgerVerdict { verified: false, entries, checkpoint, key, finding }
        }
    };
    Ok(Json(verdict))
}

/// The newest published checkpoint: a signed note. Every tile that it needs is there.
#[utoipa::path(
    get,
    path = "/v1/ledger/checkpoint",
    tag = "ledger",
    responses((status = 200, body = String, content_type = "text/plain")),
    extensions(("x-ward-action" = json!("platform-ledger:read")))
)]
pub(crate) async fn checkpoint(Caller(ctx): Caller) -> Result<Response, Failure> {
    permit_platform(&ctx).await?;
    match file(&ctx, "checkpoint").await? {
        Some(bytes) => Ok(raw("text/plain; charset=utf-8", bytes)),
        None => Err(Error::unavailable("the ledger has not published a checkpoint yet", "no file").into()),
    }
}

/// A tile of hashes or a bundle of entries.
#[utoipa::path(
    get,
    path = "/v1/ledger/tile/{*path}",
    tag = "ledger",
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")),
    extensions(("x-ward-action" = json!("platform-ledger:read")))
)]
pub(crate) async fn tile(Caller(ctx): Caller, Path(path): Path<String>) -> Result<Response, Failure> {
    permit_platform(&ctx).await?;
    // Only what the parser writes again byte by byte becomes a path: nothing of the request reaches the disk.
    let tile = Tile::parse(&format!("tile/{path}")).ok_or_else(|| {
        Failure::invalid(
            "that is no path of a tile",
            "paths are `<level>/<index>[.p/<width>]` or `entries/<index>[.p/<width>]`",
        )
    })?;
    let bytes = file(&ctx, &tile.path()).await?.ok_or_else(|| Error::not_found("tile", tile.path()))?;
    Ok(raw("application/octet-stream", bytes))
}

async fn file(ctx: &Ctx, path: &str) -> Result<Option<Vec<u8>>, Failure> {
    match tokio::fs::read(ctx.core().audit.platform().current().dir().join(path)).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::internal("reading the ledger", error).into()),
    }
}

fn raw(kind: &'static str, bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], bytes).into_response()
}
