//! Alerts: what needs a person's attention.

use axum::Json;
use serde_json::Value;
use ward_model::{
    Action,
    alerts::{AlertList, AlertQuery},
};

use crate::{
    answer::Answer,
    caller::Caller,
    extract::Query,
    ledger::{permit, whose},
};

/// Open alerts, newest first: of an organization, or of the platform and all organizations. With `all` also those that are over.
#[utoipa::path(
    get,
    path = "/v1/alerts",
    tag = "alerts",
    params(AlertQuery),
    responses((status = 200, body = AlertList)),
    extensions(("x-ward-action" = json!("alert:list")), ("x-ward-otherwise" = json!("platform-alert:list")))
)]
pub(crate) async fn list(Caller(ctx): Caller, Query(query): Query<AlertQuery>) -> Answer<AlertList> {
    let organization = whose(query.organization.as_deref())?;
    permit(&ctx, organization, (Action::PlatformAlertList, Action::AlertList), Value::Null).await?;
    let items = ctx.core().alerts.list(organization, !query.all.unwrap_or(false)).await?;
    Ok(Json(AlertList { items }))
}
