//! One machine: containers, networks, encrypted volumes and images over an isolated Podman.
//!
//! [`Docker`] implements [`ward_spine::engine::Engine`]. It starts a Podman service of its own as a child
//! process and speaks to it over a unix socket. The service may die at any time: containers go on, calls wait
//! a little, and the next service finds everything. So may the process that holds this: the next one adopts
//! what runs.
//!
//! ```text
//! <state_dir>/engine/   configuration, images, Podman's database      (disk; no secret, no log)
//! <run_dir>/            a tmpfs: socket, run state, secrets, logs     (memory; mode 0700)
//! /ward-<instance>/     control groups, one below for each environment
//! ```
//!
//! # What protects the host from a container
//! No capabilities, no new privileges, a read-only root, a seccomp profile of its own ([`seccomp`]), a user
//! namespace whose ids no other app shares, a user that is not root even inside, limits on memory, processes,
//! CPU and files, writable directories without execution, and Ward's own packet filter ([`network`]).
//! What remains: the kernel is shared.

mod capabilities;
mod child;
mod config;
mod containers;
mod destroy;
mod engine;
mod exec;
pub mod images;
mod logs;
pub mod network;
pub mod podman;
pub mod seccomp;
mod start;
pub mod volumes;

pub use config::DockerConfig;

use std::sync::Arc;

/// The engine of one machine. See the crate's text; made by [`Docker::start`].
pub struct Docker {
    instance: String,
    paths: Arc<podman::Paths>,
    client: podman::Client,
    service: podman::Service,
    networks: network::Networks,
    volumes: volumes::Volumes,
    volumes_dir: std::path::PathBuf,
    images: images::Images,
    containers: containers::Containers,
}

impl Docker {
    /// The networks, for what the engine's contract does not cover.
    pub fn networks(&self) -> &network::Networks {
        &self.networks
    }

    /// The volumes, for what the engine's contract does not cover.
    pub fn volumes(&self) -> &volumes::Volumes {
        &self.volumes
    }

    /// The images, for what the engine's contract does not cover.
    pub fn images(&self) -> &images::Images {
        &self.images
    }

    /// Where this instance keeps its things.
    pub fn paths(&self) -> &podman::Paths {
        &self.paths
    }

    /// The service, for what the engine's contract does not cover.
    pub fn client(&self) -> &podman::Client {
        &self.client
    }
}
