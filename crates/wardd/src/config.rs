//! The configuration: one commented file. The types here are its manual.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use serde::{Deserialize, Serialize};
use ward_custody::outbound::Network;

/// The file that `wardd example-config` prints; a test reads it.
pub(crate) const EXAMPLE: &str = include_str!("../ward.example.toml");

/// The whole file. Unknown keys are errors.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Short name of this installation, 1 to 8 of `a-z0-9`. Two on one host differ in it.
    #[serde(default = "instance")]
    pub(crate) instance: String,
    /// Domain below which apps and the console get their names.
    #[serde(default = "domain")]
    pub(crate) domain: String,
    /// Data: store, ledger, wrapped keys, images, encrypted volumes. On a disk.
    #[serde(default = "data_dir")]
    pub(crate) data_dir: PathBuf,
    /// Run state: sockets, secrets on their way to containers. In memory (Ward mounts a tmpfs there); at most 40 bytes.
    #[serde(default = "run_dir")]
    pub(crate) run_dir: PathBuf,
    /// Vault.
    pub(crate) vault: VaultConfig,
    /// Store.
    #[serde(default)]
    pub(crate) store: StoreConfig,
    /// Ingress.
    #[serde(default)]
    pub(crate) ingress: IngressConfig,
    /// Engine.
    #[serde(default)]
    pub(crate) engine: EngineConfig,
    /// What drains may do: copies of the ledger for a log system.
    #[serde(default)]
    pub(crate) drains: DrainsConfig,
    /// Where closed shards of the ledger go; they stay on this machine alone if absent.
    pub(crate) archive: Option<ArchiveConfig>,
    /// What `wardd` itself logs.
    #[serde(default)]
    pub(crate) log: LogConfig,
}

/// Where the root key comes from. Exactly one of both.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VaultConfig {
    /// File with the root key, mode 0400 or 0600. `wardd` unseals by itself at start. Keep it off the data's disk.
    pub(crate) key_file: Option<PathBuf>,
    /// A passphrase instead: after each start `wardd` is sealed until `ward server unseal`.
    #[serde(default)]
    pub(crate) passphrase: bool,
}

/// The store.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoreConfig {
    /// `postgres://user@host/db?sslmode=verify-full`; a SQLite file in the data directory if absent.
    pub(crate) url: Option<String>,
}

impl std::fmt::Debug for StoreConfig {
    /// A URL may hold a password: `wardd check-config` shows where the store is, not how to get in.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.url.as_deref().map(|url| match url.split_once("://") {
            Some((kind, rest)) => format!("{kind}://…@{}", rest.rsplit('@').next().unwrap_or_default()),
            None => "…".to_owned(),
        });
        f.debug_struct("StoreConfig").field("url", &shown).finish()
    }
}

/// The ingress.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct IngressConfig {
    /// Addresses that serve TLS.
    pub(crate) https: Vec<SocketAddr>,
    /// Addresses that redirect to HTTPS.
    pub(crate) http: Vec<SocketAddr>,
    /// Port in URLs, if it is not that of the first address.
    pub(crate) public_https_port: Option<u16>,
    /// Access log; `<data_dir>/log/access.jsonl` if absent.
    pub(crate) access_log: Option<PathBuf>,
}

/// The container engine.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EngineConfig {
    /// Private addresses for all environments, with the length of the prefix: a /24 for each, 2 to 251 of them.
    pub(crate) pool: String,
    /// First host id given to containers, and the first one after.
    pub(crate) uid_range: (u32, u32),
    /// The static program that starts containers.
    pub(crate) init_program: PathBuf,
    /// Where built images are kept over a `wardd destroy`.
    pub(crate) image_cache: PathBuf,
    /// Names that builds may reach; package mirrors if absent.
    pub(crate) build_egress: Option<Vec<String>>,
    /// Certificates that builds trust; the host's if absent.
    pub(crate) build_ca: Option<PathBuf>,
    /// Keep encrypted volumes in an ext4 image file of so many GiB, for hosts whose file system can't encrypt.
    pub(crate) volume_image_gib: Option<u64>,
}

/// What drains may do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DrainsConfig {
    /// Folders that the platform's drains may write files to, beside the data directory. They, and all above them,
    /// must be root's and nobody else's to write.
    pub(crate) directories: Vec<PathBuf>,
    /// Internal networks that receivers named by organizations may be in: `10.20.0.0/16`. None: they reach public
    /// addresses only.
    pub(crate) internal_networks: Vec<String>,
}

/// Where closed shards of the ledger go. Exactly one of both.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArchiveConfig {
    /// A directory that exists, on another disk or machine. It can't keep anybody from deleting.
    pub(crate) directory: Option<PathBuf>,
    /// A bucket with Object Lock.
    pub(crate) s3: Option<ArchiveBucket>,
}

/// A bucket of S3, or of what speaks as S3 does, with versioning and Object Lock.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArchiveBucket {
    /// Name of the bucket.
    pub(crate) bucket: String,
    /// Region.
    pub(crate) region: String,
    /// `https://s3.example.org`; that of AWS if absent.
    pub(crate) endpoint: Option<String>,
    /// Put before each name.
    #[serde(default)]
    pub(crate) prefix: String,
    /// File with `key_id = "…"` and `secret = "…"`, mode 0400 or 0600.
    pub(crate) credentials: PathBuf,
    /// Authorities to trust instead of the machine's, in PEM.
    pub(crate) ca: Option<PathBuf>,
}

/// Logging.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LogConfig {
    /// `error`, `warn`, `info`, `debug`, or a filter of the `tracing` crates.
    pub(crate) level: String,
    /// JSON lines instead of text.
    pub(crate) json: bool,
}

fn instance() -> String {
    "ward".into()
}
fn domain() -> String {
    "ward.localhost".into()
}
fn data_dir() -> PathBuf {
    "/var/lib/ward".into()
}
fn run_dir() -> PathBuf {
    "/run/ward".into()
}

impl Default for IngressConfig {
    fn default() -> Self {
        Self {
            https: vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, 443))],
            http: vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, 80))],
            public_https_port: None,
            access_log: None,
        }
    }
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            pool: "10.86.0.0/15".into(),
            uid_range: (300_000, 300_000 + 65_536 * 500),
            init_program: "/usr/lib/ward/ward-init".into(),
            image_cache: "/var/cache/ward".into(),
            build_egress: None,
            build_ca: None,
            volume_image_gib: None,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: "info".into(), json: false }
    }
}

impl Config {
    /// Reads and checks the file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| {
            format!(
                "{} can't be read; `wardd example-config > {}` writes one to start from",
                path.display(),
                path.display()
            )
        })?;
        Self::parse(&text).with_context(|| format!("in {}", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let config: Self = toml::from_str(text)?;
        ensure!(
            config.data_dir.is_absolute() && config.run_dir.is_absolute(),
            "data_dir and run_dir must be absolute paths"
        );
        ensure!(config.run_dir.as_os_str().len() <= 40, "run_dir is longer than 40 bytes: sockets lie in it");
        ensure!(
            config.vault.key_file.is_some() != config.vault.passphrase,
            "[vault] needs either key_file = \"…\" or passphrase = true"
        );
        ensure!(!config.ingress.https.is_empty(), "[ingress] https names no address");
        let label = |l: &str| {
            !l.is_empty()
                && l.len() <= 63
                && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        ensure!(
            config.domain.split('.').all(label),
            "domain {:?} is no domain of lower-case labels",
            config.domain
        );
        config.pool()?;
        for directory in &config.drains.directories {
            ensure!(
                directory.is_absolute(),
                "[drains] directories: {} is no absolute path",
                directory.display()
            );
        }
        if let Some(archive) = &config.archive {
            ensure!(
                archive.directory.is_some() != archive.s3.is_some(),
                "[archive] names a directory or a bucket of S3: one of them"
            );
        }
        for network in &config.drains.internal_networks {
            network.parse::<Network>().map_err(|e| anyhow::anyhow!("[drains] internal_networks: {e}"))?;
        }
        Ok(config)
    }

    /// Pool of addresses.
    pub(crate) fn pool(&self) -> anyhow::Result<(Ipv4Addr, u8)> {
        let parsed = self
            .engine
            .pool
            .split_once('/')
            .and_then(|(a, l)| Some((a.parse::<Ipv4Addr>().ok()?, l.parse::<u8>().ok()?)));
        match parsed {
            Some((address, length)) if address.is_private() && (8..=23).contains(&length) => {
                Ok((address, length))
            }
            _ => bail!(
                "[engine] pool {:?} is no private network with a prefix of 8 to 23, such as \"10.86.0.0/15\"",
                self.engine.pool
            ),
        }
    }

    /// Port in URLs.
    pub(crate) fn public_port(&self) -> u16 {
        self.ingress
            .public_https_port
            .or_else(|| self.ingress.https.first().map(SocketAddr::port))
            .unwrap_or(443)
    }

    /// Directory of the control plane: store, ledger, vault, sources, backups, logs. Mode 0700.
    pub(crate) fn control_dir(&self) -> PathBuf {
        self.data_dir.join("control")
    }
    /// Directory of the ledger.
    pub(crate) fn ledger_dir(&self) -> PathBuf {
        self.control_dir().join("ledger")
    }
    /// Where the public key of the platform's first shard lies: from it the whole ledger verifies offline.
    pub(crate) fn ledger_vkey(&self) -> PathBuf {
        self.control_dir().join("ledger.vkey")
    }
    /// Directory of the vault's document.
    pub(crate) fn vault_dir(&self) -> PathBuf {
        self.control_dir().join("vault")
    }
    /// URL of the store.
    pub(crate) fn store_url(&self) -> String {
        self.store
            .url
            .clone()
            .unwrap_or_else(|| format!("sqlite://{}?mode=rwc", self.control_dir().join("ward.db").display()))
    }
    /// Socket of API and console.
    pub(crate) fn api_socket(&self) -> PathBuf {
        self.run_dir.join("api.sock")
    }
    /// Control socket of the ingress.
    pub(crate) fn ingress_socket(&self) -> PathBuf {
        self.run_dir.join("ingress.sock")
    }
    /// Snapshot of the routes.
    pub(crate) fn snapshot(&self) -> PathBuf {
        self.run_dir.join("routes.json")
    }
    /// Access log.
    pub(crate) fn access_log(&self) -> PathBuf {
        self.ingress.access_log.clone().unwrap_or_else(|| self.data_dir.join("log").join("access.jsonl"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_a_valid_configuration_and_says_the_defaults() {
        let example = Config::parse(EXAMPLE).unwrap();
        let bare = Config::parse("[vault]\nkey_file = \"/etc/ward/root.key\"\n").unwrap();
        assert_eq!(toml::to_string(&example).unwrap(), toml::to_string(&bare).unwrap());
    }

    #[test]
    fn the_stores_password_is_not_shown() {
        let config = Config::parse(
            "[vault]\npassphrase = true\n[store]\nurl = \"postgres://ward:hunter22@db.example.org/ward\"\n",
        )
        .unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains("hunter22") && shown.contains("db.example.org"), "{shown}");
    }

    #[test]
    fn wrong_configurations_are_refused() {
        for text in [
            "",
            "[vault]\n",
            "[vault]\nkey_file = \"/k\"\npassphrase = true\n",
            "colour = \"red\"\n[vault]\npassphrase = true\n",
            "run_dir = \"run\"\n[vault]\npassphrase = true\n",
            "domain = \"Ward/..\"\n[vault]\npassphrase = true\n",
            "[vault]\npassphrase = true\n[engine]\npool = \"8.8.8.0/24\"\n",
            "[vault]\npassphrase = true\n[ingress]\nhttps = []\n",
            "[vault]\npassphrase = true\n[archive]\n",
            "[vault]\npassphrase = true\n[archive]\nretention_months = 12\n",
            "[vault]\npassphrase = true\n[drains]\ndirectories = [\"log\"]\n",
            "[vault]\npassphrase = true\n[drains]\ninternal_networks = [\"10.0.0.0/99\"]\n",
        ] {
            assert!(Config::parse(text).is_err(), "{text}");
        }
    }
}
