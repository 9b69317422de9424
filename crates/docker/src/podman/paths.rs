//! Where an instance keeps its things, and the environment its child programs run in.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// Search path of every child program; nothing of the caller's environment is passed on.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Directories and files of one instance.
///
/// What is below [`engine`](Self::engine) rests on a disk and holds no secret; what is below
/// [`run`](Self::run) lives on a tmpfs.
#[derive(Debug, Clone)]
pub struct Paths {
    engine: PathBuf,
    run: PathBuf,
}

impl Paths {
    /// Paths of the instance with this state directory (on a disk) and run directory (a tmpfs).
    pub fn new(state_dir: &Path, run_dir: &Path) -> Self {
        Self { engine: state_dir.join("engine"), run: run_dir.to_owned() }
    }

    /// Everything of the engine that rests on a disk.
    pub fn engine(&self) -> &Path {
        &self.engine
    }

    /// The tmpfs with run state, secrets and logs.
    pub fn run(&self) -> &Path {
        &self.run
    }

    /// `containers.conf`.
    pub fn containers_conf(&self) -> PathBuf {
        self.engine.join("containers.conf")
    }

    /// `storage.conf`.
    pub fn storage_conf(&self) -> PathBuf {
        self.engine.join("storage.conf")
    }

    /// `registries.conf`.
    pub fn registries_conf(&self) -> PathBuf {
        self.engine.join("registries.conf")
    }

    /// The seccomp profile that every container gets.
    pub fn seccomp(&self) -> PathBuf {
        self.engine.join("seccomp.json")
    }

    /// Images and container layers.
    pub fn graphroot(&self) -> PathBuf {
        self.engine.join("storage")
    }

    /// Definitions of networks.
    pub fn networks(&self) -> PathBuf {
        self.engine.join("networks")
    }

    /// Podman's named volumes; Ward uses none, but Podman wants a place.
    pub fn named_volumes(&self) -> PathBuf {
        self.engine.join("named-volumes")
    }

    /// Temporary files of imports and builds.
    pub fn temporary(&self) -> PathBuf {
        self.engine.join("tmp")
    }

    /// Run state of container storage.
    pub fn runroot(&self) -> PathBuf {
        self.run.join("storage")
    }

    /// Run state of Podman.
    pub fn libpod_run(&self) -> PathBuf {
        self.run.join("libpod")
    }

    /// Socket of the service.
    pub fn socket(&self) -> PathBuf {
        self.run.join("podman.sock")
    }

    /// Process id and start time of the service, so that a later Ward can end it.
    pub fn pid_file(&self) -> PathBuf {
        self.run.join("podman.pid")
    }

    /// One directory per container: secrets, log, writable mounts.
    pub fn containers(&self) -> PathBuf {
        self.run.join("containers")
    }

    /// The init program as containers see it: a copy, so that replacing the original disturbs none.
    pub fn init(&self) -> PathBuf {
        self.run.join("init")
    }

    /// Key under which specs are hashed; on the tmpfs, so that no hash on a disk says anything of a secret.
    pub fn spec_key(&self) -> PathBuf {
        self.run.join("spec.key")
    }

    /// The whole environment of a `podman`, `buildah` or `skopeo` child that acts on this instance.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("PATH", PATH.into()),
            ("HOME", self.engine.clone().into()),
            ("LANG", "C.UTF-8".into()),
            ("TMPDIR", self.temporary().into()),
            ("CONTAINERS_CONF", self.containers_conf().into()),
            ("CONTAINERS_STORAGE_CONF", self.storage_conf().into()),
            ("CONTAINERS_REGISTRIES_CONF", self.registries_conf().into()),
        ]
    }

    /// A child program with exactly [`environment`](Self::environment), no standard input, in a process
    /// group of its own (so that Ctrl-C in a terminal does not reach it), killed when dropped.
    pub fn command(&self, program: &str) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(program);
        command
            .env_clear()
            .envs(self.environment())
            .current_dir("/")
            .stdin(std::process::Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        command
    }
}
