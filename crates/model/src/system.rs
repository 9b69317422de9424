//! Bodies: the platform itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// Whether Ward lives, and whether it is sealed. Open to everyone; says nothing else.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Version of Ward.
    pub version: String,
    /// Whether the vault is sealed.
    pub sealed: bool,
}

/// Key material to unseal with.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unseal {
    /// The passphrase.
    pub passphrase: String,
}

/// A loop of Ward and how it fares.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LoopStatus {
    /// Name.
    pub name: String,
    /// Passes since start.
    pub passes: u64,
    /// When the last pass ended.
    pub last_pass_at: Option<Timestamp>,
    /// How long it took, in milliseconds.
    pub last_took_ms: u64,
    /// What it did, in a sentence.
    pub last_summary: String,
    /// Error of the last pass.
    pub last_error: Option<String>,
}

/// One thing of the host that a safeguard stands on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HostCapability {
    /// Name.
    pub name: String,
    /// Whether it is there.
    pub present: bool,
    /// What was seen.
    pub detail: String,
}

/// State of the platform.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlatformStatus {
    /// Version of Ward.
    pub version: String,
    /// Crypto module in use.
    pub crypto_module: String,
    /// When it started.
    pub started_at: Timestamp,
    /// Entries in the ledger.
    pub ledger_entries: u64,
    /// Loops.
    pub loops: Vec<LoopStatus>,
    /// Host.
    pub capabilities: Vec<HostCapability>,
}

/// Ids behind names.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Resolved {
    /// Organization.
    pub organization: Option<String>,
    /// Project.
    pub project: Option<String>,
    /// Environment.
    pub environment: Option<String>,
    /// App of the last name.
    pub app: Option<String>,
    /// Database of the last name.
    pub database: Option<String>,
}
