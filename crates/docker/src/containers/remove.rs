//! Removes a container and everything that belonged to it.

use std::{fs, time::Duration};

use http::{Method, StatusCode};
use nix::sys::signal::Signal;
use ward_spine::engine::EngineError;

use super::{Containers, cgroup, validate};
use crate::podman::{broken, message, process::Process};

/// Attempts to remove one container; with user namespaces Podman now and then answers 500 though it is done.
const ATTEMPTS: u32 = 8;

impl Containers {
    /// Removes it, running or not, with its secrets and its log; one that is not there is no error.
    pub(crate) async fn remove(&self, name: &str) -> Result<(), EngineError> {
        if !validate::name(name) {
            return Err(EngineError::NotFound { what: "container", name: name.to_owned() });
        }
        let _lock = self.lock(name).await;
        if let Some(found) = self.find(name).await? {
            self.delete(&found.id).await?;
        }
        self.unwatch_memory(name);
        self.clear(name);
        Ok(())
    }

    /// Removes the container alone, by id or name.
    pub(super) async fn delete(&self, id: &str) -> Result<(), EngineError> {
        let path = format!("/libpod/containers/{id}?force=true&v=true&timeout=0&ignore=true");
        let mut last = String::new();
        for attempt in 0..ATTEMPTS {
            // Podman forgets a process that it takes for dead; the control group knows better.
            let found = self.list().await?.into_iter().find(|found| found.id == id || found.name() == id);
            let pid = found.as_ref().and_then(|found| found.pid());
            if attempt > 0
                && let Some(process) = pid.and_then(Process::find)
            {
                process.signal(Signal::SIGKILL);
            }
            let (status, body) = self.client.libpod(Method::DELETE, &path, None).await?;
            if status.is_success() || status == StatusCode::NOT_FOUND {
                if let Some(found) = found {
                    self.remove_groups(&found.id).await;
                }
                return Ok(());
            }
            last = message(status, &body);
            tokio::time::sleep(Duration::from_millis(100 * u64::from(attempt + 1))).await;
        }
        Err(broken(format!("removing container {id}"), last))
    }

    /// Control groups that the runtime left, wherever the container's environment had them.
    async fn remove_groups(&self, id: &str) {
        let root = cgroup::root_of(&self.instance);
        for hierarchy in cgroup::hierarchies() {
            let environments = hierarchy.join(root.trim_start_matches('/'));
            for environment in fs::read_dir(environments).into_iter().flatten().flatten() {
                let group = environment.path().join(format!("libpod-{id}"));
                if group.exists() {
                    let name = environment.file_name();
                    cgroup::remove_tree(&format!("{root}/{}/libpod-{id}", name.to_string_lossy())).await;
                }
            }
        }
    }
}
