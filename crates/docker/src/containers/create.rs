//! Creates a container, always with the whole hardened set.

use std::{collections::HashMap, net::Ipv4Addr, path::Path};

use bollard::{
    models::{
        ContainerCreateBody, EndpointIpamConfig, EndpointSettings, HostConfig, HostConfigCgroupnsModeEnum,
        HostConfigLogConfig, NetworkingConfig, ResourcesUlimits,
    },
    query_parameters::CreateContainerOptionsBuilder,
};
use ward_spine::engine::{ContainerSpec, EngineError, NetworkSpec, label};

use super::{
    Containers, LABEL_ADDRESS,
    directory::writable,
    image::Image,
    validate::{SHARED_MEMORY, WIDTH, refuse},
};
use crate::podman::{broken, status, translate};

/// Options of every bind mount but the init program.
const BIND: &str = "noexec,nosuid,nodev";
/// Bytes of a container's log before the monitor starts it anew.
pub(super) const LOG_SIZE: u64 = 8 << 20;

/// What is decided about a container before it is created.
pub(super) struct Plan<'a> {
    pub(super) spec: &'a ContainerSpec,
    pub(super) image: &'a Image,
    pub(super) identity: (u32, u32),
    pub(super) hash: &'a str,
    pub(super) log_size: u64,
}

impl Containers {
    /// Creates it, not started, and returns its id. A name that is taken is
    /// freed first: only this engine names containers, so it is a leftover.
    pub(super) async fn create(&self, plan: &Plan<'_>) -> Result<String, EngineError> {
        let spec = plan.spec;
        self.networks.apply_network(&network(spec)).await?;
        if spec.egress {
            self.networks.apply_egress(&network(spec)).await?;
        }
        let mut attempts = 0;
        loop {
            attempts += 1;
            self.client.ready().await?;
            let options = CreateContainerOptionsBuilder::new().name(&spec.name).build();
            let created = self.client.bollard().create_container(Some(options), self.body(plan).await?).await;
            match created {
                Ok(created) => return Ok(created.id),
                // Podman 4.3 reports a taken name as 500; the Docker API says 409.
                Err(error)
                    if attempts < 3
                        && matches!(status(&error), Some(409 | 500))
                        && error.to_string().contains("already in use") =>
                {
                    self.delete(&spec.name).await?;
                }
                Err(error) => return Err(translate(format!("creating container {}", spec.name), error)),
            }
        }
    }

    async fn body(&self, plan: &Plan<'_>) -> Result<ContainerCreateBody, EngineError> {
        let spec = plan.spec;
        let mut labels: HashMap<String, String> = spec.labels.clone().into_iter().collect();
        labels.insert(label::INSTANCE.into(), self.instance.clone());
        labels.insert(label::SPEC.into(), plan.hash.to_owned());
        labels.insert(LABEL_ADDRESS.into(), spec.address.to_string());
        let command = plan.image.command(spec);
        if command.is_empty() {
            return Err(refuse(format!(
                "the image {} names no command and neither does the spec",
                spec.image
            )));
        }
        Ok(ContainerCreateBody {
            hostname: Some(spec.name.chars().take(63).collect::<String>().trim_end_matches('-').to_owned()),
            image: Some(plan.image.id.clone()),
            user: Some(format!("{}:{}", plan.identity.0, plan.identity.1)),
            entrypoint: Some(vec!["/.ward/init".into()]),
            cmd: Some(command),
            labels: Some(labels),
            host_config: Some(self.host_config(plan).await?),
            networking_config: Some(NetworkingConfig { endpoints_config: Some(self.endpoints(spec)?) }),
            ..Default::default()
        })
    }

    async fn host_config(&self, plan: &Plan<'_>) -> Result<HostConfig, EngineError> {
        let spec = plan.spec;
        let memory = i64::try_from(spec.memory).map_err(|error| broken("reading the memory limit", error))?;
        let shared = spec.tmpfs.iter().find(|(path, _)| path == SHARED_MEMORY).map(|(_, size)| *size);
        let ulimit = |name: &str, limit| ResourcesUlimits {
            name: Some(name.into()),
            soft: Some(limit),
            hard: Some(limit),
        };
        let map = format!("0:{}:{WIDTH}", spec.uid_base);
        let log = HashMap::from([
            ("path".to_owned(), text(&self.log(&spec.name))?),
            ("max-size".to_owned(), plan.log_size.to_string()),
        ]);
        let root_only = |size: &str| format!("rw,noexec,nosuid,nodev,size={size},notmpcopyup");
        Ok(HostConfig {
            network_mode: Some(self.networks.names(spec.network).internal),
            cap_drop: Some(vec!["ALL".into()]),
            readonly_rootfs: Some(true),
            security_opt: Some(vec![
                "no-new-privileges".into(),
                format!("seccomp={}", text(&self.paths.seccomp())?),
            ]),
            userns_mode: Some(format!("auto:uidmapping={map},gidmapping={map}")),
            ipc_mode: Some("private".into()),
            cgroupns_mode: Some(HostConfigCgroupnsModeEnum::PRIVATE),
            cgroup_parent: Some(self.cgroup_parent(spec.network)),
            memory: Some(memory),
            memory_swap: Some(memory),
            nano_cpus: Some(i64::from(spec.cpu_millis).saturating_mul(1_000_000)),
            pids_limit: Some(i64::from(spec.pids)),
            // Both always: Podman's defaults fail without CAP_SYS_RESOURCE.
            ulimits: Some(vec![ulimit("nofile", 16_384), ulimit("nproc", 4_096), ulimit("core", 0)]),
            shm_size: Some(i64::try_from(shared.unwrap_or(64 << 20).min(spec.memory)).unwrap_or(64 << 20)),
            tmpfs: Some(
                [("/run", "1m"), ("/var/tmp", "16m")]
                    .into_iter()
                    .filter(|(path, _)| !taken(spec, path))
                    .map(|(path, size)| (path.to_owned(), root_only(size)))
                    .collect(),
            ),
            binds: Some(self.binds(spec).await?),
            extra_hosts: Some(spec.hosts.iter().map(|(name, address)| format!("{name}:{address}")).collect()),
            // Nothing listens there: a name that is not in the hosts file fails at once instead of timing out.
            dns: Some(vec!["127.0.0.1".into()]),
            log_config: Some(HostConfigLogConfig { typ: Some("k8s-file".into()), config: Some(log) }),
            init: Some(true),
            ..Default::default()
        })
    }

    async fn binds(&self, spec: &ContainerSpec) -> Result<Vec<String>, EngineError> {
        let root = self.directory(&spec.name);
        let mut binds = vec![
            format!("{}:/.ward/init:ro,nosuid,nodev", text(&self.paths.init())?),
            format!("{}:/run/ward:ro,{BIND}", text(&root.join("ward"))?),
        ];
        for (number, (path, _)) in writable(spec).iter().enumerate() {
            binds.push(format!("{}:{path}:rw,{BIND}", text(&root.join(format!("tmpfs-{number}")))?));
        }
        for mount in &spec.mounts {
            let access = if mount.read_only { "ro" } else { "rw" };
            let source = self.volume(&mount.volume).await?;
            binds.push(format!("{}:{}:{access},{BIND}", text(&source)?, mount.target));
        }
        Ok(binds)
    }

    /// Path of a volume on the host; it must be unlocked.
    async fn volume(&self, id: &str) -> Result<std::path::PathBuf, EngineError> {
        match self.volumes.list().await?.into_iter().find(|volume| volume.id == id) {
            Some(volume) if volume.unlocked => self.volumes.path(id),
            Some(_) => Err(refuse(format!("its volume {id} is locked"))),
            None => Err(EngineError::NotFound { what: "volume", name: id.to_owned() }),
        }
    }

    fn endpoints(&self, spec: &ContainerSpec) -> Result<HashMap<String, EndpointSettings>, EngineError> {
        let names = self.networks.names(spec.network);
        let endpoint = |address: Ipv4Addr| EndpointSettings {
            mac_address: Some(hardware_address(address)),
            ipam_config: Some(EndpointIpamConfig {
                ipv4_address: Some(address.to_string()),
                ..Default::default()
            }),
            ..Default::default()
        };
        let mut endpoints = HashMap::from([(names.internal, endpoint(spec.address))]);
        if spec.egress {
            let address = self
                .networks
                .egress_address(spec.address)
                .ok_or_else(|| refuse(format!("{} has no address outward", spec.address)))?;
            endpoints.insert(names.egress, endpoint(address));
        }
        Ok(endpoints)
    }
}

/// The network the container needs, with labels that say whose it is.
fn network(spec: &ContainerSpec) -> NetworkSpec {
    let labels = [label::ORGANIZATION, label::ENVIRONMENT]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), spec.labels.get(name)?.clone())))
        .collect();
    NetworkSpec { index: spec.network, labels }
}

fn taken(spec: &ContainerSpec, path: &str) -> bool {
    spec.tmpfs.iter().any(|(taken, _)| taken == path) || spec.mounts.iter().any(|mount| mount.target == path)
}

/// A path in the form that a bind mount is written in: no colon, no comma.
fn text(path: &Path) -> Result<String, EngineError> {
    match path.to_str() {
        Some(text) if !text.contains([':', ',']) => Ok(text.to_owned()),
        _ => Err(refuse(format!("the path {} can't be mounted", path.display()))),
    }
}

/// Hardware address of a container: locally administered, the same for an address for ever. A fresh one at each start
/// would leave the host's neighbour table wrong for up to a minute, and a container that was healed unreachable.
fn hardware_address(address: Ipv4Addr) -> String {
    let [a, b, c, d] = address.octets();
    format!("02:57:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}
