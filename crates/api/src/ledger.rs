//! The ledger: entries for people, its logs, a verification, and the erasure of a person from it.

use axum::{Json, extract::State};
use serde_json::Value;
use ward_ledger::{Series, Status};
use ward_model::{
    Action, OrganizationId, Page, Target, Timestamp, UserId,
    ledger::{
        Erase, Erased, LedgerEntry, LedgerLog, LedgerLogs, LedgerQuery, LedgerShard, LedgerVerdict, LogsQuery,
    },
};
use ward_platform::organizations;
use ward_spine::{Ctx, Error};

use crate::{
    ApiState,
    answer::Answer,
    caller::Caller,
    extract::{Input, Path, Query},
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
    let organization = whose(query.organization.as_deref())?;
    permit(&ctx, organization, (Action::PlatformLedgerRead, Action::LedgerRead), Value::Null).await?;
    Ok(Json(ctx.core().audit.search(organization, &query).await?))
}

/// Id of the organization that is asked for; none for the platform.
pub(crate) fn whose(organization: Option<&str>) -> Result<Option<OrganizationId>, Failure> {
    Ok(organization.map(str::parse).transpose().map_err(Error::from)?)
}

/// Asks for the permit on the platform, or on an organization that there is: nobody makes a log by naming one.
pub(crate) async fn permit(
    ctx: &Ctx,
    organization: Option<OrganizationId>,
    (platform, of_organization): (Action, Action),
    detail: Value,
) -> Result<(), Failure> {
    match organization {
        Some(id) => {
            let found = organizations::find(&mut ctx.read().await?, id).await?;
            let found = found.ok_or_else(|| Error::not_found("organization", id))?;
            ctx.permit_with(of_organization, &found, detail).await?;
        }
        None => drop(ctx.permit_with(platform, &Target::platform(), detail).await?),
    }
    Ok(())
}

/// The logs with their shards, keys and newest checkpoints: of an organization, or all of the installation.
#[utoipa::path(
    get,
    path = "/v1/ledger/logs",
    tag = "ledger",
    params(LogsQuery),
    responses((status = 200, body = LedgerLogs)),
    extensions(("x-ward-action" = json!("ledger:checkpoint")), ("x-ward-otherwise" = json!("platform-ledger:checkpoint")))
)]
pub(crate) async fn logs(Caller(ctx): Caller, Query(query): Query<LogsQuery>) -> Answer<LedgerLogs> {
    let organization = whose(query.organization.as_deref())?;
    permit(&ctx, organization, (Action::PlatformLedgerCheckpoint, Action::LedgerCheckpoint), Value::Null)
        .await?;
    let audit = &ctx.core().audit;
    let names = match organization {
        Some(id) => vec![id.to_string()],
        None => audit.logs(),
    };
    let mut items = Vec::new();
    for log in names {
        let Some(series) = audit.series(&log) else { continue };
        let organization = match log.parse::<OrganizationId>() {
            Ok(id) => {
                organizations::find(&mut ctx.read().await?, id).await?.map(|found| found.name.to_string())
            }
            Err(_) => None,
        };
        items.push(describe(log, organization, &series).await);
    }
    Ok(Json(LedgerLogs { items }))
}

async fn describe(log: String, organization: Option<String>, series: &Series) -> LedgerLog {
    let refusing = match series.current().status() {
        Status::Refusing(reason) => Some(reason),
        Status::Closed => Some("it is closed".to_owned()),
        Status::Writable | Status::Unpublished(_) => None,
    };
    let mut shards = Vec::new();
    for shard in series.shards() {
        let checkpoint = tokio::fs::read_to_string(shard.dir.join("checkpoint")).await.ok();
        shards.push(LedgerShard {
            size: series.size(&shard.name).ok(),
            checkpoint: checkpoint.filter(|_| !shard.archived),
            shard: shard.name,
            key: shard.key.to_string(),
            opened: time(shard.opened),
            closed: shard.closed.map(time),
            archived: shard.archived,
        });
    }
    LedgerLog { log, organization, writable: refusing.is_none(), refusing, shards }
}

fn time(milliseconds: i64) -> Timestamp {
    Timestamp::from_micros(milliseconds.saturating_mul(1000))
}

/// Verifies all logs on the server. An auditor verifies offline instead: `ward ledger verify`.
#[utoipa::path(
    post,
    path = "/v1/ledger/verify",
    tag = "ledger",
    responses((status = 200, body = LedgerVerdict)),
    extensions(("x-ward-action" = json!("platform-ledger:read")))
)]
pub(crate) async fn verify(State(state): State<ApiState>, Caller(ctx): Caller) -> Answer<LedgerVerdict> {
    ctx.permit(Action::PlatformLedgerRead, &Target::platform()).await?;
    let _alone = state.verifying().lock().await;
    let audit = &ctx.core().audit;
    let log = audit.platform().current();
    let (key, checkpoint) = (log.verifier_key().to_string(), log.checkpoint());
    Ok(Json(match audit.verify(&[]).await? {
        Ok(seen) => LedgerVerdict {
            verified: true,
            entries: seen.entries,
            checkpoint,
            key,
            finding: None,
            logs: seen.logs,
        },
        Err(wrong) => {
            tracing::error!(%wrong, "the ledger does not verify");
            let entries = wrong.logs.iter().map(|log| log.entries).sum();
            let finding = Some(wrong.to_string());
            LedgerVerdict { verified: false, entries, checkpoint, key, finding, logs: wrong.logs }
        }
    }))
}

/// Erases a disabled user from the ledger: the key behind their pseudonym is destroyed, which can't be undone. The entries stay and verify.
#[utoipa::path(
    post,
    path = "/v1/ledger/subjects/{user}/erase",
    tag = "ledger",
    request_body = Erase,
    responses((status = 200, body = Erased)),
    extensions(("x-ward-action" = json!("subject:erase")))
)]
pub(crate) async fn erase(
    Caller(ctx): Caller,
    Path(user): Path<UserId>,
    Input(wish): Input<Erase>,
) -> Answer<Erased> {
    Ok(Json(ward_identity::users::erase(&ctx, user, wish).await?))
}
