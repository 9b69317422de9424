//! Asks one more witness.

use serde_json::json;
use ward_ledger::note::CosignerKey;
use ward_model::{
    Action, Target as Resource, WitnessId,
    witnesses::{NewWitness, Witness},
};
use ward_spine::{Ctx, Error, Result};

use super::{Configured, LOOP, configured, sql};
use crate::outbound::{Limits, Outbound, Reach, Target, Trust};

/// Most witnesses.
const MOST: usize = 20;

/// Adds a witness. It must follow the logs itself (`ward witness follow`): their keys are in the list.
///
/// # Errors
/// `invalid` for an address, key or authority that is none; `conflict` for a name or key that is there, or too many.
pub async fn add(ctx: &Ctx, new: NewWitness) -> Result<Witness> {
    let detail = json!({ "name": new.name, "url": new.url, "key": new.key });
    let permit = ctx.permit_with(Action::PlatformWitnessAdd, &Resource::platform(), detail).await?;
    let (url, key) = check(&new)?;
    let witness = Configured {
        id: ctx.id::<WitnessId>(),
        name: new.name,
        url,
        key,
        ca_pem: new.ca_pem,
        created_at: ctx.now(),
    };
    let there = configured(&mut ctx.read().await?).await?;
    if there.len() >= MOST {
        return Err(Error::conflict(format!("there are {MOST} witnesses already"), "remove one first"));
    }
    if there.iter().any(|other| other.key.name() == witness.key.name()) {
        let message = format!("{} is a witness already", witness.key.name());
        return Err(Error::conflict(
            message,
            "one machine is one witness; remove it first if its key changed",
        ));
    }
    if there.iter().any(|other| other.name == witness.name) {
        let message = format!("a witness {} exists already", witness.name);
        return Err(Error::conflict(message, "choose another name"));
    }
    let mut tx = permit.begin().await?;
    sqlx::query(sql::INSERT)
        .bind(witness.id.to_string())
        .bind(witness.name.to_string())
        .bind(witness.url.clone())
        .bind(witness.key.to_string())
        .bind(witness.ca_pem.clone())
        .bind(witness.created_at.micros())
        .bind(ctx.who().user().map(|u| u.to_string()))
        .execute(tx.conn())
        .await?;
    tx.commit(json!({ "witness": witness.id, "name": witness.name, "key": witness.key.to_string() })).await?;
    ctx.wake(LOOP);
    Ok(witness.body())
}

/// The address without a slash at its end, and the key.
fn check(new: &NewWitness) -> Result<(String, CosignerKey)> {
    let key: CosignerKey = new.key.trim().parse().map_err(|e| {
        Error::invalid(
            format!("the key of the witness can't be read: {e}"),
            "give the line that `ward witness init` printed",
        )
    })?;
    let target: Target = new.url.parse().map_err(Error::from)?;
    if !target.scheme().is_http() || new.url.contains('?') {
        let message = "the address of a witness is https://HOST[:PORT][/PATH]";
        return Err(Error::invalid(message, "requests go to paths below it; leave a query out"));
    }
    let trust = Trust { ca_pem: new.ca_pem.clone(), identity: None };
    Outbound::new(&trust, Reach::operator(), Limits::default()).map_err(Error::from)?;
    Ok((target.to_string().trim_end_matches('/').to_owned(), key))
}
