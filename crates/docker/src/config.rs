//! What an engine is started with.

use std::{net::Ipv4Addr, path::PathBuf};

use ward_spine::engine::EngineError;

/// Configuration of one instance. Two instances on a host differ in all of instance name, directories, pool of
/// addresses and range of ids.
#[derive(Debug, Clone)]
pub struct DockerConfig {
    /// Short name, unique on the host: `[a-z0-9]{1,8}`. Part of control groups, bridges and tables.
    pub instance: String,
    /// Directory on a disk; it and all above it must let others pass (`o+x`). The engine uses `engine` below it.
    pub state_dir: PathBuf,
    /// Directory for encrypted volumes, prepared with [`crate::volumes::prepare`] or
    /// [`crate::volumes::prepare_loop`]; None is `volumes` below the state directory.
    pub volumes_dir: Option<PathBuf>,
    /// Directory for a tmpfs that the engine mounts; at most 60 bytes, because a socket lies in it.
    pub run_dir: PathBuf,
    /// Private addresses of all environments: address and prefix length. A /15 holds all 251.
    pub pool: (Ipv4Addr, u8),
    /// The statically linked `ward-init`.
    pub init_binary: PathBuf,
    /// Host ids for containers: first, and first after the last. Not below 65,536; Podman takes them from here
    /// whatever `/etc/subuid` says, so no login user's range may be in it.
    pub uid_range: (u32, u32),
    /// Names of hosts that builds may reach; None are package mirrors. See
    /// [`crate::images::ImagesConfig::build_egress`].
    pub build_egress: Option<Vec<String>>,
    /// Certificates that builds trust beside the image's own; None are the host's. See
    /// [`crate::images::ImagesConfig::build_ca`].
    pub build_ca: Option<PathBuf>,
}

impl DockerConfig {
    /// Directory for volumes.
    pub(crate) fn volumes(&self) -> PathBuf {
        self.volumes_dir.clone().unwrap_or_else(|| self.state_dir.join("volumes"))
    }

    /// Refuses what can't work.
    pub(crate) fn check(&self) -> Result<(), EngineError> {
        let refuse =
            |why: &str| Err(EngineError::Unsupported { what: "start the engine", why: why.to_owned() });
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if self.instance.is_empty() || self.instance.len() > 8 || !self.instance.bytes().all(plain) {
            return refuse("the instance name is not 1 to 8 of a-z and 0-9");
        }
        if !self.state_dir.is_absolute() || !self.run_dir.is_absolute() {
            return refuse("state and run directory must be absolute paths");
        }
        if self.run_dir.as_os_str().len() > 60 {
            return refuse("the path of the run directory is longer than 60 bytes");
        }
        if self.run_dir.starts_with(&self.state_dir) || self.state_dir.starts_with(&self.run_dir) {
            return refuse("state and run directory must not lie in each other");
        }
        let (first, end) = self.uid_range;
        if first < 65_536 || end.saturating_sub(first) < 65_536 {
            return refuse("the range of ids must begin at 65536 or above and hold 65536 or more");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_that_would_clash_or_not_fit_are_refused() {
        let good = DockerConfig {
            instance: "demo".into(),
            state_dir: "/var/lib/ward".into(),
            volumes_dir: None,
            run_dir: "/run/ward".into(),
            pool: (Ipv4Addr::new(10, 88, 0, 0), 15),
            init_binary: "/usr/lib/ward/ward-init".into(),
            uid_range: (300_000, 600_000),
            build_egress: None,
            build_ca: None,
        };
        good.check().unwrap();
        let changes: [fn(&mut DockerConfig); 6] = [
            |c| c.instance = "a-b".into(),
            |c| c.instance = "abcdefghi".into(),
            |c| c.run_dir = "/var/lib/ward/run".into(),
            |c| c.run_dir = "run".into(),
            |c| c.run_dir = format!("/{}", "x".repeat(60)).into(),
            |c| c.uid_range = (0, 100_000),
        ];
        for change in changes {
            let mut changed = good.clone();
            change(&mut changed);
            assert!(changed.check().is_err(), "{changed:?}");
        }
    }
}
