//! What attached apps get: URL, authority, name, and the way through the packet filter.

use std::{collections::BTreeSet, net::Ipv4Addr};

use ward_model::{AppId, DatabaseId, KeyId, Name, databases::DatabaseState};
use ward_spine::{
    Ctx, Error, ReadTx, Result,
    engine::{Flow, SecretBytes},
};
use zeroize::Zeroizing;

use super::{PORT, host, password_place, sql};
use crate::{certificates, sql::damaged};

/// Environment variables, files at `/run/ward`, and host names for an app's containers.
pub type ForApp = (Vec<(String, SecretBytes)>, Vec<(String, SecretBytes)>, Vec<(String, Ipv4Addr)>);

/// What an app's containers get for the databases that are attached to it. The one attached last is
/// `DATABASE_URL`; each is also `DATABASE_URL_<NAME>`, upper case with underscores, if there are several.
///
/// # Errors
/// `unavailable` while one of them is being made or restored, or has no role for the app yet: try again. One that
/// failed is left out.
pub async fn env_for_app(ctx: &Ctx, read: &mut ReadTx, app: AppId) -> Result<ForApp> {
    type Row = (String, String, String, String, String, String, Vec<u8>, i64);
    let query = sqlx::query_as(sql::ATTACHED_TO).bind(app.to_string());
    let rows: Vec<Row> = query.fetch_all(read.conn()).await?;
    let several = rows.len() > 1;
    let (mut env, mut files, mut hosts) = (Vec::new(), Vec::new(), Vec::new());
    if rows.is_empty() {
        return Ok((env, files, hosts));
    }
    let authority = authority(ctx).await?;
    for (number, (id, name, dek, address, state, role, sealed, ready)) in rows.into_iter().enumerate() {
        let (id, dek): (DatabaseId, KeyId) = (id.parse()?, dek.parse()?);
        let name: Name = name.parse().map_err(|e| damaged("a name", e))?;
        // An app that came early could fill a database that is still being restored.
        if ready == 0 || state != DatabaseState::Ready.as_str() {
            let why = format!("it is {state}, or the app's role in it is not made yet");
            return Err(Error::unavailable(format!("database {name} is not ready"), why));
        }
        let password = ctx.keyring().decrypt(read.conn(), dek, &password_place(id, &role), &sealed).await?;
        let password = Zeroizing::new(String::from_utf8_lossy(&password).into_owned());
        let file = format!("{name}-ca.pem");
        let url = url(&role, &password, &host(&name), Some(&format!("/run/ward/{file}")));
        if number == 0 {
            env.push(("DATABASE_URL".into(), SecretBytes::new(url.as_bytes())));
        }
        if several {
            let variable = format!("DATABASE_URL_{}", name.as_str().to_ascii_uppercase().replace('-', "_"));
            env.push((variable, SecretBytes::new(url.as_bytes())));
        }
        files.push((file, SecretBytes::new(authority.as_bytes())));
        hosts.push((host(&name), address.parse().map_err(|e| damaged("an address", e))?));
    }
    Ok((env, files, hosts))
}

/// The authority that signs the servers' certificates, PEM.
pub(super) async fn authority(ctx: &Ctx) -> Result<String> {
    let pem = certificates::ca_pem(ctx).await?;
    pem.ok_or_else(|| Error::unavailable("the certificate authority is not set up yet", "no authority"))
}

/// The URL of a role. Role, password and host need no escaping: names are DNS labels, passwords are
/// [`ward_vault::random::password`]'s letters and digits.
pub(super) fn url(role: &str, password: &str, host: &str, authority: Option<&str>) -> Zeroizing<String> {
    let root = authority.map(|path| format!("&sslrootcert={path}")).unwrap_or_default();
    Zeroizing::new(format!("postgresql://{role}:{password}@{host}:{PORT}/app?sslmode=verify-full{root}"))
}

/// Connections that the packet filter has to let through: from attached apps' containers to their databases.
///
/// # Errors
/// If the store fails.
pub async fn flows(read: &mut ReadTx) -> Result<Vec<Flow>> {
    type Row = (String, String, String, String, String);
    let rows: Vec<Row> = sqlx::query_as(sql::FLOWS).fetch_all(read.conn()).await?;
    let mut flows = BTreeSet::new();
    for (from, to, app, process, database) in rows {
        flows.insert(Flow {
            from: from.parse().map_err(|e| damaged("an address", e))?,
            to: to.parse().map_err(|e| damaged("an address", e))?,
            port: PORT,
            reason: format!("{app}/{process} -> database {database}"),
        });
    }
    Ok(flows.into_iter().collect())
}
