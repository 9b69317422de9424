//! Errors as a client sees them: RFC 9457 problem details with a stable code and a next step.

use serde::{Deserialize, Serialize};

/// Stable code of an error. Clients decide by it; texts may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// The request can't be understood or breaks a rule of form.
    Invalid,
    /// No valid session or token.
    Unauthenticated,
    /// The session has no second factor yet.
    SecondFactorRequired,
    /// The action needs a fresh second factor.
    StepUpRequired,
    /// The principal may not do this here.
    Forbidden,
    /// No such thing, or none that the principal may know of.
    NotFound,
    /// It exists already, or is in another state than the action needs.
    Conflict,
    /// A floor of a PHI environment forbids it; the safeguard is named.
    Floor,
    /// Larger than allowed.
    TooLarge,
    /// Too many attempts; try later.
    Throttled,
    /// The vault is sealed.
    Sealed,
    /// The ledger can't be written, so nothing was done.
    LedgerUnavailable,
    /// Something that is needed does not answer.
    Unavailable,
    /// A defect of Ward.
    Internal,
}

impl ErrorCode {
    /// HTTP status that goes with it.
    pub const fn status(self) -> u16 {
        match self {
            Self::Invalid => 400,
            Self::Unauthenticated => 401,
            Self::SecondFactorRequired | Self::StepUpRequired | Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::Floor => 422,
            Self::Throttled => 429,
            Self::Internal => 500,
            Self::Sealed | Self::LedgerUnavailable | Self::Unavailable => 503,
        }
    }

    /// Code as text, also the last part of the problem's type.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unauthenticated => "unauthenticated",
            Self::SecondFactorRequired => "second-factor-required",
            Self::StepUpRequired => "step-up-required",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
            Self::Floor => "floor",
            Self::TooLarge => "too-large",
            Self::Throttled => "throttled",
            Self::Sealed => "sealed",
            Self::LedgerUnavailable => "ledger-unavailable",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }
}

/// Body of every error answer (`application/problem+json`, RFC 9457).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// `urn:ward:error:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: ErrorCode,
    /// What happened.
    pub title: String,
    /// What to do next.
    pub next_step: String,
    /// Request id: the same in the logs and the ledger.
    pub request_id: String,
    /// Safeguard that forbids it (citation), for `floor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safeguard: Option<String>,
    /// Seconds to wait, for `throttled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}
