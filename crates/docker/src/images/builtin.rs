//! Ward's own images: the base from Debian's packages, PostgreSQL on it. Built once, cached as archives.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use nix::fcntl::{Flock, FlockArg};
use ward_spine::engine::{BuildSpec, EngineError, LineSink};

use super::{Images, build::Work, confine};
use crate::{child, network::fingerprint, podman::broken};

const RECIPE: &str = include_str!("../../../../images/base/build.sh");
const POSTGRES: [(&str, &str); 4] = [
    ("Dockerfile", include_str!("../../../../images/postgres/Dockerfile")),
    ("entrypoint.sh", include_str!("../../../../images/postgres/entrypoint.sh")),
    ("pg_hba.conf", include_str!("../../../../images/postgres/pg_hba.conf")),
    ("postgresql.conf", include_str!("../../../../images/postgres/postgresql.conf")),
];

const BASE_NAME: &str = "localhost/ward/base:bookworm";
const DEBIAN_NAME: &str = "docker.io/library/debian:bookworm-slim";
const POSTGRES_NAME: &str = "localhost/ward/postgres:15";
/// Says which recipe and which version of the archive an image was made from.
const LABEL: &str = "ward.recipe";
/// Same, for the base in the store of builds.
const LOADED: &str = "base-loaded";
const BOOTSTRAP: Duration = Duration::from_secs(900);
const SHORT: Duration = Duration::from_secs(120);

/// Ids of Ward's own images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Builtin {
    /// `debian:bookworm-slim`, also `ward/base:bookworm`.
    pub base: String,
    /// `ward/postgres:15`.
    pub postgres: String,
}

impl Images {
    /// Makes sure that this instance has Ward's own images, of the newest packages: from its store, else from the
    /// archives in `cache`, else built (about a minute). Without a mirror it takes the newest archive there is.
    ///
    /// # Errors
    /// [`EngineError::Build`] if building fails; [`EngineError::Unsupported`] if a program is missing.
    pub async fn ensure_builtin(&self, cache: &Path, log: LineSink) -> Result<Builtin, EngineError> {
        fs::create_dir_all(cache).map_err(|error| broken(format!("making {}", cache.display()), error))?;
        // Two instances with one cache build once.
        let _lock = lock(cache.join("lock")).await?;
        let recipe = format!("{:016x}", fingerprint(RECIPE.as_bytes()));
        let base_key = match dates().await {
            Ok(dates) => format!("{recipe}-{:016x}", fingerprint(dates.as_bytes())),
            Err(error) => {
                let key = newest(cache, &format!("base-{recipe}-")).ok_or(error)?;
                log("ward: Debian's mirror does not answer; taking the newest base image in the cache");
                key
            }
        };
        let base = self.ensure_base(cache, &base_key, &log).await?;
        let text: String = POSTGRES.iter().map(|(name, text)| format!("{name}\n{text}\n")).collect();
        let key = format!("{:016x}-{base_key}", fingerprint(text.as_bytes()));
        let postgres = self.ensure_postgres(cache, &key, &log).await?;
        Ok(Builtin { base, postgres })
    }

    async fn ensure_base(&self, cache: &Path, key: &str, log: &LineSink) -> Result<String, EngineError> {
        let loaded = self.config.dir.join("store").join(LOADED);
        let is_loaded = fs::read_to_string(&loaded).is_ok_and(|text| text == key);
        if is_loaded
            && let (Some(id), Some(_)) =
                (self.current(BASE_NAME, key).await?, self.current(DEBIAN_NAME, key).await?)
        {
            return Ok(id);
        }
        let archive = cache.join(format!("base-{key}.tar.zst"));
        let _turn = self.turn.lock().await;
        let work = Work::begin(&self.config)?;
        work.give_hosts(&[], log).await?;
        if archive.exists() {
            log("ward: loading the base image from the cache");
            unpack(&archive, &work.path("in/image.tar"), self.config.uid_base).await?;
            self.step(vec!["load".into(), BASE_NAME.into(), DEBIAN_NAME.into()], log).await?;
            self.move_in(&work.path("in/image.tar"), BASE_NAME).await?;
        } else {
            log("ward: building the base image from Debian's packages (about half a minute)");
            let root = work.path("in/root.tar");
            script(&["make".as_ref(), root.as_os_str()], BOOTSTRAP).await?;
            own(&root, self.config.uid_base)?;
            let label = format!("{LABEL}={key}");
            self.step(vec!["base".into(), label, BASE_NAME.into(), DEBIAN_NAME.into()], log).await?;
            self.move_in(&work.path("out/image.tar"), BASE_NAME).await?;
            pack(&work.path("out/image.tar"), &archive).await?;
        }
        self.name(BASE_NAME, "docker.io/library/debian", "bookworm-slim").await?;
        fs::write(&loaded, key).map_err(|error| broken("noting the base image", error))?;
        self.current(BASE_NAME, key)
            .await?
            .ok_or_else(|| broken("loading the base image", "it is not in the store"))
    }

    async fn ensure_postgres(&self, cache: &Path, key: &str, log: &LineSink) -> Result<String, EngineError> {
        if let Some(id) = self.current(POSTGRES_NAME, key).await? {
            return Ok(id);
        }
        let archive = cache.join(format!("postgres-{key}.tar.zst"));
        if archive.exists() {
            log("ward: loading the PostgreSQL image from the cache");
            let _turn = self.turn.lock().await;
            let work = Work::begin(&self.config)?;
            unpack(&archive, &work.path("in/image.tar"), self.config.uid_base).await?;
            self.move_in(&work.path("in/image.tar"), POSTGRES_NAME).await?;
        } else {
            log("ward: building the PostgreSQL image from Debian's packages (about a minute)");
            self.build_postgres(key, log).await?;
            let saved = self.config.paths.temporary().join(format!("postgres-{key}.tar"));
            let mut skopeo = self.config.paths.command("skopeo");
            skopeo
                .args(["--insecure-policy", "copy", "--quiet"])
                .arg(format!("containers-storage:{POSTGRES_NAME}"))
                .arg(format!("docker-archive:{}:{POSTGRES_NAME}", saved.display()));
            let _ = fs::remove_file(&saved);
            let done = child::run(skopeo, None, SHORT).await?;
            if !done.success {
                return Err(broken("saving the PostgreSQL image", done.stderr));
            }
            let packed = pack(&saved, &archive).await;
            let _ = fs::remove_file(&saved);
            packed?;
        }
        let found = self.current(POSTGRES_NAME, key).await?;
        found.ok_or_else(|| broken("loading the PostgreSQL image", "it is not in the store"))
    }

    async fn build_postgres(&self, key: &str, log: &LineSink) -> Result<(), EngineError> {
        let context = self.config.paths.temporary().join(format!("postgres-{key}"));
        let write = || {
            let _ = fs::remove_dir_all(&context);
            fs::create_dir_all(&context)?;
            POSTGRES.iter().try_for_each(|(name, text)| {
                let label =
                    if *name == "Dockerfile" { format!("LABEL {LABEL}={key}\n") } else { String::new() };
                fs::write(context.join(name), format!("{text}{label}"))
            })
        };
        write().map_err(|error| broken("writing the PostgreSQL recipe", error))?;
        let spec = BuildSpec {
            context: context.clone(),
            dockerfile: "Dockerfile".into(),
            tag: POSTGRES_NAME.into(),
            args: std::collections::BTreeMap::new(),
            timeout: BOOTSTRAP,
        };
        let built = self.build(&spec, log.clone()).await;
        let _ = fs::remove_dir_all(&context);
        built.map(drop)
    }

    /// Id of an image, if it was made from this recipe.
    async fn current(&self, name: &str, key: &str) -> Result<Option<String>, EngineError> {
        let seen = self.inspect(name).await?;
        Ok(seen
            .filter(|image| {
                image.labels.as_ref().and_then(|l| l.get(LABEL)).is_some_and(|found| found == key)
            })
            .map(|image| image.id()))
    }

    async fn name(&self, image: &str, repository: &str, tag: &str) -> Result<(), EngineError> {
        let path = format!("/libpod/images/{image}/tag?repo={repository}&tag={tag}");
        let (status, body) = self.config.podman.libpod(http::Method::POST, &path, None).await?;
        if status.is_success() {
            return Ok(());
        }
        Err(broken(format!("naming the image {repository}:{tag}"), crate::podman::message(status, &body)))
    }

    /// A step without a network.
    async fn step(&self, step: Vec<String>, log: &LineSink) -> Result<(), EngineError> {
        let ended = confine::run(&self.config, &step, &[], log, BOOTSTRAP).await?;
        if ended.success { Ok(()) } else { Err(EngineError::Build(ended.last_lines.join("\n"))) }
    }
}

/// Dates of the suites' Release files: the version of Debian's archive now.
async fn dates() -> Result<String, EngineError> {
    let text = script(&["dates".as_ref()], SHORT).await?;
    if text.lines().count() == 3 {
        return Ok(text);
    }
    Err(EngineError::Build(format!("Debian's mirror gave no dates: {text:?}")))
}

/// Runs the base's recipe; it comes on standard input, and is the same for everyone.
async fn script(arguments: &[&std::ffi::OsStr], limit: Duration) -> Result<String, EngineError> {
    let mut sh = child::command("sh");
    sh.args(["-s", "--"]).args(arguments);
    let done = child::run(sh, Some(RECIPE.as_bytes()), limit).await?;
    if done.success {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let lines: Vec<_> = done.stderr.lines().rev().take(15).collect();
    let last = lines.into_iter().rev().collect::<Vec<_>>().join("\n");
    Err(EngineError::Build(format!("{last}\nIs Debian's mirror reachable, and mmdebstrap installed?")))
}

/// Compresses into the cache; renamed when whole.
async fn pack(from: &Path, to: &Path) -> Result<(), EngineError> {
    let part = to.with_extension("part");
    let arguments = ["-q", "-3", "-T0", "-f", "-o"].map(std::ffi::OsStr::new);
    let all = [&arguments[..], &[part.as_os_str(), "--".as_ref(), from.as_os_str()]].concat();
    child::check("zstd", &all, SHORT).await?;
    // zstd keeps the owner: the build's user must not be able to change what is cached.
    own(&part, nix::unistd::geteuid().as_raw())?;
    fs::rename(&part, to).map_err(|error| broken("putting an image into the cache", error))
}

async fn unpack(from: &Path, to: &Path, owner: u32) -> Result<(), EngineError> {
    let arguments = ["-q", "-d", "-f", "-o"].map(std::ffi::OsStr::new);
    let all = [&arguments[..], &[to.as_os_str(), "--".as_ref(), from.as_os_str()]].concat();
    child::check("zstd", &all, SHORT).await?;
    own(to, owner)
}

fn own(path: &Path, owner: u32) -> Result<(), EngineError> {
    std::os::unix::fs::chown(path, Some(owner), Some(owner))
        .map_err(|error| broken("giving a file to a build", error))
}

/// Key of the newest archive whose name begins so.
fn newest(cache: &Path, prefix: &str) -> Option<String> {
    let entries = fs::read_dir(cache).ok()?.flatten();
    entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let _ = name.strip_prefix(prefix)?;
            let key = name.strip_prefix("base-")?.strip_suffix(".tar.zst")?.to_owned();
            Some((entry.metadata().ok()?.modified().ok()?, key))
        })
        .max()
        .map(|(_, key)| key)
}

async fn lock(path: PathBuf) -> Result<Flock<fs::File>, EngineError> {
    let take = move || {
        let file = fs::File::create(path)?;
        Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, error)| std::io::Error::from(error))
    };
    tokio::task::spawn_blocking(take)
        .await
        .map_err(std::io::Error::other)
        .and_then(|taken| taken)
        .map_err(|error| broken("locking the image cache", error))
}
