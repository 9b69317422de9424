//! The key that signs the ledger: wrapped by the vault, beside the ledger; its public half in clear.

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::PathBuf,
};

use anyhow::{Context as _, anyhow};
use serde::{Deserialize, Serialize};
use ward_ledger::Signer;
use ward_vault::{Vault, WrappedKey, signing};

use crate::config::Config;

const PLACE: &str = "ledger signing key";

/// The file: nothing in it opens without the root key.
#[derive(Serialize, Deserialize)]
struct Sealed {
    /// Origin: the first line of every checkpoint.
    origin: String,
    kek: WrappedKey,
    dek: WrappedKey,
    /// Seed, sealed under the DEK.
    seed: Vec<u8>,
}

fn path(config: &Config) -> PathBuf {
    config.control_dir().join("ledger.key.json")
}

/// Where the public half lies, for whoever verifies offline.
pub(crate) fn public_path(config: &Config) -> PathBuf {
    config.control_dir().join("ledger.vkey")
}

/// Makes the key, or opens the one that an interrupted set-up made.
pub(crate) fn create(config: &Config, vault: &Vault) -> anyhow::Result<Signer> {
    if path(config).exists() {
        return open(config, vault);
    }
    let origin = format!("{}/ledger/{}", config.domain, vault.id_hex());
    let kek = vault.new_kek(PLACE)?;
    let dek = vault.new_dek(&kek, PLACE)?;
    let seed = signing::new_seed();
    let sealed =
        Sealed { seed: vault.encrypt(&kek, &dek, PLACE, seed.as_slice())?, origin: origin.clone(), kek, dek };
    let signer = Signer::from_seed(&origin, *seed)?;
    // The public half first: with the wrapped key there, set-up counts as done.
    write(&public_path(config), 0o644, format!("{}\n", signer.verifier_key()).as_bytes())?;
    write(&path(config), 0o600, &serde_json::to_vec(&sealed)?)?;
    Ok(signer)
}

/// Opens the key.
pub(crate) fn open(config: &Config, vault: &Vault) -> anyhow::Result<Signer> {
    let path = path(config);
    let text = fs::read(&path).with_context(|| {
        format!("reading {}; is this installation set up (`wardd init`)?", path.display())
    })?;
    let sealed: Sealed =
        serde_json::from_slice(&text).with_context(|| format!("reading {}", path.display()))?;
    let seed =
        vault.decrypt(&sealed.kek, &sealed.dek, PLACE, &sealed.seed).context("opening the ledger's key")?;
    let seed: [u8; 32] = seed.as_slice().try_into().map_err(|_| anyhow!("the ledger's key is damaged"))?;
    Ok(Signer::from_seed(&sealed.origin, seed)?)
}

fn write(path: &std::path::Path, mode: u32, bytes: &[u8]) -> anyhow::Result<()> {
    let part = path.with_extension("part");
    let mut file = File::options().create(true).truncate(true).write(true).mode(mode).open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    File::open(path.parent().unwrap_or(path))?.sync_all()?;
    Ok(())
}
