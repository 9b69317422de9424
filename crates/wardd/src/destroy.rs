//! `wardd destroy`: takes everything of this installation away from the host.

use std::io::ErrorKind;

use anyhow::{Context as _, bail};

use ward_spine::Db;

use crate::{config::Config, installation, parts, runtime};

/// Stop and remove everything.
#[derive(clap::Args)]
pub(crate) struct Destroy {
    /// Name of the instance, typed out: the data and its keys are gone for good.
    #[arg(long)]
    instance: String,
}

impl Destroy {
    pub(crate) async fn run(self, config: &Config) -> anyhow::Result<()> {
        if self.instance != config.instance {
            bail!(
                "--instance {:?} is not this installation, which is {:?}; nothing was removed",
                self.instance,
                config.instance
            );
        }
        if !config.data_dir.exists() {
            return installation::say("nothing is there");
        }
        let lock = if config.control_dir().exists() { Some(installation::lock(config)?) } else { None };
        no_hold(config).await?;
        if config.engine.init_program.is_file() {
            runtime::prepare(config)?;
            let engine = parts::start_engine(config).await?;
            engine.destroy().await.context("taking the engine away")?;
        }
        if config.engine.volume_image_gib.is_some() {
            ward_docker::volumes::remove_loop(&config.data_dir).await?;
        }
        drop(lock);
        // The root key last but one: without it nothing of the rest could be read anyway.
        if let Some(key) = &config.vault.key_file {
            remove(std::fs::remove_file(key)).with_context(|| format!("removing {}", key.display()))?;
        }
        remove(std::fs::remove_dir_all(&config.data_dir))
            .with_context(|| format!("removing {}", config.data_dir.display()))?;
        runtime::remove(config)?;
        installation::say("removed: containers, networks, rules, data and keys of this installation")
    }
}

/// Refuses while a legal hold stands: destroying the installation would destroy what is held.
async fn no_hold(config: &Config) -> anyhow::Result<()> {
    if config.store.url.is_none() && !config.control_dir().join("ward.db").exists() {
        return Ok(());
    }
    let unknown =
        "whether a legal hold stands can't be known, so nothing was removed: the store does not answer";
    let db = Db::open(&config.store_url()).await.context(unknown)?;
    let holds =
        ward_custody::holds::all_standing(&mut db.read().await.context(unknown)?).await.context(unknown)?;
    db.close().await;
    if holds.is_empty() {
        return Ok(());
    }
    let names: Vec<String> =
        holds.iter().map(|hold| format!("{:?} on the log {}", hold.name, hold.log)).collect();
    bail!(
        "a legal hold stands, so nothing was removed: {}. An owner releases it with `ward ledger hold release`",
        names.join(", ")
    )
}

fn remove(result: std::io::Result<()>) -> std::io::Result<()> {
    match result {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
