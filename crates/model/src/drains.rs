//! Bodies: drains, which send copies of the ledger's entries to a team's own log system.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{DrainId, Name, OrganizationId, Timestamp};

/// Where a drain sends, and in which form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Destination {
    /// JSON lines, a file for each log. For the platform only.
    File {
        /// Folder that wardd's configuration allows (`[drains] directories`); Ward's own data directory if absent.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        directory: Option<String>,
    },
    /// Syslog, RFC 5424: `tls://host[:6514]`, or `tcp://host:port` to this machine.
    Syslog {
        /// The receiver.
        url: String,
    },
    /// CEF in syslog messages: `tls://host[:6514]`, or `tcp://host:port` to this machine.
    Cef {
        /// The receiver.
        url: String,
    },
    /// OTLP/HTTP logs in JSON: `https://host/v1/logs`.
    Otlp {
        /// The receiver.
        url: String,
    },
    /// Batches as signed JSON: `https://host/path`.
    Webhook {
        /// The receiver.
        url: String,
    },
}

impl Destination {
    /// Name of the kind, as in JSON.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::Syslog { .. } => "syslog",
            Self::Cef { .. } => "cef",
            Self::Otlp { .. } => "otlp",
            Self::Webhook { .. } => "webhook",
        }
    }

    /// URL of the receiver; none for files.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::File { .. } => None,
            Self::Syslog { url } | Self::Cef { url } | Self::Otlp { url } | Self::Webhook { url } => {
                Some(url)
            }
        }
    }
}

/// How a drain fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DrainState {
    /// It sends what is new.
    Active,
    /// The last attempt failed; it tries again.
    Failing,
    /// It has failed for more than 15 minutes.
    Stuck,
    /// Somebody paused it.
    Paused,
}

impl DrainState {
    /// Name as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Failing => "failing",
            Self::Stuck => "stuck",
            Self::Paused => "paused",
        }
    }
}

/// How far a drain is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrainProgress {
    /// Entries that wait to be sent.
    pub behind: u64,
    /// When the oldest of them was entered.
    pub oldest_unsent_at: Option<Timestamp>,
    /// Entries sent and acknowledged so far.
    pub sent: u64,
    /// Entries that the receiver refused for good, or that were archived before they could be sent.
    pub lost: u64,
    /// When something was last sent and acknowledged.
    pub last_success_at: Option<Timestamp>,
    /// Since when each attempt has failed.
    pub failing_since: Option<Timestamp>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it tries again.
    pub next_attempt_at: Option<Timestamp>,
}

/// A drain. Its secrets are never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Drain {
    /// Id.
    pub id: DrainId,
    /// Name, unique among the drains of the organization, or of the platform.
    pub name: Name,
    /// Organization whose log it sends; the platform's drain if absent.
    pub organization: Option<OrganizationId>,
    /// The only log that it sends, if not all: `platform`, or an organization's id.
    pub log: Option<String>,
    /// Where to.
    pub destination: Destination,
    /// Whether an authority of its own is trusted instead of the operating system's.
    pub own_authority: bool,
    /// Whether it comes with a client certificate.
    pub client_certificate: bool,
    /// Names of the headers that it sends.
    pub headers: Vec<String>,
    /// Whether somebody allowed it to send without encryption.
    pub insecure_plain: bool,
    /// Public name of the key that signs (webhook).
    pub key_id: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// How it fares.
    pub state: DrainState,
    /// How far it is.
    pub progress: DrainProgress,
}

/// Wish to make a drain.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDrain {
    /// Name.
    pub name: Name,
    /// Organization whose log is sent; a drain of the platform if absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organization: Option<OrganizationId>,
    /// Of the platform's drains: the only log to send. All if absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub log: Option<String>,
    /// Where to.
    pub destination: Destination,
    /// Authorities to trust instead of the operating system's, in PEM.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ca_pem: Option<String>,
    /// Client certificate with its chain, in PEM.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client_certificate_pem: Option<String>,
    /// Its private key, in PEM. Kept sealed, never shown.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client_key_pem: Option<String>,
    /// Headers to send (OTLP, webhook). Their values are kept sealed, never shown.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub headers: BTreeMap<String, String>,
    /// Send without encryption over a network. For the platform's drains only, and recorded.
    #[serde(default)]
    pub insecure_plain: bool,
    /// Begin with what is entered from now on, not with the oldest entry.
    #[serde(default)]
    pub from_now: bool,
}

impl std::fmt::Debug for NewDrain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewDrain")
            .field("name", &self.name)
            .field("organization", &self.organization)
            .field("log", &self.log)
            .field("destination", &self.destination)
            .finish_non_exhaustive()
    }
}

/// A drain that was just made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedDrain {
    /// The drain.
    pub drain: Drain,
    /// Of a webhook: the key that its signatures are checked with, in hex. It is not shown again.
    pub signing_key: Option<String>,
}

impl std::fmt::Debug for CreatedDrain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedDrain").field("drain", &self.drain).finish_non_exhaustive()
    }
}

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrainTest {
    /// Whether the receiver took it.
    pub delivered: bool,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What was done, or what went wrong.
    pub detail: String,
    /// What to do next, if it went wrong.
    pub next_step: Option<String>,
}

/// Which drains are wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DrainQuery {
    /// Organization id; the platform's own drains if absent.
    pub organization: Option<String>,
    /// `next` of the page before; absent for the first.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 200; 50 if absent.
    pub limit: Option<u32>,
}
