//! Bodies: managed databases and their backups.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    AppId, BackupId, DataClass, DatabaseId, EnvironmentId, Name, OrganizationId, ProjectId, Resource,
    ResourceKind, Target, Timestamp,
};

/// State of a database or a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseState {
    /// Being made.
    Creating,
    /// A backup is being restored into it.
    Restoring,
    /// Accepts connections.
    Ready,
    /// Could not be made or restored.
    Failed,
    /// Being destroyed.
    Destroying,
}

impl DatabaseState {
    /// Name as in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Restoring => "restoring",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Destroying => "destroying",
        }
    }
}

impl std::str::FromStr for DatabaseState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Creating, Self::Restoring, Self::Ready, Self::Failed, Self::Destroying]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| format!("{text:?} is no state of a database"))
    }
}

/// A managed PostgreSQL.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Database {
    /// Id.
    pub id: DatabaseId,
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
    /// Engine and major version: `postgres 15`.
    pub engine: String,
    /// State.
    pub state: DatabaseState,
    /// What went wrong, if it failed.
    pub problem: Option<String>,
    /// Apps that it is attached to.
    pub apps: Vec<AppId>,
    /// Seconds between scheduled backups.
    pub backup_every: u64,
    /// When the last good backup ended.
    pub last_backup_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Resource for Database {
    fn target(&self) -> Target {
        Target::environment(self.organization, self.project, self.environment, self.data_class)
            .inside(ResourceKind::Database, self.id)
    }
}

/// Wish for a database.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDatabase {
    /// Name.
    pub name: Name,
    /// Seconds between scheduled backups; 86,400 if absent. A `phi` environment has a floor of 86,400.
    pub backup_every: Option<u64>,
}

/// Wish to attach a database to an app as `DATABASE_URL`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attach {
    /// App in the same environment.
    pub app: AppId,
}

/// Connection URL with its password. Handing it out is recorded.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct DatabaseUrl {
    /// `postgresql://…?sslmode=verify-full`.
    pub url: String,
    /// Certificate authority to verify the server with, PEM.
    pub ca_pem: String,
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DatabaseUrl(..)")
    }
}

/// State of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BackupState {
    /// Waits or runs.
    Running,
    /// Complete and sealed.
    Complete,
    /// Failed.
    Failed,
}

impl BackupState {
    /// Name as in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for BackupState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Running, Self::Complete, Self::Failed]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| format!("{text:?} is no state of a backup"))
    }
}

/// A backup.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Backup {
    /// Id.
    pub id: BackupId,
    /// Database.
    pub database: DatabaseId,
    /// State.
    pub state: BackupState,
    /// What went wrong, if it failed.
    pub problem: Option<String>,
    /// Bytes on disk, encrypted.
    pub bytes: u64,
    /// SHA-256 of the sealed bytes, in hex.
    pub sha256: Option<String>,
    /// When it began: the state of the data that it holds.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Wish to restore a backup into a new database.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Restore {
    /// Backup; the newest complete one if absent.
    pub backup: Option<BackupId>,
    /// Name of the new database, in the same environment.
    pub name: Name,
}
