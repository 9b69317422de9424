//! The server's certificate: issued by Ward's authority, renewed at two thirds of its life without a restart.

use serde_json::json;
use ward_model::{Action, Timestamp};
use ward_spine::{Ctx, Result, engine::Engine};
use zeroize::Zeroizing;

use super::{
    host,
    psql::{feed, program, script},
    row::{Chain, Stored},
    sql,
};
use crate::certificates;

/// Directory that the server reads its certificate from: a tmpfs.
const SERVED: &str = "/var/run/postgresql";

fn place(stored: &Stored) -> String {
    format!("database {} server key", stored.database.id)
}

/// Issues a certificate if there is none or it is due; gives the database back as it is then stored.
pub(super) async fn ensure(ctx: &Ctx, stored: Stored) -> Result<Stored> {
    if stored.renewal().is_some_and(|due| ctx.now() < due) {
        return Ok(stored);
    }
    let id = stored.database.id;
    let permit = ctx.permit(Action::DatabaseAdvance, &stored.database).await?;
    let issued = certificates::issue(ctx, &[host(&stored.database.name)]).await?;
    let now = ctx.now();
    let end = Timestamp::from_micros(issued.not_after.as_microsecond());
    let mut tx = permit.begin().await?;
    let sealed_key =
        ctx.keyring().encrypt(tx.conn(), stored.dek, &place(&stored), issued.key_pem.as_bytes()).await?;
    sqlx::query(sql::SET_CHAIN)
        .bind(issued.cert_chain_pem.clone())
        .bind(sealed_key.clone())
        .bind(now.micros())
        .bind(end.micros())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    tx.commit(json!({ "certificate": host(&stored.database.name), "not_after": end })).await?;
    let chain = Chain { pem: issued.cert_chain_pem, sealed_key };
    Ok(Stored { chain: Some((chain, now, end)), ..stored })
}

/// Has the next start of the container use the newest certificate. Only while the container is not running:
/// its spec changes with this, and it would be replaced.
pub(super) async fn boot_with_newest(ctx: &Ctx, stored: Stored) -> Result<Stored> {
    let newest = stored.chain.as_ref().map(|(chain, ..)| chain.clone());
    if stored.boot == newest {
        return Ok(stored);
    }
    let mut tx = ctx.permit(Action::DatabaseAdvance, &stored.database).await?.begin().await?;
    sqlx::query(sql::BOOT_WITH_CHAIN).bind(stored.database.id.to_string()).execute(tx.conn()).await?;
    tx.commit(json!({ "certificate": "taken for the next start" })).await?;
    Ok(Stored { boot: newest, ..stored })
}

/// The key of a certificate, PEM.
pub(super) async fn key(ctx: &Ctx, stored: &Stored, chain: &Chain) -> Result<Zeroizing<Vec<u8>>> {
    ctx.keyring().decrypt(ctx.read().await?.conn(), stored.dek, &place(stored), &chain.sealed_key).await
}

/// Hands the newest certificate to a running server that was started with an older one. New connections get it.
pub(super) async fn reload(ctx: &Ctx, engine: &dyn Engine, stored: &Stored) -> Result<()> {
    let Some((newest, ..)) = &stored.chain else { return Ok(()) };
    if stored.boot.as_ref() == Some(newest) {
        return Ok(());
    }
    let container = super::container(stored.database.id);
    let key = key(ctx, stored, newest).await?;
    for (name, content) in [("server.crt", newest.pem.as_bytes()), ("server.key", key.as_slice())] {
        // By way of standard input: no secret is in an argument. The file is there, mode 0600, from the start.
        let file = format!("of={SERVED}/{name}");
        let spec = program(&["dd", &file, "status=none"]);
        feed(engine, &container, &spec, content).await?;
    }
    script(engine, &container, "postgres", "select pg_reload_conf();\n").await.map(|_| ())
}
