//! From a stored drain to its carrier: secrets opened, trust and reach decided.

use std::{path::PathBuf, sync::Arc};

use ward_model::{DrainId, drains::Destination};
use ward_spine::{Ctx, Error, Result, Settings};
use zeroize::Zeroizing;

use super::{
    Secrets, Stored, aad,
    carry::{Carrier, Files, Form, Posts, Shape, Wires},
    sql,
};
use crate::{
    outbound::{Identity, Limits, Network, Outbound, Reach, Target, Trust},
    sql::damaged,
};

/// Folder of the files of drains that name none, below the data directory.
const FOLDER: &str = "drains";

/// The carrier of a drain.
///
/// # Errors
/// `invalid` if what was asked for is not allowed (any more); `conflict` if its key was destroyed.
pub(super) async fn open(ctx: &Ctx, stored: &Stored) -> Result<Carrier> {
    let secrets = secrets(ctx, stored).await?;
    carrier(ctx, stored, secrets)
}

/// The same, from secrets that are not sealed yet.
pub(super) fn carrier(ctx: &Ctx, stored: &Stored, secrets: Secrets) -> Result<Carrier> {
    let (settings, drain) = (ctx.settings(), &stored.drain);
    let outbound = || -> Result<Outbound> {
        let trust =
            Trust {
                ca_pem: stored.ca_pem.clone(),
                identity: stored.client_certificate_pem.clone().zip(secrets.client_key_pem.clone()).map(
                    |(certificates_pem, key)| Identity { certificates_pem, key_pem: Zeroizing::new(key) },
                ),
            };
        Ok(Outbound::new(&trust, reach(settings, stored)?, Limits::default())?)
    };
    let clock = Arc::clone(&ctx.core().clock);
    let (host, id) = (settings.domain.clone(), drain.id.to_string());
    let wires = |url: &str, shape| -> Result<Carrier> {
        let target = target(url, |t| !t.scheme().is_http(), "tls://host[:port]")?;
        let (outbound, host, drain) = (outbound()?, host.clone(), id.clone());
        Ok(Carrier::Wire(Wires {
            outbound,
            target,
            shape,
            host,
            drain,
            clock: clock.clone(),
            limit: Wires::LIMIT,
        }))
    };
    let posts = |url: &str, form| -> Result<Carrier> {
        let target = target(url, |t| t.scheme().is_http(), "https://host/path")?;
        let headers = secrets.headers.clone().into_iter().collect();
        let (outbound, drain, host) = (outbound()?, id.clone(), host.clone());
        Ok(Carrier::Http(Posts { outbound, target, form, headers, drain, host, clock: clock.clone() }))
    };
    match &drain.destination {
        Destination::File { directory } => Ok(Carrier::File(Files::new(folder(
            settings,
            drain.id,
            drain.name.as_str(),
            directory.as_deref(),
        )?))),
        Destination::Syslog { url } => wires(url, Shape::Syslog),
        Destination::Cef { url } => wires(url, Shape::Cef),
        Destination::Otlp { url } => posts(url, Form::Otlp),
        Destination::Webhook { url } => {
            let key = secrets.signing_key.as_deref().and_then(from_hex);
            let key = key.ok_or_else(|| damaged("a drain's key", "it has none"))?;
            posts(url, Form::Webhook { key })
        }
    }
}

fn target(url: &str, right: impl Fn(&Target) -> bool, form: &str) -> Result<Target> {
    let target: Target = url.parse()?;
    if right(&target) {
        return Ok(target);
    }
    Err(Error::invalid(format!("this kind of drain does not send to {target}"), format!("give {form}")))
}

/// What a drain may dial: the platform's anything, an organization's nothing inside.
fn reach(settings: &Settings, stored: &Stored) -> Result<Reach> {
    if stored.drain.organization.is_none() {
        let reach = Reach::operator();
        return Ok(if stored.drain.insecure_plain { reach.without_tls() } else { reach });
    }
    let networks = settings.drains.internal_networks.iter().map(|text| text.parse::<Network>());
    let networks: std::result::Result<Vec<_>, _> = networks.collect();
    Ok(Reach::tenant(networks.map_err(|e| Error::internal("reading [drains] internal_networks", e))?))
}

/// The folder of a drain's files. Nothing that a request says becomes a part of it but a name that is in the
/// configuration letter by letter, and the drain's own name.
fn folder(settings: &Settings, id: DrainId, name: &str, directory: Option<&str>) -> Result<PathBuf> {
    let Some(directory) = directory else { return Ok(settings.data_dir.join(FOLDER).join(id.to_string())) };
    let allowed = settings.drains.directories.iter().find(|d| d.as_os_str() == directory);
    let allowed = allowed.ok_or_else(|| {
        Error::invalid(
            format!("{directory:?} is no folder that the configuration allows drains to write to"),
            "leave it out to write below the data directory, or let root add it to [drains] directories in ward.toml and restart wardd",
        )
    })?;
    Ok(allowed.join(name))
}

async fn secrets(ctx: &Ctx, stored: &Stored) -> Result<Secrets> {
    let Some(dek) = stored.dek else { return Ok(Secrets::default()) };
    let id = stored.drain.id;
    let mut read = ctx.read().await?;
    let row: Option<(Option<Vec<u8>>,)> =
        sqlx::query_as(sql::SEALED).bind(id.to_string()).fetch_optional(read.conn()).await?;
    let sealed = row.and_then(|(sealed,)| sealed).ok_or_else(|| Error::not_found("drain", id))?;
    let clear = ctx.keyring().decrypt(read.conn(), dek, &aad(id), &sealed).await?;
    serde_json::from_slice(&clear).map_err(|e| damaged("a drain's secrets", e))
}

fn from_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digits = text.as_bytes();
    let pairs = digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    let key: Option<Vec<u8>> = pairs.collect();
    key.filter(|key| key.len() == 32 && digits.len() == 64).map(Zeroizing::new)
}
