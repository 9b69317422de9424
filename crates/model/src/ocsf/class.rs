//! The classes of OCSF that Ward uses.

/// A class: what kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A process ran in a container.
    Process,
    /// Something is wrong: a check failed, an alert was raised.
    Finding,
    /// A user, a password or a second factor changed.
    Account,
    /// A session began, was verified or ended.
    Authentication,
    /// Something managed was created, changed or removed.
    Entity,
    /// A role was granted or taken back.
    Access,
    /// A shell was opened from outside.
    Ssh,
    /// Everything else.
    Api,
}

impl Class {
    /// All classes, by number.
    pub const ALL: [Self; 8] = [
        Self::Process,
        Self::Finding,
        Self::Account,
        Self::Authentication,
        Self::Entity,
        Self::Access,
        Self::Ssh,
        Self::Api,
    ];

    /// `class_uid`.
    pub const fn uid(self) -> u32 {
        match self {
            Self::Process => 1007,
            Self::Finding => 2004,
            Self::Account => 3001,
            Self::Authentication => 3002,
            Self::Entity => 3004,
            Self::Access => 3005,
            Self::Ssh => 4007,
            Self::Api => 6003,
        }
    }

    /// `category_uid`: the thousands of the class.
    pub const fn category(self) -> u32 {
        self.uid() / 1000
    }

    /// Caption in OCSF.
    pub const fn caption(self) -> &'static str {
        match self {
            Self::Process => "Process Activity",
            Self::Finding => "Detection Finding",
            Self::Account => "Account Change",
            Self::Authentication => "Authentication",
            Self::Entity => "Entity Management",
            Self::Access => "User Access Management",
            Self::Ssh => "SSH Activity",
            Self::Api => "API Activity",
        }
    }

    /// Profiles whose attributes an entry of the class has. `cloud` brings `api` and the project, `datetime` the exact
    /// time, `security_control` the decision, and `host` the actor where the class itself has none.
    pub const fn profiles(self) -> &'static [&'static str] {
        match self {
            Self::Finding | Self::Ssh => &["cloud", "datetime", "host", "security_control"],
            _ => &["cloud", "datetime", "security_control"],
        }
    }

    /// Whether the class has a place for the address that a request came from.
    pub(super) const fn has_source(self) -> bool {
        !matches!(self, Self::Process | Self::Finding)
    }

    /// Whether that place must be filled.
    pub(super) const fn needs_source(self) -> bool {
        matches!(self, Self::Api)
    }
}
