//! Ids: a typed prefix and a UUID version 7 (RFC 9562 5.7), so that they sort by creation.
//!
//! They are TEXT in the store and in the API: `app_0198c0de…` (prefix, `_`, 32 hex digits). The prefix
//! makes a mixed-up id an error that can be read, instead of a "not found".

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Why a text is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the id of a {kind}: expected {prefix}_ and 32 hex digits")]
pub struct InvalidId {
    /// What was expected.
    pub kind: &'static str,
    /// Its prefix.
    pub prefix: &'static str,
    /// What came, cut to 64 characters.
    pub text: String,
}

/// Common face of all ids.
pub trait Id: Copy + fmt::Display + FromStr<Err = InvalidId> + Send + Sync + 'static {
    /// Prefix in text form.
    const PREFIX: &'static str;
    /// Makes an id from a UUID.
    fn from_uuid(uuid: Uuid) -> Self;
    /// The UUID inside.
    fn uuid(self) -> Uuid;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
            fn uuid(self) -> Uuid { self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|hex| hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
                    .and_then(|hex| Uuid::try_parse(hex).ok())
                    .map(Self)
                    .ok_or_else(|| InvalidId { kind: $kind, prefix: $prefix, text: text.chars().take(64).collect() })
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-f]{32}$")))
                    .description(Some(concat!("Id of a ", $kind, ".")))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    )*};
}

ids! {
    /// An organization (tenant).
    OrganizationId "org" "organization";
    /// A project of an organization.
    ProjectId "prj" "project";
    /// An environment of a project.
    EnvironmentId "env" "environment";
    /// An app.
    AppId "app" "app";
    /// An immutable release of an app.
    ReleaseId "rel" "release";
    /// One roll-out of a release.
    DeploymentId "dep" "deployment";
    /// A managed database.
    DatabaseId "db" "database";
    /// A backup of a database.
    BackupId "bak" "backup";
    /// A region.
    RegionId "reg" "region";
    /// An agreement (BAA).
    AgreementId "agr" "agreement";
    /// A user.
    UserId "usr" "user";
    /// A session of a user.
    SessionId "ses" "session";
    /// An API token.
    TokenId "tok" "token";
    /// A grant of a role.
    GrantId "grt" "grant";
    /// One attempt of an action, as the ledger names it.
    AttemptId "att" "attempt";
    /// One request to a door.
    RequestId "req" "request";
    /// One result of a check.
    ObservationId "obs" "observation";
    /// A witness of the ledger.
    WitnessId "wit" "witness";
    /// Something that needs a person's attention.
    AlertId "alr" "alert";
    /// A legal hold on a log.
    HoldId "hld" "legal hold";
    /// A drain: copies of the ledger for a log system.
    DrainId "drn" "drain";
    /// One key of the vault, wrapped.
    KeyId "key" "key";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_form_and_refuses_another_kind() {
        let id = AppId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse::<AppId>(), Ok(id));
        let error = id.to_string().parse::<OrganizationId>().unwrap_err();
        assert!(error.to_string().contains("organization"), "{error}");
    }

    #[test]
    fn an_id_has_one_text_form_only() {
        for text in [
            "app_",
            "app_00000000-0000-0000-0000-000000000007",
            "APP_00000000000000000000000000000007",
            "app_0000000000000000000000000000000G",
        ] {
            assert!(text.parse::<AppId>().is_err(), "{text}");
        }
    }
}
