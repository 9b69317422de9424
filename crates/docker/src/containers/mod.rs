//! Containers: one hardened container per spec, created, healed, replaced, watched and removed.
//!
//! What Podman says of a container is checked against `/proc` before it is believed: when a container and
//! its monitor are both killed, Podman goes on saying "Up". Containers are cattle: whatever differs from
//! its spec is removed and created again; what is to be kept lies in volumes.
//!
//! Invariants:
//! - no secret is in a create call, a label, an argument or a file of the image store; secrets are files on
//!   the run tmpfs, readable by the container's user only;
//! - nothing runs as uid 0 of its user namespace, and no two apps share a range of host ids;
//! - the memory control group is watched before the first process starts.

mod apply;
mod cgroup;
mod create;
mod directory;
mod find;
mod hash;
mod image;
mod oom;
mod remove;
mod run;
mod stop;
mod sweep;
mod validate;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use ward_spine::engine::EngineError;

use crate::{
    network::Networks,
    podman::{Client, Paths},
    volumes::Volumes,
};

pub(crate) use cgroup::{remove_tree, root_of};
pub(crate) use find::Found;
pub(crate) use validate::check_exec;

/// Address of a container in its environment's network, as a label, so that no inspect call is needed.
pub(crate) const LABEL_ADDRESS: &str = "ward.address";

/// The containers of one instance.
pub(crate) struct Containers {
    pub(crate) instance: String,
    pub(crate) paths: Arc<Paths>,
    pub(crate) client: Client,
    pub(crate) networks: Networks,
    pub(crate) volumes: Volumes,
    /// Host ids that may be given to containers: first, and first after the last.
    pub(crate) uids: (u32, u32),
    key: [u8; 32],
    watched: oom::Watched,
    users: Mutex<HashMap<String, (u32, u32)>>,
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Containers {
    /// Reads or creates the key of spec hashes; touches no container.
    pub(crate) fn new(
        instance: String,
        paths: Arc<Paths>,
        client: Client,
        networks: Networks,
        volumes: Volumes,
        uids: (u32, u32),
    ) -> Result<Self, EngineError> {
        let key = hash::key(&paths.spec_key())?;
        Ok(Self {
            instance,
            paths,
            client,
            networks,
            volumes,
            uids,
            key,
            watched: oom::Watched::start(),
            users: Mutex::default(),
            locks: Mutex::default(),
        })
    }

    /// Only one of apply, run, stop and remove at a time for one name.
    async fn lock(&self, name: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            Arc::clone(locks.entry(name.to_owned()).or_default())
        };
        lock.lock_owned().await
    }

    /// Control group of an environment, below the root of each hierarchy.
    fn cgroup_parent(&self, network: u16) -> String {
        format!("{}/env-{network}", root_of(&self.instance))
    }

    /// The container's directory on the run tmpfs.
    pub(crate) fn directory(&self, name: &str) -> PathBuf {
        self.paths.containers().join(name)
    }

    /// The container's log, in the format of the kubelet's CRI log.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.directory(name).join("log")
    }
}
