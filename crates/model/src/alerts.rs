//! Bodies: alerts, which need a person's attention until they are over.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AlertId, Timestamp};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// To know.
    Info,
    /// To look at today.
    Warning,
    /// To look at now.
    Critical,
}

impl Severity {
    /// Name as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// The severity of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Info, Self::Warning, Self::Critical].into_iter().find(|s| s.as_str() == name)
    }
}

/// One alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// Id.
    pub id: AlertId,
    /// What it is about: `ledger:unwritable`.
    pub topic: String,
    /// How bad it is.
    pub severity: Severity,
    /// Organization that it concerns; absent for the platform.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organization: Option<String>,
    /// One line.
    pub title: String,
    /// What happened, and what to do.
    pub text: String,
    /// Since when.
    pub raised_at: Timestamp,
    /// When it was last seen to be so.
    pub seen_at: Timestamp,
    /// When it was over; absent while it is not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cleared_at: Option<Timestamp>,
}

/// Which alerts are wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AlertQuery {
    /// Organization id; the platform's and all organizations' alerts if absent.
    pub organization: Option<String>,
    /// Also those that are over.
    pub all: Option<bool>,
}

/// A list of alerts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AlertList {
    /// Alerts, newest first.
    pub items: Vec<Alert>,
}
