//! An entry on its way out: where it stands in the ledger, its bytes, and what the formats say of it.

use serde_json::Value;
use ward_model::{Timestamp, ocsf::Class};

/// One entry with its place. Log, shard and index together name it for ever: receivers count by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Log: `platform`, or the id of an organization.
    pub log: String,
    /// Shard of the log: `2026-1`.
    pub shard: String,
    /// Index in the shard, from 0.
    pub index: u64,
    /// The bytes that the tree hashes.
    pub bytes: Vec<u8>,
}

/// How grave an entry is (OCSF `severity_id`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Not said.
    Unknown,
    /// Nothing to be done.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
    /// Fatal.
    Fatal,
}

impl Severity {
    fn of(id: i64) -> Self {
        match id {
            1 => Self::Informational,
            2 => Self::Low,
            3 => Self::Medium,
            4 => Self::High,
            5 => Self::Critical,
            6 => Self::Fatal,
            _ => Self::Unknown,
        }
    }

    /// Severity of syslog (RFC 5424 6.2.1): 6 informational, 5 notice, 4 warning, 3 error, 2 critical, 1 alert.
    pub const fn syslog(self) -> u8 {
        match self {
            Self::Unknown | Self::Informational => 6,
            Self::Low => 5,
            Self::Medium => 4,
            Self::High => 3,
            Self::Critical => 2,
            Self::Fatal => 1,
        }
    }

    /// Severity of CEF, 0 to 10.
    pub const fn cef(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Informational => 1,
            Self::Low => 3,
            Self::Medium => 5,
            Self::High => 7,
            Self::Critical => 9,
            Self::Fatal => 10,
        }
    }

    /// Number and text of OpenTelemetry's logs data model.
    pub const fn otlp(self) -> (u8, &'static str) {
        match self {
            Self::Unknown => (0, ""),
            Self::Informational => (9, "INFO"),
            Self::Low => (10, "INFO2"),
            Self::Medium => (13, "WARN"),
            Self::High => (17, "ERROR"),
            Self::Critical => (18, "ERROR2"),
            Self::Fatal => (21, "FATAL"),
        }
    }
}

/// What the formats say of an entry beside its bytes. Every part may be missing: an entry that says nothing of
/// itself is sent all the same.
#[derive(Debug, Clone, Default)]
pub struct Facts(Value);

impl Entry {
    /// Reads the bytes as an OCSF event.
    pub fn facts(&self) -> Facts {
        Facts(serde_json::from_slice(&self.bytes).unwrap_or(Value::Null))
    }

    /// `<log>/<shard>/<index>`: its name in one word.
    pub fn place(&self) -> String {
        format!("{}/{}/{}", self.log, self.shard, self.index)
    }
}

impl Facts {
    /// Whether the bytes are JSON at all.
    pub fn is_json(&self) -> bool {
        self.0.is_object()
    }

    fn text(&self, pointers: &[&str]) -> Option<&str> {
        pointers.iter().find_map(|p| self.0.pointer(p)?.as_str()).filter(|text| !text.is_empty())
    }

    fn number(&self, pointer: &str) -> Option<i64> {
        self.0.pointer(pointer)?.as_i64()
    }

    /// When it happened; when it was entered if that is not said.
    pub fn time(&self) -> Option<Timestamp> {
        self.number("/time").or_else(|| self.number("/metadata/logged_time")).map(from_millis)
    }
    /// When it was entered into the ledger.
    pub fn logged(&self) -> Option<Timestamp> {
        self.number("/metadata/logged_time").or_else(|| self.number("/time")).map(from_millis)
    }
    /// How grave.
    pub fn severity(&self) -> Severity {
        Severity::of(self.number("/severity_id").unwrap_or(0))
    }
    /// What was done: `app:deploy`; `entry` if it does not say.
    pub fn action(&self) -> &str {
        self.text(&["/api/operation"]).unwrap_or("entry")
    }
    /// Kind of event: the caption of its OCSF class.
    pub fn class(&self) -> Option<&'static str> {
        let number = self.number("/class_uid")?;
        Class::ALL.into_iter().find(|class| i64::from(class.uid()) == number).map(Class::caption)
    }
    /// Who: an opaque id, or a kind of actor that has none; never a person's name.
    pub fn actor(&self) -> Option<&str> {
        self.text(&["/actor/user/uid", "/actor/user/name"])
    }
    /// From where.
    pub fn source(&self) -> Option<&str> {
        self.text(&["/src_endpoint/ip", "/src_endpoint/uid", "/unmapped/source"])
    }
    /// To what.
    pub fn object(&self) -> Option<&str> {
        self.text(&["/unmapped/object/id", "/resources/0/uid"])
    }
    /// What the entry says: `success`, `failed` or `aborted` of an outcome; else `attempt`, `denied`, `read`, `notice`.
    pub fn status(&self) -> Option<&str> {
        self.text(&["/status_code", "/unmapped/kind", "/status"])
    }
    /// Why.
    pub fn reason(&self) -> Option<&str> {
        self.text(&["/status_detail"])
    }
    /// Id of the request.
    pub fn request(&self) -> Option<&str> {
        self.text(&["/api/request/uid"])
    }
}

fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_micros(millis.saturating_mul(1000))
}
