//! `wardd stop`: ends what runs on after the daemon: containers, and the keys of volumes in the kernel.

use std::time::Duration;

use anyhow::Context as _;
use ward_spine::engine::{Engine as _, label};

use crate::{config::Config, installation, parts, runtime};

/// Stops everything of this installation; the data stays. The daemon must not run.
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    if !config.control_dir().exists() {
        return installation::say("nothing is there");
    }
    let _lock = installation::lock(config)?;
    runtime::prepare(config)?;
    let engine = parts::start_engine(config).await?;
    let result = stop(&engine).await;
    engine.shutdown().await;
    let (containers, volumes) = result?;
    installation::say(&format!(
        "stopped {containers} containers; no key of the {volumes} volumes is in the kernel any more"
    ))
}

async fn stop(engine: &ward_docker::Docker) -> anyhow::Result<(usize, usize)> {
    let containers = engine.observe().await.context("looking for containers")?;
    // Apps before their databases.
    let (databases, apps): (Vec<_>, Vec<_>) =
        containers.iter().partition(|c| c.labels.contains_key(label::DATABASE));
    for group in [apps, databases] {
        let stops = group.iter().map(|c| async {
            engine.stop(&c.name, Duration::from_secs(20)).await?;
            engine.remove(&c.name).await
        });
        for result in futures::future::join_all(stops).await {
            result.context("stopping a container")?;
        }
    }
    let volumes = engine.volumes().list().await.context("looking for volumes")?;
    for volume in volumes.iter().filter(|v| v.unlocked) {
        engine.lock_volume(&volume.id).await.with_context(|| format!("locking {}", volume.id))?;
    }
    Ok((containers.len(), volumes.len()))
}
