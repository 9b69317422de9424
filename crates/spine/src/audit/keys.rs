//! Keys of shards: private halves wrapped by the vault beside the shard, destroyed when it is closed.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use ward_ledger::{
    Signer,
    series::{Owner, OwnerError, ShardLink},
};
use ward_model::{
    AttemptId, Timestamp,
    ledger::{Actor, EntryKind, Event, Object},
};
use ward_vault::{Vault, WrappedKey, signing};

use super::entry;
use crate::ctx::new_id;

/// Name of the file in a shard's folder.
const FILE: &str = "key.json";

/// The file: nothing in it opens without the root key.
#[derive(Serialize, Deserialize)]
struct Sealed {
    /// Origin of the shard; the seed opens for no other.
    origin: String,
    kek: WrappedKey,
    dek: WrappedKey,
    /// Seed (RFC 8032), sealed under the DEK.
    seed: Vec<u8>,
}

/// The owner of all logs of an installation.
pub(super) struct ShardKeys {
    pub(super) vault: Arc<Vault>,
}

fn place(origin: &str) -> String {
    format!("ledger shard {origin}")
}

impl Owner for ShardKeys {
    fn create_key(&self, dir: &Path, origin: &str) -> Result<Signer, OwnerError> {
        if dir.join(FILE).exists() {
            return self.open_key(dir, origin);
        }
        let place = place(origin);
        let kek = self.vault.new_kek(&place)?;
        let dek = self.vault.new_dek(&kek, &place)?;
        let seed = signing::new_seed();
        let sealed = self.vault.encrypt(&kek, &dek, &place, seed.as_slice())?;
        let sealed = Sealed { origin: origin.to_owned(), kek, dek, seed: sealed };
        let signer = Signer::from_seed(origin, *seed)?;
        let part = dir.join("key.json.part");
        let mut file = File::options().create(true).truncate(true).write(true).mode(0o600).open(&part)?;
        file.write_all(&serde_json::to_vec(&sealed)?)?;
        file.sync_all()?;
        fs::rename(&part, dir.join(FILE))?;
        File::open(dir)?.sync_all()?;
        Ok(signer)
    }

    fn open_key(&self, dir: &Path, origin: &str) -> Result<Signer, OwnerError> {
        let path = dir.join(FILE);
        let text = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let sealed: Sealed = serde_json::from_slice(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let seed = self.vault.decrypt(&sealed.kek, &sealed.dek, &place(origin), &sealed.seed)?;
        let seed: [u8; 32] = seed.as_slice().try_into().map_err(|_| "a shard's key is damaged")?;
        Ok(Signer::from_seed(origin, seed)?)
    }

    fn destroy_key(&self, dir: &Path) -> Result<(), OwnerError> {
        let path = dir.join(FILE);
        let bytes = match fs::metadata(&path) {
            Ok(found) => usize::try_from(found.len())?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        // It is wrapped anyway; overwritten too, for disks that keep what was removed.
        let mut file = File::options().write(true).open(&path)?;
        file.write_all(&vec![0; bytes])?;
        file.sync_all()?;
        fs::remove_file(&path)?;
        File::open(dir)?.sync_all()?;
        Ok(())
    }

    fn link_entry(&self, link: &ShardLink, logged: i64) -> Result<Vec<u8>, OwnerError> {
        let (action, shard) = match link {
            ShardLink::Opened { shard, .. } => ("ledger:open-shard", shard),
            ShardLink::Closed { shard, .. } => ("ledger:close-shard", shard),
        };
        let event =
            notice(action, "ledger-shard", shard, Timestamp::from_micros(logged.saturating_mul(1000)));
        Ok(entry::link(&event, logged, link)?)
    }
}

/// An entry that no request stands behind: Ward says what it did or saw by itself.
pub(super) fn notice(action: &str, kind: &str, id: &str, time: Timestamp) -> Event {
    Event {
        v: 1,
        time,
        kind: EntryKind::Notice,
        attempt: new_id::<AttemptId>(time).to_string(),
        action: action.to_owned(),
        actor: Actor { kind: "loop".into(), id: "ledger".into(), credential: None },
        object: Object {
            kind: kind.to_owned(),
            id: id.to_owned(),
            organization: None,
            project: None,
            environment: None,
        },
        request: String::new(),
        source: String::new(),
        policies: Vec::new(),
        outcome: None,
        detail: serde_json::Value::Null,
    }
}
