//! The REST door: `/v1`, described by OpenAPI 3.1 from the code itself.
//!
//! A handler extracts, calls one verb of a wing and answers; what may be done, and what is recorded, the gate
//! decides. [`router`](router()) lists every route in one place (`router.rs`); a noun's handlers are in the file of its
//! name. `openapi.json` at the root of the repository is the snapshot of [`openapi_json`], and two tests are made from
//! it: every route has a row in `tests/roles.table.txt`, and every mutating route and sensitive read leaves an entry.
//!
//! Architecture Invariant: serve it on a Unix socket that only the ingress and root can open. It believes
//! `X-Forwarded-For`, which the ingress writes anew for each request.

mod agreements;
mod alerts;
mod answer;
mod apps;
mod archive;
mod backups;
mod caller;
mod checks;
mod config;
mod databases;
mod deployments;
mod document;
mod drains;
mod environments;
mod events;
mod extract;
mod factors;
mod frame;
mod grants;
mod health;
mod holds;
mod idempotency;
mod ledger;
mod ledger_files;
mod logs;
mod organizations;
mod platform;
mod posture;
mod problem;
mod projects;
mod redaction;
mod regions;
mod releases;
mod resolve;
mod retention;
mod router;
mod scope;
mod sealed;
mod secrets;
mod sessions;
mod state;
mod tokens;
mod tunnel;
mod users;
mod watch;
mod witnesses;

pub use document::openapi_json;
pub use router::{router, router_with};
pub use sealed::{SealedState, Unsealer, sealed_router};
pub use state::{ApiState, Parts, RECHECK};
