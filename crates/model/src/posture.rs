//! Bodies: posture, requirements, checks and observations.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ObservationId, Timestamp};

/// Result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The safeguard was seen to work.
    Pass,
    /// The safeguard was seen not to work.
    Fail,
    /// It could not be observed; the evidence says why.
    Unknown,
    /// Nothing to observe: no such resource exists.
    Empty,
}

impl Verdict {
    /// Name as in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Empty => "empty",
        }
    }
}

impl std::str::FromStr for Verdict {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Pass, Self::Fail, Self::Unknown, Self::Empty]
            .into_iter()
            .find(|v| v.as_str() == text)
            .ok_or_else(|| format!("{text:?} is no verdict"))
    }
}

/// One result of a check, signed into the ledger.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Observation {
    /// Id.
    pub id: ObservationId,
    /// Check: `trn.tls-version`.
    pub check: String,
    /// Result.
    pub verdict: Verdict,
    /// One sentence for people.
    pub summary: String,
    /// What was seen.
    #[schema(value_type = Object)]
    pub evidence: serde_json::Value,
    /// When.
    pub observed_at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// State of a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// All its live checks that Ward runs pass, and none is stale.
    ProvenLive,
    /// A record that it asks for is there and current; nothing live is failing.
    Recorded,
    /// Neither, or a check fails, or some of its checks do not exist yet.
    NotProven,
}

impl Standing {
    /// Name as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProvenLive => "proven-live",
            Self::Recorded => "recorded",
            Self::NotProven => "not-proven",
        }
    }
}

/// One requirement and where it stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RequirementPosture {
    /// Id: `164.312(a)(1)`.
    pub id: String,
    /// Citation.
    pub citation: String,
    /// Title.
    pub title: String,
    /// `security`, `breach` or `privacy-ba`.
    pub rule: String,
    /// `required`, `addressable` or absent.
    pub designation: Option<String>,
    /// `platform`, `shared` or `customer`.
    pub responsibility: String,
    /// Where it stands.
    pub standing: Standing,
    /// Why, in a sentence.
    pub why: String,
    /// Its checks with the newest verdict; none if Ward does not run it yet.
    pub checks: Vec<RequirementCheck>,
}

/// A check of a requirement.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RequirementCheck {
    /// Check id.
    pub id: String,
    /// Whether Ward runs it.
    pub implemented: bool,
    /// Newest verdict.
    pub verdict: Option<Verdict>,
    /// When it was observed.
    pub observed_at: Option<Timestamp>,
    /// Its summary.
    pub summary: Option<String>,
}

/// Posture: the state of all safeguards now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Posture {
    /// When it was put together.
    pub at: Timestamp,
    /// How many requirements stand where.
    pub proven_live: u32,
    /// Recorded.
    pub recorded: u32,
    /// Not proven.
    pub not_proven: u32,
    /// All requirements.
    pub requirements: Vec<RequirementPosture>,
}

/// A check that Ward runs, with its newest observation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CheckStatus {
    /// Id.
    pub id: String,
    /// What it observes.
    pub observes: String,
    /// When it passes.
    pub pass_condition: String,
    /// Requirements that it stands for (citations).
    pub requirements: Vec<String>,
    /// Seconds between runs.
    pub every: u64,
    /// Newest observation.
    pub latest: Option<Observation>,
}
