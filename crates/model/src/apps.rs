//! Bodies: apps, releases, deployments, processes, configuration, secrets, logs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    AppId, DataClass, DeploymentId, EnvironmentId, Name, OrganizationId, ProjectId, ReleaseId, Resource,
    ResourceKind, Target, Timestamp, UserId,
};

/// An app.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct App {
    /// Id.
    pub id: AppId,
    /// Organization.
    pub organization: OrganizationId,
    /// Project.
    pub project: ProjectId,
    /// Environment.
    pub environment: EnvironmentId,
    /// Data class of the environment.
    pub data_class: DataClass,
    /// Name, unique in the environment.
    pub name: Name,
    /// Public address, once a web process is deployed.
    pub url: Option<String>,
    /// Release that serves now.
    pub release: Option<ReleaseId>,
    /// Its number.
    pub release_number: Option<u32>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Whether it is being destroyed.
    pub destroying: bool,
}

impl Resource for App {
    fn target(&self) -> Target {
        Target::environment(self.organization, self.project, self.environment, self.data_class)
            .inside(ResourceKind::App, self.id)
    }
}

/// Wish for an app.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApp {
    /// Name.
    pub name: Name,
}

/// An immutable release: image, configuration and manifest together.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Release {
    /// Id.
    pub id: ReleaseId,
    /// App.
    pub app: AppId,
    /// Number, counting up from 1.
    pub number: u32,
    /// Digest of the image.
    pub image: String,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// Why: `deploy`, `config`, `rollback to 3`.
    pub reason: String,
    /// Whether it serves now.
    pub current: bool,
}

/// State of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeploymentState {
    /// Waits for its turn.
    Pending,
    /// The image is being built.
    Building,
    /// The release command runs.
    Releasing,
    /// New processes start beside the old ones.
    Starting,
    /// Traffic moves to the new processes; the old ones drain.
    Switching,
    /// Done; the release serves.
    Succeeded,
    /// Failed; the old release serves as before.
    Failed,
    /// A newer deployment took its place.
    Superseded,
}

impl DeploymentState {
    /// Name as in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Building => "building",
            Self::Releasing => "releasing",
            Self::Starting => "starting",
            Self::Switching => "switching",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
        }
    }
    /// Whether nothing more will happen.
    pub const fn ended(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Superseded)
    }
}

impl std::str::FromStr for DeploymentState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [
            Self::Pending,
            Self::Building,
            Self::Releasing,
            Self::Starting,
            Self::Switching,
            Self::Succeeded,
            Self::Failed,
            Self::Superseded,
        ]
        .into_iter()
        .find(|s| s.as_str() == text)
        .ok_or_else(|| format!("{text:?} is no state of a deployment"))
    }
}

/// Why a deployment failed, so that a developer can act on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeploymentFailure {
    /// Step that failed.
    pub step: DeploymentState,
    /// Process, if it is one's fault.
    pub process: Option<String>,
    /// What happened.
    pub message: String,
    /// Exit code, if a process ended.
    pub exit_code: Option<i64>,
    /// Last lines of its log.
    pub log_tail: Vec<String>,
    /// What the health check answered last.
    pub health: Option<String>,
    /// What to do next.
    pub next_step: String,
}

/// One roll-out of a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Deployment {
    /// Id.
    pub id: DeploymentId,
    /// App.
    pub app: AppId,
    /// Release, once it exists.
    pub release: Option<ReleaseId>,
    /// Its number.
    pub release_number: Option<u32>,
    /// State.
    pub state: DeploymentState,
    /// Who asked for it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    pub failure: Option<DeploymentFailure>,
}

/// Wish to go back.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// Number of the release to go back to; the one before the current if absent.
    pub release: Option<u32>,
}

/// One running (or wanted) process of an app.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Process {
    /// Name in the manifest: `web`, `worker`.
    pub process: String,
    /// Name of its container.
    pub container: String,
    /// Release number.
    pub release_number: u32,
    /// `running`, `starting`, `exited`, `missing`.
    pub state: String,
    /// Whether the last health check passed; none if it has no check.
    pub healthy: Option<bool>,
    /// When it was last started.
    pub started_at: Option<Timestamp>,
    /// Times it was restarted since the deployment.
    pub restarts: u32,
}

/// Configuration of an app: names and values. Not for secrets.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Config {
    /// Names and values.
    pub values: BTreeMap<String, String>,
}

/// Change of the configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigChange {
    /// Values to set; null removes.
    pub values: BTreeMap<String, Option<String>>,
}

/// A secret by name. Its value is never shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Secret {
    /// Name of the environment variable.
    pub name: String,
    /// Version, counting up.
    pub version: u32,
    /// When it was set.
    pub set_at: Timestamp,
    /// Who set it; none for Ward itself.
    pub set_by: Option<UserId>,
}

/// Value of a secret on its way in.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretValue {
    /// The value.
    pub value: String,
}

impl std::fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretValue(..)")
    }
}

/// One line of an app's log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AppLogLine {
    /// When it was written.
    pub time: Timestamp,
    /// Process.
    pub process: String,
    /// Container.
    pub container: String,
    /// Whether it came from standard error.
    pub stderr: bool,
    /// Text.
    pub text: String,
}
