//! Ends a container: SIGTERM, then SIGKILL.

use std::time::Duration;

use http::Method;
use nix::sys::signal::Signal;
use ward_spine::engine::EngineError;

use super::{Containers, Found};
use crate::podman::process::Process;

/// Time for Podman to notice the end of a container's first process.
const NOTICING: Duration = Duration::from_secs(5);

impl Containers {
    /// Returns when it has ended; one that does not run is left as it is.
    pub(crate) async fn stop(&self, name: &str, grace: Duration) -> Result<(), EngineError> {
        let _lock = self.lock(name).await;
        let found = self.get(name).await?;
        let Some(pid) = found.pid() else { return Ok(()) };
        for (signal, patience) in [(Signal::SIGTERM, grace), (Signal::SIGKILL, Duration::from_secs(10))] {
            let path = format!("/libpod/containers/{}/kill?signal={}", found.id, signal.as_str());
            let (status, _) = self.client.libpod(Method::POST, &path, None).await?;
            if !status.is_success()
                && let Some(process) = Process::find(pid).filter(|_| found.pid().is_some())
            {
                process.signal(signal);
            }
            if self.gone_within(&found, patience).await {
                break;
            }
        }
        self.settle(name).await.map(drop)
    }

    /// Waits until its first process is gone.
    pub(super) async fn gone_within(&self, found: &Found, time: Duration) -> bool {
        let gone = async {
            while found.pid().is_some() {
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        };
        tokio::time::timeout(time, gone).await.is_ok()
    }

    /// Waits until Podman has seen the end too, and returns what it says then. If its monitor was killed as
    /// well, it never will: the last word is then what `/proc` says.
    pub(super) async fn settle(&self, name: &str) -> Result<Found, EngineError> {
        let mut waited = Duration::ZERO;
        loop {
            let found = self.get(name).await?;
            if !found.said_to_run() || waited >= NOTICING {
                return Ok(found);
            }
            let step = Duration::from_millis(50);
            tokio::time::sleep(step).await;
            waited += step;
        }
    }
}
