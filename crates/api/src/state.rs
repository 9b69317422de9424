//! What the doors share.

use std::{ops::Deref, sync::Arc, time::Duration};

use tokio::sync::{Mutex, Notify};
use ward_model::{Timestamp, system::HostCapability};
use ward_spine::Core;

/// How often a long stream looks whether its principal may still see it.
pub const RECHECK: Duration = Duration::from_secs(60);

/// What `wardd` gives the API when it starts it.
pub struct Parts {
    /// The running platform.
    pub core: Arc<Core>,
    /// What the host can do, as probed at start.
    pub capabilities: Vec<HostCapability>,
    /// Version of Ward.
    pub version: String,
    /// When it started.
    pub started_at: Timestamp,
    /// Rung once after the vault was sealed: `wardd` then stops the loops and serves [`crate::sealed_router`].
    pub sealed: Arc<Notify>,
    /// How often streams check their permission: [`RECHECK`], shorter in tests.
    pub recheck: Duration,
}

/// State of the API.
#[derive(Clone)]
pub struct ApiState(Arc<Inner>);

struct Inner {
    parts: Parts,
    verifying: Mutex<()>,
}

impl ApiState {
    /// Puts it together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner { parts, verifying: Mutex::new(()) }))
    }

    /// Held while the ledger is verified: one at a time, because it reads all of it.
    pub(crate) fn verifying(&self) -> &Mutex<()> {
        &self.0.verifying
    }
}

impl Deref for ApiState {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}
