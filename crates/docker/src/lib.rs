//! Containers, networks, volumes and images of one machine, over Podman.

pub mod podman;
pub mod seccomp;
