//! Managed PostgreSQL: a server of its own for each database, encrypted at rest, TLS and SCRAM only.
//!
//! A database `app` in each server belongs to the role `ward_owner`, which nobody can sign in as. Those who can,
//! `ward_admin` for people and `app_<name>` for each attached app, are members of it and act as it, so what one
//! migration makes the next can change, whoever runs it. Each has a password of its own, which the server knows
//! only as a SCRAM verifier (RFC 5802); the passwords are sealed under the database's key.
//!
//! Invariants: the data directory lies on a volume with its own key (45 CFR 164.312(a)(2)(iv)); nobody connects
//! without TLS (164.312(e)(1)); a `phi` database is backed up at least daily (164.308(a)(7)(ii)(A)); a
//! database that was restored in part is never `ready`. A verb writes intent, the loops carry it out.

mod attach;
pub mod backups;
mod certificate;
mod connect;
mod create;
mod destroy;
mod find;
mod inject;
mod list;
mod psql;
mod reconcile;
mod remove;
mod roles;
mod row;
mod server;
pub(crate) mod sql;
mod url;

pub use attach::{attach, detach_all};
pub use connect::connect;
pub use create::create;
pub use destroy::{Backups, count, count_wanted, destroy, destroy_all};
pub use find::{find, find_by_name};
pub use inject::{ForApp, env_for_app, flows};
pub use list::{get, list};
pub use reconcile::Databases;
pub use url::url;

use std::{sync::Arc, time::Duration};

use serde_json::json;
use ward_model::{DatabaseId, OrganizationId, databases::DatabaseState};
use ward_spine::{
    Error,
    engine::{Engine, EngineError},
    events::NewEvent,
    reconcile::Reconciler,
};

/// Name of the loop that keeps the servers running, and of its bell.
pub const LOOP: &str = "databases";
/// Reference of the image that servers run.
pub const IMAGE: &str = "localhost/ward/postgres:15";
/// Longest time between two backups in a `phi` environment.
pub const LONGEST_BACKUP_INTERVAL: Duration = Duration::from_secs(86_400);
/// Citation of the safeguard behind it: data backup plan.
pub const BACKUP_SAFEGUARD: &str = "45 CFR 164.308(a)(7)(ii)(A)";

/// Port of every server, in its own network.
pub(crate) const PORT: u16 = 5432;

/// The loops of this room.
pub fn loops(engine: Arc<dyn Engine>) -> Vec<Arc<dyn Reconciler>> {
    vec![
        Arc::new(Databases::new(engine.clone())),
        Arc::new(backups::BackupLoop::new(engine.clone())),
        Arc::new(backups::RestoreLoop::new(engine)),
    ]
}

/// Name of a database's server, for its certificate and the hosts file of attached apps.
pub fn host(name: &ward_model::Name) -> String {
    format!("{name}.db.{}", crate::certificates::INTERNAL_DOMAIN)
}

/// Name of a database's container and of its volume.
pub fn container(id: DatabaseId) -> String {
    id.to_string().replace('_', "-")
}

/// Place that a password is sealed for.
fn password_place(id: DatabaseId, role: &str) -> String {
    format!("database {id} role {role}")
}

/// What people who watch see of a database.
fn told(organization: OrganizationId, id: DatabaseId, state: DatabaseState, text: String) -> NewEvent {
    NewEvent {
        kind: "database.state".into(),
        organization: Some(organization),
        subject: id.to_string(),
        text,
        data: json!({ "state": state }),
    }
}

/// An error of the engine as a verb's.
pub(crate) fn engine_problem(source: EngineError) -> Error {
    match source {
        EngineError::Unavailable(_) => Error::unavailable("the container engine does not answer", source),
        EngineError::Unsupported { .. } => {
            let next_step = "`ward server status` shows what the host lacks";
            Error::new(ward_model::ErrorCode::Unavailable, source.to_string(), next_step).because(source)
        }
        other => Error::internal("using the container engine", other),
    }
}

#[cfg(test)]
mod tests;
