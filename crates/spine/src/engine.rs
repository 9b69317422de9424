//! The engine: what runs containers, networks and encrypted volumes.
//!
//! Two real things stand behind this trait: one machine over the Docker API (crate `docker`) and a
//! Kubernetes cluster. Every method is idempotent: a reconciler may call it again after a crash at any
//! point. Nothing here decides; the caller holds a permit, or is a loop carrying out permitted intent.

use std::{collections::BTreeMap, net::Ipv4Addr, pin::Pin, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};
use zeroize::Zeroizing;

/// Labels that Ward puts on everything it starts, so that it can find it again after a `kill -9`.
pub mod label {
    /// Instance of Ward that owns the container; another instance on the same host never touches it.
    pub const INSTANCE: &str = "ward.instance";
    /// Organization id.
    pub const ORGANIZATION: &str = "ward.organization";
    /// Environment id.
    pub const ENVIRONMENT: &str = "ward.environment";
    /// App id, on containers of an app.
    pub const APP: &str = "ward.app";
    /// Database id, on containers of a database.
    pub const DATABASE: &str = "ward.database";
    /// Name of the process of an app: `web`, `worker`, `release`.
    pub const PROCESS: &str = "ward.process";
    /// Release id that the container runs.
    pub const RELEASE: &str = "ward.release";
    /// SHA-256 of the spec: differs if and only if the container must be replaced.
    pub const SPEC: &str = "ward.spec";
}

/// Why the engine could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The engine's socket does not answer; it is being restarted. Try again.
    #[error("the container engine does not answer: {0}")]
    Unavailable(String),
    /// No container, image, network or volume of that name.
    #[error("{what} {name} does not exist")]
    NotFound {
        /// `container`, `image`, `network` or `volume`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A build ended with an error; the text is for the developer.
    #[error("the build failed: {0}")]
    Build(String),
    /// The host lacks something that a safeguard needs.
    #[error("this host cannot {what}: {why}")]
    Unsupported {
        /// What was asked.
        what: &'static str,
        /// What is missing, and how to get it.
        why: String,
    },
    /// Took longer than allowed.
    #[error("{0} took longer than allowed")]
    Timeout(String),
    /// Anything else, with what was being done.
    #[error("{doing}: {source}")]
    Other {
        /// What was being done.
        doing: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// One thing of the host that a safeguard stands on, and whether it is there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Capability {
    /// Short name: `fscrypt`, `user-namespaces`, `nftables`, `cgroup-memory`, `seccomp`.
    pub name: String,
    /// Whether it was probed and works.
    pub present: bool,
    /// What was seen, or what is missing and how to get it.
    pub detail: String,
}

/// A private network of one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkSpec {
    /// Unique number of the environment on this host, 0..=250: gives the bridge name and the subnet.
    pub index: u16,
    /// Labels for finding it again.
    pub labels: BTreeMap<String, String>,
}

/// One allowed connection. What no flow allows, the engine drops and logs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Flow {
    /// Address of the container that opens the connection.
    pub from: Ipv4Addr,
    /// Address it may reach: another container, or a resolved address outside.
    pub to: Ipv4Addr,
    /// TCP port.
    pub port: u16,
    /// Why it is allowed, for people: `clinic/web -> database clinic-db`.
    pub reason: String,
}

/// An encrypted directory tree with its own key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeSpec {
    /// Unique id, also the directory's name: `[a-z0-9-]+`.
    pub id: String,
    /// First host uid of the container's user namespace; the tree's root belongs to `uid_base + owner`.
    pub uid_base: u32,
    /// Uid and gid inside the container that owns the tree.
    pub owner: u32,
}

/// The 64-byte key of a volume. Never written anywhere; zeroed when dropped.
pub struct VolumeKey(pub Zeroizing<[u8; 64]>);

impl std::fmt::Debug for VolumeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VolumeKey(..)")
    }
}

/// What the engine sees of a volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedVolume {
    /// Id, as in [`VolumeSpec`].
    pub id: String,
    /// Whether the kernel says that the tree has an encryption policy.
    pub encrypted: bool,
    /// Whether its key is in the kernel now.
    pub unlocked: bool,
    /// The kernel's identifier of the key, in hex; not secret.
    pub key_identifier: String,
}

/// A volume mounted into a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeMount {
    /// Id of the volume; it must be unlocked.
    pub volume: String,
    /// Absolute path inside the container.
    pub target: String,
    /// Whether the container can't write to it.
    pub read_only: bool,
}

/// A secret value or file on its way to a container. Lives in memory and on a tmpfs, never on a disk.
#[derive(Clone)]
pub struct SecretBytes(pub Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Wraps bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }
}

impl std::fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretBytes(..)")
    }
}

/// Intent for one container. The hardened set (no capabilities, read-only root, no new privileges,
/// own user namespace, own seccomp profile) is not here: it always holds.
#[derive(Debug, Clone)]
pub struct ContainerSpec {
    /// Unique on the host: `[a-z0-9][a-z0-9-]*`.
    pub name: String,
    /// See [`label`]; the engine adds instance and spec hash.
    pub labels: BTreeMap<String, String>,
    /// Image, by reference that the engine's own store knows, or by digest.
    pub image: String,
    /// Replaces the image's command (the entrypoint stays); None keeps the image's.
    pub command: Option<Vec<String>>,
    /// Environment variables. Handed over in memory by the init program, so they are on no disk.
    pub env: Vec<(String, SecretBytes)>,
    /// Files put at `/run/ward/<name>`, read-only, readable by the container's user only.
    pub files: Vec<(String, SecretBytes)>,
    /// Uid (and gid) inside the container; None takes the image's USER, and root (0) is refused.
    pub user: Option<u32>,
    /// Network of the environment.
    pub network: u16,
    /// Address in that network.
    pub address: Ipv4Addr,
    /// Names the container can resolve: written to its hosts file.
    pub hosts: Vec<(String, Ipv4Addr)>,
    /// Whether it has a route to the outside (still limited to its flows).
    pub egress: bool,
    /// First host uid of its user namespace, 65,536 wide; fixed per app or database.
    pub uid_base: u32,
    /// Memory limit in bytes.
    pub memory: u64,
    /// CPU limit in thousandths of a core.
    pub cpu_millis: u32,
    /// Most processes and threads.
    pub pids: u32,
    /// Encrypted volumes.
    pub mounts: Vec<VolumeMount>,
    /// Writable tmpfs directories (noexec, nosuid) and their size in bytes; `/tmp` is always there.
    pub tmpfs: Vec<(String, u64)>,
    /// Time between SIGTERM and SIGKILL.
    pub grace: Duration,
}

/// State of a container as the engine sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ContainerState {
    /// Created, not started.
    Created,
    /// Running.
    Running {
        /// Process id on the host of its first process.
        pid: i32,
    },
    /// Ended.
    Exited {
        /// Exit code; 128 + n for signal n.
        code: i64,
        /// Whether the memory limit killed it.
        out_of_memory: bool,
    },
}

/// One container as the engine sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedContainer {
    /// Name.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// State now.
    pub state: ContainerState,
    /// Address in its environment's network, if it has one.
    pub address: Option<Ipv4Addr>,
    /// Microseconds since 1970 when it was last started; 0 if never.
    pub started_at: i64,
}

/// A command inside a running container.
#[derive(Debug, Clone)]
pub struct ExecSpec {
    /// Argument vector; no shell is put in between.
    pub command: Vec<String>,
    /// Uid inside the container; None takes the container's.
    pub user: Option<u32>,
    /// Extra environment (not secret: it is visible in the engine while it runs).
    pub env: Vec<(String, String)>,
}

/// Exit code and output of a command that was waited for.
#[derive(Debug, Clone)]
pub struct ExecOutput {
    /// Exit code.
    pub code: i64,
    /// Standard output; at most 8 MiB are kept.
    pub stdout: Bytes,
    /// Standard error; at most 8 MiB are kept.
    pub stderr: Bytes,
}

/// A command inside a container with its streams still open.
pub struct ExecStream {
    /// Standard input; dropping or shutting it down closes it.
    pub stdin: Pin<Box<dyn AsyncWrite + Send>>,
    /// Standard output.
    pub stdout: Pin<Box<dyn AsyncRead + Send>>,
    /// Resolves with exit code and standard error (last 64 KiB) when the command ended.
    pub done: futures::future::BoxFuture<'static, Result<(i64, Bytes), EngineError>>,
}

/// One line that a container wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Microseconds since 1970, as the engine stamped it.
    pub time: i64,
    /// Whether it came from standard error.
    pub stderr: bool,
    /// The line without its end; lossy UTF-8.
    pub text: String,
}

/// Which lines to read.
#[derive(Debug, Clone, Default)]
pub struct LogOptions {
    /// Only lines after this time (microseconds since 1970).
    pub since: Option<i64>,
    /// Only the last so many.
    pub tail: Option<usize>,
    /// Go on with new lines until the container ends.
    pub follow: bool,
}

/// An image to be built from a directory with a Dockerfile.
#[derive(Debug, Clone)]
pub struct BuildSpec {
    /// Directory with the unpacked source.
    pub context: std::path::PathBuf,
    /// Path of the Dockerfile below it.
    pub dockerfile: String,
    /// Name to give the image: `ward/app-<id>:<release>`.
    pub tag: String,
    /// Build arguments.
    pub args: BTreeMap<String, String>,
    /// Longest time.
    pub timeout: Duration,
}

/// Takes a build's output, line by line.
pub type LineSink = std::sync::Arc<dyn Fn(&str) + Send + Sync>;

/// Runs containers, networks and encrypted volumes on one machine or a cluster.
#[async_trait]
pub trait Engine: Send + Sync + 'static {
    /// What the host can do, as probed at start.
    async fn capabilities(&self) -> Result<Vec<Capability>, EngineError>;

    /// Builds an image and returns its id (`sha256:…`).
    async fn build(&self, spec: &BuildSpec, log: LineSink) -> Result<String, EngineError>;
    /// The image's id, if the engine has it.
    async fn image(&self, reference: &str) -> Result<Option<String>, EngineError>;
    /// Removes an image; one that is not there is no error.
    async fn remove_image(&self, reference: &str) -> Result<(), EngineError>;

    /// Creates the network of an environment if it is not there.
    async fn apply_network(&self, spec: &NetworkSpec) -> Result<(), EngineError>;
    /// Removes it; one that is not there is no error.
    async fn remove_network(&self, index: u16) -> Result<(), EngineError>;
    /// Indexes of the networks of this instance that exist.
    async fn networks(&self) -> Result<Vec<u16>, EngineError>;
    /// Subnet of an environment: (network address, prefix length). Hosts .1 is the bridge; .2 to .250 are free to give.
    fn subnet(&self, index: u16) -> (Ipv4Addr, u8);
    /// Replaces the whole table of allowed flows in one transaction; everything else is denied.
    async fn apply_flows(&self, flows: &[Flow]) -> Result<(), EngineError>;
    /// The flows that the kernel really has now; None if the table is missing.
    async fn flows(&self) -> Result<Option<Vec<Flow>>, EngineError>;

    /// Creates the volume if needed and puts its key into the kernel. Returns its path on the host.
    async fn unlock_volume(
        &self,
        spec: &VolumeSpec,
        key: &VolumeKey,
    ) -> Result<std::path::PathBuf, EngineError>;
    /// Takes the key out of the kernel. Nothing may be using the volume.
    async fn lock_volume(&self, id: &str) -> Result<(), EngineError>;
    /// Deletes the tree and forgets the key; one that is not there is no error.
    async fn destroy_volume(&self, id: &str) -> Result<(), EngineError>;
    /// All volumes of this instance.
    async fn volumes(&self) -> Result<Vec<ObservedVolume>, EngineError>;

    /// Makes the container run as specified: creates, starts, or replaces it. Running as specified: no-op.
    async fn apply(&self, spec: &ContainerSpec) -> Result<ObservedContainer, EngineError>;
    /// All containers of this instance.
    async fn observe(&self) -> Result<Vec<ObservedContainer>, EngineError>;
    /// Runs a container to its end, for release commands: its exit code and its output. Removes it.
    async fn run(&self, spec: &ContainerSpec, timeout: Duration) -> Result<ExecOutput, EngineError>;
    /// Runs a command in a running container and waits.
    async fn exec(&self, name: &str, spec: &ExecSpec, timeout: Duration) -> Result<ExecOutput, EngineError>;
    /// Starts a command in a running container with open streams.
    async fn exec_stream(&self, name: &str, spec: &ExecSpec) -> Result<ExecStream, EngineError>;
    /// Lines of a container.
    async fn logs(
        &self,
        name: &str,
        options: &LogOptions,
    ) -> Result<BoxStream<'static, Result<LogLine, EngineError>>, EngineError>;
    /// SIGTERM, then SIGKILL after the grace.
    async fn stop(&self, name: &str, grace: Duration) -> Result<(), EngineError>;
    /// Removes it, running or not; one that is not there is no error.
    async fn remove(&self, name: &str) -> Result<(), EngineError>;
}
