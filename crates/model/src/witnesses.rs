//! Bodies: witnesses of the ledger, and how far each log is witnessed.
//!
//! A witness is somebody else's machine that countersigns checkpoints (C2SP tlog-witness). What counts as witnessed is
//! the platform's policy; how old it may be is too.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Name, Timestamp, WitnessId};

/// Fewest minutes after which a log that nobody witnessed again is stale.
pub const LEAST_STALE_MINUTES: u32 = 2;
/// Most: a day.
pub const MOST_STALE_MINUTES: u32 = 24 * 60;

/// A witness to be asked for cosignatures.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWitness {
    /// A short name for it.
    pub name: Name,
    /// Its address, `https://…`; requests go to paths below it. `http://` is taken too: what is exchanged is public, and
    /// signed by both sides.
    pub url: String,
    /// Its public key in vkey form, as `ward witness init` prints it.
    pub key: String,
    /// Certificate authorities in PEM, if its certificate is not of a public one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ca_pem: Option<String>,
}

/// A witness.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Witness {
    /// Id.
    pub id: WitnessId,
    /// Its short name.
    pub name: Name,
    /// Its address.
    pub url: String,
    /// Its public key in vkey form.
    pub key: String,
    /// Whether its cosignatures can be verified here, so that they count. Those of ML-DSA-44 are kept only.
    pub counts: bool,
    /// Since when it is asked.
    pub created_at: Timestamp,
}

/// What counts as witnessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WitnessPolicy {
    /// Cosignatures that one checkpoint needs, by as many witnesses.
    #[schema(minimum = 1)]
    pub needed: u32,
    /// Minutes after which a log that was not witnessed again is stale.
    #[schema(minimum = 2, maximum = 1440)]
    pub stale_after_minutes: u32,
}

impl WitnessPolicy {
    /// After how long a log is stale.
    pub const fn stale_after(&self) -> Duration {
        // Times a constant: no overflow from u32.
        Duration::from_secs(self.stale_after_minutes as u64 * 60)
    }
}

impl Default for WitnessPolicy {
    fn default() -> Self {
        Self { needed: 1, stale_after_minutes: 15 }
    }
}

/// How far a log is witnessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WitnessState {
    /// There is no witness.
    Unwitnessed,
    /// The log or the witness is new: the first cosignatures are awaited.
    Awaited,
    /// The newest checkpoints have the cosignatures that the policy asks for.
    Witnessed,
    /// No witness follows it, but the platform's log, which is witnessed, takes down its checkpoint every hour.
    Anchored,
    /// Too long ago.
    Stale,
    /// A witness has cosigned what the log does not hold: it was rolled back, rewritten or forked.
    Contradicted,
}

impl WitnessState {
    /// Name as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unwitnessed => "unwitnessed",
            Self::Awaited => "awaited",
            Self::Witnessed => "witnessed",
            Self::Anchored => "anchored",
            Self::Stale => "stale",
            Self::Contradicted => "contradicted",
        }
    }
}

/// How far one log is witnessed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WitnessedLog {
    /// `platform`, or the id of an organization.
    pub log: String,
    /// Its shard that takes entries now.
    pub shard: String,
    /// That shard's public key in vkey form: what a witness has to follow.
    pub key: String,
    /// Entries of that shard.
    pub entries: u64,
    /// How it stands.
    pub state: WitnessState,
    /// Entries below the newest checkpoint that has the cosignatures needed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub witnessed_entries: Option<u64>,
    /// When that was cosigned, so many times as are needed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub witnessed_at: Option<Timestamp>,
    /// What each witness did.
    pub witnesses: Vec<Witnessing>,
}

/// What one witness did for one log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Witnessing {
    /// Which witness.
    pub witness: WitnessId,
    /// Its short name.
    pub name: Name,
    /// Shard that it cosigned last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shard: Option<String>,
    /// Entries that it cosigned last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub entries: Option<u64>,
    /// When, by its own clock.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cosigned_at: Option<Timestamp>,
    /// When it was asked last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub asked_at: Option<Timestamp>,
    /// What went wrong then.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// Whether that is a contradiction: the reason why witnesses exist.
    pub contradicts: bool,
}

/// Witnesses, policy, and how far each log is witnessed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Witnesses {
    /// What counts as witnessed.
    pub policy: WitnessPolicy,
    /// The witnesses.
    pub witnesses: Vec<Witness>,
    /// The logs.
    pub logs: Vec<WitnessedLog>,
}
