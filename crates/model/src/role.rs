//! Roles: what a principal may do where it was granted (45 CFR 164.308(a)(4)(ii)(B), access authorization).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A role. What each may do is one table: [`crate::action`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads the record, the posture and the configuration; never data, secrets or logs; changes nothing.
    Auditor,
    /// Deploys and operates apps and databases.
    Developer,
    /// Developer, and people, environments and agreements.
    Admin,
    /// Admin, and the organization itself.
    Owner,
}

impl Role {
    /// All roles, weakest first. The order is for display: an auditor may read what a developer may not.
    pub const ALL: [Self; 4] = [Self::Auditor, Self::Developer, Self::Admin, Self::Owner];

    /// Name in the API, in Cedar and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Developer => "developer",
            Self::Auditor => "auditor",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role: use owner, admin, developer or auditor")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|r| r.as_str() == text)
            .ok_or_else(|| UnknownRole(text.chars().take(40).collect()))
    }
}
