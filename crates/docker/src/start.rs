//! Starts the engine: cleans up after a killed run, starts the service, adopts what runs.

use std::{fs, sync::Arc};

use nix::mount::MsFlags;
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
        }
        podman::configure(&paths)?;
        podman::ensure_subordinate_ids()?;
        install_init(&config, &paths)?;
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
