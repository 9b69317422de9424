//! `aud.capacity-failclosed`: room for thirty more days of record, and a log that takes entries now.

use std::{fs, os::unix::fs::MetadataExt, path::Path, time::Duration};

use async_trait::async_trait;
use nix::sys::statvfs::statvfs;
use serde_json::json;
use ward_ledger::Status;
use ward_model::{Timestamp, ocsf};

use crate::{
    Probe,
    checks::{Check, Finding, Unseen, days, hours, minutes},
};

/// Least free bytes, however slowly the record grows.
const LEAST: u64 = 256 << 20;

/// Growth since the first entry against what is free.
pub(crate) struct CapacityFailClosed;

#[async_trait]
impl Check for CapacityFailClosed {
    fn id(&self) -> &'static str {
        "aud.capacity-failclosed"
    }
    fn every(&self) -> Duration {
        minutes(5)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("a failure of the disk, tried on the live system; an alert that leaves the machine")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let platform = probe.core.audit.platform();
        let status = platform.current().status();
        let space = statvfs(&probe.ledger_dir).map_err(std::io::Error::from)?;
        let free = space.blocks_available().saturating_mul(space.fragment_size());
        let used = used(&probe.ledger_dir);
        let first = platform.current().entry(0)?;
        let first =
            ocsf::decode(&first).map_err(|e| Unseen(format!("the first entry can't be read: {e}")))?.event;
        let now = probe.core.clock.now();
        let age = now.since(first.time).max(hours(1));
        let month = u128::from(used) * days(30).as_micros() / age.as_micros().max(1);
        let evidence = json!({
            "status": format!("{status:?}"),
            "free_bytes": free,
            "used_bytes": used,
            "first_entry_at": Timestamp::to_string(&first.time),
            "bytes_in_30_days_at_this_rate": u64::try_from(month).unwrap_or(u64::MAX),
        });
        match status {
            Status::Writable => {}
            Status::Unpublished(why) => {
                return Ok(Finding::fail(format!("the ledger can't publish: {why}"), evidence));
            }
            Status::Refusing(why) => {
                return Ok(Finding::fail(format!("the ledger refuses entries: {why}"), evidence));
            }
            Status::Closed => return Ok(Finding::fail("the ledger is closed", evidence)),
        }
        if let Some((log, why)) = probe.core.audit.refusing() {
            return Ok(Finding::fail(
                format!("the log {log} of the ledger refuses entries: {why}"),
                evidence,
            ));
        }
        if free < LEAST || u128::from(free) < month {
            return Ok(Finding::fail("the disk of the ledger has no room for 30 more days", evidence));
        }
        Ok(Finding::pass("the ledger takes entries and has room for 30 more days", evidence))
    }
}

/// Bytes that the files below a directory take on the disk.
fn used(dir: &Path) -> u64 {
    let (mut stack, mut sum) = (vec![dir.to_owned()], 0_u64);
    while let Some(dir) = stack.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => stack.push(entry.path()),
                Ok(metadata) => sum += metadata.blocks() * 512,
                Err(_) => {}
            }
        }
    }
    sum
}
