//! Refuses specs that would weaken the hardened set or confuse the engine.

use std::path::Path;

use ward_spine::engine::{ContainerSpec, EngineError, ExecSpec};

use super::Containers;

/// Width of a user namespace, in ids.
pub(super) const WIDTH: u32 = 65_536;
/// Paths of a container that no mount may cover.
const RESERVED: [&str; 6] = ["/proc", "/sys", "/dev", "/.ward", "/run/ward", "/run/podman-init"];

pub(crate) fn refuse(why: impl Into<String>) -> EngineError {
    EngineError::Unsupported { what: "run this container", why: why.into() }
}

impl Containers {
    /// Checks everything that can be checked without the image.
    pub(super) fn validate(&self, spec: &ContainerSpec) -> Result<(), EngineError> {
        let (first, end) = self.uids;
        if spec.uid_base < first || spec.uid_base > end.saturating_sub(WIDTH) || first == 0 {
            return Err(refuse(format!(
                "its host ids {} to {} are not within {first} to {end}",
                spec.uid_base,
                spec.uid_base.saturating_add(WIDTH)
            )));
        }
        let (subnet, prefix) = self.networks.subnet(spec.network);
        let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
        if u32::from(spec.address) & mask != u32::from(subnet) {
            return Err(refuse(format!("its address {} is not in {subnet}/{prefix}", spec.address)));
        }
        check(spec)
    }
}

/// The part that needs nothing but the spec.
fn check(spec: &ContainerSpec) -> Result<(), EngineError> {
    if !name(&spec.name) {
        return Err(refuse("its name is not [a-z0-9][a-z0-9-]*, at most 100 long"));
    }
    if spec.user == Some(0) {
        return Err(refuse("it would run as root; choose another uid"));
    }
    if spec.user.is_some_and(|uid| uid >= WIDTH) {
        return Err(refuse("its uid is beyond its user namespace"));
    }
    if spec.memory < 4 << 20 || i64::try_from(spec.memory).is_err() || spec.cpu_millis == 0 || spec.pids == 0
    {
        return Err(refuse("it needs limits: at least 4 MiB of memory, some CPU and some processes"));
    }
    for (variable, value) in &spec.env {
        if variable.is_empty() || variable.contains(['=', '\0']) || value.0.contains(&0) {
            return Err(refuse(
                "an environment variable has an empty name, or a name or value with NUL or =",
            ));
        }
    }
    for (file, _) in &spec.files {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if file.is_empty()
            || file.starts_with('.')
            || file == "env"
            || file.len() > 128
            || !file.chars().all(plain)
        {
            return Err(refuse(format!("{file:?} is no name for a file below /run/ward")));
        }
    }
    for (host, _) in &spec.hosts {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if host.is_empty() || host.len() > 253 || !host.chars().all(plain) {
            return Err(refuse(format!("{host:?} is no host name")));
        }
    }
    let targets =
        spec.mounts.iter().map(|mount| &mount.target).chain(spec.tmpfs.iter().map(|(path, _)| path));
    for target in targets {
        if !free(target) {
            return Err(refuse(format!("nothing can be mounted at {target:?}")));
        }
    }
    Ok(())
}

/// Whether it is a name of a container.
pub(crate) fn name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.len() <= 100 && text.bytes().next().is_some_and(plain) && text.bytes().all(|b| plain(b) || b == b'-')
}

/// Whether something may be mounted there: an absolute path, written in the one way it can be.
fn free(target: &str) -> bool {
    let path = Path::new(target);
    let plain = target.starts_with('/')
        && target.len() > 1
        && target.len() < 256
        && target.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
        && target.split('/').skip(1).all(|part| !part.is_empty() && part != "." && part != "..");
    plain && (target == SHARED_MEMORY || !RESERVED.iter().any(|reserved| path.starts_with(reserved)))
}

/// Naming this as a tmpfs sets its size.
pub(super) const SHARED_MEMORY: &str = "/dev/shm";

/// Checks a command for a running container.
pub(crate) fn check_exec(spec: &ExecSpec) -> Result<(), EngineError> {
    if spec.command.is_empty() {
        return Err(EngineError::Unsupported { what: "run this command", why: "it is empty".into() });
    }
    if spec.user.is_some_and(|uid| uid == 0 || uid >= WIDTH) {
        return Err(EngineError::Unsupported {
            what: "run this command",
            why: "it would run as root, or as an id beyond the user namespace".into(),
        });
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use super::*;
    use ward_spine::engine::{SecretBytes, VolumeMount};

    pub(in crate::containers) fn spec() -> ContainerSpec {
        ContainerSpec {
            name: "web-1".into(),
            labels: BTreeMap::new(),
            image: "test".into(),
            command: None,
            env: vec![("A".into(), SecretBytes::new(*b"1"))],
            files: vec![],
            user: Some(1000),
            network: 0,
            address: [10, 0, 0, 2].into(),
            hosts: vec![],
            egress: false,
            uid_base: 300_000,
            memory: 64 << 20,
            cpu_millis: 500,
            pids: 50,
            mounts: vec![],
            tmpfs: vec![],
            grace: Duration::from_secs(5),
        }
    }

    #[test]
    fn a_plain_spec_passes() {
        check(&spec()).unwrap();
    }

    #[test]
    fn what_would_weaken_the_container_is_refused() {
        let changes: [fn(&mut ContainerSpec); 12] = [
            |s| s.user = Some(0),
            |s| s.user = Some(65_536),
            |s| s.name = "../web".into(),
            |s| s.name = "-web".into(),
            |s| s.memory = 0,
            |s| s.pids = 0,
            |s| s.env = vec![("A=B".into(), SecretBytes::new(*b"1"))],
            |s| s.env = vec![("A".into(), SecretBytes::new(*b"1\0B=2"))],
            |s| s.files = vec![("../x".into(), SecretBytes::new(*b"1"))],
            |s| s.files = vec![("env".into(), SecretBytes::new(*b"1"))],
            |s| s.hosts = vec![("a\n10.0.0.1 b".into(), [10, 0, 0, 1].into())],
            |s| s.tmpfs = vec![("/proc/self".into(), 1)],
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut changed = spec();
            change(&mut changed);
            assert!(check(&changed).is_err(), "change {number}");
        }
    }

    #[test]
    fn mounts_can_not_cover_what_protects_the_container() {
        for target in [
            "/",
            "relative",
            "/a/../proc",
            "/a//b",
            "/a/",
            "/run/ward",
            "/run/ward/x",
            "/.ward/init",
            "/a:ro",
        ] {
            let mut changed = spec();
            changed.mounts =
                vec![VolumeMount { volume: "v".into(), target: target.into(), read_only: false }];
            assert!(check(&changed).is_err(), "{target}");
        }
        assert!(free("/var/lib/postgresql") && free("/dev/shm") && free("/run/postgresql"));
    }
}
