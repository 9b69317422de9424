//! `int.object-scrub`: reads every backup file and compares its hash with the recorded one.

use std::{fs::File, io::Read, path::Path, time::Duration};

use async_trait::async_trait;
use serde_json::json;
use ward_vault::hash::Sha256;

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, hours},
    encryption::backups,
};

/// All of them, each time.
pub(crate) struct Scrub;

#[async_trait]
impl Check for Scrub {
    fn id(&self) -> &'static str {
        "int.object-scrub"
    }
    fn every(&self) -> Duration {
        hours(24)
    }
    fn limit(&self) -> Duration {
        hours(2)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("backups");
        let mut bytes = 0_u64;
        for (row, path) in backups(probe).await? {
            tally.saw();
            match tokio::task::spawn_blocking(move || hash(&path)).await? {
                Ok((sha256, read)) => {
                    bytes += read;
                    if row.3.as_deref() != Some(sha256.as_str()) {
                        tally.fault(row.0, "a backup's bytes are not those that were written");
                    }
                }
                Err(error) => tally.fault(row.0, format!("a backup file can't be read: {}", error.kind())),
            }
        }
        tally.note(json!({ "bytes_read": bytes }));
        Ok(tally.finish("have the bytes that were written"))
    }
}

fn hash(path: &Path) -> std::io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let (mut hash, mut piece, mut total) = (Sha256::new(), vec![0_u8; 1 << 20], 0);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok((hash.finish().iter().map(|b| format!("{b:02x}")).collect(), total));
        }
        total += u64::try_from(read).unwrap_or(0);
        hash.update(piece.get(..read).unwrap_or_default());
    }
}
