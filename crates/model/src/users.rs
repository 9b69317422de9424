//! Bodies: users, sessions, factors, tokens, grants.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{GrantId, OrganizationId, ResourceKind, Role, SessionId, Timestamp, TokenId, UserId};

/// A user. The id is unique for ever; the address may change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// E-mail address, lower case.
    pub email: String,
    /// Name for people.
    pub display_name: String,
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// When they were disabled.
    pub disabled_at: Option<Timestamp>,
    /// When they were created.
    pub created_at: Timestamp,
    /// Last successful sign-in.
    pub last_seen_at: Option<Timestamp>,
}

/// Wish for a user in an organization.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// E-mail address.
    pub email: String,
    /// Name for people.
    pub display_name: String,
    /// First role, on the organization.
    pub role: Role,
}

/// A user just created, with a first password that must be changed at the first sign-in.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedUser {
    /// The user.
    pub user: User,
    /// Shown once.
    pub first_password: String,
}

/// First step of signing in.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
}

/// What a fresh session still needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SessionNeeds {
    /// Nothing: it is complete.
    Nothing,
    /// A code from the second factor.
    SecondFactor,
    /// A second factor must be set up first.
    Enrolment,
    /// The first password must be changed.
    NewPassword,
}

/// A session just begun.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct BegunSession {
    /// Bearer token of the session; shown once.
    pub token: String,
    /// The session.
    pub session: Session,
}

/// A session.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Id.
    pub id: SessionId,
    /// User.
    pub user: UserId,
    /// What it still needs before anything else may be done.
    pub needs: SessionNeeds,
    /// When it began.
    pub created_at: Timestamp,
    /// Last use; it ends 15 minutes after.
    pub last_used_at: Timestamp,
    /// It ends then, however it is used.
    pub expires_at: Timestamp,
    /// When the second factor was last given.
    pub second_factor_at: Option<Timestamp>,
    /// Address it began from.
    pub address: String,
    /// Client that began it.
    pub client: String,
}

/// A code of the second factor, or a recovery code.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactor {
    /// Six digits, or a recovery code.
    pub code: String,
}

/// A second factor being set up.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Enrolment {
    /// Secret in base32, for typing.
    pub secret: String,
    /// `otpauth://totp/…`, for a QR code.
    pub url: String,
}

/// Recovery codes; each works once, shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    /// The codes.
    pub codes: Vec<String>,
}

/// Wish to change one's password.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present one.
    pub current: String,
    /// The new one: at least 12 characters.
    pub new: String,
}

/// An API token, without its secret.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// Id.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// Most that it may do.
    pub role: Role,
    /// Kind of the resource that it is limited to.
    pub scope_kind: ResourceKind,
    /// Id of that resource.
    pub scope_id: String,
    /// When it ends; every token ends.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Wish for a token.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// Most that it may do.
    pub role: Role,
    /// Kind of the resource that it is limited to.
    pub scope_kind: ResourceKind,
    /// Id of that resource.
    pub scope_id: String,
    /// When it ends; at most 90 days from now.
    pub expires_at: Timestamp,
}

/// A token just made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedToken {
    /// The token.
    pub token: Token,
    /// Its secret; shown once.
    pub secret: String,
}

/// A role that a user holds somewhere.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Grant {
    /// Id; the ledger names it as the policy that allowed an action.
    pub id: GrantId,
    /// User.
    pub user: UserId,
    /// Role.
    pub role: Role,
    /// Kind of the resource.
    pub scope_kind: ResourceKind,
    /// Id of the resource.
    pub scope_id: String,
    /// Organization of the resource; none for the platform.
    pub organization: Option<OrganizationId>,
    /// When it was granted.
    pub created_at: Timestamp,
    /// Who granted it; none for set-up.
    pub created_by: Option<UserId>,
}

/// Wish to grant a role.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// User.
    pub user: UserId,
    /// Role.
    pub role: Role,
    /// `organization`, `project` or `environment`.
    pub scope_kind: ResourceKind,
    /// Id of it.
    pub scope_id: String,
}

/// Oneself: the user and the grants.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The user.
    pub user: User,
    /// What they hold.
    pub grants: Vec<Grant>,
    /// The session, if it is one.
    pub session: Option<Session>,
}
