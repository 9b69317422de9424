//! The table: for each action its class, its activity, and what it is about.

use super::Class;
use About::{Account, Alert, Check, Grant, Object, Other, Policy, SignIn, SignOut};

/// What an entry is about, beside the object that the gate decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The object itself.
    Object,
    /// Something else of this kind; its id is in the detail under the kind's name as soon as it is known.
    Other(&'static str),
    /// A policy of the object, of this name.
    Policy(&'static str),
    /// The user, proving who they are by this.
    SignIn(Factor),
    /// The user's session, which ends.
    SignOut,
    /// The user's account, and the factor that changes.
    Account(Option<Factor>),
    /// A role of a user somewhere.
    Grant,
    /// A check and what it saw.
    Check,
    /// An alert.
    Alert,
}

/// Something that proves who a user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// A password.
    Password,
    /// A code of an authenticator app, changing with the time (RFC 6238).
    Totp,
    /// A recovery code, or any second factor.
    Second,
}

/// A row: how entries of an action are classed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// Class.
    pub class: Class,
    /// `activity_id` in the class.
    pub activity: u32,
    /// Caption of the activity; a word of Ward's own for 99 (Other).
    pub activity_name: &'static str,
    /// What it is about.
    pub about: About,
}

impl Mapping {
    /// `type_uid`: class and activity in one number.
    pub const fn type_uid(&self) -> u32 {
        self.class.uid() * 100 + self.activity
    }
}

/// How an action is classed that is not in the table: an entry must be possible whatever the action.
const UNKNOWN: Mapping = Mapping { class: Class::Api, activity: 99, activity_name: "Other", about: Object };

/// Class, activity and subject of an action, by its name.
pub fn mapping(action: &str) -> Mapping {
    TABLE.iter().find(|(name, _)| *name == action).map_or(UNKNOWN, |(_, mapping)| *mapping)
}

macro_rules! table {
    ($($action:literal $class:ident $activity:literal $name:literal $about:expr;)*) => {
        /// All actions with a class of their own.
        pub const TABLE: &[(&str, Mapping)] = &[$((
            $action,
            Mapping { class: Class::$class, activity: $activity, activity_name: $name, about: $about },
        ),)*];
    };
}

table! {
    // Platform
    "platform:status"          Api            2  "Read"                Object;
    "platform:seal"            Api            3  "Update"              Object;
    "region:create"            Entity         1  "Create"              Other("region");
    "region:list"              Api            2  "Read"                Object;
    "organization:create"      Entity         1  "Create"              Other("organization");
    "organization:list"        Api            2  "Read"                Object;
    "platform-ledger:read"     Api            2  "Read"                Object;
    "platform-ledger:checkpoint" Api          2  "Read"                Object;
    "subject:erase"            Account        99 "Erase Pseudonym"     Object;
    "platform-alert:list"      Api            2  "Read"                Object;
    "platform-retention:read"  Api            2  "Read"                Object;
    "platform-retention:write" Entity         3  "Update"              Policy("retention");
    "platform-hold:create"     Entity         1  "Create"              Other("hold");
    "platform-hold:release"    Entity         4  "Delete"              Other("hold");
    "platform-shard:archive"   Entity         3  "Update"              Other("shard");
    "platform-shard:restore"   Entity         3  "Update"              Other("shard");
    "platform-shard:fetch"     Api            2  "Read"                Object;
    "platform-shard:prune"     Entity         4  "Delete"              Other("shard");
    "platform-shard:roll"      Entity         3  "Update"              Other("shard");
    "platform-drain:read"      Api            2  "Read"                Object;
    "platform-drain:create"    Entity         1  "Create"              Other("drain");
    "platform-drain:change"    Entity         3  "Update"              Other("drain");
    "platform-drain:remove"    Entity         4  "Delete"              Other("drain");
    "platform-witness:read"    Api            2  "Read"                Object;
    "platform-witness:add"     Entity         1  "Create"              Other("witness");
    "platform-witness:remove"  Entity         4  "Delete"              Other("witness");
    "platform-witness:policy"  Entity         3  "Update"              Policy("witnesses");
    "platform-posture:read"    Api            2  "Read"                Object;
    "check:run"                Api            99 "Run"                 Object;
    // A finding if the check failed, else an API Activity.
    "observation:record"       Finding        1  "Create"              Check;
    "certificate:issue"        Entity         1  "Create"              Other("certificate");
    // Organization
    "organization:read"        Api            2  "Read"                Object;
    "user:list"                Api            2  "Read"                Object;
    "user:create"              Account        1  "Create"              Account(None);
    "user:disable"             Account        5  "Disable"             Account(None);
    "grant:list"               Api            2  "Read"                Object;
    "grant:create"             Access         1  "Assign Privileges"   Grant;
    "grant:revoke"             Access         2  "Revoke Privileges"   Grant;
    "agreement:create"         Entity         1  "Create"              Other("agreement");
    "agreement:end"            Entity         9  "Disable"             Other("agreement");
    "agreement:list"           Api            2  "Read"                Object;
    "project:create"           Entity         1  "Create"              Other("project");
    "project:list"             Api            2  "Read"                Object;
    "ledger:read"              Api            2  "Read"                Object;
    "ledger:checkpoint"        Api            2  "Read"                Object;
    "alert:list"               Api            2  "Read"                Object;
    "retention:read"           Api            2  "Read"                Object;
    "retention:write"          Entity         3  "Update"              Policy("retention");
    "hold:create"              Entity         1  "Create"              Other("hold");
    "hold:release"             Entity         4  "Delete"              Other("hold");
    "shard:archive"            Entity         3  "Update"              Other("shard");
    "shard:restore"            Entity         3  "Update"              Other("shard");
    "shard:fetch"              Api            2  "Read"                Object;
    "shard:prune"              Entity         4  "Delete"              Other("shard");
    "shard:roll"               Entity         3  "Update"              Other("shard");
    "drain:read"               Api            2  "Read"                Object;
    "drain:create"             Entity         1  "Create"              Other("drain");
    "drain:change"             Entity         3  "Update"              Other("drain");
    "drain:remove"             Entity         4  "Delete"              Other("drain");
    "posture:read"             Api            2  "Read"                Object;
    // Project
    "project:read"             Api            2  "Read"                Object;
    "environment:create"       Entity         1  "Create"              Other("environment");
    "environment:list"         Api            2  "Read"                Object;
    // Environment
    "environment:read"         Api            2  "Read"                Object;
    "environment:destroy"      Entity         4  "Delete"              Object;
    "environment:advance"      Entity         3  "Update"              Object;
    "app:create"               Entity         1  "Create"              Other("app");
    "app:list"                 Api            2  "Read"                Object;
    "database:create"          Entity         1  "Create"              Other("database");
    "database:list"            Api            2  "Read"                Object;
    // App
    "app:read"                 Api            2  "Read"                Object;
    "app:deploy"               Entity         3  "Update"              Object;
    "app:rollback"             Entity         3  "Update"              Object;
    "app:restart"              Process        99 "Restart"             Object;
    "app:destroy"              Entity         4  "Delete"              Object;
    "config:read"              Api            2  "Read"                Object;
    "config:write"             Entity         3  "Update"              Object;
    "secret:list"              Api            2  "Read"                Object;
    "secret:write"             Entity         3  "Update"              Object;
    "log:read"                 Api            2  "Read"                Object;
    "log:read-quarantine"      Api            2  "Read"                Object;
    "redaction:read"           Api            2  "Read"                Object;
    "redaction:write"          Entity         3  "Update"              Policy("redaction");
    "deployment:advance"       Entity         3  "Update"              Object;
    // Database. A connection is a tunnel inside the API, no SSH.
    "database:read"            Api            2  "Read"                Object;
    "database:url"             Api            2  "Read"                Object;
    "database:connect"         Api            99 "Connect"             Object;
    "database:attach"          Entity         3  "Update"              Object;
    "backup:create"            Entity         1  "Create"              Other("backup");
    "backup:restore"           Entity         1  "Create"              Other("database");
    "database:destroy"         Entity         4  "Delete"              Object;
    "database:advance"         Entity         3  "Update"              Object;
    // User
    "session:create"           Authentication 1  "Logon"               SignIn(Factor::Password);
    "session:verify"           Authentication 99 "Second Factor"       SignIn(Factor::Second);
    "session:list"             Api            2  "Read"                Object;
    "session:end"              Authentication 2  "Logoff"              SignOut;
    "self:read"                Api            2  "Read"                Object;
    "factor:enroll"            Account        10 "MFA Factor Enable"   Account(Some(Factor::Totp));
    "factor:recovery-codes"    Account        99 "Recovery Codes"      Account(Some(Factor::Second));
    "password:change"          Account        3  "Password Change"     Account(Some(Factor::Password));
    "token:create"             Entity         1  "Create"              Other("token");
    "token:list"               Api            2  "Read"                Object;
    "token:revoke"             Entity         4  "Delete"              Other("token");
    // What Ward says by itself, without a request
    "ledger:open-log"          Entity         1  "Create"              Object;
    "ledger:open-shard"        Entity         1  "Create"              Object;
    "ledger:close-shard"       Entity         9  "Disable"             Object;
    "ledger:anchor"            Api            99 "Anchor"              Object;
    "alert:raise"              Finding        1  "Create"              Alert;
    "alert:clear"              Finding        3  "Close"               Alert;
    // Names that are kept for what is no action yet
    "app:exec"                 Process        1  "Launch"              Object;
    "app:shell"                Ssh            1  "Open"                Object;
}
