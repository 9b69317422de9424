//! Makes a drain.

use serde_json::json;
use ward_model::{
    DrainId, OrganizationId,
    drains::{CreatedDrain, Destination, Drain, DrainProgress, DrainState, NewDrain},
};
use ward_spine::{Ctx, Error, Result, WriteTx, keyring::PLATFORM};
use zeroize::Zeroizing;

use super::{
    Deed, MOST, Secrets, Stored, aad, batch, deed, format::webhook, logs, measured, open,
    require_organization, sql,
};
use crate::sql::damaged;

/// Longest PEM text.
const LONGEST_PEM: usize = 64 << 10;
/// Most headers, and the longest value.
const HEADERS: (usize, usize) = (20, 4000);
/// Headers that are Ward's own, or would change how the request is read.
const OWN: [&str; 9] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// Makes a drain. It begins at once; the key of a webhook is in the answer and never again.
///
/// # Errors
/// `not-found` if there is no such organization; `invalid` for a receiver that may not be sent to, or a wish that
/// contradicts itself; `conflict` if the name is taken, or there are too many.
pub async fn create(ctx: &Ctx, new: NewDrain) -> Result<CreatedDrain> {
    if let Some(id) = new.organization {
        require_organization(&mut ctx.read().await?, id).await?;
    }
    let (action, resource) = deed(Deed::Create, new.organization);
    let detail = json!({
        "name": new.name, "destination": new.destination, "log": new.log, "insecure_plain": new.insecure_plain,
    });
    let permit = ctx.permit_with(action, &resource, detail).await?;
    check(ctx, &new).await?;
    let (drain, secrets) = wish(ctx, new.clone());
    let stored = Stored {
        drain,
        ca_pem: new.ca_pem.clone(),
        client_certificate_pem: new.client_certificate_pem.clone(),
        dek: None,
        removed: false,
    };
    let signing_key = secrets.signing_key.clone();
    // Whatever is wrong with URL, folder, certificates or headers is said now, not by the worker.
    let sealed = Zeroizing::new(serde_json::to_vec(&secrets).map_err(|e| damaged("secrets", e))?);
    open::carrier(ctx, &stored, secrets)?.check().await?;
    let mut tx = permit.begin().await?;
    insert(ctx, &mut tx, &stored, &new, &sealed).await?;
    let drain = stored.drain;
    tx.commit(json!({ "drain": drain.id, "name": drain.name, "key": drain.key_id })).await?;
    ctx.wake(super::reconcile::NAME);
    Ok(CreatedDrain { drain: measured(ctx, &drain).await?, signing_key })
}

async fn check(ctx: &Ctx, new: &NewDrain) -> Result<()> {
    let http = matches!(new.destination, Destination::Otlp { .. } | Destination::Webhook { .. });
    if new.organization.is_some() {
        if matches!(new.destination, Destination::File { .. }) {
            let message = "files on the host are for the platform's drains";
            return Err(Error::invalid(message, "send to a receiver: syslog, cef, otlp or webhook"));
        }
        if new.log.is_some() {
            let message = "an organization's drain sends the organization's log and no other";
            return Err(Error::invalid(message, "leave the log out"));
        }
        if new.insecure_plain {
            let message = "only a drain of the platform may send without encryption";
            return Err(Error::invalid(message, "use TLS"));
        }
    }
    if let Some(log) = new.log.as_deref().filter(|log| *log != "platform") {
        let id: OrganizationId = log.parse()?;
        require_organization(&mut ctx.read().await?, id).await?;
    }
    if !http && !new.headers.is_empty() {
        let message = "only drains of the kinds otlp and webhook send headers";
        return Err(Error::invalid(message, "leave the headers out"));
    }
    if new.client_certificate_pem.is_some() != new.client_key_pem.is_some() {
        let message = "a client certificate needs its key, and the key its certificate";
        return Err(Error::invalid(message, "give both, or neither"));
    }
    let pems = [&new.ca_pem, &new.client_certificate_pem, &new.client_key_pem];
    if matches!(new.destination, Destination::File { .. }) && pems.iter().any(|pem| pem.is_some()) {
        return Err(Error::invalid("a file needs no certificates", "leave them out"));
    }
    if pems.into_iter().flatten().any(|pem| pem.len() > LONGEST_PEM) {
        return Err(Error::invalid(
            "a PEM text is longer than 64 KiB",
            "give the few certificates that matter",
        ));
    }
    check_headers(new)
}

fn check_headers(new: &NewDrain) -> Result<()> {
    if new.headers.len() > HEADERS.0 {
        return Err(Error::invalid("there are more than 20 headers", "give those that the receiver needs"));
    }
    for (name, value) in &new.headers {
        let lower = name.to_ascii_lowercase();
        if http::HeaderName::try_from(name).is_err() || lower.starts_with("ward-") || OWN.contains(&&*lower) {
            let message = format!("a drain can't send the header {name:?}");
            return Err(Error::invalid(
                message,
                "give headers that the receiver asks for, such as authorization",
            ));
        }
        if value.len() > HEADERS.1 || http::HeaderValue::try_from(value).is_err() {
            let message = format!("the value of header {name} can't be sent");
            return Err(Error::invalid(message, "give one line of at most 4,000 visible characters"));
        }
    }
    Ok(())
}

/// The drain and its secrets.
fn wish(ctx: &Ctx, new: NewDrain) -> (Drain, Secrets) {
    let key = matches!(new.destination, Destination::Webhook { .. })
        .then(|| Zeroizing::new(ward_vault::random::bytes::<32>()));
    let drain = Drain {
        id: ctx.id::<DrainId>(),
        name: new.name,
        organization: new.organization,
        log: new.log,
        destination: new.destination,
        own_authority: new.ca_pem.is_some(),
        client_certificate: new.client_certificate_pem.is_some(),
        headers: new.headers.keys().cloned().collect(),
        insecure_plain: new.insecure_plain,
        key_id: key.as_ref().map(|key| webhook::key_id(key.as_slice())),
        created_at: ctx.now(),
        state: DrainState::Active,
        progress: DrainProgress {
            behind: 0,
            oldest_unsent_at: None,
            sent: 0,
            lost: 0,
            last_success_at: None,
            failing_since: None,
            last_error: None,
            next_attempt_at: None,
        },
    };
    let secrets = Secrets {
        client_key_pem: new.client_key_pem,
        headers: new.headers,
        signing_key: key.map(|key| key.iter().map(|b| format!("{b:02x}")).collect()),
    };
    (drain, secrets)
}

async fn insert(ctx: &Ctx, tx: &mut WriteTx, stored: &Stored, new: &NewDrain, sealed: &[u8]) -> Result<()> {
    let drain = &stored.drain;
    let owner = drain.organization.map(|id| id.to_string());
    let (count,): (i64,) =
        sqlx::query_as(sql::COUNT).bind(owner.clone().unwrap_or_default()).fetch_one(tx.conn()).await?;
    if count >= MOST {
        let message = format!("there are {MOST} drains already");
        return Err(Error::conflict(message, "remove one that is not needed any more"));
    }
    let keyring = ctx.keyring();
    keyring.platform_dek(tx).await?;
    let kek = keyring.find_on(tx.conn(), PLATFORM).await?;
    let kek = kek.ok_or_else(|| damaged("a key", "the platform has none"))?;
    let dek = keyring.create_dek(tx, kek, &aad(drain.id)).await?;
    let sealed = keyring.encrypt(tx.conn(), dek, &aad(drain.id), sealed).await?;
    let text = |e| damaged("a drain", e);
    let inserted = sqlx::query(sql::INSERT)
        .bind(drain.id.to_string())
        .bind(owner)
        .bind(drain.name.to_string())
        .bind(drain.log.clone())
        .bind(drain.destination.kind())
        .bind(serde_json::to_string(&drain.destination).map_err(text)?)
        .bind(stored.ca_pem.clone())
        .bind(stored.client_certificate_pem.clone())
        .bind(serde_json::to_string(&drain.headers).map_err(text)?)
        .bind(i64::from(drain.insecure_plain))
        .bind(drain.key_id.clone())
        .bind(dek.to_string())
        .bind(sealed)
        .bind(drain.created_at.micros())
        .bind(ctx.who().user().map(|u| u.to_string()))
        .execute(tx.conn())
        .await;
    inserted.map_err(|source| {
        if source.as_database_error().is_some_and(|e| e.is_unique_violation()) {
            let message = format!("there is a drain named {} already", drain.name);
            return Error::conflict(message, "choose another name, or remove that one first").because(source);
        }
        source.into()
    })?;
    sqlx::query(sql::STATUS).bind(drain.id.to_string()).execute(tx.conn()).await?;
    if new.from_now {
        for (log, series) in logs(ctx.core(), drain) {
            let end = batch::end(&series).map_err(|e| Error::internal("reading the ledger", e))?;
            sqlx::query(sql::MOVE)
                .bind(drain.id.to_string())
                .bind(log)
                .bind(end.shard)
                .bind(i64::try_from(end.next).unwrap_or(i64::MAX))
                .execute(tx.conn())
                .await?;
        }
    }
    Ok(())
}
