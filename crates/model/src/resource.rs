//! What an action is done to, with all that a decision needs to know of it.

use serde::{Deserialize, Serialize};

use crate::{DataClass, EnvironmentId, OrganizationId, ProjectId, UserId};

/// Kind of a resource: the Cedar entity type.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ResourceKind {
    /// This installation of Ward.
    Platform,
    /// An organization.
    Organization,
    /// A project.
    Project,
    /// An environment.
    Environment,
    /// An app.
    App,
    /// A database.
    Database,
    /// A user, with what belongs to them: sessions, tokens, factors.
    User,
}

impl ResourceKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Platform,
        Self::Organization,
        Self::Project,
        Self::Environment,
        Self::App,
        Self::Database,
        Self::User,
    ];

    /// Name as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Organization => "organization",
            Self::Project => "project",
            Self::Environment => "environment",
            Self::App => "app",
            Self::Database => "database",
            Self::User => "user",
        }
    }
}

/// A resource as the gate sees it: itself and the chain above it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Kind.
    pub kind: ResourceKind,
    /// Id; `ward` for the platform.
    pub id: String,
    /// Organization above it.
    pub organization: Option<OrganizationId>,
    /// Project above it.
    pub project: Option<ProjectId>,
    /// Environment above it.
    pub environment: Option<EnvironmentId>,
    /// Data class of the environment.
    pub data_class: Option<DataClass>,
    /// User whom it belongs to.
    pub owner: Option<UserId>,
}

impl Target {
    /// The platform itself.
    pub fn platform() -> Self {
        Self {
            kind: ResourceKind::Platform,
            id: "ward".into(),
            organization: None,
            project: None,
            environment: None,
            data_class: None,
            owner: None,
        }
    }
    /// An organization.
    pub fn organization(id: OrganizationId) -> Self {
        Self {
            kind: ResourceKind::Organization,
            id: id.to_string(),
            organization: Some(id),
            ..Self::platform()
        }
    }
    /// A project.
    pub fn project(organization: OrganizationId, id: ProjectId) -> Self {
        Self {
            kind: ResourceKind::Project,
            id: id.to_string(),
            project: Some(id),
            ..Self::organization(organization)
        }
    }
    /// An environment.
    pub fn environment(
        organization: OrganizationId,
        project: ProjectId,
        id: EnvironmentId,
        class: DataClass,
    ) -> Self {
        Self {
            kind: ResourceKind::Environment,
            id: id.to_string(),
            environment: Some(id),
            data_class: Some(class),
            ..Self::project(organization, project)
        }
    }
    /// Something inside an environment.
    #[must_use]
    pub fn inside(&self, kind: ResourceKind, id: impl ToString) -> Self {
        Self { kind, id: id.to_string(), ..self.clone() }
    }
    /// A user and what belongs to them.
    pub fn user(id: UserId) -> Self {
        Self { kind: ResourceKind::User, id: id.to_string(), owner: Some(id), ..Self::platform() }
    }
}

/// Whatever an action can be done to.
pub trait Resource {
    /// The resource as the gate sees it.
    fn target(&self) -> Target;
}

impl Resource for Target {
    fn target(&self) -> Target {
        self.clone()
    }
}
