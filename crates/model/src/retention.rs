//! Bodies: how long the record is kept, what holds it longer, and where closed shards are archived.
//!
//! 45 CFR 164.316(b)(2)(i): six years from its creation or from when it was last in effect. For a log that is six
//! years from the last entry of a shard. Less can't be said: [`Retention`] has no value below the floor.

use std::{fmt, str::FromStr};

use jiff::{Span, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::{HoldId, OrganizationId, Target, Timestamp, UserId};

/// Citation of the floor.
pub const SAFEGUARD: &str = "45 CFR 164.316(b)(2)(i)";
/// Fewest months that a shard stays here when the locked archive is the copy that is kept.
pub const LEAST_LOCAL_MONTHS: u32 = 12;

/// How long the record is kept: whole months of the calendar, from the last entry of a shard.
///
/// Architecture Invariant: no value below six years can be made, not from a number, not from JSON, not from a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Retention(u32);

/// Months that are no retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} months is no retention: the record is kept for 72 to 1200 months (6 to 100 years)")]
pub struct NoRetention(pub u32);

impl Retention {
    /// Six years: nothing makes it shorter.
    pub const FLOOR: Self = Self(72);
    /// A hundred years.
    pub const LONGEST: Self = Self(1200);

    /// A retention of so many months.
    ///
    /// # Errors
    /// [`NoRetention`] below six or above a hundred years.
    pub fn of_months(months: u32) -> Result<Self, NoRetention> {
        let wish = Self(months);
        if (Self::FLOOR..=Self::LONGEST).contains(&wish) { Ok(wish) } else { Err(NoRetention(months)) }
    }

    /// In months.
    pub const fn months(self) -> u32 {
        self.0
    }

    /// First moment that what ended at `from` need not be kept any more.
    pub fn until(self, from: Timestamp) -> Timestamp {
        months_after(from, self.0)
    }
}

/// The same moment of the day so many months later (UTC). The 29th of a month without one becomes the day after its
/// last: never earlier.
pub fn months_after(from: Timestamp, months: u32) -> Timestamp {
    let never = Timestamp::from_micros(jiff::Timestamp::MAX.as_microsecond());
    let Ok(at) = jiff::Timestamp::from_microsecond(from.micros()) else { return never };
    let at = at.to_zoned(TimeZone::UTC);
    let Ok(mut later) = at.checked_add(Span::new().months(i64::from(months.min(100_000)))) else {
        return never;
    };
    if later.day() != at.day() {
        let Ok(next) = later.checked_add(Span::new().days(1)) else { return never };
        later = next;
    }
    Timestamp::from_micros(later.timestamp().as_microsecond())
}

impl Serialize for Retention {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u32(self.0)
    }
}

impl<'de> Deserialize<'de> for Retention {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::of_months(u32::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Retention {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(72))
            .maximum(Some(1200))
            .description(Some("Months. Never below six years (45 CFR 164.316(b)(2)(i))."))
            .into()
    }
}
impl ToSchema for Retention {}

/// A log of the ledger: the platform's, or an organization's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogName {
    /// The platform's.
    Platform,
    /// An organization's.
    Organization(OrganizationId),
}

impl LogName {
    /// The log of an organization, or the platform's.
    pub fn of(organization: Option<OrganizationId>) -> Self {
        organization.map_or(Self::Platform, Self::Organization)
    }

    /// The organization, if it is one's.
    pub fn organization(self) -> Option<OrganizationId> {
        match self {
            Self::Platform => None,
            Self::Organization(id) => Some(id),
        }
    }

    /// What the gate decides on.
    pub fn target(self) -> Target {
        match self {
            Self::Platform => Target::platform(),
            Self::Organization(id) => Target::organization(id),
        }
    }
}

impl fmt::Display for LogName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Platform => f.write_str("platform"),
            Self::Organization(id) => fmt::Display::fmt(id, f),
        }
    }
}

impl FromStr for LogName {
    type Err = crate::id::InvalidId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "platform" { Ok(Self::Platform) } else { text.parse().map(Self::Organization) }
    }
}

impl Serialize for LogName {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LogName {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for LogName {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("A log of the ledger: `platform`, or the id of an organization."))
            .into()
    }
}
impl ToSchema for LogName {}

/// When a closed shard may leave this machine. The copy in the archive is never removed by Ward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pruning {
    /// Never: the default.
    Never,
    /// When it is archived, verified, and its retention is over.
    AfterRetention,
    /// After `local_months`, if the archive holds it locked until the retention is over.
    Local,
}

impl Pruning {
    /// Name as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::AfterRetention => "after-retention",
            Self::Local => "local",
        }
    }
}

impl FromStr for Pruning {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Never, Self::AfterRetention, Self::Local];
        all.into_iter().find(|p| p.as_str() == text).ok_or_else(|| {
            format!(
                "{:?} is no way to prune: use never, after-retention or local",
                text.chars().take(40).collect::<String>()
            )
        })
    }
}

/// How long a log is kept, and when closed shards leave this machine.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RetentionPolicy {
    /// Which log.
    pub log: LogName,
    /// Months from the last entry of a shard; 72 unless an owner set more.
    pub months: Retention,
    /// When closed shards leave this machine.
    pub pruning: Pruning,
    /// Months that they stay, with `local`; 12 at least.
    pub local_months: Option<u32>,
    /// When it was set; absent if nobody did.
    pub set_at: Option<Timestamp>,
    /// By whom; absent for the operator.
    pub set_by: Option<UserId>,
    /// Legal holds on the log that are not released.
    pub holds: u32,
    /// Where closed shards are archived, as the operator configured it; absent if nowhere.
    pub archive: Option<String>,
    /// What is wrong with that place; absent if nothing.
    pub archive_problem: Option<String>,
}

/// Wish to change it. What is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRetention {
    /// Months, 72 at least.
    pub months: Option<u32>,
    /// When closed shards leave this machine.
    pub pruning: Option<Pruning>,
    /// Months that they stay, with `local`; 12 at least.
    pub local_months: Option<u32>,
}

/// A legal hold: while it is not released, what it covers is neither pruned nor destroyed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// Id.
    pub id: HoldId,
    /// Which log.
    pub log: LogName,
    /// Short name.
    pub name: String,
    /// Why.
    pub reason: String,
    /// First moment it covers; from the beginning if absent.
    pub from: Option<Timestamp>,
    /// First moment it does not cover any more; open if absent.
    pub to: Option<Timestamp>,
    /// When it was put on.
    pub created_at: Timestamp,
    /// By whom; absent for the operator.
    pub created_by: Option<UserId>,
    /// When it was released.
    pub released_at: Option<Timestamp>,
    /// By whom.
    pub released_by: Option<UserId>,
    /// Why it was released.
    pub release_reason: Option<String>,
}

impl Hold {
    /// Whether it covers anything from `first` to `last`, both included; none for `last` while it goes on.
    pub fn covers(&self, first: Timestamp, last: Option<Timestamp>) -> bool {
        self.released_at.is_none()
            && self.to.is_none_or(|to| first < to)
            && last.zip(self.from).is_none_or(|(last, from)| last >= from)
    }
}

/// Wish for a legal hold.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHold {
    /// Short name, 1 to 80 characters.
    pub name: String,
    /// Why: the matter or its number, 1 to 500 characters. Recorded; nothing of patients.
    pub reason: String,
    /// First moment it covers; from the beginning if absent.
    pub from: Option<Timestamp>,
    /// First moment it does not cover any more; open if absent.
    pub to: Option<Timestamp>,
}

/// Wish to release a hold.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseHold {
    /// Why, 1 to 500 characters. Recorded; nothing of patients.
    pub reason: String,
}

/// Of which log.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogOf {
    /// The organization whose log it is; the platform's if absent.
    pub organization: Option<OrganizationId>,
}

/// Of which log, and which page.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// The organization whose log it is; the platform's if absent.
    pub organization: Option<OrganizationId>,
    /// `next` of the page before; absent for the first.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 200; 50 if absent.
    pub limit: Option<u32>,
}

/// Where a shard is on its way to the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ShardState {
    /// It takes entries.
    Open,
    /// Closed, and not in the archive.
    Closed,
    /// On its way: being sealed, uploaded or read back.
    Archiving,
    /// In the archive, read back and verified.
    Archived,
    /// In the archive, and removed from this machine.
    Pruned,
}

impl ShardState {
    /// Name as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Archiving => "archiving",
            Self::Archived => "archived",
            Self::Pruned => "pruned",
        }
    }
}

/// A shard of a log: here, in the archive, or both.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ShardStatus {
    /// Which log.
    pub log: LogName,
    /// Name: year and number within it, `2026-1`.
    pub shard: String,
    /// Where it is on its way.
    pub state: ShardState,
    /// Its origin (C2SP tlog-checkpoint).
    pub origin: String,
    /// When its first entry was made.
    pub opened_at: Timestamp,
    /// When its last entry was made; absent while it takes entries.
    pub closed_at: Option<Timestamp>,
    /// Until when it is kept at least, without holds; absent while it takes entries.
    pub kept_until: Option<Timestamp>,
    /// Names of the legal holds that cover it.
    pub held_by: Vec<String>,
    /// Entries, when archived.
    pub entries: Option<u64>,
    /// Name of the sealed object in the archive.
    pub object: Option<String>,
    /// Its bytes.
    pub bytes: Option<u64>,
    /// Its SHA-256, in hex.
    pub sha256: Option<String>,
    /// Until when the object store refuses to delete it; absent if it has no lock.
    pub locked_until: Option<Timestamp>,
    /// When it was read back and verified the first time.
    pub archived_at: Option<Timestamp>,
    /// When it was read back and verified the last time.
    pub verified_at: Option<Timestamp>,
    /// When it was removed from this machine.
    pub pruned_at: Option<Timestamp>,
    /// When it was last asked to be brought back.
    pub restore_asked_at: Option<Timestamp>,
    /// When it was brought back, ready to be fetched.
    pub restored_at: Option<Timestamp>,
    /// What went wrong at the last try; absent if nothing.
    pub problem: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn no_retention_below_six_years_can_be_made() {
        for months in [0, 1, 71, 1201, u32::MAX] {
            assert_eq!(Retention::of_months(months), Err(NoRetention(months)));
            assert!(serde_json::from_str::<Retention>(&months.to_string()).is_err());
        }
        assert_eq!(Retention::of_months(72), Ok(Retention::FLOOR));
        assert_eq!(serde_json::from_str::<Retention>("120").unwrap().months(), 120);
        assert!(serde_json::from_str::<Retention>("-72").is_err());
    }

    #[test]
    fn six_years_are_counted_by_the_calendar_and_never_end_early() {
        for (from, until) in [
            ("2026-12-31T23:59:59.999999Z", "2032-12-31T23:59:59.999999Z"),
            ("2027-01-01T00:00:00Z", "2033-01-01T00:00:00Z"),
            ("2028-02-29T12:00:00Z", "2034-03-01T12:00:00Z"),
        ] {
            assert_eq!(Retention::FLOOR.until(at(from)), at(until), "{from}");
        }
        assert_eq!(months_after(at("2026-01-31T00:00:00Z"), 1), at("2026-03-01T00:00:00Z"));
        let endless = Retention::LONGEST.until(at("9990-01-01T00:00:00Z"));
        assert!(endless > at("9998-01-01T00:00:00Z"), "what can't be counted never ends: {endless}");
    }

    #[test]
    fn a_hold_covers_what_its_range_touches_until_it_is_released() {
        let mut hold = Hold {
            id: "hld_00000000000000000000000000000001".parse().unwrap(),
            log: LogName::Platform,
            name: "subpoena".into(),
            reason: "matter 7".into(),
            from: Some(at("2026-03-01T00:00:00Z")),
            to: Some(at("2026-04-01T00:00:00Z")),
            created_at: at("2026-05-01T00:00:00Z"),
            created_by: None,
            released_at: None,
            released_by: None,
            release_reason: None,
        };
        let year = |y: i32| (at(&format!("{y}-01-01T00:00:00Z")), Some(at(&format!("{y}-12-31T00:00:00Z"))));
        let covers = |hold: &Hold, y: i32| hold.covers(year(y).0, year(y).1);
        assert!(covers(&hold, 2026) && !covers(&hold, 2025) && !covers(&hold, 2027));
        assert!(hold.covers(year(2026).0, None), "a shard that goes on");
        hold.from = None;
        assert!(covers(&hold, 2025) && !covers(&hold, 2027));
        hold.to = None;
        assert!(covers(&hold, 2027));
        hold.released_at = hold.created_at.into();
        assert!(!covers(&hold, 2026));
    }

    #[test]
    fn a_log_is_named_platform_or_by_its_organization() {
        let organization = "org_00000000000000000000000000000001";
        for text in ["platform", organization] {
            assert_eq!(text.parse::<LogName>().unwrap().to_string(), text);
        }
        assert!("../platform".parse::<LogName>().is_err());
        assert!("app_00000000000000000000000000000001".parse::<LogName>().is_err());
    }
}
