//! The platform itself: its status, and sealing it.

use axum::{Json, extract::State};
use serde_json::json;
use ward_model::{
    Action, ErrorCode, Target,
    system::{Health, PlatformStatus, Unseal},
};
use ward_spine::{Error, policy::Decision};

use crate::{ApiState, answer::Answer, caller::Caller, extract::Input};

/// Version, loops and capabilities of the host.
#[utoipa::path(
    get,
    path = "/v1/status",
    tag = "platform",
    responses((status = 200, body = PlatformStatus)),
    extensions(("x-ward-action" = json!("platform:status")))
)]
pub(crate) async fn status(State(state): State<ApiState>, Caller(ctx): Caller) -> Answer<PlatformStatus> {
    ctx.permit(Action::PlatformStatus, &Target::platform()).await?;
    let (core, platform) = (&state.core, Target::platform());
    let mut loops = core.loops.status();
    // What a loop did last names what it did it to, in whichever organization: not for everybody who is signed in.
    let decided = core.policy.decide(&core.db, ctx.now(), ctx.who(), Action::PlatformPostureRead, &platform);
    if !matches!(decided.await?, Decision::Allow(_)) {
        for status in &mut loops {
            status.last_summary = String::new();
            status.last_error =
                status.last_error.take().map(|_| "told to who watches the platform".to_owned());
        }
    }
    Ok(Json(PlatformStatus {
        version: state.version.clone(),
        crypto_module: ward_vault::module_description(),
        started_at: state.started_at,
        ledger_entries: state.core.audit.size(),
        loops,
        capabilities: state.capabilities.clone(),
    }))
}

/// Seals the vault: the keys leave the memory, and nothing works until somebody unseals it.
#[utoipa::path(
    post,
    path = "/v1/seal",
    tag = "platform",
    responses((status = 200, body = Health)),
    extensions(("x-ward-action" = json!("platform:seal")))
)]
pub(crate) async fn seal(State(state): State<ApiState>, Caller(ctx): Caller) -> Answer<Health> {
    let permit = ctx.permit(Action::PlatformSeal, &Target::platform()).await?;
    // The record comes first: once sealed, nothing more is permitted.
    permit.begin().await?.commit(json!({})).await?;
    state.core.vault.seal();
    state.sealed.notify_one();
    Ok(Json(Health { version: state.version.clone(), sealed: true }))
}

/// Unseals the vault. Only while it is sealed; throttled.
#[utoipa::path(
    post,
    path = "/v1/unseal",
    tag = "platform",
    request_body = Unseal,
    responses((status = 200, body = Health)),
    extensions(("x-ward-open" = json!(true)), ("x-ward-secret" = json!(true)))
)]
pub(crate) async fn unseal(_: Input<Unseal>) -> Answer<Health> {
    Err(Error::new(ErrorCode::Conflict, "Ward is not sealed", "nothing is to be done").into())
}
