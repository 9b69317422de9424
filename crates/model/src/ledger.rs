//! Bodies: entries of the ledger as Ward writes and shows them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// What an entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// An action was permitted and is about to be done.
    Attempt,
    /// What became of an attempt.
    Outcome,
    /// An action was denied.
    Denied,
    /// Something sensitive was read.
    Read,
    /// Ward did or saw something by itself: no request stands behind it.
    Notice,
}

impl EntryKind {
    /// Name as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attempt => "attempt",
            Self::Outcome => "outcome",
            Self::Denied => "denied",
            Self::Read => "read",
            Self::Notice => "notice",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Attempt, Self::Outcome, Self::Denied, Self::Read, Self::Notice];
        all.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The effect was committed.
    Success,
    /// The operation failed; nothing was committed.
    Failed,
    /// The process ended in the middle; nothing was committed.
    Aborted,
}

impl Outcome {
    /// Name as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Aborted => "aborted",
        }
    }

    /// The outcome of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Success, Self::Failed, Self::Aborted].into_iter().find(|o| o.as_str() == name)
    }
}

/// Who acted, as the ledger names them: opaque ids, never names or addresses of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Actor {
    /// `user`, `loop`, `operator` or `anonymous`.
    pub kind: String,
    /// User id or name of the loop; empty if unknown.
    pub id: String,
    /// Session or token id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub credential: Option<String>,
}

/// What it was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Object {
    /// Kind of resource.
    pub kind: String,
    /// Id.
    pub id: String,
    /// Organization, if it belongs to one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organization: Option<String>,
    /// Project.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub project: Option<String>,
    /// Environment.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub environment: Option<String>,
}

/// One entry. Its canonical form (RFC 8785) is what the tree hashes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Version of this form: 1.
    pub v: u32,
    /// When it was written.
    pub time: Timestamp,
    /// What it says.
    pub kind: EntryKind,
    /// Id that ties an outcome to its attempt.
    pub attempt: String,
    /// Action: `app:deploy`.
    pub action: String,
    /// Who.
    pub actor: Actor,
    /// To what.
    pub object: Object,
    /// Request id.
    pub request: String,
    /// Address of the client; empty for loops.
    pub source: String,
    /// Policies (grant ids and rules) that decided.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub policies: Vec<String>,
    /// What became of it, on an outcome.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outcome: Option<Outcome>,
    /// More: why it was denied, what was created. Never PHI, never secrets.
    #[serde(skip_serializing_if = "serde_json::Value::is_null", default)]
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}

/// An entry with its place in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LedgerEntry {
    /// Log: `platform`, or the id of an organization.
    pub log: String,
    /// Shard of the log: `2026-1`.
    pub shard: String,
    /// Index in the shard, from 0.
    pub index: u64,
    /// When it got its place.
    pub logged: Timestamp,
    /// The entry.
    pub event: Event,
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LedgerQuery {
    /// Organization id; the platform's entries if absent.
    pub organization: Option<String>,
    /// Only this actor (user id or loop name).
    pub actor: Option<String>,
    /// Only this action, or all that begin with it up to `:`.
    pub action: Option<String>,
    /// Only this object's id.
    pub object: Option<String>,
    /// Only this kind: attempt, outcome, denied, read, notice.
    pub kind: Option<String>,
    /// Only this outcome.
    pub outcome: Option<String>,
    /// Only entries with all of these words, one to three.
    pub text: Option<String>,
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
    /// Cursor; newest first.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 200.
    pub limit: Option<u32>,
}

/// Verdict of a verification by the running platform. An auditor verifies offline instead.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LedgerVerdict {
    /// Whether all of it verified.
    pub verified: bool,
    /// Entries read in logs that verify.
    pub entries: u64,
    /// Newest signed checkpoint of the platform's log.
    pub checkpoint: String,
    /// Verifier key (vkey) of that log.
    pub key: String,
    /// First thing that is wrong.
    pub finding: Option<String>,
    /// The verdict on each log.
    #[serde(default)]
    pub logs: Vec<LogVerdict>,
}

/// Verdict on one log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LogVerdict {
    /// Log: `platform`, or the id of an organization.
    pub log: String,
    /// Whether all of it verified.
    pub verified: bool,
    /// Entries of its shards that are here.
    pub entries: u64,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub finding: Option<String>,
    /// Its shards, oldest first; none if it does not verify.
    pub shards: Vec<ShardVerdict>,
}

/// A shard that verified.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ShardVerdict {
    /// Name: `2026-1`.
    pub shard: String,
    /// Verifier key (vkey).
    pub key: String,
    /// Entries; absent if it is archived.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub entries: Option<u64>,
    /// Newest signed checkpoint; absent if it is archived.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub checkpoint: Option<String>,
    /// Size of the newest checkpoint that witnesses have cosigned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub witnessed: Option<u64>,
}

/// One log of the ledger.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LedgerLog {
    /// Log: `platform`, or the id of an organization.
    pub log: String,
    /// Name of the organization; absent for the platform.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organization: Option<String>,
    /// Whether it takes entries now.
    pub writable: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refusing: Option<String>,
    /// Its shards, oldest first.
    pub shards: Vec<LedgerShard>,
}

/// One shard of a log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LedgerShard {
    /// Name: `2026-1`.
    pub shard: String,
    /// Verifier key (vkey); its name is the origin of the checkpoints.
    pub key: String,
    /// When its first entry was sequenced.
    pub opened: Timestamp,
    /// When its last entry was; absent while it takes entries.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closed: Option<Timestamp>,
    /// Whether it was archived, and is not here any more.
    pub archived: bool,
    /// Entries; absent if it is archived.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub size: Option<u64>,
    /// Newest published checkpoint, a signed note; absent if it is archived or none is published yet.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub checkpoint: Option<String>,
}

/// The logs of the ledger.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LedgerLogs {
    /// Logs, in order of their names.
    pub items: Vec<LedgerLog>,
}

/// Which logs are wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogsQuery {
    /// Organization id; all logs of the installation if absent.
    pub organization: Option<String>,
}

/// Why a person is to be erased from the ledger.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Erase {
    /// Reason, for the record. Never a name, never PHI.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A person who was erased from the ledger.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Erased {
    /// The pseudonym that stays in the entries, and stands for nobody any more.
    pub subject: String,
}

impl Event {
    /// Canonical bytes of the bare event (RFC 8785), without time of sequencing: not what the tree hashes, see [`crate::ocsf`].
    pub fn canonical(&self) -> Vec<u8> {
        crate::ocsf::canonical::to_vec(&serde_json::to_value(self).unwrap_or_default())
    }
}
