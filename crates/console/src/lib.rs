//! HTML for people: sign in, see what runs, what is proven and what is recorded.
//!
//! A page is a noun (`apps.rs`, `ledger.rs`) that calls the verbs of the wings with the context of the one who looks,
//! and a template. Pages work without scripts; htmx, vendored, only spares reloads.
//!
//! Invariants: nothing here decides who may see what (the gate does) or touches the store or an engine. Every page is
//! sent under a policy that allows no inline script or style and no other host; every form carries a token of its
//! session, and comes from this origin. No page is kept by a browser. Nothing that a secret is made of is shown but to
//! its owner, once.

mod account;
mod alerts;
mod apps;
mod assets;
mod caller;
mod chart;
mod checks;
mod cookie;
mod databases;
mod deployments;
mod enrolment;
mod failure;
mod forms;
mod frame;
mod landing;
mod ledger;
mod logs;
mod overview;
mod posture;
mod qr;
mod router;
mod second_factor;
mod sessions;
mod shell;
mod words;

use std::sync::Arc;

use ward_spine::Core;

pub use router::router;

/// What the console needs: the platform, and a key for its forms.
#[derive(Clone)]
pub struct ConsoleState {
    core: Arc<Core>,
    /// Signs the tokens in forms. Of this process alone: after a restart a form has to be loaded again.
    form_key: Arc<[u8; 32]>,
    /// One verification of the ledger at a time: it reads all of it.
    verifying: Arc<tokio::sync::Mutex<()>>,
}

impl ConsoleState {
    /// The state of a console of this platform.
    pub fn new(core: Arc<Core>) -> Self {
        Self { core, form_key: Arc::new(ward_vault::random::bytes()), verifying: Arc::default() }
    }
}
