//! Recovery codes: ten, each works once, shown once, stored as hashes (80 random bits each).

use serde_json::json;
use ward_model::{Action, Target, UserId, users::RecoveryCodes};
use ward_spine::{Ctx, Result, WriteTx};
use ward_vault::{hash, random};

use crate::acting_user;

const COUNT: usize = 10;

/// Replaces one's recovery codes.
pub async fn renew_recovery_codes(ctx: &Ctx) -> Result<RecoveryCodes> {
    let user = acting_user(ctx)?;
    let permit = ctx.permit(Action::FactorRecover, &Target::user(user)).await?;
    let mut tx = permit.begin().await?;
    let codes = replace(&mut tx, user).await?;
    tx.commit(json!({ "codes": COUNT })).await?;
    Ok(codes)
}

/// Makes new codes in an open transaction.
pub(super) async fn replace(tx: &mut WriteTx, user: UserId) -> Result<RecoveryCodes> {
    sqlx::query("delete from recovery_codes where user_id = $1")
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    let mut codes = Vec::with_capacity(COUNT);
    for _ in 0..COUNT {
        let text: String = random::bytes::<10>().iter().map(|b| format!("{b:02x}")).collect();
        sqlx::query("insert into recovery_codes (user_id, hash) values ($1, $2)")
            .bind(user.to_string())
            .bind(hash::sha256_hex(format!("{user} {text}").as_bytes()))
            .execute(tx.conn())
            .await?;
        let groups: Vec<String> =
            text.as_bytes().chunks(5).map(|g| String::from_utf8_lossy(g).into_owned()).collect();
        codes.push(groups.join("-"));
    }
    Ok(RecoveryCodes { codes })
}
