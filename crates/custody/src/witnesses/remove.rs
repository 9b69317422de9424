//! Asks a witness no more.

use serde_json::json;
use ward_model::{Action, Target, WitnessId};
use ward_spine::{Ctx, Error, Result};

use super::{LOOP, configured, counting, policy, sql};

/// Removes a witness. Cosignatures that it gave stay in the files, and do not count any more.
///
/// # Errors
/// `not-found`; `conflict` if fewer witnesses would be left than the policy needs.
pub async fn remove(ctx: &Ctx, id: WitnessId) -> Result<()> {
    let there = configured(&mut ctx.read().await?).await?;
    let found = there.iter().find(|witness| witness.id == id);
    let name = found.map(|witness| witness.name.clone());
    let detail = json!({ "witness": id, "name": name });
    let permit = ctx.permit_with(Action::PlatformWitnessRemove, &Target::platform(), detail).await?;
    if found.is_none() {
        return Err(Error::not_found("witness", id));
    }
    let left: Vec<_> = there.into_iter().filter(|witness| witness.id != id).collect();
    let needed = policy(&mut ctx.read().await?).await?.needed;
    // The last one may go: then nothing is witnessed, and the posture says so.
    if !left.is_empty() && counting(&left) < needed {
        let message = format!("{} witnesses would be left, and the policy needs {needed}", counting(&left));
        return Err(Error::conflict(
            message,
            "lower the policy first: `ward ledger witnesses policy --needed`",
        ));
    }
    let mut tx = permit.begin().await?;
    sqlx::query(sql::REMOVE).bind(id.to_string()).bind(ctx.now().micros()).execute(tx.conn()).await?;
    sqlx::query(sql::FORGET).bind(id.to_string()).execute(tx.conn()).await?;
    tx.commit(json!({})).await?;
    ctx.wake(LOOP);
    Ok(())
}
