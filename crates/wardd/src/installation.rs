//! An installation on disk: its directories, its lock, and opening what is in them.

use std::{
    fs::{self, DirBuilder, File},
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use nix::fcntl::{Flock, FlockArg};
use ward_spine::{Core, Db, DrainSettings, Settings, SystemClock, audit::LedgerSettings};
use ward_vault::{RootKeySource, Vault};

use crate::config::Config;

/// How long durable entries of the ledger may wait for their tiles and the published checkpoint.
const PUBLISH_EVERY: Duration = Duration::from_secs(5);

/// Prints for people.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        // Whoever read along has seen enough (`| head`).
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Makes the directories. The data directory lets others pass (containers' users reach their volumes through
/// it), the control directory lets nobody in.
pub(crate) fn make_directories(config: &Config) -> anyhow::Result<()> {
    for (dir, mode) in [
        (config.data_dir.clone(), 0o711),
        (config.control_dir(), 0o700),
        (config.data_dir.join("log"), 0o700),
    ] {
        make_directory(&dir, mode)?;
    }
    let mut above = config.data_dir.as_path();
    while let Some(parent) = above.parent() {
        let mode = fs::metadata(parent)
            .with_context(|| format!("looking at {}", parent.display()))?
            .permissions()
            .mode();
        if mode & 0o001 == 0 {
            bail!(
                "{} lets others not pass (mode {:o}): containers could not reach their volumes; choose another data_dir",
                parent.display(),
                mode & 0o7777
            );
        }
        above = parent;
    }
    Ok(())
}

pub(crate) fn make_directory(dir: &Path, mode: u32) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(dir)
        .with_context(|| format!("making {}", dir.display()))?;
    fs::set_permissions(dir, fs::Permissions::from_mode(mode))
        .with_context(|| format!("setting the mode of {}", dir.display()))
}

/// One `wardd` at a time on a data directory.
pub(crate) fn lock(config: &Config) -> anyhow::Result<Flock<File>> {
    let path = config.control_dir().join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).with_context(|| {
        format!("{} can't be opened; is this installation set up (`wardd init`)?", path.display())
    })?;
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, e)| {
        anyhow::anyhow!("another wardd runs on {} ({e}); stop it first", config.data_dir.display())
    })
}

/// The vault, sealed or (with a key file) unsealed.
pub(crate) async fn open_vault(config: &Config) -> anyhow::Result<Arc<Vault>> {
    let vault = Arc::new(
        Vault::open(config.vault_dir())
            .context("opening the vault; is this installation set up (`wardd init`)?")?,
    );
    if let Some(path) = &config.vault.key_file {
        unseal(&vault, RootKeySource::KeyFile(path.clone()))
            .await
            .with_context(|| format!("unsealing with {}", path.display()))?;
    }
    Ok(vault)
}

/// Unseals on a thread where a passphrase may be stretched.
pub(crate) async fn unseal(vault: &Arc<Vault>, source: RootKeySource) -> anyhow::Result<()> {
    let vault = Arc::clone(vault);
    Ok(tokio::task::spawn_blocking(move || vault.unseal(&source)).await??)
}

/// The platform on an unsealed vault. `create` only at set-up: a ledger that is missing later is an error.
pub(crate) async fn open_core(config: &Config, vault: Arc<Vault>, create: bool) -> anyhow::Result<Arc<Core>> {
    let ledger = LedgerSettings {
        dir: config.ledger_dir(),
        base_origin: format!("{}/ledger/{}", config.domain, vault.id_hex()),
        create,
        publish_every: PUBLISH_EVERY,
    };
    if ledger.dir.join("wal").exists() {
        anyhow::bail!(
            "{} holds a ledger of a Ward before its first release, which this one does not read; keep a copy, \
             and set the installation up anew",
            ledger.dir.display()
        );
    }
    let db = Db::open(&config.store_url()).await.context("opening the store")?;
    let settings = Settings {
        domain: config.domain.clone(),
        https_port: config.public_port(),
        data_dir: config.control_dir(),
        network_pool: config.pool()?,
        uid_range: config.engine.uid_range,
        drains: DrainSettings {
            directories: config.drains.directories.clone(),
            internal_networks: config.drains.internal_networks.clone(),
        },
    };
    let core = Core::open(db, ledger, vault, Arc::new(SystemClock), settings).await;
    let core = core.map_err(|e| {
        let cause = std::error::Error::source(&e).map(|cause| format!(": {cause}")).unwrap_or_default();
        anyhow::anyhow!("opening the platform: {e}{cause}")
    })?;
    if create {
        write_vkey(config, &core)?;
    }
    Ok(core)
}

/// Puts the public key that the ledger begins with where people can take it from. It never changes.
fn write_vkey(config: &Config, core: &Core) -> anyhow::Result<()> {
    let (path, shards) = (config.ledger_vkey(), core.audit.platform().shards());
    let first = shards.first().context("the ledger has no shard")?;
    let part = path.with_extension("part");
    let mut file = File::options().create(true).truncate(true).write(true).mode(0o644).open(&part)?;
    file.write_all(format!("{}\n", first.key).as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, &path)?;
    File::open(config.control_dir())?.sync_all()?;
    Ok(())
}
