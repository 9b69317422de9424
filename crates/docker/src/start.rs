//! Starts the engine: cleans up after a killed run, starts the service, adopts what runs.

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use nix::{
    errno::Errno,
    mount::{MsFlags, mount},
};
use ward_spine::engine::EngineError;

use crate::{
    Docker, DockerConfig,
    containers::{self, Containers},
    images::{Images, ImagesConfig},
    network::{Networks, NetworksConfig},
    podman::{self, Paths, Service, broken, tmpfs},
    volumes::Volumes,
};

impl Docker {
    /// Starts it. Containers that run go on running and are adopted.
    ///
    /// # Errors
    /// If the configuration can't work, a program is missing, or the service does not come up.
    pub async fn start(config: DockerConfig) -> Result<Arc<Self>, EngineError> {
        config.check()?;
        let paths = Arc::new(Paths::new(&config.state_dir, &config.run_dir));
        let fresh = mount_run(&paths)?;
        podman::end_leftover(&paths).await;
        if fresh {
            // No run state, so no container that Podman could still know: a reboot, or somebody unmounted it.
            containers::remove_tree(&containers::root_of(&config.instance)).await;
            tmpfs::unmount_below(&paths.graphroot());
            forget_addresses(Path::new("/run/containers/networks/ipam.db"), booted());
        }
        podman::configure(&paths)?;
        podman::ensure_subordinate_ids()?;
        install_init(&config, &paths)?;
        share_namespaces()?;
        let (service, client) = Service::start(Arc::clone(&paths)).await?;
        let networks = Networks::new(NetworksConfig {
            instance: config.instance.clone(),
            pool: config.pool,
            podman: client.clone(),
        })?;
        let volumes = Volumes::new(config.volumes(), config.instance.clone());
        let mut builds = ImagesConfig::new((*paths).clone(), client.clone(), networks.clone());
        if let Some(hosts) = &config.build_egress {
            builds.build_egress.clone_from(hosts);
        }
        if config.build_ca.is_some() {
            builds.build_ca.clone_from(&config.build_ca);
        }
        let images = Images::new(builds);
        let containers = Containers::new(
            config.instance.clone(),
            Arc::clone(&paths),
            client.clone(),
            networks.clone(),
            volumes.clone(),
            config.uid_range,
        )?;
        if fresh {
            // Nothing of them runs and their secrets are gone: they are made again when they are applied.
            containers.remove_all().await?;
        }
        containers.adopt().await?;
        Ok(Arc::new(Self {
            volumes_dir: config.volumes(),
            instance: config.instance,
            paths,
            client,
            service,
            networks,
            volumes,
            images,
            containers,
        }))
    }

    /// Ends the service; containers go on, and [`start`](Self::start) finds them.
    pub async fn shutdown(&self) {
        self.service.stop().await;
    }
}

/// Mounts the run directory if it is not mounted; tells whether it was.
fn mount_run(paths: &Paths) -> Result<bool, EngineError> {
    let run = paths.run();
    if tmpfs::mounted(run).as_deref() == Some("tmpfs") {
        return Ok(false);
    }
    podman::directory(run, 0o700).map_err(|error| broken(format!("creating {}", run.display()), error))?;
    tmpfs::mount_tmpfs(run, "size=25%,mode=0700", MsFlags::empty())
        .map_err(|error| broken(format!("mounting a tmpfs at {}", run.display()), error))?;
    Ok(true)
}

/// Removes the list of addresses in use if it was written before this boot.
///
/// All instances of Podman share that file, at a place that can't be configured. Where `/run` is a disk it
/// outlives a reboot, and every address in it would stay taken by a container that is no more.
fn forget_addresses(file: &Path, booted: Option<SystemTime>) {
    let written = fs::metadata(file).and_then(|meta| meta.modified());
    if let (Ok(written), Some(booted)) = (written, booted)
        && written < booted
        && let Err(error) = fs::remove_file(file)
    {
        tracing::warn!(file = %file.display(), %error, "addresses from before the reboot stay taken");
    }
}

/// When the machine was started (proc(5), `btime` in `/proc/stat`).
fn booted() -> Option<SystemTime> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let seconds = stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Makes `/run/netns` a mount of its own that is shared between mount namespaces.
///
/// Podman does this only for containers without a user namespace. Without it, on a host whose root is mounted
/// privately (no systemd), a removed container's network namespace stays mounted and its address stays taken.
fn share_namespaces() -> Result<(), EngineError> {
    let directory = Path::new("/run/netns");
    let failed = |error: std::io::Error| broken("sharing /run/netns", error);
    fs::create_dir_all(directory).map_err(failed)?;
    let none = None::<&str>;
    let share = || mount(none, directory, none, MsFlags::MS_SHARED | MsFlags::MS_REC, none);
    match share() {
        Err(Errno::EINVAL) => {
            mount(Some(directory), directory, none, MsFlags::MS_BIND | MsFlags::MS_REC, none)
                .and_then(|()| share())
                .map_err(|errno| failed(errno.into()))
        }
        other => other.map_err(|errno| failed(errno.into())),
    }
}

/// Puts a copy of the init program where containers mount it from; running ones keep the old file.
fn install_init(config: &DockerConfig, paths: &Paths) -> Result<(), EngineError> {
    let name = config.init_binary.display();
    let bytes = fs::read(&config.init_binary).map_err(|error| broken(format!("reading {name}"), error))?;
    if crate::capabilities::has_interpreter(&bytes) != Some(false) {
        return Err(EngineError::Unsupported {
            what: "start containers",
            why: format!(
                "{name} is not a statically linked program; build it with \
                 `cargo rustc -p ward-init --release -- -C target-feature=+crt-static`"
            ),
        });
    }
    if fs::read(paths.init()).is_ok_and(|installed| installed == bytes) {
        return Ok(());
    }
    podman::replace(&paths.init(), &bytes, 0o555).map_err(|error| broken("installing ward-init", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_forgotten_only_if_they_are_from_before_the_boot() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("ipam.db");
        fs::write(&file, "x").unwrap();
        let booted = booted().expect("this machine was booted");
        forget_addresses(&file, Some(booted));
        assert!(file.exists(), "written in this boot");
        fs::File::options()
            .write(true)
            .open(&file)
            .and_then(|open| open.set_modified(booted - Duration::from_secs(60)))
            .unwrap();
        forget_addresses(&file, None);
        assert!(file.exists(), "when the boot was is not known");
        forget_addresses(&file, Some(booted));
        assert!(!file.exists());
        forget_addresses(&file, Some(booted));
    }
}
