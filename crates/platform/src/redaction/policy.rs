//! The policy of an app: read it, change it.

use serde_json::json;
use ward_model::{Action, AppId, redaction::RedactionPolicy};
use ward_redact::Redactor;
use ward_spine::{Ctx, Error, ReadTx, Result};

use super::{compile::compile, floors, sql};
use crate::{apps, sql::damaged};

/// Version of the policy that an app has if none was set.
const NONE: i64 = 0;

/// The policy with its version; the default if none was set.
pub(super) async fn load(read: &mut ReadTx, app: AppId) -> Result<(RedactionPolicy, i64)> {
    let row: Option<(String, i64)> =
        sqlx::query_as(sql::POLICY).bind(app.to_string()).fetch_optional(read.conn()).await?;
    let Some((text, version)) = row else { return Ok((RedactionPolicy::default(), NONE)) };
    let policy = serde_json::from_str(&text).map_err(|e| damaged("a redaction policy", e))?;
    Ok((policy, version))
}

/// How the log of an app is masked.
///
/// # Errors
/// `not-found` if there is no such app.
pub async fn get(ctx: &Ctx, app: AppId) -> Result<RedactionPolicy> {
    let found = apps::must(ctx, app).await?;
    ctx.permit(Action::RedactionRead, &found.app).await?;
    Ok(load(&mut ctx.read().await?, app).await?.0)
}

/// Changes how the log of an app is masked, from the next line on. What is stored stays as it is.
///
/// # Errors
/// `invalid` if it can't be read; `floor` if it is weaker than a `phi` environment allows.
pub async fn set(ctx: &Ctx, app: AppId, policy: RedactionPolicy) -> Result<RedactionPolicy> {
    let found = apps::must(ctx, app).await?;
    let permit = ctx.permit(Action::RedactionWrite, &found.app).await?;
    apps::open(&found.app)?;
    let mut config = compile(&policy)?;
    floors::check(found.app.data_class, &config)?;
    // Whether it works is known only by making it; the key that counts comes when lines do.
    config.key = Some(Box::new(|_| [0; 32]));
    Redactor::new(config)
        .map_err(|e| Error::invalid(e.to_string(), "try recognizers with `ward redact test`"))?;
    let text = serde_json::to_string(&policy).map_err(|e| Error::internal("storing a policy", e))?;
    let mut tx = permit.begin().await?;
    sqlx::query(sql::SAVE)
        .bind(app.to_string())
        .bind(text)
        .bind(ctx.now().micros())
        .bind(ctx.who().user().map(|user| user.to_string()))
        .execute(tx.conn())
        .await?;
    // What may stay could be PHI itself: counted, not named.
    tx.commit(json!({
        "mode": policy.mode, "action": policy.action, "actions": policy.actions, "off": policy.off,
        "fields": policy.fields.len(), "allowed": policy.allow.len(), "recognizers": policy.recognizers.len(),
    }))
    .await?;
    Ok(policy)
}
