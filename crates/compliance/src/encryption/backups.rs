//! `enc.backups`: reads the header of every backup file and opens the newest of each database.

use std::{collections::BTreeMap, fs::File, io::Read, path::Path, time::Duration};

use async_trait::async_trait;
use serde_json::json;
use ward_model::KeyId;
use ward_vault::Opener;
use zeroize::Zeroizing;

use super::{BackupRow, backups};
use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, hours, minutes},
};

/// First bytes of a sealed stream of version 1 with AES-256-GCM.
const HEADER: &[u8; 9] = b"WARDSTR\x01\x01";
/// Most bytes of one backup that are opened: the first chunks prove key, place and header.
const MOST: u64 = 256 << 20;

/// Each file is a sealed stream under a key of its own, and the newest opens and authenticates to its end.
pub(crate) struct Backups;

#[async_trait]
impl Check for Backups {
    fn id(&self) -> &'static str {
        "enc.backups"
    }
    fn every(&self) -> Duration {
        hours(1)
    }
    fn limit(&self) -> Duration {
        minutes(10)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("backups");
        let mut newest: BTreeMap<String, (BackupRow, std::path::PathBuf)> = BTreeMap::new();
        let (mut keys, mut opened) = (std::collections::BTreeSet::new(), 0);
        for (row, path) in backups(probe).await? {
            tally.saw();
            let mut head = [0_u8; 9];
            match File::open(&path).and_then(|mut f| f.read_exact(&mut head)) {
                Ok(()) if head == *HEADER => {}
                Ok(()) => tally.fault(&row.0, "a backup file is not a sealed stream"),
                Err(error) => tally.fault(&row.0, format!("a backup file can't be read: {}", error.kind())),
            }
            if !keys.insert(row.2.clone()) {
                tally.fault(&row.0, "two backups are sealed under one key");
            }
            newest.insert(row.1.clone(), (row, path));
        }
        for (database, (row, path)) in newest {
            let key: KeyId = row.2.parse().map_err(|_| Unseen("a backup names no key".into()))?;
            let place = format!("backup {} of {database}", row.0);
            let ctx = probe.ctx();
            let opener = match ctx.keyring().opener(ctx.read().await?.conn(), key, &place).await {
                Ok(opener) => opener,
                Err(error) => {
                    tally.fault(&row.0, format!("the key of the newest backup is not there: {error}"));
                    continue;
                }
            };
            match tokio::task::spawn_blocking(move || open(&path, opener)).await? {
                Ok(whole) => {
                    opened += 1;
                    tally.note(json!({ "backup": row.0, "opened_to_the_end": whole }));
                }
                Err(reason) => {
                    tally.fault(&row.0, format!("the newest backup of a database does not open: {reason}"))
                }
            }
        }
        tally.note(json!({ "keys": keys.len(), "opened": opened }));
        Ok(tally.finish("are sealed under keys of their own, and the newest of each database opens"))
    }
}

/// Opens a sealed file and forgets what is in it; tells whether it came to the end.
fn open(path: &Path, mut opener: Opener) -> Result<bool, String> {
    let mut file = File::open(path).map_err(|e| e.kind().to_string())?;
    let (mut sealed, mut plain) = (vec![0_u8; 1 << 20], Zeroizing::new(Vec::with_capacity(4 << 20)));
    let mut seen = 0_u64;
    loop {
        let read = file.read(&mut sealed).map_err(|e| e.kind().to_string())?;
        if read == 0 {
            opener.finish(&mut plain).map_err(|e| e.to_string())?;
            return Ok(true);
        }
        opener.push(sealed.get(..read).unwrap_or_default(), &mut plain).map_err(|e| e.to_string())?;
        plain.clear();
        seen += u64::try_from(read).unwrap_or(0);
        if seen > MOST {
            return Ok(false);
        }
    }
}
