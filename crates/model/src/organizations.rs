//! Bodies: organizations, regions, projects.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Name, OrganizationId, ProjectId, RegionId, Resource, Target, Timestamp};

/// An organization: the tenant.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Organization {
    /// Id.
    pub id: OrganizationId,
    /// Name, unique on the platform.
    pub name: Name,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Wish for an organization. Who creates it becomes its owner.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganization {
    /// Name.
    pub name: Name,
}

/// Where workloads run, and whether PHI may.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Region {
    /// Id.
    pub id: RegionId,
    /// Name, unique.
    pub name: Name,
    /// Where it is, for people and for the risk analysis.
    pub location: String,
    /// Whether it is designated for PHI.
    pub phi: bool,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Wish for a region.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRegion {
    /// Name.
    pub name: Name,
    /// Where it is.
    pub location: String,
    /// Whether PHI may be there.
    pub phi: bool,
}

/// A project.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Project {
    /// Id.
    pub id: ProjectId,
    /// Organization.
    pub organization: OrganizationId,
    /// Name, unique in the organization.
    pub name: Name,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Wish for a project.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// Name.
    pub name: Name,
}

impl Resource for Organization {
    fn target(&self) -> Target {
        Target::organization(self.id)
    }
}

impl Resource for Project {
    fn target(&self) -> Target {
        Target::project(self.organization, self.id)
    }
}
