//! Every action that Ward knows, in one table: who may, on what, how it is recorded.
//!
//! The Cedar schema and the role policies are made from this table (`spine::policy`), and so is the
//! checked-in table of roles and actions. A verb that is not here can't ask for a permit. What its entries say to a
//! SIEM is in a second table, `ocsf/table.rs`: a new action gets a row there too.

use std::{fmt, str::FromStr};

use crate::{ResourceKind, Role};

/// How an action is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Changes something: attempt before, outcome after.
    Write,
    /// Reads what is sensitive: recorded before the data is handed out.
    SensitiveRead,
    /// Reads what is not: recorded when denied.
    Read,
}

/// Who may do it beside the roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Also {
    /// Nobody else.
    NoOne,
    /// The user whom the resource belongs to.
    Self_,
    /// The user whom it belongs to, even before the second factor was given.
    SelfBeforeSecondFactor,
    /// Anybody: signing in.
    Anyone,
    /// A loop of Ward, carrying out permitted intent.
    Loop,
    /// Whoever is signed in with a second factor.
    SignedIn,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident $text:literal $kind:ident $effect:ident $also:ident [$($role:ident)*] $step_up:literal;)*) => {
        /// An action. See the module's table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($(#[$doc])* $variant,)* }

        impl Action {
            /// All actions, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Name in the ledger and in Cedar: `app:deploy`.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $text,)* } }
            /// Kind of resource that it is done to.
            pub const fn resource(self) -> ResourceKind { match self { $(Self::$variant => ResourceKind::$kind,)* } }
            /// How it is recorded.
            pub const fn effect(self) -> Effect { match self { $(Self::$variant => Effect::$effect,)* } }
            /// Who may beside the roles.
            pub const fn also(self) -> Also { match self { $(Self::$variant => Also::$also,)* } }
            /// Roles that may, granted on the resource or above it.
            pub const fn roles(self) -> &'static [Role] { match self { $(Self::$variant => &[$(Role::$role),*],)* } }
            /// Whether it needs a second factor given in the last five minutes.
            pub const fn step_up(self) -> bool { match self { $(Self::$variant => $step_up,)* } }
        }
    };
}

actions! {
    // Platform
    /// See version, loops, capabilities of the host.
    PlatformStatus "platform:status" Platform Read SignedIn [Owner Admin Developer Auditor] false;
    /// Seal the vault: nothing works until it is unsealed.
    PlatformSeal "platform:seal" Platform Write NoOne [Owner] true;
    /// Create a region.
    RegionCreate "region:create" Platform Write NoOne [Owner Admin] false;
    /// List regions.
    RegionList "region:list" Platform Read SignedIn [Owner Admin Developer Auditor] false;
    /// Create an organization.
    OrganizationCreate "organization:create" Platform Write NoOne [Owner] false;
    /// List the organizations that one has a grant in.
    OrganizationList "organization:list" Platform Read SignedIn [Owner Admin Developer Auditor] false;
    /// Read the ledger of the platform.
    PlatformLedgerRead "platform-ledger:read" Platform SensitiveRead NoOne [Owner Admin Auditor] false;
    /// Read the keys, checkpoints and hash tiles of the platform's log: they hold no data.
    PlatformLedgerCheckpoint "platform-ledger:checkpoint" Platform Read NoOne [Owner Admin Auditor] false;
    /// Erase a person from the ledger: destroy the key behind their pseudonym.
    SubjectErase "subject:erase" Platform Write NoOne [Owner] true;
    /// See the alerts of the platform, and of all organizations.
    PlatformAlertList "platform-alert:list" Platform Read NoOne [Owner Admin Auditor] false;
    /// See how long the platform's log is kept, its holds and its archive.
    PlatformRetentionRead "platform-retention:read" Platform Read NoOne [Owner Admin Auditor] false;
    /// Set how long the platform's log is kept, never below six years, and when closed shards leave this machine.
    PlatformRetentionWrite "platform-retention:write" Platform Write NoOne [Owner] true;
    /// Put a legal hold on the platform's log.
    PlatformHoldCreate "platform-hold:create" Platform Write NoOne [Owner Admin] false;
    /// Release a legal hold of the platform's log.
    PlatformHoldRelease "platform-hold:release" Platform Write NoOne [Owner] true;
    /// Archive closed shards of the platform's log, and verify what is archived.
    PlatformShardArchive "platform-shard:archive" Platform Write Loop [Owner Admin] false;
    /// Bring an archived shard of the platform's log back.
    PlatformShardRestore "platform-shard:restore" Platform Write NoOne [Owner Admin] true;
    /// Take a shard of the platform's log that was brought back.
    PlatformShardFetch "platform-shard:fetch" Platform SensitiveRead NoOne [Owner Admin Auditor] false;
    /// Remove an archived shard of the platform's log from this machine, as an owner's policy says.
    PlatformShardPrune "platform-shard:prune" Platform Write Loop [] false;
    /// Close the platform's shard and go on in the next, under a new key.
    PlatformShardRoll "platform-shard:roll" Platform Write Loop [Owner] true;
    /// See the platform's drains and how far they are.
    PlatformDrainRead "platform-drain:read" Platform Read NoOne [Owner Admin Auditor] false;
    /// Make a drain that sends all logs, or one, to a log system.
    PlatformDrainCreate "platform-drain:create" Platform Write NoOne [Owner Admin] true;
    /// Pause, resume or test a drain of the platform.
    PlatformDrainChange "platform-drain:change" Platform Write NoOne [Owner Admin] false;
    /// Remove a drain of the platform.
    PlatformDrainRemove "platform-drain:remove" Platform Write NoOne [Owner Admin] true;
    /// See the witnesses of the ledger and how far each log is witnessed.
    PlatformWitnessRead "platform-witness:read" Platform Read NoOne [Owner Admin Auditor] false;
    /// Ask one more witness to cosign the ledger.
    PlatformWitnessAdd "platform-witness:add" Platform Write NoOne [Owner Admin] true;
    /// Ask a witness no more.
    PlatformWitnessRemove "platform-witness:remove" Platform Write NoOne [Owner] true;
    /// Set how many cosignatures a checkpoint needs, and how old they may be.
    PlatformWitnessPolicy "platform-witness:policy" Platform Write NoOne [Owner] true;
    /// Read the posture of the platform's own safeguards.
    PlatformPostureRead "platform-posture:read" Platform Read NoOne [Owner Admin Auditor] false;
    /// Run checks now.
    CheckRun "check:run" Platform Write Loop [Owner Admin] false;
    /// Record what a check observed.
    ObservationRecord "observation:record" Platform Write Loop [] false;
    /// Issue or renew a certificate of the platform's own authority.
    CertificateIssue "certificate:issue" Platform Write Loop [] false;
    // Organization
    /// See an organization.
    OrganizationRead "organization:read" Organization Read NoOne [Owner Admin Developer Auditor] false;
    /// List its users.
    UserList "user:list" Organization Read NoOne [Owner Admin Auditor] false;
    /// Create a user in it.
    UserCreate "user:create" Organization Write NoOne [Owner Admin] true;
    /// Disable a user: ends all sessions and tokens.
    UserDisable "user:disable" Organization Write NoOne [Owner Admin] true;
    /// List grants.
    GrantList "grant:list" Organization Read NoOne [Owner Admin Auditor] false;
    /// Grant a role.
    GrantCreate "grant:create" Organization Write NoOne [Owner Admin] true;
    /// Take a grant back.
    GrantRevoke "grant:revoke" Organization Write NoOne [Owner Admin] true;
    /// Record an agreement (BAA).
    AgreementCreate "agreement:create" Organization Write NoOne [Owner Admin] false;
    /// End an agreement.
    AgreementEnd "agreement:end" Organization Write NoOne [Owner Admin] true;
    /// List agreements.
    AgreementList "agreement:list" Organization Read NoOne [Owner Admin Developer Auditor] false;
    /// Create a project.
    ProjectCreate "project:create" Organization Write NoOne [Owner Admin] false;
    /// List projects.
    ProjectList "project:list" Organization Read NoOne [Owner Admin Developer Auditor] false;
    /// Read the ledger's entries of the organization.
    LedgerRead "ledger:read" Organization SensitiveRead NoOne [Owner Admin Auditor] false;
    /// Read the keys, checkpoints and hash tiles of the organization's log: they hold no data.
    LedgerCheckpoint "ledger:checkpoint" Organization Read NoOne [Owner Admin Auditor] false;
    /// See the alerts of the organization.
    AlertList "alert:list" Organization Read NoOne [Owner Admin Developer Auditor] false;
    /// See how long the organization's log is kept, its holds and its archive.
    RetentionRead "retention:read" Organization Read NoOne [Owner Admin Auditor] false;
    /// Set how long the organization's log is kept, never below six years, and when closed shards leave this machine.
    RetentionWrite "retention:write" Organization Write NoOne [Owner] true;
    /// Put a legal hold on the organization's log.
    HoldCreate "hold:create" Organization Write NoOne [Owner Admin] false;
    /// Release a legal hold of the organization's log.
    HoldRelease "hold:release" Organization Write NoOne [Owner] true;
    /// Archive closed shards of the organization's log, and verify what is archived.
    ShardArchive "shard:archive" Organization Write Loop [Owner Admin] false;
    /// Bring an archived shard of the organization's log back.
    ShardRestore "shard:restore" Organization Write NoOne [Owner Admin] true;
    /// Take a shard of the organization's log that was brought back.
    ShardFetch "shard:fetch" Organization SensitiveRead NoOne [Owner Admin Auditor] false;
    /// Remove an archived shard of the organization's log from this machine, as an owner's policy says.
    ShardPrune "shard:prune" Organization Write Loop [] false;
    /// Close the organization's shard and go on in the next, under a new key.
    ShardRoll "shard:roll" Organization Write Loop [Owner] true;
    /// See the organization's drains and how far they are.
    DrainRead "drain:read" Organization Read NoOne [Owner Admin Auditor] false;
    /// Make a drain that sends the organization's log to its log system.
    DrainCreate "drain:create" Organization Write NoOne [Owner Admin] true;
    /// Pause, resume or test a drain of the organization.
    DrainChange "drain:change" Organization Write NoOne [Owner Admin] false;
    /// Remove a drain of the organization.
    DrainRemove "drain:remove" Organization Write NoOne [Owner Admin] true;
    /// Read the posture of the organization.
    PostureRead "posture:read" Organization Read NoOne [Owner Admin Developer Auditor] false;
    // Project
    /// See a project.
    ProjectRead "project:read" Project Read NoOne [Owner Admin Developer Auditor] false;
    /// Create an environment.
    EnvironmentCreate "environment:create" Project Write NoOne [Owner Admin] false;
    /// List environments.
    EnvironmentList "environment:list" Project Read NoOne [Owner Admin Developer Auditor] false;
    // Environment
    /// See an environment.
    EnvironmentRead "environment:read" Environment Read NoOne [Owner Admin Developer Auditor] false;
    /// Destroy an environment with all in it.
    EnvironmentDestroy "environment:destroy" Environment Write NoOne [Owner Admin] true;
    /// Record the progress of an environment's removal.
    EnvironmentAdvance "environment:advance" Environment Write Loop [] false;
    /// Create an app.
    AppCreate "app:create" Environment Write NoOne [Owner Admin Developer] false;
    /// List apps.
    AppList "app:list" Environment Read NoOne [Owner Admin Developer Auditor] false;
    /// Create a database.
    DatabaseCreate "database:create" Environment Write NoOne [Owner Admin Developer] false;
    /// List databases.
    DatabaseList "database:list" Environment Read NoOne [Owner Admin Developer Auditor] false;
    // App
    /// See an app, its releases, deployments and processes.
    AppRead "app:read" App Read NoOne [Owner Admin Developer Auditor] false;
    /// Deploy a new release.
    AppDeploy "app:deploy" App Write NoOne [Owner Admin Developer] false;
    /// Go back to an earlier release.
    AppRollback "app:rollback" App Write NoOne [Owner Admin Developer] false;
    /// Restart processes.
    AppRestart "app:restart" App Write NoOne [Owner Admin Developer] false;
    /// Destroy an app.
    AppDestroy "app:destroy" App Write NoOne [Owner Admin] true;
    /// Read configuration values (not secrets).
    ConfigRead "config:read" App Read NoOne [Owner Admin Developer Auditor] false;
    /// Set configuration values.
    ConfigWrite "config:write" App Write NoOne [Owner Admin Developer] false;
    /// List the names of secrets.
    SecretList "secret:list" App Read NoOne [Owner Admin Developer Auditor] false;
    /// Set or remove a secret; no action reads one.
    SecretWrite "secret:write" App Write NoOne [Owner Admin Developer] false;
    /// Read logs.
    LogRead "log:read" App SensitiveRead NoOne [Owner Admin Developer] false;
    /// Read lines of a log that could not be masked: they may hold PHI.
    QuarantineRead "log:read-quarantine" App SensitiveRead NoOne [Owner Admin] true;
    /// See how logs are masked, and how much was.
    RedactionRead "redaction:read" App Read NoOne [Owner Admin Developer Auditor] false;
    /// Change how logs are masked.
    RedactionWrite "redaction:write" App Write NoOne [Owner Admin] false;
    /// Record the progress of a deployment.
    DeploymentAdvance "deployment:advance" App Write Loop [] false;
    // Database
    /// See a database and its backups.
    DatabaseRead "database:read" Database Read NoOne [Owner Admin Developer Auditor] false;
    /// Read the connection URL with its password.
    DatabaseUrl "database:url" Database SensitiveRead NoOne [Owner Admin] true;
    /// Open a connection to the database.
    DatabaseConnect "database:connect" Database SensitiveRead NoOne [Owner Admin] true;
    /// Connect a database to an app: its URL is injected.
    DatabaseAttach "database:attach" Database Write NoOne [Owner Admin Developer] false;
    /// Make a backup now.
    BackupCreate "backup:create" Database Write Loop [Owner Admin Developer] false;
    /// Restore a backup into a new database.
    BackupRestore "backup:restore" Database Write NoOne [Owner Admin] true;
    /// Destroy a database: its key is destroyed.
    DatabaseDestroy "database:destroy" Database Write NoOne [Owner Admin] true;
    /// Record the progress of a database or a backup.
    DatabaseAdvance "database:advance" Database Write Loop [] false;
    // User: what belongs to oneself
    /// Begin a session with a password.
    SessionCreate "session:create" User Write Anyone [] false;
    /// Give the second factor.
    SessionVerify "session:verify" User Write SelfBeforeSecondFactor [] false;
    /// See one's own sessions.
    SessionList "session:list" User Read Self_ [] false;
    /// End a session of one's own.
    SessionEnd "session:end" User Write SelfBeforeSecondFactor [] false;
    /// See oneself.
    SelfRead "self:read" User Read SelfBeforeSecondFactor [] false;
    /// Set up the second factor.
    FactorEnroll "factor:enroll" User Write SelfBeforeSecondFactor [] false;
    /// Make new recovery codes.
    FactorRecover "factor:recovery-codes" User Write Self_ [] true;
    /// Change one's own password.
    PasswordChange "password:change" User Write Self_ [] true;
    /// Create an API token of one's own.
    TokenCreate "token:create" User Write Self_ [] true;
    /// List one's own tokens.
    TokenList "token:list" User Read Self_ [] false;
    /// Revoke a token of one's own.
    TokenRevoke "token:revoke" User Write Self_ [] false;
}

impl Action {
    /// Whether it changes something.
    pub const fn mutates(self) -> bool {
        matches!(self.effect(), Effect::Write)
    }
    /// Whether each allowed use leaves an entry.
    pub const fn recorded(self) -> bool {
        !matches!(self.effect(), Effect::Read)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no action")]
pub struct UnknownAction(pub String);

impl FromStr for Action {
    type Err = UnknownAction;
    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        Self::ALL
            .iter()
            .copied()
            .find(|a| a.as_str() == text)
            .ok_or_else(|| UnknownAction(text.chars().take(60).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_changes_nothing_and_reads_no_data() {
        for action in Action::ALL.iter().filter(|a| a.roles().contains(&Role::Auditor)) {
            assert!(!action.mutates(), "{action}");
            assert!(
                !matches!(action, Action::LogRead | Action::DatabaseUrl | Action::DatabaseConnect),
                "{action}"
            );
        }
    }

    #[test]
    fn an_owner_may_all_that_any_role_may() {
        for action in Action::ALL.iter().filter(|a| !a.roles().is_empty()) {
            assert!(action.roles().contains(&Role::Owner), "{action}");
        }
    }

    #[test]
    fn names_are_unique_and_read_back() {
        for action in Action::ALL {
            assert_eq!(action.as_str().parse::<Action>(), Ok(*action));
        }
    }
}
