//! `enc.swap-coredump`: whether memory of a process can land on a disk.

use std::{fs, time::Duration};

use async_trait::async_trait;
use serde_json::json;

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, minutes},
    host,
};

/// Swap is off, and no container may write a core file.
pub(crate) struct SwapCoreDump;

#[async_trait]
impl Check for SwapCoreDump {
    fn id(&self) -> &'static str {
        "enc.swap-coredump"
    }
    fn every(&self) -> Duration {
        minutes(15)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("swap areas and processes");
        let swaps = fs::read_to_string("/proc/swaps")?;
        tally.saw();
        for line in swaps.lines().skip(1) {
            let area = line.split_whitespace().next().unwrap_or_default();
            // zram keeps swapped pages in memory.
            if !area.starts_with("/dev/zram") {
                tally.fault(area, "swap is on; memory with secrets or PHI may land on a disk");
            }
        }
        let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
        let own = i32::try_from(std::process::id()).unwrap_or(0);
        let running = probe.running().await?;
        for (name, pid) in running.iter().map(|r| (r.container.name.as_str(), r.pid)).chain([("wardd", own)])
        {
            tally.saw();
            let limits = host::read(pid, "limits")?;
            // The hard limit: a process may raise its soft one up to it.
            if host::limit(&limits, "Max core file size") != Some(0) {
                tally.fault(
                    name,
                    if name == "wardd" {
                        "Ward itself may write a core file"
                    } else {
                        "a container may write a core file"
                    },
                );
            }
        }
        tally.note(json!({ "core_pattern": pattern.trim(), "containers": running.len() }));
        Ok(tally.finish("keep memory off the disk"))
    }
}
