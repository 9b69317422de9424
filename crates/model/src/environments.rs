//! Bodies: environments, the isolation boundary.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{EnvironmentId, Name, OrganizationId, ProjectId, RegionId, Resource, Target, Timestamp};

/// What kind of data an environment may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DataClass {
    /// Protected health information: floors apply.
    Phi,
    /// Made-up data only.
    Synthetic,
}

impl DataClass {
    /// Name as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phi => "phi",
            Self::Synthetic => "synthetic",
        }
    }
}

impl fmt::Display for DataClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DataClass {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "phi" => Ok(Self::Phi),
            "synthetic" => Ok(Self::Synthetic),
            _ => Err(format!("{text:?} is no data class: use phi or synthetic")),
        }
    }
}

/// An environment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Environment {
    /// Id.
    pub id: EnvironmentId,
    /// Organization.
    pub organization: OrganizationId,
    /// Project.
    pub project: ProjectId,
    /// Name, unique in the project.
    pub name: Name,
    /// Data class; it never changes.
    pub data_class: DataClass,
    /// Region.
    pub region: RegionId,
    /// When it was created.
    pub created_at: Timestamp,
    /// Whether it is being destroyed.
    pub destroying: bool,
}

/// Wish for an environment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEnvironment {
    /// Name.
    pub name: Name,
    /// Data class.
    pub data_class: DataClass,
    /// Region, by name.
    pub region: Name,
}

impl Resource for Environment {
    fn target(&self) -> Target {
        Target::environment(self.organization, self.project, self.id, self.data_class)
    }
}
