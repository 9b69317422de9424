//! Tests a drain: one message that is no entry.

use std::time::Instant;

use serde_json::json;
use ward_model::{DrainId, drains::DrainTest};
use ward_spine::{Ctx, Result};

use super::{Deed, deed, find, open};

/// Sends one test message and says what became of it. A file is only tried out, so that it holds entries alone.
///
/// # Errors
/// `not-found`. A receiver that fails is no error, but the answer.
pub async fn test(ctx: &Ctx, id: DrainId) -> Result<DrainTest> {
    let stored = find(ctx, id).await?;
    let (action, target) = deed(Deed::Change, stored.drain.organization);
    let permit = ctx.permit_with(action, &target, json!({ "drain": id, "change": "test" })).await?;
    stored.require()?;
    let began = Instant::now();
    let tested = match open::open(ctx, &stored).await {
        Ok(carrier) => carrier.test().await.map_err(|e| (e.text, e.next_step)),
        Err(error) => Err((error.message().to_owned(), error.next_step().to_owned())),
    };
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(match tested {
        Ok(detail) => {
            permit.begin().await?.commit(json!({ "drain": id, "delivered": true })).await?;
            DrainTest { delivered: true, took_ms, detail, next_step: None }
        }
        Err((detail, next_step)) => {
            permit.fail(json!({ "drain": id, "why": "the receiver did not take the test" }));
            DrainTest { delivered: false, took_ms, detail, next_step: Some(next_step) }
        }
    })
}
