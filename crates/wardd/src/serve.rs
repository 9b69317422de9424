//! `wardd serve`: the platform. Sealed, it serves nothing but unsealing; unsealed, doors and loops.

use std::{
    net::{Ipv4Addr, SocketAddr},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use tokio::{net::UnixListener, sync::Notify, task::JoinSet};
use tokio_util::sync::CancellationToken;
use ward_api::{ApiState, Parts, SealedState};
use ward_compliance::{Door, Probe};
use ward_docker::Docker;
use ward_ingress::control::Client;
use ward_model::{Principal, system::HostCapability};
use ward_spine::{
    Clock as _, Core, Ctx, RequestInfo, SystemClock,
    engine::Engine,
    reconcile::{self, Reconciler},
};
use ward_vault::Vault;

use crate::{archive, config::Config, installation, parts, routes::Ingress, runtime, unseal::Passphrase};

/// Version of this build.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why a phase ended.
enum End {
    /// The process is told to stop.
    Stop,
    /// The vault was sealed or unsealed: the other phase begins.
    Turn,
}

/// Runs until it is told to stop.
pub(crate) async fn run(config: Config) -> anyhow::Result<()> {
    installation::make_directories(&config)?;
    let _lock = installation::lock(&config)?;
    runtime::prepare(&config)?;
    tracing::info!(version = VERSION, crypto = ward_vault::module_description(), "wardd starts");
    let engine = parts::start_engine(&config).await?;
    let vault = installation::open_vault(&config).await?;
    let stop = CancellationToken::new();
    tokio::spawn({
        let stop = stop.clone();
        async move {
            parts::stop_signal().await;
            stop.cancel();
        }
    });
    let result = phases(&config, &engine, &vault, &stop).await;
    // Containers go on: the next start adopts them.
    engine.shutdown().await;
    tracing::info!("wardd has stopped");
    result
}

async fn phases(
    config: &Config,
    engine: &Arc<Docker>,
    vault: &Arc<Vault>,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    while !stop.is_cancelled() {
        let end = if vault.is_sealed() {
            sealed(config, vault, stop).await?
        } else {
            open(config, engine, vault, stop).await?
        };
        if matches!(end, End::Stop) {
            break;
        }
    }
    Ok(())
}

/// Sealed: answers health and unseal only.
async fn sealed(config: &Config, vault: &Arc<Vault>, stop: &CancellationToken) -> anyhow::Result<End> {
    tracing::warn!("Ward is sealed; `ward server unseal` opens it");
    let turned = Arc::new(Notify::new());
    let unsealer = Arc::new(Passphrase { vault: Arc::clone(vault), turned: Arc::clone(&turned) });
    let router =
        ward_api::sealed_router(SealedState::new(VERSION.to_owned(), Arc::new(SystemClock), unsealer));
    serve_until(config, router, &turned, stop).await
}

/// Unsealed: the platform with its loops and doors.
async fn open(
    config: &Config,
    engine: &Arc<Docker>,
    vault: &Arc<Vault>,
    stop: &CancellationToken,
) -> anyhow::Result<End> {
    let core = installation::open_core(config, Arc::clone(vault), false).await?;
    let dyn_engine: Arc<dyn Engine> = engine.clone();
    let capabilities = capabilities(engine.as_ref()).await;
    let loops_stop = CancellationToken::new();
    let mut running = JoinSet::new();
    for reconciler in loops(config, &core, &dyn_engine)? {
        running.spawn(reconcile::drive(core.clone(), reconciler, loops_stop.clone()));
    }
    running.spawn(publish_authority(core.clone(), config.data_dir.join("ca.pem"), loops_stop.clone()));
    let turned = Arc::new(Notify::new());
    let state = ApiState::new(Parts {
        core: core.clone(),
        capabilities,
        version: VERSION.to_owned(),
        started_at: SystemClock.now(),
        sealed: Arc::clone(&turned),
        recheck: ward_api::RECHECK,
    });
    let router =
        ward_api::router(state).merge(ward_console::router(ward_console::ConsoleState::new(core.clone())));
    let end = serve_until(config, router, &turned, stop).await;
    loops_stop.cancel();
    // A loop in the middle of a build or a backup is cut off: it goes on at the next start.
    let _ =
        tokio::time::timeout(Duration::from_secs(10), async { while running.join_next().await.is_some() {} })
            .await;
    running.abort_all();
    while running.join_next().await.is_some() {}
    if !vault.is_sealed() {
        let _ = tokio::time::timeout(Duration::from_secs(5), core.audit.settle()).await;
    }
    core.audit.close().await.context("closing the ledger")?;
    core.db.close().await;
    end
}

fn loops(
    config: &Config,
    core: &Arc<Core>,
    engine: &Arc<dyn Engine>,
) -> anyhow::Result<Vec<Arc<dyn Reconciler>>> {
    let publisher = Arc::new(Ingress(Client::new(config.ingress_socket(), config.snapshot())));
    let mut all = ward_platform::loops(engine.clone(), publisher, config.api_socket());
    all.push(Arc::new(ward_identity::sessions::Prune));
    all.push(Arc::new(ward_custody::drains::Drains::new()));
    all.push(Arc::new(ward_custody::witnesses::WitnessLoop::default()));
    all.extend(ward_custody::retention::loops(archive::place(config)?));
    all.extend(ward_compliance::loops(&Arc::new(probe(config, core, engine)?)));
    Ok(all)
}

/// What the checks may touch.
fn probe(config: &Config, core: &Arc<Core>, engine: &Arc<dyn Engine>) -> anyhow::Result<Probe> {
    let here = |a: &SocketAddr| {
        if a.ip().is_unspecified() { SocketAddr::from((Ipv4Addr::LOCALHOST, a.port())) } else { *a }
    };
    let door = match (config.ingress.https.first(), config.ingress.http.first()) {
        (Some(https), Some(http)) => Some(Door { https: here(https), http: here(http) }),
        _ => None,
    };
    let vkey = config.ledger_vkey();
    let ledger_key = std::fs::read_to_string(&vkey)?
        .trim()
        .parse()
        .with_context(|| format!("reading {}", vkey.display()))?;
    let root_key = config.vault.key_file.clone();
    Ok(Probe {
        core: core.clone(),
        engine: engine.clone(),
        door,
        trust_pem: None,
        ledger_key,
        ledger_dir: config.ledger_dir(),
        disk_dirs: vec![config.data_dir.clone()],
        volumes_dir: parts::volumes_dir(config),
        private: [config.control_dir(), config.api_socket(), config.ingress_socket(), config.snapshot()]
            .into_iter()
            .chain(root_key.clone())
            .collect(),
        root_key,
    })
}

/// Puts the certificate of Ward's own authority where people can take it from.
async fn publish_authority(core: Arc<Core>, path: PathBuf, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let ctx = Ctx::new(core.clone(), Principal::Loop { name: "certificates" }, RequestInfo::default());
        match ward_platform::certificates::ca_pem(&ctx).await {
            Ok(Some(pem)) => match replace(&path, pem.as_bytes()) {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(%error, path = %path.display(), "the authority's certificate can't be written")
                }
            },
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the authority's certificate can't be read"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(200)) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Whole or not at all: somebody may be reading it.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("part");
    std::fs::write(&part, bytes)?;
    std::fs::rename(&part, path)
}

async fn capabilities(engine: &Docker) -> Vec<HostCapability> {
    match engine.capabilities().await {
        Ok(found) => {
            for missing in found.iter().filter(|c| !c.present) {
                tracing::warn!(
                    capability = missing.name,
                    detail = missing.detail,
                    "this host lacks something"
                );
            }
            found
                .into_iter()
                .map(|c| HostCapability { name: c.name, present: c.present, detail: c.detail })
                .collect()
        }
        Err(error) => {
            tracing::error!(%error, "the host can't be probed");
            vec![HostCapability { name: "probe".into(), present: false, detail: error.to_string() }]
        }
    }
}

/// Serves on the API's socket until the phase turns or the process is told to stop.
async fn serve_until(
    config: &Config,
    router: axum::Router,
    turned: &Notify,
    stop: &CancellationToken,
) -> anyhow::Result<End> {
    let socket = config.api_socket();
    let listener = listen(&socket)?;
    let done = CancellationToken::new();
    let serving = tokio::spawn({
        let done = done.clone();
        async move {
            axum::serve(listener, router).with_graceful_shutdown(async move { done.cancelled().await }).await
        }
    });
    let end = tokio::select! {
        () = turned.notified() => End::Turn,
        () = stop.cancelled() => End::Stop,
    };
    done.cancel();
    // Streams (logs, events, tunnels) don't end by themselves.
    let mut serving = serving;
    if tokio::time::timeout(Duration::from_secs(3), &mut serving).await.is_err() {
        serving.abort();
        let _ = serving.await;
    }
    Ok(end)
}

/// A socket that only root may open: the door behind it believes what the ingress says of the client.
fn listen(path: &Path) -> anyhow::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            return Err(e).with_context(|| format!("removing {}", path.display()));
        }
        _ => {}
    }
    let listener = UnixListener::bind(path).with_context(|| format!("listening on {}", path.display()))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}
