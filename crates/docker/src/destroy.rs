//! Takes an instance away, so that nothing of it is left on the host.

use std::{fs, io, path::Path, time::Duration};

use ward_spine::engine::EngineError;

use crate::{
    Docker, containers,
    podman::{broken, process::Process, tmpfs},
};

impl Docker {
    /// Removes all containers, networks, filter tables, volumes (their data is gone for good), images, mounts,
    /// control groups, directories and programs of this instance. Can be called again after an error.
    ///
    /// # Errors
    /// The first thing that could not be removed; what stands in no relation to it is removed all the same.
    pub async fn destroy(&self) -> Result<(), EngineError> {
        let mut first = None;
        let mut keep = |result: Result<(), EngineError>| {
            if let Err(error) = result {
                tracing::warn!(%error, "taking the engine away");
                first.get_or_insert(error);
            }
        };
        keep(self.containers.remove_all().await);
        keep(self.networks.destroy().await);
        match self.volumes.list().await {
            Ok(volumes) => {
                for volume in volumes {
                    keep(self.volumes.destroy(&volume.id).await);
                }
            }
            Err(error) => keep(Err(error)),
        }
        keep(self.images.destroy().await);
        self.service.stop().await;
        self.end_stragglers().await;
        containers::remove_tree(&containers::root_of(&self.instance)).await;
        // Empty but for the mark of whose they are.
        let _ = fs::remove_file(self.volumes_dir.join(".ward-instance"));
        let _ = fs::remove_dir(&self.volumes_dir);
        for directory in [self.paths.engine(), self.paths.run()] {
            tmpfs::unmount_below(directory);
            keep(remove(directory));
        }
        first.map_or(Ok(()), Err)
    }

    /// Monitors and clean-up programs of containers end by themselves within moments; what stays is killed.
    async fn end_stragglers(&self) {
        for _ in 0..60 {
            if self.stragglers().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for process in self.stragglers() {
            tracing::warn!(pid = process.pid, "ending a program that a container left");
            process.end(Duration::from_secs(1)).await;
        }
    }

    /// Programs of Podman that name this instance's image store in their arguments.
    fn stragglers(&self) -> Vec<Process> {
        let store = self.paths.graphroot();
        let store = store.as_os_str().as_encoded_bytes();
        let ours = |entry: &Path| {
            let line = fs::read(entry.join("cmdline")).unwrap_or_default();
            let mut arguments = line.split(|byte| *byte == 0);
            let program = arguments.next().unwrap_or_default();
            (program.ends_with(b"conmon") || program.ends_with(b"podman"))
                && arguments.any(|argument| {
                    argument.strip_prefix(store).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
                })
        };
        fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| ours(&entry.path()))
            .filter_map(|entry| Process::find(entry.file_name().to_str()?.parse().ok()?))
            .collect()
    }
}

fn remove(directory: &Path) -> Result<(), EngineError> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(broken(format!("removing {}", directory.display()), error))
        }
        _ => Ok(()),
    }
}
