//! `enc.keys-managed`: the inventory of keys, and where the root key and the files around it lie.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    time::Duration,
};

use async_trait::async_trait;
use serde_json::json;
use ward_model::Timestamp;
use ward_vault::WrappedKey;

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, days, minutes},
    sql,
};

/// Oldest that a key may be.
const OLDEST: Duration = days(365);

/// A KEK for each environment, every data key wrapped under one, none too old; the root key apart from the data.
pub(crate) struct KeysManaged;

#[async_trait]
impl Check for KeysManaged {
    fn id(&self) -> &'static str {
        "enc.keys-managed"
    }
    fn every(&self) -> Duration {
        minutes(30)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("keys and private files");
        let mut read = probe.read().await?;
        let rows: Vec<(String, String, Option<String>, String, i64, String)> =
            sqlx::query_as(sql::KEYS).fetch_all(read.conn()).await?;
        let keks: BTreeSet<&str> = rows.iter().filter(|r| r.1 == "kek").map(|r| r.0.as_str()).collect();
        let now = probe.core.clock.now();
        for (id, kind, parent, _, created, wrapped) in &rows {
            tally.saw();
            if now.since(Timestamp::from_micros(*created)) > OLDEST {
                tally.fault(id, "a key is older than 365 days");
            }
            if WrappedKey::from_text(wrapped).is_err() {
                tally.fault(id, "a key in the store is not wrapped");
            }
            if kind == "dek" && !parent.as_deref().is_some_and(|p| keks.contains(p)) {
                tally.fault(id, "a data key hangs under no live key-encryption key");
            }
        }
        let environments: Vec<(String, String, String)> =
            sqlx::query_as(sql::ENVIRONMENT_KEYS).fetch_all(read.conn()).await?;
        let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
        for (id, _, kek) in &environments {
            if !keks.contains(kek.as_str()) {
                tally.fault(id, "an environment has no live key-encryption key");
            }
            if owners.insert(kek, id).is_some() {
                tally.fault(id, "two environments share a key-encryption key");
            }
        }
        drop(read);
        if let Some(path) = &probe.root_key {
            root_key(probe, path, &mut tally);
        }
        for path in &probe.private {
            tally.saw();
            match fs::symlink_metadata(path) {
                Ok(metadata) => private(path, &metadata, &mut tally),
                Err(error) => tally
                    .blind(path.display(), format!("a private file can't be looked at: {}", error.kind())),
            }
        }
        tally.note(json!({ "keks": keks.len(), "keys": rows.len(), "environments": environments.len(), "root_key_file": probe.root_key.is_some() }));
        Ok(tally.finish("are wrapped, young enough and apart from what they protect"))
    }
}

/// Nobody else may open it.
fn private(path: &Path, metadata: &fs::Metadata, tally: &mut Tally) {
    if metadata.mode() & 0o077 != 0 {
        tally.fault(path.display(), format!("a private file has mode {:04o}", metadata.mode() & 0o7777));
    }
    if metadata.uid() != nix::unistd::geteuid().as_raw() {
        tally.fault(path.display(), "a private file belongs to another user than the one who runs Ward");
    }
}

fn root_key(probe: &Probe, path: &Path, tally: &mut Tally) {
    tally.saw();
    let Ok(metadata) = fs::metadata(path) else {
        // Taken away after unsealing: the best place.
        return;
    };
    private(path, &metadata, tally);
    let data = &probe.core.settings.data_dir;
    let inside = |dir: &Path| match (fs::canonicalize(path), fs::canonicalize(dir)) {
        (Ok(key), Ok(dir)) => key.starts_with(dir),
        _ => false,
    };
    if probe.disk_dirs.iter().map(std::path::PathBuf::as_path).chain([data.as_path()]).any(inside) {
        tally.fault(path.display(), "the root key's file lies among the data that it protects");
    } else if fs::metadata(data).is_ok_and(|d| d.dev() == metadata.dev()) {
        tally.fault(path.display(), "the root key's file lies on the same disk as the data that it protects");
    }
}
