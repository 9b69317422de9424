//! `wardd ingress`: the data plane, a process of its own.

use tokio_util::sync::CancellationToken;
use ward_ingress::IngressConfig;

use crate::{config::Config, installation::make_directory, parts, runtime};

/// Runs until it is told to stop.
pub(crate) async fn run(config: Config) -> anyhow::Result<()> {
    runtime::prepare(&config)?;
    let access_log = config.access_log();
    if let Some(dir) = access_log.parent() {
        make_directory(dir, 0o700)?;
    }
    let shutdown = CancellationToken::new();
    let mut ingress = IngressConfig::new(config.snapshot(), config.ingress_socket(), shutdown.clone());
    ingress.https = config.ingress.https.clone();
    ingress.http = config.ingress.http.clone();
    ingress.public_https_port = config.public_port();
    ingress.access_log = Some(access_log);
    tokio::spawn(async move {
        parts::stop_signal().await;
        shutdown.cancel();
    });
    tracing::info!(https = ?config.ingress.https, http = ?config.ingress.http, "the ingress serves");
    Ok(ward_ingress::run(ingress).await?)
}
