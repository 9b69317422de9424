//! Takes over what an earlier process left, and clears what nobody owns.

use std::{collections::HashSet, path::Path};

use serde::Deserialize;
use ward_spine::engine::EngineError;

use super::Containers;
use crate::podman::tmpfs;

/// One entry of the image store's list of containers.
#[derive(Deserialize)]
struct Stored {
    id: String,
    layer: String,
}

impl Containers {
    /// Watches the containers that run, clears directories and mounts of those that are no more.
    pub(crate) async fn adopt(&self) -> Result<(), EngineError> {
        let containers = self.list().await?;
        for found in &containers {
            self.adopt_memory(found);
        }
        let names: HashSet<&str> = containers.iter().map(|found| found.name()).collect();
        for (name, _) in self.directories() {
            if !names.contains(name.as_str()) {
                self.clear(&name);
            }
        }
        self.sweep_mounts();
        tracing::info!(containers = containers.len(), "engine adopted what was there");
        Ok(())
    }

    /// Removes every container and waits for the programs that clean up after them.
    pub(crate) async fn remove_all(&self) -> Result<(), EngineError> {
        for found in self.list().await? {
            self.remove(found.name()).await?;
        }
        for (name, _) in self.directories() {
            self.clear(&name);
        }
        Ok(())
    }

    /// A killed run leaves file systems and shared memory of containers mounted.
    fn sweep_mounts(&self) {
        let store = self.paths.graphroot();
        let list = store.join("overlay-containers/containers.json");
        let Some(stored) =
            std::fs::read(list).ok().and_then(|bytes| serde_json::from_slice::<Vec<Stored>>(&bytes).ok())
        else {
            return;
        };
        let known: HashSet<&str> =
            stored.iter().flat_map(|entry| [entry.id.as_str(), entry.layer.as_str()]).collect();
        for kind in ["overlay", "overlay-containers"] {
            for entry in std::fs::read_dir(store.join(kind)).into_iter().flatten().flatten() {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                if name.len() == 64 && !known.contains(name.as_ref()) {
                    unmount_stale(&entry.path());
                }
            }
        }
    }
}

fn unmount_stale(directory: &Path) {
    for point in [directory.join("merged"), directory.join("userdata/shm")] {
        if tmpfs::mounted(&point).is_some() {
            tracing::info!(point = %point.display(), "unmounting what a killed run left");
            tmpfs::unmount_below(&point);
        }
    }
}
