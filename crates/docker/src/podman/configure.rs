//! Writes the configuration files of the instance.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use ward_spine::engine::EngineError;

use super::{Paths, broken};

/// Where distributions put the program that reaps zombies as process 1 of a container.
const REAPERS: [&str; 4] = [
    "/usr/libexec/podman/catatonit",
    "/usr/bin/catatonit",
    "/usr/lib/podman/catatonit",
    "/usr/libexec/catatonit/catatonit",
];

/// Creates the directories and writes every file anew; safe while containers run.
///
/// # Errors
/// If a file can't be written, or a directory above the image store keeps others from passing through: a
/// container's root is another user on the host and must reach its own file system.
pub(crate) fn configure(paths: &Paths) -> Result<(), EngineError> {
    let failed = |path: &Path, error: std::io::Error| broken(format!("writing {}", path.display()), error);
    for (path, mode) in [
        (paths.engine().to_owned(), 0o711),
        (paths.graphroot(), 0o711),
        (paths.networks(), 0o700),
        (paths.named_volumes(), 0o711),
        (paths.temporary(), 0o700),
        (paths.containers(), 0o700),
    ] {
        directory(&path, mode).map_err(|error| failed(&path, error))?;
    }
    passable(&paths.graphroot())?;
    let reaper = REAPERS.iter().find(|path| Path::new(path).exists()).ok_or(EngineError::Unsupported {
        what: "run containers",
        why: "catatonit is missing; install the package catatonit".into(),
    })?;
    for (path, text) in [
        (paths.containers_conf(), containers_conf(paths, reaper)),
        (paths.storage_conf(), storage_conf(paths)),
        (paths.registries_conf(), "unqualified-search-registries = []\n".to_owned()),
        (paths.seccomp(), crate::seccomp::PROFILE.to_owned()),
    ] {
        replace(&path, text.as_bytes(), 0o644).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}

/// Creates a directory with a mode, or gives an existing one that mode.
pub(crate) fn directory(path: &Path, mode: u32) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(mode).create(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Replaces a file in one step, so that no reader sees half of it.
pub(crate) fn replace(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let _ = fs::remove_file(&beside);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside)?;
    std::io::Write::write_all(&mut file, bytes)?;
    fs::set_permissions(&beside, fs::Permissions::from_mode(mode))?;
    fs::rename(&beside, path)
}

/// Checks that every directory down to `path` lets others pass (`o+x`).
fn passable(path: &Path) -> Result<(), EngineError> {
    for directory in path.ancestors() {
        let mode = fs::metadata(directory)
            .map_err(|error| broken(format!("reading {}", directory.display()), error))?
            .permissions()
            .mode();
        if mode & 0o001 == 0 {
            return Err(EngineError::Unsupported {
                what: "keep container images there",
                why: format!(
                    "containers run as other users and must pass through {}; chmod o+x it, or choose another state directory",
                    directory.display()
                ),
            });
        }
    }
    Ok(())
}

fn quoted(path: &Path) -> String {
    // A JSON string of a path without control characters is a TOML basic string too.
    serde_json::Value::String(path.to_string_lossy().into_owned()).to_string()
}

/// Podman's default ulimits fail with EPERM where Ward runs without CAP_SYS_RESOURCE; `crun` refuses hybrid
/// cgroups; the journal and systemd may be absent.
///
/// `static_dir` is left out on purpose: the clean-up command that a container's monitor runs gets `--root`, which
/// puts that directory below the image store whatever is said here. With another place it would find no container
/// and leave mounts and network namespaces behind.
fn containers_conf(paths: &Paths, reaper: &str) -> String {
    format!(
        r#"# Written by Ward at every start.
[containers]
base_hosts_file = "none"
host_containers_internal_ip = "none"
default_ulimits = ["nofile=16384:16384", "nproc=4096:4096"]
log_driver = "k8s-file"
init_path = {reaper}
seccomp_profile = {seccomp}

[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
exit_command_delay = 5
tmp_dir = {libpod_run}
volume_path = {volumes}
image_copy_tmp_dir = {temporary}

[network]
network_backend = "netavark"
network_config_dir = {networks}
"#,
        reaper = quoted(Path::new(reaper)),
        seccomp = quoted(&paths.seccomp()),
        libpod_run = quoted(&paths.libpod_run()),
        volumes = quoted(&paths.named_volumes()),
        temporary = quoted(&paths.temporary()),
        networks = quoted(&paths.networks()),
    )
}

fn storage_conf(paths: &Paths) -> String {
    format!(
        "# Written by Ward at every start.\n[storage]\ndriver = \"overlay\"\ngraphroot = {}\nrunroot = {}\n",
        quoted(&paths.graphroot()),
        quoted(&paths.runroot()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_nobody_else_may_pass_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let inner = directory.path().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let why = passable(&inner).unwrap_err().to_string();
        assert!(why.contains(&directory.path().display().to_string()), "{why}");
    }

    #[test]
    fn replacing_a_file_sets_its_mode_and_leaves_nothing_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a");
        replace(&file, b"one", 0o600).unwrap();
        replace(&file, b"two", 0o444).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o444);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
