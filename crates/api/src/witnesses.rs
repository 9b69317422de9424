//! Witnesses of the ledger: who countersigns it, and how far each log is witnessed.

use axum::Json;
use ward_custody::witnesses;
use ward_model::{
    WitnessId,
    witnesses::{NewWitness, Witness, WitnessPolicy, Witnesses},
};

use crate::{
    answer::{Answer, Done, Made, created, done},
    caller::Caller,
    extract::{Input, Path},
};

/// Witnesses, the policy of what counts as witnessed, and how far each log is.
#[utoipa::path(
    get,
    path = "/v1/witnesses",
    tag = "ledger",
    responses((status = 200, body = Witnesses)),
    extensions(("x-ward-action" = json!("platform-witness:read")))
)]
pub(crate) async fn list(Caller(ctx): Caller) -> Answer<Witnesses> {
    Ok(Json(witnesses::list(&ctx).await?))
}

/// Asks one more witness to cosign the checkpoints of all logs.
#[utoipa::path(
    post,
    path = "/v1/witnesses",
    tag = "ledger",
    request_body = NewWitness,
    responses((status = 201, body = Witness)),
    extensions(("x-ward-action" = json!("platform-witness:add")))
)]
pub(crate) async fn add(Caller(ctx): Caller, Input(new): Input<NewWitness>) -> Made<Witness> {
    created(witnesses::add(&ctx, new).await?)
}

/// Asks a witness no more.
#[utoipa::path(
    delete,
    path = "/v1/witnesses/{witness}",
    tag = "ledger",
    responses((status = 204)),
    extensions(("x-ward-action" = json!("platform-witness:remove")))
)]
pub(crate) async fn remove(Caller(ctx): Caller, Path(witness): Path<WitnessId>) -> Done {
    witnesses::remove(&ctx, witness).await?;
    done()
}

/// Sets how many cosignatures a checkpoint needs, and after how long a log is stale.
#[utoipa::path(
    put,
    path = "/v1/witnesses/policy",
    tag = "ledger",
    request_body = WitnessPolicy,
    responses((status = 200, body = WitnessPolicy)),
    extensions(("x-ward-action" = json!("platform-witness:policy")))
)]
pub(crate) async fn set_policy(
    Caller(ctx): Caller,
    Input(wish): Input<WitnessPolicy>,
) -> Answer<WitnessPolicy> {
    Ok(Json(witnesses::set_policy(&ctx, wish).await?))
}
