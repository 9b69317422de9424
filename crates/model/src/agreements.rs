//! Bodies: agreements (business associate contracts, 45 CFR 164.308(b), 164.504(e)).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AgreementId, OrganizationId, Timestamp};

/// An agreement (BAA) between the organization and another party.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Agreement {
    /// Id.
    pub id: AgreementId,
    /// Organization.
    pub organization: OrganizationId,
    /// The other party.
    pub counterparty: String,
    /// Where the signed document is kept.
    pub document: String,
    /// SHA-256 of the signed document, in hex, if given.
    pub document_sha256: Option<String>,
    /// First moment it holds.
    pub effective_at: Timestamp,
    /// When it ends; none if open.
    pub expires_at: Option<Timestamp>,
    /// When it was ended early.
    pub ended_at: Option<Timestamp>,
    /// Whether it holds now.
    pub active: bool,
}

/// Wish to record an agreement.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAgreement {
    /// The other party.
    pub counterparty: String,
    /// Where the signed document is kept.
    pub document: String,
    /// SHA-256 of the signed document, in hex.
    pub document_sha256: Option<String>,
    /// First moment it holds; now if absent.
    pub effective_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}
