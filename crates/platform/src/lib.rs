//! The platform: organizations, environments, apps, and everything that makes them run.
//!
//! Each folder is a room with the same furniture: `mod.rs` (what for, types, invariants), one file per verb,
//! `sql.rs` (every query), `reconcile.rs` or `rollout/` if it has a loop. Verbs write intent under a permit; only loops
//! touch the engine and the ingress.

pub mod agreements;
pub mod apps;
pub mod certificates;
pub mod databases;
pub mod environments;
pub mod logs;
pub mod network;
pub mod organizations;
pub mod projects;
pub mod redaction;
pub mod regions;
pub mod routes;
mod sql;
#[cfg(test)]
mod testing;
mod text;

use std::{path::PathBuf, sync::Arc};

use ward_spine::{
    Error,
    engine::{Engine, EngineError},
    reconcile::Reconciler,
    routes::RoutePublisher,
};

/// The loops of these rooms, in the order in which they are best started: `certificates`, `network`, `routes`,
/// `apps`, `environments`, `databases`, `backups`, `restores`, `logs`. `socket` is where Ward's own door listens: the
/// ingress leads `console.{domain}` there.
pub fn loops(
    engine: Arc<dyn Engine>,
    publisher: Arc<dyn RoutePublisher>,
    socket: PathBuf,
) -> Vec<Arc<dyn Reconciler>> {
    let network = Arc::new(network::Network::new(engine.clone()));
    let routes = Arc::new(routes::Routes::new(publisher, socket));
    let apps = apps::rollout::Apps::new(engine.clone(), network.clone(), routes.clone());
    let mut loops: Vec<Arc<dyn Reconciler>> = vec![
        Arc::new(certificates::Certificates),
        network,
        routes,
        Arc::new(apps),
        Arc::new(environments::Environments::new(engine.clone())),
    ];
    loops.extend(databases::loops(engine.clone()));
    loops.extend(logs::loops(engine));
    loops
}

/// An engine's error as one of Ward's: try again, or look into the log.
pub(crate) fn engine_error(doing: &'static str) -> impl FnOnce(EngineError) -> Error {
    move |error| match error {
        EngineError::Unavailable(_) => Error::unavailable("the container engine does not answer", error),
        other => Error::internal(doing, other),
    }
}
