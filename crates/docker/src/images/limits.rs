//! What a build may use of the host: memory and processes.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::sleep;
use ward_spine::engine::EngineError;

use super::ImagesConfig;
use crate::podman::broken;

/// Control groups of the build: memory and processes, in version 1 or 2 of the interface.
pub(super) struct Limits {
    /// Directory, file in it, value.
    wanted: Vec<(PathBuf, &'static str, String)>,
}

impl Limits {
    pub(super) fn create(config: &ImagesConfig) -> Result<Self, EngineError> {
        let limits = Self::of(config);
        for (group, file, value) in &limits.wanted {
            let lacks = |error: std::io::Error| EngineError::Unsupported {
                what: "limit a build",
                why: format!("control group {}/{file}: {error}", group.display()),
            };
            fs::create_dir_all(group).map_err(lacks)?;
            fs::write(group.join(file), value).map_err(lacks)?;
        }
        Ok(limits)
    }

    /// The same, whether they are there or not.
    pub(super) fn of(config: &ImagesConfig) -> Self {
        let name = format!("ward-{}-build", config.networks.plan().instance());
        let root = Path::new("/sys/fs/cgroup");
        let (memory, pids) = (config.memory.to_string(), config.pids.to_string());
        let wanted = if root.join("cgroup.controllers").exists() {
            vec![(root.join(&name), "memory.max", memory), (root.join(&name), "pids.max", pids)]
        } else {
            vec![
                (root.join("memory").join(&name), "memory.limit_in_bytes", memory),
                (root.join("pids").join(&name), "pids.max", pids),
            ]
        };
        Self { wanted }
    }

    pub(super) fn enter(&self, pid: u32) -> Result<(), EngineError> {
        self.wanted.iter().try_for_each(|(group, _, _)| {
            fs::write(group.join("cgroup.procs"), pid.to_string())
                .map_err(|error| broken("putting the build under its limits", error))
        })
    }

    /// Waits until the groups are empty, and removes them.
    pub(super) async fn remove(&self) {
        for (group, _, _) in &self.wanted {
            for _ in 0..500 {
                if fs::remove_dir(group).is_ok() || !group.exists() {
                    break;
                }
                sleep(Duration::from_millis(20)).await;
            }
            if group.exists() {
                tracing::error!(group = %group.display(), "processes of a build are left");
            }
        }
    }
}
