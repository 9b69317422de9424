//! The container's directory on the run tmpfs: its secrets, its log and its writable mounts.
//!
//! ```text
//! ward/       0500, the container's user: env and files, 0400, bind-mounted at /run/ward
//! tmpfs-0 …   one tmpfs per writable directory
//! log         what the container wrote
//! oom         left when the memory limit struck
//! ```
//!
//! The writable directories are mounted here and bound into the container, not mounted by the runtime: runc
//! gives a tmpfs the mode of the image's directory below it, which the container's user often can't write.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, chown},
    path::{Path, PathBuf},
};

use nix::mount::MsFlags;
use ward_spine::engine::{ContainerSpec, EngineError};

use super::{Containers, validate::SHARED_MEMORY};
use crate::podman::{broken, directory, tmpfs};

/// Size of `/tmp` where the spec does not name one, in bytes; it counts against the memory limit.
const TMP: u64 = 64 << 20;

/// Writable directories of a container: path and size in bytes. `/tmp` is always among them.
pub(super) fn writable(spec: &ContainerSpec) -> Vec<(String, u64)> {
    let mut all: Vec<(String, u64)> =
        spec.tmpfs.iter().filter(|(path, _)| path != SHARED_MEMORY).cloned().collect();
    if !all.iter().any(|(path, _)| path == "/tmp") {
        all.insert(0, ("/tmp".to_owned(), TMP.min(spec.memory)));
    }
    all
}

impl Containers {
    /// Lays out the directory for a container that does not run: fresh mounts, fresh secrets.
    pub(super) fn lay_out(&self, spec: &ContainerSpec, identity: (u32, u32)) -> Result<(), EngineError> {
        let host = (spec.uid_base.saturating_add(identity.0), spec.uid_base.saturating_add(identity.1));
        let root = self.directory(&spec.name);
        let work = || -> io::Result<()> {
            directory(&root, 0o700)?;
            for (number, (path, size)) in writable(spec).iter().enumerate() {
                let point = root.join(format!("tmpfs-{number}"));
                tmpfs::unmount_below(&point);
                directory(&point, 0o700)?;
                let mode = if path == "/tmp" { "1777" } else { "0755" };
                let options = format!("size={size},mode={mode},uid={},gid={}", host.0, host.1);
                tmpfs::mount_tmpfs(&point, &options, MsFlags::MS_NOEXEC)?;
            }
            let secrets = root.join("ward");
            if secrets.exists() {
                fs::remove_dir_all(&secrets)?;
            }
            directory(&secrets, 0o700)?;
            write_env(&secrets.join("env"), spec, host)?;
            for (name, value) in &spec.files {
                write_secret(&secrets.join(name), host, |file| file.write_all(&value.0))?;
            }
            chown(&secrets, Some(host.0), Some(host.1))?;
            fs::set_permissions(&secrets, std::os::unix::fs::PermissionsExt::from_mode(0o500))
        };
        work().map_err(|error| broken(format!("laying out {}", root.display()), error))
    }

    /// Takes the directory away: mounts, secrets, log.
    pub(super) fn clear(&self, name: &str) {
        let root = self.directory(name);
        tmpfs::unmount_below(&root);
        if let Err(error) = fs::remove_dir_all(&root)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(directory = %root.display(), %error, "a container's directory was left");
        }
    }

    /// Names of the containers that have a directory.
    pub(super) fn directories(&self) -> Vec<(String, PathBuf)> {
        fs::read_dir(self.paths.containers())
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
            .collect()
    }
}

/// `NAME=value` pairs, each ended by NUL, as `ward-init` reads them.
fn write_env(path: &Path, spec: &ContainerSpec, owner: (u32, u32)) -> io::Result<()> {
    write_secret(path, owner, |file| {
        for (name, value) in &spec.env {
            file.write_all(name.as_bytes())?;
            file.write_all(b"=")?;
            file.write_all(&value.0)?;
            file.write_all(b"\0")?;
        }
        Ok(())
    })
}

fn write_secret(
    path: &Path,
    (uid, gid): (u32, u32),
    write: impl FnOnce(&mut fs::File) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(path)?;
    write(&mut file)?;
    chown(path, Some(uid), Some(gid))
}
