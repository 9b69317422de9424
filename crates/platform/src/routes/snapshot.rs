//! Computes the snapshot.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
};

use ward_model::{
    DataClass,
    routes::{Certificate, Hsts, LogPath, Route, RouteSnapshot, Timeouts, Upstream, UpstreamTarget},
};
use ward_spine::{Ctx, Result};

use super::sql;
use crate::{apps::manifest::Manifest, certificates, sql::damaged};

/// Browsers remember for a year that a host is HTTPS only (RFC 6797).
const HSTS: Hsts = Hsts { max_age: 31_536_000, include_subdomains: false };
/// Largest body of a request to an app.
const MAX_BODY: u64 = 64 * 1024 * 1024;
/// Largest body of a request to the API: an archive of a source, with room for its frame.
const MAX_BODY_API: u64 = 257 * 1024 * 1024;

type Row = (
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<i64>,
);

fn route(host: String, max_body_bytes: u64) -> Route {
    Route {
        host,
        path_prefix: "/".into(),
        upstreams: Vec::new(),
        max_body_bytes,
        timeouts: Timeouts::default(),
        hsts: Some(HSTS),
        app: None,
        log_path: LogPath::Prefix,
    }
}

/// The routes as they should be, with version 0: the publisher's caller numbers it.
pub(super) async fn compute(ctx: &Ctx, socket: &Path) -> Result<RouteSnapshot> {
    let mut snapshot = RouteSnapshot::new(0);
    let mut own = route(format!("console.{}", ctx.settings().domain), MAX_BODY_API);
    own.upstreams.push(Upstream {
        id: "wardd".into(),
        target: UpstreamTarget::Unix(socket.to_owned()),
        weight: 1,
        draining: false,
    });
    // The event stream and a database's tunnel are quiet for long.
    own.timeouts =
        Timeouts { response_ms: 600_000, idle_ms: 3_600_000, tunnel_idle_ms: 3_600_000, ..own.timeouts };
    snapshot.routes.push(own);
    let rows: Vec<Row> = sqlx::query_as(sql::UPSTREAMS).fetch_all(ctx.read().await?.conn()).await?;
    for (app, host, class, manifest, name, process, address, draining, healthy) in rows {
        let manifest: Manifest = serde_json::from_str(&manifest).map_err(|e| damaged("a manifest", e))?;
        let class: DataClass = class.parse().map_err(|e| damaged("a data class", e))?;
        if snapshot.routes.last().is_none_or(|r| r.host != host) {
            let mut new = route(host, MAX_BODY);
            new.app = Some(app);
            new.log_path = if class == DataClass::Phi { LogPath::Prefix } else { LogPath::Full };
            snapshot.routes.push(new);
        }
        let (Some(name), Some(process), Some(address)) = (name, process, address) else { continue };
        let Some(service) = &manifest.service else { continue };
        let draining = draining == Some(1);
        if process != service.process || !(draining || healthy == Some(1)) {
            continue;
        }
        let address: IpAddr = address.parse().map_err(|e| damaged("an address", e))?;
        if let Some(route) = snapshot.routes.last_mut() {
            let target = UpstreamTarget::Tcp(SocketAddr::new(address, service.internal_port));
            route.upstreams.push(Upstream { id: name, target, weight: 1, draining });
        }
    }
    if let Some(certificate) = certificates::ingress(ctx).await? {
        snapshot.default_certificate = certificate.names.first().cloned();
        snapshot.certificates.push(Certificate {
            names: certificate.names,
            chain_pem: certificate.chain_pem,
            key_pem: certificate.key_pem.to_string(),
        });
    }
    Ok(snapshot)
}
