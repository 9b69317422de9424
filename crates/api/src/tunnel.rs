//! The way to a database that no network reaches: a connection of HTTP becomes one to the server.
//!
//! What passes is PostgreSQL's own TLS between the client and the server. The verb records that it was opened. The
//! tunnel ends with the session; what the client sends counts as use of it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_util::io::InspectReader;
use ward_model::{Action, DatabaseId, Resource as _};
use ward_platform::databases;
use ward_spine::Error;

use crate::{ApiState, caller::Watcher, extract::Path, problem::Failure, watch::Watch};

/// Name of the protocol in `Upgrade`.
pub(crate) const PROTOCOL: &str = "ward-tunnel";
/// Longest wait for the database's server.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Opens a tunnel to the database's port: `Connection: Upgrade`, `Upgrade: ward-tunnel`, over HTTP/1.1.
#[utoipa::path(
    get,
    path = "/v1/databases/{database}/connect",
    tag = "tunnel",
    responses((status = 101)),
    extensions(("x-ward-action" = json!("database:connect")))
)]
pub(crate) async fn connect(
    State(state): State<ApiState>,
    watcher: Watcher,
    Path(id): Path<DatabaseId>,
    mut request: Request,
) -> Result<Response, Failure> {
    if !asks_for_tunnel(request.headers()) {
        let message = "this route is a tunnel: it needs an upgrade of the connection";
        let failure = Failure::invalid(
            message,
            "use `ward db psql`, or send `Connection: Upgrade` and `Upgrade: ward-tunnel`",
        );
        return Err(failure.with_status(StatusCode::UPGRADE_REQUIRED));
    }
    let ctx = &watcher.ctx;
    let address = databases::connect(ctx, id).await?;
    let found =
        databases::find(&mut ctx.read().await?, id).await?.ok_or_else(|| Error::not_found("database", id))?;
    let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
        return Err(Failure::invalid("this connection can't be upgraded", "use HTTP/1.1"));
    };
    let server = reach(address).await?;
    let sent = Arc::new(AtomicU64::new(0));
    let watch = Watch {
        target: found.target(),
        watcher,
        action: Action::DatabaseConnect,
        every: state.recheck,
        sent: Some(sent.clone()),
    };
    tokio::spawn(carry(upgrade, server, sent, watch));
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static(PROTOCOL));
    Ok(response)
}

fn asks_for_tunnel(headers: &HeaderMap) -> bool {
    let has = |name, wanted: &str| {
        let values = headers.get_all(name).iter().filter_map(|v| v.to_str().ok());
        values.flat_map(|v| v.split(',')).any(|part| part.trim().eq_ignore_ascii_case(wanted))
    };
    has(header::CONNECTION, "upgrade") && has(header::UPGRADE, PROTOCOL)
}

async fn reach(address: SocketAddr) -> Result<TcpStream, Failure> {
    let connecting = tokio::time::timeout(CONNECT_LIMIT, TcpStream::connect(address)).await;
    let stream = connecting.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
    Ok(stream.map_err(|e| Error::unavailable("the database's server does not answer", e))?)
}

/// Carries bytes both ways until one side ends or the session does.
async fn carry(upgrade: OnUpgrade, mut server: TcpStream, sent: Arc<AtomicU64>, watch: Watch) {
    let request_id = watch.watcher.ctx.request_id();
    let client = match upgrade.await {
        Ok(upgraded) => TokioIo::new(upgraded),
        Err(error) => {
            tracing::debug!(%request_id, %error, "a tunnel was not opened");
            return;
        }
    };
    let count = |bytes: &[u8]| {
        sent.fetch_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
    };
    let mut client = InspectReader::new(client, count);
    tokio::select! {
        ended = tokio::io::copy_bidirectional(&mut client, &mut server) => {
            tracing::debug!(%request_id, bytes = ended.ok().map(|(up, down)| up + down), "a tunnel ended");
        }
        () = watch.until_over() => tracing::info!(%request_id, "a tunnel was closed: its session ended"),
    }
}
