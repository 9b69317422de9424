//! Builds an image from a directory with a Dockerfile.

use std::{
    collections::BTreeSet,
    fs,
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{net::lookup_host, time::timeout};
use ward_spine::engine::{BuildSpec, EngineError, LineSink};

use super::{Images, ImagesConfig, checked, confine, context, qualified};
use crate::{child, podman::broken};

/// Where commands of a build find the host's certificates, and the variables that curl, git, pip, npm, cargo and the
/// rest read.
const CERTIFICATES: &str = "ARG SSL_CERT_FILE=/run/.ward-build/ca.crt CURL_CA_BUNDLE=/run/.ward-build/ca.crt \
    GIT_SSL_CAINFO=/run/.ward-build/ca.crt PIP_CERT=/run/.ward-build/ca.crt REQUESTS_CA_BUNDLE=/run/.ward-build/ca.crt \
    NODE_EXTRA_CA_CERTS=/run/.ward-build/ca.crt CARGO_HTTP_CAINFO=/run/.ward-build/ca.crt";
const PORTS: [u16; 2] = [80, 443];
const MOVE: Duration = Duration::from_secs(300);
const LOOKUP: Duration = Duration::from_secs(5);

impl Images {
    /// Builds an image and returns its id. An unchanged source is quick: its layers are cached.
    ///
    /// # Errors
    /// [`EngineError::Build`] with the last lines and what to do, for whatever is the developer's to change;
    /// [`EngineError::Timeout`] when the time is up. Nothing is left behind then, in memory or on the disk.
    pub async fn build(&self, spec: &BuildSpec, log: LineSink) -> Result<String, EngineError> {
        let text = context::dockerfile(&spec.context, &spec.dockerfile)?;
        let tag = qualified(&spec.tag)?;
        let known = self.find(&tag).await?.unwrap_or_default();
        let _turn = self.turn.lock().await;
        let work = Work::begin(&self.config)?;
        let (source, target, owner) = (spec.context.clone(), work.path("context"), self.config.uid_base);
        tokio::task::spawn_blocking(move || context::copy(&source, &target, owner))
            .await
            .map_err(|error| broken("copying the source", error))??;
        let text = if work.give_certificates(&self.config)? {
            context::with_arguments(&text, CERTIFICATES)
        } else {
            text
        };
        work.give("Dockerfile", text.as_bytes())?;
        let reach = work.give_hosts(&self.config.build_egress, &log).await?;

        let mut step =
            vec!["build".to_owned(), tag.clone(), known.clone(), (self.config.cache >> 10).to_string()];
        for (name, value) in &spec.args {
            if !argument(name) {
                return Err(EngineError::Build(format!("{name:?} is no name of a build argument")));
            }
            step.extend(["--build-arg".to_owned(), format!("{name}={value}")]);
        }
        let ended = confine::run(&self.config, &step, &reach, &log, spec.timeout).await?;
        if !ended.success {
            return Err(EngineError::Build(explain(&ended.last_lines, &self.config.build_egress)));
        }
        let id = work.taken("id")?;
        if id != known {
            self.move_in(&work.path("out/image.tar"), &tag).await?;
        }
        self.find(&tag).await?.filter(|found| *found == id).ok_or_else(|| {
            broken("building an image", format!("it was built as {id}, but {tag} is not that in the store"))
        })
    }

    /// Takes an archive into the instance's store under a name.
    pub(super) async fn move_in(&self, archive: &Path, reference: &str) -> Result<(), EngineError> {
        let mut skopeo = self.config.paths.command("skopeo");
        skopeo
            .args(["--insecure-policy", "copy", "--quiet"])
            .arg(format!("docker-archive:{}", archive.display()))
            .arg(format!("containers-storage:{}", checked(reference)?));
        let done = child::run(skopeo, None, MOVE).await?;
        if done.success { Ok(()) } else { Err(broken(format!("storing the image {reference}"), done.stderr)) }
    }
}

/// The directory of one step; emptied before and after.
pub(super) struct Work {
    dir: PathBuf,
    owner: u32,
}

impl Work {
    pub(super) fn begin(config: &ImagesConfig) -> Result<Self, EngineError> {
        let work = Self { dir: config.dir.join("work"), owner: config.uid_base };
        work.clear().map_err(|error| broken("clearing the last build", error))?;
        let doing = |error: std::io::Error| broken("making room for a build", error);
        fs::create_dir_all(&config.dir).map_err(doing)?;
        for name in ["", "store", "work", "work/in", "work/out", "work/root", "work/tmp"] {
            let path = config.dir.join(name);
            match fs::create_dir(&path) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(doing(error)),
                _ => {}
            }
            chown(&path, Some(work.owner), Some(work.owner)).map_err(doing)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).map_err(doing)?;
        }
        Ok(work)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Puts a file where the step finds it.
    pub(super) fn give(&self, name: &str, bytes: &[u8]) -> Result<(), EngineError> {
        let path = self.dir.join("in").join(name);
        fs::write(&path, bytes)
            .and_then(|()| chown(&path, Some(self.owner), Some(self.owner)))
            .map_err(|error| broken(format!("giving {name} to a build"), error))
    }

    /// The host's certificates, if configured: whether there are any.
    fn give_certificates(&self, config: &ImagesConfig) -> Result<bool, EngineError> {
        let Some(file) = &config.build_ca else { return Ok(false) };
        let bytes = fs::read(file).map_err(|error| broken(format!("reading {}", file.display()), error))?;
        self.give("ca.crt", &bytes)?;
        Ok(true)
    }

    /// The hosts file: the only names a build can resolve. Gives what they stand for.
    pub(super) async fn give_hosts(
        &self,
        names: &[String],
        log: &LineSink,
    ) -> Result<Vec<(Ipv4Addr, u16)>, EngineError> {
        let mut text = String::from("127.0.0.1 localhost\n");
        let mut addresses = BTreeSet::new();
        for name in names {
            let found: Vec<_> = match timeout(LOOKUP, lookup_host((name.as_str(), 443))).await {
                Ok(Ok(found)) => found
                    .filter_map(|socket| match socket.ip() {
                        IpAddr::V4(address) => Some(address),
                        IpAddr::V6(_) => None,
                    })
                    .filter(|address| {
                        !address.is_loopback() && !address.is_link_local() && !address.is_unspecified()
                    })
                    .collect(),
                _ => Vec::new(),
            };
            if found.is_empty() {
                log(&format!("ward: {name} does not resolve on this host; this build can't reach it"));
            }
            for address in found {
                text.push_str(&format!("{address} {name}\n"));
                addresses.insert(address);
            }
        }
        self.give("hosts", text.as_bytes())?;
        Ok(addresses.into_iter().flat_map(|address| PORTS.map(|port| (address, port))).collect())
    }

    /// A small file that the step gave back. It is a stranger's: no link is followed, nothing long is read.
    pub(super) fn taken(&self, name: &str) -> Result<String, EngineError> {
        let path = self.dir.join("out").join(name);
        let metadata =
            fs::symlink_metadata(&path).map_err(|error| broken("reading the build's result", error))?;
        if !metadata.is_file() || metadata.len() > 4096 {
            return Err(broken("reading the build's result", format!("{name} is not what it should be")));
        }
        let text = fs::read_to_string(&path).map_err(|error| broken("reading the build's result", error))?;
        Ok(text.trim().to_owned())
    }

    fn clear(&self) -> std::io::Result<()> {
        match fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Err(error) = self.clear() {
            tracing::warn!(%error, dir = %self.dir.display(), "the next build clears it");
        }
    }
}

fn argument(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 128
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The last lines, and what a developer can do about the failures that have a usual cause.
fn explain(lines: &[String], egress: &[String]) -> String {
    let has = |part: &str| lines.iter().any(|line| line.contains(part));
    let advice = if has("image not known") {
        "This image is not known here, and no registry is configured. Build on debian:bookworm-slim, or ask an operator \
         to import it."
            .to_owned()
    } else if has("Could not resolve")
        || has("Temporary failure resolving")
        || has("Could not connect")
        || has("network is unreachable")
        || has("no such host")
        || has("Name or service not known")
    {
        format!(
            "A build reaches these hosts only: {}. An operator can add to build_egress.",
            egress.join(", ")
        )
    } else if has("exit status 137") || has("signal: killed") {
        "The command was killed: the build ran out of memory. Use less, or ask an operator for a higher limit.".to_owned()
    } else if has("No space left on device") {
        "The disk of builds is full.".to_owned()
    } else {
        "Run the failing step in a container of the same base to find out more.".to_owned()
    };
    let from = lines.len().saturating_sub(20);
    format!("{}\n{advice}", lines.get(from..).unwrap_or_default().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_base_image_is_explained() {
        let lines = ["Error: creating build container: alpine:3: image not known".to_owned()];
        let text = explain(&lines, &[]);
        assert!(text.contains("alpine:3") && text.contains("debian:bookworm-slim"), "{text}");
    }

    #[test]
    fn names_of_arguments_are_those_of_variables() {
        assert!(argument("RUST_VERSION") && argument("_x1"));
        assert!(!argument("") && !argument("a-b") && !argument("1a") && !argument("a=b"));
    }
}
