//! Parts that several commands need: logging, signals, the engine.

use std::sync::Arc;

use anyhow::Context as _;
use nix::sys::{
    prctl,
    resource::{Resource, setrlimit},
};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use ward_docker::{Docker, DockerConfig, volumes};

use crate::config::Config;

/// Logs to standard error: systemd or whoever starts us keeps it.
pub(crate) fn start_logging(config: &Config) {
    let filter = EnvFilter::try_new(&config.log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    if config.log.json { log.json().init() } else { log.with_ansi(false).init() }
}

/// Neither a core file nor another process of the same user may show what is in our memory: keys.
pub(crate) fn keep_memory_private() -> anyhow::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0).context("forbidding core files")?;
    prctl::set_dumpable(false).context("forbidding core files")
}

/// Returns at SIGTERM or SIGINT.
pub(crate) async fn stop_signal() {
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}

/// Configuration of the engine.
pub(crate) fn engine_config(config: &Config) -> anyhow::Result<DockerConfig> {
    Ok(DockerConfig {
        instance: config.instance.clone(),
        state_dir: config.data_dir.clone(),
        volumes_dir: Some(volumes_dir(config)),
        run_dir: config.run_dir.join("engine"),
        pool: config.pool()?,
        init_binary: config.engine.init_program.clone(),
        uid_range: config.engine.uid_range,
        build_egress: config.engine.build_egress.clone(),
        build_ca: config.engine.build_ca.clone(),
    })
}

/// Directory of encrypted volumes.
pub(crate) fn volumes_dir(config: &Config) -> std::path::PathBuf {
    config.data_dir.join("volumes")
}

/// Makes the place of encrypted volumes: switches the file system's encryption on, or mounts an image file.
pub(crate) async fn prepare_volumes(config: &Config) -> anyhow::Result<String> {
    let prepared = match config.engine.volume_image_gib {
        // The image is `volumes.img` in the data directory, mounted at `volumes` beside it.
        Some(gib) => volumes::prepare_loop(&config.data_dir, gib << 30).await,
        None => {
            crate::installation::make_directory(&volumes_dir(config), 0o711)?;
            volumes::prepare(&volumes_dir(config)).await
        }
    };
    let prepared = prepared.context(
        "preparing encrypted volumes; [engine] volume_image_gib keeps them in an image file instead",
    )?;
    Ok(prepared.detail)
}

/// Starts the engine.
pub(crate) async fn start_engine(config: &Config) -> anyhow::Result<Arc<Docker>> {
    if config.engine.volume_image_gib.is_some() {
        // Its mount is gone after a reboot.
        prepare_volumes(config).await?;
    }
    let program = &config.engine.init_program;
    anyhow::ensure!(
        program.is_file(),
        "{} is missing; `make build` makes it, [engine] init_program names it",
        program.display()
    );
    Docker::start(engine_config(config)?).await.context("starting the container engine")
}
