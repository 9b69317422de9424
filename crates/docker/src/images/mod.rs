//! Images: builds them from a developer's source, keeps Ward's own.
//!
//! No registry is assumed. `FROM debian:bookworm-slim` is Ward's own base, made from Debian's signed packages; an app's
//! Dockerfile runs confined (see the module `confine`), and its result moves into the instance's store.

mod build;
mod builtin;
mod confine;
mod context;
mod limits;

use std::{path::PathBuf, sync::Arc};

use http::{Method, StatusCode};
use serde::Deserialize;
use tokio::sync::Mutex;
use ward_spine::engine::EngineError;

use crate::{
    network::Networks,
    podman::{Client, Paths, broken, message},
};
pub use builtin::Builtin;

/// Hosts that a build may reach unless configured otherwise: Debian, crates.io, PyPI, npm.
pub const DEFAULT_EGRESS: [&str; 8] = [
    "deb.debian.org",
    "security.debian.org",
    "index.crates.io",
    "static.crates.io",
    "crates.io",
    "pypi.org",
    "files.pythonhosted.org",
    "registry.npmjs.org",
];

/// What building needs.
#[derive(Clone)]
pub struct ImagesConfig {
    /// Directory of builds on a disk: the layer cache and, while one runs, a copy of its source. Owned by the build's
    /// user, so it must be for this alone.
    pub dir: PathBuf,
    /// Paths of the instance's Podman.
    pub paths: Paths,
    /// The instance's Podman.
    pub podman: Client,
    /// The instance's networks: builds go through the same filter.
    pub networks: Networks,
    /// Names of hosts that a build may reach, ports 80 and 443. Nothing else resolves in a build.
    pub build_egress: Vec<String>,
    /// Certificates that commands in a build shall trust beside the image's own, for hosts that intercept TLS: PEM.
    pub build_ca: Option<PathBuf>,
    /// First host user id of builds, 65,536 wide; no container may have one of them.
    pub uid_base: u32,
    /// Memory limit of a build in bytes.
    pub memory: u64,
    /// Most processes of a build.
    pub pids: u32,
    /// Size of the cache of layers, in bytes, above which it is emptied before the next build.
    pub cache: u64,
}

impl ImagesConfig {
    /// The defaults: 4 GiB of memory, 2,048 processes, 20 GiB of cache, [`DEFAULT_EGRESS`], the host's certificates if it has them.
    pub fn new(paths: Paths, podman: Client, networks: Networks) -> Self {
        let certificates = PathBuf::from("/etc/ssl/certs/ca-certificates.crt");
        Self {
            dir: paths.engine().join("build"),
            paths,
            podman,
            networks,
            build_egress: DEFAULT_EGRESS.map(str::to_owned).to_vec(),
            build_ca: certificates.exists().then_some(certificates),
            uid_base: 2_000_000_000,
            memory: 4 << 30,
            pids: 2048,
            cache: 20 << 30,
        }
    }
}

/// The images of one instance. Cheap to clone.
#[derive(Clone)]
pub struct Images {
    config: Arc<ImagesConfig>,
    /// One build at a time: it owns the directory, the network link and the control group.
    turn: Arc<Mutex<()>>,
}

impl Images {
    /// Touches nothing.
    pub fn new(config: ImagesConfig) -> Self {
        Self { config: Arc::new(config), turn: Arc::default() }
    }

    /// Id of an image (`sha256:…`), if the instance has it.
    ///
    /// # Errors
    /// If the engine does not answer, or the reference is none.
    pub async fn find(&self, reference: &str) -> Result<Option<String>, EngineError> {
        Ok(self.inspect(reference).await?.map(|image| image.id()))
    }

    /// Removes an image, or only the name if it has others; one that is not there is no error.
    ///
    /// # Errors
    /// If a container uses it, or the engine does not answer.
    pub async fn remove(&self, reference: &str) -> Result<(), EngineError> {
        let path = format!("/libpod/images/{}", checked(reference)?);
        let (status, body) = self.config.podman.libpod(Method::DELETE, &path, None).await?;
        if status.is_success() || status == StatusCode::NOT_FOUND {
            return Ok(());
        }
        Err(broken(format!("removing the image {reference}"), message(status, &body)))
    }

    /// Removes the cache of layers and what a build left; waits for one that runs. For taking an instance away: the
    /// images themselves go with the instance's store.
    ///
    /// # Errors
    /// If the directory of builds can't be removed.
    pub async fn destroy(&self) -> Result<(), EngineError> {
        let _turn = self.turn.lock().await;
        // Left by a Ward that was killed; the processes died with it.
        limits::Limits::of(&self.config).remove().await;
        match std::fs::remove_dir_all(&self.config.dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(broken(format!("removing {}", self.config.dir.display()), error))
            }
            _ => Ok(()),
        }
    }

    async fn inspect(&self, reference: &str) -> Result<Option<Seen>, EngineError> {
        self.config.podman.read(&format!("/libpod/images/{}/json", checked(reference)?)).await
    }
}

#[derive(Deserialize)]
struct Seen {
    #[serde(rename = "Id")]
    id: String,
    #[serde(rename = "Labels", default)]
    labels: Option<std::collections::BTreeMap<String, String>>,
}

impl Seen {
    fn id(&self) -> String {
        if self.id.starts_with("sha256:") { self.id.clone() } else { format!("sha256:{}", self.id) }
    }
}

/// Refuses what is no reference: it becomes part of a URL and of an argument.
fn checked(reference: &str) -> Result<&str, EngineError> {
    let plain = (1..=255).contains(&reference.len())
        && reference.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !reference.contains("..")
        && !reference.contains("//")
        && reference.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/:@".contains(&b));
    if plain {
        Ok(reference)
    } else {
        Err(broken("naming an image", format!("{reference:?} is no image reference")))
    }
}

/// The reference with its host: what Ward builds belongs to `localhost`.
fn qualified(reference: &str) -> Result<String, EngineError> {
    let reference = checked(reference)?;
    let first = reference.split_once('/').map_or("", |(first, _)| first);
    if first == "localhost" || first.contains(['.', ':']) {
        return Ok(reference.to_owned());
    }
    Ok(format!("localhost/{reference}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_that_could_be_read_as_something_else_are_refused() {
        for bad in ["", "-x", "../x", "a b", "a;b", "a?b", "a%2fb", "x/../y", "a\n", "--root=/", "a//b"] {
            assert!(checked(bad).is_err(), "{bad:?}");
        }
        assert_eq!(qualified("ward/app-7:v1").unwrap(), "localhost/ward/app-7:v1");
        assert_eq!(qualified("docker.io/library/debian:x").unwrap(), "docker.io/library/debian:x");
        assert_eq!(qualified("localhost/a").unwrap(), "localhost/a");
        assert_eq!(qualified("debian:x").unwrap(), "localhost/debian:x");
    }
}
